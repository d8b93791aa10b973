"""Signed notes, verifier keys, and the two kinds of signature we make and verify.

Source: C2SP signed-note and, for cosignatures, tlog-cosignature. `specs/tlog.md` says how we
restrict them.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from plainview.core.tlog.errors import BadKey, BadNote, NotSigned, SignatureFails

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
"""Types of key: a log's, over the text; a witness's, over a time and the text."""

NOTE_BYTES_MAX: Final = 262_144
SIGNATURES_MAX: Final = 100
NAME_BYTES_MAX: Final = 255
TIME_BOUND: Final = 2**63

_DASH = "\u2014 "
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")
_KEY_ID = re.compile(r"[0-9a-f]{8}\Z")


def base64_bytes(text: str) -> bytes | None:
    """The bytes that standard base64 `text` stands for; None unless it is their one encoding."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def base64_text(data: bytes) -> str:
    """Standard base64 of `data`."""
    return base64.b64encode(data).decode()


def is_key_name(name: str) -> bool:
    """Whether a key may be called `name`: not empty, no Unicode space, no plus, no control."""
    if not name or any(
        c.isspace() or c == "+" or c < " " or "\ud800" <= c < "\ue000" for c in name
    ):
        return False
    return len(name.encode()) <= NAME_BYTES_MAX


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named public key of one type. Raises, when made: BadKey."""

    name: str
    kind: int
    public_key: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise BadKey(f"{self.name[:80]!r} cannot be the name of a key")
        if self.kind not in {ED25519, COSIGNATURE}:
            raise BadKey(f"a key of type {self.kind:02x}; 01 (log) and 04 (witness) are verified")
        if len(self.public_key) != 32:
            raise BadKey("an Ed25519 public key is 32 bytes")

    @property
    def key_id(self) -> bytes:
        """`SHA256(name || 0A || type || key)[:4]`."""
        text = self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key
        return sha256(text).digest()[:4]

    def vkey(self) -> str:
        """`name+hex key id+base64(type || key)`."""
        key = base64_text(bytes([self.kind]) + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{key}"


def parse_vkey(text: str) -> VerifierKey:
    """The key that `text` encodes.

    Raises: BadKey: it encodes none, or one of a type that is not verified here.
    """
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise BadKey(f"{text[:80]!r} is not of the form name+id+key")
    name, key_id, encoded = parts
    data = base64_bytes(encoded)
    if not data or not _KEY_ID.match(key_id):
        raise BadKey(f"{text[:80]!r}: the id is 8 lower-case hex digits, the key is base64")
    key = VerifierKey(name, data[0], data[1:])
    if key.key_id.hex() != key_id:
        raise BadKey(f"{text[:80]!r}: the id of that name and key is {key.key_id.hex()}")
    return key


@lru_cache(maxsize=64)
def _private(private_key: bytes) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(private_key)
    except ValueError as error:
        raise BadKey("a private key is 32 raw bytes") from error


@lru_cache(maxsize=256)
def _public(public_key: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError as error:
        raise BadKey("a public key is 32 raw bytes") from error


def log_key(name: str, private_key: bytes) -> VerifierKey:
    """The key that others verify a log's signatures with. Raises: BadKey."""
    return VerifierKey(name, ED25519, _private(private_key).public_key().public_bytes_raw())


def witness_key(name: str, private_key: bytes) -> VerifierKey:
    """The key that others verify a witness's cosignatures with. Raises: BadKey."""
    return VerifierKey(name, COSIGNATURE, _private(private_key).public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, and what."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> bytes:
        """The line with its newline."""
        return f"{_DASH}{self.name} {base64_text(self.key_id + self.signature)}\n".encode()


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was sent: nothing in it is to be believed yet."""

    text: bytes
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """Text, blank line, signature lines."""
        return self.text + b"\n" + b"".join(s.line() for s in self.signatures)


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A signature that holds: whose, and when it says it was made (seconds; 0 for a log's)."""

    key: VerifierKey
    time_s: int


def parse_signature_line(line: str) -> Signature:
    """The signature in one line, given without its newline. Raises: BadNote."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = base64_bytes(encoded)
    if not line.startswith(_DASH) or not is_key_name(name) or data is None or len(data) < 5:
        raise BadNote(f"not a signature line: {line[:80]!r}")
    return Signature(name, data[:4], data[4:])


def parse_note(data: bytes) -> Note:
    """Text and signatures of a signed note, unverified.

    Raises: BadNote: not one, or over NOTE_BYTES_MAX or SIGNATURES_MAX.
    """
    if len(data) > NOTE_BYTES_MAX:
        raise BadNote(f"a note of {len(data)} bytes; at most {NOTE_BYTES_MAX} are read")
    if _CONTROL.search(data):
        raise BadNote("a control character in a note")
    end = data.rfind(b"\n\n")
    if end < 0 or not data.endswith(b"\n"):
        raise BadNote("a note is text, a blank line and signature lines")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise BadNote("a note is UTF-8") from error
    lines = data[end + 2 :].decode().split("\n")[:-1]
    if not 1 <= len(lines) <= SIGNATURES_MAX:
        raise BadNote(f"{len(lines)} signatures; a note has 1 to {SIGNATURES_MAX}")
    return Note(data[: end + 1], tuple(parse_signature_line(line) for line in lines))


def _cosigned(text: bytes, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n".encode() + text


def sign_text(text: bytes, *, name: str, private_key: bytes) -> Signature:
    """A log's signature (type 01) over a note's text. Raises: BadKey."""
    key = log_key(name, private_key)
    return Signature(name, key.key_id, _private(private_key).sign(text))


def cosign_text(text: bytes, *, name: str, private_key: bytes, time_s: int) -> Signature:
    """A witness's cosignature (type 04) over a checkpoint's text, made at `time_s`.

    Raises: BadKey. ValueError: not 0 < time_s < 2**63.
    """
    if not 0 < time_s < TIME_BOUND:
        raise ValueError(f"{time_s} is no time for a cosignature")
    key = witness_key(name, private_key)
    made = _private(private_key).sign(_cosigned(text, time_s))
    return Signature(name, key.key_id, time_s.to_bytes(8, "big") + made)


def verify_signature(text: bytes, signature: Signature, key: VerifierKey) -> SignedBy:
    """Who signed `text` and when. Raises: SignatureFails: not this key's holder."""
    given, signed, time_s = signature.signature, text, 0
    if key.kind == COSIGNATURE:
        time_s = int.from_bytes(given[:8], "big")
        given, signed = given[8:], _cosigned(text, time_s)
    if time_s >= TIME_BOUND or (key.kind == COSIGNATURE and not time_s):
        raise SignatureFails(f"{key.name} cosigned at a time that is none")
    try:
        _public(key.public_key).verify(given, signed)
    except InvalidSignature as error:
        raise SignatureFails(f"the signature of {key.name} does not fit the text") from error
    return SignedBy(key, time_s)


def verified_signatures(note: Note, keys: Iterable[VerifierKey]) -> list[SignedBy]:
    """The signatures by `keys`, in the note's order; those by anyone else are passed over.

    Raises: SignatureFails: one by a known key (same name and id) does not fit.
    """
    known = {(key.name, key.key_id): key for key in keys}
    return [
        verify_signature(note.text, signature, key)
        for signature in note.signatures
        if (key := known.get((signature.name, signature.key_id)))
    ]


def open_note(data: bytes, keys: Iterable[VerifierKey]) -> tuple[bytes, list[SignedBy]]:
    """The text of a note and who of `keys` signed it, at least one.

    Raises: BadNote: not a note. SignatureFails: a known key's signature does not fit.
        NotSigned: by none of `keys`.
    """
    note = parse_note(data)
    found = verified_signatures(note, keys)
    if not found:
        raise NotSigned("none of the known keys signed this")
    return note.text, found

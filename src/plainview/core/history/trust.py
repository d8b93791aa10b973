"""The root of trust: which keys sign, which witnesses must have seen, what the service promises.

A trust document is canonical JSON, signed by keys that sign nothing else (root keys). Version v + 1
needs the threshold of version v and its own, so that neither the old nor the new keepers alone can
make it.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta

from plainview.core.history.forms import HistoryError, KeyText, Name, Natural, Positive
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.tlog import ED25519, BadKey, BadPolicy, Policy, parse_policy, parse_vkey

TRUST_DOMAIN: Final = b"plainview trust-v1\n"
KEYS_MAX: Final = 16
NAME_MAX: Final = 24
POLICY_BYTES_MAX: Final = 8192
_POLICY_LINE = re.compile(
    r"log [a-z0-9./+=A-Z-]{1,400}"
    r"|witness [a-z][a-z0-9-]{0,31} [a-z0-9./+=A-Z-]{1,400}(?: https?://[a-z0-9.:/_-]{1,200})?"
    r"|group [a-z][a-z0-9-]{0,31} (?:any|all|[0-9]{1,3})(?: [a-z][a-z0-9-]{0,31}){1,32}"
    r"|quorum [a-z][a-z0-9-]{0,31}"
)
"""The lines a policy may have here: no comments, no @."""


class BadTrust(HistoryError):
    """Not a trust document, or not signed as it must be: trust nothing that follows from it."""


class TrustDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in a trust-v1 document.

    `receipt_keys` and `root_keys` are raw Ed25519 keys in base64, `log_keys` are vkeys, `policy` is
    a tlog-policy with the witnesses asked for and the quorum needed.
    """

    edition: Name
    version: Positive
    receipt_keys: Annotated[tuple[KeyText, ...], Meta(min_length=1, max_length=KEYS_MAX)]
    log_keys: Annotated[tuple[str, ...], Meta(min_length=1, max_length=KEYS_MAX)]
    policy: Annotated[str, Meta(min_length=1, max_length=POLICY_BYTES_MAX)]
    root_keys: Annotated[tuple[KeyText, ...], Meta(min_length=1, max_length=KEYS_MAX)]
    threshold: Positive
    retention_days: Positive
    grace_ms: Natural
    promise_ms: Positive
    at_ms: Natural
    spec: Literal["trust-v1"] = "trust-v1"

    def __post_init__(self) -> None:
        for name in ("receipt_keys", "log_keys", "root_keys"):
            keys = getattr(self, name)
            if list(keys) != sorted(set(keys)):
                raise BadTrust(f"{name} must be sorted, each once")
        if self.threshold > len(self.root_keys):
            raise BadTrust(f"{len(self.root_keys)} root keys cannot give {self.threshold}")
        if not self.policy.endswith("\n"):
            raise BadTrust("the policy must end with a line feed")
        for line in self.policy[:-1].split("\n"):
            if _POLICY_LINE.fullmatch(line) is None:
                raise BadTrust(f"not a line of a policy: {line[:60]!r}")
        origin = origin_of(self.edition)
        try:
            keys = [parse_vkey(key) for key in self.log_keys]
            logs = parse_policy(self.policy.encode()).logs
        except (BadKey, BadPolicy) as error:
            raise BadTrust(str(error)) from error
        if any(key.name != origin or key.kind != ED25519 for key in keys):
            raise BadTrust(f"log keys must be of type 01 and named {origin}")
        if [log.key for log in logs] != keys or any(log.url for log in logs):
            raise BadTrust("the policy's log lines must be the log keys, in their order")

    @property
    def witnesses(self) -> Policy:
        """The witnesses asked for and the quorum needed, with the log's keys."""
        return parse_policy(self.policy.encode())


def log_name(edition: str) -> str:
    """The edition's name as a log, a key and a trust document may have it: a to z, digits, single
    hyphens, at most 24, a letter first. One that was named before there was a log is written so.

    >>> log_name("home"), log_name("Radio 4 (Ost)"), log_name("24")
    ('home', 'radio-4-ost', 'e24')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", edition.lower()).strip("-")
    named = plain if plain[:1].isalpha() else f"e{plain}"
    return named[:NAME_MAX].rstrip("-")


def origin_of(edition: str) -> str:
    """The log's origin, which is also the name of its keys.

    >>> origin_of("home")
    'plainview/home'
    """
    return f"plainview/{edition}"


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(TrustDocument)


def encode_trust(document: TrustDocument) -> bytes:
    """The one sequence of bytes of `document`. Raises: BadTrust: a field is out of its form."""
    data = _ENCODER.encode(document)
    parse_trust(data)
    return data


def parse_trust(data: bytes) -> TrustDocument:
    """Read a trust document.

    Raises: BadTrust: not canonical, a field missing, unknown or out of its form.
    """
    try:
        document = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadTrust(f"not a trust document: {error}") from error
    if _ENCODER.encode(document) != data:
        raise BadTrust("not in canonical form (key order, white space or escapes differ)")
    return document


def trust_id(data: bytes) -> Digest:
    """The document's name: SHA-256 of its bytes."""
    return digest_of(data)


def sign_trust(data: bytes, *, private_key: bytes) -> tuple[str, str]:
    """(key, signature) in base64 by one root key over the domain line and the document."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    public = key.public_key().public_bytes_raw()
    return b64encode(public).decode(), b64encode(key.sign(TRUST_DOMAIN + data)).decode()


def check_trust(
    data: bytes, signatures: Sequence[tuple[str, str]], *, before: TrustDocument | None
) -> TrustDocument:
    """The document in `data`, if enough root keys signed it.

    Args:
        signatures: (key, signature) in base64; those by unknown keys are passed over, a wrong one
            by a known key refuses all.
        before: the version in force; None for version 1, which only its own keys sign.
    Raises: BadTrust.
    """
    document = parse_trust(data)
    known = set(document.root_keys) | set(before.root_keys if before else ())
    signers = {key for key, signature in signatures if _is_signed(data, key, signature, known)}
    _enough(signers, document, "its own")
    if before is None:
        if document.version != 1:
            raise BadTrust(f"version {document.version} comes without the one before")
        return document
    if document.version != before.version + 1:
        raise BadTrust(f"version {document.version} after {before.version}")
    if document.edition != before.edition:
        raise BadTrust(f"edition {document.edition!r} after {before.edition!r}")
    _enough(signers, before, "the former")
    return document


def _is_signed(data: bytes, key: str, signature: str, known: set[str]) -> bool:
    if key not in known:
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(b64decode(key))
        public.verify(b64decode(signature), TRUST_DOMAIN + data)
    except (InvalidSignature, ValueError) as error:
        raise BadTrust(f"the signature of root key {key[:8]}… is wrong") from error
    return True


def _enough(signers: set[str], document: TrustDocument, whose: str) -> None:
    count = len(signers & set(document.root_keys))
    if count < document.threshold:
        raise BadTrust(f"{count} of {whose} root keys signed; {document.threshold} must")

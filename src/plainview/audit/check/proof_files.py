"""Proof files: one lie, shown to somebody who trusts neither the service nor who accuses it.

`specs/proof-file.md` says what is in each kind. `make_*` are in `accusations.py`; here is the form
and what all kinds share: the root of trust that names the keys, a checkpoint that those keys
signed, and entries with their paths in its tree.
"""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from plainview.core.history import (
    BadEntry,
    BadTrust,
    Entry,
    TrustDocument,
    check_trust,
    parse_entry,
    trust_id,
)
from plainview.core.receipts import BadSignature, ReceiptError, verify
from plainview.core.terms.hashing import leaf_hash
from plainview.core.tlog import (
    Checkpoint,
    ProofRefused,
    TlogError,
    check_inclusion,
    open_checkpoint,
    parse_vkey,
)

SPEC: Final = "proof-v1"
PROOF_BYTES_MAX: Final = 1 << 30


NEEDS: Final[dict[str, frozenset[str]]] = {
    kind: frozenset(fields.split())
    for kind, fields in {
        "unlawful_entries": "checkpoint entries",
        "unlawful_run": "checkpoint entries",
        "unlawful_log": "checkpoint prefix path",
        "bad_entry": "checkpoint entries",
        "forked_checkpoints": "checkpoint other_checkpoint",
        "rewritten_log": "checkpoint other_checkpoint path",
        "two_trusts": "other_trust",
        "two_receipts": "receipts",
        "receipt_against_log": "checkpoint entries receipts",
        "receipt_unlogged": "checkpoint prefix path receipts",
        "epoch_header": "checkpoint entries header header_path",
        "row_flags": "checkpoint entries header header_path leaves video",
        "replay_differs": "checkpoint entries bundle",
    }.items()
}
"""What each kind is judged by, besides the root of trust; nothing else may be in its file."""
ALWAYS: Final = frozenset(("spec", "kind", "rule", "words", "trust"))


class BadProof(ValueError):
    """The file does not show what it says it shows; the message says why. Believe nothing of it."""


class TrustVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the root of trust with its signatures (key, signature) in base64."""

    document: str
    signatures: tuple[tuple[str, str], ...]


class ProvenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry's bytes as text, or in base64 (`raw`) where they are none; its index, and its path
    (base64) in the tree of the file's checkpoint."""

    index: int
    path: tuple[str, ...]
    body: str = ""
    raw: str = ""

    def data(self) -> bytes:
        """The entry's bytes. Raises: BadProof."""
        return bytes_of([self.raw])[0] if self.raw else self.body.encode()


class SignedText(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as it was handed out: its text and its signature in base64."""

    receipt: str
    signature: str


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file. What a kind does not need is empty; see the specification."""

    kind: str
    rule: str
    words: str
    trust: tuple[TrustVersion, ...]
    checkpoint: str = ""
    other_checkpoint: str = ""
    other_trust: tuple[TrustVersion, ...] = ()
    path: tuple[str, ...] = ()
    entries: tuple[ProvenEntry, ...] = ()
    prefix: tuple[str, ...] = ()
    receipts: tuple[SignedText, ...] = ()
    header: str = ""
    header_path: tuple[str, ...] = ()
    video: str = ""
    leaves: tuple[tuple[int, str, tuple[str, ...]], ...] = ()
    bundle: str = ""
    spec: str = SPEC


def encode_proof(proof: Proof) -> bytes:
    """The file: JSON with sorted keys, what is empty left out."""
    fields = {name: value for name, value in msgspec.to_builtins(proof).items() if value}
    return json.dumps(fields, indent=1, sort_keys=True).encode() + b"\n"


def parse_proof(data: bytes) -> Proof:
    """Read a file; nothing in it is checked yet. Raises: BadProof: it has another form."""
    if len(data) > PROOF_BYTES_MAX:
        raise BadProof("the file is too long to be a proof")
    try:
        proof = msgspec.json.decode(data, type=Proof)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadProof(f"not a proof file: {error}") from error
    if proof.spec != SPEC:
        raise BadProof(f"its spec is {proof.spec!r}, not {SPEC!r}")
    if proof.kind not in NEEDS:
        raise BadProof(f"an unknown kind of proof: {proof.kind!r}")
    given = {name for name in proof.__struct_fields__ if getattr(proof, name)}
    if more := sorted(given - ALWAYS - NEEDS[proof.kind]):
        raise BadProof(f"a proof of kind {proof.kind!r} holds nothing called {more}")
    return proof


def base64_of(hashes: Sequence[bytes]) -> tuple[str, ...]:
    """Each in base64."""
    return tuple(b64encode(one).decode() for one in hashes)


def bytes_of(texts: Sequence[str]) -> tuple[bytes, ...]:
    """Each read from base64. Raises: BadProof."""
    try:
        return tuple(b64decode(text, validate=True) for text in texts)
    except (binascii.Error, ValueError) as error:
        raise BadProof(f"damaged base64: {error}") from error


class Opened:
    """A proof whose keys and checkpoint are checked: what a kind's judge stands on."""

    def __init__(self, proof: Proof) -> None:
        """Raises: BadProof: the root of trust does not hold."""
        self.proof = proof
        self.trusts = read_trust(proof.trust)

    @property
    def trust_id(self) -> str:
        """SHA-256 of version 1 of the root of trust, to be compared with what one knows."""
        return trust_id(self.proof.trust[0].document.encode())

    @property
    def edition(self) -> str:
        """Whose service it is about."""
        return self.trusts[0].edition

    def checkpoint(self, text: str) -> Checkpoint:
        """The checkpoint in `text`, signed by a log key. Raises: BadProof."""
        keys = [parse_vkey(key) for trust in self.trusts for key in trust.log_keys]
        try:
            return open_checkpoint(text.encode(), keys).checkpoint
        except TlogError as error:
            raise BadProof(f"the checkpoint is not one of this log: {error}") from error

    def bodies(self) -> list[tuple[int, bytes]]:
        """The entries' bytes, each shown to be in the log. Raises: BadProof."""
        head = self.checkpoint(self.proof.checkpoint)
        found = []
        for one in self.proof.entries:
            body = one.data()
            try:
                check_inclusion(
                    leaf_hash(body), index=one.index, size=head.size, root=head.root,
                    path=bytes_of(one.path),
                )  # fmt: skip
            except ProofRefused as error:
                raise BadProof(f"entry {one.index} is not in the log: {error}") from error
            found.append((one.index, body))
        return found

    def entries(self) -> list[tuple[int, Entry]]:
        """The same, read. Raises: BadProof: one is no entry."""
        try:
            return [(index, parse_entry(body)) for index, body in self.bodies()]
        except BadEntry as error:
            raise BadProof(f"an entry cannot be read: {error}") from error

    def receipt(self, signed: SignedText) -> bytes:
        """A receipt's bytes, signed by a receipts key. Raises: BadProof."""
        data = signed.receipt.encode()
        (signature,) = bytes_of([signed.signature])
        for trust in self.trusts:
            for key in bytes_of(trust.receipt_keys):
                try:
                    verify(data, signature=signature, public_key=key)
                except BadSignature:
                    continue
                except ReceiptError as error:
                    raise BadProof(str(error)) from error
                return data
        raise BadProof("no key of this edition signed the receipt")

    def public_key_of(self, signed: SignedText) -> bytes:
        """The key that signed. Raises: BadProof: none did."""
        data, (signature,) = signed.receipt.encode(), bytes_of([signed.signature])
        for trust in self.trusts:
            for key in bytes_of(trust.receipt_keys):
                try:
                    verify(data, signature=signature, public_key=key)
                except ReceiptError:
                    continue
                return key
        raise BadProof("no key of this edition signed the receipt")


def read_trust(versions: Sequence[TrustVersion]) -> list[TrustDocument]:
    """Every version, each signed as it must be. Raises: BadProof."""
    found: list[TrustDocument] = []
    for version in versions:
        before = found[-1] if found else None
        try:
            document = check_trust(version.document.encode(), version.signatures, before=before)
        except BadTrust as error:
            raise BadProof(f"the root of trust does not hold: {error}") from error
        found.append(document)
    if not found:
        raise BadProof("there is no root of trust in it")
    return found


def json_of(value: Any) -> Any:
    """Plain values, for a report's JSON."""
    return msgspec.to_builtins(value)

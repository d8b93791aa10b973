"""The public log: what is in it, what was published of it, and who else has seen it.

Entries are appended by the writer, in the transaction of the fact they state, and by nothing else;
no command of this module takes an entry's bytes. What is here moves what was appended outward:
tiles, heads, checkpoints, cosignatures.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from plainview.core.history import record_salt
from plainview.core.terms.ids import Digest, ViewerId
from plainview.ports.commands import Command, Done


class LogHead(msgspec.Struct, frozen=True, kw_only=True):
    """The tree of the first `size` entries, as it was recorded at `at_ms`."""

    size: int
    root: Digest
    at_ms: int


class TrustRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the signed root of trust; `signatures` are (root key, signature) in base64."""

    version: int
    document: bytes
    signatures: tuple[tuple[str, str], ...]


class StoredTrust(TrustRecord, frozen=True, kw_only=True):
    """The same, with the index of its entry."""

    entry: int


class BeginLog(Command[Done], frozen=True, kw_only=True):
    """Begin the log with the first root of trust and the source tree that runs.

    What the edition has already (policies, weights, the commitments of this hour and the coming
    ones, decisions, the newest epoch) is appended after it, so that the log's reader has the
    state from which the rest follows. Nothing happens when the log has begun.
    """

    trust: TrustRecord
    source: Digest
    files: int
    at_ms: int


class RecordTrust(Command[Done], frozen=True, kw_only=True):
    """Make this the newest root of trust. Refused: `trust_taken`: its version is not the next."""

    trust: TrustRecord
    at_ms: int


class RecordSource(Command[Done], frozen=True, kw_only=True):
    """State that processes of this source tree run from now on, unless it is the last stated.

    Refused: `no_log`: the log has not begun.
    """

    digest: Digest
    files: int
    at_ms: int


class RecordHead(Command[Done], frozen=True, kw_only=True):
    """Record the root over the first `size` entries, before its signature is made.

    Recording the same again changes nothing. Refused: `head_differs`: another root is known for
    that size: two histories are being told, stop; `head_behind`: a larger head is recorded, or
    there are not that many entries: another publishes too, look again.
    """

    size: int
    root: Digest
    at_ms: int


class RecordInterval(Command[Done], frozen=True, kw_only=True):
    """Log the roots over the commitments to all that was received from `after_seq` to `upto_seq`.

    `leaves` are the commitments, 32 bytes each: those to `receipts_count` receipts, then those to
    events, both in the order of counting; they stay, so that a proof can be given after what they
    commit to is erased. Recording the same again changes nothing.

    Refused: `interval_taken`: `number` or `after_seq` is not where the last one ended; `no_log`:
    the log has not begun.
    """

    number: int
    after_seq: int
    upto_seq: int
    from_ms: int
    to_ms: int
    receipts_count: int
    receipts_root: Digest
    events_count: int
    events_root: Digest
    leaves: bytes


class RevealHourKeys(Command[Done], frozen=True, kw_only=True):
    """Log the keys of the hours that are over by `at_ms`, whose commitments are logged."""

    at_ms: int


class NoteAccess(Command[Done], frozen=True, kw_only=True):
    """Log that staff read what is kept of a viewer. Refused: `no_viewer`, `no_log`."""

    viewer: ViewerId
    reason_code: str
    by: str
    at_ms: int


class Cosignature(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness signed last: the size of the head, and its line of the note."""

    witness: str
    size: int
    line: str
    at_ms: int


class KeepCosignatures(Command[Done], frozen=True, kw_only=True):
    """Keep cosignatures of recorded heads, unless their witness has one of a larger head."""

    cosignatures: tuple[Cosignature, ...]


class RecordToCommit(msgspec.Struct, frozen=True, array_like=True):
    """An event that no interval holds yet; `receipt` is the slate's if it is a `served` one.

    `secret` is what the viewer's salts are derived from, None when it was erased.
    """

    seq: int
    n: int
    body: bytes
    secret: bytes | None
    number: int
    receipt: bytes | None


class IntervalRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An interval as it was logged; see `RecordInterval`."""

    number: int
    after_seq: int
    upto_seq: int
    receipts: int
    leaves: bytes
    entry: int


class IntervalsEnd(msgspec.Struct, frozen=True, kw_only=True):
    """The last interval's number, the last place it holds, and when it was logged."""

    number: int
    seq: int
    at_ms: int


class ReceiptPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a receipt is in the order of counting, and what its salt is derived from."""

    seq: int
    number: int
    secret: bytes | None


def upload_salt(secret: bytes, upload: str) -> bytes:
    """The salt of an upload's receipt; uploads are numbered by their ids, read as hexadecimal."""
    return record_salt(secret, label="upload", number=int(upload, 16))


class PromiseRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised about an upload: indexes of its entry and, once settled, of the entry that
    settled it; `secret` is what its salt is derived from."""

    commitment: Digest
    deadline_ms: int
    entry: int
    ended: int | None
    secret: bytes | None


class DecisionReason(msgspec.Struct, frozen=True, kw_only=True):
    """The words that a decision was given, which are public, and what opens the log's commitment to
    them."""

    words: str
    salt: bytes


class LogReads(Protocol):
    """What is read of the log. Each call sees all that was acknowledged before it."""

    def entries_count(self) -> int:
        """How many entries there are, published or not."""
        ...

    def log_entries(self, first: int, *, count: int) -> Sequence[bytes]:
        """The bytes of entry `first` and those after it."""
        ...

    def entries_of(self, types: Sequence[str], *, first: int, before: int) -> Sequence[bytes]:
        """The bytes of the entries of these types from index `first` to the one before `before`."""
        ...

    def entries_before(
        self, types: Sequence[str], *, before: int, count: int
    ) -> Sequence[tuple[int, bytes]]:
        """The last `count` entries of these types with an index below `before`, newest first,
        each with its index. Cost: grows with `count` and the number of types alone."""
        ...

    def epoch_entry(self, number: int) -> int | None:
        """Index of the entry of an epoch; None: there is no such epoch, or it is older."""
        ...

    def oldest_epoch(self) -> int:
        """The lowest number of an epoch that has an entry, 0 before the first."""
        ...

    def trust_entry(self, version: int) -> int | None:
        """Index of the entry with that version of the root of trust."""
        ...

    def newest_head(self) -> LogHead | None:
        """The largest recorded head; None before the first."""
        ...

    def heads(self) -> Sequence[LogHead]:
        """All recorded heads, smallest first."""
        ...

    def unlogged_since_ms(self) -> int | None:
        """Since when something waits for the log: the oldest of the entries that no recorded head
        covers and of the events that no interval holds. None: nothing does."""
        ...

    def is_source_logged(self, digest: Digest) -> bool:
        """Whether that source tree's entry is in a recorded head."""
        ...

    def trust(self) -> StoredTrust | None:
        """The newest root of trust; None before the log has begun."""
        ...

    def intervals_end(self) -> IntervalsEnd | None:
        """Where the last interval ended; before the first, where and when the log began. None
        before that."""
        ...

    def interval_at(self, seq: int) -> IntervalRecord | None:
        """The interval that holds what has that place in the order of counting."""
        ...

    def records_after(self, seq: int, *, count: int) -> Sequence[RecordToCommit]:
        """The next `count` events in the order of counting."""
        ...

    def receipt_place(self, receipt: Digest) -> ReceiptPlace | None:
        """Where the receipt of that id is; None: it is not stored."""
        ...

    def receipts_between(self, after_seq: int, seq: int) -> int:
        """How many receipts stand after `after_seq` and before `seq` in the order of counting."""
        ...

    def has_keys_to_reveal(self, at_ms: int) -> bool:
        """Whether an hour is over whose key is committed in the log and not revealed."""
        ...

    def promise(self, upload: str) -> PromiseRecord | None:
        """What was promised about that upload; None: it never was whole, or is older."""
        ...

    def decision_reason(self, n: int) -> DecisionReason | None:
        """The words of decision `n`; None: it has none, there is no such decision, or it is not in
        the log."""
        ...

    def cosignatures(self) -> Sequence[Cosignature]:
        """The last of each witness, by name."""
        ...


class LogFiles(Protocol):
    """The log as others read it: tiles, bundles, and the checkpoint, under their paths.

    A tile or bundle is durable once `keep` returns, appears whole or not at all, and never changes:
    keeping the same again is harmless.
    """

    def keep(self, path: str, data: bytes) -> None:
        """Store a tile or bundle at `path`, such as `tile/0/000.p/5`."""
        ...

    def read(self, path: str) -> bytes | None:
        """Its bytes, or None."""
        ...

    def drop_partials(self, path: str) -> None:
        """Remove the partial ones of a tile whose full one was kept. Raises: FileNotFoundError:
        it was not."""
        ...

    def checkpoint(self) -> bytes | None:
        """The checkpoint that is handed out; None before the first."""
        ...

    def replace_checkpoint(self, data: bytes, *, size: int) -> bool:
        """Hand out this one from now on, durable on return, unless that of a larger tree is handed
        out already: whether it was replaced."""
        ...


class LogSigner(Protocol):
    """Holds the log's Ed25519 private key and lets nobody see it."""

    def sign(self, text: bytes) -> bytes:
        """The 64-byte signature of a note's text."""
        ...

    def public_key(self) -> bytes:
        """32 raw bytes."""
        ...


class RootSigner(Protocol):
    """Holds a root key, which signs the root of trust and nothing else."""

    def sign_trust(self, document: bytes) -> tuple[str, str]:
        """(key, signature) in base64 for a trust document."""
        ...

    def public_key(self) -> bytes:
        """32 raw bytes."""
        ...


class WitnessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness said: HTTP status, and its body (cosignature lines, or the size it knows)."""

    status: int
    body: bytes


class WitnessGone(Exception):
    """The witness did not answer, or not in time. Ask again later; nothing waits for it."""


class WitnessClient(Protocol):
    """Sends checkpoints to witnesses."""

    def add_checkpoint(self, url: str, body: bytes) -> WitnessAnswer:
        """POST `body` to `url`/add-checkpoint. Raises: WitnessGone."""
        ...

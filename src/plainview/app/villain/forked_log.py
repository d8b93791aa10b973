"""A second log under the true one's key: the same entries up to a point, and others after it.

Every web process makes the same one, from the entries that are stored and what the lever chose, so
none of it is kept: the true log lies on disk untouched while another is shown.
"""

import copy
import threading
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from plainview.app.http.books import Books
from plainview.app.http.public_files import PublicFiles
from plainview.app.wire import Wired
from plainview.audit.evidence import EpochEvidence, Evidence
from plainview.audit.verdict import Verdict
from plainview.core.catalogue import (
    encode_header,
    hash_leaves,
    parse_header,
    root_over,
    rows_bytes,
)
from plainview.core.feed import build_index
from plainview.core.history import Entry, EpochFrozen, encode_entry, parse_entry
from plainview.core.receipts import parse_receipt
from plainview.core.terms.epoch import Epoch, EpochHeader, Rows
from plainview.core.terms.hashing import leaf_hash
from plainview.core.terms.ids import Digest, ViewerId
from plainview.core.tlog import (
    ENTRIES,
    TILE_WIDTH,
    BadPath,
    Frontier,
    KnownHashes,
    encode_bundle,
    parse_path,
    tile_bytes,
    tile_of,
)
from plainview.core.tlog.tree import Place
from plainview.edge.sqlite.log_reads import SqliteLogReads
from plainview.flows.check_receipts import StoredEvidence, check_receipts
from plainview.flows.open_epoch import ServedEpoch
from plainview.flows.prove_receipt import PublishedLog
from plainview.flows.read_epoch import NoEpoch, read_rows
from plainview.flows.serve_slate import Epochs
from plainview.ports.tlog import Cosignature, IntervalRecord, LogHead

READ_AT_ONCE = 4_096


class Editing(Protocol):
    """What is told instead. Entries are handed over in order, each once."""

    def begin(self, fork: "Fork") -> Iterable[Entry]:
        """Entries that are put in where the logs part, each when the one before is in."""
        ...

    def edit(self, entry: Entry, fork: "Fork") -> Entry | None:
        """What stands for `entry`; None: nothing does."""
        ...

    def number_of(self, number: int) -> int:
        """The number that the true epoch `number` has here."""
        ...

    def alter(self, header: EpochHeader, rows: Rows) -> tuple[EpochHeader, Rows]:
        """The epoch told for a true one, but for number and previous root; `rows` may be
        written to."""
        ...


class ToldEpoch(msgspec.Struct, frozen=True, eq=False):
    """An epoch of the second log."""

    epoch: Epoch
    true_number: int
    entry: int


class Fork:
    """The second log. `grow` brings it up to the true one; the rest reads. Safe for threads."""

    def __init__(self, wired: Wired, *, at: int, first_epoch: int, editing: Editing) -> None:
        """`at`: index from which entries are told otherwise; `first_epoch`: number from which
        epochs are."""
        self.wired = wired
        self.at = at
        self.first_epoch = first_epoch
        self._editing = editing
        self._lock = threading.RLock()
        self.entries: list[bytes] = []
        self.places: dict[int, int] = {}
        self.epochs: dict[int, ToldEpoch] = {}
        self._frontier = Frontier()
        self._known: dict[Place, bytes] = {}
        self._true_size = 0
        self._rows: tuple[int, Rows] | None = None
        self._at_ms = 0
        self._served: ServedEpoch | None = None

    @property
    def tree(self) -> KnownHashes:
        """Hashes of the whole tree."""
        return KnownHashes(self._known)

    def grow(self) -> LogHead:
        """Tell what was published since. Returns the newest head."""
        reads = self.wired.log_reads
        head = reads.newest_head()
        assert head is not None, "a log is forked that was published"
        with self._lock:
            while self._true_size < head.size:
                count = min(READ_AT_ONCE, head.size - self._true_size)
                for body in reads.log_entries(self._true_size, count=count):
                    self._take(body)
                    self._true_size += 1
                    if self._true_size == self.at:
                        self._begin()
            self._at_ms = head.at_ms
            return self.head()

    def head(self) -> LogHead:
        """The tree as it was last grown."""
        root = Digest(self._frontier.root().hex())
        return LogHead(size=len(self.entries), root=root, at_ms=self._at_ms)

    def _begin(self) -> None:
        for entry in self._editing.begin(self):
            self._append(encode_entry(entry))

    def _take(self, body: bytes) -> None:
        if self._true_size < self.at:
            self.places[self._true_size] = len(self.entries)
            self._append(body)
            return
        told = self._editing.edit(parse_entry(body), self)
        if told is not None:
            self.places[self._true_size] = len(self.entries)
            self._append(encode_entry(told))

    def _append(self, body: bytes) -> None:
        self.entries.append(body)
        self._frontier, completed = self._frontier.extend([leaf_hash(body)])
        self._known.update(completed)

    def tell_epoch(self, true_number: int, *, previous_root: Digest, at_ms: int) -> EpochFrozen:
        """The entry of the epoch that is told for a true one; it goes in next."""
        header, honest = self.true_epoch(true_number)
        header, rows = self._editing.alter(header, honest.copy())
        header = msgspec.structs.replace(
            header,
            number=self._editing.number_of(true_number),
            previous_root=previous_root,
            rows=len(rows),
        )
        root = root_over(encode_header(header), hash_leaves(rows))
        epoch = Epoch(header=header, rows=rows, root=root)
        self.epochs[header.number] = ToldEpoch(epoch, true_number, len(self.entries))
        return EpochFrozen(
            number=header.number,
            root=root,
            previous_root=previous_root,
            weights=header.weights,
            line_weights=header.line_weights,
            decisions=header.decisions,
            frozen_ms=header.frozen_ms,
            at_ms=at_ms,
        )

    def root_of(self, number: int) -> Digest:
        """The root of an epoch as this log has it."""
        told = self.epochs.get(number)
        if told is not None:
            return told.epoch.root
        record = self.wired.reads.epoch(number)
        if record is None:
            raise NoEpoch(f"epoch {number}")
        return record.root

    def true_epoch(self, number: int) -> tuple[EpochHeader, Rows]:
        """Header and rows of an epoch as it was frozen. Raises: NoEpoch."""
        record = self.wired.reads.epoch(number)
        if record is None:
            raise NoEpoch(f"epoch {number}")
        known = self._rows if self._rows and self._rows[0] <= number else None
        rows = read_rows(record, reads=self.wired.reads, files=self.wired.epoch_files, known=known)
        self._rows = (number, rows)
        return parse_header(record.header), rows

    def newest_served(self, honest: ServedEpoch) -> ServedEpoch:
        """The newest epoch told, as slates are made from it; `honest` has its weights."""
        with self._lock:
            told = self.epochs[max(self.epochs)]
            if self._served is None or self._served.epoch is not told.epoch:
                index = build_index(told.epoch, centroids=honest.weights.centroids)
                self._served = ServedEpoch(
                    told.epoch, index, honest.weights, honest.served_ms, honest.lines
                )
            return self._served


class ForkedReads(SqliteLogReads):
    """`LogReads` of the second log."""

    def __init__(self, fork: Fork) -> None:
        super().__init__(fork.wired.reads)
        self._fork = fork

    def entries_count(self) -> int:
        """See `LogReads`."""
        return self._fork.grow().size

    def newest_head(self) -> LogHead | None:
        """See `LogReads`."""
        return self._fork.grow()

    def log_entries(self, first: int, *, count: int) -> Sequence[bytes]:
        """See `LogReads`."""
        self._fork.grow()
        return self._fork.entries[first : first + count]

    def entries_of(self, types: Sequence[str], *, first: int, before: int) -> Sequence[bytes]:
        """See `LogReads`."""
        return [body for _, body in self._of_types(types, first=first, before=before)]

    def entries_before(
        self, types: Sequence[str], *, before: int, count: int
    ) -> Sequence[tuple[int, bytes]]:
        """See `LogReads`."""
        return self._of_types(types, first=0, before=before)[::-1][:count]

    def _of_types(
        self, types: Sequence[str], *, first: int, before: int
    ) -> list[tuple[int, bytes]]:
        names = tuple(f'"type":"{name}"'.encode() for name in types)
        bodies = enumerate(self._fork.entries[first:before], first)
        return [(n, body) for n, body in bodies if any(name in body for name in names)]

    def epoch_entry(self, number: int) -> int | None:
        """See `LogReads`."""
        self._fork.grow()
        told = self._fork.epochs.get(number)
        if told is not None:
            return told.entry
        return None if number >= self._fork.first_epoch else super().epoch_entry(number)

    def interval_at(self, seq: int) -> IntervalRecord | None:
        """See `LogReads`."""
        found = super().interval_at(seq)
        if found is None:
            return None
        self._fork.grow()
        place = self._fork.places.get(found.entry, len(self._fork.entries))
        return msgspec.structs.replace(found, entry=place)

    def cosignatures(self) -> Sequence[Cosignature]:
        """See `LogReads`. No witness has seen this log."""
        return ()


class ForkedFiles:
    """`LogFiles` of the second log, made when asked for."""

    def __init__(self, fork: Fork) -> None:
        self._fork = fork

    def keep(self, path: str, data: bytes) -> None:
        """See `LogFiles`."""
        raise AssertionError(f"{path} ({len(data)} B): a false log is not kept")

    def drop_partials(self, path: str) -> None:
        """See `LogFiles`."""
        raise AssertionError(f"{path}: a false log is not kept")

    def replace_checkpoint(self, data: bytes, *, size: int) -> bool:
        """See `LogFiles`."""
        raise AssertionError(f"{size} ({len(data)} B): a false log is not kept")

    def read(self, path: str) -> bytes | None:
        """See `LogFiles`."""
        try:
            tile = parse_path(path)
        except BadPath:
            return None
        size = self._fork.grow().size  # another process may have shown a larger head meanwhile
        widest = tile_of(tile.level, tile.index, size)
        if widest is None or widest.width < tile.width:
            return None
        if tile.level == ENTRIES:
            first = tile.index * TILE_WIDTH
            return encode_bundle(self._fork.entries[first : first + tile.width])
        return tile_bytes(tile, self._fork.tree)

    def checkpoint(self) -> bytes | None:
        """See `LogFiles`. Signed with the log's own key."""
        return self._fork.wired.publisher().sign(self._fork.grow()).encode()


class ForkedPublicFiles(PublicFiles):
    """What is shown with the second log."""

    def __init__(self, wired: Wired, fork: Fork) -> None:
        super().__init__(wired)
        self._fork = fork

    def epoch(self, number: int, part: str) -> bytes | None:
        """See `PublicFiles`."""
        self._fork.grow()
        told = self._fork.epochs.get(number)
        if told is None:
            return None if number >= self._fork.first_epoch else super().epoch(number, part)
        given = evidence_of(told, replaced_ms=-1)
        rows, leaves = bytes(given.rows), b"".join(given.leaves)
        parts = {"header": given.header, "rows": rows, "leaves": leaves}
        return parts.get(part)


def evidence_of(told: ToldEpoch, *, replaced_ms: int) -> EpochEvidence:
    """An epoch of the second log as bytes."""
    header = encode_header(told.epoch.header)
    return EpochEvidence(
        header=header,
        rows=rows_bytes(told.epoch.rows),
        leaves=(leaf_hash(header), *hash_leaves(told.epoch.rows).hashes),
        replaced_ms=replaced_ms,
    )


class ForkedEvidence(StoredEvidence):
    """What slates are worked out again from, as the second log has it."""

    def __init__(self, fork: Fork) -> None:
        wired = fork.wired
        super().__init__(
            views=wired.reads, reads=wired.reads, files=wired.epoch_files, objects=wired.objects
        )
        self._fork = fork
        self._told: dict[int, EpochEvidence] = {}

    def epoch(self, number: int) -> EpochEvidence | None:
        """See `Evidence`."""
        told = self._fork.epochs.get(number)
        if told is None:
            return super().epoch(number)
        if number not in self._told:
            after = self._fork.epochs.get(number + 1)
            replaced_ms = after.epoch.header.frozen_ms if after else -1
            self._told[number] = evidence_of(told, replaced_ms=replaced_ms)
        return self._told[number]


class ForkedBooks(Books):
    """The second log, what it names, and slates worked out again from whichever books they fit."""

    def __init__(self, fork: Fork, *, under: Books) -> None:
        wired = copy.copy(fork.wired)
        wired.log_reads = ForkedReads(fork)
        wired.log_files = ForkedFiles(fork)  # type: ignore[assignment]  # of another kind
        self.wired = wired
        self.public = ForkedPublicFiles(wired, fork)
        self.published = PublishedLog(reads=wired.log_reads, files=wired.log_files)
        self._fork = fork
        self._under = under

    def verdicts(self, viewer: ViewerId, *, last: int) -> list[Verdict]:
        """See `Books`."""
        self._fork.grow()
        told = check_receipts(
            viewer,
            last=last,
            views=self.wired.reads,
            evidence=ForkedEvidence(self._fork),
            public_keys=self.wired.receipt_keys(),
        )
        found = self._under.verdicts(viewer, last=last)
        return [b if b.is_same else a for a, b in zip(found, told, strict=True)]

    def evidence_for(self, receipt: bytes) -> Evidence:
        """See `Books`."""
        told = self._fork.epochs.get(parse_receipt(receipt).epoch)
        if told is None or told.epoch.root != parse_receipt(receipt).epoch_root:
            return self._under.evidence_for(receipt)
        return ForkedEvidence(self._fork)


class ForkedEpochs:
    """`Epochs` of the second log."""

    def __init__(self, honest: Epochs, fork: Fork) -> None:
        self._honest = honest
        self._fork = fork

    def at_least(self, number: int) -> ServedEpoch:
        """See `Epochs`."""
        honest = self._honest.at_least(0)
        self._fork.grow()
        if not self._fork.epochs:
            return self._honest.at_least(number)
        served = self._fork.newest_served(honest)
        if served.epoch.header.number < number:
            raise NoEpoch(f"epoch {number} is not ready yet")
        return served

"""Prove from the published log: that an entry is in it, that it grew, that a receipt was logged."""

import threading
from collections.abc import Sequence
from typing import Final

import msgspec

from plainview.core.history import IntervalProof, IntervalTree, record_salt
from plainview.core.terms.ids import Digest
from plainview.core.tlog import TileReader, consistency_path, inclusion_path
from plainview.ports.tlog import IntervalRecord, LogFiles, LogHead, LogReads

HASH_BYTES: Final = 32
TREES_KEPT: Final = 16
"""Intervals whose trees are kept: within seconds of a slate its browser asks where it stands, so
that most of what is asked for is in the newest ones. One of the largest takes about 3 MB."""


class NotLogged(Exception):
    """There is no proof of that.

    NotLogged
     |- NotLoggedYet   it was received, and stands in no published interval: ask again in a second
     |- NeverLogged    nothing of that name is stored, or its owner's secret was erased
     `- OutsideLog     there is no such entry, or no tree of that size, under the newest head
    """


class NotLoggedYet(NotLogged):
    """Ask again in a second."""


class NeverLogged(NotLogged):
    """Nothing of that name is stored here."""


class OutsideLog(NotLogged):
    """No such entry or size."""


class ReceiptProof(msgspec.Struct, frozen=True, kw_only=True):
    """Where a receipt stands: in its interval's tree of `count` receipts, and the interval's entry
    in the tree of `size` entries."""

    place: IntervalProof
    count: int
    entry: bytes
    size: int
    path: tuple[bytes, ...]


class PublishedLog:
    """The log as it was published, for proofs. Keeps the newest tree's hashes that were asked for,
    each checked against the recorded root. Safe to share between threads."""

    def __init__(self, *, reads: LogReads, files: LogFiles) -> None:
        self._reads = reads
        self._files = files
        self._reader: TileReader | None = None
        self._lock = threading.Lock()
        self._trees: dict[int, IntervalTree] = {}

    def head(self) -> LogHead:
        """The newest recorded head. Raises: OutsideLog: there is none yet."""
        head = self._reads.newest_head()
        if head is None:
            raise OutsideLog("nothing has been published yet")
        return head

    def _tree(self) -> TileReader:
        head, reader = self.head(), self._reader
        if reader is None or reader.size != head.size:
            reader = TileReader(
                size=head.size, root=bytes.fromhex(head.root), fetch=self._files.read
            )
            self._reader = reader
        return reader

    def inclusion(self, index: int, *, size: int) -> tuple[bytes, list[bytes]]:
        """Entry `index` and its path in the tree of `size`. Raises: OutsideLog."""
        tree = self._tree()
        if not 0 <= index < size <= tree.size:
            raise OutsideLog(f"entry {index} of {size}, where {tree.size} are published")
        (entry,) = self._reads.log_entries(index, count=1)
        return entry, inclusion_path(index, size, tree)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The path that shows the tree of `new` to begin with that of `old`. Raises: OutsideLog."""
        tree = self._tree()
        if not 0 <= old <= new <= tree.size:
            raise OutsideLog(f"from {old} to {new}, where {tree.size} are published")
        return consistency_path(old, new, tree)

    def receipt(self, receipt: Digest) -> ReceiptProof:
        """The proof for the receipt of that id.

        It is for the receipt that was committed to: if what is stored was altered since, the
        proof does not fit it, and fits what its owner kept.

        Raises: NotLoggedYet, NeverLogged.
        """
        size = self.head().size
        place, count = self._placed(receipt, size=size)
        entry, path = self.inclusion(place.entry, size=size)
        return ReceiptProof(place=place, count=count, entry=entry, size=size, path=tuple(path))

    def place(self, receipt: Digest) -> IntervalProof:
        """The part of that proof that leads to the interval: who has the log has the rest.

        Raises: NotLoggedYet, NeverLogged, OutsideLog: nothing was published yet.
        """
        return self._placed(receipt, size=self.head().size)[0]

    def _placed(self, receipt: Digest, *, size: int) -> tuple[IntervalProof, int]:
        """Where it stands, and among how many receipts."""
        place = self._reads.receipt_place(receipt)
        if place is None or place.secret is None:
            raise NeverLogged("no receipt of that id is stored here")
        interval = self._reads.interval_at(place.seq)
        if interval is None or interval.entry >= size:
            raise NotLoggedYet("its interval is not published yet")
        index = self._reads.receipts_between(interval.after_seq, place.seq)
        found = IntervalProof(
            salt=record_salt(place.secret, label="receipt", number=place.number),
            interval=interval.number,
            entry=interval.entry,
            index=index,
            path=self._tree_of(interval).path(index),
        )
        return found, interval.receipts

    def _tree_of(self, interval: IntervalRecord) -> IntervalTree:
        """The tree over an interval's receipts, which never changes."""
        tree = self._trees.get(interval.number)
        if tree is None:
            tree = IntervalTree(_receipts(interval.leaves, interval.receipts))
            with self._lock:
                self._trees[interval.number] = tree
                while len(self._trees) > TREES_KEPT:
                    del self._trees[next(iter(self._trees))]
        return tree


def _receipts(leaves: bytes, count: int) -> Sequence[Digest]:
    """The commitments to an interval's receipts, which stand before those to its events."""
    return [
        Digest(leaves[at : at + HASH_BYTES].hex())
        for at in range(0, count * HASH_BYTES, HASH_BYTES)
    ]

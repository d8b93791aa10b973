"""What must be kept of a tree to append to it: the hashes along its right edge."""

from collections.abc import Iterable
from dataclasses import dataclass

from plainview.core.terms.hashing import node_hash
from plainview.core.tlog.tree import HashReader, Place, folded, subtrees


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree of `size` leaves as its largest complete subtrees, left to right (a compact range).

    `peaks` has one hash of 32 bytes for each 1 in the binary form of `size`, largest subtree first.

    >>> from plainview.core.terms.hashing import leaf_hash
    >>> Frontier().extend([leaf_hash(b"a"), leaf_hash(b"b")])[0].size
    2
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or self.size.bit_count() != len(self.peaks):
            raise ValueError(f"{len(self.peaks)} peaks do not make a tree of {self.size}")

    def root(self) -> bytes:
        """The tree's root."""
        return folded(self.peaks)

    def extend(self, leaves: Iterable[bytes]) -> tuple["Frontier", dict[Place, bytes]]:
        """The tree with hashed `leaves` appended, and every subtree hash that this completed.

        The hashes include the leaves' own, at level 0. Cost: O(leaves).
        """
        size, peaks = self.size, list(self.peaks)
        completed: dict[Place, bytes] = {}
        for leaf in leaves:
            level, number, value = 0, size, leaf
            completed[Place(0, number)] = leaf
            while number & 1:
                level, number, value = level + 1, number >> 1, node_hash(peaks.pop(), value)
                completed[Place(level, number)] = value
            peaks.append(value)
            size += 1
        return Frontier(size, tuple(peaks)), completed


def frontier_at(size: int, reader: HashReader) -> Frontier:
    """The frontier of the tree of `size` leaves that `reader` knows."""
    return Frontier(size, tuple(reader.read_hashes(subtrees(0, size))))

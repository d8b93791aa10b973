"""The tree of RFC 6962 over any storage: roots and proofs made from a narrow reader of hashes.

All storage is a `HashReader`: it gives the hashes of complete subtrees, each named by its level
(2**level leaves) and its number among those of that level. Such a hash never changes as the log
grows, so every reader may cache for ever.

Source: RFC 6962, section 2.1; the reader is the idea of golang.org/x/mod/sumdb/tlog.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from plainview.core.terms.hashing import EMPTY_ROOT, node_hash, root_from_proof
from plainview.core.tlog.errors import ProofRefused

HASH_BYTES: Final = 32
SIZE_BOUND: Final = 2**63
"""Sizes and indexes are below this: a proof then has at most 63 hashes."""


class Place(NamedTuple):
    """The complete subtree over leaves `number * 2**level` .. `(number + 1) * 2**level - 1`."""

    level: int
    number: int


class HashReader(Protocol):
    """Where hashes of complete subtrees come from."""

    def read_hashes(self, places: Sequence[Place]) -> Sequence[bytes]:
        """The 32-byte hash of each place, in the order asked.

        Every place asked for lies wholly inside a tree that the reader knows. A reader that cannot
        give one raises (KeyError from memory, TileMissing or TileRefused from tiles) rather than
        answer less.
        """
        ...


class KnownHashes:
    """A reader over hashes in memory and, for places that are not there, the reader below."""

    def __init__(self, known: Mapping[Place, bytes], below: HashReader | None = None) -> None:
        self._known = known
        self._below = below

    def read_hashes(self, places: Sequence[Place]) -> Sequence[bytes]:
        """The hash of each place. Raises: KeyError: a place neither known nor below."""
        if self._below is None:
            return [self._known[place] for place in places]
        missing = [place for place in places if place not in self._known]
        found = dict(zip(missing, self._below.read_hashes(missing), strict=True)) if missing else {}
        return [found[place] if place in found else self._known[place] for place in places]


def subtrees(start: int, end: int) -> list[Place]:
    """The complete subtrees that make up leaves `start` .. `end - 1`, left to right, largest first.

    `start` is a multiple of the smallest power of two that is not below `end - start`, as it is for
    every range that RFC 6962's definitions cut.

    >>> subtrees(0, 7)
    [Place(level=2, number=0), Place(level=1, number=2), Place(level=0, number=6)]
    """
    places = []
    while start < end:
        level = (end - start).bit_length() - 1
        assert not start & ((1 << level) - 1), "a range that no tree is cut into"
        places.append(Place(level, start >> level))
        start += 1 << level
    return places


def folded(peaks: Sequence[bytes]) -> bytes:
    """The root over the hashes of complete subtrees, largest first, as `subtrees` lists them."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def _ranges_hashed(ranges: Sequence[tuple[int, int]], reader: HashReader) -> list[bytes]:
    """MTH of each range, with one call to the reader."""
    parts = [subtrees(start, end) for start, end in ranges]
    hashes = iter(reader.read_hashes([place for part in parts for place in part]))
    return [folded([next(hashes) for _ in part]) for part in parts]


def tree_root(size: int, reader: HashReader) -> bytes:
    """MTH(D[size]); the empty tree's is `SHA256("")`."""
    if not 0 <= size < SIZE_BOUND:
        raise IndexError(f"a tree of {size}")
    return _ranges_hashed([(0, size)], reader)[0] if size else EMPTY_ROOT


def _split(start: int, end: int) -> int:
    """Where the tree over these leaves is cut: the largest power of two below their number."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def inclusion_path(index: int, size: int, reader: HashReader) -> list[bytes]:
    """PATH(index, D[size]), from the leaf's sibling up to the root's child.

    Raises: IndexError: there is no such leaf.
    Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < size < SIZE_BOUND:
        raise IndexError(f"leaf {index} of {size}")
    ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return _ranges_hashed(ranges[::-1], reader)


def consistency_path(old: int, new: int, reader: HashReader) -> list[bytes]:
    """PROOF(old, D[new]); empty when `old == new`, and when `old` is 0, which proves nothing.

    Raises: IndexError: not 0 <= old <= new.
    Source: RFC 6962, section 2.1.2.
    """
    if not 0 <= old <= new < SIZE_BOUND:
        raise IndexError(f"from {old} to {new}")
    if old == 0:
        return []
    ranges = []
    start, end = 0, new
    while old != end:
        middle = _split(start, end)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:
        ranges.append((start, end))
    return _ranges_hashed(ranges[::-1], reader)


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def check_inclusion(
    leaf: bytes, *, index: int, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Return if hashed `leaf` is at `index` of the tree of `size` under `root`.

    Raises: ProofRefused: the path does not show it.
    """
    if not _are_hashes(leaf, root, *path):
        raise ProofRefused("a hash has 32 bytes")
    if size >= SIZE_BOUND or root_from_proof(leaf, index, size, path) != root:
        raise ProofRefused(f"the path does not lead from leaf {index} to the root of size {size}")


def check_consistency(
    *, old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Return if `path` shows the tree of size `new` to begin with the tree of size `old`.

    From the empty tree nothing can be shown, so `old` = 0 is refused, whatever `new` is.

    Raises: ProofRefused: the path does not show it.
    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 < old <= new < SIZE_BOUND:
        raise ProofRefused(f"no path shows that a tree of {new} begins with one of {old}")
    if old == new:
        if path or old_root != new_root:
            raise ProofRefused(f"two trees of size {new} that differ, or a path where none is due")
        return
    if not _are_hashes(old_root, new_root, *path):
        raise ProofRefused("a hash has 32 bytes")
    # The proof leaves out the old root where it is a node of the new tree.
    whole = [old_root, *path] if old & (old - 1) == 0 else path
    if roots_of_path(old, new, whole) != (old_root, new_root):
        raise ProofRefused(f"the path does not lead from size {old} to size {new}")


def roots_of_path(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The roots of the first `old` and of all `new` leaves that `path` leads to.

    The path is RFC 6962's consistency proof with its first hash always written out. None: it does
    not fit the sizes. Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 < old < new or not path:
        return None
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            fr, sr = node_hash(step, fr), node_hash(step, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, step)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr) if sn == 0 else None


def subtree_hashes(leaves: Iterable[bytes]) -> dict[Place, bytes]:
    """The hash of every complete subtree over hashed `leaves`, a tree held in memory."""
    level, found = 0, {}
    hashes = list(leaves)
    while hashes:
        found.update({Place(level, number): value for number, value in enumerate(hashes)})
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        level += 1
    return found

"""Roots and proofs over a hash reader, held to RFC 6962's text and its own example."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.terms.hashing import EMPTY_ROOT, inclusion_proof, leaf_hash, node_hash
from plainview.core.tlog import (
    KnownHashes,
    Place,
    ProofRefused,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    subtree_hashes,
    tree_root,
)
from plainview.core.tlog.tree import subtrees
from tests.sample_logs import recursive_root

D = [bytes([n]) for n in range(7)]
LEAVES = [leaf_hash(entry) for entry in D]
a, b, c, d, e, f, j = LEAVES
g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
k, l = node_hash(g, h), node_hash(i, j)
SEVEN = KnownHashes(subtree_hashes(LEAVES))
"""RFC 6962, section 2.1.3: the tree with 7 leaves and the letters it gives the nodes."""

MANY = [leaf_hash(str(n).encode()) for n in range(600)]
KNOWN = KnownHashes(subtree_hashes(MANY))
SIZES = st.integers(1, 600)


def naive_consistency(m: int, leaves: list[bytes], *, is_whole: bool = True) -> list[bytes]:
    """SUBPROOF, word for word as RFC 6962 defines it."""
    n = len(leaves)
    if m == n:
        return [] if is_whole else [recursive_root(leaves)]
    split = 1 << (n - 1).bit_length() - 1
    if m <= split:
        left = naive_consistency(m, leaves[:split], is_whole=is_whole)
        return [*left, recursive_root(leaves[split:])]
    right = naive_consistency(m - split, leaves[split:], is_whole=False)
    return [*right, recursive_root(leaves[:split])]


def is_consistent(old: int, new: int, path: list[bytes], **roots: bytes) -> bool:
    try:
        check_consistency(
            old=old,
            old_root=roots.get("old_root", recursive_root(MANY[:old])),
            new=new,
            new_root=roots.get("new_root", recursive_root(MANY[:new])),
            path=path,
        )
    except ProofRefused:
        return False
    return True


def is_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    try:
        check_inclusion(leaf, index=index, size=size, root=root, path=path)
    except ProofRefused:
        return False
    return True


def test_the_rfc_tree_of_seven() -> None:
    """Root, audit paths and consistency proofs are those that RFC 6962 draws and lists."""
    assert tree_root(7, SEVEN) == node_hash(k, l)
    assert [inclusion_path(n, 7, SEVEN) for n in (0, 3, 4, 6)] == [
        [b, h, l], [c, g, l], [f, j, k], [i, k],
    ]  # fmt: skip
    assert consistency_path(3, 7, SEVEN) == [c, d, g, l]
    assert consistency_path(4, 7, SEVEN) == [l]
    assert consistency_path(6, 7, SEVEN) == [i, j, k]


def test_the_smallest_trees() -> None:
    """No leaf hashes to SHA256 of nothing, one leaf is its own root, and both need no proof."""
    assert tree_root(0, SEVEN) == EMPTY_ROOT == sha256(b"").digest()
    assert tree_root(1, SEVEN) == a
    assert inclusion_path(0, 1, SEVEN) == []
    assert consistency_path(0, 7, SEVEN) == consistency_path(7, 7, SEVEN) == []
    check_inclusion(a, index=0, size=1, root=a, path=[])


def test_every_root_up_to_600() -> None:
    """For each size up to 600 the root is that of the recursive definition."""
    assert [tree_root(n, KNOWN) for n in range(601)] == [
        recursive_root(MANY[:n]) for n in range(601)
    ]


@given(SIZES, st.data())
def test_paths_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    """Both kinds of path equal the definitions' and lead to the roots they should."""
    old = data.draw(st.integers(1, size))
    path = consistency_path(old, size, KNOWN)
    assert path == naive_consistency(old, MANY[:size])
    assert is_consistent(old, size, path)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, KNOWN)
    assert path == inclusion_proof(MANY[:size], index)
    assert is_included(MANY[index], index, size, path, recursive_root(MANY[:size]))


@given(SIZES, st.data())
def test_a_consistency_path_that_was_touched_is_refused(size: int, data: st.DataObject) -> None:
    """A flipped bit, a hash more or less, and another size or root are all refused."""
    old = data.draw(st.integers(1, size - 1)) if size > 1 else 1
    path = consistency_path(old, size, KNOWN)
    other = MANY[data.draw(st.integers(0, 599))]
    assert not is_consistent(old, size, [*path, other])
    assert not is_consistent(old, size, path, new_root=sha256(other).digest())
    assert not is_consistent(old, size, path, old_root=sha256(other).digest())
    if not path:
        return
    assert not is_consistent(old, size, path[:-1])
    assert not is_consistent(old, size, path[1:])
    at = data.draw(st.integers(0, len(path) - 1))
    flipped = bytes([path[at][0] ^ 1]) + path[at][1:]
    assert not is_consistent(old, size, [*path[:at], flipped, *path[at + 1 :]])
    assert not is_consistent(old, size, [*path[:at], path[at] + b"\0", *path[at + 1 :]])


@given(SIZES, st.data())
def test_an_inclusion_path_fits_one_leaf_at_one_place(size: int, data: st.DataObject) -> None:
    """A path is refused for another leaf, another index, with a flipped bit, or cut short."""
    index, root = data.draw(st.integers(0, size - 1)), recursive_root(MANY[:size])
    path = inclusion_path(index, size, KNOWN)
    assert not is_included(sha256(b"x").digest(), index, size, path, root)
    other = data.draw(st.integers(0, size))
    assert is_included(MANY[index], other, size, path, root) == (other == index)
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        flipped = bytes([path[at][0] ^ 1]) + path[at][1:]
        touched = [*path[:at], flipped, *path[at + 1 :]]
        assert not is_included(MANY[index], index, size, touched, root)
        assert not is_included(MANY[index], index, size, path[:-1], root)


def test_a_path_that_ends_early_shows_nothing() -> None:
    """The path from 4 to 7 does not show 4 to 16 even where the root of 7 is given as that of 16,
    nor an audit path of 8 a leaf of 16."""
    assert is_consistent(4, 7, consistency_path(4, 7, KNOWN))
    assert not is_consistent(
        4, 16, consistency_path(4, 7, KNOWN), new_root=recursive_root(MANY[:7])
    )
    path, root = inclusion_path(3, 8, KNOWN), recursive_root(MANY[:8])
    assert is_included(MANY[3], 3, 8, path, root)
    assert not is_included(MANY[3], 3, 16, path, root)


def test_another_history_is_not_consistent() -> None:
    """A path between two trees that differ in one early leaf leads to neither's root."""
    forged = [sha256(b"forged").digest(), *MANY[1:]]
    path = consistency_path(300, 600, KnownHashes(subtree_hashes(forged)))
    assert not is_consistent(300, 600, path)
    assert not is_consistent(300, 600, path, new_root=recursive_root(forged))


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (0, 7), (8, 7), (-1, 7), (1, 2**63)])
def test_sizes_between_which_nothing_is_shown(old: int, new: int) -> None:
    """From the empty tree, backwards, and beyond 2**63 there is no proof, whatever the roots."""
    for path in ([], [a]):
        with pytest.raises(ProofRefused):
            check_consistency(old=old, old_root=a, new=new, new_root=a, path=path)


def test_hashes_that_are_none() -> None:
    """A leaf, root or step that is not 32 bytes is refused, even where it would fit."""
    for leaf, root, path in [(b"", b"", []), (a, node_hash(a, b""), [b""])]:
        with pytest.raises(ProofRefused, match="32 bytes"):
            check_inclusion(leaf, index=0, size=1 + len(path), root=root, path=path)


def test_what_cannot_be_asked() -> None:
    """A leaf outside the tree, a path backwards and a size of 2**63 are faults of the caller."""
    for ask in (
        lambda: inclusion_path(7, 7, SEVEN),
        lambda: inclusion_path(-1, 7, SEVEN),
        lambda: consistency_path(8, 7, SEVEN),
        lambda: consistency_path(-1, 7, SEVEN),
        lambda: tree_root(2**63, SEVEN),
        lambda: tree_root(-1, SEVEN),
    ):
        with pytest.raises(IndexError):
            ask()
    with pytest.raises(KeyError):
        tree_root(8, SEVEN)


def test_a_range_is_cut_into_its_largest_subtrees() -> None:
    """Seven leaves are subtrees of 4, 2 and 1; leaves 4 to 6 are subtrees of 2 and 1."""
    assert subtrees(0, 7) == [Place(2, 0), Place(1, 2), Place(0, 6)]
    assert subtrees(4, 7) == [Place(1, 2), Place(0, 6)]
    assert subtrees(3, 3) == []


def test_one_reader_stands_before_another() -> None:
    """What is known in memory is not asked of the reader below; the rest is, in the same order."""
    asked: list[Place] = []

    class Below:
        def read_hashes(self, places: list[Place]) -> list[bytes]:
            asked.extend(places)
            return [place.number.to_bytes(32, "big") for place in places]

    reader = KnownHashes({Place(0, 1): a}, Below())  # type: ignore[arg-type]
    assert reader.read_hashes([Place(0, 5), Place(0, 1), Place(0, 2)]) == [
        (5).to_bytes(32, "big"), a, (2).to_bytes(32, "big"),
    ]  # fmt: skip
    assert asked == [Place(0, 5), Place(0, 2)]

"""The right edge of a tree, by which it grows."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.terms.hashing import EMPTY_ROOT, leaf_hash, node_hash
from plainview.core.tlog import Frontier, KnownHashes, Place, frontier_at, subtree_hashes
from tests.sample_logs import recursive_root

MANY = [leaf_hash(str(n).encode()) for n in range(600)]
a, b, c = MANY[:3]


def test_three_leaves_by_hand() -> None:
    """Leaves a, b, c leave the pair ab and c as peaks, and completed a, b, ab and c."""
    frontier, completed = Frontier().extend([a, b, c])
    assert frontier == Frontier(3, (node_hash(a, b), c))
    assert frontier.root() == node_hash(node_hash(a, b), c)
    assert completed == {
        Place(0, 0): a, Place(0, 1): b, Place(1, 0): node_hash(a, b), Place(0, 2): c,
    }  # fmt: skip
    assert Frontier().root() == EMPTY_ROOT


@given(st.integers(0, 600), st.integers(0, 600))
def test_growing_in_two_steps_is_growing_in_one(first: int, second: int) -> None:
    """However a log grows, its frontier, root and subtree hashes are those of its leaves."""
    first, second = sorted((first, second))
    one, completed = Frontier().extend(MANY[:first])
    two, more = one.extend(MANY[first:second])
    assert completed | more == subtree_hashes(MANY[:second])
    assert two.root() == recursive_root(MANY[:second])
    assert two == frontier_at(second, KnownHashes(completed | more))


def test_a_frontier_has_a_peak_for_each_bit() -> None:
    """Peaks that cannot be those of a tree of that size are refused."""
    for size, peaks in [(1, ()), (0, (a,)), (3, (a,)), (-1, ())]:
        with pytest.raises(ValueError, match="peaks"):
            Frontier(size, peaks)


def test_a_frontier_is_a_value() -> None:
    """Extending one leaves it as it was."""
    frontier = Frontier(1, (a,))
    assert frontier.extend([b])[0].root() == sha256(b"\x01" + a + b).digest()
    assert frontier == Frontier(1, (a,))

"""Draws that anyone can recompute, and their exact odds."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from plainview.core.terms.draws import DRAW_UNIT, draw, pick, pick_odds


def test_a_draw_is_the_top_of_a_counter_hash() -> None:
    """The first 20 bits of SHA-256(seed, counter) by hand: 5 hex digits."""
    seed = bytes(range(32))
    for counter in (0, 1, 2**32 - 1):
        digest = sha256(seed + counter.to_bytes(4, "big")).hexdigest()
        assert draw(seed, counter) == int(digest[:5], 16)


def test_pick_by_hand() -> None:
    """With three things the first third of the draws falls on 0, the last draw on 2."""
    third = DRAW_UNIT // 3
    assert [pick(x, 3) for x in (0, third, third + 1, DRAW_UNIT - 1)] == [0, 0, 1, 2]
    assert [pick_odds(x, 3) for x in range(3)] == [third + 1, third, third]


def test_the_best_of_two_by_hand() -> None:
    """Of two even draws among four, the better is the first in 7 of 16 cases, then 5, 3 and 1."""
    assert [pick_odds(x, 4, 2) * 16 for x in range(4)] == [n * DRAW_UNIT for n in (7, 5, 3, 1)]
    assert [pick_odds(x, 2, 3) * 8 for x in range(2)] == [7 * DRAW_UNIT, DRAW_UNIT]


@given(st.integers(1, 120), st.integers(1, 3))
def test_odds_are_what_counting_gives(count: int, best_of: int) -> None:
    """Laid end to end, the odds are the runs of draws that `pick` sends to each index."""
    start = 0
    for index in range(count):
        after = start + pick_odds(index, count, best_of)
        if after > start:
            assert pick(start, count, best_of) == index == pick(after - 1, count, best_of)
        start = after
    assert start == DRAW_UNIT


@given(st.integers(1, 600), st.integers(0, 599), st.integers(1, 3))
def test_a_better_place_never_has_lesser_odds(count: int, index: int, best_of: int) -> None:
    """With more draws to choose from, odds fall from each thing to the next, but for rounding."""
    odds = [pick_odds(i, count, best_of) for i in (index % count, min(index + 1, count - 1))]
    assert odds[0] >= odds[1] - 1 or index % count == count - 1

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


@given(st.integers(1, 5_000))
def test_odds_are_what_counting_gives(count: int) -> None:
    """Laid end to end, the odds are the runs of draws that `pick` sends to each index."""
    start = 0
    for index in range(count):
        after = start + pick_odds(index, count)
        assert pick(start, count) == index == pick(after - 1, count)
        start = after
    assert start == DRAW_UNIT

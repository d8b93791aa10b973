"""Counter codes, by hand and by every count that matters."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.catalogue import NO_COUNTS, add_counts, count_code, count_codes, count_floor

COUNTS = st.integers(0, 2**53 - 1)


def test_by_hand() -> None:
    """256 opens the first doubling (steps of 8), 512 the second (steps of 16), 1,000 lies in it."""
    assert [count_code(n) for n in (0, 255, 256, 263, 264, 511, 512, 527, 528)] == [
        0, 255, 256, 256, 257, 287, 288, 288, 289,
    ]  # fmt: skip
    assert count_code(1_000) == 256 + 32 + (1_000 - 512) // 16
    assert [count_floor(c) for c in (0, 255, 256, 287, 288, 289)] == [0, 255, 256, 504, 512, 528]


@given(COUNTS)
def test_the_floor_is_the_least_count_of_its_code(n: int) -> None:
    """The floor has the code, one less has not, and it is short of n by less than a 32nd."""
    code = count_code(n)
    floor = count_floor(code)
    assert floor <= n <= floor + floor // 32
    assert count_code(floor) == code <= 65_535
    assert floor == 0 or count_code(floor - 1) == code - 1


@given(COUNTS, COUNTS)
def test_codes_keep_the_order_of_counts(a: int, b: int) -> None:
    """A larger count never has a smaller code."""
    low, high = sorted((a, b))
    assert count_code(low) <= count_code(high)


@given(st.lists(COUNTS | st.integers(0, 600) | st.integers(0, 52).map(lambda b: 1 << b)))
def test_arrays_of_counts_get_the_same_codes(counts: list[int]) -> None:
    """The vectorised form agrees with the plain one on every element."""
    made = count_codes(np.array(counts, np.int64))
    assert made.dtype == np.uint16
    assert made.tolist() == [count_code(n) for n in counts]


def test_counts_do_not_fall_below_zero() -> None:
    """Taking back more than was counted leaves 0."""
    assert add_counts((3, *NO_COUNTS[1:]), (-5, 2, *NO_COUNTS[2:])) == (0, 2, *NO_COUNTS[2:])

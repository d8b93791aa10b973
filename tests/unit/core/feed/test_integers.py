"""Whole-number logarithms and count codes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.catalogue import count_code, count_floor
from plainview.core.feed.integers import COUNT_FLOORS, COUNT_MAX, clip127, eighths_log2, in_order


def test_eighths_of_a_binary_logarithm_by_hand() -> None:
    """100 has 7 bits and 100 after its leading one: 8 * 6 + 4; 1 and 0 are 0; 8 is exactly 24."""
    values = np.array([0, 1, 2, 3, 8, 100, 1440, 2**40], dtype=np.int64)
    assert eighths_log2(values).tolist() == [0, 0, 8, 12, 24, 52, 83, 320]


@given(st.integers(1, 2**57 - 1))
def test_the_logarithm_never_falls_and_gains_8_per_doubling(n: int) -> None:
    """log8(n) <= log8(n + 1), and log8(2n) = log8(n) + 8."""
    one, after, double = eighths_log2(np.array([n, n + 1, 2 * n], dtype=np.int64)).tolist()
    assert one <= after
    assert double == one + 8


def test_codes_are_read_as_the_catalogue_writes_them() -> None:
    """Each code that a count can have is the floor that the catalogue gives it."""
    for n in [0, 1, 255, 256, 257, 263, 264, 1000, 65_535, 10**6, 2**29]:
        assert COUNT_FLOORS[count_code(n)] == count_floor(count_code(n))
        assert COUNT_FLOORS[count_code(n)] <= n


def test_codes_beyond_any_count_are_capped() -> None:
    """A code that stands for more than 2**30 counts as 2**30, so that sums stay small."""
    assert COUNT_FLOORS[-1] == COUNT_MAX
    assert COUNT_FLOORS.max() == COUNT_MAX
    assert (np.diff(COUNT_FLOORS) >= 0).all()


def test_clipping_is_symmetric() -> None:
    """A feature never is -128."""
    assert clip127(np.array([-500, -127, 0, 127, 128])).tolist() == [-127, -127, 0, 127, 127]


@given(
    keys=st.lists(
        st.tuples(
            st.integers(-(2**62), 2**62 - 1), st.integers(0, 3), st.integers(2**16 - 2, 2**16 + 2)
        ),
        max_size=40,
    )
)
def test_in_order_is_what_lexsort_says(keys: list[tuple[int, int, int]]) -> None:
    """By the first key, then the next, then by place, whatever their sizes and signs."""
    columns = [np.array([key[i] for key in keys], dtype=np.int64) for i in range(3)]
    wide, few, middling = columns
    for some in ([wide], [few, middling], [few, wide], [middling, few, wide]):
        assert in_order(*some).tolist() == np.lexsort(some[::-1]).tolist()

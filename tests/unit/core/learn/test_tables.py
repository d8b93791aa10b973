"""The logistic curve in whole numbers."""

import math

from hypothesis import given
from hypothesis import strategies as st

from plainview.core.learn.tables import logistic_q24, logistic_table
from plainview.core.terms.weights import HEAD_ONE, TABLE_MIDDLE, TABLE_SIZE


def test_known_points_of_the_curve() -> None:
    """At 0 it is a half; one logit up is 0.7310585786; four down is 0.0179862100."""
    assert logistic_q24(0) == HEAD_ONE // 2
    assert logistic_q24(256) == int(0.7310585786300049 * HEAD_ONE)
    assert logistic_q24(-1024) == int(0.01798620996209156 * HEAD_ONE)


@given(st.integers(-4000, 4000))
def test_the_curve_is_the_logistic_one(steps: int) -> None:
    """It is the floor of the real value, so at most one unit below what floats give."""
    real = HEAD_ONE / (1 + math.exp(-steps / 256))
    assert real - 1.001 <= logistic_q24(steps) <= real + 0.001


def test_a_table_is_the_curve_moved_by_its_offset() -> None:
    """The middle entry stands for the offset, each entry one 256th of a logit further."""
    table = logistic_table(-814)
    assert len(table) == TABLE_SIZE
    assert table[TABLE_MIDDLE] == logistic_q24(-814)
    assert table[0] == logistic_q24(-2048 - 814)
    assert table[-1] == logistic_q24(2047 - 814)

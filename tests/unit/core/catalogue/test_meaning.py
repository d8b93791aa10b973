"""What words mean, from a table of vectors."""

from math import isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.catalogue import BadTable, meaning_of, table_in_units, text_of
from plainview.core.catalogue.meaning import TOKENS_MAX


def test_the_text_that_is_read() -> None:
    """Caption, then tags, folded, with single spaces between."""
    assert text_of(" The ﬁnal FRAME ", ("Slow-Motion", "Ａ")) == "the final frame slow-motion a"
    assert text_of("", ("x",)) == "x"
    assert text_of("", ()) == ""


def test_a_table_by_hand() -> None:
    """The first 64 columns in 4,096ths, rounded, halves up; what comes after is not looked at."""
    row = [1.0, -0.5, 1 / 8192, -1 / 8192, 0.0001, 63.99] + [0.0] * 58 + [np.nan, 1e9]
    made = table_in_units(np.array([row]))
    assert made.dtype == np.int32
    assert made.shape == (1, 64)
    assert made[0, :6].tolist() == [4096, -2048, 1, 0, 0, 262_103]


def test_floats_of_any_width_give_the_same_units() -> None:
    """Half precision is read as what it holds, not as what it was rounded from."""
    half = np.linspace(-2, 2, 128).reshape(2, 64).astype(np.float16)
    assert np.array_equal(table_in_units(half), table_in_units(half.astype(np.float64)))


@pytest.mark.parametrize(
    "table",
    [np.zeros((3, 63)), np.zeros(64), np.full((1, 64), 64.0), np.full((1, 64), np.nan)],
    ids=["narrow", "flat", "large", "no number"],
)
def test_a_table_that_cannot_be_is_refused(table: np.ndarray) -> None:
    """Fewer than 64 columns, one dimension, 64 or more, or not a number."""
    with pytest.raises(BadTable):
        table_in_units(table)


def test_a_meaning_by_hand() -> None:
    """The sum of the vectors at a length of 256, floors and all; token by token, doubles too."""
    one = np.arange(-32, 32, dtype=np.int32)
    total = [3 * int(v) for v in one]
    length = isqrt(sum(v * v for v in total))
    due = tuple(max(-127, min(127, v * 256 // length)) for v in total)
    assert meaning_of(np.array([one, one, one])) == due
    assert meaning_of(np.array([one, -one])) == ()


def test_what_is_beyond_512_tokens_is_not_read() -> None:
    """The 513th vector changes nothing, the 512th does."""
    flat = np.ones((TOKENS_MAX + 1, 64), np.int32)
    ends = flat.copy()
    ends[TOKENS_MAX] = np.arange(64) * 1000
    assert meaning_of(ends) == meaning_of(flat)
    ends[TOKENS_MAX - 1] = np.arange(64) * 1000
    assert meaning_of(ends) != meaning_of(flat)


def test_the_largest_there_can_be_is_exact() -> None:
    """512 tokens of the largest entries stay within 64 bits."""
    largest = np.full((TOKENS_MAX, 64), 64 * 4096 - 1, np.int32)
    assert meaning_of(largest) == (32,) * 64


@given(st.lists(st.lists(st.integers(-9, 9), min_size=64, max_size=64), max_size=5))
def test_order_does_not_matter(rows: list[list[int]]) -> None:
    """Words in another order mean the same to a table of static vectors."""
    vectors = np.array(rows, np.int32).reshape(-1, 64)
    assert meaning_of(vectors) == meaning_of(vectors[::-1])

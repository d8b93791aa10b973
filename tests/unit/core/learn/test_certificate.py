"""The certificate: which weights float32 adds exactly, up to the last unit."""

import numpy as np
import pytest

from plainview.core.learn import NotExact, largest_sum
from plainview.core.terms.weights import EXACT_BOUND


def test_the_bound_is_all_weights_at_the_largest_input_plus_the_bias() -> None:
    """|3| + |-4| at inputs of 10 and a bias of -5 reach 75; the other output only 21."""
    weight = np.array([[3, 1], [-4, 1]], dtype=np.int8)
    bias = np.array([-5, 1], dtype=np.int32)
    assert largest_sum(weight, bias, input_max=10, where="w") == 75


def test_one_below_the_bound_is_allowed_and_the_bound_itself_is_not() -> None:
    """A sum may reach 2**24 - 1; reaching 2**24 is refused, and says which output."""
    weight = np.zeros((2, 3), dtype=np.int8)
    weight[:, 2] = 1
    bias = np.zeros(3, dtype=np.int32)
    bias[2] = -(EXACT_BOUND - 1 - 2 * 128)
    assert largest_sum(weight, bias, input_max=128, where="hidden0") == EXACT_BOUND - 1
    bias[2] -= 1
    with pytest.raises(NotExact, match="hidden0: output 2 can reach 16777216"):
        largest_sum(weight, bias, input_max=128, where="hidden0")


def test_the_least_int8_and_int32_do_not_overflow_the_check_itself() -> None:
    """|-128| and |-2**31| are taken as they are, not as what wraps around."""
    weight = np.full((1, 1), -128, dtype=np.int8)
    bias = np.zeros(1, dtype=np.int32)
    assert largest_sum(weight, bias, input_max=2, where="w") == 256
    bias[0] = -(2**31)
    with pytest.raises(NotExact, match=str(2**31 + 256)):
        largest_sum(weight, bias, input_max=2, where="w")


def test_beyond_the_bound_float32_really_loses_a_unit() -> None:
    """The bound is not caution: 2**24 + 1 is not a float32."""
    assert np.float32(EXACT_BOUND) + np.float32(1) == np.float32(EXACT_BOUND)
    assert np.float32(EXACT_BOUND - 1) + np.float32(1) != np.float32(EXACT_BOUND - 1)

"""The exponential and the logistic curve against the mathematics they stand for."""

import math

import numpy as np

from plainview.core.learn.float32 import POWERS, exp32, logistic32


def test_exp_is_close_everywhere() -> None:
    """Over -20 .. 20 the relative error of exp32 is below 2e-7."""
    worst = 0.0
    for x in np.linspace(-20, 20, 4001).astype(np.float32):
        right = math.exp(float(x))
        worst = max(worst, abs(float(exp32(x)) - right) / right)
    assert worst < 2e-7


def test_exp_is_limited() -> None:
    """Beyond 20 either way it stays where it is at 20; at 0 it is exactly 1."""
    assert float(exp32(np.float32(99))) == float(exp32(np.float32(20)))
    assert float(exp32(np.float32(-99))) == float(exp32(np.float32(-20)))
    assert float(exp32(np.float32(0))) == 1.0


def test_the_logistic_curve_by_hand() -> None:
    """1/2 at 0, 3/4 at ln 3, and what two opposite inputs give adds up to 1."""
    assert float(logistic32(np.float32(0))) == 0.5
    assert abs(float(logistic32(np.float32(math.log(3)))) - 0.75) < 1e-7
    for x in (0.1, 1.0, 7.5):
        total = float(logistic32(np.float32(x))) + float(logistic32(np.float32(-x)))
        assert abs(total - 1) < 2e-7


def test_powers_of_two_are_exact() -> None:
    """Each entry doubles the one before, and the middle is 1."""
    assert POWERS[len(POWERS) // 2] == 1
    assert (POWERS[1:] == 2 * POWERS[:-1]).all()

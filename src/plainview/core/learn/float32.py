"""exp and the logistic curve in single precision, by stated operations: no libm."""

import numpy as np

from plainview.core.learn.compiled import compiled

ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)
EXP_MAX = np.float32(20)
LOG2_E = np.float32(1.44269504)
LN2_HIGH, LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
P0, P1, P2 = np.float32(1.9875691500e-4), np.float32(1.3981999507e-3), np.float32(8.3334519073e-3)
P3, P4, P5 = np.float32(4.1665795894e-2), np.float32(1.6666665459e-1), np.float32(5.0000001201e-1)
POWER_MAX = 32
POWERS = np.array(
    [1 / (1 << -n) if n < 0 else 1 << n for n in range(-POWER_MAX, POWER_MAX + 1)],
    dtype=np.float32,
)
"""2**n, all exact."""


@compiled
def exp32(x: np.float32) -> np.float32:
    """e**x, x limited to -20 .. 20; the relative error is below 2e-7.

    `x = n ln 2 + r`, then a polynomial of degree 7 in r, scaled by 2**n. ln 2 is subtracted in two
    parts, of which the first is exact. Source: the coefficients of Cephes' `expf`.
    """
    x = min(max(x, -EXP_MAX), EXP_MAX)
    n = np.floor(x * LOG2_E + HALF)
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = ((((P0 * r + P1) * r + P2) * r + P3) * r + P4) * r + P5
    out: np.float32 = ((p * r) * r + r + ONE) * POWERS[int(n) + POWER_MAX]
    return out


@compiled
def logistic32(x: np.float32) -> np.float32:
    """`1 / (1 + e**-x)`."""
    return ONE / (ONE + exp32(-x))

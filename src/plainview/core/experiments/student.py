"""Quantiles of Student's t and of the normal distribution, from their areas."""

from math import erf, exp, lgamma, log, log1p, pi, sqrt
from typing import Final

STEPS: Final = 64
TINY: Final = 1e-300


def t_quantile(p: float, df: float) -> float:
    """The x below which Student's t with `df` (> 0, need not be whole) degrees of freedom stays
    with probability `p` (0 < p < 1).

    >>> round(t_quantile(0.975, 10), 3), round(t_quantile(0.975, 1), 3)
    (2.228, 12.706)
    """
    if p < 0.5:
        return -t_quantile(1 - p, df)
    # On this side the area is concave and the normal's quantile is too small, so each of Newton's
    # steps goes up and none goes past.
    x = normal_quantile(p)
    front = lgamma((df + 1) / 2) - lgamma(df / 2) - log(df * pi) / 2
    for _ in range(STEPS):
        step = (p - t_area(x, df)) / exp(front - (df + 1) / 2 * log1p(x * x / df))
        x += step
        if step <= 1e-12 * x:
            break
    return x


def t_area(x: float, df: float) -> float:
    """P(T <= x) for x >= 0: 1 - I(df / (df + x²); df/2, 1/2) / 2."""
    return 1 - beta_area(df / (df + x * x), df / 2, 0.5) / 2


def normal_quantile(p: float) -> float:
    """The x below which a standard normal stays with probability `p` (0 < p < 1).

    >>> round(normal_quantile(0.975), 4)
    1.96
    """
    low, high = -40.0, 40.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if (1 + erf(middle / sqrt(2))) / 2 < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_area(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I(x; a, b), 0 <= x <= 1.

    By the continued fraction of DLMF 8.17.22, on the side where it converges quickly.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, by Lentz's method as Thompson and Barnett changed it."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = value
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= d * c
        if abs(value - before) <= 1e-15 * abs(value):
            break
    return value


def _not_zero(x: float) -> float:
    return x if abs(x) > TINY else TINY

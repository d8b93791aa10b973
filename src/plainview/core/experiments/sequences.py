"""Intervals and tests that may be looked at as often as one likes, and stopped on.

An ordinary 95 % interval that is looked at every hour leaves out the truth sooner or later. These
hold at all times at once: the chance that one of them *ever* leaves it out is at most 5 % (for
means as samples grow, by the normal approximation that the ordinary one also makes).

Sources: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, "Time-uniform central limit theory
and asymptotic confidence sequences", theorem 2.2 (Robbins' normal mixture) and equation (10) (the
tuning); Lindon and Malek 2022, "Anytime-valid inference for multinomial count data" (shares).
"""

from collections.abc import Sequence
from math import exp, inf, lgamma, log, sqrt
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

ALPHA: Final = 0.05
TUNED_FOR: Final = 1000
"""The number of viewers at which the intervals are tightest; they hold at any."""

VIEWERS_MIN: Final = 50
"""In an arm, below which no interval is told: means are not normal yet."""

SHARES_ALPHA: Final = 0.001
SHARES_WEIGHTS: Final = (10.0, 1000.0)
"""How closely alternatives lie around the declared shares (Dirichlet): one far off, which few
viewers show, and one near, which takes many."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One arm's values, one per viewer: how many, their mean, their variance (over n - 1)."""

    n: int
    mean: float
    variance: float


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """An arm's mean less the first arm's; infinite bounds where nothing can be told yet."""

    value: float
    low: float
    high: float


def sample_of(values: Sequence[float] | NDArray[np.float64]) -> Sample:
    """What is needed of an arm's values.

    >>> sample_of([1.0, 3.0])
    Sample(n=2, mean=2.0, variance=2.0)
    """
    column = np.asarray(values, dtype=np.float64)
    n = len(column)
    return Sample(
        n=n,
        mean=float(column.mean()) if n else 0.0,
        variance=float(column.var(ddof=1)) if n > 1 else 0.0,
    )


def radius(n: int, *, alpha: float = ALPHA, tuned_for: int = TUNED_FOR) -> float:
    """Half the width, in standard deviations of one value, after `n` >= 1 values.

    `sqrt(2 (n r² + 1) / (n² r²) * log(sqrt(n r² + 1) / alpha))`, with
    `r² = (-2 log alpha + log(-2 log alpha) + 1) / tuned_for`.

    A fixed size of 1,000 would allow 0.062:

    >>> round(radius(1000), 3)
    0.096
    """
    r2 = (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / tuned_for
    return sqrt(2 * (n * r2 + 1) / (n * n * r2) * log(sqrt(n * r2 + 1) / alpha))


def difference(arm: Sample, first: Sample, *, alpha: float = ALPHA) -> Difference:
    """How far `arm` is from `first`, with an interval that holds at all times at once.

    With N viewers in both, each contributes to the difference a value whose variance is
    `N (s1² / n1 + s0² / n0)`: theirs over the share of viewers in their arm.
    """
    value = arm.mean - first.mean
    if min(arm.n, first.n) < VIEWERS_MIN:
        return Difference(value=value, low=-inf, high=inf)
    n = arm.n + first.n
    spread = sqrt(n * (arm.variance / arm.n + first.variance / first.n))
    half = spread * radius(n, alpha=alpha)
    return Difference(value=value, low=value - half, high=value + half)


def shares_doubt(counts: Sequence[int], shares: Sequence[float]) -> float:
    """How many times likelier these counts are under shares drawn around the declared ones than
    under the declared ones: at least 1000 shows a mismatch at a level of .001, whenever it is seen.

    The mean over SHARES_WEIGHTS, times the shares: a mean of such factors is one again.
    """
    each = [log_doubt(counts, shares, weight=weight) for weight in SHARES_WEIGHTS]
    return sum(exp(min(700.0, one)) for one in each) / len(each)


def log_doubt(counts: Sequence[int], shares: Sequence[float], *, weight: float) -> float:
    """The logarithm of that factor.

    With weights 1 and 1: two viewers of one arm are a third to a quarter.

    >>> round(exp(log_doubt([2, 0], [0.5, 0.5], weight=2.0)), 4)
    1.3333
    """
    n = sum(counts)
    total = lgamma(weight) - lgamma(weight + n)
    for count, share in zip(counts, shares, strict=True):
        total += lgamma(weight * share + count) - lgamma(weight * share) - count * log(share)
    return total


def is_mismatch(counts: Sequence[int], shares: Sequence[float]) -> bool:
    """Whether the arms' sizes show that viewers were not divided as declared."""
    return shares_doubt(counts, shares) >= 1 / SHARES_ALPHA

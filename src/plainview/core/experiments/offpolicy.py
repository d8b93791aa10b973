"""What a policy would be worth, from the log of another that drew its choices with known odds.

Row i of a log is one choice: somebody (`cluster`), what came of it (`reward`), and `weight` = how
likely the judged policy makes that choice over how likely the one that served did. A model of
rewards may say what the choice made was expected to bring (`modelled`) and what the judged policy
would have been expected to bring in that place (`expected`: the sum over its choices of their
odds times the model). With w, r, q, v for the four and means over rows:

    IPS    mean(w r)                       Horvitz and Thompson 1952
    SNIPS  mean(w r) / mean(w)             Hájek; Swaminathan and Joachims 2015
    DR     mean(v + w (r - q))             Dudík, Langford and Li 2011
    SNDR   mean(v) + mean(w (r - q)) / mean(w)

Rows of one cluster hang together, so errors are counted by cluster: each estimate is a smooth
function of sums over clusters, and what it gains by cluster c, to first order, is `pull_c`. With G
clusters its standard error is sqrt(G / (G - 1) * sum pull_c²). Where a few clusters carry most of
that sum it is itself known badly; the interval is Student's with as many degrees of freedom as the
fourth powers of the pulls say (Satterthwaite's matching of moments, G for pulls that are normal).
"""

from collections.abc import Callable, Mapping
from math import inf, sqrt
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.experiments.errors import BadLog
from plainview.core.experiments.student import t_quantile

Floats = NDArray[np.float64]
LEVEL: Final = 0.95


class Logged(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A log in columns (n,), see above. Without a model `modelled` and `expected` are zeros.

    `reach` is how much of the judged policy's own odds falls on what the logging policy could have
    chosen, as a mean over rows: 1 where everything could have been. Below that the log is silent
    about the rest, whatever its size.
    """

    cluster: NDArray[np.int64]
    reward: Floats
    weight: Floats
    modelled: Floats
    expected: Floats
    reach: float = 1.0

    def __post_init__(self) -> None:
        n = len(self.cluster)
        columns = (self.reward, self.weight, self.modelled, self.expected)
        if n == 0 or any(column.shape != (n,) for column in columns):
            raise BadLog("columns must be equally long and not empty")
        if not all(np.isfinite(column).all() for column in columns) or (self.weight < 0).any():
            raise BadLog("a number is not finite, or a weight is below 0")


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A policy's value per choice, and how well it is known.

    `low` .. `high` is the interval; infinite where nothing bounds it. `effective` is how many
    clusters of equal weight would say as much (`effective`), `df` how well the error is known,
    `mean_weight` the mean of weights, 1 but for chance if the odds in the log are true and reach
    everything.
    """

    method: str
    value: float
    low: float
    high: float
    error: float
    df: float
    rows: int
    clusters: int
    effective: float
    mean_weight: float
    mean_weight_error: float
    reach: float


def ips(log: Logged, *, level: float = LEVEL) -> Estimate:
    """Inverse propensity scores. Source: Horvitz and Thompson.

    Three choices by three viewers of weights 2, 0, 1 that brought 1, 1, 4: (2 + 0 + 4) / 3.

    >>> ips(log_of([2.0, 0.0, 1.0], [1.0, 1.0, 4.0])).value
    2.0
    """
    each = log.weight * log.reward
    value = float(each.mean())
    return _estimate("ips", log, value, (each - value) / len(each), level)


def snips(log: Logged, *, level: float = LEVEL) -> Estimate:
    """Self-normalised: of the same log (2 + 0 + 4) / (2 + 0 + 1). Never outside the rewards.

    >>> snips(log_of([2.0, 0.0, 1.0], [1.0, 1.0, 4.0])).value
    2.0
    """
    total = float(log.weight.sum())
    if total == 0:
        return _unknown("snips", log)
    value = float((log.weight * log.reward).sum()) / total
    return _estimate("snips", log, value, log.weight * (log.reward - value) / total, level)


def dr(log: Logged, *, level: float = LEVEL) -> Estimate:
    """Doubly robust: right if either the odds or the model is."""
    each = log.expected + log.weight * (log.reward - log.modelled)
    value = float(each.mean())
    return _estimate("dr", log, value, (each - value) / len(each), level)


def sndr(log: Logged, *, level: float = LEVEL) -> Estimate:
    """Doubly robust with self-normalised corrections."""
    total = float(log.weight.sum())
    if total == 0:
        return _unknown("sndr", log)
    missed = log.reward - log.modelled
    base = float(log.expected.mean())
    correction = float((log.weight * missed).sum()) / total
    pull = (log.expected - base) / len(missed) + log.weight * (missed - correction) / total
    return _estimate("sndr", log, base + correction, pull, level)


ESTIMATORS: Final[Mapping[str, Callable[..., Estimate]]] = {
    "ips": ips, "snips": snips, "dr": dr, "sndr": sndr,
}  # fmt: skip


def log_of(weight: list[float], reward: list[float]) -> Logged:
    """A log without a model in which everybody chose once."""
    zeros = np.zeros(len(weight))
    return Logged(
        cluster=np.arange(len(weight)), reward=np.array(reward), weight=np.array(weight),
        modelled=zeros, expected=zeros,
    )  # fmt: skip


def by_cluster(cluster: NDArray[np.int64], column: Floats) -> Floats:
    """(G,) sums of `column` over the rows of each cluster, clusters in ascending order.

    >>> by_cluster(np.array([7, 3, 7]), np.array([1.0, 2.0, 4.0])).tolist()
    [2.0, 5.0]
    """
    place = cluster
    if len(cluster) and (cluster[0] != 0 or not _counts_up(cluster)):
        _, place = np.unique(cluster, return_inverse=True)
    return np.asarray(np.bincount(place, weights=column), dtype=np.float64)


def _counts_up(cluster: NDArray[np.int64]) -> bool:
    """Whether these are 0, 0, 1, 2, 2, ... already, which spares a sort."""
    steps = np.diff(cluster)
    return bool(((steps == 0) | (steps == 1)).all())


def effective(log: Logged) -> float:
    """Kish's effective sample size, of clusters: (sum W)² / sum W², W a cluster's weights.

    >>> round(effective(log_of([2.0, 0.0, 1.0], [1.0, 1.0, 4.0])), 9)
    1.8
    """
    sums = by_cluster(log.cluster, log.weight)
    squares = float((sums * sums).sum())
    return float(sums.sum()) ** 2 / squares if squares else 0.0


def spread(pulls: Floats) -> tuple[float, float]:
    """(standard error, degrees of freedom) from what each of G clusters pulls an estimate by.

    The sum S of squares has, if pulls are drawn alike, a variance of about
    `sum pull⁴ - S² / G`; a chi square with df degrees has 2 S² / df. Equating them gives df, at
    most G - 1.

    >>> spread(np.array([1.0, -1.0, 1.0, -1.0]))[1]
    3.0
    """
    G = len(pulls)
    squares = pulls * pulls
    total = float(squares.sum())
    if G < 2 or total == 0:
        return (inf, 1.0) if G < 2 else (0.0, G - 1.0)
    noise = float((squares * squares).sum()) - total * total / G
    df = min(G - 1.0, 2 * total * total / noise) if noise > 0 else G - 1.0
    return sqrt(total * G / (G - 1)), max(1.0, df)


def _estimate(method: str, log: Logged, value: float, pull: Floats, level: float) -> Estimate:
    error, df = spread(by_cluster(log.cluster, pull))
    reach = error * t_quantile((1 + level) / 2, df) if error < inf else inf
    mean = float(log.weight.mean())
    off, _ = spread(by_cluster(log.cluster, (log.weight - mean) / len(log.weight)))
    return Estimate(
        method=method, value=value, low=value - reach, high=value + reach, error=error,
        df=df, rows=len(pull), clusters=len(by_cluster(log.cluster, pull)),
        effective=effective(log), mean_weight=mean, mean_weight_error=off, reach=log.reach,
    )  # fmt: skip


def _unknown(method: str, log: Logged) -> Estimate:
    """No choice of the log is one that the judged policy makes."""
    return Estimate(
        method=method, value=0.0, low=-inf, high=inf, error=inf, df=1.0,
        rows=len(log.weight), clusters=len(np.unique(log.cluster)), effective=0.0, mean_weight=0.0,
        mean_weight_error=0.0, reach=log.reach,
    )  # fmt: skip


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """What an estimate must have before it is told. `off_max` in standard errors."""

    clusters_min: int = 100
    effective_min: float = 50.0
    df_min: float = 10.0
    reach_min: float = 0.95
    off_max: float = 4.0


def judged(estimate: Estimate, *, trust: Trust | None = None) -> str:
    """Why this estimate cannot tell, in words; empty when it can.

    >>> judged(snips(log_of([1.0, 1.0], [0.0, 1.0])))
    'cannot tell: 2 viewers chose, at least 100 are needed'
    """
    trust = trust or Trust()
    off = abs(estimate.mean_weight - 1)
    if estimate.clusters < trust.clusters_min:
        why = f"{estimate.clusters} viewers chose, at least {trust.clusters_min} are needed"
    elif estimate.reach < trust.reach_min:
        why = (
            f"{1 - estimate.reach:.0%} of what it would show could not have been shown when this"
            f" was logged, at most {1 - trust.reach_min:.0%} may be"
        )
    elif estimate.effective < trust.effective_min:
        why = (
            f"the log says as much as {estimate.effective:.0f} viewers would, at least"
            f" {trust.effective_min:.0f} are needed"
        )
    elif estimate.error == 0 or estimate.df < trust.df_min:
        why = "a handful of viewers decides the figure, so its error is not known either"
    elif off > trust.off_max * estimate.mean_weight_error and off > 0.01:
        why = (
            f"weights are {estimate.mean_weight:.2f} on average and should be 1: the odds in the"
            " log are not those it was drawn with, or it reaches too little"
        )
    else:
        return ""
    return f"cannot tell: {why}"

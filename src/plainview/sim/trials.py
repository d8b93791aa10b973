"""Trials of off-policy estimators on moments whose every outcome is known.

One trial: so many viewers are drawn (with replacement, from those of `Moments`, who are the whole
world of this trial), one policy serves them and draws its choices, and from that log alone each
estimator says what each judged policy is worth, beside what it is worth in that world.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.experiments import ESTIMATORS, Estimate, Logged, judged
from plainview.sim.chance import Chance
from plainview.sim.choices import TRAITS, Floats, Moments, soft_odds

EVEN_LOGGED = 0.4
WORTH_LOGGED = (2.0, 0.0, 2.0, 0.0, 0.0, 0.5)
"""The policy that serves: four in ten drawn evenly, else by topic and fame, softly."""


def judged_policies() -> dict[str, tuple[tuple[float, ...], float]]:
    """24 policies by name: (worth of each trait, share drawn evenly). Good, bad and alike."""
    policies: dict[str, tuple[tuple[float, ...], float]] = {"even": ((0.0,) * len(TRAITS), 1.0)}
    for i, trait in enumerate(TRAITS):
        for worth in (-4.0, 3.0, 6.0):
            worths = [0.0] * len(TRAITS)
            worths[i] = worth
            policies[f"{trait} {worth:+.0f}"] = (tuple(worths), 0.05)
    policies["topic and fame"] = ((5.0, 0.0, 5.0, 0.0, 0.0, 0.0), 0.05)
    policies["all that is short"] = ((0.0, 0.0, 3.0, 8.0, 0.0, 0.0), 0.1)
    policies["known and long"] = ((0.0, 2.0, -3.0, -5.0, 0.0, -2.0), 0.2)
    policies["topic, short, new"] = ((6.0, 0.0, 1.0, 4.0, 1.0, 1.0), 0.0)
    policies["as served, harder"] = (tuple(2 * w for w in WORTH_LOGGED), 0.1)
    return policies


class Fitted(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A linear model of outcomes, fitted on moments of other viewers."""

    slopes: Floats

    def of(self, moments: Moments) -> Floats:
        """(m, K) what it expects."""
        return np.asarray(np.clip(_inputs(moments) @ self.slopes, 0.0, 1.0), dtype=np.float64)


def fitted(moments: Moments) -> Fitted:
    """By least squares."""
    X = _inputs(moments)
    slopes = np.linalg.lstsq(X.reshape(-1, X.shape[-1]), moments.outcome.ravel(), rcond=None)[0]
    return Fitted(slopes=np.asarray(slopes, dtype=np.float64))


def _inputs(moments: Moments) -> Floats:
    ones = np.ones((*moments.outcome.shape, 1))
    return np.concatenate([moments.traits, moments.traits**2, ones], axis=2)


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One estimate beside the truth; `refusal` is why it is not told, or empty."""

    policy: str
    truth: float
    estimate: Estimate
    refusal: str

    @property
    def is_covered(self) -> bool:
        return self.estimate.low <= self.truth <= self.estimate.high


class Ground(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A world of moments with all that its trials share: odds of each policy, what is expected of
    it, and what it is worth."""

    moments: Moments
    served: Floats
    expects: Floats
    odds: dict[str, Floats]
    expected: dict[str, Floats]
    truth: dict[str, float]


def ground(moments: Moments, *, model: Fitted, even: float = EVEN_LOGGED) -> Ground:
    """The ground on which the policy that serves draws evenly a share `even` of the time."""
    expects = model.of(moments)
    odds = {
        name: soft_odds(moments, np.array(worth), even=share)
        for name, (worth, share) in judged_policies().items()
    }
    return Ground(
        moments=moments,
        served=soft_odds(moments, np.array(WORTH_LOGGED), even=even),
        expects=expects,
        odds=odds,
        expected={name: (one * expects).sum(axis=1) for name, one in odds.items()},
        truth={name: moments.value(one) for name, one in odds.items()},
    )


def trial(on: Ground, *, viewers: int, seed: int) -> list[Trial]:
    """All estimators on all policies, from one log of `viewers` viewers."""
    rows, cluster = _drawn_viewers(on.moments, viewers=viewers, seed=seed)
    chosen = _drawn_choices(on.served[rows], seed=seed)
    reward = on.moments.outcome[rows, chosen]
    found = []
    for name, odds in on.odds.items():
        log = Logged(
            cluster=cluster,
            reward=reward,
            weight=odds[rows, chosen] / on.served[rows, chosen],
            modelled=on.expects[rows, chosen],
            expected=on.expected[name][rows],
        )
        for estimator in ESTIMATORS.values():
            estimate = estimator(log)
            found.append(
                Trial(
                    policy=name, truth=on.truth[name], estimate=estimate, refusal=judged(estimate)
                )
            )
    return found


def _drawn_viewers(
    moments: Moments, *, viewers: int, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """(rows of `moments`, the cluster of each): a viewer drawn twice is two clusters."""
    starts = np.flatnonzero(np.r_[True, np.diff(moments.viewer) != 0])
    ends = np.r_[starts[1:], len(moments.viewer)]
    chance = Chance(seed, "trial viewers")
    drawn = [chance.below(len(starts)) for _ in range(viewers)]
    rows = [np.arange(starts[v], ends[v]) for v in drawn]
    cluster = np.repeat(np.arange(viewers), [len(part) for part in rows])
    return np.concatenate(rows), cluster


def _drawn_choices(odds: Floats, *, seed: int) -> NDArray[np.intp]:
    chance = Chance(seed, "trial choices")
    draws = np.array([chance.bits() >> 11 for _ in range(len(odds))]) / 2.0**53
    below = (np.cumsum(odds, axis=1) <= draws[:, None]).sum(axis=1)
    return np.asarray(np.minimum(below, odds.shape[1] - 1), dtype=np.intp)


def kendall(a: Floats, b: Floats) -> float:
    """Kendall's tau of two rankings without ties: pairs in the same order less pairs in the other,
    of all pairs.

    >>> kendall(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0]))
    0.3333333333333333
    """
    signs = np.sign(a[:, None] - a) * np.sign(b[:, None] - b)
    n = len(a)
    return float(signs.sum()) / (n * (n - 1))

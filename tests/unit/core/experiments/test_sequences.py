"""Intervals that may be watched: worked out once by hand, and watched in simulated experiments."""

from math import exp, inf, log, sqrt

import numpy as np
import pytest

from plainview.core.experiments import (
    VIEWERS_MIN,
    Sample,
    difference,
    is_mismatch,
    normal_quantile,
    sample_of,
    shares_doubt,
)
from plainview.core.experiments.sequences import log_doubt, radius
from plainview.sim.chance import Chance


def test_the_radius_is_that_of_the_formula() -> None:
    """alpha .05 has -2 log alpha = 5.9915, so at its tuning r² n is 5.9915 + 1.7903 + 1 = 8.7818;
    2 * 9.7818 / (1000 * 8.7818) * log(sqrt(9.7818) / .05) = 0.0022278 * 4.1361."""
    assert -2 * log(0.05) == pytest.approx(5.9915, abs=1e-4)
    assert radius(1000) == pytest.approx(sqrt(0.0022278 * 4.1361), abs=1e-5)


def test_a_difference_on_paper() -> None:
    """Means 5 and 3, variances 4 and 9, 100 viewers each: 200 (4/100 + 9/100) = 26 is the
    variance of one viewer's part of the difference; its root times the radius of 200."""
    found = difference(Sample(n=100, mean=5.0, variance=4.0), Sample(n=100, mean=3.0, variance=9.0))
    assert found.value == 2.0
    assert found.high - 2.0 == pytest.approx(sqrt(26) * radius(200))
    assert 2.0 - found.low == pytest.approx(sqrt(26) * radius(200))


def test_few_viewers_tell_nothing() -> None:
    """With one viewer too few in either arm the interval is everything."""
    many = Sample(n=VIEWERS_MIN, mean=1.0, variance=1.0)
    few = Sample(n=VIEWERS_MIN - 1, mean=1.0, variance=1.0)
    assert difference(many, many).high < inf
    for arm, first in ((few, many), (many, few)):
        assert (difference(arm, first).low, difference(arm, first).high) == (-inf, inf)


def watched(seed: int, *, viewers: int, every: int) -> tuple[bool, bool]:
    """(does the interval that may be watched, does an ordinary one, ever leave out the truth) in an
    experiment of two arms alike, whose values are skewed: squares of a bell."""
    chance = Chance(seed, "watched")
    values: tuple[list[float], list[float]] = ([], [])
    wrong = [False, False]
    for k in range(viewers):
        values[chance.below(2)].append(float(chance.bell(100) ** 2))
        if k % every == every - 1 and min(map(len, values)) >= VIEWERS_MIN:
            one, other = sample_of(values[0]), sample_of(values[1])
            found = difference(one, other)
            error = sqrt(one.variance / one.n + other.variance / other.n)
            wrong[0] |= not found.low <= 0 <= found.high
            wrong[1] |= abs(found.value) > normal_quantile(0.975) * error
    return wrong[0], wrong[1]


def test_watching_does_not_wear_it_out() -> None:
    """Of 120 experiments without a difference, looked at 45 times each, at most 5 in a hundred ever
    show one; by ordinary intervals more than a tenth do."""
    found = [watched(seed, viewers=1000, every=20) for seed in range(120)]
    assert np.mean([one for one, _ in found]) <= 0.05
    assert np.mean([other for _, other in found]) > 0.1


def test_a_true_difference_is_found() -> None:
    """Half a standard deviation between arms of 400 shows, and on the right side."""
    chance = Chance(3, "found")
    arm = sample_of([chance.bell(100) + 58.0 for _ in range(400)])
    first = sample_of([float(chance.bell(100)) for _ in range(400)])
    assert difference(arm, first).low > 0


@pytest.mark.parametrize(
    ("counts", "factor"), [([1, 0], 1.0), ([2, 0], 4 / 3), ([1, 1], 2 / 3), ([3, 0], 2.0)]
)
def test_the_factor_of_shares_on_paper(counts: list[int], factor: float) -> None:
    """With Dirichlet weights 1 and 1 a sequence with a of one and b of the other has probability
    a! b! / (a + b + 1)!, under even shares 1 / 2^(a + b)."""
    assert exp(log_doubt(counts, [0.5, 0.5], weight=2.0)) == pytest.approx(factor)


def test_shares_that_fit_are_not_doubted_and_others_are() -> None:
    """5,000 to 5,100 is nothing; 5,000 to 5,600, or nine to one where even was declared, is."""
    assert not is_mismatch([5000, 5100], [0.5, 0.5])
    assert is_mismatch([5000, 5600], [0.5, 0.5])
    assert is_mismatch([180, 20], [0.5, 0.5])
    assert is_mismatch([24, 0], [0.5, 0.5])
    assert not is_mismatch([12, 0], [0.5, 0.5])
    assert not is_mismatch([180, 20], [0.9, 0.1])
    assert shares_doubt([0, 0], [0.5, 0.5]) == pytest.approx(1.0)


def test_watching_shares_raises_no_false_alarm() -> None:
    """In 200 experiments divided truly, looked at after each of 400 viewers, none is doubted."""
    for seed in range(200):
        chance, counts = Chance(seed, "shares"), [0, 0]
        for _ in range(400):
            counts[0 if chance.below(10) < 7 else 1] += 1
            assert not is_mismatch(counts, [0.7, 0.3])

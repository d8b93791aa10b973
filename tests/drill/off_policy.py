"""Off-policy estimates of 24 policies whose worth is known: coverage, order, and when not to tell.

    python -m tests.drill.off_policy

Four simulated worlds of 300 videos and 600 viewers. In each trial viewers are drawn, one policy
serves them, drawing with known odds, and from that log alone each estimator judges 24 others. The
truth is a sum over all that could have been shown (`plainview.sim.choices`), and the model of the
doubly robust is fitted on other viewers. Held: 95 % intervals hold the truth at least 93 times in a
hundred, and Kendall's tau with the true order is .9 on average from 600 viewers on.
"""

import sys

import numpy as np

from plainview.core.experiments import ESTIMATORS
from plainview.sim.choices import make_moments
from plainview.sim.trials import EVEN_LOGGED, Trial, fitted, ground, judged_policies, kendall, trial
from plainview.sim.world import make_world
from tests.pocket_evidence import START_MS

SETTINGS = ((EVEN_LOGGED, 150), (EVEN_LOGGED, 600), (EVEN_LOGGED, 2400), (0.02, 600), (0.4, 60))
"""(how often the policy that serves draws evenly, viewers)."""

COVERAGE_MIN, TAU_MIN = 0.93, 0.9
Found = dict[tuple[float, int], list[list[Trial]]]


def run_trials(*, worlds: int, trials: int) -> Found:
    """Per setting, the trials of all worlds."""
    found: Found = {setting: [] for setting in SETTINGS}
    for seed in range(71, 71 + worlds):
        world = make_world(seed, videos=300, start_ms=START_MS)
        moments = make_moments(world, seed=seed, viewers=600)
        model = fitted(make_moments(world, seed=seed + 1000, viewers=150))
        for even, viewers in SETTINGS:
            on = ground(moments, model=model, even=even)
            for k in range(trials):
                found[even, viewers].append(trial(on, viewers=viewers, seed=1000 * seed + k))
    return found


def told_coverage(trials: list[list[Trial]], method: str) -> tuple[float, float, float]:
    """(how many intervals of those told hold the truth, how many are told, half their width)."""
    mine = [one for found in trials for one in found if one.estimate.method == method]
    told = [one for one in mine if not one.refusal]
    half = [(one.estimate.high - one.estimate.low) / 2 for one in told]
    covered = float(np.mean([one.is_covered for one in told])) if told else float("nan")
    return covered, len(told) / len(mine), float(np.mean(half)) if told else float("nan")


def taus(trials: list[list[Trial]], method: str) -> list[float]:
    """Of each trial, Kendall's tau of estimates and truths."""
    found = []
    for one in trials:
        mine = [each for each in one if each.estimate.method == method]
        truth = np.array([each.truth for each in mine])
        found.append(kendall(truth, np.array([each.estimate.value for each in mine])))
    return found


def say_trials(*, worlds: int, trials: int) -> list[str]:
    """Print the table; what does not hold, in words."""
    found = run_trials(worlds=worlds, trials=trials)
    print(f"{len(judged_policies())} policies in {worlds} simulated worlds, {trials} logs in each")
    print("  even  viewers         told  covered  ± half  tau mean  least")
    wrong = []
    for (even, viewers), mine in found.items():
        for method in ESTIMATORS:
            covered, told, half = told_coverage(mine, method)
            order = taus(mine, method)
            said = f"{covered:7.1%}  {half:6.3f}" if told else f"{'-':>7}  {'-':>6}"
            print(
                f"  {even:4.0%}  {viewers:7,}  {method:<6} {told:5.0%}  {said}"
                f"  {np.mean(order):8.3f}  {min(order):5.2f}"
            )
            where = f"{method} at {even:.0%}, {viewers} viewers"
            if told and covered < COVERAGE_MIN:
                wrong.append(f"{where}: {covered:.1%} of intervals hold the truth")
            if viewers >= 600 and even == EVEN_LOGGED and np.mean(order) < TAU_MIN:
                wrong.append(f"{where}: tau is {np.mean(order):.3f}")
            if viewers == 60 and told:
                wrong.append(f"{where}: {told:.0%} are told, from 60 viewers")
    return wrong


def main() -> int:
    """Run all; 1 if something does not hold."""
    wrong = say_trials(worlds=4, trials=50)
    print("\n".join(wrong) or "\nall hold")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Off-policy estimates against the truth: on Open Bandit, and in worlds where it is known.

    PLAINVIEW_DATA=DIR python -m bench.ope

Open Bandit: each of two policies is judged from the other's log of the same week and held against
the clicks of its own. In `sim`: 24 policies from logs of one that is none of them, in four worlds;
how often the 95 % interval holds the truth, and whether the policies come out in the right order.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from bench._open_bandit import CAMPAIGNS, POLICIES, log_for, read_campaign
from plainview.core.experiments import ESTIMATORS, judged
from tests.drill.off_policy import say_trials

OTHER = {"random": "bts", "bts": "random"}


def needed() -> tuple[Path | None, Any, str]:
    """(the folder, the reader, what is missing)."""
    folder = Path(os.environ.get("PLAINVIEW_DATA", "")) / "open_bandit"
    if not os.environ.get("PLAINVIEW_DATA") or not folder.is_dir():
        return None, None, "PLAINVIEW_DATA does not name a folder with open_bandit/ in it"
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError:
        return None, None, "pyarrow is not installed, which reads the sample"
    return folder, parquet, ""


def say_open_bandit() -> None:
    """Judge each policy by the other's log, per campaign."""
    folder, parquet, missing = needed()
    print("Open Bandit, 10,000 rows a log: clicks per 1,000 showings")
    if folder is None:
        print(f"  not run: {missing}\n")
        return
    print("  campaign  judged    from      its own log    " + "estimate and 95 % interval")
    inside = told = asked = 0
    refusals: set[str] = set()
    for campaign in CAMPAIGNS:
        logs = {p: read_campaign(folder, p, campaign, parquet=parquet) for p in POLICIES}
        for policy, served in OTHER.items():
            own = logs[policy].click
            value, error = own.mean(), own.std() / len(own) ** 0.5
            log = log_for(policy, logs[served], logs[policy])
            for name, estimator in ESTIMATORS.items():
                found = estimator(log)
                refusal = judged(found)
                asked, told = asked + 1, told + (not refusal)
                inside += found.low <= value <= found.high
                off = (found.value - value) / (found.error**2 + error**2) ** 0.5
                print(
                    f"  {campaign:<9} {POLICIES[policy]:<9} {POLICIES[served]:<9}"
                    f" {value * 1000:4.1f} ± {error * 1960:3.1f}  {name:<6}"
                    f"{found.value * 1000:5.1f} [{found.low * 1000:5.1f}, {found.high * 1000:4.1f}]"
                    f" {off:+5.1f} errors off, as {found.effective:5,.0f} rows, weights"
                    f" {found.mean_weight:.2f}  {refusal.partition(':')[0]}".rstrip()
                )
                refusals.add(refusal)
    print(f"  {asked} estimates, {told} told; {inside} intervals hold the value of its own log")
    print("\n".join(f"  {words}" for words in sorted(refusals) if words) + "\n")


def main() -> None:
    """Both halves."""
    say_open_bandit()
    say_trials(worlds=4, trials=50)


if __name__ == "__main__":
    main()

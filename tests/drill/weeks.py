"""Two weeks beside the peers: how much of the catalogue is shown, and how evenly.

    python -m tests.drill.weeks                   4 seeds in each of three taste processes
    python -m tests.drill.weeks --keep FILE       go on where a run into FILE was broken off

The societies of `closed_loop`, with a catalogue three times as large, whose viewers sit down twice
a day for fourteen days. A recommender that learns from what it showed itself comes to show ever
less: that would be a second week with less of the catalogue and more unevenly than the first, or
than the same feed has without its guards. Both must not be; what the peers show stands beside it.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import msgspec
import numpy as np

from bench.closed_loop.edition import FOR_WATCHING, for_watching
from bench.closed_loop.installed import Boosted, Ials, Wabbit
from bench.closed_loop.judge import gini
from bench.closed_loop.ours import Cadence, Ours
from bench.closed_loop.peers import Chance, Popularity
from plainview.sim.closed_loop import Recommender, Seen, live
from plainview.sim.society import HOUR_MS, Sitting, Society, even, make_society
from plainview.sim.tastes import JUDGED, TASTES
from tests.drill._kept_runs import runs_of
from tests.drill.guards import without_guards

SEEDS = range(301, 305)
VIDEOS, VIEWERS, UPLOADS = 3000, 32, 30
START_MS = 1_790_000_000_000
DAYS, SITTINGS, SLATES = 14, 2, 3
WEEKS = DAYS // 7
WEEK_MS = 7 * 24 * HOUR_MS
SLACK = 0.01
"""Of coverage or Gini: what two runs may differ by without one being called worse."""
SELDOM = Cadence(every_ms=10 * 60_000)
OURS, BARE = "ours", "ours, without guards"
WHO: dict[str, Callable[[Society], Recommender]] = {
    OURS: lambda s: Ours(s, policy=FOR_WATCHING, cadence=SELDOM),
    BARE: lambda s: Ours(s, policy=for_watching(without_guards()), cadence=SELDOM),
    "popularity": Popularity,
    "VW bandit": Wabbit,
    "iALS, hourly": Ials,
    "LightGBM, hourly": Boosted,
    "chance": Chance,
}


class Weeks(msgspec.Struct, frozen=True, kw_only=True):
    """Of one run, week by week: seconds a showing, share of what was there shown, Gini."""

    taste: str
    seed: int
    who: str
    watched_s: tuple[float, ...]
    coverage: tuple[float, ...]
    gini: tuple[float, ...]
    cpu_s: float


def sittings(seed: int) -> tuple[Sitting, ...]:
    """Each viewer's, at hours of their own."""
    at = (even(seed, "hours", VIEWERS, DAYS, SITTINGS) + np.arange(DAYS)[:, None]) * 24 * HOUR_MS
    found = [
        Sitting(at_ms=int(ms), viewer=v, slates=SLATES, until_ms=0)
        for v in range(VIEWERS)
        for ms in at[v].ravel()
    ]
    return tuple(sorted(found))


def run(taste: str, seed: int, who: str) -> Weeks:
    """One recommender for two weeks."""
    society = msgspec.structs.replace(
        make_society(seed, videos=VIDEOS, viewers=VIEWERS, uploads=UPLOADS, start_ms=START_MS),
        sittings=sittings(seed),
    )
    began = time.process_time()
    seen = live(society, TASTES[taste](society), WHO[who](society))
    return told(seen, society, taste=taste, who=who, cpu_s=time.process_time() - began)


def told(seen: Seen, society: Society, *, taste: str, who: str, cpu_s: float) -> Weeks:
    """What came of it."""
    week, video = np.array(seen.at_ms) // WEEK_MS, np.array(seen.video)
    watched = np.array(seen.watched_s)
    shown = [np.bincount(video[week == w], minlength=society.size) for w in range(WEEKS)]
    there = [counts[society.published_ms < (w + 1) * WEEK_MS] for w, counts in enumerate(shown)]
    return Weeks(
        taste=taste, seed=society.seed, who=who, cpu_s=cpu_s,
        watched_s=tuple(float(watched[week == w].mean()) for w in range(WEEKS)),
        coverage=tuple(float((counts > 0).mean()) for counts in there),
        gini=tuple(gini(counts.astype(np.float64)) for counts in there),
    )  # fmt: skip


def mean(found: Sequence[Weeks], *, taste: str, who: str, what: str) -> list[float]:
    """Over seeds, week by week."""
    those = [getattr(one, what) for one in found if (one.taste, one.who) == (taste, who)]
    return [float(value) for value in np.mean(those, axis=0)]


def narrows(found: Sequence[Weeks], *, taste: str) -> list[str]:
    """In what ways ours comes to show less than it did, or than it would without guards."""
    reach, uneven, bare_reach, bare_uneven = (
        mean(found, taste=taste, who=who, what=what)
        for who in (OURS, BARE) for what in ("coverage", "gini")
    )  # fmt: skip
    return [
        words
        for words, is_worse in (
            ("less shown in the last week", reach[-1] < reach[0] - SLACK),
            ("less evenly in the last week", uneven[-1] > uneven[0] + SLACK),
            ("less shown than without guards", reach[-1] < bare_reach[-1] - SLACK),
            ("less evenly than without guards", uneven[-1] > bare_uneven[-1] + SLACK),
        )
        if is_worse
    ]


def main() -> int:
    """Run, print; exit 1 if what ours shows narrows in any taste process."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="a file to keep finished runs in")
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    options = parser.parse_args()
    seeds = list(SEEDS)[: options.seeds]
    wanted = [(taste, seed, who) for seed, taste, who in product(seeds, JUDGED, WHO)]
    found = runs_of(options.keep, Weeks, wanted=wanted, run=run)
    a_week = VIEWERS * SITTINGS * SLATES * 8 * 7
    print(
        f"{VIEWERS} viewers, {VIDEOS} videos and {UPLOADS} uploads, {DAYS} days, {a_week:,}"
        f" showings a week; seeds {seeds[0]} to {seeds[-1]}; load {os.getloadavg()[0]:.1f}\n"
    )
    narrowed = []
    for taste in JUDGED:
        heads = "".join(f"   week {w + 1}: watch s  cover  Gini" for w in range(WEEKS))
        print(f"{taste:<22}{heads}   cpu s")
        for who in WHO:
            columns = [
                mean(found, taste=taste, who=who, what=what)
                for what in ("watched_s", "coverage", "gini")
            ]
            cells = "".join(
                f"{watched:18.2f}{reach * 100:6.1f}%{uneven:6.3f}"
                for watched, reach, uneven in zip(*columns, strict=True)
            )
            spent = np.mean([one.cpu_s for one in found if (one.taste, one.who) == (taste, who)])
            print(f"{who:<22}{cells}{spent:8.0f}")
        narrowed += [f"{taste}: {words}" for words in narrows(found, taste=taste)]
        print(flush=True)
    print("; ".join(narrowed) or "what is shown does not narrow")
    return 1 if narrowed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What is said of a run, and of a recommender beside another over paired seeds."""

from collections.abc import Sequence
from itertools import product
from typing import Final

import msgspec
import numpy as np

from plainview.sim.closed_loop import Seen
from plainview.sim.society import AFTER_MS, BEFORE_MS, HOUR_MS, MINUTE_MS, TURN_MS, Society

FIRST_AUDIENCE: Final = 100
"""Showings that `policies/for-you.toml` owes an upload at most."""
DAY_MS: Final = 24 * HOUR_MS
PAID_WITHIN_MS: Final = 6 * HOUR_MS
"""What an upload is owed grows with the showings of the day. A day after it was published it must
have had what it was owed so long before; who also had all that it had grown to is told."""
DIP, LATER = (0, 2), (8, 12)
"""Minutes after the turn: when the loss is measured, and what is left of it."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one run. `watched_s` is over sittings of fixed length, `showings` of them;
    `minutes` is the mean expected seconds a showing, minute by minute around the turn.
    `uploads_given` of `uploads` had what they were `owed` in time, `uploads_level` all that this
    had grown to by then."""

    taste: str
    seed: int
    who: str
    watched_s: float
    showings: int
    showings_all: int
    minutes: tuple[float, ...]
    coverage: float
    gini: float
    uploads: int
    uploads_given: int
    uploads_level: int
    owed: tuple[int, ...]
    swaps: int
    swaps_cost_s: float
    expected_s: float
    cpu_s: float
    ticks: dict[str, int]


def judged(
    seen: Seen, society: Society, *, taste: str, who: str, cpu_s: float, ticks: dict[str, int]
) -> Run:
    """What came of one run."""
    at, video = np.array(seen.at_ms), np.array(seen.video)
    is_turn, expected = np.array(seen.is_turn), np.array(seen.expected_s)
    minute = np.floor((at - TURN_MS) / MINUTE_MS).astype(np.int64)
    span = range(-BEFORE_MS // MINUTE_MS, AFTER_MS // MINUTE_MS)
    shown = np.bincount(video, minlength=society.size)
    early = np.flatnonzero(
        (society.published_ms >= 0) & (society.published_ms <= 12 * HOUR_MS)
    ).tolist()
    ends = [int(society.published_ms[v]) + DAY_MS for v in early]
    times = zip(early, ends, strict=True)
    given = [int(((video == v) & (at <= end)).sum()) for v, end in times]
    due, grown = (
        [owed_at(end - ms, at, society=society) for end in ends] for ms in (PAID_WITHIN_MS, 0)
    )
    had, level = (
        sum(n >= owed for n, owed in zip(given, least, strict=True)) for least in (due, grown)
    )
    return Run(
        taste=taste, seed=society.seed, who=who,
        watched_s=float(np.array(seen.watched_s)[~is_turn].sum()),
        showings=int((~is_turn).sum()), showings_all=len(at),
        minutes=tuple(float(expected[is_turn & (minute == m)].mean()) for m in span),
        coverage=float((shown > 0).mean()), gini=gini(shown.astype(np.float64)),
        uploads=len(early), uploads_given=had, uploads_level=level, owed=tuple(due),
        swaps=seen.swaps, swaps_cost_s=seen.swaps_cost_s, expected_s=float(expected.sum()),
        cpu_s=cpu_s, ticks=ticks,
    )  # fmt: skip


def owed_at(until_ms: int, at_ms: np.ndarray, *, society: Society) -> int:
    """What a new video is owed at a moment, as `feed-v1` §3 has it: an even part of the showings of
    that UTC day so far or of the day before, whichever are more."""
    begins_ms = society.start_ms // DAY_MS * DAY_MS - society.start_ms
    today = begins_ms + (until_ms - begins_ms) // DAY_MS * DAY_MS
    so_far = int(((at_ms >= today) & (at_ms <= until_ms)).sum())
    before = int(((at_ms >= today - DAY_MS) & (at_ms < today)).sum())
    listed = int((society.published_ms <= until_ms).sum())
    return min(FIRST_AUDIENCE, max(1, max(so_far, before) // listed))


def gini(times: np.ndarray) -> float:
    """0: all shown alike; near 1: one has all.

    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 4.0]))
    (0.0, 0.75)
    """
    ranked, n = np.sort(times), len(times)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ranked / (n * ranked.sum()))


def paired_p(differences: Sequence[float]) -> float:
    """Two-sided, exact: the share of all ways to turn signs whose mean is as far from 0.

    With 8 pairs the least is 2/256, when all point the same way.

    >>> paired_p([1.0] * 8), paired_p([1.0, -1.0])
    (0.0078125, 1.0)
    """
    given = abs(sum(differences)) * (1 - 1e-12)
    signs = product((1, -1), repeat=len(differences))
    sums = [abs(sum(s * d for s, d in zip(sign, differences, strict=True))) for sign in signs]
    return sum(total >= given for total in sums) / len(sums)


def recovery(runs: Sequence[Run]) -> tuple[float, float, float]:
    """(before, in the DIP, LATER) mean expected seconds a showing over runs."""
    curve = np.mean([run.minutes for run in runs], axis=0)
    zero = BEFORE_MS // MINUTE_MS
    return (
        float(curve[2:zero].mean()),
        float(curve[zero + DIP[0] : zero + DIP[1]].mean()),
        float(curve[zero + LATER[0] : zero + LATER[1]].mean()),
    )

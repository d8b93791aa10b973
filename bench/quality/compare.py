"""The lines of the protocol: each model's value, its interval, and whether ours differs."""

from math import erfc, sqrt
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.quality.log import Ints, Log
from bench.quality.measures import (
    Doubles,
    areas,
    by_user,
    drawn_users,
    interval,
    ordered_share,
    slate_areas,
    slate_gains,
    slates_of,
)

Runs = dict[str, dict[str, NDArray[np.float64]]]
"""By mode (`A`, `B`, `SA`, `SB`; `-` for without tab), then by head: scores of the test rows."""

OURS: Final = "ours"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the protocol. `best`, `blend` are the figures it states; 0 where it has none."""

    name: str
    mode: str
    kind: str
    head: str
    best: float
    blend: float


LINES: Final = tuple(
    Line(name=name, mode=mode, kind=kind, head=head, best=best, blend=blend)
    for name, kind, head, rows in (
        ("AUC long view", "auc", "long_view", (("A", 0.7567, 0.7586), ("B", 0.7580, 0.7593))),
        ("AUC long view, no tab", "auc", "long_view",
         (("A-", 0.7443, 0.7454), ("B-", 0.7455, 0.7462))),
        ("AUC click", "auc", "click", (("A", 0.7555, 0.7575), ("B", 0.7574, 0.7590))),
        ("AUC like", "auc", "like", (("A", 0.8847, 0.8879), ("B", 0.8873, 0.8900))),
        ("XAUC watch time", "xauc", "watch", (("A", 0.6949, 0.6956), ("B", 0.6956, 0.6965))),
        ("MAE watch time, s", "mae", "watch_median", (("A", 18.21, 18.21), ("B", 18.19, 18.19))),
        ("dGAUC long view", "gauc", "long_view", (("SA", 0.6454, 0.6454), ("SB", 0.6461, 0.6452))),
        ("dGAUC long view, no tab", "gauc", "long_view",
         (("SA-", 0.6322, 0.6331), ("SB-", 0.6329, 0.6347))),
        ("dGAUC click", "gauc", "click", (("SA", 0.6296, 0.6286), ("SB", 0.6297, 0.6309))),
        ("NDCG@5 long view", "ndcg", "long_view", (("SA", 0.7014, 0.7027), ("SB", 0.7010, 0.7027))),
    )
    for mode, best, blend in rows
)  # fmt: skip


class Judge:
    """Values of scores of the test rows under the same drawn users, so that all can be paired."""

    def __init__(self, log: Log, test: Ints, *, draws: int) -> None:
        self.test = test
        self.user = np.unique(log.user[self.test], return_inverse=True)[1].astype(np.int64)
        self.drawn = drawn_users(int(self.user.max()) + 1, draws=draws)
        self.play_ms = log.play_ms[self.test]
        self.slate = slates_of(log.user[self.test], log.day[self.test])
        self.labels = {h: log.outcome(h)[self.test] == 1 for h in ("long_view", "click", "like")}

    def values(self, line: Line, scores: NDArray[np.float64]) -> Doubles:
        """(draws + 1,) the line's measure; the first is the estimate."""
        if line.kind == "auc":
            return areas(scores, self.labels[line.head], self.user, self.drawn)
        if line.kind == "xauc":
            return ordered_share(scores, self.play_ms, self.user, self.drawn)
        if line.kind == "mae":
            miss = np.abs(scores - self.play_ms) / 1000
            return by_user(miss, np.ones(len(miss)), self.user, self.drawn)
        of = slate_areas if line.kind == "gauc" else slate_gains
        first, value, weight = of(scores, self.labels[line.head], self.slate)
        return by_user(value, weight, self.user[first], self.drawn)


def chance(ours: Doubles, theirs: Doubles) -> float:
    """Two-sided p of no difference: the estimate over the paired bootstrap's standard error, taken
    as normal."""
    spread = float((ours - theirs)[1:].std(ddof=1))
    gap = float(ours[0] - theirs[0])
    if spread == 0:
        return 1.0 if gap == 0 else 0.0
    return erfc(abs(gap) / spread / sqrt(2))


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line filled in: values by model, our interval, the best peer run here, and p beside it."""

    line: Line
    values: dict[str, float]
    half_width: float
    best: str
    p: float

    @property
    def gap(self) -> float:
        """How much better than the better of the best peer here and the protocol's, upward."""
        sign = -1 if self.line.kind == "mae" else 1
        peer = self.values[self.best]
        bar = min(peer, self.line.best) if sign < 0 else max(peer, self.line.best)
        return sign * (self.values[OURS] - bar)


def rows_of(judge: Judge, runs: dict[str, Runs]) -> list[Row]:
    """The lines of the protocol that OURS was run for, `runs` being by model."""
    out = []
    for line in LINES:
        if line.head not in runs[OURS].get(line.mode, {}):
            continue
        found: dict[str, Doubles] = {}
        for model, run in runs.items():
            scores = run.get(line.mode, {}).get(line.head)
            if scores is not None:
                found[model] = judge.values(line, scores)
        peers = [model for model in found if model != OURS]
        sign = -1 if line.kind == "mae" else 1
        best = max(peers, key=lambda model: sign * found[model][0])
        out.append(
            Row(
                line=line,
                values={model: float(draws[0]) for model, draws in found.items()},
                half_width=interval(found[OURS]),
                best=best,
                p=chance(found[OURS], found[best]),
            )
        )
    return out


def table_of(rows: list[Row], models: list[str]) -> str:
    """The lines as text."""
    head = f"{'':24}{'':4}" + "".join(f"{model:>12}" for model in models)
    out = [head + f"{'±':>8}{'protocol':>10}{'blend':>8}{'best here':>12}{'p':>9}"]
    for row in rows:
        line, digits = row.line, 2 if row.line.kind == "mae" else 4
        cells = "".join(
            f"{row.values[m]:12.{digits}f}" if m in row.values else f"{'':12}" for m in models
        )
        out.append(
            f"{line.name:24}{line.mode:4}{cells}{row.half_width:8.4f}"
            f"{line.best:10.{digits}f}{line.blend:8.{digits}f}{row.best:>12}{row.p:9.2g}"
        )
    return "\n".join(out)

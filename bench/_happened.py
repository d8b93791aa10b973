"""What a stretch of time left in a data folder: slates and their epochs, events, lessons, ticks."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import msgspec

from bench._upload import read
from plainview.core.receipts import parse_receipt
from plainview.ports.learning import TickRecord


class _Told(msgspec.Struct):
    kind: str
    number: int = 0


_TOLD = msgspec.json.Decoder(_Told)
_TICK = msgspec.json.Decoder(TickRecord)


@dataclass
class Epochs:
    """`ages_s`: of each slate, how long before it the epoch it was made from had been frozen."""

    frozen: int
    apart_s_max: float
    used: int
    ages_s: list[float]


def epochs_between(root: Path, from_ms: int, to_ms: int) -> Epochs:
    """The epochs of that time and what its slates were made from."""
    with closing(read(root)) as db:
        all_frozen = dict(db.execute("SELECT number, frozen_ms FROM epochs").fetchall())
        receipts = db.execute(
            "SELECT body FROM receipts WHERE issued_ms >= ? AND issued_ms < ?", (from_ms, to_ms)
        ).fetchall()
    cited = [(one.epoch, one.now_ms) for one in (parse_receipt(body) for (body,) in receipts)]
    inside = [ms for ms in all_frozen.values() if from_ms <= ms < to_ms]
    ends = sorted([from_ms, *inside, to_ms])
    return Epochs(
        frozen=len(inside),
        apart_s_max=max(b - a for a, b in pairwise(ends)) / 1e3,
        used=len({number for number, _ in cited}),
        ages_s=[(now_ms - all_frozen[number]) / 1e3 for number, now_ms in cited],
    )


def not_kept(root: Path, acknowledged: Mapping[str, tuple[int, int]]) -> tuple[int, int, int]:
    """(events acknowledged, of them not in the database, kept beyond them), where `acknowledged`
    says of each viewer how many of their own were, and the last number of their chain."""
    with closing(read(root)) as db:
        kept = {
            viewer: (own, n, last)
            for viewer, own, n, last in db.execute(
                "SELECT viewers.id, count(key), viewers.n, max(events.n) FROM viewers"
                " JOIN events ON events.viewer = viewers.no GROUP BY viewers.no"
            )
        }
    lost = beyond = 0
    for viewer, (own, n) in acknowledged.items():
        there, end, last = kept.get(viewer, (0, 0, 0))
        lost += max(own - there, n - min(end, last), 0)
        beyond += max(there - own, 0)
    return sum(own for own, _ in acknowledged.values()), lost, beyond


@dataclass
class Learned:
    """What was gathered between two looks, and what came of it."""

    receipts: int
    events: int
    behind_s: float
    ticks: list[TickRecord]
    faults: int

    @property
    def outcomes(self) -> dict[str, int]:
        """How many ticks were published, and how many dropped for which reason."""
        return dict(Counter(one.made.reason or "published" for one in self.ticks))


def gathered_upto(root: Path) -> int:
    """How far the learner has gathered."""
    with closing(read(root)) as db:
        found = db.execute("SELECT value FROM facts WHERE name = 'lessons_upto'").fetchone()
    return int(found[0])


def learned_since(root: Path, seq: int, *, from_ms: int, now_ms: int) -> Learned:
    """What was gathered of receipts after the place `seq`, with the events reported for them, and
    ticks recorded since; `behind_s`: the age of the first receipt that was not."""
    upto = gathered_upto(root)
    with closing(read(root)) as db:
        served = {
            (viewer, _TOLD.decode(body).number)
            for viewer, body in db.execute(
                "SELECT viewer, body FROM events WHERE key IS NULL AND seq > ? AND seq <= ?",
                (seq, upto),
            )
        }
        told = db.execute("SELECT viewer, body FROM events WHERE key IS NOT NULL")
        events = sum((viewer, _TOLD.decode(body).number) in served for viewer, body in told)
        next_ms = db.execute(
            "SELECT min(issued_ms) FROM receipts JOIN events ON events.viewer = receipts.viewer"
            " AND n = served_n WHERE seq > ?", (upto,),
        ).fetchone()[0]  # fmt: skip
        ticks = [
            _TICK.decode(tick)
            for (tick,) in db.execute(
                "SELECT tick FROM ticks WHERE at_ms >= ? ORDER BY number", (from_ms,)
            )
        ]
        (faults,) = db.execute("SELECT count(*) FROM lesson_faults").fetchone()
    return Learned(
        receipts=len(served), events=events, ticks=ticks, faults=faults,
        behind_s=(now_ms - next_ms) / 1e3 if next_ms else 0.0,
    )  # fmt: skip

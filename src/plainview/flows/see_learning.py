"""See how learning stands: for the command line and an operator's page."""

from typing import Any, Final

import msgspec

from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.ports.clock import Clock
from plainview.ports.learning import LearningReads, TickRecord
from plainview.ports.objects import NoObject, Objects

LATELY_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000


class TickSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A tick: `reason` is "" if it was published. `metrics` is what stands in its lineage record:
    parent and candidate by head; empty where there is none. Losses are in nats an example.
    `shifts` likewise: how values moved; `newest_ms` is when the newest example offered was made."""

    number: int
    at_ms: int
    took_ms: int
    reason: str
    detail: str
    examples: int
    held_out: int
    chosen: int
    viewers: int
    weights: Digest
    lineage: Digest
    newest_ms: int
    metrics: dict[str, Any]
    shifts: dict[str, Any]

    @property
    def has_loss(self) -> bool:
        """Whether it was judged."""
        return bool(self.metrics)

    @property
    def loss_before(self) -> float:
        """The parent's, on what was held out."""
        return int(self.metrics["parent"]["loss_micro"]) / 1_000_000

    @property
    def loss_after(self) -> float:
        """The candidate's."""
        return int(self.metrics["candidate"]["loss_micro"]) / 1_000_000

    def most_moved(self, kind: str) -> tuple[str, int] | None:
        """The group of `kind` ("topics", "creators") whose values moved most, and by how many
        thousandths of a point; None where nothing is told."""
        groups = self.shifts.get(kind) or ()
        return next(((str(one["name"]), int(one["shift"])) for one in groups), None)


class LearningSeen(msgspec.Struct, frozen=True, kw_only=True):
    """How learning stands. `lag_ms` is the age of the newest example that a tick was offered, None
    before the first tick; `per_minute` over the last hour. Ticks newest first."""

    weights: Digest
    origin: str
    published: int
    receipts: int
    passed_over: int
    faults: int
    waiting: int
    per_minute: int
    lag_ms: int | None
    ticks: tuple[TickSeen, ...]


def see_learning(
    *, learning: LearningReads, objects: Objects, clock: Clock, last: int
) -> LearningSeen:
    """What learning came to lately, with the last `last` ticks."""
    at, in_use, now_ms = learning.gathered(), learning.in_use(), clock.now_ms()
    ticks = learning.ticks(before=at.ticks + 1, count=max(last, 1))
    learned = learning.examples_learned(since_ms=now_ms - LATELY_MS)
    newest = next((tick.made.newest_ms for tick in ticks if tick.made.newest_ms), None)
    return LearningSeen(
        weights=in_use.digest if in_use else NO_DIGEST,
        origin=in_use.origin if in_use else "none",
        published=in_use.n if in_use else 0,
        receipts=at.receipts,
        passed_over=at.passed_over,
        faults=at.faults,
        waiting=sum(one.count for one in learning.waiting(at.learned_seq)),
        per_minute=learned * MINUTE_MS // LATELY_MS,
        lag_ms=None if newest is None else max(now_ms - newest, 0),
        ticks=tuple(_seen(tick, objects=objects) for tick in ticks),
    )


def _seen(tick: TickRecord, *, objects: Objects) -> TickSeen:
    made = tick.made
    metrics, shifts, detail = _told(made.lineage, objects=objects)
    return TickSeen(
        number=tick.order.number, at_ms=tick.at_ms, took_ms=tick.took_ms, reason=made.reason,
        detail=detail, examples=made.examples, held_out=made.held_out, chosen=made.chosen,
        viewers=made.viewers, weights=made.weights, lineage=made.lineage,
        newest_ms=made.newest_ms, metrics=metrics, shifts=shifts,
    )  # fmt: skip


def _told(lineage: Digest, *, objects: Objects) -> tuple[dict[str, Any], dict[str, Any], str]:
    if lineage == NO_DIGEST:
        return {}, {}, ""
    try:
        told = msgspec.json.decode(objects.get(lineage))
        return told["metrics"], told["shifts"], told["verdict"]["detail"]
    except (NoObject, msgspec.DecodeError, KeyError, TypeError):
        return {}, {}, ""

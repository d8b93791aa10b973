"""In-memory stand-in for what learning stores, which asserts what callers must keep. For tests."""

from collections.abc import Callable, Sequence
from typing import Any

from plainview.core.events import parse_event
from plainview.core.learn.window import EXAMPLE
from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId
from plainview.edge.memory_tlog import MemoryLog
from plainview.edge.stating import state_weights
from plainview.ports.commands import Command, Done, Refused
from plainview.ports.learning import (
    Gathered,
    KeepLessons,
    Lesson,
    LessonFault,
    PruneLessons,
    Published,
    RecordTick,
    RestoreWeights,
    ServedReceipt,
    TickRecord,
    Waiting,
)
from plainview.ports.serving import PublishWeights


class MemoryLearning(MemoryLog):
    """`Writer` and `LearningReads` in one, beside all that `MemoryLog` is.

    Asserts what the writer may rely on: lessons come in order, within what was looked at and packed
    as they say; a tick's windows do not overlap and hold as many examples as it says; what it
    publishes has files.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lessons: list[Lesson] = []
        self._faults: list[LessonFault] = []
        self._ticks: list[TickRecord] = []
        self._publications: list[Published] = []
        self._upto = self._receipts_seen = self._passed_over = self._pruned = 0

    def submit(self, command: Command[Any]) -> Any:
        """See `Writer`."""
        carrying: dict[type[Command[Any]], Callable[[Any], Done]] = {
            KeepLessons: self._keep,
            RecordTick: self._record_tick,
            RestoreWeights: self._restore,
            PruneLessons: self._prune,
        }
        carry = carrying.get(type(command))
        if carry is not None:
            return carry(command)
        before = len(self._weights)
        answer = super().submit(command)
        if isinstance(command, PublishWeights) and len(self._weights) > before:
            self._note(
                command.digest, recipe=command.recipe, origin=command.origin,
                lineage=command.lineage, at_ms=command.at_ms, ticks=len(self._ticks),
            )  # fmt: skip
        return answer

    # ------------------------------------------------------------------------------------ writing

    def _keep(self, command: KeepLessons) -> Done:
        if self._upto == command.upto_seq:
            return Done()
        if self._upto != command.after_seq or command.upto_seq < self._upto:
            raise Refused("lessons_taken", "Look again.", {"upto_seq": self._upto})
        places = [one.seq for one in command.lessons] + [one.seq for one in command.faults]
        assert len(places) == len(set(places)), "one receipt taught twice"
        assert all(command.after_seq < seq <= command.upto_seq for seq in places), "out of place"
        assert list(command.lessons) == sorted(command.lessons, key=lambda one: one.seq)
        for one in command.lessons:
            assert one.count > 0, "a lesson without an example"
            assert len(one.records) == one.count * EXAMPLE.itemsize, "not packed as it says"
            assert one.viewer in self._chains, "a lesson of nobody"
        self._lessons += command.lessons
        self._faults += command.faults
        self._receipts_seen += command.receipts
        self._passed_over += command.passed_over
        self._upto = command.upto_seq
        return Done()

    def _learned_upto(self) -> int:
        return self._ticks[-1].order.upto_seq if self._ticks else 0

    def _record_tick(self, command: RecordTick) -> Done:
        order, made = command.tick.order, command.tick.made
        if self._ticks and self._ticks[-1] == command.tick:
            return Done()
        if (order.number, order.after_seq) != (len(self._ticks) + 1, self._learned_upto()):
            raise Refused("tick_taken", "Look again.")
        if order.upto_seq < order.after_seq or order.held_upto_seq > self._upto:
            raise Refused("tick_taken", "Its window is not of what was gathered.")
        in_use = self.in_use()
        if in_use is None or (in_use.digest, in_use.ticks) != (order.parent, order.since):
            raise Refused("parent_moved", "Other weights were published meanwhile.")
        assert order.history_after_seq <= order.after_seq, "a history of what it learns from"
        assert order.upto_seq <= order.held_after_seq, "it was judged on what it learned from"
        offered = sum(one.count for one in self.lessons(order.after_seq, order.upto_seq))
        assert offered == made.examples, "it was offered other examples than there are"
        assert (made.lineage == NO_DIGEST) == (made.weights == NO_DIGEST), "half a tick"
        self._ticks.append(command.tick)
        if command.tick.is_published:
            assert NO_DIGEST not in (made.weights, made.state, made.lineage), "without files"
            self._publish_as(
                made.weights, recipe=command.recipe_name, origin="learned", lineage=made.lineage,
                at_ms=command.tick.at_ms,
            )  # fmt: skip
        return Done()

    def _restore(self, command: RestoreWeights) -> Done:
        in_use = self.in_use()
        if in_use and (in_use.digest, in_use.lineage) == (command.digest, command.lineage):
            return Done()
        if in_use is None or in_use.digest != command.parent:
            raise Refused("parent_moved", "Other weights were published meanwhile.")
        if command.digest not in {one.digest for one in self._publications}:
            raise Refused("never_published", "They never were.")
        self._publish_as(
            command.digest, recipe=command.recipe_name, origin="restored",
            lineage=command.lineage, at_ms=command.at_ms,
        )  # fmt: skip
        return Done()

    def _publish_as(
        self, digest: Digest, *, recipe: str, origin: str, lineage: Digest, at_ms: int
    ) -> None:
        parent = self._weights[-1]
        self._weights.append(digest)
        self._note(
            digest, recipe=recipe, origin=origin, lineage=lineage, at_ms=at_ms,
            ticks=len(self._ticks),
        )  # fmt: skip
        if self._bodies:
            self._append_entry(
                state_weights(
                    digest, parent=parent, recipe=recipe, origin=origin, lineage=lineage,
                    at_ms=at_ms,
                )
            )  # fmt: skip

    def _note(self, digest: Digest, **fields: Any) -> None:
        self._publications.append(Published(n=len(self._publications) + 1, digest=digest, **fields))

    def _prune(self, command: PruneLessons) -> Done:
        if command.upto_seq > self._learned_upto():
            raise Refused("not_learned", "Some of them wait for a tick.")
        self._lessons = [one for one in self._lessons if one.seq > command.upto_seq]
        self._pruned = max(self._pruned, command.upto_seq)
        return Done()

    # ------------------------------------------------------------------------------------ reading

    def gathered(self) -> Gathered:
        """See `LearningReads`."""
        return Gathered(
            upto_seq=self._upto, learned_seq=self._learned_upto(), receipts=self._receipts_seen,
            passed_over=self._passed_over, faults=len(self._faults), ticks=len(self._ticks),
        )  # fmt: skip

    def receipts_after(self, seq: int, *, count: int) -> Sequence[ServedReceipt]:
        """See `LearningReads`."""
        found: list[ServedReceipt] = []
        for counted in self._order[seq:]:
            event = parse_event(counted.body)
            if event.kind == "served" and len(found) < count:
                stored = self.issued(counted.viewer, event.number)
                assert stored is not None, "a slate is stored with its event"
                found.append(
                    ServedReceipt(
                        seq=counted.seq, viewer=counted.viewer, receipt=stored[1].receipt,
                        signature=stored[1].signature,
                    )
                )  # fmt: skip
        return found

    def chain_part(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:
        """See `LearningReads`."""
        chain = self._chains.get(viewer)
        return chain.events[after:upto] if chain else []

    def waiting(self, after_seq: int) -> Sequence[Waiting]:
        """See `LearningReads`."""
        return [
            Waiting(one.seq, one.viewer, one.count) for one in self._lessons if one.seq > after_seq
        ]

    def lessons(self, after_seq: int, upto_seq: int) -> Sequence[Lesson]:
        """See `LearningReads`."""
        return [one for one in self._lessons if after_seq < one.seq <= upto_seq]

    def pruned_seq(self) -> int:
        """See `LearningReads`."""
        return self._pruned

    def lessons_bytes(self) -> int:
        """See `LearningReads`."""
        return sum(len(one.records) for one in self._lessons)

    def first_tick_after(self, seq: int) -> TickRecord | None:
        """See `LearningReads`."""
        return next((one for one in self._ticks if one.order.upto_seq > seq), None)

    def lesson_faults(self, *, count: int) -> Sequence[LessonFault]:
        """See `LearningReads`."""
        return self._faults[::-1][:count]

    def tick(self, number: int) -> TickRecord | None:
        """See `LearningReads`."""
        return self._ticks[number - 1] if 0 < number <= len(self._ticks) else None

    def ticks(self, *, before: int, count: int) -> Sequence[TickRecord]:
        """See `LearningReads`."""
        return self._ticks[: max(before - 1, 0)][::-1][:count]

    def published(self) -> Sequence[Published]:
        """See `LearningReads`."""
        return list(self._publications)

    def in_use(self) -> Published | None:
        """See `LearningReads`."""
        return self._publications[-1] if self._publications else None

    def learned_by(self, weights: Digest) -> TickRecord | None:
        """See `LearningReads`."""
        for one in reversed(self._publications):
            if (one.digest, one.origin) == (weights, "learned"):
                return self.tick(one.ticks)
        return None

    def examples_learned(self, *, since_ms: int) -> int:
        """See `LearningReads`."""
        return sum(one.made.examples for one in self._ticks if one.at_ms >= since_ms)

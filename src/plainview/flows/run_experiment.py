"""Run an experiment: declare it, stop it, end it when it is over, read what it shows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from plainview.core.experiments import (
    BadPlan,
    Outcome,
    Plan,
    Reading,
    outcome_of,
    parse_plan,
    read_results,
)
from plainview.core.learn import BadRecipe
from plainview.core.learn.lineage_file import parse_tick_lineage
from plainview.core.learn.recipe import MICRO, parse_recipe
from plainview.core.receipts import recipe_of
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.ports.clock import Chance, Clock
from plainview.ports.commands import Writer
from plainview.ports.experiments import (
    DeclareExperiment,
    EndCode,
    EndExperiment,
    ExperimentReads,
    ExperimentRecord,
    StopExperiment,
)
from plainview.ports.learning import LearningReads, TickRecord
from plainview.ports.lines import BeginLines, LineReads
from plainview.ports.objects import Objects

STOP_AHEAD_MS = 5_000
"""An early end is known to all processes this long before it comes."""

TICKS_SHOWN = 64
"""Of each line, the newest."""

GUARD_EVERY_MS = 60_000
"""How often the stop rules are looked at. Their intervals hold however often that is."""


class NoExperiment(Exception):
    """There is no experiment of that name: see the list."""


class Loss(NamedTuple):
    """The loss of a tick's parent and of what it made, on the examples held out of its window."""

    tick: int
    before: float
    after: float
    is_published: bool


class LineShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a line came to: its recipe, how many windows it learned, and the losses of those of
    which it made a candidate. `line` is "" for the main one."""

    line: str
    recipe: Digest
    ticks: int
    losses: tuple[Loss, ...]

    @property
    def published(self) -> int:
        """How many of its candidates were published, of those that are shown."""
        return sum(one.is_published for one in self.losses)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment, what was declared, and what it shows; `lines` of its recipes that began."""

    record: ExperimentRecord
    plan: Plan
    reading: Reading
    lines: tuple[LineShown, ...] = ()


class Experiments:
    """Everything that is done with experiments besides serving in them."""

    def __init__(
        self,
        *,
        reads: ExperimentReads,
        writer: Writer,
        objects: Objects,
        clock: Clock,
        chance: Chance,
        lines: LineReads | None = None,
        learning: LearningReads | None = None,
    ) -> None:
        self._reads = reads
        self._writer = writer
        self._objects = objects
        self._clock = clock
        self._chance = chance
        self._lines = lines
        self._learning = learning
        self._guarded_ms = 0

    def declare(self, data: bytes, *, recipes: Sequence[bytes] = ()) -> Plan:
        """Declare what the file says; its salt is drawn here and committed to in the log.

        Args:
            recipes: the files of the recipes that its arms name.
        Raises: BadPlan. Refused: see `DeclareExperiment`. WriterGone.
        """
        plan = parse_plan(data)
        self._store_recipes(plan, recipes)
        record = ExperimentRecord(
            name=plan.name, plan=self._objects.put(data), arms=plan.arms,
            shares_milli=plan.shares_milli, recipes=plan.recipes,
            from_ms=plan.from_ms, to_ms=plan.to_ms,
            salt=self._chance.token(32),
        )  # fmt: skip
        self._writer.submit(DeclareExperiment(experiment=record, at_ms=self._clock.now_ms()))
        return plan

    def _store_recipes(self, plan: Plan, recipes: Sequence[bytes]) -> None:
        """Keep them, if they are those that the arms name."""
        given = {digest_of(data): data for data in recipes}
        for name, digest in plan.recipes_by_name.items():
            if digest not in given:
                raise BadPlan(
                    f"recipe {name!r}: the file with the digest {digest} is not given"
                    " (--recipe FILE)"
                )
            try:
                called = parse_recipe(given[digest]).name
            except BadRecipe as error:
                raise BadPlan(f"recipe {name!r}: {error}") from error
            if called != name:
                raise BadPlan(f"recipe {name!r}: the file calls itself {called!r}")
            self._objects.put(given[digest])

    def recipe(self, name: str, recipe: str) -> bytes:
        """The file of a recipe that an experiment declared. Raises: NoExperiment."""
        plan = parse_plan(self._objects.get(self._named(name).plan))
        digest = plan.recipes_by_name.get(recipe)
        if digest is None:
            raise NoExperiment(f"No arm of experiment {name!r} names a recipe {recipe!r}.")
        return self._objects.get(digest)

    def lines(self, now_ms: int) -> tuple[tuple[str, Digest], ...]:
        """The weights that rank in each line of the experiment under way, by line, as an epoch
        frozen now names them. Lines begin here: no epoch of their time is without them.

        Raises: Refused: it was stopped meanwhile; ask again. WriterGone.
        """
        assert self._lines is not None, "whoever freezes epochs reads lines"
        under_way = self._reads.experiment_at(now_ms)
        if under_way is None or not any(recipe_of(arm) for arm in under_way.arms):
            return ()
        found = self._lines.lines_at(now_ms)
        if not found:
            self._writer.submit(BeginLines(experiment=under_way.name, at_ms=now_ms))
            found = self._lines.lines_at(now_ms)
        return tuple((one.line, one.weights) for one in found)

    def stop(self, name: str, *, reason_code: EndCode = "operator") -> ExperimentRecord:
        """Let it be over in a moment. Raises: NoExperiment. WriterGone."""
        self._named(name)
        now_ms = self._clock.now_ms()
        self._writer.submit(
            StopExperiment(
                name=name, stop_ms=now_ms + STOP_AHEAD_MS, reason_code=reason_code, at_ms=now_ms
            )
        )
        return self._named(name)

    def end_due(self) -> list[str]:
        """Log the end, with the salt, of those that are over; their names."""
        now_ms = self._clock.now_ms()
        due = [
            one.name
            for one in self._reads.experiments()
            if not one.is_ended and one.over_ms <= now_ms
        ]
        for name in due:
            self._writer.submit(EndExperiment(name=name, at_ms=now_ms))
        return due

    def guard(self) -> tuple[str, ...]:
        """Stop the one under way if a stop rule of its declaration applies; why, in words."""
        now_ms = self._clock.now_ms()
        if now_ms < self._guarded_ms + GUARD_EVERY_MS:
            return ()
        self._guarded_ms = now_ms
        under_way = self._reads.experiment_at(now_ms)
        if under_way is None or under_way.stop_ms is not None:
            return ()
        if not parse_plan(self._objects.get(under_way.plan)).stops:
            return ()  # nothing would come of adding it all up
        tripped = self.shown(under_way.name).reading.tripped
        if tripped:
            self.stop(under_way.name, reason_code="guard")
        return tripped

    def shown(self, name: str) -> Shown:
        """What it shows by now. Raises: NoExperiment."""
        record = self._named(name)
        plan = parse_plan(self._objects.get(record.plan))
        now_ms = self._clock.now_ms()
        divided = dict.fromkeys(plan.arms, 0)
        outcomes: list[Outcome] = []
        for one in self._reads.exposures(name):
            divided[one.arm] = divided.get(one.arm, 0) + 1
            until_ms = one.at_ms + plan.window_ms
            if until_ms <= now_ms:
                outcomes.append(
                    outcome_of(
                        self._reads.events_since(one.viewer, one.n),
                        arm=one.arm, from_ms=one.at_ms, until_ms=until_ms,
                    )
                )  # fmt: skip
        return Shown(
            record=record, plan=plan, reading=read_results(plan, divided, outcomes),
            lines=tuple(self._shown_lines(name)) if plan.recipes else (),
        )  # fmt: skip

    def _shown_lines(self, name: str) -> Iterator[LineShown]:
        """The lines of an experiment, with the newest TICKS_SHOWN of each; before them, under no
        name, what the main line made of the same windows."""
        assert self._lines is not None, "whoever shows experiments reads lines"
        found = [one for one in self._lines.lines() if one.experiment == name]
        if not found:
            return
        first, last = min(one.begun for one in found), max(one.learned for one in found)
        count = min(last - first, TICKS_SHOWN)
        if self._learning is not None:
            ticks = self._learning.ticks(before=last + 1, count=count) if count else ()
            yield LineShown(
                line="", recipe=NO_DIGEST, ticks=last - first, losses=self._losses(ticks)
            )
        for one in found:
            ticks = self._lines.line_ticks(one.line, before=last + 1, count=count)
            yield LineShown(
                line=one.line, recipe=one.recipe, ticks=one.learned - one.begun,
                losses=self._losses(ticks),
            )  # fmt: skip

    def _losses(self, ticks: Sequence[TickRecord]) -> tuple[Loss, ...]:
        """Of those ticks, newest first, that came to a candidate: oldest first."""
        found = []
        for tick in reversed(ticks):
            if tick.made.lineage != NO_DIGEST:
                told = parse_tick_lineage(self._objects.get(tick.made.lineage)).metrics
                before, after = told.parent.loss_micro, told.candidate.loss_micro
                number, is_published = tick.order.number, tick.is_published
                found.append(Loss(number, before / MICRO, after / MICRO, is_published))
        return tuple(found)

    def all(self) -> list[ExperimentRecord]:
        """All that were declared, newest first."""
        return list(reversed(self._reads.experiments()))

    def _named(self, name: str) -> ExperimentRecord:
        for one in self._reads.experiments():
            if one.name == name:
                return one
        raise NoExperiment(f"There is no experiment {name!r}.")

"""Learn lines: what the recipes of an experiment's arms make of the windows of the main ticks."""

from typing import Final

from plainview.core.catalogue import parse_header
from plainview.core.learn import BadRecipe, BadWindow, NotExact, TooFewViewers
from plainview.core.learn.composed import ranker_only
from plainview.core.learn.recipe import parse_recipe
from plainview.core.learn.tick import learn_tick
from plainview.core.learn.window import window_of
from plainview.core.terms.epoch import Epoch
from plainview.core.terms.ids import Digest
from plainview.flows.judge_tick import MadeFiles, dropped_of, judged
from plainview.flows.learn_tick import (
    NOT_EXACT,
    TOO_FEW_VIEWERS,
    FilesDiffer,
    NotYet,
    examples_in,
    held_out_window,
    parent_of,
    passed_over,
    shifts_on,
    stored,
)
from plainview.flows.read_epoch import NoEpoch, open_epoch
from plainview.ports.clock import Clock
from plainview.ports.commands import Writer
from plainview.ports.learning import LearningReads, TickOrder, TickRecord
from plainview.ports.lines import LineReads, LineRecord, RecordLineTick
from plainview.ports.objects import Objects
from plainview.ports.serving import EpochFiles, ServingReads

WINDOW_LONG, RECIPE_UNFIT, FORGOTTEN = "window_long", "recipe_unfit", "forgotten"
"""Why a line makes nothing of a window, beside the reasons that the main line has."""

REASONS: Final[dict[type[Exception], str]] = {
    TooFewViewers: TOO_FEW_VIEWERS,
    NotExact: NOT_EXACT,
    BadWindow: WINDOW_LONG,
    BadRecipe: RECIPE_UNFIT,
}

LineTick = tuple[str, TickRecord]
"""A line and its tick."""


class LineLearner:
    """Makes the ticks that lines of the experiment under way lack, oldest window first.

    One thread at a time, like `Learner`; what it keeps in memory is nothing. A line's tick has no
    time of its own: it is due when the main line has made one of that window.
    """

    def __init__(
        self,
        *,
        learning: LearningReads,
        lines: LineReads,
        reads: ServingReads,
        files: EpochFiles,
        objects: Objects,
        writer: Writer,
        clock: Clock,
    ) -> None:
        self._learning = learning
        self._lines = lines
        self._reads = reads
        self._files = files
        self._objects = objects
        self._writer = writer
        self._clock = clock

    def learn_if_due(self) -> LineTick | None:
        """Make and record the next tick of a line that lacks one.

        Raises: Refused: another learned meanwhile, or the experiment is over; look again.
            WriterGone. FilesDiffer, LearnError: what is stored cannot be learned on from.
        """
        began_ms = self._clock.now_ms()
        found = self._next(began_ms)
        if found is None:
            return None
        line, order = found
        files = make_line_tick(
            line.line, order, learning=self._learning, lines=self._lines, reads=self._reads,
            files=self._files, objects=self._objects,
        )  # fmt: skip
        for data in (files.weights, files.state) if not files.made.reason else ():
            self._objects.put(data)
        if files.lineage:
            self._objects.put(files.lineage)
        now_ms = self._clock.now_ms()
        record = TickRecord(
            order=order, made=files.made, at_ms=now_ms, took_ms=max(now_ms - began_ms, 0)
        )
        self._writer.submit(RecordLineTick(line=line.line, tick=record))
        return line.line, record

    def _next(self, now_ms: int) -> tuple[LineRecord, TickOrder] | None:
        """The line that is furthest behind, and its next tick, once an epoch is frozen for its
        weights."""
        newest, ticks = self._reads.newest_epoch(), self._learning.gathered().ticks
        behind = [one for one in self._lines.lines_at(now_ms) if one.learned < ticks]
        if newest is None or not behind:
            return None
        named = dict(parse_header(newest.header).line_weights)
        for line in sorted(behind, key=lambda one: (one.learned, one.line)):
            main = self._learning.tick(line.learned + 1)
            if main is None or named.get(line.line) != line.weights:
                continue
            order = TickOrder(
                number=main.order.number,
                history_after_seq=main.order.after_seq,
                after_seq=main.order.after_seq,
                upto_seq=main.order.upto_seq,
                held_after_seq=main.order.held_after_seq,
                held_upto_seq=main.order.held_upto_seq,
                since=line.since,
                parent=line.weights,
                parent_state=self._state_of(line),
                recipe=line.recipe,
                epoch=newest.number,
                policy=main.order.policy,
            )
            return line, order
        return None

    def _state_of(self, line: LineRecord) -> Digest | None:
        """The state of the line's weights: its own tick's, or, where it begins, the main tick's."""
        by = self._lines.line_tick(line.line, line.since)
        by = by or self._learning.learned_by(line.weights)
        return by.made.state if by else None


def make_line_tick(
    line: str,
    order: TickOrder,
    *,
    learning: LearningReads,
    lines: LineReads,
    reads: ServingReads,
    files: EpochFiles,
    objects: Objects,
) -> MadeFiles:
    """The tick of `line` that `order` describes, with the same bytes each time it is made.

    The window is what it is, so where the main line would wait for more a line passes it over.
    Videos do not move: they stand where the main weights have them.

    Raises: FilesDiffer, LearnError: a stored file is not what it should be. NoObject, NoEpoch: it
        is gone.
    """
    if order.after_seq < learning.pruned_seq():
        return passed_over(order, FORGOTTEN, learning=learning)
    recipe = parse_recipe(stored(order.recipe, objects=objects))
    parent = parent_of(order, objects=objects)
    offered = learning.lessons(order.after_seq, order.upto_seq)
    window = window_of(examples_in(offered))
    epoch = _epoch(line, order, reads=reads, files=files)
    try:
        held_out = held_out_window(
            examples_in(learning.lessons(order.held_after_seq, order.held_upto_seq)),
            parent=parent, recipe=recipe,
        )  # fmt: skip
        tick = ranker_only(learn_tick(parent, window, recipe))
    except NotYet as error:
        return passed_over(order, str(error), learning=learning)
    except tuple(REASONS) as error:
        return passed_over(order, REASONS[type(error)], learning=learning)
    between = order.number - 1 - order.since
    ticks = lines.line_ticks(line, before=order.number, count=between) if between else ()
    return judged(
        tick, parent=parent, window=window, held_out=held_out, recipe=recipe,
        shifts=shifts_on(epoch, order=order, parent=parent, tick=tick, objects=objects),
        dropped=dropped_of(ticks), embeddings=None,
        newest_ms=max(one.at_ms for one in offered),
    )  # fmt: skip


def _epoch(line: str, order: TickOrder, *, reads: ServingReads, files: EpochFiles) -> Epoch:
    record = reads.epoch(order.epoch)
    if record is None:
        raise NoEpoch(f"epoch {order.epoch}")
    epoch = open_epoch(record, reads=reads, files=files)
    if dict(epoch.header.line_weights).get(line) != order.parent:
        raise FilesDiffer(f"epoch {order.epoch} names other weights in line {line}")
    return epoch

"""Learn: when a tick is due make it, judge it, and record it with whatever it publishes."""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Final

import msgspec
import numpy as np

from plainview.core.catalogue import parse_header
from plainview.core.feed import Index, build_index
from plainview.core.learn import NotExact, TooFewViewers, centroids_under, load_weights
from plainview.core.learn.composed import composed
from plainview.core.learn.embed import embed_tick
from plainview.core.learn.embed_gate import embed_fields, place_gate
from plainview.core.learn.lineage import Dropped
from plainview.core.learn.recipe import Recipe, encode_recipe, parse_recipe, recipe_digest
from plainview.core.learn.tick import Parent, Tick, learn_tick, tick_seed
from plainview.core.learn.window import EXAMPLE, Examples, Window, choose, window_of
from plainview.core.lessons import shifts_fields, value_shifts
from plainview.core.policy import compile_policy
from plainview.core.terms.canonical import Canonical
from plainview.core.terms.epoch import Epoch
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import Places
from plainview.flows.judge_tick import MadeFiles, dropped_of, judged
from plainview.flows.read_epoch import NoEpoch, open_epoch
from plainview.ports.clock import Clock
from plainview.ports.commands import Writer
from plainview.ports.learning import (
    Gathered,
    LearningReads,
    Lesson,
    MadeTick,
    RecordTick,
    TickOrder,
    TickRecord,
    Waiting,
)
from plainview.ports.objects import Objects
from plainview.ports.serving import EpochFiles, ServingReads

HELD_OUT_PART: Final = 5
"""Of what waits, one part in so many is held out, the newest."""
HELD_OUT_MAX: Final = 20_000
"""Examples that a candidate is judged on, at most."""
HISTORY_TICKS: Final = 4
"""Ticks whose windows are looked in for what viewers watched before, at most."""
HISTORY_MAX: Final = 20_000
"""Examples there, at most, the newest."""
NOT_EXACT, TOO_FEW_VIEWERS = "not_exact", "too_few_viewers"
"""Why a window is passed over without a candidate."""


class NotYet(Exception):
    """The tick must not be made of what waits now: wait for more."""


class FilesDiffer(Exception):
    """A stored file is not the one of its name, or an order names an epoch of other weights than
    it learns on from: altered. Learn nothing from it; put the true file back, or publish other
    weights (`plainview learn roll-back`)."""


class Learner:
    """Learns whenever it is due. One thread at a time; a second process that learns is refused by
    the writer and looks again. What it keeps in memory it can lose."""

    def __init__(
        self,
        recipe: Recipe,
        *,
        every_ms: int,
        examples_min: int,
        learning: LearningReads,
        reads: ServingReads,
        files: EpochFiles,
        objects: Objects,
        writer: Writer,
        clock: Clock,
        opened: Callable[[], Index | None] = lambda: None,
    ) -> None:
        """`opened`: the index of an epoch that this process has open anyway, if there is one."""
        self._recipe = recipe
        self._opened = opened
        self._every_ms = every_ms
        self._examples_min = examples_min
        self._learning = learning
        self._reads = reads
        self._files = files
        self._objects = objects
        self._writer = writer
        self._clock = clock
        self._not_before = 0

    def learn_if_due(self) -> TickRecord | None:
        """Make and record a tick if it is due: `every_ms` after the last, with `examples_min` to
        learn from; at once when as many wait as one tick takes.

        Raises: Refused: another learned or published meanwhile; look again. WriterGone.
            FilesDiffer, LearnError: what is stored cannot be learned on from.
        """
        order, is_full = self._plan()
        if order is None:
            return None
        began_ms = self._clock.now_ms()
        self._objects.put(encode_recipe(self._recipe))
        try:
            files = make_tick(
                order, learning=self._learning, reads=self._reads, files=self._files,
                objects=self._objects, opened=self._opened(),
            )  # fmt: skip
        except NotYet as error:
            if not is_full:
                # Not again for each example more.
                waits = sum(one.count for one in self._learning.waiting(order.after_seq))
                self._not_before = waits + max(waits // 10, 1)
                return None
            files = passed_over(order, str(error), learning=self._learning)
        for data in (files.weights, files.state) if not files.made.reason else ():
            self._objects.put(data)
        if files.lineage:
            self._objects.put(files.lineage)
        now_ms = self._clock.now_ms()
        record = TickRecord(
            order=order, made=files.made, at_ms=now_ms, took_ms=max(now_ms - began_ms, 0)
        )
        self._writer.submit(RecordTick(tick=record, recipe_name=self._recipe.name))
        return record

    def _plan(self) -> tuple[TickOrder | None, bool]:
        """The tick that is due, and whether as many wait as one tick takes."""
        at, parent = self._learning.gathered(), self._learning.in_use()
        newest = self._reads.newest_epoch()
        policies = self._reads.policies()
        if parent is None or newest is None or not policies or at.upto_seq <= at.learned_seq:
            return None, False
        waiting = self._learning.waiting(at.learned_seq)
        total = sum(one.count for one in waiting)
        windows = split_windows(waiting, recipe=self._recipe)
        if windows is None or (total < self._not_before and not windows.is_full):
            return None, False
        last = self._learning.tick(at.ticks) if at.ticks else None
        is_time = last is None or self._clock.now_ms() >= last.at_ms + self._every_ms
        if not windows.is_full and (not is_time or windows.offered < self._examples_min):
            return None, False
        if parse_header(newest.header).weights != parent.digest:
            return None, False  # the first epoch with the parent's table is still to be frozen
        by = self._learning.learned_by(parent.digest)
        order = TickOrder(
            number=at.ticks + 1,
            history_after_seq=history_after(at, learning=self._learning),
            after_seq=at.learned_seq,
            upto_seq=windows.upto_seq,
            held_after_seq=windows.held_after_seq,
            held_upto_seq=windows.held_upto_seq,
            since=parent.ticks,
            parent=parent.digest,
            parent_state=by.made.state if by else None,
            recipe=recipe_digest(self._recipe),
            epoch=newest.number,
            policy=policies[0].digest,
        )
        return order, windows.is_full


class Windows(msgspec.Struct, frozen=True, kw_only=True):
    """What is learned and what is held out of the places that wait, in the terms of a TickOrder;
    `offered` examples to learn from, `is_full` if more wait than one tick takes."""

    upto_seq: int
    held_after_seq: int
    held_upto_seq: int
    offered: int
    is_full: bool


def split_windows(waiting: Sequence[Waiting], *, recipe: Recipe) -> Windows | None:
    """Divide what waits.

    Held out are the newest, a fifth of all and at least twice what the gate needs, but no more than
    the recipe takes. Learned from are the oldest, as many as it takes; what is between waits for
    the next tick.

    None: there are not enough to hold out.
    """
    total = sum(one.count for one in waiting)
    most = min(HELD_OUT_MAX, recipe.offered_max)
    wanted = min(max(total // HELD_OUT_PART, 2 * recipe.held_out_min), most)
    newest_first = list(accumulate(one.count for one in reversed(waiting)))
    enough = next((k for k, count in enumerate(newest_first, 1) if count >= wanted), None)
    taken = min(enough, sum(count <= most for count in newest_first)) if enough else 0
    learnable = waiting[: len(waiting) - taken] if taken else ()
    offered = list(accumulate(one.count for one in learnable))
    fits = sum(count <= recipe.offered_max for count in offered)
    if not fits:
        return None
    return Windows(
        upto_seq=learnable[fits - 1].seq,
        held_after_seq=learnable[-1].seq,
        held_upto_seq=waiting[-1].seq,
        offered=offered[fits - 1],
        is_full=fits < len(learnable),
    )


def history_after(at: Gathered, *, learning: LearningReads) -> int:
    """From where on the next tick looks for what its viewers watched before: the newest whole
    receipts up to HISTORY_MAX examples, of the last HISTORY_TICKS windows as far as kept."""
    last = learning.ticks(before=at.ticks + 1, count=HISTORY_TICKS)
    start = max(last[-1].order.after_seq if last else at.learned_seq, learning.pruned_seq())
    before = [one for one in learning.waiting(start) if one.seq <= at.learned_seq]
    newest_first = accumulate(one.count for one in reversed(before))
    fits = sum(count <= HISTORY_MAX for count in newest_first)
    return before[-fits - 1].seq if fits < len(before) else start


def make_tick(
    order: TickOrder,
    *,
    learning: LearningReads,
    reads: ServingReads,
    files: EpochFiles,
    objects: Objects,
    opened: Index | None = None,
) -> MadeFiles:
    """The tick that `order` describes, with the same bytes each time it is made.

    Args:
        opened: the index of an epoch about as old, which saves time and memory and changes nothing.
    Raises: NotYet: too few viewers, or too few examples to judge on. FilesDiffer, LearnError: a
        stored file is not what it should be. NoObject, NoEpoch: it is gone.
    """
    recipe = parse_recipe(stored(order.recipe, objects=objects))
    parent = parent_of(order, objects=objects)
    offered = learning.lessons(order.after_seq, order.upto_seq)
    window = window_of(examples_in(offered))
    epoch = _epoch(order, reads=reads, files=files)
    held_out = held_out_window(
        examples_in(learning.lessons(order.held_after_seq, order.held_upto_seq)),
        parent=parent, recipe=recipe,
    )  # fmt: skip
    try:
        tick = learn_tick(parent, window, recipe)
    except TooFewViewers as error:
        raise NotYet(TOO_FEW_VIEWERS) from error
    except NotExact:
        made = MadeTick(
            reason=NOT_EXACT, examples=len(window.examples), held_out=len(held_out.examples)
        )
        return MadeFiles(made=made)
    tick, embeddings = move_videos(
        tick, parent=parent, epoch=epoch, window=window, held_out=held_out, recipe=recipe,
        history=_history(order, offered, learning=learning),
    )  # fmt: skip
    return judged(
        tick, parent=parent, window=window, held_out=held_out, recipe=recipe,
        shifts=shifts_on(
            epoch, order=order, parent=parent, tick=tick, objects=objects, opened=opened
        ),
        dropped=dropped_before(order, learning=learning), embeddings=embeddings,
        newest_ms=max(one.at_ms for one in offered),
    )  # fmt: skip


def move_videos(
    tick: Tick,
    *,
    parent: Parent,
    epoch: Epoch,
    history: Window,
    window: Window,
    held_out: Window,
    recipe: Recipe,
) -> tuple[Tick, dict[str, Canonical]]:
    """`tick` with the videos where the good watches of `window` move them, if that passes its gate,
    else where its parent has them; and what the lineage says of it.

    Args:
        epoch: frozen for the parent. history: earlier examples of the viewers of `window`.
    """
    known = Places(
        ids=epoch.rows["id"].astype(np.uint64),
        table=np.ascontiguousarray(epoch.rows["embedding"]),
    )
    moved = embed_tick(parent, known=known, history=history, window=window, recipe=recipe)
    verdict = place_gate(
        moved,
        known=known,
        before=np.concatenate([history.examples, window.examples]),
        held_out=held_out.examples,
        recipe=recipe,
    )
    if not verdict.reason:
        tick = composed(tick, moved, known=known, recipe=recipe)
    return tick, embed_fields(moved, history=history, verdict=verdict)


def passed_over(order: TickOrder, reason: str, *, learning: LearningReads) -> MadeFiles:
    """A full window that no tick can be made of: its examples teach nothing."""
    offered = learning.lessons(order.after_seq, order.upto_seq)
    examples = sum(one.count for one in offered)
    return MadeFiles(made=MadeTick(reason=reason, examples=examples, held_out=0))


def held_out_window(examples: Examples, *, parent: Parent, recipe: Recipe) -> Window:
    """What of `examples` a candidate is judged on: chosen as the examples of a tick are, so that no
    viewer alone decides what is published.

    Raises: NotYet: too few are left.
    """
    window = window_of(examples)
    seed = tick_seed(parent=parent, window=window, recipe=recipe)
    try:
        chosen = choose(window, recipe=recipe, seed=seed)
    except TooFewViewers as error:
        raise NotYet(TOO_FEW_VIEWERS) from error
    if len(chosen) < recipe.held_out_min:
        raise NotYet("held_out_small")
    return window_of(examples[chosen])


def dropped_before(order: TickOrder, *, learning: LearningReads) -> list[Dropped]:
    """The candidates that were dropped since the parent was published, oldest first."""
    between = order.number - 1 - order.since
    return dropped_of(learning.ticks(before=order.number, count=between) if between else ())


def examples_in(lessons: Iterable[Lesson]) -> Examples:
    """The examples of `lessons`, in order."""
    data = b"".join(lesson.records for lesson in lessons)
    return np.frombuffer(data, dtype=EXAMPLE)


def parent_of(order: TickOrder, *, objects: Objects) -> Parent:
    """The files that a tick learns on from."""
    state = order.parent_state
    return Parent(
        weights=stored(order.parent, objects=objects),
        state=b"" if state is None else stored(state, objects=objects),
    )


def stored(digest: Digest, *, objects: Objects) -> bytes:
    """The stored file of that name. Raises: NoObject; FilesDiffer: it has other bytes."""
    data = objects.get(digest)
    found = digest_of(data)
    if found != digest:
        raise FilesDiffer(f"the file stored as {digest} has the hash {found}")
    return data


def _history(order: TickOrder, offered: Sequence[Lesson], *, learning: LearningReads) -> Window:
    """What those whose examples are `offered` were shown before."""
    viewers = {one.viewer for one in offered}
    before = learning.lessons(order.history_after_seq, order.after_seq)
    return window_of(examples_in(one for one in before if one.viewer in viewers))


def _epoch(order: TickOrder, *, reads: ServingReads, files: EpochFiles) -> Epoch:
    record = reads.epoch(order.epoch)
    if record is None:
        raise NoEpoch(f"epoch {order.epoch}")
    epoch = open_epoch(record, reads=reads, files=files)
    if epoch.header.weights != order.parent:
        raise FilesDiffer(f"epoch {order.epoch} was frozen for weights {epoch.header.weights}")
    return epoch


def shifts_on(
    epoch: Epoch,
    *,
    order: TickOrder,
    parent: Parent,
    tick: Tick,
    objects: Objects,
    opened: Index | None = None,
) -> dict[str, Canonical]:
    """What the tick's weights change for the probe viewers, on that epoch."""
    policy = compile_policy(stored(order.policy, objects=objects))
    old, new = load_weights(parent.weights), load_weights(tick.weights)
    centroids = centroids_under(
        epoch.header, old, file_of=lambda digest: stored(digest, objects=objects)
    )
    index = build_index(epoch, centroids=centroids, earlier=opened)
    moved = value_shifts(old, new, index=index, policy=policy)
    return shifts_fields(moved, index=index, policy=policy)

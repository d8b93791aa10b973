"""Ours in the loop: the functions that serve and learn, without HTTP and storage between them."""

from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from bench.closed_loop.edition import FOR_YOU, Edition
from plainview.core.events import parse_event
from plainview.core.feed import Index
from plainview.core.learn import TooFewViewers, load_weights, starting_weights
from plainview.core.learn.gate import gate
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe
from plainview.core.learn.tick import Parent, learn_tick, run
from plainview.core.learn.window import Examples, window_of
from plainview.core.lessons import examples_of
from plainview.core.terms.ids import ViewerId
from plainview.core.terms.viewer import ViewerState
from plainview.flows.learn_tick import split_windows
from plainview.ports.learning import Waiting
from plainview.sim.closed_loop import Showing
from plainview.sim.pocket import PocketSlate
from plainview.sim.society import MINUTE_MS, Society

CHAIN_AHEAD: Final = 60
"""How many events after a receipt can be about it: a slate of 8, with all that can be pressed."""


class Cadence(msgspec.Struct, frozen=True, kw_only=True):
    """When a tick is made: with `new` examples to learn from or more, no sooner than `every_ms`
    after the last. The settings `--learn-min` and `--learn-every` of the service."""

    new: int = 250
    every_ms: int = MINUTE_MS


STEADY: Final = Cadence()


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """A slate that has yet to teach."""

    slate: PocketSlate
    index: Index
    state: ViewerState
    due_ms: int


class Ours:
    """The edition, its learner, and what the learner decided."""

    def __init__(
        self, society: Society, *, name: str = "ours", policy: bytes = FOR_YOU,
        recipe: Recipe | None = STARTING_RECIPE, cadence: Cadence = STEADY,
        weights: bytes | None = None,
    ) -> None:  # fmt: skip
        """`recipe` None: nothing is ever learned."""
        self.name, self.recipe, self.cadence = name, recipe, cadence
        self.edition = Edition(society, policy=policy)
        self.parent = Parent(weights=weights or starting_weights())
        if weights:
            self.edition.publish_weights(weights)
            self.edition.freeze(society.start_ms)
        self.number = [0] * society.viewers
        self.waiting: deque[Served] = deque()
        self.gathered: list[tuple[ViewerId, Examples]] = []
        self.not_before = self.ticked_ms = 0
        self.decisions: list[str] = []
        self.swaps: list[tuple[int, int]] = []

    def publish(self, videos: Sequence[int], *, now_ms: int) -> None:
        """Into the next epoch."""
        del now_ms
        self.edition.take_uploads(videos)

    def slate(self, viewer: int, *, now_ms: int) -> Sequence[int]:
        """As the service would."""
        edition = self.edition
        state, trace = edition.trace(viewer, now_ms=now_ms)
        slate = edition.issue(state, trace)
        self.number[viewer] = slate.number
        ids = trace.index.ids[trace.candidates.rows]
        self.swaps = [
            (edition.place[int(ids[one.candidate])], edition.place[int(ids[one.ranked])])
            for one in trace.placings
            if one.slot != "ranked"
        ]
        if self.recipe:
            due = now_ms + self.recipe.label_ms
            self.waiting.append(Served(slate=slate, index=trace.index, state=state, due_ms=due))
        return [edition.place[video] for video in slate.videos]

    def told(self, viewer: int, showing: Showing) -> None:
        """Into the viewer's chain."""
        self.edition.tell(viewer, self.number[viewer], showing)

    def tick(self, now_ms: int) -> None:
        """Freeze when due, gather what can teach, learn when there is enough."""
        self.edition.freeze_if_due(now_ms)
        while self.waiting and self.waiting[0].due_ms <= now_ms:
            self._gather(self.waiting.popleft())
        if self.recipe and now_ms - self.ticked_ms >= self.cadence.every_ms:
            self._learn_if_enough(self.recipe, now_ms=now_ms)

    def _gather(self, served: Served) -> None:
        assert self.recipe is not None
        n = served.state.n
        chain = self.edition.chains[served.slate.viewer][n : n + CHAIN_AHEAD]
        examples = examples_of(
            served.slate.receipt, index=served.index, policy=self.edition.rules,
            state=served.state, after=[parse_event(data) for data in chain],
            label_ms=self.recipe.label_ms,
        )  # fmt: skip
        if len(examples):
            self.gathered.append((served.slate.viewer, examples))

    def _learn_if_enough(self, recipe: Recipe, *, now_ms: int) -> None:
        """As the running learner does: the newest are held out and wait for the next tick, the rest
        is learned from once; with too few viewers all of it waits."""
        waiting = [
            Waiting(seq=i, viewer=viewer, count=len(one))
            for i, (viewer, one) in enumerate(self.gathered)
        ]
        total = sum(one.count for one in waiting)
        windows = split_windows(waiting, recipe=recipe)
        if windows is None or windows.offered < self.cadence.new or total < self.not_before:
            return
        examples = [one for _, one in self.gathered]
        window = window_of(np.concatenate(examples[: windows.upto_seq + 1]))
        held_out = np.concatenate(examples[windows.held_after_seq + 1 :])
        try:
            tick = learn_tick(self.parent, window, recipe)
        except TooFewViewers:
            self.not_before = total + total // 10
            return
        self.ticked_ms = now_ms
        del self.gathered[: windows.upto_seq + 1]
        verdict = gate(
            load_weights(tick.weights), parent=load_weights(self.parent.weights),
            held_out=held_out, float_logits=run(tick.network, held_out)[0], recipe=recipe,
        )  # fmt: skip
        self.decisions.append(verdict.reason)
        if not verdict.reason:
            self.parent = Parent(weights=tick.weights, state=tick.state)
            self.edition.publish_weights(tick.weights)

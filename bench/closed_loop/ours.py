"""Ours in the loop: the functions that serve and learn, without HTTP and storage between them."""

from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from bench.closed_loop.edition import FOR_YOU, Edition
from plainview.core.events import parse_event
from plainview.core.feed import Index
from plainview.core.learn import LearnError, load_weights, starting_weights
from plainview.core.learn.gate import gate
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe
from plainview.core.learn.tick import Parent, learn_tick, run
from plainview.core.learn.window import Examples, window_of
from plainview.core.lessons import examples_of
from plainview.core.terms.viewer import ViewerState
from plainview.sim.closed_loop import Showing
from plainview.sim.pocket import PocketSlate
from plainview.sim.society import MINUTE_MS, Society

CHAIN_AHEAD: Final = 60
"""How many events after a receipt can be about it: a slate of 8, with all that can be pressed."""


class Cadence(msgspec.Struct, frozen=True, kw_only=True):
    """When a tick is made: of `new` examples or more, no sooner than `every_ms` after the last,
    from them and the `older` before them."""

    new: int = 250
    every_ms: int = MINUTE_MS
    older: int = 8000


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
        self.window: list[Examples] = []
        self.learned: list[Examples] = []
        self.ticked_ms = 0
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
        fresh = sum(len(examples) for examples in self.window)
        if fresh >= self.cadence.new and now_ms - self.ticked_ms >= self.cadence.every_ms:
            self.ticked_ms = now_ms
            self._learn()

    def _gather(self, served: Served) -> None:
        assert self.recipe is not None
        n = served.state.n
        chain = self.edition.chains[served.slate.viewer][n : n + CHAIN_AHEAD]
        self.window.append(
            examples_of(
                served.slate.receipt, index=served.index, policy=self.edition.rules,
                state=served.state, after=[parse_event(data) for data in chain],
                label_ms=self.recipe.label_ms,
            )
        )  # fmt: skip

    def _learn(self) -> None:
        """Learn from what came before; what came since the last tick is held out, and is the next
        tick's to learn from."""
        assert self.recipe is not None
        held_out = np.concatenate(self.window)
        self.window = []
        before, self.learned = self.learned, [*self.learned, held_out]
        if not before:
            return
        window = np.concatenate(before)[-(len(before[-1]) + self.cadence.older) :]
        try:
            tick = learn_tick(self.parent, window_of(window), self.recipe)
        except LearnError as error:
            self.decisions.append(type(error).__name__)
            return
        verdict = gate(
            load_weights(tick.weights), parent=load_weights(self.parent.weights),
            held_out=held_out, float_logits=run(tick.network, held_out)[0], recipe=self.recipe,
        )  # fmt: skip
        self.decisions.append(verdict.reason)
        if not verdict.reason:
            self.parent = Parent(weights=tick.weights, state=tick.state)
            self.edition.publish_weights(tick.weights)

"""An edition in memory that videos are uploaded to while it serves."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from plainview.core.events import served_draft
from plainview.core.feed.slate import Trace, trace_slate
from plainview.core.learn import starting_weights
from plainview.core.terms.ids import NO_DIGEST, ViewerId
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import ViewerState
from plainview.sim.closed_loop import SIZE, Showing
from plainview.sim.errand import viewer_id
from plainview.sim.pocket import Pocket, PocketSlate
from plainview.sim.society import Society

FOR_YOU: Final = (Path(__file__).parents[2] / "policies" / "for-you.toml").read_bytes()
WATCH_POINTS: Final = "1.0"


def for_watching(policy: bytes) -> bytes:
    """`policy` with points for seconds watched alone: what the peers are told to get."""
    lines = policy.decode().splitlines()
    inside = False
    for i, line in enumerate(lines):
        if line.startswith("["):
            inside = line.startswith("[worth]")
        elif inside and " = " in line:
            name = line.partition(" = ")[0]
            lines[i] = f"{name} = {WATCH_POINTS if name == 'watch_second' else '0.0'}"
    return "\n".join(lines).encode()


FOR_WATCHING: Final = for_watching(FOR_YOU)
EPOCH_MS: Final = 120_000
"""How old an epoch may be before another is frozen. The service freezes every 10 s at most, which
would cost the loop more time than the rest of it; older counters are to our disadvantage."""


class Edition(Pocket):
    """A pocket edition of a society's videos, whose viewers are known by place."""

    def __init__(self, society: Society, *, policy: bytes = FOR_YOU) -> None:
        """Open with the videos there are at the start, and the starting weights."""
        self.society = society
        there = [one for one, at in zip(society.facts, society.published_ms, strict=True) if at < 0]
        super().__init__(
            msgspec.structs.replace(society.world, videos=tuple(there)),
            weights=starting_weights(), policies=[policy], now_ms=society.start_ms,
        )  # fmt: skip
        self.rules = next(iter(self.policies.values()))
        self.place: dict[int, int] = {facts.id: i for i, facts in enumerate(society.facts)}
        self.ids: list[ViewerId] = [viewer_id(society.seed, v) for v in range(society.viewers)]
        self.frozen_at = 0

    def take_uploads(self, videos: Sequence[int]) -> None:
        """Have those that are new in the next epoch."""
        new = [self.society.facts[i] for i in videos if self.society.facts[i].id not in self._facts]
        if new:
            self.publish(new)

    def freeze_if_due(self, now_ms: int) -> None:
        """A new epoch, if the last is EPOCH_MS old."""
        if now_ms - self.frozen_at >= EPOCH_MS:
            self.freeze(self.society.start_ms + now_ms)
            self.frozen_at = now_ms
            last = max(self.epochs)
            self.epochs = {last: self.epochs[last]}

    def trace(self, viewer: int, *, now_ms: int) -> tuple[ViewerState, Trace]:
        """What the feed decides for this viewer now, and from what."""
        state = self.state(self.ids[viewer])
        request = self._request(
            state, now_ms=self.society.start_ms + now_ms, context=Context(size=SIZE, language="en")
        )
        trace = trace_slate(
            index=self.index, weights=self.weights, policy=self.rules, state=state,
            request=request,
        )  # fmt: skip
        return state, trace

    def issue(self, state: ViewerState, trace: Trace) -> PocketSlate:
        """Sign the traced slate and put it in the viewer's chain."""
        return self._issue(state, trace.slate, trace.policy, trace.request, None)

    def issue_placed(self, state: ViewerState, videos: Sequence[int], *, now_ms: int) -> int:
        """Put a slate that somebody else arranged in the viewer's chain; its number."""
        draft = served_draft(
            number=state.number + 1, receipt=NO_DIGEST, epoch=max(self.epochs),
            videos=tuple(self.society.facts[video].id for video in videos),
        )  # fmt: skip
        at_ms = self.society.start_ms + now_ms
        self._append(state.viewer, msgspec.structs.replace(draft, at_ms=at_ms))
        return state.number + 1

    def tell(self, viewer: int, number: int, showing: Showing) -> None:
        """What a client reports of one showing."""
        facts = self.society.facts[showing.video]
        about = {"video": str(facts.id), "number": number}
        key = f"{number}-{showing.place}"
        events: list[dict[str, object]] = [
            {"key": f"{key}-s", "kind": "shown", "position": showing.place, **about},
            {"key": f"{key}-w", "kind": "watch", "ms": showing.ms, "loops": showing.loops, **about},
        ]
        for kind in showing.kinds:
            creator = {"creator": str(facts.creator)} if kind == "follow" else {}
            events.append({"key": f"{key}-{kind}", "kind": kind, "video": str(facts.id), **creator})
        self.take_events(self.ids[viewer], events, now_ms=self.society.start_ms + showing.at_ms)

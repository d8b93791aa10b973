"""From events to what the feed knows of a viewer, and to what a video's counters gain."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from plainview.core.events.encode import encode_event, extend, genesis
from plainview.core.terms.epoch import COUNTERS
from plainview.core.terms.ids import CreatorId, VideoId, ViewerId
from plainview.core.terms.viewer import LATELY_MAX, WATCHES_MAX, Event, ViewerState, Watch

SETS = {
    "shown": "shown", "like": "liked", "save": "saved", "share": "shared",
    "not_interested": "rejected", "report": "reported",
    "follow": "follows", "block": "blocks", "mute": "mutes",
}  # fmt: skip
"""Kinds that set a key in one of the state's mappings, to the event's number, if it is not set."""

UNSETS = {
    "unlike": "liked", "unsave": "saved", "undo_not_interested": "rejected",
    "undo_report": "reported", "unfollow": "follows", "unblock": "blocks", "unmute": "mutes",
}  # fmt: skip
"""Kinds that remove it."""

OF_CREATORS = frozenset({"follows", "blocks", "mutes"})
MAPPINGS = (
    "seen", "shown", "liked", "saved", "shared", "rejected", "rejected_ms", "reported",
    "follows", "followed_from", "blocks", "mutes",
)  # fmt: skip


class BrokenChain(ValueError):
    """Events that do not follow on: a number is missing, doubled or out of order. Fetch them all
    again from storage; if they still do not, it is evidence."""


class _Draft:
    """A state being folded into. A mapping is copied the first time a batch writes to it."""

    def __init__(self, state: ViewerState) -> None:
        self.state = state
        self.n, self.head = state.n, state.head
        self.number, self.receipt, self.epoch = state.number, state.receipt, state.epoch
        self.copies: dict[str, dict[Any, int]] = {}
        self.lately = state.lately
        self.watches: dict[tuple[int, VideoId], Watch] | None = None

    def read(self, name: str) -> Mapping[Any, int]:
        copy = self.copies.get(name)
        return copy if copy is not None else getattr(self.state, name)

    def write(self, name: str) -> dict[Any, int]:
        copy = self.copies.get(name)
        if copy is None:
            copy = self.copies[name] = dict(getattr(self.state, name))
        return copy

    def placed(self) -> dict[tuple[int, VideoId], Watch]:
        if self.watches is None:
            self.watches = {(watch.number, watch.video): watch for watch in self.state.watches}
        return self.watches

    def add(self, event: Event) -> None:
        if event.n != self.n + 1:
            raise BrokenChain(f"event {event.n} after event {self.n}")
        self.n, self.head = event.n, extend(self.head, encode_event(event))
        kind = event.kind
        if kind == "watch":
            placed = self.placed()
            placed[event.number, event.video] = Watch(
                video=event.video, number=event.number, ms=event.ms,
                loops=event.loops, at_ms=event.at_ms,
            )  # fmt: skip
            if len(placed) > WATCHES_MAX:
                del placed[next(iter(placed))]
        elif kind == "served":
            self.number, self.receipt, self.epoch = event.number, event.receipt, event.epoch
            self.write("seen").update(dict.fromkeys(event.videos, event.number))
            self.lately = (*self.lately, *event.videos)[-LATELY_MAX:]
        elif kind in SETS:
            self._set(event)
        elif kind in UNSETS:
            self._unset(event)
        # Of a comment the feed learns what leads to one, and nothing about who wrote it.

    def _set(self, event: Event) -> None:
        name = SETS[event.kind]
        key = event.creator if name in OF_CREATORS else event.video
        if key not in self.read(name):
            self.write(name)[key] = event.n
            if event.kind == "follow":
                self.write("followed_from")[key] = event.video
            elif event.kind == "not_interested":
                self.write("rejected_ms")[key] = event.at_ms

    def _unset(self, event: Event) -> None:
        name = UNSETS[event.kind]
        key = event.creator if name in OF_CREATORS else event.video
        if key in self.read(name):
            del self.write(name)[key]
            if event.kind == "unfollow":
                del self.write("followed_from")[key]
            elif event.kind == "undo_not_interested":
                del self.write("rejected_ms")[key]

    def done(self) -> ViewerState:
        if self.n == self.state.n:
            return self.state
        mappings = {name: self.copies.get(name, getattr(self.state, name)) for name in MAPPINGS}
        watches = self.state.watches if self.watches is None else tuple(self.watches.values())
        return ViewerState(
            viewer=self.state.viewer, n=self.n, head=self.head, number=self.number,
            receipt=self.receipt, epoch=self.epoch, watches=watches, lately=self.lately, **mappings,
        )  # fmt: skip


def empty_state(viewer: ViewerId) -> ViewerState:
    """The state of a viewer who has done nothing."""
    return ViewerState(viewer=viewer, n=0, head=genesis(viewer))


def fold(state: ViewerState, events: Iterable[Event]) -> ViewerState:
    """`state` after `events`, which must be numbered on from `state.n`. `state` is unchanged.

    Raises: BrokenChain: the numbers do not follow on.
    Cost: ~5 us an event in batches; a mapping is copied once per batch that writes to it.

    >>> viewer = ViewerId("ab" * 16)
    >>> like = Event(n=1, kind="like", at_ms=5, author="viewer", key="a", video=VideoId(7))
    >>> dict(fold(empty_state(viewer), [like]).liked)
    {7: 1}
    """
    draft = _Draft(state)
    for event in events:
        draft.add(event)
    return draft.done()


class CountedVideo(NamedTuple):
    """What counting needs to know of a video."""

    creator: CreatorId
    length_ms: int


SLOT = {name: i for i, name in enumerate(COUNTERS)}
COUNTED = {"shown": "shown", "like": "liked", "save": "saved", "share": "shared",
           "not_interested": "rejected", "report": "reported"}  # fmt: skip
UNCOUNTED = {"unlike": "liked", "unsave": "saved", "undo_not_interested": "rejected",
             "undo_report": "reported"}  # fmt: skip
WATCH_LENGTHS_MAX = 3


def watch_outcome(*, ms: int, loops: int, length_ms: int) -> frozenset[str]:
    """Which of the counters finished, long, skipped and looped a watch adds to.

    >>> sorted(watch_outcome(ms=9_000, loops=0, length_ms=10_000))
    ['finished', 'long']
    >>> sorted(watch_outcome(ms=1_500, loops=0, length_ms=10_000))
    ['skipped']
    """
    found = set()
    if loops >= 1 or ms * 10 >= length_ms * 9:
        found.add("finished")
    if loops >= 1 or ms * 2 >= length_ms or ms >= 10_000:
        found.add("long")
    if loops == 0 and ms < 2_000 and ms * 4 < length_ms:
        found.add("skipped")
    if loops >= 1:
        found.add("looped")
    return frozenset(found)


def watched_ms(*, ms: int, loops: int, length_ms: int, playings: int) -> int:
    """How much of so many playings of a video was watched: a loop is one at least, whatever the
    clock says.

    >>> [watched_ms(ms=ms, loops=1, length_ms=10_000, playings=2) for ms in (100, 15_000, 90_000)]
    [10000, 15000, 20000]
    """
    return min(max(ms, length_ms) if loops else ms, playings * length_ms)


def _watch_counts(watch: Watch | Event | None, length_ms: int) -> dict[str, int]:
    if watch is None:
        return {}
    counts = dict.fromkeys(watch_outcome(ms=watch.ms, loops=watch.loops, length_ms=length_ms), 1)
    counts["watch_s"] = min(watch.ms, WATCH_LENGTHS_MAX * length_ms) // 1_000
    return counts


def _gains(
    draft: _Draft, event: Event, videos: Mapping[VideoId, CountedVideo]
) -> tuple[VideoId, dict[str, int]]:
    """The video and counters that `event`, not yet added to `draft`, changes."""
    kind, video = event.kind, event.video
    if kind in COUNTED and video not in draft.read(SETS[kind]):
        return video, {COUNTED[kind]: 1}
    if kind in UNCOUNTED and video in draft.read(UNSETS[kind]):
        return video, {UNCOUNTED[kind]: -1}
    if kind == "follow" and event.creator not in draft.read("follows"):
        return video, {"followed": 1}
    if kind == "unfollow" and event.creator in draft.read("follows"):
        return VideoId(draft.read("followed_from")[event.creator]), {"followed": -1}
    if kind == "watch" and video in videos:
        mine = [watch for watch in draft.placed().values() if watch.video == video]
        if not mine or mine[0].number == event.number:
            length_ms = videos[video].length_ms
            old = _watch_counts(mine[0] if mine else None, length_ms)
            new = _watch_counts(event, length_ms)
            return video, {name: new.get(name, 0) - old.get(name, 0) for name in {*old, *new}}
    return video, {}


def count_events(
    state: ViewerState, events: Iterable[Event], *, videos: Mapping[VideoId, CountedVideo]
) -> tuple[dict[VideoId, tuple[int, ...]], ViewerState]:
    """What one viewer's next `events` add to the counters, and the state after them.

    A viewer adds at most 1 to each counter of a video (`watch_s`: at most three times its length),
    and takes back what is undone. Of several watches of a video in the state, the first counts. A
    follow counts for the video it was made on, if that is the followed creator's.

    Args:
        state: the fold of all that viewer's events before these.
        videos: the videos that may be counted; events on others change the state alone.
    Returns: deltas by video, in the order of COUNTERS, all-zero ones left out; the folded state.
    Raises: BrokenChain: the numbers do not follow on.
    """
    draft = _Draft(state)
    totals: dict[VideoId, list[int]] = {}
    for event in events:
        video, gains = _gains(draft, event, videos)
        draft.add(event)
        is_theirs = video in videos and event.creator in (0, videos[video].creator)
        if is_theirs:
            for name, gain in gains.items():
                totals.setdefault(video, [0] * len(COUNTERS))[SLOT[name]] += gain
    deltas = {video: tuple(total) for video, total in sorted(totals.items()) if any(total)}
    return deltas, draft.done()

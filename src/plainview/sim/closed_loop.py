"""The loop: somebody is served, watches, tells; the recommender learns; the clock goes on."""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Final, Protocol

import msgspec
import numpy as np

from plainview.sim.society import TURN_MS, Floats, Sitting, Society
from plainview.sim.tastes import Taste

SIZE: Final = 8
SWIPE_MS: Final = 600


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """What a client reports of a place of a slate. `kinds` are acts beside shown and watch."""

    video: int
    place: int
    ms: int
    loops: int
    kinds: tuple[str, ...]
    at_ms: int


class Recommender(Protocol):
    """Who is judged. Videos and viewers are known by place, times count from the start."""

    name: str

    @property
    def swaps(self) -> Sequence[tuple[int, int]]:
        """Of the last slate: (video shown to explore, video that would have stood there)."""

    def publish(self, videos: Sequence[int], *, now_ms: int) -> None:
        """These videos are there from now on."""

    def slate(self, viewer: int, *, now_ms: int) -> Sequence[int]:
        """SIZE different videos, none of which this viewer was served before."""

    def told(self, viewer: int, showing: Showing) -> None:
        """What became of one showing; they come in order of time within a viewer."""

    def tick(self, now_ms: int) -> None:
        """Time goes by: called before each slate."""


class Seen(msgspec.Struct, kw_only=True):
    """One row a showing. `expected_s` is what the showing was worth on average, `best_s` what the
    best video would have been worth that this viewer had not been served yet."""

    at_ms: list[int] = []
    viewer: list[int] = []
    video: list[int] = []
    watched_s: list[float] = []
    expected_s: list[float] = []
    best_s: list[float] = []
    is_turn: list[bool] = []
    swaps: int = 0
    swaps_cost_s: float = 0.0
    """What exploring cost on the spot: what was ranked there, less what was shown, on average."""


def expected_s(liking: Floats, society: Society) -> Floats:
    """(N,) seconds that videos of this liking are watched on average. See `watch`."""
    leaves = leaving(liking, society.hook)
    stays = staying_s(liking)
    kept = stays * (1 - np.exp(-2 * society.length_s / stays))
    return np.asarray(leaves * 1.05 + (1 - leaves) * kept)


def leaving(liking: Floats, hook: Floats) -> Floats:
    """How likely a viewer is gone within two seconds."""
    return np.asarray(1 / (1 + np.exp(0.7 + 1.5 * np.clip(liking, -4, 4) + 0.3 * hook)))


def staying_s(liking: Floats) -> Floats:
    """For how long who stays would stay on average, if the video went on and on."""
    return np.asarray(7 * np.exp(0.6 * np.clip(liking, -4, 4)))


def watch(
    society: Society, viewer: int, video: int, liking: float
) -> tuple[float, int, tuple[str, ...]]:
    """(seconds, loops, acts): gone within 0.3 to 1.8 s, or stays for an exponential time, looping
    once at most; who watched to the end may like, save, follow; who left may say so."""
    u = society.chance[viewer, video]
    one = np.array([liking])
    generous, length_s = society.generosity[viewer], float(society.length_s[video])
    if u[0] < leaving(one, society.hook[video : video + 1])[0]:
        angry = 0.05 * generous / (1 + np.exp(2 * liking + 1))
        return min(0.3 + 1.5 * u[1], length_s), 0, ("not_interested",) if u[2] < angry else ()
    seconds = min(-staying_s(one)[0] * np.log1p(-u[1]), 2 * length_s)
    seconds = max(seconds, 0.3)
    kinds = []
    if seconds > 0.7 * length_s:
        keen = generous / (1 + np.exp(2 - 2 * liking))
        odds = (("like", 0.5), ("save", 0.1), ("share", 0.08), ("follow", 0.06))
        kinds = [kind for i, (kind, share) in enumerate(odds) if u[2 + i] < share * keen]
    return float(seconds), int(seconds >= length_s), tuple(kinds)


class _Queue:
    """Who is to be served next, and until when."""

    def __init__(self, sittings: Sequence[Sitting]) -> None:
        self.due = [(one.at_ms, i, one.slates) for i, one in enumerate(sittings)]
        heapify(self.due)

    def next(self) -> tuple[int, int, int]:
        return heappop(self.due)

    def again(self, at_ms: int, sitting: int, left: int) -> None:
        heappush(self.due, (at_ms, sitting, left))


def live(society: Society, taste: Taste, recommender: Recommender) -> Seen:
    """Let all sittings happen under `recommender`, and tell what came of each showing."""
    seen = Seen()
    served = np.zeros((society.viewers, society.size), dtype=np.bool_)
    order = np.argsort(society.published_ms, kind="stable")
    published, has_turned = 0, False
    queue = _Queue(society.sittings)
    while queue.due:
        now_ms, which, left = queue.next()
        sitting = society.sittings[which]
        if not has_turned and now_ms >= TURN_MS:
            taste.turn()
            has_turned = True
        upto = int(np.searchsorted(society.published_ms[order], now_ms, side="right"))
        if upto > published:
            recommender.publish(order[published:upto].tolist(), now_ms=now_ms)
            published = upto
        recommender.tick(now_ms)
        is_open = ~served[sitting.viewer] & (society.published_ms <= now_ms)
        videos = recommender.slate(sitting.viewer, now_ms=now_ms)
        assert len(set(videos)) == SIZE, recommender.name
        assert is_open[list(videos)].all(), recommender.name
        served[sitting.viewer, list(videos)] = True
        if recommender.swaps:
            worth = expected_s(taste.likings(sitting.viewer, now_ms=now_ms), society)
            seen.swaps += len(recommender.swaps)
            seen.swaps_cost_s += sum(float(worth[b] - worth[a]) for a, b in recommender.swaps)
        for place, video in enumerate(videos):
            now_ms = _show(
                society, taste, recommender, seen, sitting, place, video,
                is_open=is_open, now_ms=now_ms,
            )  # fmt: skip
            is_open[video] = False
        left -= 1
        goes_on = left > 0 and not 0 < sitting.until_ms <= now_ms
        if goes_on:
            queue.again(now_ms, which, left)
    return seen


def _show(
    society: Society, taste: Taste, recommender: Recommender, seen: Seen, sitting: Sitting,
    place: int, video: int, *, is_open: np.ndarray, now_ms: int,
) -> int:  # fmt: skip
    """One showing; the time after it."""
    viewer = sitting.viewer
    likings = taste.likings(viewer, now_ms=now_ms)
    worth = expected_s(likings, society)
    seconds, loops, kinds = watch(society, viewer, video, float(likings[video]))
    seen.at_ms.append(now_ms)
    seen.viewer.append(viewer)
    seen.video.append(video)
    seen.watched_s.append(seconds)
    seen.expected_s.append(float(worth[video]))
    seen.best_s.append(float(worth[is_open].max()))
    seen.is_turn.append(sitting.until_ms > 0)
    after_ms = now_ms + int(seconds * 1000) + SWIPE_MS
    recommender.told(
        viewer,
        Showing(
            video=video, place=place, ms=int(seconds * 1000), loops=loops, kinds=kinds,
            at_ms=after_ms,
        ),
    )  # fmt: skip
    taste.watched(viewer, video, share=seconds / float(society.length_s[video]), now_ms=after_ms)
    return after_ms

"""The peers: what people could install instead, with the same information and the same freedom.

Each knows what a video's facts say and what was told of showings; none knows hidden traits. Each
may spend a share of its places on chance. Each was tuned on seeds 1001 and 1002, as ours was: 7
settings of popularity, 9 of iALS, 9 of VW, 4 of LightGBM, by the mean over all four tastes.
"""

from collections.abc import Sequence

import numpy as np

from plainview.sim.closed_loop import SIZE, Showing, expected_s
from plainview.sim.society import HOUR_MS, Floats, Society
from plainview.sim.tastes import Taste


class Shelf:
    """What every peer keeps: what is there, who was served what, how often and how long."""

    swaps: Sequence[tuple[int, int]] = ()

    def __init__(self, society: Society, *, explore: float = 0.0) -> None:
        """`explore`: the share of places given to one of the least shown videos."""
        self.society, self.explore = society, explore
        self.is_there = np.zeros(society.size, dtype=np.bool_)
        self.is_served = np.zeros((society.viewers, society.size), dtype=np.bool_)
        self.shown = np.zeros(society.size)
        self.chance = np.random.Generator(np.random.PCG64(society.seed))

    def publish(self, videos: Sequence[int], *, now_ms: int) -> None:
        """These can be shown now."""
        del now_ms
        self.is_there[list(videos)] = True

    def tick(self, now_ms: int) -> None:
        """Nothing to do."""

    def told(self, viewer: int, showing: Showing) -> None:
        """Count it."""
        del viewer
        self.shown[showing.video] += 1

    def open_to(self, viewer: int) -> np.ndarray:
        """Places of the videos that can be shown to this viewer."""
        return np.flatnonzero(self.is_there & ~self.is_served[viewer])

    def best(self, viewer: int, open_: np.ndarray, scores: Floats) -> list[int]:
        """The SIZE highest; with chance `explore` a place goes to one of the 40 least shown."""
        top = open_[np.argsort(-scores, kind="stable")[: 2 * SIZE]].tolist()
        rare = open_[np.argsort(self.shown[open_], kind="stable")[:40]].tolist()
        placed: list[int] = []
        while len(placed) < SIZE:
            pool = rare if self.chance.random() < self.explore else top
            video = pool[int(self.chance.integers(len(pool)))] if pool is rare else pool[0]
            if video not in placed:
                placed.append(video)
            pool.remove(video)
        self.is_served[viewer, placed] = True
        return placed


class Oracle(Shelf):
    """Knows each viewer's taste at the moment of asking, and shows what is best for one showing."""

    name = "oracle"

    def __init__(self, society: Society, taste: Taste) -> None:
        super().__init__(society)
        self.taste = taste

    def slate(self, viewer: int, *, now_ms: int) -> Sequence[int]:
        """The best SIZE, as the viewer feels now."""
        open_ = self.open_to(viewer)
        worth = expected_s(self.taste.likings(viewer, now_ms=now_ms), self.society)
        return self.best(viewer, open_, worth[open_])


class Popularity(Shelf):
    """Seconds watched per showing, of late: both halve every `half_ms`."""

    name = "popularity"

    def __init__(
        self, society: Society, *, half_ms: int = 6 * HOUR_MS, prior: float = 4.0,
        explore: float = 0.0,
    ) -> None:  # fmt: skip
        """`prior`: how many showings of the mean a video starts with."""
        super().__init__(society, explore=explore)
        self.half_ms, self.prior = half_ms, prior
        self.seconds, self.times = np.zeros(society.size), np.zeros(society.size)
        self.at_ms = 0

    def told(self, viewer: int, showing: Showing) -> None:
        """Count it, after what was before has faded."""
        super().told(viewer, showing)
        faded = 2.0 ** (-(showing.at_ms - self.at_ms) / self.half_ms)
        if showing.at_ms > self.at_ms:
            self.seconds *= faded
            self.times *= faded
            self.at_ms = showing.at_ms
        self.seconds[showing.video] += showing.ms / 1000
        self.times[showing.video] += 1

    def slate(self, viewer: int, *, now_ms: int) -> Sequence[int]:
        """The most watched of late."""
        del now_ms
        open_ = self.open_to(viewer)
        mean = (self.seconds.sum() + 1) / (self.times.sum() + 0.2)
        scores = (self.seconds + self.prior * mean) / (self.times + self.prior)
        return self.best(viewer, open_, scores[open_])


class Chance(Shelf):
    """Anything."""

    name = "chance"

    def slate(self, viewer: int, *, now_ms: int) -> Sequence[int]:
        """SIZE drawn evenly."""
        del now_ms
        open_ = self.open_to(viewer)
        return self.best(viewer, open_, self.chance.random(len(open_)))

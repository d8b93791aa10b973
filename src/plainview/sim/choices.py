"""Moments of choice whose every outcome is known: the ground an estimate can be judged on.

At a moment a viewer stands before a shelf of videos, and one is shown. What each of them would have
brought is worked out here, each by a copy of the viewer, so the value of any way to choose is a
plain sum and not another estimate. The viewer then watches one drawn evenly, whatever is judged:
moments are the same under all policies, as one choice at a time has it. What a policy does to a
viewer's later moments is not in it.
"""

from copy import deepcopy

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.catalogue import VideoFacts
from plainview.sim.chance import Chance
from plainview.sim.taste import Reaction, SimViewer
from plainview.sim.world import World

Floats = NDArray[np.float64]
TRAITS = ("topic", "creator", "fame", "short", "recent", "new")
"""What a policy may choose by: how long this viewer watched its topics and its creator before
(shares, a half where unknown), how long others watched it, and whether it is short, lately
published, by a creator not met."""


class Moments(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """`viewer` (m,), `traits` (m, K, len(TRAITS)) in 0 .. 1, `outcome` (m, K): the share of the
    video that would be watched, 0 .. 1."""

    viewer: NDArray[np.int64]
    traits: Floats
    outcome: Floats

    def value(self, odds: Floats) -> float:
        """The mean outcome of choosing with `odds` (m, K)."""
        return float((odds * self.outcome).sum(axis=1).mean())


class _Memory:
    """Shares watched so far, by topic or creator, with a half as if seen once."""

    def __init__(self) -> None:
        self.sums: dict[object, float] = {}
        self.counts: dict[object, int] = {}

    def add(self, key: object, share: float) -> None:
        self.sums[key] = self.sums.get(key, 0.0) + share
        self.counts[key] = self.counts.get(key, 0) + 1

    def mean(self, key: object) -> float:
        return (self.sums.get(key, 0.0) + 0.5) / (self.counts.get(key, 0) + 1)


def make_moments(
    world: World, *, seed: int, viewers: int, moments_max: int = 8, shelf: int = 8, before: int = 12
) -> Moments:
    """Moments of `viewers` viewers, 1 .. `moments_max` each, after `before` showings."""
    topics = tuple(sorted({label.topic for video in world.videos for label in video.topics}))
    newest = max(video.published_ms for video in world.videos)
    oldest = min(video.published_ms for video in world.videos)
    fame = _Memory()
    who: list[int] = []
    traits: list[list[list[float]]] = []
    outcome: list[list[float]] = []
    for v in range(viewers):
        chance = Chance(seed, "moments", v)
        sim, liked = SimViewer(seed, f"chooser {v}", topics=topics), _Memory()
        for k in range(before + chance.between(1, moments_max)):
            offered = chance.some_of(world.videos, shelf)
            if k >= before:
                who.append(v)
                traits.append(
                    [
                        [
                            max((liked.mean(t.topic) for t in video.topics), default=0.5),
                            liked.mean(video.creator),
                            fame.mean(video.id),
                            1 - min(video.length_ms, 30_000) / 30_000,
                            (video.published_ms - oldest) / max(1, newest - oldest),
                            float(video.creator not in liked.counts),
                        ]
                        for video in offered
                    ]
                )
                outcome.append([share_of(_tried(sim, video, world), video) for video in offered])
            share = share_of(sim.take(offered[0], world.hidden[offered[0].id]), offered[0])
            fame.add(offered[0].id, share)
            for key in (offered[0].creator, *(label.topic for label in offered[0].topics)):
                liked.add(key, share)
    return Moments(
        viewer=np.array(who, dtype=np.int64), traits=np.array(traits), outcome=np.array(outcome)
    )


def share_of(reaction: Reaction, video: VideoFacts) -> float:
    """How much of the video was watched, at most all of it."""
    return min(1.0, reaction.ms / video.length_ms)


def _tried(sim: SimViewer, video: VideoFacts, world: World) -> Reaction:
    return deepcopy(sim).take(video, world.hidden[video.id])


def soft_odds(moments: Moments, worth: Floats, *, even: float) -> Floats:
    """(m, K) odds of a policy that values a video at `traits @ worth`: with `even` any, else in
    proportion to exp(value)."""
    values = moments.traits @ worth
    grown = np.exp(values - values.max(axis=1, keepdims=True))
    odds = (1 - even) * grown / grown.sum(axis=1, keepdims=True) + even / values.shape[1]
    return np.asarray(odds, dtype=np.float64)

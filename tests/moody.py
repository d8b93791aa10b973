"""A viewer who cares for what no caption says, so that where videos stand can be learned."""

from typing import Final

from plainview.core.catalogue import VideoFacts
from plainview.sim.taste import Reaction
from plainview.sim.world import HiddenTraits

MOODS: Final = 3
GLANCE_MS: Final = 400


class MoodyViewer:
    """Watches to the end every video of one mood, and swipes away all others. The mood of a video
    goes by its id alone."""

    def __init__(self, name: int) -> None:
        self._mood = name % MOODS

    def take(self, video: VideoFacts, traits: HiddenTraits) -> Reaction:
        """Watch `video`, or not."""
        del traits
        is_mine = video.id % MOODS == self._mood
        ms = video.length_ms if is_mine else min(GLANCE_MS, video.length_ms - 1)
        return Reaction(ms=ms, loops=int(is_mine), kinds=(), liking=0)

"""From reactions to the events a client would send."""

from collections.abc import Mapping

from plainview.core.catalogue import VideoFacts
from plainview.core.terms.ids import VideoId
from plainview.sim.chance import Chance
from plainview.sim.taste import Reaction, SimViewer
from plainview.sim.world import HiddenTraits, traits_of

ClientEvent = dict[str, object]
"""An event as JSON carries it: what `core.events.parse_client_event` takes."""


def events_of(
    reaction: Reaction, video: VideoFacts, *, number: int, position: int, key: str
) -> list[ClientEvent]:
    """What the client reports of one showing. `key` (at most 28 characters) names it.

    A comment is not among them: it is sent with its text, by whoever has something to say.
    """
    about = {"video": str(video.id), "number": number}
    events: list[ClientEvent] = [
        {"key": f"{key}-s", "kind": "shown", "position": position, **about},
        {"key": f"{key}-w", "kind": "watch", "ms": reaction.ms, "loops": reaction.loops, **about},
    ]
    for i, kind in enumerate(reaction.kinds):
        if kind == "comment":
            continue
        if kind == "follow":
            target = {"creator": str(video.creator), "video": str(video.id)}
        elif kind in ("mute", "block"):
            target = {"creator": str(video.creator)}
        else:
            target = {"video": str(video.id)}
        events.append({"key": f"{key}-{i}", "kind": kind, **target})
    return events


class Partisan:
    """Someone who loves one topic and swipes all else away, or the exact opposite.

    Loves: watches to the end twice and likes. Else: 300 to 900 ms. Nothing about it is subtle; it
    is the least a feed must notice.
    """

    def __init__(self, seed: int, topic: str, *, is_opposite: bool = False) -> None:
        self._chance = Chance(seed, "partisan", topic)
        self.topic = topic
        self.is_opposite = is_opposite

    def take(self, video: VideoFacts, traits: HiddenTraits) -> Reaction:  # noqa: ARG002
        """Watch `video`, or not; its hidden traits do not matter."""
        away_ms = self._chance.between(300, 900)
        if self.has_topic(video) != self.is_opposite:
            return Reaction(ms=2 * video.length_ms, loops=1, kinds=("like",), liking=1000)
        return Reaction(ms=min(away_ms, video.length_ms), loops=0, kinds=(), liking=-1000)

    def has_topic(self, video: VideoFacts) -> bool:
        """Whether any label of the video names the topic."""
        return any(label.topic == self.topic for label in video.topics)


def crowd(
    seed: int,
    videos: Mapping[VideoId, VideoFacts] | tuple[VideoFacts, ...],
    *,
    viewers: int,
    showings: int,
    hidden: Mapping[VideoId, HiddenTraits] | None = None,
) -> list[list[ClientEvent]]:
    """What a crowd did with `videos`: per viewer, events to hand to that viewer's chain in order.

    Each viewer is shown `showings` different videos (or all) drawn evenly, so that what the
    counters come to say is the crowd's taste and not the order of a feed. The events name request
    number 0, since no slate led to them.

    Args:
        hidden: traits by video id; drawn from `seed` where missing.
    """
    shelf = sorted(
        videos.values() if isinstance(videos, Mapping) else videos, key=lambda facts: facts.id
    )
    topics = tuple(sorted({label.topic for facts in shelf for label in facts.topics}))
    if len(topics) < 2:
        topics = (*topics, "something", "something else")
    traits = {
        facts.id: hidden[facts.id] if hidden and facts.id in hidden else traits_of(seed, facts)
        for facts in shelf
    }
    told: list[list[ClientEvent]] = []
    for v in range(viewers):
        viewer = SimViewer(seed, f"crowd {v}", topics=topics)
        did: list[ClientEvent] = []
        for i, facts in enumerate(Chance(seed, "shown to", v).some_of(shelf, showings)):
            reaction = viewer.take(facts, traits[facts.id])
            did += events_of(reaction, facts, number=0, position=0, key=f"crowd-{seed}-{i}")
        told.append(did)
    return told

"""Seed the demo's counters: a simulated crowd watches new demonstration clips, event by event.

The crowd is `sim`'s. Its viewers have sessions nobody can open and chains like anybody's, so what
they did is counted, bound and replayable like the rest; they are never shown a slate. The name of
each begins the hash of its session, as nobody else's does: so the operator's pages count them.
"""

from collections.abc import Iterable, Sequence

from plainview.core.catalogue import VideoFacts
from plainview.core.events import parse_client_event
from plainview.core.terms.epoch import COUNTERS
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, VideoId, ViewerId
from plainview.ports.commands import Writer
from plainview.ports.view import OpenSession, TakeEvents
from plainview.sim.sitting import crowd

SHOWN = COUNTERS.index("shown")
CROWD_VIEWERS = 48
SHOWN_OF_TEN = 6
"""Each viewer is shown six in ten of the clips: about 29 viewers a clip, fewer or more by chance,
so that some clips are still owed a first audience and some are not."""


def unwatched(
    facts: Iterable[VideoFacts], *, creators: frozenset[CreatorId], known: frozenset[VideoId]
) -> tuple[VideoFacts, ...]:
    """The clips by `creators` that neither `known` nor any viewer has, by id."""
    new = [
        video for video in facts
        if video.creator in creators and video.id not in known and not video.counts[SHOWN]
    ]  # fmt: skip
    return tuple(sorted(new, key=lambda video: video.id))


def seed_crowd(clips: Sequence[VideoFacts], *, writer: Writer, at_ms: int) -> int:
    """Have a crowd of its own watch `clips` (at least one). Returns how many events it made.

    Doing it again with the same clips changes nothing: viewers and keys are named by them.
    Raises: WriterGone.
    """
    seed = clips[0].id
    showings = max(1, len(clips) * SHOWN_OF_TEN // 10)
    told = crowd(seed, tuple(clips), viewers=CROWD_VIEWERS, showings=showings)
    made = 0
    for place, did in enumerate(told):
        name = digest_of(f"plainview demo crowd {seed} {place}".encode())
        viewer = ViewerId(name[:32])
        writer.submit(OpenSession(token_hash=name, viewer=viewer, at_ms=at_ms))
        events = tuple(parse_client_event(event, at_ms=at_ms) for event in did)
        writer.submit(TakeEvents(viewer=viewer, events=events))
        made += len(events)
    return made

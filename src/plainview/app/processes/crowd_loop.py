"""The worker's loop for the demo's crowd: new demonstration clips find their first viewers."""

import logging
import threading

from plainview.app.wire import Wired
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.edge.demo import ChildStudio, NoDemo
from plainview.flows.seed_crowd import seed_crowd, unwatched
from plainview.ports.commands import Refused, WriterGone

LOG = logging.getLogger(__name__)

EVERY_S = 10.0


def gather_crowd(wired: Wired, stop: threading.Event) -> None:
    """Every few seconds, show a crowd the demonstration clips that nobody has seen."""
    if stop.wait(EVERY_S):  # the openers come first
        return
    try:
        handles = [creator.handle for creator in ChildStudio().creators()]
    except NoDemo:
        return
    known: frozenset[VideoId] = frozenset()
    while not stop.wait(EVERY_S):
        found = [wired.reads.creator(handle) for handle in handles]
        creators = frozenset(CreatorId(creator.id) for creator in found if creator)
        clips = unwatched(wired.reads.facts_changed_after(0), creators=creators, known=known)
        if not clips:
            continue
        try:
            seed_crowd(clips, writer=wired.writer, at_ms=wired.clock.now_ms())
        except (Refused, WriterGone) as error:
            LOG.warning("the crowd was turned away: %s", error)
            continue
        known |= {clip.id for clip in clips}

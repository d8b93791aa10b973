"""What a process keeps of viewers who have watched much, and of those who have not."""

import sys
import time

import msgspec

from bench._learner import pss_mb
from plainview.core.events import empty_state, encode_event, fold, parse_event
from plainview.core.terms.ids import NO_DIGEST, VideoId, ViewerId
from plainview.core.terms.viewer import Event, ViewerState
from plainview.flows.kept_states import ENTRIES_KEPT, KeptStates, entries_of

LITTLE, MUCH = (1_000, 15, 15), (200, 250, 25)
"""Viewers, slates of 8 served to each, and of those watched: 120 videos seen and watched, or 2,000
seen and 200 watched."""


def chain(viewer: ViewerId, slates: int, watched: int) -> list[bytes]:
    """What such a viewer did, as it is stored."""
    events: list[Event] = []
    first = int(viewer[:12], 16)
    for number in range(1, slates + 1):
        videos = tuple(VideoId(first + 8 * number + place) for place in range(8))
        events.append(
            Event(n=0, kind="served", at_ms=number, author="server", number=number,
                  receipt=NO_DIGEST, epoch=1, videos=videos)
        )  # fmt: skip
        for kind in ("shown", "watch") if number > slates - watched else ("shown",):
            events += [
                Event(n=0, kind=kind, at_ms=number, author="viewer", key=f"{number}-{video}{kind}",
                      video=video, number=number, ms=900 if kind == "watch" else 0)
                for video in videos
            ]  # fmt: skip
    return [encode_event(msgspec.structs.replace(event, n=n)) for n, event in enumerate(events, 1)]


def main() -> int:
    """Keep some of either kind, those of the first while those of the second are made."""
    held = []
    for words, (viewers, slates, watched) in (("little", LITTLE), ("much", MUCH)):
        kept, before, folding = KeptStates(), pss_mb(), 0.0
        held.append(kept)
        for k in range(1, viewers + 1):
            viewer = ViewerId(f"{k:012x}" + 20 * "0")
            stored = chain(viewer, slates, watched)
            began = time.process_time()
            state: ViewerState = fold(empty_state(viewer), [parse_event(body) for body in stored])
            folding += time.process_time() - began
            kept.put(state)
        size = (pss_mb() - before) / viewers
        fit = ENTRIES_KEPT // entries_of(state)
        print(
            f"viewers   who watched {words} ({8 * slates:,} videos served, {8 * watched} watched;"
            f" {len(stored):,} events of {sum(map(len, stored)) // 1024} KB): {size * 1024:.0f} KB"
            f" each, {fit:,} of them fit in {fit * size:,.0f} MB; folded anew in"
            f" {folding / viewers * 1e3:.1f} ms",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a process keeps of viewers who have watched much, and of those who have not."""

import sys
import time

from bench._learner import pss_mb
from plainview.core.events import empty_state, encode_event, fold, parse_event
from plainview.core.terms.ids import NO_DIGEST, VideoId, ViewerId
from plainview.core.terms.viewer import Event, ViewerState
from plainview.flows.kept_states import ENTRIES_KEPT, KeptStates

MUCH, LITTLE = (250, 25), (15, 15)
"""Slates of 8 served, and of those watched: 2,000 videos seen and 200 watched, or 120 of both."""


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
    return [encode_event(Event(**{**_fields(event), "n": n})) for n, event in enumerate(events, 1)]


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def main() -> int:
    """Keep viewers of either kind until one is let go."""
    for words, (slates, watched) in (("much", MUCH), ("little", LITTLE)):
        kept, before, began, put = KeptStates(), pss_mb(), time.process_time(), 0
        folding = 0.0
        while len(kept) == put:
            viewer = ViewerId(f"{put + 1:012x}" + 20 * "0")
            stored = chain(viewer, slates, watched)
            one = time.process_time()
            state: ViewerState = fold(empty_state(viewer), [parse_event(body) for body in stored])
            folding += time.process_time() - one
            kept.put(state)
            put += 1
            if time.process_time() - began > 60:
                break
        size = pss_mb() - before
        print(
            f"viewers   who watched {words} ({8 * slates:,} videos served, {8 * watched} watched,"
            f" {len(stored):,} events of {sum(map(len, stored)) // 1024} KB): {len(kept):,} kept in"
            f" {size:,.0f} MB, {size * 1024 / len(kept):.0f} KB each; folded anew in"
            f" {folding / put * 1e3:.1f} ms",
            flush=True,
        )
    print(f"          at most {ENTRIES_KEPT:,} entries are kept; others are folded anew from disk")
    return 0


if __name__ == "__main__":
    sys.exit(main())

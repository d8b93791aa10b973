"""What the benchmarks of the core share: a large catalogue, viewers with a history, percentiles."""

import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.learn import starting_weights
from plainview.core.terms.ids import ViewerId
from plainview.sim.pocket import Pocket
from plainview.sim.sitting import crowd, events_of
from plainview.sim.taste import SimViewer
from plainview.sim.world import make_world

START_MS = 1_790_000_000_000
POLICIES = sorted((Path(__file__).parents[1] / "policies").glob("*.toml"))


def busy_pocket(*, videos: int, viewers: int, watched: int, kernels: Kernels = BEST) -> Pocket:
    """An edition of `videos` videos whose counters hold a crowd's acts, and `viewers` viewers who
    each have been served and have watched about `watched` videos of their own."""
    world = make_world(1, videos=videos, start_ms=START_MS)
    pocket = Pocket(
        world,
        weights=starting_weights(),
        policies=[path.read_bytes() for path in POLICIES],
        now_ms=START_MS,
        kernels=kernels,
    )
    told = crowd(1, world.videos[:: max(1, videos // 2_000)], viewers=40, showings=100,
                 hidden=world.hidden)  # fmt: skip
    for k, events in enumerate(told):
        pocket.take_events(viewer_of(10_000_000 + k), events, now_ms=START_MS)
    pocket.freeze(START_MS + 1)
    topics = tuple(sorted({label.topic for f in world.videos for label in f.topics}))
    facts = {video.id: video for video in world.videos}
    for k in range(viewers):
        viewer, sim, now_ms = viewer_of(k), SimViewer(1, k, topics=topics), START_MS + 10
        for turn in range(watched // 8):
            slate = pocket.serve(viewer, policy="for-you", now_ms=now_ms + turn * 40_000)
            for place, video in enumerate(slate.videos):
                reaction = sim.take(facts[video], world.hidden[video])
                events = events_of(
                    reaction, facts[video], number=slate.number, position=place,
                    key=f"{slate.number}-{place}",
                )  # fmt: skip
                pocket.take_events(viewer, events, now_ms=now_ms + turn * 40_000 + place)
    return pocket


def viewer_of(k: int) -> ViewerId:
    """The k-th viewer."""
    return ViewerId(sha256(f"bench {k}".encode()).hexdigest()[:32])


def slates(pocket: Pocket, *, viewers: int, rounds: int, now_ms: int) -> str:
    """Serve all viewers in turn; what it took."""
    walls, cpu = [], time.process_time()
    for turn in range(rounds):
        for k in range(viewers):
            one = time.perf_counter()
            pocket.serve(viewer_of(k), policy="for-you", now_ms=now_ms + turn * 60_000)
            walls.append((time.perf_counter() - one) * 1e3)
    cpu = time.process_time() - cpu
    walls.sort()
    return (
        f"{len(walls):,}: {len(walls) / cpu:,.0f} a second of processor time;"
        f" p50 {percentile(walls, 50):.2f} ms, p99 {percentile(walls, 99):.2f} ms on the clock"
    )


def percentile(sorted_values: Sequence[float], per_cent: float) -> float:
    """Nearest rank."""
    at = min(len(sorted_values) - 1, int(len(sorted_values) * per_cent / 100))
    return sorted_values[at]

"""The feed leans: over 20 seeds, a liked topic's share of the next 40 videos against a twin's.

    python -m tests.drill.learning_lean            in memory, then with real processes over HTTP
    python -m tests.drill.learning_lean --live     over HTTP alone

In a real browser: `learning_lean_browser`.

For each seed a world of 600 videos with a crowd's counters, a topic, and two new viewers. One loves
the topic: watches its videos twice and likes them, swipes the rest away within a second. The twin
does the exact opposite. Both see 24 videos so; of the next 40 (they go on as they began) the share
of the topic is counted. The difference must be 20 points on average, and above 0 for each seed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import mean

from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.slate import Context
from plainview.sim.chance import Chance
from plainview.sim.errand import viewer_id
from plainview.sim.pocket import Pocket
from plainview.sim.sitting import ClientEvent, Partisan, crowd, events_of
from plainview.sim.world import World
from tests.live import LiveService, LiveViewer
from tests.live_swiper import replay_all
from tests.pocket_evidence import START_MS, make_pocket
from tests.stock import stock

SEEDS = 20
VIDEOS = 600
BEFORE, AFTER = 24, 40
POINTS_MIN = 20

Serve = Callable[[], tuple[int, list[VideoId]]]
Tell = Callable[[list[ClientEvent]], None]


def topic_share(world: World, partisan: Partisan, *, serve: Serve, tell: Tell) -> int:
    """Per mille of the topic among the AFTER videos that follow the first BEFORE."""
    facts = {video.id: video for video in world.videos}
    shown: list[VideoId] = []
    while len(shown) < BEFORE + AFTER:
        number, videos = serve()
        for place, video in enumerate(videos):
            shown.append(video)
            reaction = partisan.take(facts[video], world.hidden[video])
            key = f"{number}-{place}"
            tell(events_of(reaction, facts[video], number=number, position=place, key=key))
    counted = shown[BEFORE : BEFORE + AFTER]
    return sum(1000 * partisan.has_topic(facts[video]) for video in counted) // AFTER


def topic_of(world: World, seed: int) -> str:
    """The topic that this seed's viewer loves."""
    topics = sorted({label.topic for video in world.videos for label in video.topics})
    return Chance(seed, "loved topic").one_of(topics)


def in_memory(seed: int) -> tuple[str, int, int]:
    """(topic, share of who loves it, share of the twin), per mille."""
    pocket = make_pocket(seed=seed, videos=VIDEOS)
    now_ms = [START_MS]
    told = crowd(seed, pocket.world.videos, viewers=60, showings=40, hidden=pocket.world.hidden)
    for k, events in enumerate(told):
        pocket.take_events(viewer_id(seed, 1_000 + k), events, now_ms=START_MS)
    pocket.freeze(START_MS + 1)
    topic = topic_of(pocket.world, seed)
    shares = []
    for k in range(2):
        viewer = viewer_id(seed, k)
        partisan = Partisan(seed, topic, is_opposite=k == 1)
        shares.append(
            topic_share(
                pocket.world,
                partisan,
                serve=partial(_serve, pocket, viewer, now_ms),
                tell=partial(_tell, pocket, viewer, now_ms),
            )
        )
    return topic, shares[0], shares[1]


def _serve(pocket: Pocket, viewer: ViewerId, now_ms: list[int]) -> tuple[int, list[VideoId]]:
    now_ms[0] += 5_000
    context = Context(size=8, language="en", tz_min=0)
    slate = pocket.serve(viewer, policy="for-you", now_ms=now_ms[0], context=context)
    return slate.number, list(slate.videos)


def _tell(pocket: Pocket, viewer: ViewerId, now_ms: list[int], events: list[ClientEvent]) -> None:
    pocket.take_events(viewer, events, now_ms=now_ms[0])


def live(service: LiveService, world: World, seed: int) -> tuple[str, int, int]:
    """The same with two real clients."""
    topic = topic_of(world, seed)
    shares = []
    for is_opposite in (False, True):
        client = service.viewer()
        partisan = Partisan(seed, topic, is_opposite=is_opposite)
        shares.append(
            topic_share(
                world,
                partisan,
                serve=partial(_ask, client),
                tell=partial(_send, client),
            )
        )
    return topic, shares[0], shares[1]


def _ask(client: LiveViewer) -> tuple[int, list[VideoId]]:
    slate = client.slate(policy="for-you")
    return client.number - 1, [VideoId(int(video["id"])) for video in slate["videos"]]


def _send(client: LiveViewer, events: list[ClientEvent]) -> None:
    client.send(*events)


def told(seed: int, one: tuple[str, int, int]) -> str:
    """The line that says what came of one seed."""
    topic, mine, twin = one
    return (
        f"seed {seed:>2}  {topic:<9} {mine / 10:5.1f} %   twin {twin / 10:5.1f} %"
        f"   {(mine - twin) / 10:+5.1f}"
    )


def judge(found: list[tuple[str, int, int]]) -> int:
    """Say what all seeds came to; 0 if it holds, else 1."""
    gaps = [(mine - twin) / 10 for _, mine, twin in found]
    print(
        f"mean difference {mean(gaps):+.1f} points, least {min(gaps):+.1f}, over {len(gaps)} seeds"
    )
    return 0 if mean(gaps) >= POINTS_MIN and min(gaps) > 0 else 1


def judge_memory(seeds: int) -> int:
    """In memory, a world for each seed."""
    print("in memory")
    found = []
    for seed in range(seeds):
        found.append(in_memory(seed))
        print(told(seed, found[-1]), flush=True)
    return judge(found)


def judge_live(seeds: int) -> int:
    """Over HTTP, one service and one world for all; at the end each receipt replays."""
    print("over HTTP")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        world = stock(Path(folder), videos=VIDEOS)
        with LiveService(Path(folder), web=2) as service:
            for seed in range(seeds):
                found.append(live(service, world, seed))
                print(told(seed, found[-1]), flush=True)
        status, said = replay_all(Path(folder))
        print(said)
    return judge(found) or status


def main() -> int:
    """Measure each seed and judge all of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--memory", action="store_true", help="in memory alone")
    where.add_argument("--live", action="store_true", help="over real HTTP alone")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    options = parser.parse_args()
    status = 0 if options.live else judge_memory(options.seeds)
    return status or (0 if options.memory else judge_live(options.seeds))


if __name__ == "__main__":
    sys.exit(main())

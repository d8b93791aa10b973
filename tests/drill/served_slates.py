"""10,000 slates from the real service, replayed from its data folder by another process.

    python -m tests.drill.served_slates [--slates 10000]

Real processes, real HTTP, real SQLite: 40 simulated viewers over 2,400 videos, all four policies in
turn, epochs as the freezer freezes them while events are counted and videos are removed, and three
restarts. Then `plainview replay --all` on the folder.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from plainview.edge.data_folder import DataFolder
from plainview.edge.writer.client import WriterClient
from plainview.ports.intake import DecideVideo
from plainview.sim.sitting import ClientEvent, events_of
from plainview.sim.world import World
from tests.live import LiveService
from tests.live_swiper import LiveSwiper, replay_all
from tests.stock import stock

VIEWERS, VIDEOS, PARTS, THREADS = 40, 2_400, 4, 4
POLICIES = ("for-you", "following", "popular", "fresh")
REMOVE_EACH_S = 3.0


def sit(swiper: LiveSwiper, *, slates: int, policy: str) -> None:
    """Fetch and watch `slates` slates; one report of events for each."""
    for _ in range(slates):
        number = swiper.client.number
        slate = swiper.client.slate(policy=policy)
        did: list[ClientEvent] = []
        for place, shown in enumerate(slate["videos"]):
            facts = swiper.facts[int(shown["id"])]
            reaction = swiper.sim.take(facts, swiper.world.hidden[facts.id])
            key = f"{number}-{place}"
            did += events_of(reaction, facts, number=number, position=place, key=key)
        if did:
            swiper.client.send(*did)


def remove_now_and_then(root: Path, world: World, stop: threading.Event, done: list[int]) -> None:
    """An operator at work: each few seconds a video is removed, which freezes an epoch at once."""
    writer = WriterClient(DataFolder(root).socket)
    for video in world.videos[::97]:
        if stop.wait(REMOVE_EACH_S):
            break
        if video.id in done:
            continue
        writer.submit(
            DecideVideo(
                id=f"drill-{video.id}", video=video.id, action="remove", author="operator",
                reason_code="rules", public_reason="a drill", at_ms=int(time.time() * 1000),
            )
        )  # fmt: skip
        done.append(video.id)
    writer.close()


def main() -> int:
    """Serve, restart, replay."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slates", type=int, default=10_000)
    options = parser.parse_args()
    each = -(-options.slates // (PARTS * VIEWERS))
    began, removed = time.perf_counter(), list[int]()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        world = stock(root, videos=VIDEOS)
        swipers: list[LiveSwiper] = []
        for part in range(PARTS):
            with LiveService(root, web=2) as service:
                swipers = swipers or [
                    LiveSwiper(service, world, seed=5, name=k) for k in range(VIEWERS)
                ]
                stop = threading.Event()
                operator = threading.Thread(
                    target=remove_now_and_then, args=(root, world, stop, removed)
                )
                operator.start()
                with ThreadPoolExecutor(THREADS) as pool:
                    for k, swiper in enumerate(swipers):
                        swiper.moved(service)
                        policy = POLICIES[(k + part) % len(POLICIES)]
                        swiper.sitting = pool.submit(sit, swiper, slates=each, policy=policy)
                for swiper in swipers:
                    assert swiper.sitting is not None
                    swiper.sitting.result()
                stop.set()
                operator.join()
        for swiper in swipers:
            swiper.client.check_chain()
        receipts = [json.loads(data) for s in swipers for data, _ in s.client.receipts]
        print(
            f"{len(receipts):,} slates to {VIEWERS} viewers over {VIDEOS:,} videos in"
            f" {time.perf_counter() - began:.0f} s, {PARTS - 1} restarts, {len(removed)} removals:"
            f" {len({r['epoch'] for r in receipts})} epochs cited,"
            f" policies {dict(sorted(Counter(r['policy'] for r in receipts).items()))}",
            flush=True,
        )
        status, said = replay_all(root)
        print(said)
    return status if len(receipts) == each * PARTS * VIEWERS else 1


if __name__ == "__main__":
    sys.exit(main())

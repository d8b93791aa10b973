"""The feed leans in a real browser: `learning_lean`, by people who sit before the real client.

    python -m tests.drill.learning_lean_browser

For each seed two contexts of a Chromium in front of one real service with 600 playable clips (the
same four seconds, under as many captions and topics). One person loves the topic: lets its videos
run twice and presses L, and presses ArrowDown on the rest within a second. The twin does the exact
opposite. The browser plays, and the client alone reports. A clip that is liked runs at three times
its speed and scrolling does not glide; nothing else is hurried. Of the 40 videos shown after the
first 24 the share of the topic is counted: 20 points apart on average, above 0 for each seed.

Also held against what the service kept: what the page showed is what was served and told, in order
and none twice; every like and every watch arrived; each seal is green at the end; each receipt
replays.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from plainview.sim.sitting import Partisan
from plainview.sim.world import World
from tests.drill.learning_lean import AFTER, BEFORE, SEEDS, VIDEOS, judge, told, topic_of
from tests.e2e.browser.conftest import CHROMIUM_FLAGS, chromium_path
from tests.e2e.browser.sitting import Sitter, check_kept, share_after, sit_out
from tests.live import LiveService
from tests.live_swiper import replay_all
from tests.stock import stock


def sit(
    chromium: Browser, service: LiveService, world: World, seeds: list[int]
) -> list[tuple[str, int, int]]:
    """(topic, share of who loves it, share of the twin), per mille, of each of `seeds`."""
    pairs = [(topic_of(world, seed), seed, is_twin) for seed in seeds for is_twin in (False, True)]
    sittings = sit_out(
        [
            Sitter(
                chromium, service.base, world, Partisan(seed, topic, is_opposite=is_twin),
                goal=BEFORE + AFTER,
            )
            for topic, seed, is_twin in pairs
        ]
    )  # fmt: skip
    shares: list[list[int]] = [[] for _ in seeds]
    for k, ((topic, _, _), sitting) in enumerate(zip(pairs, sittings, strict=True)):
        check_kept(service.root, sitting)
        shares[k // 2].append(share_after(world, topic, sitting, before=BEFORE))
    return [
        (topic_of(world, seed), mine, twin)
        for seed, (mine, twin) in zip(seeds, shares, strict=True)
    ]


def main() -> int:
    """Seat a few at a time, and judge all of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--at-once", type=int, default=5, help="seeds that sit at the same time")
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = Path(folder)
        world = stock(root, videos=VIDEOS, is_playable=True)
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        found: list[tuple[str, int, int]] = []
        with LiveService(root, web=2) as service:
            while len(found) < options.seeds:
                first = len(found)
                seeds = list(range(first, min(first + options.at_once, options.seeds)))
                for seed, one in zip(seeds, sit(chromium, service, world, seeds), strict=True):
                    print(told(seed, one), flush=True)
                    found.append(one)
        print(f"Chromium {chromium.version}, {time.perf_counter() - began:.0f} s")
        chromium.close()
        status, said = replay_all(root)
        print(said)
    return judge(found) or status


if __name__ == "__main__":
    sys.exit(main())

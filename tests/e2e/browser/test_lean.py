"""The feed leans toward what a person does in a real browser.

One seed, 16 videos to learn from, and what is liked is left after most of it. Twenty seeds, 24
videos and two rounds of what is liked: `tests/drill/learning_lean_browser.py`.
"""

from pathlib import Path

from playwright.sync_api import Browser

from plainview.sim.sitting import Partisan
from tests.drill.learning_lean import topic_of
from tests.e2e.browser.sitting import Sitter, check_kept, share_after, sit_out
from tests.live import LiveService
from tests.stock import stock

VIDEOS = 600
BEFORE, AFTER = 16, 40
POINTS_MIN = 20
SEED = 1
LENGTHS = 0.7


def test_the_feed_leans_toward_what_is_liked(chromium: Browser, tmp_path: Path) -> None:
    """Of the next 40 videos the loved topic's share is 20 points above the opposite twin's."""
    world = stock(tmp_path, videos=VIDEOS, is_playable=True)
    topic = topic_of(world, SEED)
    with LiveService(tmp_path, web=1) as service:
        sittings = sit_out(
            [
                Sitter(
                    chromium, service.base, world,
                    Partisan(SEED, topic, is_opposite=is_opposite), goal=BEFORE + AFTER,
                    lengths=LENGTHS,
                )
                for is_opposite in (False, True)
            ]
        )  # fmt: skip
        for sitting in sittings:
            check_kept(tmp_path, sitting)
    mine, twin = (share_after(world, topic, sitting, before=BEFORE) for sitting in sittings)
    assert mine - twin >= 10 * POINTS_MIN, f"{topic}: {mine / 10} %, the twin {twin / 10} %"

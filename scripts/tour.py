"""Film docs/tour.webp: a swipe, the reasons, a lever pulled, the check turning red.

    python scripts/tour.py http://127.0.0.1:8080

Against a running `plainview up --demo`, with the Chromium that CHROMIUM or PATH names.
"""

import io
import os
import re
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "tour.webp"
WIDTH, HEIGHT, SHOWN_WIDTH = 390, 844, 312
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]

PLAYS = "() => [...document.querySelectorAll('video')].some((v) => !v.paused)"


class Film:
    """Frames of one page with how long each stands, in ms."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self.lasts_ms: list[int] = []

    def shoot(self, count: int = 1, *, last_ms: int = 110) -> None:
        """Take `count` frames one after the other; the last stands for `last_ms`."""
        for n in range(count):
            shot = Image.open(io.BytesIO(self.page.screenshot(type="jpeg", quality=92)))
            size = (SHOWN_WIDTH, SHOWN_WIDTH * HEIGHT // WIDTH)
            self.frames.append(shot.convert("RGB").resize(size, Image.Resampling.LANCZOS))
            self.lasts_ms.append(last_ms if n == count - 1 else 110)

    def save(self, path: Path) -> None:
        """Write the loop."""
        self.frames[0].save(
            path, save_all=True, append_images=self.frames[1:], duration=self.lasts_ms, loop=0,
            quality=62, method=6,
        )  # fmt: skip


def main(base: str) -> None:
    """Drive the app and film it."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(
            base_url=base, viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True,
            is_mobile=True, device_scale_factor=1.5,
        )  # fmt: skip
        film = Film(page)
        page.goto("/")
        page.wait_for_function(PLAYS)
        page.wait_for_timeout(1500)
        film.shoot(9)
        for _ in range(2):
            page.keyboard.press("ArrowDown")
            film.shoot(4)
            page.wait_for_timeout(900)
            film.shoot(7)
        page.keyboard.press("w")
        page.wait_for_timeout(1200)
        film.shoot(1, last_ms=2600)
        page.keyboard.press("Escape")
        page.goto("/villain")
        lever = page.get_by_role("switch", name=re.compile("Bury a topic", re.IGNORECASE)).first
        expect(lever).to_be_visible()
        page.wait_for_timeout(500)
        film.shoot(1, last_ms=1600)
        lever.click()
        film.shoot(2, last_ms=500)
        caught = page.get_by_role("heading", name="Caught.")
        expect(caught).to_be_visible(timeout=60_000)
        caught.scroll_into_view_if_needed()
        page.wait_for_timeout(600)
        film.shoot(1, last_ms=1800)
        page.get_by_role("table").first.scroll_into_view_if_needed()
        page.wait_for_timeout(400)
        film.shoot(1, last_ms=3200)
        lever.click()
        expect(lever).to_have_attribute("aria-checked", "false")
        browser.close()
    film.save(OUT)
    print(f"{OUT.name}: {len(film.frames)} frames, {OUT.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(sys.argv[1])

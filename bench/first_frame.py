"""Swipe to first frame, in Chromium on a phone's screen: cold, and warm after some watching.

    python -m bench.first_frame

The real service with its demonstration clips on this machine, the line shaped to 10 Mbit/s and
80 ms by the browser. A first frame is the app's own measure `plainview:first-frame`: from the swipe
to the first frame presented (requestVideoFrameCallback). Opened: the first video after the page is
opened in a new context, from the start of navigation. Warm: each swipe after 1.5 s with the video
before. Cold: the last of JUMP swipes on end, too quick for anything to be preloaded. Peer, same
page, line and clips: one plain <video> whose source is set at the swipe, nothing preloaded. One
machine renders and serves at once, without a graphics card.
"""

import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench._world import percentile
from tests.e2e.browser.acts import await_playing
from tests.e2e.browser.conftest import CHROMIUM_FLAGS, chromium_path
from tests.live import LiveService

LINE = {"offline": False, "latency": 80, "downloadThroughput": 1_250_000, "uploadThroughput": -1}
COLD_RUNS, SWIPES, WATCH_MS, CLIPS = 8, 24, 1_500, 24
JUMP, JUMP_APART_MS = 3, 60
MEASURED = "() => performance.getEntriesByName('plainview:first-frame').map((m) => m.duration)"
SINCE_START = """() => { const m = performance.getEntriesByName('plainview:first-frame')[0];
    return m ? m.startTime + m.duration : null; }"""
PEER = """(url) => new Promise((done) => {
    const video = document.createElement('video');
    video.muted = true; video.style.cssText = 'position:fixed;inset:0;width:100%;z-index:99';
    document.body.append(video);
    const began = performance.now();
    video.requestVideoFrameCallback((now) => { video.remove(); done(now - began); });
    video.src = url; video.play();
})"""


def phone_page(browser: Browser, base: str) -> Page:
    """A new viewer's page on the shaped line, with an empty cache."""
    context = browser.new_context(
        base_url=base, viewport={"width": 390, "height": 844}, device_scale_factor=2,
        has_touch=True, is_mobile=True,
    )  # fmt: skip
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", LINE)
    return page


def say(name: str, walls: list[float]) -> None:
    """One line of figures."""
    walls = sorted(walls)
    print(
        f"{name:<26} p50 {percentile(walls, 50):6.0f} ms   p95 {percentile(walls, 95):6.0f} ms"
        f"   n {len(walls)}",
        flush=True,
    )


def measure(browser: Browser, service: LiveService) -> None:
    """Opens, cold jumps, warm swipes, and the peer."""
    opened, cold = [], []
    for _ in range(COLD_RUNS):
        page = phone_page(browser, service.base)
        page.goto("/")
        await_playing(page, at=0, seconds=0.1)
        opened.append(float(page.evaluate(SINCE_START)))
        for _ in range(JUMP):
            page.keyboard.press("ArrowDown")
            page.wait_for_timeout(JUMP_APART_MS)
        await_playing(page, at=JUMP, seconds=0.1)
        cold.append(float(page.evaluate(MEASURED)[-1]))
        page.context.close()
    say("open -> first frame", opened)
    say("swipe -> first frame, cold", cold)
    page = phone_page(browser, service.base)
    page.goto("/")
    await_playing(page, at=0)
    sources = []
    for at in range(1, SWIPES + 1):
        page.wait_for_timeout(WATCH_MS)
        page.keyboard.press("ArrowDown")
        sources.append(str(await_playing(page, at=at, seconds=0.1)["source"]))
    say("swipe -> first frame, warm", page.evaluate(MEASURED)[1:])
    page.context.close()
    page = phone_page(browser, service.base)
    page.goto("/threat-model")
    distinct = list(dict.fromkeys(sources))
    say("peer: plain <video>, cold", [float(page.evaluate(PEER, url)) for url in distinct])
    page.context.close()


def main() -> int:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LiveService(Path(folder), "--demo", ready_s=600) as service,
        sync_playwright() as playwright,
    ):
        while httpx.get(f"{service.base}/healthz").json()["playable"] < CLIPS:
            time.sleep(1)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        print("line     10 Mbit/s, 80 ms; clips go on being made while this runs")
        measure(browser, service)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

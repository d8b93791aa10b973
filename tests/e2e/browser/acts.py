"""What a person does in the app, and what they would see."""

import re
from typing import Any

from playwright.sync_api import Page, expect

SEAL_GOOD = re.compile("receipts? checked, all right")
SEAL_BAD = re.compile("A receipt failed")

PLAYING = """() => {
  const at = [...document.querySelectorAll('[role=feed] article')].findIndex((a) => !a.inert);
  const video = [...document.querySelectorAll('[role=feed] video')].find((v) =>
    v.style.visibility !== 'hidden' && Number(v.style.getPropertyValue('--i')) === at);
  if (!video || at < 0) return null;
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  return { at, source: video.currentSrc, seconds: video.currentTime, frames,
           width: video.videoWidth, is_paused: video.paused,
           is_seen: video.classList.contains('ready') };
}"""


def now_playing(page: Page) -> dict[str, Any] | None:
    """The video in view: place, address, seconds played, frames decoded; None if none is."""
    found: dict[str, Any] | None = page.evaluate(PLAYING)
    return found


def await_playing(page: Page, *, at: int, seconds: float = 0.4) -> dict[str, Any]:
    """Wait until the video at place `at` has really played for `seconds`."""
    page.wait_for_function(
        f"""([at, seconds]) => {{ const now = ({PLAYING})();
            return now && now.at === at && !now.is_paused && now.seconds >= seconds
              && now.frames >= 3 && now.width > 0; }}""",
        arg=[at, seconds],
    )
    now = now_playing(page)
    assert now is not None
    return now


def open_feed(page: Page) -> None:
    """Open the app and wait for its first video."""
    page.goto("/")
    await_playing(page, at=0)


def flick(page: Page) -> None:
    """Swipe up with a finger."""
    wire = page.context.new_cdp_session(page)
    touch = "Input.dispatchTouchEvent"
    wire.send(touch, {"type": "touchStart", "touchPoints": [{"x": 180, "y": 600}]})
    for y in range(580, 60, -40):
        wire.send(touch, {"type": "touchMove", "touchPoints": [{"x": 180, "y": y}]})
        page.wait_for_timeout(16)
    wire.send(touch, {"type": "touchEnd", "touchPoints": []})
    wire.detach()


def expect_good_seal(page: Page) -> None:
    """The seal says that what was received checks."""
    expect(page.get_by_role("button", name=SEAL_GOOD).first).to_be_visible()

"""People who sit before the feed in a browser and do nothing but swipe, look and like.

Several sit at once, each in a context of their own: `sit_out` goes round and lets each act when
their page is ready. What they do comes from `sim.sitting.Partisan`; they do it by keyboard on the
page as it is, and the client alone says what was shown, watched and liked. One thing is not as with
people: a clip that they like runs SPEED times as fast, and scrolling does not glide.
"""

import json
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from playwright.sync_api import Browser, Page, expect

from plainview.core.receipts import parse_receipt
from plainview.core.terms.ids import VideoId
from plainview.edge.data_folder import DataFolder
from plainview.sim.sitting import Partisan
from plainview.sim.taste import Reaction
from plainview.sim.world import World
from tests.e2e.browser.acts import SEAL_GOOD, now_playing
from tests.stock import CLIP_MS

SPEED = 3
"""A round then takes five of the quarter seconds after which the client reads the clip's clock."""
ALMOST_S = 0.2
PATIENCE_S = 180.0
TURN_S = 0.05

QUICKER = f"""() => {{
  for (const video of document.querySelectorAll('[role=feed] video')) {{
    if (!video.paused) video.playbackRate = {SPEED};
  }}
}}"""


class Sitter:
    """One person: `goal` videos, then no more. They stay for `lengths` of what they like."""

    def __init__(
        self,
        chromium: Browser,
        base: str,
        world: World,
        partisan: Partisan,
        *,
        goal: int,
        lengths: float = 2,
    ) -> None:
        self._context = chromium.new_context(
            base_url=base, viewport={"width": 320, "height": 568}, reduced_motion="reduce",
            locale="en-GB",
        )  # fmt: skip
        self.page: Page = self._context.new_page()
        self.failures: list[str] = []
        self.page.on("pageerror", lambda error: self.failures.append(str(error)))
        self._facts = {facts.id: facts for facts in world.videos}
        self._hidden = world.hidden
        self.partisan = partisan
        self.goal = goal
        self.lengths = lengths
        self.shown: list[VideoId] = []
        self.liked: list[VideoId] = []
        self._reaction: Reaction | None = None
        self._played = 0
        self._seconds = 0.0
        self._moved_s = time.monotonic()
        self._look_s = 0.0
        self.page.goto("/")

    def act(self) -> None:
        """Look at the page, unless it is too soon; like, or swipe, if it is time to."""
        if time.monotonic() < self._look_s:
            return
        now = now_playing(self.page)
        if now and now["at"] == len(self.shown) and now["is_seen"] and now["seconds"] > 0:
            self._meet(VideoId(int(now["source"].split("/")[4])))
        if self._reaction and now and now["at"] == len(self.shown) - 1:
            self._watch(float(now["seconds"]), self._reaction)
        assert time.monotonic() - self._moved_s < PATIENCE_S, (
            f"nothing moves after {len(self.shown)} videos: {now}"
        )

    def _meet(self, video: VideoId) -> None:
        self.shown.append(video)
        self._reaction = self.partisan.take(self._facts[video], self._hidden[video])
        self._played, self._seconds = 0, 0.0
        self._moved_s = time.monotonic()
        if "like" in self._reaction.kinds:
            self.page.keyboard.press("l")
            self.page.evaluate(QUICKER)
            self.liked.append(video)

    def _watch(self, seconds: float, reaction: Reaction) -> None:
        self._played += seconds < self._seconds
        self._seconds = seconds
        length_s = self._facts[self.shown[-1]].length_ms / 1000
        is_liked = "like" in reaction.kinds
        enough_s = self.lengths * length_s - ALMOST_S if is_liked else reaction.ms / 1000
        left_s = enough_s - (self._played * length_s + seconds)
        if left_s > 0:
            # Looked at once in each round at least, to see it begin.
            pace = SPEED if is_liked else 1
            self._look_s = time.monotonic() + min(left_s, length_s / 3) / pace
        else:
            self.page.keyboard.press("ArrowDown")
            self._reaction = None

    @property
    def is_done(self) -> bool:
        """Whether they have seen enough and swiped the last of it away."""
        return len(self.shown) >= self.goal and self._reaction is None

    def leave(self) -> "Sitting":
        """See that the seal is green and nothing waits to be sent; close the page."""
        expect(self.page.get_by_role("button", name=SEAL_GOOD).first).to_be_visible()
        answer = self._context.request.post("/api/v1/session", headers={"x-plainview": "1"})
        viewer = str(answer.json()["viewer"])
        self._context.close()
        assert self.failures == []
        return Sitting(viewer=viewer, shown=self.shown[: self.goal], liked=self.liked)


class Sitting(msgspec.Struct, frozen=True, kw_only=True):
    """What a sitting came to, as the page showed it."""

    viewer: str
    shown: list[VideoId]
    liked: list[VideoId]


def sit_out(sitters: Sequence[Sitter]) -> list[Sitting]:
    """Let all of them act by turns until each has seen enough; their sittings in order."""
    left = list(sitters)
    while left:
        for sitter in left:
            sitter.act()
        left = [sitter for sitter in left if not sitter.is_done]
        time.sleep(TURN_S)
    return [sitter.leave() for sitter in sitters]


def share_after(world: World, topic: str, sitting: Sitting, *, before: int) -> int:
    """Per mille of `topic` among what was shown after the first `before`."""
    labelled = {
        facts.id for facts in world.videos if any(label.topic == topic for label in facts.topics)
    }
    counted = sitting.shown[before:]
    return 1000 * sum(video in labelled for video in counted) // len(counted)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the service kept of one viewer, in the order of their chain and receipts."""

    served: list[VideoId]
    shown: list[VideoId]
    liked: list[VideoId]
    watched_ms: dict[VideoId, int]
    loops: dict[VideoId, int]


def kept_of(root: Path, viewer: str) -> Kept:
    """What the data folder `root` holds of `viewer`."""
    db = sqlite3.connect(f"file:{DataFolder(root).database}?mode=ro", uri=True)
    (no,) = db.execute("SELECT no FROM viewers WHERE id = ?", (viewer,)).fetchone()
    chain = db.execute("SELECT body FROM events WHERE viewer = ? ORDER BY n", (no,))
    events = [json.loads(body) for (body,) in chain]
    issued = db.execute("SELECT body FROM receipts WHERE viewer = ? ORDER BY number", (no,))
    receipts = [parse_receipt(body) for (body,) in issued]
    db.close()
    watches = [event for event in events if event["kind"] == "watch"]
    return Kept(
        served=[shown.video for receipt in receipts for shown in receipt.slate],
        shown=[VideoId(int(e["video"])) for e in events if e["kind"] == "shown"],
        liked=[VideoId(int(e["video"])) for e in events if e["kind"] == "like"],
        watched_ms={VideoId(int(e["video"])): e["ms"] for e in watches},
        loops={VideoId(int(e["video"])): e["loops"] for e in watches},
    )


def check_kept(root: Path, sitting: Sitting, *, wait_s: float = 10.0) -> None:
    """What the page showed and the viewer did is what the service served and was told.

    In order and none twice; every like arrived, and a watch of every video. Of three in four liked
    ones half was watched or more; not of all, since the client counts no step of the clip's clock
    over 1.5 s, which at SPEED a busy machine can take between two looks.
    """
    until = time.monotonic() + wait_s
    kept = kept_of(root, sitting.viewer)
    while not set(sitting.shown) <= set(kept.watched_ms) and time.monotonic() < until:
        time.sleep(0.1)
        kept = kept_of(root, sitting.viewer)
    seen = len(sitting.shown)
    assert len(set(sitting.shown)) == seen, "a video came twice"
    assert kept.served[:seen] == sitting.shown
    assert kept.shown[:seen] == sitting.shown
    assert [video for video in kept.liked if video in set(sitting.shown)] == sitting.liked
    assert set(sitting.shown) <= set(kept.watched_ms), "a watch was lost"
    long_ms = CLIP_MS // 2
    short = [v for v in sitting.liked if not kept.loops[v] and kept.watched_ms[v] < long_ms]
    assert len(short) * 4 <= len(sitting.liked), f"{len(short)} watches were cut short"

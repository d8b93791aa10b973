"""Simulated viewers who are real clients of a real service."""

import os
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx

from plainview.core.catalogue import VideoFacts
from plainview.core.terms.ids import VideoId
from plainview.sim.sitting import events_of
from plainview.sim.taste import SimViewer
from plainview.sim.world import World
from tests import live
from tests.live import LiveService, LiveViewer
from tests.moody import MoodyViewer

live.READY_S = 300.0
# A drill proves what comes out, not how soon; it must hold on a machine that is busy with others.

PREFETCH_LEFT = 3
"""Like the browser's: the next slate is asked for when so many videos of this one are left."""


class LiveSwiper:
    """One viewer who swipes: shown, watch and buttons go out after each video, and the next slate
    is fetched ahead, while events of this one are still to come."""

    def __init__(self, service: LiveService, world: World, *, seed: int, name: int) -> None:
        self.client: LiveViewer = service.viewer()
        self.world = world
        self.facts: dict[int, VideoFacts] = {facts.id: facts for facts in world.videos}
        topics = tuple(sorted({label.topic for f in world.videos for label in f.topics}))
        self.sim: SimViewer | MoodyViewer = SimViewer(seed, name, topics=topics)
        self.seen: list[VideoId] = []
        self.slates = 0
        self.sitting: Future[None] | None = None
        self._queue: list[tuple[int, int, VideoId]] = []
        self.moved(service)

    def moved(self, service: LiveService) -> None:
        """The service came up, perhaps again at another port; what was fetched ahead is kept.

        A connection for each request, so that any web process may be the one to answer.
        """
        cookies = self.client.http.cookies
        self.client.http.close()
        self.client.http = httpx.Client(
            base_url=service.base,
            headers={"x-plainview": "1", "connection": "close"},
            cookies=cookies,
            timeout=60,
        )

    def fetch(self, **changes: Any) -> dict[str, Any]:
        """The next slate, checked and queued."""
        slate = self.client.slate(**changes)
        number = self.client.number - 1
        videos = [VideoId(int(video["id"])) for video in slate["videos"]]
        self._queue += [(number, place, video) for place, video in enumerate(videos)]
        self.slates += 1
        return slate

    def swipe(self, **changes: Any) -> VideoId:
        """Watch the next video and report it; fetch ahead when few are left."""
        if not self._queue:
            self.fetch(**changes)
        number, place, video = self._queue.pop(0)
        if len(self._queue) == PREFETCH_LEFT:
            # Asked for while this video plays: its events, and those of the three after it, are
            # still to come.
            self.fetch(**changes)
        self.seen.append(video)
        facts = self.facts[video]
        reaction = self.sim.take(facts, self.world.hidden[video])
        key = f"{number}-{place}"
        self.client.send(*events_of(reaction, facts, number=number, position=place, key=key))
        return video


def replay_all(root: Path) -> tuple[int, str]:
    """Exit status and output of `plainview replay --all` on the data folder."""
    run = subprocess.run(
        [sys.executable, "-m", "plainview.app.cli", "replay", "--all", "--data", str(root)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")},
    )  # fmt: skip
    return run.returncode, (run.stdout + run.stderr).strip()

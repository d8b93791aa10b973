"""Clients under fire: each repeats what was not answered and keeps what was acknowledged."""

import json
import random
import secrets
import threading
import time
from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from plainview.core.receipts import UPLOAD_DOMAIN, verify
from plainview.core.terms.hashing import digest_of
from tests.e2e import media_samples
from tests.live import LiveViewer

T = TypeVar("T")
TUS = {"tus-resumable": "1.0.0"}
GOES_ON_S = 60.0
"""Within this the service must go on after a kill."""
LATER = (423, 503)
SLOW_BYTES = 6_000
PENDING_MAX = 4


class Acks:
    """What was acknowledged, and when it had been asked."""

    def __init__(self) -> None:
        self._newest: dict[str, float] = {}
        self._count: dict[str, int] = {}
        self._lock = threading.Lock()
        self.in_flight = threading.Event()
        """Set whenever the sending of bytes begins; who wants to see the next clears it."""

    def note(self, kind: str, began: float) -> None:
        """Something asked for at `began` was acknowledged now."""
        with self._lock:
            self._newest[kind] = max(began, self._newest.get(kind, 0.0))
            self._count[kind] = self._count.get(kind, 0) + 1

    def is_after(self, kind: str, moment: float) -> bool:
        """Whether something asked for after `moment` was acknowledged."""
        return self._newest.get(kind, 0.0) > moment

    def count(self, kind: str) -> int:
        """How many were."""
        return self._count.get(kind, 0)


def persist(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask until there is an answer other than "later"; for at most GOES_ON_S."""
    until = time.monotonic() + GOES_ON_S
    while True:
        try:
            answer = ask()
            if answer.status_code not in LATER or time.monotonic() > until:
                return answer
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)


class Client(threading.Thread, ABC):
    """Does the same again and again until told to stop; a failure is kept for who looks."""

    def __init__(self, viewer: LiveViewer, acks: Acks, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.viewer = viewer
        self.acks = acks
        self.stop = stop
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Until told to stop."""
        try:
            while not self.stop.is_set():
                self.step()
        except BaseException as failure:  # noqa: BLE001 - carried to the test's own thread
            self.failure = failure

    @abstractmethod
    def step(self) -> None:
        """Once."""

    @contextmanager
    def acknowledged(self, kind: str) -> Iterator[None]:
        """Note what is asked for inside once it came to a good end."""
        began = time.monotonic()
        yield
        self.acks.note(kind, began)


class Swiper(Client):
    """Swipes, and reports what was watched."""

    def __init__(self, viewer: LiveViewer, acks: Acks, stop: threading.Event) -> None:
        super().__init__(viewer, acks, stop)
        self.shown: list[str] = []

    def step(self) -> None:
        """One slate, and what was done with it."""
        viewer, nonce = self.viewer, secrets.token_hex(16)
        last_event = viewer.n
        with self.acknowledged("slate"):
            answer = persist(lambda: viewer.ask(nonce=nonce, last_event=last_event))
            slate = viewer.take(answer)
        self.shown += [video["id"] for video in slate["videos"] if not video["is_repeat"]]
        number = viewer.number - 1
        body = {
            "events": [
                {"kind": "watch", "key": f"w{number}-{i}", "video": video["id"], "number": number,
                 "ms": 900 * (i + 1), "loops": 0}
                for i, video in enumerate(slate["videos"])
            ]
        }  # fmt: skip
        with self.acknowledged("events"):
            answer = persist(lambda: viewer.http.post("/api/v1/events", json=body))
            assert answer.status_code == 200, answer.text
            taken = answer.json()
            viewer.append(taken["events"])
            assert (viewer.n, viewer.head) == (taken["n"], taken["head"])
        self.stop.wait(0.1)


@dataclass(frozen=True)
class Clip:
    """A file to send and what must come of it: short edges of its renditions, or none: refused."""

    data: bytes
    edges: tuple[int, ...]


def make_clips(folder: Path) -> list[Clip]:
    """Small real clips with sound, one of two sizes, and two files that must be refused."""
    made: list[tuple[Path, tuple[int, ...]]] = [
        (media_samples.with_tone(folder / f"{name}.mp4", size=size, rate=24, s=s), edges)
        for name, size, s, edges in (
            ("small", "360x640", 2.0, (360,)),
            ("brief", "360x640", 3.0, (360,)),
            ("tall", "540x960", 2.0, (360, 540)),
        )
    ]
    made.append((media_samples.cut_without_index(folder), ()))
    made.append((media_samples.text_named_mp4(folder), ()))
    return [Clip(path.read_bytes(), edges) for path, edges in made]


def unlike(clip: Clip) -> bytes:
    """The clip's bytes with a box behind them that no other upload has."""
    return clip.data + (24).to_bytes(4, "big") + b"free" + secrets.token_bytes(16)


@dataclass
class Sent:
    """One upload as its sender knows it."""

    where: str
    data: bytes
    edges: tuple[int, ...]
    acknowledged_bytes: int = 0
    state: dict[str, Any] | None = None
    is_withdrawn: bool = False

    @property
    def id(self) -> str:
        """The upload's id."""
        return self.where.rsplit("/", 1)[1]


class Tus(Client):
    """What all who send bytes do: at the acknowledged offset, and after a break where HEAD says."""

    def begin(self, size_bytes: int) -> str:
        """Open an upload."""
        words = f"filename {b64encode(b'clip.mp4').decode()},caption {b64encode(b'Hm').decode()}"
        headers = {**TUS, "upload-length": str(size_bytes), "upload-metadata": words}
        answer = persist(lambda: self.viewer.http.post("/api/v1/uploads", headers=headers))
        assert answer.status_code == 201, answer.text
        where: str = answer.headers["location"]
        return where

    def send(self, sent: Sent, size_bytes: int) -> None:
        """One PATCH of at most so many bytes, not persisted: what came of it is asked for."""
        at = sent.acknowledged_bytes
        piece = sent.data[at : at + size_bytes]
        headers = {
            **TUS, "content-type": "application/offset+octet-stream",
            "upload-offset": str(at), "content-length": str(len(piece)),
        }  # fmt: skip
        began = time.monotonic()
        self.acks.in_flight.set()
        try:
            answer = self.viewer.http.patch(sent.where, headers=headers, content=_slowly(piece))
        except httpx.TransportError:
            self.check_offset(sent)
            return
        if answer.status_code == 204:
            assert int(answer.headers["upload-offset"]) == at + len(piece)
            sent.acknowledged_bytes = at + len(piece)
            self.acks.note("bytes", began)
        else:
            assert answer.status_code in (*LATER, 409), answer.text
            time.sleep(0.05)
            self.check_offset(sent)

    def check_offset(self, sent: Sent) -> None:
        """The service's offset: never below an acknowledged one, never above what was sent."""
        answer = persist(lambda: self.viewer.http.head(sent.where, headers=TUS))
        assert answer.status_code == 200, f"{answer.status_code} for {sent.where}"
        offset = int(answer.headers["upload-offset"])
        assert sent.acknowledged_bytes <= offset <= len(sent.data), (
            f"offset {offset}, of {sent.acknowledged_bytes} acknowledged, {sent.where}"
        )
        sent.acknowledged_bytes = offset


def _slowly(piece: bytes) -> Iterator[bytes]:
    """As over a slow line, so that kills come between the bytes of one request."""
    for at in range(0, len(piece), SLOW_BYTES):
        yield piece[at : at + SLOW_BYTES]
        time.sleep(0.004)


class Uploader(Tus):
    """Sends clips one after another, a few pieces each; withdraws some once they are published."""

    def __init__(
        self, viewer: LiveViewer, acks: Acks, stop: threading.Event, *, clips: list[Clip], seed: int
    ) -> None:
        super().__init__(viewer, acks, stop)
        self._clips = clips
        self._chance = random.Random(seed)
        self.sent: list[Sent] = []
        become_creator(viewer)

    def step(self) -> None:
        """Look after what was sent; send another unless many are on their way."""
        self.look()
        if sum(sent.state is None for sent in self.sent) >= PENDING_MAX:
            self.stop.wait(0.2)
            return
        clip = self._chance.choices(self._clips, (4, 2, 4, 1, 1))[0]
        data = unlike(clip)
        sent = Sent(self.begin(len(data)), data, clip.edges)
        self.sent.append(sent)
        pieces = self._chance.randint(2, 5)
        while sent.acknowledged_bytes < len(data):
            self.send(sent, -(-len(data) // pieces))
        self.acks.note("whole upload", time.monotonic())

    def look(self) -> None:
        """Ask what became of each upload that has not ended; withdraw every fourth video."""
        for place, sent in enumerate(self.sent):
            if sent.state is not None or sent.acknowledged_bytes < len(sent.data):
                continue
            answer = persist(lambda sent=sent: self.viewer.http.get(f"{sent.where}/state"))  # type: ignore[misc]
            assert answer.status_code == 200, answer.text
            state = answer.json()
            if state["stage"] in ("published", "refused"):
                self._check_end(sent, state)
                sent.state = state
                if state["video"] and place % 4 == 3:
                    self._withdraw(sent, state["video"])

    def _check_end(self, sent: Sent, state: dict[str, Any]) -> None:
        """It ended as it must, and the receipt is for these bytes."""
        assert (state["stage"] == "published") == bool(sent.edges), state
        assert (state["video"] is None) == (not sent.edges), state
        receipt = state["receipt"].encode()
        verify(
            receipt, signature=b64decode(state["signature"]),
            public_key=b64decode(self.viewer.public_key), domain=UPLOAD_DOMAIN,
        )  # fmt: skip
        assert json.loads(receipt)["digest"] == digest_of(sent.data)

    def _withdraw(self, sent: Sent, video: str) -> None:
        answer = persist(lambda: self.viewer.http.delete(f"/api/v1/videos/{video}"))
        assert answer.status_code in (200, 410), answer.text
        sent.is_withdrawn = True
        self.acks.note("withdrawal", time.monotonic())


def become_creator(viewer: LiveViewer) -> None:
    """Give the viewer a page."""
    body = {"name": "Ann", "handle": f"ann.{viewer.viewer[:8]}"}
    viewer.http.put("/api/v1/me", json=body).raise_for_status()


class Trickle(Tus):
    """One long upload that never ends, a little at a time: bytes are always under way."""

    LENGTH = 64 << 20
    PIECE = 24_000

    def __init__(self, viewer: LiveViewer, acks: Acks, stop: threading.Event) -> None:
        super().__init__(viewer, acks, stop)
        become_creator(viewer)
        self.sent = Sent(self.begin(self.LENGTH), bytes(self.LENGTH), ())

    def step(self) -> None:
        """A little more; of another, before this one is whole."""
        if self.LENGTH - self.sent.acknowledged_bytes <= self.PIECE:
            self.cancel()
            self.sent = Sent(self.begin(self.LENGTH), bytes(self.LENGTH), ())
        self.send(self.sent, self.PIECE)
        self.stop.wait(0.03)

    def cancel(self) -> None:
        """Give it up."""
        self.check_offset(self.sent)
        answer = persist(lambda: self.viewer.http.delete(self.sent.where, headers=TUS))
        assert answer.status_code in (204, 404), answer.text


class Operator(Client):
    """Removes videos, each of which freezes an epoch at once, and restores every third."""

    def __init__(
        self, viewer: LiveViewer, acks: Acks, stop: threading.Event, *, link: str,
        videos: Sequence[int],
    ) -> None:  # fmt: skip
        super().__init__(viewer, acks, stop)
        assert viewer.http.get(link).status_code == 303
        self._next = iter(videos)
        self.removed: list[int] = []
        self.restored: list[int] = []

    def step(self) -> None:
        """One decision."""
        video = next(self._next)
        self._decide(video, "remove", {"reason_code": "spam"})
        if video % 3:
            self.removed.append(video)
        else:
            self._decide(video, "restore", None)
            self.restored.append(video)
        self.stop.wait(0.4)

    def _decide(self, video: int, verb: str, body: dict[str, str] | None) -> None:
        path = f"/api/v1/operator/videos/{video}/{verb}"
        with self.acknowledged("decision"):
            answer = persist(lambda: self.viewer.http.post(path, json=body))
            assert answer.is_success, answer.text

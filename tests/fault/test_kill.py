"""Real SIGKILLs of real processes at random moments, under load, and a full audit afterwards.

Ten here; `make drill` does fifty in one life of the service.
"""

import os
import random
import secrets
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from plainview.app.wire import Wired
from plainview.audit.evidence import SignedReceipt
from plainview.audit.replay import replay_many
from plainview.core.catalogue import VideoFacts
from plainview.core.events import extend, genesis
from plainview.core.receipts import check_chain
from plainview.edge.data_folder import DataFolder
from plainview.edge.sqlite.check_reads import SqliteCheckReads
from plainview.flows.read_epoch import open_epoch, read_leaves
from plainview.ports.commands import WriterGone
from plainview.ports.intake import DecideVideo
from tests.live import LiveService, LiveViewer
from tests.stock import stock

T = TypeVar("T")
KILLS = 10
pytestmark = pytest.mark.enable_socket

VIDEOS = 2_400
SWIPERS = 4
APART_S = (0.05, 1.2)


class Swiper(threading.Thread):
    """A client under fire: repeats each request, unchanged, until it is answered."""

    def __init__(self, base: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.stop = stop
        self.failure: BaseException | None = None
        self.shown: list[str] = []
        self.viewer = _persist(lambda: LiveViewer(base))

    def run(self) -> None:
        """Swipe until told to stop, keeping all that was acknowledged."""
        try:
            while not self.stop.is_set():
                self.swipe()
        except BaseException as failure:  # noqa: BLE001 - carried to the test's own thread
            self.failure = failure

    def swipe(self) -> None:
        """One slate, and what was done with it."""
        viewer, nonce = self.viewer, secrets.token_hex(16)
        last_event = viewer.n
        answer = _persist(lambda: _answered(viewer.ask(nonce=nonce, last_event=last_event)))
        slate = viewer.take(answer)
        videos = [video["id"] for video in slate["videos"]]
        self.shown += videos
        number = viewer.number - 1
        events = [
            {"kind": "watch", "key": f"w{number}-{i}", "video": video, "number": number,
             "ms": 900 * (i + 1), "loops": 0}
            for i, video in enumerate(videos)
        ]  # fmt: skip
        body = {"events": events}
        taken = _persist(lambda: _answered(viewer.http.post("/api/v1/events", json=body))).json()
        viewer.append(taken["events"])
        assert (viewer.n, viewer.head) == (taken["n"], taken["head"])


def _answered(answer: httpx.Response) -> httpx.Response:
    """An answer that says "later" is no answer yet."""
    if answer.status_code == 503:
        raise httpx.TransportError("not ready")
    return answer


def _persist(ask: Callable[[], T]) -> T:
    until = time.monotonic() + 60
    while True:
        try:
            return ask()
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def test_random_kills_lose_nothing(tmp_path: Path) -> None:
    """After random kills of writer, web and worker under load, all that was acknowledged is there:
    chains verify, no number or video is doubled, epochs verify, and every receipt replays."""
    print(kill_and_audit(tmp_path, kills=KILLS))


def kill_and_audit(root: Path, *, kills: int) -> str:
    """Kill `kills` times in one life of the service, each child in turn; what was found."""
    seed = secrets.randbits(32)
    chance = random.Random(seed)
    world = stock(root, videos=VIDEOS)
    stop = threading.Event()
    with LiveService(root) as service:
        swipers = [Swiper(service.base, stop) for _ in range(SWIPERS)]
        for swiper in swipers:
            swiper.start()
        decider = threading.Thread(target=_keep_freezing, args=(root, world.videos, stop))
        decider.start()
        names = sorted(service.pids())
        turns = [names[turn % len(names)] for turn in range(kills)]
        chance.shuffle(turns)
        for name in turns:
            _kill_one(service, name, chance)
        time.sleep(1.0)
        stop.set()
        for thread in (*swipers, decider):
            thread.join(90)
            assert not thread.is_alive(), "a client was never answered"
        service.await_ready()
        for swiper in swipers:
            if swiper.failure is not None:
                raise swiper.failure
            _audit_viewer(swiper)
            swiper.viewer.http.close()
    slates, epochs = _audit_folder(root)
    kept = sum(len(swiper.viewer.receipts) for swiper in swipers)
    assert slates >= kept
    return (
        f"seed {seed}: {kills} SIGKILLs of {', '.join(names)}; {kept} slates acknowledged, {slates}"
        f" stored and all replayed to the byte; {epochs} epochs and every chain verify"
    )


def _kill_one(service: LiveService, name: str, chance: random.Random) -> None:
    """SIGKILL a child at a random moment; return once it was started again."""
    time.sleep(chance.uniform(*APART_S))
    pid = service.pids()[name]
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    while service.pids()[name] in (pid, 0):
        assert time.monotonic() < began + 5, f"{name} was not started again"
        time.sleep(0.02)


def _keep_freezing(root: Path, videos: Sequence[VideoFacts], stop: threading.Event) -> None:
    """Take a decision now and then, so that epochs are being frozen when the kills come."""
    wired = Wired(DataFolder(root))
    for facts in videos:
        if stop.wait(0.15):
            break
        try:
            wired.writer.submit(
                DecideVideo(
                    id=secrets.token_hex(16), video=facts.id, action="mark_synthetic",
                    author="operator", reason_code="test", at_ms=wired.clock.now_ms(),
                )
            )  # fmt: skip
        except WriterGone:
            continue
    wired.writer.close()


def _audit_viewer(swiper: Swiper) -> None:
    """What the client kept is what the service has, and nothing came twice."""
    viewer = swiper.viewer
    viewer.check_chain()
    session = viewer.http.post("/api/v1/session").json()
    assert session["viewer"] == viewer.viewer
    assert session["next_number"] == viewer.number
    assert session["events"] == {"n": viewer.n, "head": viewer.head}
    assert len(viewer.receipts) >= 3, "there was no load"
    assert len(swiper.shown) == len(set(swiper.shown)), "a video came twice"


def _audit_folder(root: Path) -> tuple[int, int]:
    """Audit every chain, epoch and receipt of the stopped service; receipts and epochs."""
    wired = Wired(DataFolder(root))
    reads = wired.reads
    for (viewer,) in reads.db.execute("SELECT id FROM viewers").fetchall():
        found = reads.chain_after(viewer, 0)
        assert found is not None
        head, events = found
        folded = genesis(viewer)
        for event in events:
            folded = extend(folded, event)
        assert (head.n, head.head) == (len(events), folded)
        issued = reads.last_receipts(viewer, 10_000)
        check_chain([one.receipt for one in reversed(issued)])
        assert len(issued) == head.number
    newest = reads.newest_epoch()
    assert newest is not None
    assert newest.number >= 3, "epochs were frozen meanwhile"
    for number in range(1, newest.number + 1):
        record = reads.epoch(number)
        assert record is not None, f"epoch {number} is missing"
        open_epoch(record, reads=reads, files=wired.epoch_files)
        assert read_leaves(record, reads=reads, files=wired.epoch_files)
    (broken,) = reads.db.execute("PRAGMA integrity_check").fetchone()
    assert broken == "ok"
    stored = list(SqliteCheckReads(reads).newest_receipts(100_000, None))
    signed = [
        SignedReceipt(receipt=one.receipt, signature=one.signature, previous=one.previous)
        for one in stored
    ]
    verdicts = list(
        replay_many(signed, evidence=wired.evidence(), public_key=wired.signer().public_key())
    )
    assert [verdict for verdict in verdicts if not verdict.is_same] == []
    wired.writer.close()
    reads.db.close()
    return len(verdicts), newest.number

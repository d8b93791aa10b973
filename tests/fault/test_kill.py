"""Real SIGKILLs of real processes under load, aimed and at random moments, and a full audit.

Twelve here; `make drill` does fifty in one life of the service.
"""

import os
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from plainview.edge.data_folder import DataFolder
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from tests.fault.kill_aims import Kill, Killable, killer_of
from tests.fault.kill_audit import (
    FolderAudit,
    MediaAudit,
    audit_removals,
    audit_swiper,
    removed_videos,
)
from tests.fault.kill_load import (
    GOES_ON_S,
    Acks,
    Client,
    Clip,
    Operator,
    Swiper,
    Trickle,
    Uploader,
    make_clips,
)
from tests.stock import stock

pytestmark = pytest.mark.enable_socket

VIDEOS = 2_400
SWIPERS = 3
UPLOADERS = 2

Turn = tuple[str, str]
"""Who is killed, and at which moment. Workers first: a lease they leave runs out meanwhile."""
FEW: tuple[Turn, ...] = (
    ("worker", "encoding"), ("writer", "patch"), ("worker", "encoding"), ("web-0", "patch"),
    ("worker", "publishing"), ("worker", "freezing"), ("worker", "freezing"), ("up", "random"),
    ("writer", "random"), ("web-1", "random"), ("writer", "patch"), ("web-0", "random"),
)  # fmt: skip


def test_kills_lose_nothing(tmp_path: Path) -> None:
    """After kills of writer, web, worker and all at once under load, everything acknowledged is
    there, nothing is half published, chains and epochs verify, and every receipt replays."""
    print("\n".join(kill_and_audit(tmp_path, turns=FEW)))


class Load:
    """All clients of one service."""

    def __init__(
        self, service: Killable, *, clips: list[Clip], videos: Sequence[int], seed: int
    ) -> None:
        self.acks = Acks()
        self._stop = threading.Event()
        rest = (self.acks, self._stop)
        self.swipers = [Swiper(service.viewer(), *rest) for _ in range(SWIPERS)]
        self.uploaders = [
            Uploader(service.viewer(), *rest, clips=clips, seed=seed + place)
            for place in range(UPLOADERS)
        ]
        self.trickle = Trickle(service.viewer(), *rest)
        link = service.output[1].split()[2]
        self.operator = Operator(service.viewer(), *rest, link=link, videos=videos)

    @property
    def _clients(self) -> list[Client]:
        return [*self.swipers, *self.uploaders, self.trickle, self.operator]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Under load inside; at its end every client has its last answer."""
        for client in self._clients:
            client.start()
        try:
            yield
        finally:
            self._stop.set()
            for client in self._clients:
                client.join(90)
        assert not any(client.is_alive() for client in self._clients), "one was never answered"
        self.check()

    def check(self) -> None:
        """Raise what a client met."""
        for client in self._clients:
            if client.failure is not None:
                raise client.failure

    def await_ends(self, root: Path, until: float) -> None:
        """Every upload has ended and no work is left, at that moment at the latest."""
        reads = SqliteIntakeReads(DataFolder(root).database)
        while True:
            for uploader in self.uploaders:
                uploader.look()
            left = reads.tally(since_ms=0)
            is_open = left["jobs_waiting"] + left["jobs_leased"]
            sent = [one for uploader in self.uploaders for one in uploader.sent]
            if not is_open and all(one.state for one in sent):
                break
            assert time.monotonic() < until, (
                f"{is_open} jobs open, {[one.where for one in sent if not one.state]}"
            )
            time.sleep(0.1)
        assert left["jobs_failed"] == 0
        reads.db.close()


def kill_and_audit(root: Path, *, turns: Sequence[Turn], is_patient: bool = False) -> list[str]:
    """Kill as in `turns` in one life of the service; in words what was found."""
    seed = secrets.randbits(32)
    print(f"seed {seed}, load average {os.getloadavg()[0]:.1f}", flush=True)
    data, scratch = root / "data", root / "scratch"
    data.mkdir()
    scratch.mkdir()
    world = stock(data, videos=VIDEOS)
    clips = make_clips(scratch)
    service = Killable(data)
    with service:
        videos = [facts.id for facts in world.videos]
        load = Load(service, clips=clips, videos=videos, seed=seed)
        aims = killer_of(service, load.acks, random.Random(seed), check=load.check)
        with load.running(), aims as killer:
            for name, aim in turns:
                kill = killer.kill(name, aim, is_patient=is_patient)
                print(_line(len(killer.kills), kill), flush=True)
            last = time.monotonic()
        service.await_ready()
        load.await_ends(data, last + GOES_ON_S)
        ended_s = time.monotonic() - last
        load.trickle.cancel()
        for swiper in load.swipers:
            audit_swiper(swiper)
        media = MediaAudit(scratch)
        for uploader in load.uploaders:
            media.check_uploads(uploader)
        audit_removals(load.operator)
    audit = FolderAudit(data)
    audit.check_chains()
    epochs = audit.check_epochs(removed_videos(load.operator))
    audit.check_database()
    objects, entries = audit.check_files(), audit.check_log()
    slates = audit.replay()
    audit.close()
    kept = sum(len(swiper.viewer.receipts) for swiper in load.swipers)
    assert slates >= kept
    removed = len(load.operator.removed)
    return [
        *_summary(killer.kills),
        *_uploads(load, ended_s),
        f"{media.files} different renditions answered 206, whole, index first, decoded to the end",
        f"{objects} objects, each named and with its bytes; no file of an ended upload left",
        f"{entries} entries of the log in lawful order; heads, tiles and the checkpoint verify",
        f"{kept} slates acknowledged, {slates} stored and all replayed to the byte",
        f"every chain and all {epochs} epochs verify; {removed} acknowledged removals hold",
    ]


def _line(number: int, kill: Kill) -> str:
    went_on = ", ".join(f"{kind} {s:.1f}" for kind, s in kill.went_on_s.items())
    missed = "" if kill.is_hit else " (the moment had just passed)"
    return f"{number:2} {kill.name:7} {kill.aim:10}{missed} went on after s: {went_on}"


def _summary(kills: list[Kill]) -> list[str]:
    names = Counter(kill.name for kill in kills)
    aims = Counter(kill.aim for kill in kills)
    hits = Counter(kill.aim for kill in kills if kill.is_hit)
    aimed = ", ".join(f"{aim} {hits[aim]} of {aims[aim]}" for aim in aims if aim != "random")
    kinds = dict.fromkeys(kind for kill in kills for kind in kill.went_on_s)
    longest = ", ".join(
        f"{kind} {max(kill.went_on_s.get(kind, 0.0) for kill in kills):.1f}" for kind in kinds
    )
    return [
        f"{len(kills)} SIGKILLs: " + ", ".join(f"{name} {n}" for name, n in sorted(names.items())),
        f"at random moments {aims['random']}; aimed and hit: {aimed}",
        f"longest wait after a kill until work went on, in s: {longest}",
    ]


def _uploads(load: Load, ended_s: float) -> list[str]:
    sent = [one for uploader in load.uploaders for one in uploader.sent]
    stages = Counter(one.state["stage"] for one in sent if one.state)
    withdrawn = sum(one.is_withdrawn for one in sent)
    return [
        f"{len(sent)} uploads sent: {stages['published']} published ({withdrawn} withdrawn then)",
        f"{stages['refused']} refused, as they had to be",
        f"the last of them {ended_s:.1f} s after the last kill",
        f"{load.acks.count('bytes')} pieces acknowledged; no offset went back",
    ]

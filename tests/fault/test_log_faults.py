"""The fault table of the log: each write failed, failed but persisted, died; then all is verified.

After each row the log that others would see is verified to its end, and a publisher that starts
anew brings out what is left.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plainview.core.tlog import VerifierKey
from plainview.edge.data_folder import DataFolder
from plainview.edge.memory import CountedChance
from plainview.edge.memory_log import FixedLogSigner
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import GroupCommit
from plainview.edge.writer.client import WriterClient
from plainview.edge.writer.server import WriterServer
from plainview.flows.log_interval import APART_MS, IntervalLogger
from plainview.flows.publish_checkpoint import CheckpointPublisher
from plainview.flows.verify_log import LogFacts, verify_log
from plainview.ports.commands import Command, Refused, Writer, WriterGone
from plainview.ports.intake import DecideVideo
from plainview.ports.serving import HourKey, KeepHourKeys, OfferPolicies, PolicyRecord
from plainview.ports.serving import PublishWeights as Publish
from plainview.ports.tlog import LogFiles, RecordHead, RecordSource, RevealHourKeys
from tests.edition import Edition, serve
from tests.fault.failing import FailingConnection
from tests.intake_samples import Died

KEY = VerifierKey("plainview/test", 1, FixedLogSigner().public_key())
BEFORE, AFTER = 250, 20
"""Entries published before the fault, and waiting when it comes: a tile fills up in between."""
HOW = ("failed", "failed but persisted", "died", "died but persisted")


class Fault:
    """Counts writes of any kind; number `at` (from 1) goes wrong, and after a death all do."""

    def __init__(self, at: int, how: str) -> None:
        self._left = at
        self._how = how
        self.hit = ""

    def meets(self, what: str) -> bool:
        """Whether this write is to be carried out, though it fails."""
        self._left -= 1
        if self._left < 0 and self.hit and "died" in self._how:
            raise Died
        if self._left == 0:
            self.hit = what
        return self._left == 0

    def carry(self, what: str, write: Any) -> Any:
        """Carry `write` out, or fail as told."""
        if not self.meets(what):
            return write()
        if "persisted" in self._how:
            write()
        if "died" in self._how:
            raise Died
        raise WriterGone("lost") if what.startswith("submit") else OSError("disk full")


class FaultyLogFiles:
    """`LogFiles` with a fault in one of the writes."""

    def __init__(self, files: LogFiles, fault: Fault) -> None:
        self._files = files
        self._fault = fault

    def keep(self, path: str, data: bytes) -> None:
        self._fault.carry(f"keep {path}", lambda: self._files.keep(path, data))

    def drop_partials(self, path: str) -> None:
        self._fault.carry(f"drop {path}", lambda: self._files.drop_partials(path))

    def replace_checkpoint(self, data: bytes, *, size: int) -> bool:
        return bool(
            self._fault.carry("show", lambda: self._files.replace_checkpoint(data, size=size))
        )

    def read(self, path: str) -> bytes | None:
        return self._files.read(path)

    def checkpoint(self) -> bytes | None:
        return self._files.checkpoint()


class CountingWriter:
    """`Writer` with the same fault."""

    def __init__(self, writer: Writer, fault: Fault) -> None:
        self._writer = writer
        self._fault = fault

    def submit(self, command: Command[Any]) -> Any:
        name = f"submit {type(command).__name__}"
        return self._fault.carry(name, lambda: self._writer.submit(command))


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[Edition]:
    edition = Edition(tmp_path, videos=40)
    edition.db.execute("PRAGMA synchronous = OFF")
    yield edition
    edition.close()


def decide(edition: Edition, count: int, first: int = 0) -> None:
    """So many entries more."""
    for k in range(first, first + count):
        edition.writer.submit(decision(edition, k))


def decision(edition: Edition, k: int) -> DecideVideo:
    videos = edition.world.videos
    return DecideVideo(
        id=f"d{k}", video=videos[k % len(videos)].id, action="mark_sensitive", author="operator",
        reason_code="labelled", public_reason=f"because {k}", at_ms=edition.clock.now_ms(),
    )  # fmt: skip


def verify(edition: Edition) -> LogFacts:
    return verify_log(
        reads=edition.log_reads, serving=edition.reads, files=edition.log_files, keys=[KEY]
    )


def all_out(edition: Edition) -> LogFacts:
    """A publisher that has just started brings everything out."""
    edition.publisher = edition.new_publisher()
    edition.publish()
    facts = verify(edition)
    assert facts.entries == facts.published == facts.shown
    return facts


@pytest.mark.parametrize("how", HOW)
def test_no_fault_of_publishing_breaks_the_log(edition: Edition, how: str) -> None:
    """Whichever write of publishing goes wrong, in whichever way, what others see verifies then and
    after the next start, and no entry is left out."""
    decide(edition, BEFORE)
    all_out(edition)
    hit, added = set(), BEFORE
    for at in range(1, 40):
        decide(edition, AFTER, added)
        added += AFTER
        fault = Fault(at, how)
        publisher = CheckpointPublisher(
            reads=edition.log_reads, writer=CountingWriter(edition.writer, fault),
            files=FaultyLogFiles(edition.log_files, fault), signers=[FixedLogSigner()],
            clock=edition.clock, origin="plainview/test",
        )  # fmt: skip
        try:
            publisher.publish_if_due()
        except (OSError, WriterGone, Died):
            assert fault.hit
        verify(edition)
        all_out(edition)
        if not fault.hit:
            break
        hit.add(fault.hit.split(" ")[0])
    assert hit == {"keep", "submit", "show", "drop"}
    assert not fault.hit, "the table ends where no write is left"


@pytest.mark.parametrize("how", HOW)
def test_no_fault_of_logging_intervals_breaks_the_log(edition: Edition, how: str) -> None:
    """An interval that fails, or whose answer is lost, is logged once; every event is in one."""
    edition.freeze()
    viewer = edition.viewer(1)
    for number in (1, 2, 3):
        serve(edition, viewer, number)
        edition.clock.now += APART_MS
        fault = Fault(1 if number == 2 else 9, how)
        logger = IntervalLogger(
            reads=edition.log_reads, writer=CountingWriter(edition.writer, fault),
            clock=edition.clock, chance=CountedChance(),
        )  # fmt: skip
        try:
            logger.log_if_due()
        except (WriterGone, Died):
            assert fault.hit
        verify(edition)
    edition.clock.now += APART_MS
    IntervalLogger(
        reads=edition.log_reads, writer=edition.writer, clock=edition.clock, chance=CountedChance()
    ).log_if_due()
    end = edition.log_reads.intervals_end()
    assert end is not None
    assert end.seq == edition.reads.pending().seq == 3
    assert end.number == (3 if "persisted" in how else 2)
    all_out(edition)


def stated(edition: Edition) -> list[Command[Any]]:
    """One of each kind of command that states something in the log."""
    hour = edition.clock.now_ms() // 3_600_000
    return [
        decision(edition, 1),
        OfferPolicies(policies=(PolicyRecord("a", edition.objects.put(b"a")),), at_ms=1),
        Publish(digest=edition.objects.put(b"w"), recipe="r", origin="imported", at_ms=1),
        KeepHourKeys(keys=(HourKey(hour + 99, b"k" * 32, edition.objects.put(b"c")),), at_ms=1),
        RevealHourKeys(at_ms=edition.clock.now_ms() + 3_600_000),
        RecordSource(digest=edition.objects.put(b"s"), files=1, at_ms=1),
    ]  # fmt: skip


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("how", ["failed", "failed but persisted"])
def test_a_fact_and_its_entry_are_one(edition: Edition, at: int, how: str) -> None:
    """When the commit of a fact fails, its entry is there exactly if the fact is; asked again, the
    entry is there once."""
    command = stated(edition)[at]
    before = edition.log_reads.entries_count()
    path = DataFolder(edition.log_files._folder.parent).database
    db = sqlite3.connect(path, isolation_level=None, factory=FailingConnection)
    db.fails = how
    with pytest.raises(sqlite3.OperationalError):
        GroupCommit(db).carry_out([command])
    db.close()
    is_kept = how == "failed but persisted"
    assert edition.log_reads.entries_count() == before + is_kept
    for _ in range(2):
        edition.writer.submit(command)
    assert edition.log_reads.entries_count() == before + 1
    all_out(edition)


def test_a_head_is_recorded_before_it_is_signed(edition: Edition) -> None:
    """When the head is refused, nothing is signed; another root for a known size is refused."""
    edition.publish()
    head = edition.log_reads.newest_head()
    assert head is not None
    decide(edition, 1)
    signer = FixedLogSigner()
    fault = Fault(99, "failed")
    publisher = CheckpointPublisher(
        reads=edition.log_reads, writer=Forked(edition.writer), signers=[signer],
        files=FaultyLogFiles(edition.log_files, fault), clock=edition.clock,
        origin="plainview/test",
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        publisher.publish_if_due()
    assert (refused.value.code, signer.signed) == ("head_differs", {})
    with pytest.raises(Refused) as behind:
        edition.writer.submit(RecordHead(size=head.size - 1, root=head.root, at_ms=1))
    assert behind.value.code == "head_behind"


class Forked:
    """A writer that has recorded another root just before."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def submit(self, command: Command[Any]) -> Any:
        if isinstance(command, RecordHead):
            self._writer.submit(
                RecordHead(size=command.size, root=command.root[::-1], at_ms=command.at_ms)  # type: ignore[arg-type]
            )
        return self._writer.submit(command)


def test_lost_tiles_are_made_again(edition: Edition) -> None:
    """Without its tiles a log is written out again from the entries, the same to the byte."""
    decide(edition, 300)
    edition.publish()
    tiles = [path for path in edition.log_files._folder.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in tiles if "tile" in path.parts}
    for path in before:
        path.unlink()
    decide(edition, 1, 300)
    all_out(edition)
    assert {path: path.read_bytes() for path in before} == before


class Served:
    """The edition's writer behind its socket, in a thread, as the service has it in a process."""

    def __init__(self, root: Path) -> None:
        self._folder = DataFolder(root)
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,))
        self._thread.start()
        assert started.wait(10)
        self.client = WriterClient(self._folder.socket)

    def _serve(self, started: threading.Event) -> None:
        db = open_to_write(self._folder.database)
        db.execute("PRAGMA synchronous = OFF")
        self._server = WriterServer(GroupCommit(db), self._folder.socket)
        started.set()
        self._server.serve()
        db.close()

    def stop(self) -> None:
        """Hang up and end."""
        self.client.close()
        self._server.stop()
        self._thread.join(10)


def start_publisher(root: Path) -> "subprocess.Popen[str]":
    here = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fault.log_publisher", str(root)],
        stdout=subprocess.PIPE, text=True, cwd=here,
        env={**os.environ, "PYTHONPATH": f"{here / 'src'}"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_publishers_that_are_killed_cannot_fork_the_log(edition: Edition) -> None:
    """Two processes publish one log at once and are killed at random moments, and started again:
    whenever one looks, and at the end, there is one history, and all of it came out."""
    root = edition.log_files._folder.parent
    served = Served(root)
    edition.writer = served.client  # type: ignore[assignment]
    chance, stop = random.Random(4), threading.Event()

    def append() -> None:
        k = 0
        while not stop.is_set():
            served.client.submit(decision(edition, k))
            k += 1
            time.sleep(0.002)

    appender = threading.Thread(target=append)
    publishers = [start_publisher(root) for _ in range(2)]
    appender.start()
    try:
        for turn in range(6):
            time.sleep(chance.uniform(0.05, 0.4))
            victim = publishers[turn % 2]
            assert victim.poll() is None, "a publisher gave up"
            victim.send_signal(signal.SIGKILL)
            victim.communicate()
            publishers[turn % 2] = start_publisher(root)
            shown = edition.log_files.checkpoint()
            assert shown is not None
    finally:
        stop.set()
        appender.join(10)
        for process in publishers:
            process.kill()
            process.communicate()
    facts = all_out(edition)
    served.stop()
    assert facts.heads > 20
    assert facts.entries > 300

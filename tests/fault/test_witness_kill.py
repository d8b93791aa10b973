"""Real SIGKILLs of a real witness, at each moment of a request and at random under load."""

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from plainview.core.tlog import Seen
from plainview.edge.witness_folder import FileWitnessState, make_witness_key
from tests.sample_logs import LOG_KEY, ORIGIN, SampleLog, private_key, sample_log
from tests.unit.house.tree import ROOT

pytestmark = pytest.mark.enable_socket

LOG = sample_log(400)
FORK = sample_log(400, fork_at=3)
NAME = "w1.example"
KILLS = 6
ENV = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


@contextmanager
def running(*command: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process of a witness and the port it says it listens on, killed at the end."""
    process = subprocess.Popen(
        [sys.executable, *command], env=ENV, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = 0
        while not port:
            line = process.stdout.readline()
            assert line, "it ended before it listened"
            last = line.strip().rpartition(":")[2]
            port = int(last) if last.isdecimal() else 0
        yield process, port
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def ordinary(folder: Path) -> tuple[str, ...]:
    return (
        "-m", "plainview.app.cli", "witness", "--dir", str(folder), "--log", LOG_KEY.vkey(),
        "--listen", "127.0.0.1:0",
    )  # fmt: skip


def submit(port: int, body: bytes) -> tuple[int, bytes]:
    """Status and body of one request. Raises: OSError, HTTPException: it was not answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/add-checkpoint", body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("moment", "count", "size"),
    [("before", 2, 7), ("half", 3, 7), ("renamed", 2, 9), ("kept", 2, 9), ("signed", 2, 9)],
)
def test_killed_at_a_moment_of_a_request(
    tmp_path: Path, moment: str, count: int, size: int
) -> None:
    """Killed while it takes size 9 after 7, it has answered nothing and has 7 or 9 whole; started
    again it cosigns no other history, and the same head as if it had been asked once."""
    make_witness_key(tmp_path, name=NAME, key=private_key(NAME))
    program = ("-m", "tests.fault.witness_process", str(tmp_path), "0", moment, str(count))
    with running(*program) as (process, port):
        assert submit(port, LOG.submission(0, 7))[0] == 200
        with pytest.raises((OSError, http.client.HTTPException)):
            submit(port, LOG.submission(7, 9))
        assert process.wait(20) == -signal.SIGKILL
    assert FileWitnessState(tmp_path).kept(ORIGIN).head == Seen(size, LOG.root(size))
    with running(*ordinary(tmp_path)) as (_, port):
        assert submit(port, FORK.submission(size, size))[0] == 409
        assert submit(port, FORK.submission(size, 12))[0] == 422
        assert submit(port, LOG.submission(size, 9))[0] == 200
        assert submit(port, LOG.submission(9, 9))[0] == 200


@dataclass
class Sender:
    """A client that sends one history, growing, and notes each head that was cosigned."""

    log: SampleLog
    chance: random.Random
    port: list[int]
    taken: list[Seen] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        old = 0
        while not self.stop.is_set():
            new = min(old + self.chance.randint(0, 2), 400)
            try:
                status, body = submit(self.port[0], self.log.submission(old, new))
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
                continue
            if status == 200:
                self.taken.append(Seen(new, self.log.root(new)))
                old = new
            elif status == 409:
                old = int(body)


def test_killed_at_random_under_load(tmp_path: Path) -> None:
    """After six kills under four clients that send two histories, every head that was ever cosigned
    is of one history, and the witness has the largest of them or a later one."""
    make_witness_key(tmp_path, name=NAME, key=private_key(NAME))
    chance = random.Random(4)
    port = [0]
    senders = [Sender((LOG, FORK)[n % 2], random.Random(n), port) for n in range(4)]
    threads = [threading.Thread(target=sender.run) for sender in senders]
    for round_ in range(KILLS):
        with running(*ordinary(tmp_path)) as (process, port[0]):
            if not round_:
                for thread in threads:
                    thread.start()
            before = sum(len(sender.taken) for sender in senders)
            patience = time.monotonic() + 30
            while sum(len(sender.taken) for sender in senders) < before + 5:
                assert time.monotonic() < patience, "nothing is cosigned any more"
                time.sleep(0.01)
            time.sleep(chance.random() * 0.1)
            process.send_signal(signal.SIGKILL)
            process.wait(20)
    for sender in senders:
        sender.stop.set()
    for thread in threads:
        thread.join()
    taken = [head for sender in senders for head in sender.taken]
    kept = FileWitnessState(tmp_path).kept(ORIGIN).head
    (history,) = [log for log in (LOG, FORK) if log.root(kept.size) == kept.root]
    assert len(taken) >= 5 * KILLS
    assert [head for head in taken if history.root(head.size) != head.root] == []
    assert kept.size >= max(head.size for head in taken)


def test_a_signal_ends_it_well(tmp_path: Path) -> None:
    """SIGTERM ends it with status 0, as a service manager expects, and Ctrl-C as well."""
    make_witness_key(tmp_path, name=NAME, key=private_key(NAME))
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(*ordinary(tmp_path)) as (process, port):
            assert submit(port, LOG.submission(0, 0))[0] == 200
            process.send_signal(number)
            assert process.wait(20) == 0


def test_two_witnesses_on_one_folder(tmp_path: Path) -> None:
    """Two processes with one folder and one key, sent two histories, cosign one of them."""
    make_witness_key(tmp_path, name=NAME, key=private_key(NAME))
    with running(*ordinary(tmp_path)) as (_, one), running(*ordinary(tmp_path)) as (_, other):
        senders = [
            Sender(log, random.Random(n), [port])
            for n, (log, port) in enumerate([(LOG, one), (FORK, other), (FORK, one), (LOG, other)])
        ]
        threads = [threading.Thread(target=sender.run) for sender in senders]
        for thread in threads:
            thread.start()
        patience = time.monotonic() + 30
        while sum(len(sender.taken) for sender in senders) < 40:
            assert time.monotonic() < patience, "nothing is cosigned any more"
            time.sleep(0.01)
        for sender in senders:
            sender.stop.set()
        for thread in threads:
            thread.join()
    kept = FileWitnessState(tmp_path).kept(ORIGIN).head
    (history,) = [log for log in (LOG, FORK) if log.root(kept.size) == kept.root]
    taken = [head for sender in senders for head in sender.taken]
    assert [head for head in taken if history.root(head.size) != head.root] == []

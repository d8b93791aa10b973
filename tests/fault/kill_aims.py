"""Who is killed when: at random moments, or at a moment that is waited for."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from plainview.edge.data_folder import DataFolder
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.flows.run_jobs import LEASE_MS
from tests.fault.kill_load import GOES_ON_S, Acks
from tests.live import LiveService

APART_S = (0.05, 1.0)
SEEN_WITHIN_S = 45.0
GONE_WITHIN_S = 5.0
CHILDREN = ("writer", "worker", "web-0", "web-1")


class Killable(LiveService):
    """A service that stays at its port when all of it is killed and started anew."""

    def kill_all(self) -> None:
        """SIGKILL the supervisor; at once somebody starts it again, as a service manager would."""
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._argv += ["--port", self.base.rpartition(":")[2]]
        self.output = []
        self.__enter__()

    def live_pid(self, name: str) -> int:
        """The child's process id, once it runs."""
        until = time.monotonic() + 20
        while True:
            pid = self.pids().get(name, 0)
            if pid and Path(f"/proc/{pid}").exists():
                return pid
            assert time.monotonic() < until, f"{name} was not started again: {self.errors()}"
            time.sleep(0.02)


@dataclass
class Kill:
    """One SIGKILL: of whom, at which moment, and how soon each kind of work went on."""

    name: str
    aim: str
    is_hit: bool = True
    went_on_s: dict[str, float] = field(default_factory=dict)


class Killer:
    """Kills processes of `service`, and after each kill sees that all kinds of work go on."""

    def __init__(
        self, service: Killable, acks: Acks, chance: random.Random, *, check: Callable[[], None]
    ) -> None:
        """`check` raises what a client met."""
        self._service = service
        self._acks = acks
        self._chance = chance
        self._check = check
        self._folder = DataFolder(service.root)
        self._reads = SqliteIntakeReads(self._folder.database)
        self._worker_killed_ms = 0
        self.kills: list[Kill] = []
        self._aims: dict[str, Callable[[], Iterator[None]]] = {
            "random": self._at_random,
            "encoding": self._while_encoding,
            "publishing": self._once_a_rendition_is_made,
            "freezing": self._once_an_epoch_file_appears,
            "patch": self._during_a_patch,
        }

    def kill(self, name: str, aim: str, *, is_patient: bool) -> Kill:
        """Kill `name` at the moment `aim`; return once work goes on.

        Args:
            is_patient: wait for an upload's end, too, which shares the machine with the load.
        """
        kill = Kill(name, aim)
        pid = self._service.process.pid if name == "up" else self._service.live_pid(name)
        moment = self._aims[aim]()
        next(moment)
        # Between an epoch's file and its row there is no time to look for more.
        below = [] if aim == "freezing" else _below(pid)
        kill.is_hit = next(moment, True) is None
        began, began_ms = time.monotonic(), time.time_ns() // 1_000_000
        if name in ("up", "worker"):
            self._worker_killed_ms = began_ms
        if name == "up":
            self._service.kill_all()
        else:
            os.kill(pid, signal.SIGKILL)
            self._await_another(name, pid)
        self._await_work(kill, began, began_ms, is_patient=is_patient)
        until = time.monotonic() + GONE_WITHIN_S
        while left := [pid for pid in (*below, *self._orphans()) if _is_alive(pid)]:
            assert time.monotonic() < until, f"{name} left {left} behind"
            time.sleep(0.05)
        self.kills.append(kill)
        return kill

    def _orphans(self) -> list[int]:
        """Children of the supervisor that it did not start: it adopted them."""
        up = self._service.process.pid
        found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
        own = self._service.pids().values()
        return [pid for pid in found if pid not in own and _stat(pid)[1:2] == [str(up)]]

    def _await_another(self, name: str, pid: int) -> None:
        until = time.monotonic() + 20
        while self._service.pids().get(name, 0) in (pid, 0):
            assert time.monotonic() < until, f"{name} was not started again"
            time.sleep(0.02)

    def _await_work(self, kill: Kill, began: float, began_ms: int, *, is_patient: bool) -> None:
        """Until a slate, events and bytes that were asked for after the kill are acknowledged, an
        epoch is frozen, and, if patient, an upload has ended."""
        after: dict[str, Callable[[], bool]] = {
            "slate": lambda: self._acks.is_after("slate", began),
            "events": lambda: self._acks.is_after("events", began),
            "bytes": lambda: self._acks.is_after("bytes", began),
            "epoch": lambda: self._newest("frozen_ms", "epochs") > began_ms,
        }
        if is_patient:
            after["upload"] = lambda: self._newest("finished_ms", "uploads") > began_ms
        while after:
            self._check()
            for kind in [kind for kind, is_there in after.items() if is_there()]:
                kill.went_on_s[kind] = time.monotonic() - began
                del after[kind]
            assert time.monotonic() < began + GOES_ON_S, (
                f"{GOES_ON_S} s after {kill} no {', '.join(after)}: {self._service.errors()}"
            )
            time.sleep(0.02)

    def _newest(self, column: str, table: str) -> int:
        found = self._reads.db.execute(f"SELECT max({column}) FROM {table}").fetchone()[0]
        return int(found or 0)

    # Each yields when the moment has come, and once more if it still lasts when the kill is due.

    def _at_random(self) -> Iterator[None]:
        time.sleep(self._chance.uniform(*APART_S))
        yield
        yield

    def _during_a_patch(self) -> Iterator[None]:
        self._acks.in_flight.clear()
        assert self._acks.in_flight.wait(SEEN_WITHIN_S), "nobody sent bytes"
        time.sleep(self._chance.uniform(0.0, 0.02))
        yield
        yield

    def _while_encoding(self) -> Iterator[None]:
        self._await(self._is_encoding, "nothing was encoded")
        time.sleep(self._chance.uniform(0.0, 0.4))
        yield
        if self._is_encoding():
            yield

    def _is_encoding(self) -> bool:
        (found,) = self._reads.db.execute(
            "SELECT EXISTS (SELECT 1 FROM jobs JOIN uploads ON uploads.id = subject"
            " WHERE jobs.stage = 'leased' AND uploads.stage = 'encoding' AND lease_ms > ?)",
            # A lease that was given or renewed since then is the living worker's.
            (self._worker_killed_ms + LEASE_MS,),
        ).fetchone()
        return bool(found)

    def _once_a_rendition_is_made(self) -> Iterator[None]:
        def made() -> set[Path]:
            return set(self._folder.uploads.glob("*/work/*.mp4"))

        before = made()
        self._await(lambda: bool(made() - before), "no rendition was made")
        time.sleep(self._chance.uniform(0.0, 0.3))
        yield
        yield

    def _once_an_epoch_file_appears(self) -> Iterator[None]:
        before = self._newest_file()
        self._await(lambda: self._newest_file() > before, "no epoch was frozen")
        number = self._newest_file()
        yield
        if self._newest("number", "epochs") < number:
            yield

    def _newest_file(self) -> int:
        """The number of the newest epoch that has a file."""
        names = (path.name for path in self._folder.epochs.iterdir())
        return max((int(name[:10]) for name in names if not name.startswith(".")), default=0)

    def _await(self, is_there: Callable[[], bool], words: str) -> None:
        until = time.monotonic() + SEEN_WITHIN_S
        while not is_there():
            self._check()
            assert time.monotonic() < until, words
            time.sleep(0.001)

    def close(self) -> None:
        """Let go of the database."""
        self._reads.db.close()


def _below(pid: int) -> list[int]:
    """All processes that `pid` has started, and those that they have."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (stat := _stat(int(folder.name))):
            parents[int(folder.name)] = int(stat[1])
    found = [pid]
    for parent in found:
        found += [child for child, its in parents.items() if its == parent]
    return found[1:]


def _stat(pid: int) -> list[str]:
    """The process's state, its parent, and so on; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _is_alive(pid: int) -> bool:
    stat = _stat(pid)
    return bool(stat) and stat[0] not in "ZX"


@contextmanager
def killer_of(
    service: Killable, acks: Acks, chance: random.Random, *, check: Callable[[], None]
) -> Iterator[Killer]:
    """A killer that lets go of the database at the end."""
    killer = Killer(service, acks, chance, check=check)
    try:
        yield killer
    finally:
        killer.close()

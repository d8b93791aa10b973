"""What the machine gave to whom: processor seconds by process, and of all together."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.http_slates import cpu_s

TICKS = os.sysconf("SC_CLK_TCK")


def used_s(pid: int) -> float:
    """Processor seconds that a process has used; 0.0: it is gone."""
    try:
        return cpu_s([pid])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def descendants(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(one) for one in listed.read_text(encoding="utf-8").split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def busy_s(line: str) -> tuple[float, float, float]:
    """(busy, taken away by the host, all) in processor seconds of all cores, from the
    first line of /proc/stat."""
    user, nice, system, idle, iowait, irq, softirq, steal = map(int, line.split()[1:9])
    busy = user + nice + system + irq + softirq
    return busy / TICKS, steal / TICKS, (busy + steal + idle + iowait) / TICKS


@dataclass
class Taken:
    """Processor seconds: of each process of ours; of the machine, what was busy, what its host
    took away, and all there was."""

    by_process: dict[str, float]
    busy_s: float
    stolen_s: float
    whole_s: float


class Spent:
    """Processor seconds since it was made: of each process, of what the worker's jobs start, of
    this one, and of the machine. `look` now and then: a job that ends is gone with its figure."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self._began = {name: used_s(pid) for name, pid in self._pids.items()}
        self._own = time.process_time()
        self._machine = _machine()
        self._jobs: dict[int, float] = {}
        self._jobs_before = {pid: used_s(pid) for pid in descendants(self._pids.get("worker", 0))}

    def look(self) -> None:
        """Note what jobs have used by now."""
        for pid in descendants(self._pids.get("worker", 0)):
            now = used_s(pid) - self._jobs_before.get(pid, 0.0)
            self._jobs[pid] = max(now, self._jobs.get(pid, 0.0))

    def read(self) -> Taken:
        """What was taken by now."""
        self.look()
        found = {name: used_s(pid) - self._began[name] for name, pid in self._pids.items()}
        found["ffmpeg"] = sum(self._jobs.values())
        found["client"] = time.process_time() - self._own
        machine = (after - before for after, before in zip(_machine(), self._machine, strict=True))
        return Taken(found, *machine)


def _machine() -> tuple[float, float, float]:
    return busy_s(Path("/proc/stat").read_text(encoding="utf-8").partition("\n")[0])

"""Slates over HTTP: distinct viewers, durable signed receipts, 100,000 videos; and how soon an
action changes the next slate.

    python -m bench.http_slates [--videos 100000] [--viewers 400] [--web 1] [--seconds 15]

Measured from outside: a client process on the same machine, so it shares the cores it measures. A
slate counts when its answer was read; its receipt is fsynced by then. Viewers take turns.

The row at 60 % load does not wait for answers before it asks again: slates are asked for at chance
moments (Poisson), 60 % as often as the best of the rows before it was served, and a latency begins
at the moment drawn, so that what had to queue, here or there, counts in full.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench._arrivals import arrive
from bench.http_client import Connection
from tests.live import LiveService
from tests.stock import stock

HISTORY = 30
LOAD = 0.6
"""What DESIGN promises a p99 at, as a share of what can be served."""


def per_mille(values: list[float], share: int) -> float:
    """The value below which `share` thousandths lie."""
    return sorted(values)[min(len(values) * share // 1000, len(values) - 1)]


def line(name: str, seconds: list[float], wall_s: float) -> str:
    """One row of the figures."""
    return (
        f"{name:34} {len(seconds) / wall_s:8.0f}/s   p50 {per_mille(seconds, 500) * 1e3:7.2f} ms"
        f"   p99 {per_mille(seconds, 990) * 1e3:7.2f} ms   n {len(seconds)}"
    )


def cpu_s(pids: list[int]) -> float:
    """Processor seconds these processes have used."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


async def crowd(base: str, viewers: int) -> list[Connection]:
    """Viewers with a little history each."""
    parts = urlsplit(base)
    assert parts.hostname is not None
    assert parts.port is not None
    made: list[Connection] = []
    for k in range(viewers):
        one = await Connection(parts.hostname, parts.port).open()
        slate = await one.slate("fresh")
        videos = [video["id"] for video in slate["videos"]]
        await one.send(
            [
                {"kind": "watch", "key": f"h{i}", "video": videos[(i + k) % len(videos)],
                 "number": 1, "ms": 500 * (i % 13), "loops": 0}
                for i in range(HISTORY)
            ]
        )  # fmt: skip
        made.append(one)
    return made


async def swipe(viewers: list[Connection], at_once: int, seconds: float) -> list[float]:
    """Latencies of slates asked for by `at_once` askers that go round the viewers."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    async def ask(mine: list[Connection]) -> None:
        turn = 0
        while time.perf_counter() < until:
            began = time.perf_counter()
            await mine[turn % len(mine)].slate()
            took.append(time.perf_counter() - began)
            turn += 1

    await asyncio.gather(*(ask(viewers[k::at_once]) for k in range(at_once)))
    return took


async def arriving(viewers: list[Connection], per_s: float, seconds: float) -> list[float]:
    """Latencies of slates asked for at chance moments, `per_s` of them on average."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for one in viewers:
        free.put_nowait(one)

    async def ask(one: Connection) -> None:
        await one.slate()
        free.put_nowait(one)

    return (await arrive(free, ask, per_s=per_s, seconds=seconds)).seconds()


async def act_and_ask(viewers: list[Connection], turns: int) -> list[float]:
    """From sending an action to holding a slate that was made knowing it."""
    took: list[float] = []
    for turn in range(turns):
        one = viewers[turn % len(viewers)]
        shown = (await one.slate())["videos"][0]
        began = time.perf_counter()
        await one.send([{"kind": "block", "key": f"b{turn}", "creator": shown["creator"]["id"]}])
        slate = await one.slate()
        took.append(time.perf_counter() - began)
        assert shown["creator"]["id"] not in {v["creator"]["id"] for v in slate["videos"]}
    return took


async def row(
    service: LiveService, name: str, asking: Awaitable[list[float]]
) -> tuple[list[float], float]:
    """Print what `asking` took, and what it cost each process; the latencies and the seconds."""
    pids = service.pids()
    before = {process: cpu_s([pid]) for process, pid in pids.items()}
    began = time.perf_counter()
    took = await asking
    wall_s = time.perf_counter() - began
    spent = {process: cpu_s([pid]) - before[process] for process, pid in pids.items()}
    print(line(name, took, wall_s))
    each = "  ".join(f"{one} {spent[one] / len(took) * 1e3:.2f}" for one in sorted(spent))
    print(f"{'':34} ms of processor a slate: {each}", flush=True)
    return took, wall_s


async def measure(service: LiveService, *, viewers: int, seconds: float) -> None:
    """Print the figures, `seconds` for each row of rates."""
    asking = await crowd(service.base, viewers)
    await swipe(asking, 4, 2.0)
    best = 0.0
    for at_once in (1, 4, 16):
        took, wall_s = await row(
            service, f"slates, {at_once} at once", swipe(asking, at_once, seconds)
        )
        best = max(best, len(took) / wall_s)
    await row(
        service,
        f"slates, 60 % of {best:.0f}/s arriving",
        arriving(asking, LOAD * best, seconds),
    )
    began = time.perf_counter()
    changed = await act_and_ask(asking, 100)
    print(line("action to changed next slate", changed, time.perf_counter() - began))
    for one in asking:
        one.close()


def main(arguments: list[str] | None = None) -> None:
    """Stock a folder, start the service, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=100_000)
    parser.add_argument("--viewers", type=int, default=400)
    parser.add_argument("--web", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=15.0)
    options: Any = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        began = time.perf_counter()
        stock(root, videos=options.videos, start_ms=time.time_ns() // 1_000_000)
        print(f"load before {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, web {options.web}")
        with LiveService(root, web=options.web, ready_s=900.0) as service:
            print(
                f"{options.videos} videos stocked and frozen in {time.perf_counter() - began:.0f} s"
            )
            asyncio.run(measure(service, viewers=options.viewers, seconds=options.seconds))
        print(f"load after {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

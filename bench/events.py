"""Events taken and fsynced: into the writer from other processes, and over HTTP.

    python -m bench.events [--batch 100] [--clients 8] [--seconds 8]

An event counts when its batch was acknowledged: numbered, chained, de-duplicated, on disk.
"""

import argparse
import asyncio
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.http_client import Connection
from plainview.core.events import parse_client_event
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from plainview.edge.writer.client import WriterClient
from plainview.ports.view import OpenSession, TakeEvents
from tests.live import LiveService
from tests.stock import stock


def watch(key: str, turn: int) -> dict[str, Any]:
    """One report of a watch."""
    return {
        "kind": "watch", "key": key, "video": str(1 + turn % 997), "number": 1 + turn // 8,
        "ms": turn % 9000, "loops": 0,
    }  # fmt: skip


def into_the_writer(root: Path, *, clients: int, batch: int, seconds: float) -> tuple[int, float]:
    """Events and seconds, from threads that share one connection, as a web process's do."""
    writer = WriterClient(root / "run" / "writer.sock")
    taken = [0] * clients
    until = time.perf_counter() + seconds

    def send(k: int) -> None:
        viewer = ViewerId(f"{k:032x}")
        writer.submit(OpenSession(token_hash=digest_of(viewer.encode()), viewer=viewer, at_ms=1))
        turn = 0
        while time.perf_counter() < until:
            events = tuple(
                parse_client_event(watch(f"{turn}-{i}", turn * batch + i), at_ms=5)
                for i in range(batch)
            )
            writer.submit(TakeEvents(viewer=viewer, events=events))
            taken[k] += batch
            turn += 1

    threads = [threading.Thread(target=send, args=(k,)) for k in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall_s = time.perf_counter() - began
    writer.close()
    return sum(taken), wall_s


async def over_http(base: str, *, clients: int, batch: int, seconds: float) -> tuple[int, float]:
    """Events and seconds, from `clients` viewers who each wait for their answer."""
    parts = urlsplit(base)
    assert parts.hostname is not None
    assert parts.port is not None
    viewers = [await Connection(parts.hostname, parts.port).open() for _ in range(clients)]
    taken = [0] * clients
    began = time.perf_counter()
    until = began + seconds

    async def send(k: int) -> None:
        turn = 0
        while time.perf_counter() < until:
            await viewers[k].send([watch(f"{turn}-{i}", turn * batch + i) for i in range(batch)])
            taken[k] += batch
            turn += 1

    await asyncio.gather(*(send(k) for k in range(clients)))
    wall_s = time.perf_counter() - began
    for viewer in viewers:
        viewer.close()
    return sum(taken), wall_s


def main(arguments: list[str] | None = None) -> None:
    """Start the service, measure both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--web", type=int, default=1)
    options: Any = parser.parse_args(arguments)
    sizes = {"clients": options.clients, "batch": options.batch, "seconds": options.seconds}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        stock(root, videos=1_000)
        print(f"load before {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, web {options.web}")
        with LiveService(root, web=options.web) as service:
            count, wall_s = into_the_writer(root, **sizes)
            print(f"events into the writer   {count / wall_s:8.0f}/s fsynced   n {count}")
            count, wall_s = asyncio.run(over_http(service.base, **sizes))
            print(f"events over HTTP         {count / wall_s:8.0f}/s fsynced   n {count}")
        print(f"load after {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

"""A web process: `… processes.web DATA_FOLDER SOCKET_FD [demo] [learns=SECONDS,MIN,RECIPE]`.

The listening socket is the supervisor's, shared by all web processes: when one of them dies,
connections wait in it for the others.
"""

import asyncio
import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any

import uvloop
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.embed import Server

from plainview.app.http.application import build_application
from plainview.app.http.service import Service, rhythm_in
from plainview.app.processes.child import begin, when_told
from plainview.app.wire import Wired
from plainview.edge.data_folder import DataFolder

BACKLOG = 1024
STOP_S = 1.0


class InheritedSocketServer(Server):
    """granian in this process, on a socket that was opened elsewhere."""

    def __init__(self, target: Any, *, fd: int) -> None:
        super().__init__(
            target,
            interface=Interfaces.ASGI,
            backlog=BACKLOG,
            websockets=False,
            log_level=LogLevels.error,
            log_access=False,
        )
        self._inherited = fd

    def _init_shared_socket(self) -> None:
        self._shd: Any = SocketHolder(self._inherited, False, BACKLOG)  # type: ignore[call-arg]  # noqa: FBT003
        self._ssp: Any = None


async def serve(service: Service, fd: int) -> None:
    """Listen once there is something to serve from, until told to stop; then give requests under
    way a moment."""
    server = InheritedSocketServer(build_application(service), fd=fd)
    loop = asyncio.get_running_loop()
    when_told(partial(loop.call_soon_threadsafe, server.stop))
    await service.begun()
    await server.serve()


def own_address(fd: int) -> str:
    """Where this machine reaches the listening socket."""
    with socket.socket(fileno=os.dup(fd)) as listening:
        host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def main(arguments: list[str]) -> int:
    """Warm up, then serve."""
    begin("web")
    folder, fd = DataFolder(Path(arguments[0])), int(arguments[1])
    service = Service(
        Wired(folder), is_demo="demo" in arguments[2:], address=own_address(fd),
        rhythm=rhythm_in(arguments[2:]),
    )  # fmt: skip
    service.start()
    uvloop.run(serve(service, fd))
    service.stop()
    sys.stdout.flush()
    # Threads that wait for the database or the writer hold nothing that is not durable.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

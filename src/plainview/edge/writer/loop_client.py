"""The writer asked from an event loop, where its answers come too.

A thread that reads them takes the interpreter's lock from the loop for each.
"""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple, cast

from plainview.edge.writer.address import connect_to
from plainview.edge.writer.answers import settle
from plainview.edge.writer.client import ANSWER_S, RECONNECT_S
from plainview.edge.writer.frames import ANSWER, frame, take_frames
from plainview.ports.commands import A_co, Command, WriterGone


class _Asked(NamedTuple):
    """A command under way: its frame, to send again, and who waits."""

    data: bytes
    future: asyncio.Future[Any]
    command: type[Command[Any]]


class LoopWriter(asyncio.Protocol):
    """`WriterClient` for one event loop: one pipelined connection, opened when it is first needed.

    When it breaks (the writer was restarted) it is opened again and what is unanswered is sent once
    more: every command is safe to repeat. Of that loop alone; nothing here waits.
    """

    def __init__(self, path: Path, *, answer_s: float = ANSWER_S) -> None:
        self._path = path
        self._answer_s = answer_s
        self._next = 0
        self._open: dict[int, _Asked] = {}
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None

    async def ask(self, command: Command[A_co]) -> A_co:
        """Carry out `command`. Raises: Refused, WriterGone, WriterFault."""
        loop = asyncio.get_running_loop()
        self._next += 1
        ident, data = self._next, frame((self._next, command))
        future: asyncio.Future[A_co] = loop.create_future()
        self._open[ident] = _Asked(data, future, type(command))
        if self._transport is not None:
            self._transport.write(data)
        else:
            self._begin_to_connect()
        late = loop.call_later(self._answer_s, self._give_up, ident)
        try:
            return await future
        finally:
            late.cancel()
            self._open.pop(ident, None)

    def close(self) -> None:
        """Hang up; what is unanswered fails with WriterGone."""
        if self._connecting is not None:
            self._connecting.cancel()
        for ident in tuple(self._open):
            self._give_up(ident)
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send what is unanswered, in its order."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._buffer.clear()
        self._transport.writelines([asked.data for asked in self._open.values()])

    def data_received(self, data: bytes) -> None:
        """Answer those who wait."""
        self._buffer += data
        for body in take_frames(self._buffer):
            ident, status, value = ANSWER.decode(body)
            asked = self._open.pop(ident, None)
            if asked is not None and not asked.future.done():
                settle(asked.future, asked.command, status=status, value=value)

    def connection_lost(self, exc: Exception | None) -> None:
        """Connect again, if somebody waits."""
        del exc
        self._transport = None
        if self._open:
            self._begin_to_connect()

    def _begin_to_connect(self) -> None:
        if self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._open and self._transport is None:
                try:
                    await loop.create_unix_connection(lambda: self, sock=connect_to(self._path))
                except OSError:
                    await asyncio.sleep(RECONNECT_S)
        finally:
            self._connecting = None

    def _give_up(self, ident: int) -> None:
        asked = self._open.pop(ident, None)
        if asked is not None and not asked.future.done():
            asked.future.set_exception(WriterGone("the writer did not answer"))

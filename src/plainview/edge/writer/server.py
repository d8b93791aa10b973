"""The loop of the one process that writes: gather what arrived, commit once, answer.

While one transaction is being fsynced the next gathers in the sockets' buffers, so the batch grows
with the load and a lone command waits for nobody.
"""

import contextlib
import logging
import selectors
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from plainview.edge.sqlite.group_commit import GroupCommit, NotCarriedOut, Outcome
from plainview.edge.writer.address import listen_at
from plainview.edge.writer.frames import (
    BROKEN,
    OK,
    REFUSED,
    RefusedFrame,
    frame,
    request_decoder,
    take_frames,
)
from plainview.ports.commands import Command, Refused

LOG = logging.getLogger(__name__)

GATHER_S = 0.005
"""How long a batch may go on gathering while more keeps arriving."""
BATCH_MAX = 4_096
READ_BYTES = 1 << 18


class _Caller:
    """One connected client: what it has sent so far, and what it has yet to take."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received = bytearray()
        self.to_send = bytearray()


class WriterServer:
    """Serves `group` on the Unix socket at `path` until `stop` is called (from a signal).

    `between_commits` is called after each commit, once it is answered.
    """

    def __init__(
        self, group: GroupCommit, path: Path, *, between_commits: Callable[[], None] | None = None
    ) -> None:
        self._group = group
        self._between_commits = between_commits or (lambda: None)
        self._path = path
        self._decoder = request_decoder()
        self._selector = selectors.DefaultSelector()
        self._waiting: list[tuple[_Caller, int, Command[Any]]] = []
        self._is_stopping = False
        self._wake, self._woken = socket.socketpair()
        self._woken.settimeout(0)

    def stop(self) -> None:
        """Finish the batch under way and return from `serve`. Safe in a signal's function."""
        self._is_stopping = True
        # The loop may see the flag, return and close everything before it is woken.
        with contextlib.suppress(OSError):
            self._wake.send(b"x")

    def serve(self) -> None:
        """Listen, and carry out what comes."""
        listener = listen_at(self._path)
        listener.settimeout(0)
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        try:
            while not self._is_stopping:
                self._gather(listener)
                if self._waiting:
                    self._commit()
                    self._between_commits()
        finally:
            for key in list(self._selector.get_map().values()):
                self._selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
            self._selector.close()
            self._wake.close()
            self._path.unlink(missing_ok=True)

    def _gather(self, listener: socket.socket) -> None:
        """Wait for something, then take all that is there, for at most GATHER_S."""
        until = 0.0
        timeout: float | None = None
        while True:
            ready = self._selector.select(timeout)
            for key, mask in ready:
                if key.fileobj is listener:
                    self._accept(listener)
                elif key.fileobj is self._woken:
                    self._woken.recv(64)
                else:
                    self._serve_caller(key.data, mask)
            if self._waiting and not until:
                until = time.monotonic() + GATHER_S
            if not ready or not until or len(self._waiting) >= BATCH_MAX:
                return
            if time.monotonic() >= until:
                return
            timeout = 0

    def _accept(self, listener: socket.socket) -> None:
        sock, _ = listener.accept()
        sock.settimeout(0)
        self._selector.register(sock, selectors.EVENT_READ, _Caller(sock))

    def _serve_caller(self, caller: _Caller, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            self._flush(caller)
        if mask & selectors.EVENT_READ:
            try:
                data = caller.sock.recv(READ_BYTES)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._hang_up(caller)
                return
            caller.received += data
            self._parse(caller)

    def _parse(self, caller: _Caller) -> None:
        try:
            for body in take_frames(caller.received):
                ident, command = self._decoder.decode(body)
                self._waiting.append((caller, ident, command))
        except (ValueError, msgspec.MsgspecError) as error:
            # A client of another version after an upgrade: it reconnects, and says so in its log.
            LOG.warning("a client sent what is not a command: %s", error)
            self._hang_up(caller)

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        outcomes = self._group.carry_out([command for _, _, command in batch])
        callers: dict[int, _Caller] = {}
        for (caller, ident, _), outcome in zip(batch, outcomes, strict=True):
            caller.to_send += _answer(ident, outcome)
            callers[id(caller)] = caller
        for caller in callers.values():
            self._flush(caller)

    def _flush(self, caller: _Caller) -> None:
        if caller.sock.fileno() < 0:
            return
        try:
            while caller.to_send:
                sent = caller.sock.send(caller.to_send[:READ_BYTES])
                del caller.to_send[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up(caller)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if caller.to_send else 0)
        self._selector.modify(caller.sock, events, caller)

    def _hang_up(self, caller: _Caller) -> None:
        if caller.sock.fileno() >= 0:
            self._selector.unregister(caller.sock)
            caller.sock.close()


def _answer(ident: int, outcome: Outcome) -> bytes:
    if isinstance(outcome, Refused):
        return frame((ident, REFUSED, RefusedFrame(outcome.code, outcome.message, outcome.detail)))
    if isinstance(outcome, NotCarriedOut):
        return frame((ident, BROKEN, str(outcome)))
    return frame((ident, OK, outcome))

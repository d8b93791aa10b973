"""A `Writer` over the Unix socket: one pipelined connection shared by all threads of a process."""

import socket
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

from plainview.edge.writer.address import connect_to
from plainview.edge.writer.answers import settle
from plainview.edge.writer.frames import ANSWER, frame, take_frames
from plainview.ports.commands import A_co, Command, WriterGone

ANSWER_S = 10.0
RECONNECT_S = 0.05


class WriterClient:
    """Sends commands as they come and answers each caller when the writer has.

    When the connection breaks (the writer was restarted) it connects again and sends once more
    whatever is unanswered: every command is safe to repeat.
    """

    def __init__(self, path: Path, *, answer_s: float = ANSWER_S) -> None:
        self._path = path
        self._answer_s = answer_s
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self._next = 0
        self._open: dict[int, tuple[bytes, Future[Any], type[Command[Any]]]] = {}
        self._is_closed = False
        self._thread = threading.Thread(target=self._read, name="writer-client", daemon=True)
        self._thread.start()

    def submit(self, command: Command[A_co]) -> A_co:
        """Carry out `command`. Raises: Refused, WriterGone, WriterFault."""
        future: Future[A_co] = Future()
        with self._lock:
            if self._is_closed:
                raise WriterGone("this process is stopping")
            self._next += 1
            ident = self._next
            data = frame((ident, command))
            self._open[ident] = (data, future, type(command))
            if self._sock:
                try:
                    self._sock.sendall(data)
                except OSError:
                    # The reading thread sees the same break and sends everything again.
                    self._sock = None
        try:
            return future.result(self._answer_s)
        except FutureTimeout:
            with self._lock:
                self._open.pop(ident, None)
            raise WriterGone("the writer did not answer") from None

    @property
    def is_connected(self) -> bool:
        """Whether the writer is there now."""
        return self._sock is not None

    def close(self) -> None:
        """Hang up; what is unanswered fails with WriterGone."""
        with self._lock:
            self._is_closed = True
            if self._sock:
                self._sock.shutdown(socket.SHUT_RDWR)
            left = [future for _, future, _ in self._open.values()]
            self._open.clear()
        for future in left:
            future.set_exception(WriterGone("this process is stopping"))
        self._thread.join(2)

    def _read(self) -> None:
        while not self._is_closed:
            sock = self._connect()
            if sock is None:
                time.sleep(RECONNECT_S)
                continue
            buffer = bytearray()
            try:
                while data := sock.recv(1 << 18):
                    buffer += data
                    for body in take_frames(buffer):
                        self._settle(body)
            except OSError:
                pass
            with self._lock:
                if self._sock is sock:
                    self._sock = None
            sock.close()

    def _connect(self) -> socket.socket | None:
        try:
            sock = connect_to(self._path)
        except OSError:
            return None
        try:
            with self._lock:
                for ident in sorted(self._open):
                    sock.sendall(self._open[ident][0])
                self._sock = sock
            return sock
        except OSError:
            sock.close()
            return None

    def _settle(self, body: bytes) -> None:
        ident, status, value = ANSWER.decode(body)
        with self._lock:
            waiting = self._open.pop(ident, None)
        if waiting is None:
            return
        _, future, command = waiting
        settle(future, command, status=status, value=value)

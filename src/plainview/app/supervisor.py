"""`plainview up`: one process tree. Starts the children, and again when they die, and stops them.

Holds nothing but the listening socket, the data folder's lock and a pipe whose end tells the
children, if ever this process is killed, that it is gone. They hold the lock with it: a service
that is started then waits until they have ended.
"""

import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from plainview.app.processes.child import LIFELINE
from plainview.app.processes.orphans import adopt_orphans, end_orphans
from plainview.app.settings import Settings
from plainview.core.terms.ids import Digest
from plainview.edge.data_folder import DataFolder
from plainview.edge.writer.address import connect_to
from plainview.edge.writer.client import WriterClient
from plainview.ports.view import MakeOperatorLink

POLL_S = 0.2
GREET_POLL_S = 0.02
ASK_S = 5.0
STOP_S = 2.0
START_S = 30.0
HASTY_S = 1.0
"""A child that lived shorter than this is started again after a pause, not at once."""
PAUSE_S = 0.5
BACKLOG = 1024


class CannotStart(Exception):
    """The service cannot start; the message says why and what to do."""


def listen(settings: Settings) -> socket.socket:
    """The socket that all web processes accept from. Raises: CannotStart."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise CannotStart(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. Stop what"
            " uses that port, or choose another: --port 8081 or PORT=8081."
        ) from error
    sock.settimeout(0)
    return sock


class Child:
    """One process of the tree, as often as it must be started."""

    def __init__(self, name: str, start: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        self.name = name
        self._start = start
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self.starts = 0

    def keep_alive(self) -> None:
        """Start it if it does not run."""
        now = time.monotonic()
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            lived = now - self._started
            if lived < HASTY_S and now < self._started + HASTY_S + PAUSE_S:
                return
            say(f"{self.name} ended ({code}); starting it again")
        self._process = self._start()
        self._started = now
        self.starts += 1

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal if it runs."""
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def wait(self, until: float) -> None:
        """Wait for its end until that moment, then kill it."""
        if self._process is None:
            return
        try:
            self._process.wait(max(until - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Answers(threading.Thread):
    """Asks the service for its page until it answers: an address that hangs is none yet."""

    def __init__(self, address: tuple[Any, ...]) -> None:
        super().__init__(name="greeter", daemon=True)
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0])  # noqa: S104
        self._address = (host, address[1])
        self.seen = threading.Event()

    def run(self) -> None:
        """Set `seen` once there is an answer, whatever it says."""
        while not self.seen.is_set():
            asking = HTTPConnection(*self._address, timeout=ASK_S)
            try:
                asking.request("GET", "/")
                asking.getresponse().read()
                self.seen.set()
            except (OSError, HTTPException):
                time.sleep(GREET_POLL_S)
            finally:
                asking.close()


class Supervisor:
    """The children of one `up`, in the order in which they start."""

    def __init__(
        self, settings: Settings, folder: DataFolder, sock: socket.socket, lock: int
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._sock = sock
        self._lock = lock
        self._lifeline, self._held = os.pipe()
        self._is_told = False
        adopt_orphans()
        root = str(folder.root.resolve())
        demo = ["demo"] if settings.is_demo else []
        levers = ["demo"] if settings.has_levers else []
        every_s, examples_min = str(settings.learn_every_s), str(settings.learn_min)
        rhythm = [f"learns={every_s},{examples_min},{settings.learn}"] if settings.learns else []
        web = [root, str(sock.fileno()), *levers, *rhythm]
        self.children = [
            self._child("writer", "writer", [root]),
            self._child("worker", "worker", [root, settings.edition, settings.text_model, *demo]),
            *(self._child(f"web-{k}", "web", web, sock.fileno()) for k in range(settings.web)),
        ]
        if settings.learns:
            learner = [root, settings.learn, every_s, examples_min]
            self.children.append(self._child("learner", "learner", learner))

    def _child(self, name: str, module: str, arguments: list[str], *fds: int) -> Child:
        def start() -> "subprocess.Popen[bytes]":
            return subprocess.Popen(
                [sys.executable, "-m", f"plainview.app.processes.{module}", *arguments],
                pass_fds=(self._lifeline, self._lock, *fds),
                stdin=subprocess.DEVNULL,
                env={**LEAN, **os.environ, LIFELINE: str(self._lifeline)},
            )

        return Child(name, start)

    def run(self, greet: Callable[[], None]) -> None:
        """Keep the children alive until told to stop, then stop them within STOP_S.

        `greet` is called once, as soon as the page answers.
        """
        answers = Answers(self._sock.getsockname())
        with _woken_by_signals(self._tell) as woken:
            try:
                self.children[0].keep_alive()
                self._await_writer(woken)
                self._keep_alive()
                answers.start()
                is_greeted = False
                while not self._is_told:
                    if not is_greeted and answers.seen.is_set():
                        is_greeted = True
                        greet()
                    _sleep(woken, POLL_S if is_greeted else GREET_POLL_S)
                    self._keep_alive()
            finally:
                self._stop()

    def _tell(self) -> None:
        self._is_told = True

    def _keep_alive(self) -> None:
        if self._is_told:
            return
        end_orphans({child.pid for child in self.children})
        for child in self.children:
            child.keep_alive()
        lines = [f"{child.name} {child.pid or 0}\n" for child in self.children]
        pids = self._folder.run / "pids"
        part = pids.with_suffix(".new")
        part.write_text("".join(lines))
        part.replace(pids)

    def _await_writer(self, woken: socket.socket) -> None:
        """The others read a database that the writer has made first."""
        until = time.monotonic() + START_S
        while not self._is_told and not _answers(self._folder.socket):
            if self.children[0].pid is None:
                raise CannotStart("The writer ended at once; what it said stands above.")
            if time.monotonic() > until:
                raise CannotStart("The writer did not start in time.")
            _sleep(woken, 0.02)

    def _stop(self) -> None:
        until = time.monotonic() + STOP_S
        for child in reversed(self.children):
            child.tell(signal.SIGTERM)
        for child in reversed(self.children):
            child.wait(until)
        os.close(self._held)
        os.close(self._lifeline)
        (self._folder.run / "pids").unlink(missing_ok=True)


LEAN = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "MALLOC_ARENA_MAX": "2",
}
"""BLAS gets no threads of its own, since the feed's sums are small and each thread costs memory;
nor does each thread get a heap of its own of what glibc keeps, some 5 MB of an idle service."""


@contextmanager
def _woken_by_signals(tell: Callable[[], None]) -> Iterator[socket.socket]:
    """A socket that becomes readable when a signal comes; SIGTERM and SIGINT also `tell`."""
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.settimeout(0)
    before = signal.set_wakeup_fd(wake.fileno())
    kept = {
        number: signal.signal(number, lambda *_: tell())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    kept[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        yield woken
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in kept.items():
            signal.signal(number, handler)
        woken.close()
        wake.close()


def _sleep(woken: socket.socket, seconds: float) -> None:
    """Sleep until a signal comes, at most `seconds`."""
    if select.select([woken], [], [], seconds)[0]:
        with suppress(BlockingIOError):
            woken.recv(64)


def _answers(path: Path) -> bool:
    try:
        connect_to(path).close()
    except OSError:
        return False
    return True


def make_operator_key(folder: DataFolder) -> str:
    """A key that makes one session the operator's, once; only its hash is kept."""
    key = secrets.token_urlsafe(24)
    writer = WriterClient(folder.socket)
    digest = Digest(sha256(key.encode()).hexdigest())
    writer.submit(MakeOperatorLink(key_hash=digest, at_ms=time.time_ns() // 1_000_000))
    writer.close()
    return key


def say(text: str) -> None:
    """A line for the person at the terminal."""
    print(text, flush=True)

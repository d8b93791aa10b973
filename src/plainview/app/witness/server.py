"""A witness over HTTP: POST /add-checkpoint, GET /. The standard library's server, threads."""

import logging
import socket
import socketserver
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from plainview.core.tlog import Answer
from plainview.core.tlog.witness import REQUEST_BYTES_MAX
from plainview.flows.witness_checkpoint import Witness, witness_checkpoint
from plainview.ports.witness import WitnessFault

CONNECTIONS_MAX = 64
"""Served at once; more wait to be accepted."""
IDLE_S = 10.0
"""A connection that says nothing for so long is closed."""

_log = logging.getLogger(__name__)


def said_of(witness: Witness) -> bytes:
    """Who the witness is and how far it has seen each log, in words."""
    lines = [
        f"{witness.name} is a witness of transparency logs (c2sp.org/tlog-witness).",
        "",
        "It cosigns a log's head once that head is shown to continue the last one it cosigned.",
        "Logs send heads to POST /add-checkpoint. It is known by this key:",
        "",
        f"    {witness.vkey()}",
        "",
        f"It witnesses {len(witness.logs)} log{'s' * (len(witness.logs) != 1)}:",
        "",
        *(f"    {origin}: {_seen(witness, origin)}" for origin in sorted(witness.logs)),
    ]
    return ("\n".join(lines) + "\n").encode()


def _seen(witness: Witness, origin: str) -> str:
    try:
        kept = witness.state.kept(origin)
    except WitnessFault as fault:
        return f"not cosigned any more: {fault}"
    if not kept.time_s:
        return "nothing cosigned yet"
    return f"size {kept.head.size}, cosigned at {kept.time_s} (seconds since 1970, UTC)"


class _Request(BaseHTTPRequestHandler):
    """One connection. Answers have a length, so that it can be kept open."""

    protocol_version = "HTTP/1.1"
    server_version = "plainview-witness"
    sys_version = ""
    timeout = IDLE_S
    server: "WitnessServer"

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(Answer(200, said_of(self.server.witness)))
        elif self.path == "/add-checkpoint":
            self._answer(_plain(405, "heads are sent here by POST"), allow="POST")
        else:
            self._answer(_plain(404, "there is nothing here; / says what this is"))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdecimal()):
            self._close(_plain(411, "a request says its length"))
        elif int(length) > REQUEST_BYTES_MAX:
            self._close(_plain(400, f"a request has at most {REQUEST_BYTES_MAX} bytes"))
        elif self.path != "/add-checkpoint":
            self._close(_plain(404, "there is nothing here; / says what this is"))
        else:
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                self._close(_plain(400, "the request ended before its length"))
            else:
                self._answer(self._witnessed(body))

    def _witnessed(self, body: bytes) -> Answer:
        try:
            answer = witness_checkpoint(body, self.server.witness)
        except WitnessFault as fault:
            _log.critical("cosigned nothing: %s", fault)
            return _plain(500, "this witness cannot keep what it sees, and cosigned nothing")
        if answer.status != HTTPStatus.OK:
            _log.warning("%d %s", answer.status, answer.body.decode().strip()[:200])
        return answer

    def _close(self, answer: Answer) -> None:
        """Answer and end the connection (the header does), for what follows was not read."""
        self._answer(answer, connection="close")

    def _answer(self, answer: Answer, **more: str) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in more.items():
            self.send_header(name.title(), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing of what went well: one line a second for years fills a small disk."""


def _plain(status: int, words: str) -> Answer:
    return Answer(status, f"{words}\n".encode())


class WitnessServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A witness that listens. Each connection has a thread; the lock is the log's."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, listen: tuple[str, int], witness: Witness) -> None:
        self.address_family = socket.AF_INET6 if ":" in listen[0] else socket.AF_INET
        self.witness = witness
        self._free = threading.BoundedSemaphore(CONNECTIONS_MAX)
        super().__init__(listen, _Request)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin a connection when fewer than CONNECTIONS_MAX are open."""
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, *_: Any) -> None:
        """Pass over a client that went away; tell anything else with its trace."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            _log.exception("a request was not answered")

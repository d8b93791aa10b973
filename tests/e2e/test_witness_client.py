"""Asking witnesses over real HTTP: answers of every kind, and none."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from plainview.edge.witness_client import BODY_BYTES_MAX, HttpWitnessClient
from plainview.ports.tlog import WitnessGone


class Handler(BaseHTTPRequestHandler):
    """Answers by the first segment of the path."""

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["content-length"]))
        kind = self.path.split("/")[1]
        if kind == "slow":
            threading.Event().wait(1.0)
        if kind == "moved":
            self.send_response(307)
            self.send_header("location", "/echo/add-checkpoint")
            self.end_headers()
            return
        body = b"x" * (BODY_BYTES_MAX * 4) if kind == "long" else self.path.encode() + b" " + asked
        self.send_response(409 if kind == "conflict" else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_body_goes_to_add_checkpoint(base: str) -> None:
    """What is posted and what is answered are bytes as they are, with the status beside."""
    for url in (f"{base}/echo", f"{base}/echo/"):
        answer = HttpWitnessClient().add_checkpoint(url, b"old 0\n")
        assert (answer.status, answer.body) == (200, b"/echo/add-checkpoint old 0\n")


def test_a_conflict_is_an_answer(base: str) -> None:
    """409 comes back with its body, from which the size is read."""
    answer = HttpWitnessClient().add_checkpoint(f"{base}/conflict", b"5")
    assert (answer.status, answer.body) == (409, b"/conflict/add-checkpoint 5")


def test_a_redirect_is_not_followed(base: str) -> None:
    """A witness is where the root of trust says."""
    assert HttpWitnessClient().add_checkpoint(f"{base}/moved", b"5").status == 307


def test_a_long_answer_is_cut(base: str) -> None:
    """No witness can fill our memory."""
    answer = HttpWitnessClient().add_checkpoint(f"{base}/long", b"5")
    assert len(answer.body) == BODY_BYTES_MAX


@pytest.mark.parametrize("url", ["{base}/slow", "http://127.0.0.1:9", "file:///etc/passwd", ""])
def test_no_answer_is_said_to_be_none(base: str, url: str) -> None:
    """Too slow, nobody there, no address: the witness is gone, and nothing else breaks."""
    with pytest.raises(WitnessGone):
        HttpWitnessClient(answer_s=0.3).add_checkpoint(url.format(base=base), b"5")

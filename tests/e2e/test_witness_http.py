"""A witness over HTTP, asked as any client would."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from plainview.app.witness.server import WitnessServer
from plainview.core.tlog import encode_submission, open_checkpoint, parse_vkey
from plainview.core.tlog.witness import REQUEST_BYTES_MAX
from plainview.ports.witness import StateDamaged
from tests.sample_logs import LOG_KEY, ORIGIN, SampleLog, sample_log
from tests.witnesses import MemoryWitnessState, sample_witness

LOG = sample_log(40)
FORK = sample_log(40, fork_at=3)


@dataclass
class Answered:
    status: int
    kind: str
    body: bytes


@dataclass
class Client:
    port: int

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, method: str, path: str, body: bytes | None = None) -> Answered:
        connection = self.connection()
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return Answered(answer.status, answer.headers["Content-Type"], answer.read())
        finally:
            connection.close()

    def submit(self, body: bytes) -> Answered:
        return self.ask("POST", "/add-checkpoint", body)

    def raw(self, data: bytes) -> bytes:
        """Everything that comes back for bytes as they are, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            found = b""
            while more := sock.recv(65_536):
                found += more
            return found


@contextmanager
def served(state: MemoryWitnessState) -> Iterator[Client]:
    with WitnessServer(("127.0.0.1", 0), sample_witness(state=state)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Client(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def client() -> Iterator[Client]:
    with served(MemoryWitnessState()) as asked:
        yield asked


def test_each_answer_of_the_protocol(client: Client) -> None:
    """200 with a cosignature, 409 with the size and its type, 422, 403, 404 and 400."""
    first = client.submit(LOG.submission(0, 7))
    assert (first.status, first.kind) == (200, "text/plain; charset=utf-8")
    key = parse_vkey(sample_witness().vkey())
    opened = open_checkpoint(LOG.checkpoint(7) + first.body, [LOG_KEY], [key])
    assert len(opened.signed_by) == 2
    assert client.submit(LOG.submission(7, 12)).status == 200
    assert client.submit(LOG.submission(7, 20)) == Answered(409, "text/x.tlog.size", b"12\n")
    assert client.submit(FORK.submission(12, 20)).status == 422
    assert client.submit(FORK.submission(12, 12)).status == 409
    stranger = LOG.checkpoint(20, signer="eve")
    assert client.submit(encode_submission(12, [], stranger)).status == 403
    other = SampleLog(LOG.entries, LOG.hashes, origin="other.example")
    assert client.submit(other.submission(0, 7)).status == 404
    assert client.submit(b"old 12\n").status == 400


def test_it_says_in_words_who_it_is(client: Client) -> None:
    """GET / names the witness, its key and each log with its last size; HEAD has no body."""
    client.submit(LOG.submission(0, 7))
    said = client.ask("GET", "/")
    assert (said.status, said.kind) == (200, "text/plain; charset=utf-8")
    assert sample_witness().vkey() in said.body.decode()
    assert f"{ORIGIN}: size 7" in said.body.decode()
    assert client.ask("HEAD", "/") == Answered(200, said.kind, b"")


def test_elsewhere_there_is_nothing(client: Client) -> None:
    """Other paths are 404 and reading the submission path is 405."""
    assert client.ask("GET", "/checkpoint").status == 404
    assert client.ask("POST", "/", b"x").status == 404
    assert client.ask("GET", "/add-checkpoint").status == 405


def test_one_connection_serves_many(client: Client) -> None:
    """A log keeps its connection open from head to head, refusals included."""
    connection = client.connection()
    for body, status in [
        (LOG.submission(0, 7), 200),
        (b"", 400),
        (LOG.submission(7, 8), 200),
        (LOG.submission(7, 8), 409),
    ]:
        connection.request("POST", "/add-checkpoint", body)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


def test_a_request_without_a_good_length_ends_the_connection(client: Client) -> None:
    """No length, a length that is none, chunks, too long and cut off: refused, and nothing that
    follows on that connection is taken for a request."""
    post = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n"
    follows = b"GET / HTTP/1.1\r\nHost: w\r\n\r\n"
    for head, status in [
        (b"\r\n", b"411"),
        (b"Content-Length: -1\r\n\r\n", b"411"),
        (b"Content-Length: 1_0\r\n\r\n", b"411"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", b"411"),
        (f"Content-Length: {REQUEST_BYTES_MAX + 1}\r\n\r\n".encode(), b"400"),
        (b"Content-Length: 1000\r\n\r\n", b"400"),
    ]:
        answer = client.raw(post + head + follows)
        assert answer.startswith(b"HTTP/1.1 " + status), head
        assert answer.count(b"HTTP/1.1") == 1, head


def test_a_client_that_goes_away_harms_nobody(client: Client) -> None:
    """Connections that are opened and dropped, with and without a beginning, leave it serving."""
    for data in (b"", b"POST", b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", client.port)) as sock:
            sock.sendall(data)
    assert client.submit(LOG.submission(0, 7)).status == 200


def test_what_cannot_be_kept_is_500() -> None:
    """With a state that cannot be read, nothing is cosigned, and the cause is not told outside."""

    class Damaged(MemoryWitnessState):
        def kept(self, origin: str) -> object:  # type: ignore[override]
            raise StateDamaged("/srv/witness/logs/x.head is not as it was written")

    with served(Damaged()) as client:
        answer = client.submit(LOG.submission(0, 7))
        assert answer.status == 500
        assert b"/srv" not in answer.body
        assert b"not cosigned any more" in client.ask("GET", "/").body


def test_many_at_once_get_one_history(client: Client) -> None:
    """Two histories sent by eight threads at once: one is cosigned, the other never."""
    taken: list[set[int]] = [set(), set()]

    def send(branch: int) -> None:
        log, old = (LOG, FORK)[branch], 0
        for size in (7, 9, 11):
            answer = client.submit(log.submission(old, size))
            if answer.status == 409:
                told = int(answer.body)
                answer = client.submit(log.submission(told, max(size, told)))
            if answer.status == 200:
                taken[branch].add(size)
                old = size

    threads = [threading.Thread(target=send, args=(n % 2,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, taken)) == [False, True]
    said = client.ask("GET", "/").body.decode()
    size = int(said.rpartition("size ")[2].partition(",")[0])
    again = [client.submit(log.submission(size, size)).status for log in (LOG, FORK)]
    assert sorted(again) == [200, 409]

"""The writer over its socket: frames, answers, reconnecting, and who may come."""

import asyncio
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.viewer import Event
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import GroupCommit
from plainview.edge.sqlite.reads import SqliteReads
from plainview.edge.writer.address import connect_to, listen_at
from plainview.edge.writer.client import WriterClient
from plainview.edge.writer.frames import FRAME_MAX, frame, take_frames
from plainview.edge.writer.loop_client import LoopWriter
from plainview.edge.writer.server import WriterServer
from plainview.ports.commands import Refused, WriterGone
from plainview.ports.view import OpenSession, TakeEvents

assert CARRYING


class Running:
    """A writer in a thread, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "writer.sock"
        self.start()

    def start(self) -> None:
        started = threading.Event()
        self.thread = threading.Thread(target=self._serve, args=(started,))
        self.thread.start()
        assert started.wait(5)

    def _serve(self, started: threading.Event) -> None:
        db = open_to_write(self.folder / "plainview.db")
        self.server = WriterServer(GroupCommit(db), self.path)
        started.set()
        self.server.serve()
        db.close()

    def stop(self) -> None:
        self.server.stop()
        self.thread.join(5)
        assert not self.thread.is_alive()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    if running.thread.is_alive():
        running.stop()


@pytest.fixture
def client(running: Running) -> Iterator[WriterClient]:
    client = WriterClient(running.path, answer_s=5)
    yield client
    client.close()


def opening(k: int) -> OpenSession:
    viewer = ViewerId(f"{k:032x}")
    return OpenSession(token_hash=digest_of(viewer.encode()), viewer=viewer, at_ms=1)


@given(st.lists(st.binary(max_size=64), max_size=8), st.integers(1, 16))
def test_frames_come_out_as_they_went_in(bodies: list[bytes], piece: int) -> None:
    """However the bytes are cut on their way, the same frames come out in order."""
    sent = b"".join(len(body).to_bytes(4, "big") + body for body in bodies)
    buffer, found = bytearray(), []
    for start in range(0, len(sent), piece):
        buffer += sent[start : start + piece]
        found += take_frames(buffer)
    assert found == bodies
    assert not buffer


def test_a_frame_is_length_and_body() -> None:
    """[1, 2] is three bytes of msgpack behind a length of 3."""
    assert frame((1, 2)) == b"\x00\x00\x00\x03\x92\x01\x02"


def test_an_endless_frame_is_refused() -> None:
    """A length over the bound is no frame of ours."""
    with pytest.raises(ValueError, match="bytes"):
        take_frames(bytearray((FRAME_MAX + 1).to_bytes(4, "big")))


def test_the_socket_is_its_owners_alone(running: Running, client: WriterClient) -> None:
    """Nobody else on the machine may write."""
    client.submit(opening(1))
    assert stat.S_IMODE(running.path.stat().st_mode) == 0o600


def test_many_threads_are_each_answered_their_own(running: Running, client: WriterClient) -> None:
    """Of 200 commands sent at once each gets its own answer, and all are readable after."""
    with ThreadPoolExecutor(16) as pool:
        sessions = list(pool.map(lambda k: client.submit(opening(k)), range(200)))
    assert [session.viewer for session in sessions] == [f"{k:032x}" for k in range(200)]
    reads = SqliteReads(running.folder / "plainview.db")
    assert reads.db.execute("SELECT count(*) FROM viewers").fetchone() == (200,)
    reads.db.close()


def test_a_refusal_comes_back_as_one(client: WriterClient) -> None:
    """What the writer refuses is raised with its code where it was asked."""
    with pytest.raises(Refused) as refused:
        client.submit(TakeEvents(viewer=ViewerId("f" * 32), events=()))
    assert refused.value.code == "no_viewer"


def test_a_restart_is_not_noticed(running: Running, client: WriterClient) -> None:
    """A command sent while the writer is down is carried out when it is back."""
    client.submit(opening(1))
    running.stop()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.submit, opening(2))
        running.start()
        assert answer.result(5).viewer == f"{2:032x}"
    assert client.is_connected


def test_stopping_twice_is_stopping(running: Running) -> None:
    """A second signal, or one that comes as the loop returns by itself, is no error."""
    running.stop()
    running.server.stop()


def test_a_writer_that_stays_away_is_said_to_be_gone(running: Running) -> None:
    """Without an answer in time the caller is told that it is not known what happened."""
    running.stop()
    client = WriterClient(running.path, answer_s=0.1)
    with pytest.raises(WriterGone):
        client.submit(opening(1))
    assert not client.is_connected
    client.close()
    with pytest.raises(WriterGone):
        client.submit(opening(1))


def test_nonsense_costs_only_its_sender(running: Running, client: WriterClient) -> None:
    """Who sends what is no command is hung up on; others are served as before."""
    client.submit(opening(1))
    stranger = connect_to(running.path)
    stranger.settimeout(5)
    stranger.sendall(frame((1, {"type": "DropAllTables"})))
    assert stranger.recv(10) == b""
    stranger.close()
    assert client.submit(opening(2)).viewer == f"{2:032x}"


def test_a_large_answer_arrives_whole(client: WriterClient) -> None:
    """An answer larger than any socket's buffer is delivered in pieces."""
    client.submit(opening(1))
    events = tuple(
        Event(n=0, kind="like", at_ms=5, author="viewer", key=f"k{i}", video=VideoId(i + 1))
        for i in range(20_000)
    )
    taken = client.submit(TakeEvents(viewer=ViewerId(f"{1:032x}"), events=events))
    assert (len(taken.events), taken.n) == (20_000, 20_000)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_loop_is_answered_each_its_own(running: Running, run: Any) -> None:
    """Of 200 commands under way at once on an event loop each gets its own answer, a refused one
    its refusal."""

    async def ask() -> list[object]:
        writer = LoopWriter(running.path, answer_s=5)
        nobody = TakeEvents(viewer=ViewerId("f" * 32), events=())
        commands = [nobody if k == 77 else opening(k) for k in range(200)]
        answers: list[object] = list(
            await asyncio.gather(*map(writer.ask, commands), return_exceptions=True)
        )
        writer.close()
        return answers

    answers = run(ask())
    refused = answers.pop(77)
    assert isinstance(refused, Refused)
    assert refused.code == "no_viewer"
    viewers = [getattr(session, "viewer", session) for session in answers]
    assert viewers == [f"{k:032x}" for k in range(200) if k != 77]


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_loop_does_not_notice_a_restart(running: Running, run: Any) -> None:
    """What a loop asks while the writer is down is carried out when it is back, also if it goes
    down as the loop is waiting."""

    async def ask() -> list[str]:
        writer = LoopWriter(running.path, answer_s=5)
        viewers: list[str] = [(await writer.ask(opening(1))).viewer]
        for k in (2, 3):
            running.stop()
            waiting = asyncio.ensure_future(writer.ask(opening(k)))
            await asyncio.sleep(0.12)
            running.start()
            viewers.append((await waiting).viewer)
        writer.close()
        return viewers

    assert run(ask()) == [f"{k:032x}" for k in (1, 2, 3)]


class HangsUp:
    """A writer that reads what comes and hangs up without an answer."""

    def __init__(self, path: Path) -> None:
        self.listener = listen_at(path)
        self.listener.settimeout(5)
        self.seen: list[bytes] = []

    def once(self) -> None:
        connection, _ = self.listener.accept()
        self.seen += take_frames(bytearray(connection.recv(1 << 16)))
        connection.close()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_what_was_sent_and_not_answered_is_sent_again(tmp_path: Path, run: Any) -> None:
    """A connection that breaks between a command and its answer loses nothing: the same bytes go
    over the next."""
    hangs_up = HangsUp(tmp_path / "writer.sock")

    async def ask() -> None:
        writer = LoopWriter(tmp_path / "writer.sock", answer_s=5)
        waiting = asyncio.ensure_future(writer.ask(opening(1)))
        for _ in range(3):
            await asyncio.to_thread(hangs_up.once)
        writer.close()
        with pytest.raises(WriterGone):
            await waiting

    run(ask())
    hangs_up.listener.close()
    assert len(hangs_up.seen) == 3
    assert len(set(hangs_up.seen)) == 1


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_loop_gives_up_in_time(running: Running, run: Any) -> None:
    """Without an answer in time who waits is told so; who left is no matter, and the next is
    answered by the same connection."""

    async def ask() -> None:
        writer = LoopWriter(running.path, answer_s=0.1)
        running.stop()
        left = asyncio.ensure_future(writer.ask(opening(1)))
        await asyncio.sleep(0)
        left.cancel()
        with pytest.raises(WriterGone):
            await writer.ask(opening(2))
        running.start()
        writer._answer_s = 5.0
        assert (await writer.ask(opening(3))).viewer == f"{3:032x}"
        writer.close()

    run(ask())


def test_a_folder_may_lie_deeper_than_a_sockets_name_reaches(tmp_path: Path) -> None:
    """A socket can be listened at and connected to by a path far beyond 107 bytes."""
    folder = tmp_path / ("deep" * 30) / ("deeper" * 30)
    folder.mkdir(parents=True)
    listener = listen_at(folder / "writer.sock")
    connect_to(folder / "writer.sock").close()
    assert stat.S_IMODE((folder / "writer.sock").stat().st_mode) == 0o600
    listener.close()
    with pytest.raises(OSError, match="refused"):
        connect_to(folder / "writer.sock")

"""`plainview up` as people start, stop and mistake it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from plainview.app.supervisor import Answers
from plainview.edge.sqlite.database import OLDEST_SCHEMA, newest_schema, open_to_write
from tests.live import READY_S, SOURCE, LiveService
from tests.stock import stock


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """One run of the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "plainview.app.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    stock(tmp_path, videos=30)
    return tmp_path


def test_the_greeting_says_where_it_is(folder: Path) -> None:
    """Address, a one-time operator link and the data folder are printed; the link works once, and
    so does a later one by the command, which voids those before; nothing makes one of a service
    that does not run."""
    with LiveService(folder, web=1) as service:
        text = "".join(service.output)
        assert f"http://127.0.0.1:{service.base.rpartition(':')[2]}" in text
        assert str(folder) in text
        (line,) = [line for line in service.output if line.startswith("Operator link")]
        link = line.split()[2]
        first = httpx.get(link, follow_redirects=False)
        assert first.status_code in (200, 302, 303, 307), first.text
        assert "plainview_session" in first.headers.get("set-cookie", "")
        second = httpx.get(link, follow_redirects=False)
        assert second.status_code == 403
        assert "plainview operator link" in second.text
        port = service.base.rpartition(":")[2]
        links = [run("operator", "link", "--data", str(folder), "--port", port) for _ in "ab"]
        voided, fresh = (one.stdout.strip() for one in links)
        for one, status in ((voided, 403), (fresh, 303), (fresh, 403)):
            assert httpx.get(one, follow_redirects=False).status_code == status
    stopped = run("operator", "link", "--data", str(folder))
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert "it prints a link when it starts" in stopped.stderr


def test_an_address_is_told_once_the_page_answers() -> None:
    """While requests only queue up nothing is said; the first answer, even a refusal, counts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        answers = Answers(listening.getsockname())
        answers.start()
        assert not answers.seen.wait(0.3)
        asker, _ = listening.accept()
        with asker:
            assert asker.recv(1000).startswith(b"GET / ")
            asker.sendall(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")
            assert answers.seen.wait(5)
    answers.join(5)
    assert not answers.is_alive()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_within_three_seconds(folder: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end the whole tree in 3 s, and a second start has everything."""
    with LiveService(folder, web=1) as service:
        viewer = service.viewer()
        viewer.slate()
        pids = service.pids()
        began = time.monotonic()
        service.process.send_signal(number)
        assert service.process.wait(10) == 0
        assert time.monotonic() - began <= 3.0
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids.values())
        cookies = viewer.http.cookies
    with LiveService(folder, web=1) as service:
        again = httpx.post(
            f"{service.base}/api/v1/session", cookies=dict(cookies), headers={"x-plainview": "1"}
        ).json()
        assert (again["viewer"], again["next_number"]) == (viewer.viewer, 2)


def test_the_children_end_with_a_killed_supervisor(folder: Path) -> None:
    """When `up` itself is killed, nothing of it lives on."""
    with LiveService(folder, web=1) as service:
        pids = service.pids()
        service.process.kill()
        service.process.wait(5)
        until = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in pids.values()):
            assert time.monotonic() < until, "a child was left behind"
            time.sleep(0.05)


def test_a_killed_service_is_started_again_at_once(folder: Path) -> None:
    """Whoever starts it at the same port, the moment after it was killed, need not try twice; parts
    of files that the killed one left are gone."""
    with LiveService(folder, web=1) as service:
        part = folder / "epochs" / ".new-abc"
        part.write_bytes(b"half")
        port = service.base.rpartition(":")[2]
        service.process.kill()
        service.process.wait(5)
        with LiveService(folder, "--port", port, web=1) as again:
            assert again.base == service.base
            again.viewer().slate()
            assert not part.exists()


def test_a_dead_child_is_started_again_within_a_second(folder: Path) -> None:
    """A killed writer is replaced by another process in less than 1 s."""
    with LiveService(folder, web=1) as service:
        pid = service.pids()["writer"]
        os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        while service.pids()["writer"] in (pid, 0):
            assert time.monotonic() - began < 1.0
            time.sleep(0.01)
        service.viewer().slate()


class _HeldUp(LiveService):
    """One whose worker is stopped before it has prepared anything, until nobody was answered."""

    def _read_greeting(self) -> None:
        until = time.monotonic() + READY_S
        while not (self.root / "run" / "pids").exists() or not self.pids().get("worker"):
            assert time.monotonic() < until, self.errors()
            time.sleep(0.01)
        worker = self.pids()["worker"]
        os.kill(worker, signal.SIGSTOP)
        try:
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(f"http://127.0.0.1:{self._argv[-1]}/healthz", timeout=4)
        finally:
            os.kill(worker, signal.SIGCONT)
        super()._read_greeting()

    def await_ready(self) -> None:
        """Whoever comes as soon as the address is told must be served."""


def test_nobody_is_let_in_before_there_is_something_to_serve_from(tmp_path: Path) -> None:
    """Who asks a service that has just been started for the first time waits; then whichever of its
    web processes takes a connection opens a session."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with _HeldUp(tmp_path, "--port", port, web=2) as service:
        for _ in range(10):
            service.viewer()


def test_a_second_service_on_one_folder_is_refused(folder: Path) -> None:
    """The second `up` names the process that holds the folder and what to do."""
    with LiveService(folder, web=1) as service:
        second = run("up", "--data", str(folder), "--port", "0")
        assert second.returncode == 1
        assert f"process {service.process.pid}" in second.stderr
        assert "--data" in second.stderr
        reset = run("reset", "--data", str(folder), "--yes")
        assert reset.returncode == 1
        assert "stop it first" in reset.stderr


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    """A taken port is named, with another to try, and no process is left."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = run("up", "--data", str(tmp_path / "data"), PORT=port)
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert "--port" in ended.stderr
    assert not (tmp_path / "data" / "plainview.db").exists()


def test_a_newer_folder_is_left_alone(tmp_path: Path) -> None:
    """Data of a later version is refused with what to do."""
    db = open_to_write(tmp_path / "plainview.db")
    db.execute(f"PRAGMA user_version = {newest_schema() + 1}")
    db.close()
    ended = run("up", "--port", "0", PLAINVIEW_DATA_DIR=str(tmp_path))
    assert ended.returncode == 1
    assert "newer Plainview" in ended.stderr


def test_an_older_folder_is_left_alone(tmp_path: Path) -> None:
    """Data of an earlier version is refused with what to do, and can be reset."""
    db = open_to_write(tmp_path / "plainview.db")
    db.execute(f"PRAGMA user_version = {OLDEST_SCHEMA - 1}")
    db.close()
    ended = run("up", "--port", "0", PLAINVIEW_DATA_DIR=str(tmp_path))
    assert ended.returncode == 1
    assert "earlier Plainview" in ended.stderr
    assert f".venv/bin/plainview reset --data {tmp_path}" in ended.stderr
    assert run("reset", "--yes", PLAINVIEW_DATA_DIR=str(tmp_path)).returncode == 0


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    """A data folder under a file is refused with what to do."""
    (tmp_path / "file").write_text("")
    ended = run("up", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert ended.returncode == 1
    assert "cannot be written" in ended.stderr


def test_an_open_host_prints_a_code_for_the_phone(folder: Path) -> None:
    """With HOST=0.0.0.0 there is an address for the network and a QR code."""
    with LiveService(folder, "--host", "0.0.0.0", web=1) as service:
        text = "".join(service.output)
        assert "On your phone  http://" in text
        assert any(block in text for block in "█▀▄")


def test_reset_deletes_what_was_kept(folder: Path) -> None:
    """Without --yes and without an answer nothing goes; with it, everything Plainview kept."""
    (folder / "mine.txt").write_text("not Plainview's")
    assert run("reset", "--data", str(folder)).returncode == 1
    assert (folder / "plainview.db").exists()
    assert run("reset", "--data", str(folder), "--yes").returncode == 0
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]

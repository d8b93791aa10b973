"""The jail holds, for root and for others; its self-test can fail; nothing outlives its caller."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from plainview.edge._jailed_start import session_nice
from plainview.edge.jail import (
    AT_ONCE,
    BEHIND_ALL,
    GIVES_WAY,
    MECHANISMS,
    Jail,
    JailedRun,
    JailLimits,
    JailMissing,
    Mechanism,
    Niceness,
    find_bubblewrap,
    find_jail,
    jailed_python,
    python_reads,
)
from tests.e2e import media_samples

ROOT = Path(__file__).parents[2]
CHECKED = {
    "network",
    "read_outside",
    "write_outside",
    "write_source",
    "memory",
    "processes",
    "environment",
    "own_folder",
    "nothing_outside",
}


class _Open(Jail):
    """No jail at all: the program is simply run."""

    def run(self, argv: Sequence[str], **rest: Any) -> JailedRun:
        run = subprocess.run(argv, capture_output=True, check=False)
        return JailedRun(
            ended_by="exit", exit_code=run.returncode, stdout=run.stdout, stderr=run.stderr
        )


class _Shut(Jail):
    """A jail that cannot be started."""

    def run(self, argv: Sequence[str], **rest: Any) -> JailedRun:
        raise PermissionError("not allowed here")


def test_a_jail_is_found_and_every_attempt_failed() -> None:
    """On this machine, as this user, one mechanism holds against all nine attempts."""
    _, report = find_jail()
    assert {check.name for check in report.checks} == CHECKED
    assert report.is_held


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_self_test_sees_an_open_door(mechanism: Mechanism) -> None:
    """Without a jail the self-test names each thing that got through."""
    script = ROOT / "src/plainview/edge/_jailed_tries.py"
    before = script.read_bytes()
    report = _Open(mechanism).self_test()
    assert script.read_bytes() == before
    held = {check.name for check in report.checks if check.is_held}
    assert not report.is_held
    assert held <= {"own_folder"}


def test_jail_that_cannot_start_is_not_held() -> None:
    """A mechanism that the machine forbids is reported with the machine's own words."""
    report = _Shut("landlock").self_test()
    assert not report.is_held
    assert "not allowed here" in report.checks[0].detail


def test_no_jail_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing holds the error says so, and what to change."""
    monkeypatch.setattr("plainview.edge.jail.Jail", _Shut)
    with pytest.raises(JailMissing, match=r"Uploads are closed.*user namespaces.*Landlock"):
        find_jail()


SELF_TEST = """
import json, os
from plainview.edge.jail import MECHANISMS, Jail
found = {m: [c.name for c in Jail(m).self_test().checks if not c.is_held] for m in MECHANISMS}
print(json.dumps({"uid": os.getuid(), "let_through": found}))
"""


def test_holds_for_an_ordinary_user() -> None:
    """Whoever runs the tests, a user without any privilege is held by one mechanism or both."""
    # Root becomes that user inside a view of the machine in which Python and this tree lie where
    # anyone may read them.
    paths = [str(ROOT / "src"), *(path for path in sys.path if path.endswith("site-packages"))]
    argv = [sys.executable, "-c", SELF_TEST]
    if os.geteuid() == 0:
        bubblewrap = find_bubblewrap()
        assert bubblewrap is not None
        places = {sys.base_prefix: "/tmp/view/python"}
        places |= {path: f"/tmp/view/path{at}" for at, path in enumerate(paths)}
        view = ["--perms", "1777", "--tmpfs", "/tmp", "--perms", "0755", "--dir", "/tmp/view"]
        binds = [part for real, place in places.items() for part in ("--ro-bind", real, place)]
        paths = [places[path] for path in paths]
        inside = Path(sys.executable).resolve().relative_to(Path(sys.base_prefix).resolve())
        interpreter = str(Path(places[sys.base_prefix]) / inside)
        become = "import os,sys; os.setgroups([]); os.setgid(65534); os.setuid(65534); "
        argv = [
            *(bubblewrap, "--dev-bind", "/", "/", *view, *binds),
            *(
                "--cap-add",
                "ALL",
                interpreter,
                "-c",
                become + "os.execv(sys.argv[1], sys.argv[1:])",
            ),
            *(interpreter, "-c", SELF_TEST),
        ]
    run = subprocess.run(
        argv,
        env={"PYTHONPATH": os.pathsep.join(paths), "TMPDIR": "/tmp", "PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["uid"] != 0
    assert [] in found["let_through"].values(), found


WAITS = """
import os, sys, time
print("here", flush=True)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.02)
"""


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("nice", [AT_ONCE, GIVES_WAY, BEHIND_ALL])
def test_what_is_jailed_gives_way(mechanism: Mechanism, nice: Niceness, tmp_path: Path) -> None:
    """Each of its processes is nicer than the caller, and so is its session, where the kernel
    shares the machine out by sessions."""
    jail, here, seen = Jail(mechanism), threading.Event(), tmp_path / "seen"
    argv = [jailed_python(), "-I", "-S", "-c", WAITS, str(seen)]
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            jail.run, argv, reads=[*python_reads()], writes=tmp_path, limits=JailLimits(wall_s=60),
            on_line=lambda _: here.set(), nice=nice,
        )  # fmt: skip
        assert here.wait(60)
        try:
            found = {pid: _niceness(pid) for pid in _encoders(tmp_path)}
        finally:
            seen.touch()
        assert running.result().is_ok
    own = _niceness(os.getpid())
    assert found
    assert set(found.values()) == {_nicer(own, by=nice)}


def test_gives_way_to_who_is_in_no_session(tmp_path: Path) -> None:
    """Init, and what descends from it without a session of its own, has no group to be read."""
    start = "import sys; from plainview.edge._jailed_start import give_way; give_way(3, 4, 1); "
    ready = tmp_path / "ready"
    child = subprocess.Popen(
        [sys.executable, "-c", start + f"open({str(ready)!r}, 'w').close(); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    with child:
        while not ready.exists():
            assert child.poll() is None
            time.sleep(0.02)
        found = _niceness(child.pid)
        child.communicate(b"")
    theirs = Niceness(process=_niceness(os.getpid()).process, session=_niceness(1).session)
    assert found == _nicer(theirs, by=Niceness(process=3, session=4))


def _niceness(pid: int) -> Niceness:
    """The session's is 19, what `_nicer` wants at most, where the kernel has no such groups."""
    process = os.getpriority(os.PRIO_PROCESS, pid)
    try:
        return Niceness(process=process, session=session_nice(pid))
    except OSError:
        return Niceness(process=process, session=19)


def _nicer(own: Niceness, by: Niceness) -> Niceness:
    return Niceness(
        process=min(own.process + by.process, 19), session=min(own.session + by.session, 19)
    )


RUNNER = """
import sys
from pathlib import Path
from plainview.core.media.plan import MediaLimits
from plainview.edge.ffmpeg import FfmpegTools
from plainview.edge.jail import Jail
from plainview.flows.make_renditions import make_renditions
tools = FfmpegTools(Jail(sys.argv[1]))
source, work = Path(sys.argv[2]), Path(sys.argv[3])
list(make_renditions(source, tools=tools, limits=MediaLimits(), work=work,
                     on_progress=lambda done: print(done, flush=True)))
"""


def _encoders(folder: Path) -> list[int]:
    """The processes that have a file of `folder` on their command line, our own aside."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in line:
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_nothing_outlives_a_killed_runner(mechanism: Mechanism, tmp_path: Path) -> None:
    """SIGKILL in the middle of encoding leaves no process, no half file, and work that resumes."""
    if not Jail(mechanism).self_test().is_held:
        pytest.fail(f"{mechanism} does not hold on this machine")
    work = tmp_path / "work"
    work.mkdir()
    source = media_samples.with_tone(tmp_path / "source.mp4", size="720x1280", s=8)
    argv = [sys.executable, "-c", RUNNER, mechanism, str(source), str(work)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        assert runner.stdout.readline().strip().isdigit()
        assert len(_encoders(tmp_path)) > 1
        runner.send_signal(signal.SIGKILL)
        runner.wait()
    deadline = time.monotonic() + 5
    while _encoders(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _encoders(tmp_path) == []
    assert not list(work.glob("*.mp4"))
    again = subprocess.run(argv, env=env, check=False, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert sorted(path.name for path in work.iterdir()) == [
        "360.mp4",
        "540.mp4",
        "720.mp4",
        "poster.jpg",
    ]

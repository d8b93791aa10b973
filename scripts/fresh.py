"""Prove the two commands on a bare machine: `make fresh`.

Clones HEAD into a temporary folder and works there as a newcomer would: an ordinary user (a
temporary one when this is started by root), an empty home, an empty environment, and a PATH with
Python, git, make and a shell's basics on it and nothing else. Node, ffmpeg, Chromium, bubblewrap,
a compiler and databases are out of sight, whatever this machine has. Then:

    make run    from the clone to the first full slate whose first video answers; then Ctrl-C
    make run    again: the second start
    make test   with a Chromium in sight, which is all that the browser tests may find

Of the environment only what tells pip and npm where this machine's packages come from is passed
on (`passed_on`). The exit code is 0 when every row of the table at the end holds.

Standard library only, and one idea in one file: it runs before anything is installed.

    python scripts/fresh.py [--keep] [--run-only]
"""

import argparse
import contextlib
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DEPENDENCIES_WITHIN_S = 1500
SLATE_WITHIN_S = 60
SECOND_START_WITHIN_S = 15
TEST_WITHIN_S = 900
STAMPS = ("server", "link", "npm")  # of the Makefile: Python's and npm's packages are in

# A shell's basics, which every Linux has, and what the README asks for.
IN_SIGHT = (
    *("sh", "bash", "env", "make", "git", "ls", "cat", "cp", "mv", "rm", "mkdir", "rmdir", "ln"),
    *("touch", "chmod", "dirname", "basename", "readlink", "realpath", "mktemp", "find", "xargs"),
    *("grep", "sed", "awk", "sort", "uniq", "head", "tail", "tr", "cut", "wc", "expand", "tee"),
    *("date", "sleep", "id", "uname", "getconf", "hostname", "ps", "kill", "printf", "echo"),
    *("du", "test", "[", "true", "false", "expr", "seq", "tar", "gzip", "which", "nproc", "stat"),
    "setsid",
)
HIDDEN = (
    *("node", "npm", "npx", "corepack", "ffmpeg", "ffprobe", "bwrap", "sqlite3", "psql"),
    *("chromium", "chromium-browser", "google-chrome", "gcc", "cc", "curl", "wget", "uv"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PASSED_ON = re.compile(
    r"PIP_.*|npm_config_.*|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE"
    r"|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS",
    re.IGNORECASE,
)


class NotProved(Exception):
    """A step did not come to its end; the message is for the person who reads the table."""


@dataclass(frozen=True)
class Row:
    """One line of the table: what was to be shown, what was seen, and whether that will do."""

    what: str
    seen: str
    is_good: bool


@dataclass
class Newcomer:
    """A clone and the person in front of it."""

    folder: Path
    user: int
    group: int
    python: Path
    programs: Path
    rows: list[Row] = field(default_factory=list)

    @property
    def checkout(self) -> Path:
        return self.folder / "plainview"

    def environment(self, **more: str) -> dict[str, str]:
        """All that the commands see; nothing of the caller's but `passed_on`."""
        return {
            "PATH": str(self.programs),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            **passed_on(dict(os.environ)),
            **more,
        }

    def start(self, *command: str, log: Path, **env: str) -> subprocess.Popen[bytes]:
        """Start a command in the clone, in a session of its own, its words into `log`."""
        asked: dict[str, Any] = {}
        if os.geteuid() == 0:
            asked = {"user": self.user, "group": self.group, "extra_groups": []}
        with log.open("wb") as out:
            return subprocess.Popen(
                command,
                cwd=self.checkout,
                env=self.environment(**env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **asked,
            )

    def show(self, what: str, seen: str, *, is_good: bool = True) -> None:
        self.rows.append(Row(what, seen, is_good))
        print(f"  {'ok' if is_good else 'NO':<3} {what}: {seen}", flush=True)


def passed_on(environ: dict[str, str]) -> dict[str, str]:
    """What pip and npm need to know of this machine to reach a registry.

    >>> sorted(passed_on({"PIP_CERT": "a", "https_proxy": "b", "PYTHONPATH": "c", "HOME": "d"}))
    ['PIP_CERT', 'https_proxy']
    """
    return {name: value for name, value in environ.items() if PASSED_ON.fullmatch(name)}


def read(*command: str | Path) -> str:
    """What a command prints."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def python_for(user: int, group: int) -> Path:
    """An interpreter that this user can start and that will do. Raises NotProved.

    Root's own Python may lie in a folder that nobody else can enter.
    """
    asked: dict[str, Any] = {}
    if os.geteuid() == 0:
        asked = {"user": user, "group": group, "extra_groups": []}
    code = "import os, sys, venv, ensurepip; print(os.path.realpath(sys.executable)); "
    code += "sys.exit(sys.version_info < (3, 11))"
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for name in [os.environ.get("PYTHON_BIN", ""), *(f"{folder}/python3" for folder in folders)]:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            if found := shutil.which(name):
                command = [found, "-c", code]
                told = subprocess.run(command, cwd="/", stdout=-1, text=True, check=True, **asked)
                return Path(told.stdout.strip())
    raise NotProved("no Python 3.11 with venv that an ordinary user can start; try PYTHON_BIN=...")


def lay_out_programs(folder: Path, python: Path, browser: str | None = None) -> None:
    """Fill a PATH folder with what a newcomer has, and a browser where one is allowed."""
    folder.mkdir()
    for name in IN_SIGHT:
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    # Not a link: an interpreter looks for its library beside the name it was called by.
    (folder / "python3").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    (folder / "python3").chmod(0o755)
    if browser:
        (folder / "chromium").symlink_to(browser)


@contextlib.contextmanager
def ordinary_user(home: Path) -> Iterator[tuple[int, int]]:
    """The ids of an ordinary user: this one, or for root one that is gone again afterwards."""
    if os.geteuid() != 0:
        yield os.getuid(), os.getgid()
        return
    name = f"newcomer{secrets.randbelow(10**6)}"
    add = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if add is None:  # a machine without the tool: a number without a name will do
        yield 61_000 + secrets.randbelow(1_000), 61_000
        return
    subprocess.run([add, "--no-create-home", "--home-dir", home, "-s", "/bin/sh", name], check=True)
    try:
        entry = pwd.getpwnam(name)
        yield entry.pw_uid, entry.pw_gid
    finally:
        subprocess.run([str(Path(add).with_name("userdel")), name], check=False)


@contextlib.contextmanager
def newcomer(*, is_kept: bool) -> Iterator[Newcomer]:
    """A temporary folder with a clone of HEAD, owned by an ordinary user."""
    folder = Path(tempfile.mkdtemp(prefix="plainview-fresh-"))
    folder.chmod(0o755)
    try:
        for name in ("home", "tmp"):
            (folder / name).mkdir()
        clone = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder / "plainview")]
        subprocess.run(clone, check=True)
        with ordinary_user(folder / "home") as (user, group):
            python = python_for(user, group)
            lay_out_programs(folder / "bin", python)
            for path in [folder, *folder.rglob("*")]:
                if not path.is_symlink():
                    os.chown(path, user, group)
            yield Newcomer(folder, user, group, python, folder / "bin")
    finally:
        if is_kept:
            print(f"\nkept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ------------------------------------------------------------------------- what the service says


def ask(url: str, body: object = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """One request; a POST when there is a body. A status is an answer, not an error."""
    sent = None if body is None else json.dumps(body).encode()
    headers = {"x-plainview": "1", "content-type": "application/json", **headers}
    try:
        request = urllib.request.Request(url, sent, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read(), dict(refused.headers)


def is_ready(address: str) -> bool:
    try:
        return ask(f"{address}/healthz")[0] == 200
    except OSError:
        return False


def first_slate(address: str) -> str:
    """Fetch a slate as a new viewer and the head of its first video. Raises NotProved."""
    status, data, headers = ask(f"{address}/api/v1/session", {})
    if status not in (200, 201):
        raise NotProved(f"POST /api/v1/session answered {status}: {data[:200]!r}")
    session = json.loads(data)
    wanted = {
        "policy": session["policies"][0]["name"],
        "number": session["next_number"],
        "nonce": secrets.token_hex(16),
        "last_event": session["events"]["n"],
        "size": session["slate_size"],
        "context": {"language": "en", "tz_min": 0, "age": "adult"},
    }
    cookie = headers.get("set-cookie", "").partition(";")[0]
    status, data, _ = ask(f"{address}/api/v1/slate", wanted, cookie=cookie)
    if status not in (200, 201):
        raise NotProved(f"POST /api/v1/slate answered {status}: {data[:300]!r}")
    videos = json.loads(data)["videos"]
    if len(videos) != session["slate_size"]:
        raise NotProved(f"the slate has {len(videos)} videos of {session['slate_size']}")
    smallest = min(videos[0]["renditions"], key=lambda r: int(r["short_edge"]))
    status, head, _ = ask(f"{address}{smallest['url']}", cookie=cookie, range="bytes=0-4095")
    if status != 206 or head[4:8] != b"ftyp":
        raise NotProved(f"the first video answered {status} and does not begin like an MP4")
    return f"{len(videos)} videos, the first begins to play ({smallest['short_edge']}p)"


# ---------------------------------------------------------------------------------- the commands


def last_lines(log: Path, count: int = 25) -> str:
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"    | {line}" for line in lines)


def processes_of(session: int, user: int | None = None) -> list[int]:
    """The processes that still belong to a session, or to a user of whom there is nothing else."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                is_theirs = user is not None and entry.stat().st_uid == user
                if is_theirs or os.getsid(int(entry.name)) == session:
                    found.append(int(entry.name))
    return found


def end(processes: list[int]) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def described(processes: list[int]) -> str:
    """What the processes are, in a line."""
    said = []
    for pid in processes:
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            said.append(b" ".join(words)[:60].decode(errors="replace").replace("\n", " ").strip())
    return "; ".join(said)


def wait_for(what: str, done: Any, *, within_s: float, service: subprocess.Popen[bytes]) -> None:
    """Poll until `done()`; NotProved when the time is up or the command ended."""
    until = time.monotonic() + within_s
    while not done():
        if service.poll() is not None:
            raise NotProved(f"`make run` ended with {service.returncode} before {what}")
        if time.monotonic() > until:
            raise NotProved(f"waited {within_s:.0f} s for {what}")
        time.sleep(0.1)


def stop(who: Newcomer, service: subprocess.Popen[bytes], name: str) -> None:
    """Ctrl-C, as a person would; then see that nothing is left."""
    began = time.monotonic()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(service.pid, signal.SIGINT)
    own = who.user if os.geteuid() == 0 else None
    while (left := processes_of(service.pid, own)) and time.monotonic() - began < 20:
        service.poll()
        time.sleep(0.1)
    took = f"gone after {time.monotonic() - began:.1f} s"
    if left:
        took = f"{len(left)} stayed for 20 s: {described(left)}"
    end(left)
    service.wait()
    who.show(f"Ctrl-C ends the {name} start", took, is_good=not left)


def first_start(who: Newcomer) -> None:
    """From a clone to a slate."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    log = who.folder / "run-1.log"
    began = time.time()
    service = who.start("make", "run", log=log, PORT=str(port))
    stamps = [who.checkout / ".venv" / ".stamps" / name for name in STAMPS]
    try:
        wait_for(
            "the packages",
            lambda: all(stamp.exists() for stamp in stamps),
            within_s=DEPENDENCIES_WITHIN_S,
            service=service,
        )
        packages_in = max(stamp.stat().st_mtime for stamp in stamps)
        who.show("make run: packages downloaded and installed", f"{packages_in - began:.0f} s")
        wait_for("/healthz", lambda: is_ready(address), within_s=300, service=service)
        seen = first_slate(address)
        took = time.time() - packages_in
        who.show("make run: the first slate", seen)
        what = f"  from packages to slate, at most {SLATE_WITHIN_S} s"
        who.show(what, f"{took:.1f} s", is_good=took <= SLATE_WITHIN_S)
    except NotProved:
        print(last_lines(log))
        raise
    finally:
        stop(who, service, "first")
    who.show("disk used by the checkout", f"{read('du', '-sm', who.checkout).split()[0]} MB")


def second_start(who: Newcomer) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    log = who.folder / "run-2.log"
    began = time.monotonic()
    service = who.start("make", "run", log=log, PORT=str(port))
    try:
        wait_for("/healthz", lambda: is_ready(address), within_s=120, service=service)
        first_slate(address)
        took = time.monotonic() - began
        what = f"make run again: to a slate, at most {SECOND_START_WITHIN_S} s"
        who.show(what, f"{took:.1f} s", is_good=took <= SECOND_START_WITHIN_S)
    except NotProved:
        print(last_lines(log))
        raise
    finally:
        stop(who, service, "second")


def all_tests(who: Newcomer) -> None:
    """`make test`, with the one browser that this machine has, or gets, in sight."""
    script = str(ROOT / "scripts" / "chromium.sh")
    found = subprocess.run(["sh", script], stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:
        raise NotProved("the browser tests have no Chromium (see above)")
    programs = who.folder / "bin-and-browser"
    lay_out_programs(programs, who.python, found.stdout.strip())
    log = who.folder / "test.log"
    began = time.monotonic()
    test = who.start("make", "test", log=log, PATH=str(programs))
    try:
        test.wait(timeout=3 * TEST_WITHIN_S)
    except subprocess.TimeoutExpired:
        raise NotProved(f"`make test` ran for over {3 * TEST_WITHIN_S} s") from None
    finally:
        end(processes_of(test.pid, who.user if os.geteuid() == 0 else None))
    took = time.monotonic() - began
    lines = log.read_text(errors="replace").splitlines()
    closing = [line for line in lines if re.search(r"\d+ (passed|failed)", line)]
    said = "; ".join([f"exit {test.returncode}", *closing])
    who.show("make test", said, is_good=not test.returncode)
    what = f"  on {os.cpu_count()} cores, at most {TEST_WITHIN_S} s"
    who.show(what, f"{took:.0f} s", is_good=took <= TEST_WITHIN_S)
    if test.returncode:
        print(last_lines(log, 60))


def describe(who: Newcomer) -> None:
    """The rows about the machine that the commands see."""
    who.show("a clone of", read("git", "rev-parse", "--short", "HEAD").strip())
    version = read(str(who.programs / "python3"), "--version").strip()
    who.show("Python, git and make", f"{version}, {read('git', '--version').strip()}")
    who.show("an ordinary user", f"uid {who.user}", is_good=who.user != 0)
    home = list((who.folder / "home").iterdir())
    who.show("an empty home", f"{len(home)} files", is_good=not home)
    names = sorted(passed_on(dict(os.environ)))
    who.show("of the environment only", ", ".join(names) or "nothing")
    seen = [name for name in HIDDEN if shutil.which(name, path=str(who.programs))]
    here = [name for name in HIDDEN if shutil.which(name)]
    said = f"none of {len(HIDDEN)} ({len(here)} are installed here: {', '.join(here)})"
    who.show("hidden programs on PATH", ", ".join(seen) or said, is_good=not seen)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--keep", action="store_true", help="leave the folder for a look")
    parser.add_argument("--run-only", action="store_true", help="leave `make test` out")
    asked = parser.parse_args(arguments)
    with newcomer(is_kept=asked.keep) as who:
        try:
            describe(who)
            first_start(who)
            second_start(who)
            if not asked.run_only:
                all_tests(who)
        except NotProved as failure:
            who.show("came to its end", str(failure), is_good=False)
        rows = list(who.rows)
    width = max(len(row.what) for row in rows)
    print()
    for row in rows:
        print(f"{'ok' if row.is_good else 'NO':<3} {row.what:<{width}}  {row.seen}")
    failed = sum(not row.is_good for row in rows)
    print(f"\n{'proved' if not failed else f'NOT proved: {failed} of {len(rows)} rows'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`DemoStudio` by the generators in `demo/` of the checkout, in child processes of their own.

A child lives on for the next clip, since starting one costs a second, and ends with this process:
its orders come through a pipe, and it is killed with the worker, in the middle of a clip too.
"""

import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import msgspec

from plainview.ports.demo import ClipNotMade, DemoClip, DemoCreator

CHECKOUT = Path(__file__).parents[3]
LIST_S = 120
LISTER = """
import base64, json
from demo.avatars import draw_avatar
from demo.catalog import CLIPS, CREATORS
print(json.dumps({
    "creators": [
        {"handle": c.handle, "name": c.name, "bio": c.bio,
         "avatar": base64.b64encode(draw_avatar(c.handle)).decode()} for c in CREATORS
    ],
    "clips": [
        {"key": c.key, "creator": c.creator, "topic": c.topic, "caption": c.caption,
         "tags": list(c.tags), "language": c.language} for c in CLIPS
    ],
}))
"""
MAKER = """
import ctypes, os, signal, sys
from pathlib import Path
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: never outlive the worker
if os.getppid() == 1:
    sys.exit()
os.nice(int(sys.argv[1]))
from demo.catalog import CLIP_BY_KEY
from demo.make import make_clip
for line in sys.stdin:
    key, path = line.rstrip("\\n").split("\\t", 1)
    try:
        make_clip(CLIP_BY_KEY[key], Path(path))
        print("made", flush=True)
    except Exception as error:
        print("failed", type(error).__name__, str(error)[:200].replace("\\n", " "), flush=True)
"""
NICE = 15


class NoDemo(Exception):
    """There are no generators here: the demo needs a checkout, not the installed package alone."""


class _Listed(msgspec.Struct):
    creators: list[DemoCreator]
    clips: list[DemoClip]


class ChildStudio:
    """`DemoStudio`. Close it to end its children."""

    def __init__(self, checkout: Path = CHECKOUT) -> None:
        self._checkout = checkout
        self._lock = threading.Lock()
        self._idle: dict[bool, list[subprocess.Popen[str]]] = {False: [], True: []}
        if not (checkout / "demo" / "catalog.py").is_file():
            raise NoDemo(f"there is no demo folder in {checkout}")

    @cached_property
    def _listed(self) -> _Listed:
        run = subprocess.run(
            [sys.executable, "-c", LISTER],
            cwd=self._checkout,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIST_S,
            check=False,
        )
        if run.returncode:
            raise NoDemo(f"the list of clips could not be read: {run.stderr.decode()[-400:]}")
        return msgspec.json.decode(run.stdout, type=_Listed)

    def creators(self) -> Sequence[DemoCreator]:
        """See `DemoStudio`."""
        return self._listed.creators

    def clips(self) -> Sequence[DemoClip]:
        """See `DemoStudio`."""
        return self._listed.clips

    def make(self, key: str, path: Path, *, is_background: bool) -> None:
        """See `DemoStudio`."""
        child = self._take(is_background=is_background)
        assert child.stdin is not None
        assert child.stdout is not None
        answer = ""
        with suppress(BrokenPipeError):
            child.stdin.write(f"{key}\t{path}\n")
            child.stdin.flush()
            answer = child.stdout.readline().strip()
        if not answer:
            self._end(child)
            raise ClipNotMade(f"{key}: its process ended")
        with self._lock:
            self._idle[is_background].append(child)
        if answer != "made":
            raise ClipNotMade(f"{key}: {answer}")

    def close(self) -> None:
        """End the children that are idle; those at work end when their clip is made."""
        with self._lock:
            idle = [child for children in self._idle.values() for child in children]
            self._idle = {False: [], True: []}
        for child in idle:
            self._end(child)

    def _take(self, *, is_background: bool) -> subprocess.Popen[str]:
        with self._lock:
            idle = self._idle[is_background]
            while idle:
                child = idle.pop()
                if child.poll() is None:
                    return child
        return subprocess.Popen(
            [sys.executable, "-c", MAKER, str(NICE if is_background else 0)],
            cwd=self._checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @staticmethod
    def _end(child: subprocess.Popen[str]) -> None:
        with suppress(OSError):
            if child.stdin:
                child.stdin.close()
        if child.stdout:
            child.stdout.close()
        child.terminate()
        child.wait(10)

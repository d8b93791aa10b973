"""Processes whose parent was killed before it could tie them to itself.

A jail that was just being set up when the worker was killed waits for ever for its other half. Such
a process becomes a child of the nearest ancestor that asks for orphans: of the supervisor.
"""

import ctypes
import os
import signal
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From now on, descendants of this process that lose their parent become its children."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(own: Container[int | None]) -> list[int]:
    """Kill all children of the main thread that are not its `own`; who they were.

    One that takes a moment to die is found, and reaped, by a later call. Nothing
    happens on a kernel that does not list children.
    """
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    ended = []
    with suppress(FileNotFoundError):
        for pid in map(int, listed.read_text().split()):
            if pid not in own:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, os.WNOHANG)
                ended.append(pid)
    return ended

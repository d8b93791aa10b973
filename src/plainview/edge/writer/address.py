"""Unix sockets by their files, wherever those lie.

The kernel takes at most 107 bytes as a socket's name, and a data folder may lie deeper than that.
So the folder is opened, and the socket named from there.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BACKLOG = 64


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of `path` that fits, while the context lasts."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen_at(path: Path) -> socket.socket:
    """A socket that listens at `path`, for its owner alone; what was there before is gone."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(path) as name:
            listener.bind(name)
        path.chmod(0o600)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def connect_to(path: Path) -> socket.socket:
    """A connection to who listens at `path`. Raises: OSError: nobody does."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(path) as name:
            sock.connect(name)
    except BaseException:
        sock.close()
        raise
    return sock

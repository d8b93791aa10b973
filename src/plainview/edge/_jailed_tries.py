"""What the self-test tries from inside a jail: each of these must fail. Prints one line of JSON.

Run as a script with the standard library alone: `python -I -S _jailed_tries.py PLANTED OUTSIDE OWN
PORT MEMORY_BYTES`.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

_ENVIRONMENT = {"LC_ALL", "LC_CTYPE", "PWD"}


def _connect(port: int) -> str:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        line.connect(("127.0.0.1", port))
    return "connected"


def _fork() -> str:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "forked"


def _take_memory(size_bytes: int) -> str:
    taken = bytearray(size_bytes)
    taken[-1] = 1
    return f"{len(taken)} bytes taken"


def _write(path: Path) -> str:
    path.write_bytes(b"x")
    return f"wrote {path.name}"


def _tried(trial: Callable[[], str]) -> str | None:
    """None when it failed, as it should; else what it managed to do."""
    try:
        return trial()
    except (OSError, MemoryError):
        return None


def main(planted: str, outside: str, own: str, port: int, memory_bytes: int) -> None:
    done = {
        "network": _tried(lambda: _connect(port)),
        "read_outside": _tried(lambda: Path(planted).read_text()),
        "write_outside": _tried(lambda: _write(Path(outside) / "written")),
        "write_source": _tried(lambda: _write(Path(sys.argv[0]))),
        "memory": _tried(lambda: _take_memory(memory_bytes)),
        "processes": _tried(_fork),
        "environment": ",".join(sorted(set(os.environ) - _ENVIRONMENT)) or None,
        "own_folder": None if _tried(lambda: _write(Path(own) / "written")) else "refused",
    }
    sys.stdout.write(json.dumps(done) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))

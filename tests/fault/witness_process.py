"""A witness that kills itself with SIGKILL at one moment of one request.

    python -m tests.fault.witness_process DIR PORT MOMENT COUNT

MOMENT is `before` the COUNTth head is written, `half` before the COUNTth fsync (each head has two:
its file's, its folder's), `renamed` before the COUNTth head's folder is synced, `kept` once it is
durable, or `signed` when the cosignature is made and not sent.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plainview.app.witness.command import open_witness
from plainview.app.witness.server import WitnessServer
from plainview.edge import witness_folder
from plainview.flows import witness_checkpoint as flow
from tests.sample_logs import LOG_KEY


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(real: Callable[..., Any], count: int, *, is_after: bool) -> Callable[..., Any]:
    """`real`, with a death at its `count`th call."""
    left = [count]

    def called(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == 0 and not is_after:
            die()
        done = real(*args, **kwargs)
        if left[0] == 0:
            die()
        return done

    return called


def main(folder: Path, port: int, moment: str, count: int) -> None:
    """Serve until the moment comes."""
    witness = open_witness(folder, logs=[LOG_KEY.vkey()])
    held: Any = witness_folder._HeldFile
    owner, name, is_after = {
        "before": (held, "keep", False),
        "half": (os, "fsync", False),
        "renamed": (witness_folder, "sync_folder", False),
        "kept": (held, "keep", True),
        "signed": (flow, "cosign_text", True),
    }[moment]
    setattr(owner, name, dying(getattr(owner, name), count, is_after=is_after))
    with WitnessServer(("127.0.0.1", port), witness) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))

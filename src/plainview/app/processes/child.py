"""What every child does: end when told, and when its supervisor is gone."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

LIFELINE = "PLAINVIEW_LIFELINE"
"""The environment variable with the number of a pipe whose other end the supervisor holds."""
GRACE_S = 2.0


def begin(name: str) -> None:
    """Set up logging, and end with the supervisor even if that was killed."""
    logging.basicConfig(
        level=os.environ.get("PLAINVIEW_LOG", "WARNING"),
        format=f"%(asctime)s {name}[%(process)d] %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    lifeline = os.environ.pop(LIFELINE, None)
    if lifeline is not None:
        threading.Thread(target=_watch, args=(int(lifeline),), daemon=True).start()


def _watch(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_S)
    os._exit(1)


def when_told(stop: Callable[[], object]) -> None:
    """Call `stop` on SIGTERM. Ctrl-C reaches the whole terminal: the supervisor's to answer."""
    signal.signal(signal.SIGTERM, lambda *_: stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)

"""After the feed and the uploads: everything served so far is worked out again.

Runs, by its name, before `test_villain`, whose slates are meant to differ.
"""

import os
import subprocess
import sys

from tests.live import SOURCE, LiveService


def test_every_receipt_of_the_session_replays(service: LiveService) -> None:
    """`plainview replay --all`, in another process while the service runs, finds no mismatch."""
    done = subprocess.run(
        [sys.executable, "-m", "plainview.app.cli", "replay", "--all", "--data",
         str(service.root)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

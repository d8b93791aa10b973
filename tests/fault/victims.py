"""Programs that die by SIGKILL at a named moment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(program: str, root: Path, at: str) -> int:
    """How `tests.fault.PROGRAM`, which was to die at `at`, ended on the folder `root`."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", f"tests.fault.{program}", str(root), at],
        check=False, capture_output=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode

"""The makers of demonstration clips: real children, which end with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from plainview.edge.demo import ChildStudio
from tests.live import SOURCE

BEGUN_S = 60.0
OWNER = """
import sys
from pathlib import Path
from plainview.edge.demo import ChildStudio
studio = ChildStudio()
child = studio._take(is_background=True)
print(child.pid, flush=True)
studio._idle[True].append(child)
studio.make(sys.argv[1], Path(sys.argv[2]), is_background=True)
"""


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_clip_in_the_making_ends_with_its_maker(tmp_path: Path) -> None:
    """When the worker is killed while a clip is drawn, the drawing ends within seconds."""
    key = ChildStudio().clips()[-1].key
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, key, str(tmp_path / "clip.mp4")],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert owner.stdout is not None
    child = int(owner.stdout.readline())
    until = time.monotonic() + BEGUN_S
    while not list(tmp_path.glob(".clip-*/errors.txt")):  # opened as the encoder is started
        assert time.monotonic() < until, "nothing is drawn"
        time.sleep(0.05)
    assert is_alive(child)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    until = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(child)

"""What a killed process leaves running is ended by the supervisor."""

import json
import subprocess
import sys
from pathlib import Path

PARENT = """
import json, subprocess, sys, time
from plainview.app.processes.orphans import adopt_orphans, end_orphans

adopt_orphans()
own = subprocess.Popen(["sleep", "60"])
lost = int(subprocess.check_output(["sh", "-c", "sleep 60 >/dev/null & echo $!"]))
ended = end_orphans({own.pid})
for _ in range(200):
    if not end_orphans({own.pid}):
        break
    time.sleep(0.02)
print(json.dumps([ended == [lost], own.poll() is None, lost]))
own.kill()
own.wait()
"""


def test_orphans_are_ended_and_children_are_not() -> None:
    """A process whose parent has gone is killed and reaped; a child of one's own lives on."""
    run = subprocess.run(
        [sys.executable, "-c", PARENT], check=True, capture_output=True, text=True, timeout=30
    )
    *held, lost = json.loads(run.stdout)
    assert held == [True, True]
    assert not Path(f"/proc/{lost}").exists()

"""What the running learner learns a second, and where its time goes.

    python -m bench.learning [VIEWERS [SLATES]]         200 viewers with 20 slates each by default

An edition with the real database is lived in first, and nothing of that is measured. Then a
process of its own goes through what the learner process does, on the parts that it is wired from
and with a real writer process: it gathers all receipts, and makes ticks of windows of 2,000, 20,000
and 200,000 examples offered (see `_learner`). For the last there are copies of the gathered
examples that other viewers have; of each window the recipe chooses 50,000 at most, 64 of a viewer.

An event is learned when the receipts around it have become examples and a tick was made of those:
so an event costs its share of gathering, and its share of a tick. A slate of 8 that is watched has
17 events and more. Beside it, on the same chosen examples, the same network by SGD of numpy on its
BLAS, and LightGBM where it is installed (the group `peers-sim`).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import make_key
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.edge.writer.client import WriterClient
from plainview.flows.gather_lessons import SETTLE_MS
from plainview.flows.learn_tick import examples_in
from plainview.ports.learning import KeepLessons, Lesson
from plainview.ports.view import OpenSession
from tests.learning_edition import LearningEdition

VIDEOS, ROUNDS = 3_000, 5
WANTED = 226_000
"""Examples that must wait, for a window of 200,000 after the smaller ones, and what is held out."""
AT_ONCE = 500
KEY = bytes(range(32))
"""That of `FixedSigner`."""


def live(root: Path, *, viewers: int, slates: int) -> int:
    """Let an edition be lived in; the moment when all of its receipts are old enough."""
    edition = LearningEdition(root, videos=VIDEOS, viewers=viewers, recipe=STARTING_RECIPE)
    make_key(DataFolder(root).keys, KEY)
    edition.db.execute("PRAGMA synchronous = OFF")  # nobody measures this part
    for turn in range(slates):
        edition.swipe(1)
        edition.clock.now += 10_000 if turn % ROUNDS == 0 else 100
    edition.clock.now += STARTING_RECIPE.label_ms + SETTLE_MS
    edition.settle()
    edition.close()
    return edition.clock.now


@contextmanager
def writer_of(root: Path) -> Iterator[int]:
    """A writer process; its pid."""
    command = [sys.executable, "-m", "plainview.app.processes.writer", str(root)]
    with subprocess.Popen(command) as process:
        while not DataFolder(root).socket.exists():
            time.sleep(0.01)
        yield process.pid
        process.terminate()


def copy_lessons(root: Path) -> int:
    """Let WANTED examples wait, in copies of what was gathered; how many were gathered."""
    reads = SqliteIntakeReads(DataFolder(root).database)
    learning, writer = SqliteLearningReads(reads), WriterClient(DataFolder(root).socket)
    gathered = learning.lessons(0, 1 << 60)
    upto = learning.gathered().upto_seq
    count = sum(one.count for one in gathered)
    for copy in range(1, -(-WANTED // count)):
        for viewer in sorted({_other(one.viewer, copy) for one in gathered}):
            token = digest_of(viewer.encode())
            writer.submit(OpenSession(token_hash=token, viewer=viewer, at_ms=1))
        for at in range(0, len(gathered), AT_ONCE):
            copies = [
                _copied(one, copy, seq=upto + k)
                for k, one in enumerate(gathered[at : at + AT_ONCE], 1)
            ]
            writer.submit(
                KeepLessons(
                    after_seq=upto, upto_seq=upto + len(copies), receipts=0, passed_over=0,
                    lessons=tuple(copies), faults=(),
                )
            )  # fmt: skip
            upto += len(copies)
    writer.close()
    return count


def _other(viewer: ViewerId, copy: int) -> ViewerId:
    return ViewerId(f"{copy:02x}{viewer[2:]}")


def _copied(lesson: Lesson, copy: int, *, seq: int) -> Lesson:
    viewer, examples = _other(lesson.viewer, copy), examples_in([lesson]).copy()
    examples["viewer"] = np.frombuffer(bytes.fromhex(viewer), dtype=np.uint8)
    examples["receipt"][:, 0] ^= copy
    return Lesson(seq, viewer, lesson.count, lesson.at_ms, examples.tobytes())


def main() -> int:
    """Live, then measure in a process of its own."""
    viewers = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    slates = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as name:
        root, began = Path(name), time.perf_counter()
        now_ms = live(root, viewers=viewers, slates=slates)
        print(f"lived     {viewers} viewers with {slates} slates of 8 each over {VIDEOS:,} videos,"
              f" in {time.perf_counter() - began:.0f} s", flush=True)  # fmt: skip
        with writer_of(root) as pid:
            for part in ("gather", "learn"):
                command = [sys.executable, "-m", "bench._learner", part, name, str(now_ms)]
                status = subprocess.run([*command, str(pid)], check=False).returncode
                if status:
                    return status
                if part == "gather":
                    copy_lessons(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())

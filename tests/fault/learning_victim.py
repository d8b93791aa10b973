"""A learner that kills itself at a stated moment: `python -m tests.fault.learning_victim ROOT AT`.

It gathers and makes one tick of the folder at ROOT, whose clock stands at NOW in `ROOT/now`. AT is
where a SIGKILL reaches it: before anything is stored, after each file, in the middle of the tick,
inside the writer's transaction, after its commit and before the answer, or nowhere.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plainview.core.terms.ids import Digest
from plainview.edge.data_folder import DataFolder
from plainview.edge.files import LocalEpochFiles, LocalObjects
from plainview.edge.memory import SetClock
from plainview.edge.sqlite.carrying import CARRIED_OUT_BY
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.flows import learn_tick
from plainview.flows.learn_tick import Learner
from plainview.ports.learning import RecordTick
from tests.learning_edition import SHORT_RECIPE

MOMENTS = (
    "before", "recipe stored", "window read", "made", "weights stored", "state stored",
    "lineage stored", "in the transaction", "committed", "nowhere",
)  # fmt: skip
assert CARRYING


def die() -> None:
    """As `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingObjects(LocalObjects):
    """Dies after the n-th file was stored."""

    def __init__(self, folder: Path, *, after: int) -> None:
        super().__init__(folder)
        self._after, self._put = after, 0

    def put(self, data: bytes) -> Digest:
        """Store, then die if it is time."""
        digest = super().put(data)
        self._put += 1
        if self._put == self._after:
            die()
        return digest


class DyingWriter(DirectWriter):
    """Dies after the commit, before the answer."""

    def __init__(self, group: GroupCommit, *, dies: bool) -> None:
        super().__init__(group)
        self._dies = dies

    def submit(self, command: Any) -> Any:
        """Carry out, then die."""
        answer = super().submit(command)
        if self._dies and isinstance(command, RecordTick):
            die()
        return answer


def then_die(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, and death before its caller learns what it gave."""

    def dying(*arguments: Any, **more: Any) -> Any:
        function(*arguments, **more)
        die()

    return dying


def main(root: Path, at: str) -> None:
    """Learn, and die at `at`."""
    folder = DataFolder(root)
    reads = SqliteIntakeReads(folder.database)
    stored = ["recipe stored", "weights stored", "state stored", "lineage stored"]
    objects = DyingObjects(folder.objects, after=stored.index(at) + 1 if at in stored else 0)
    for moment, name in (("window read", "window_of"), ("made", "make_tick")):
        if at == moment:
            setattr(learn_tick, name, then_die(getattr(learn_tick, name)))
    if at == "in the transaction":
        carrying: dict[Any, Any] = CARRIED_OUT_BY
        carrying[RecordTick] = then_die(carrying[RecordTick])
    writer = DyingWriter(GroupCommit(open_to_write(folder.database)), dies=at == "committed")
    if at == "before":
        die()
    Learner(
        SHORT_RECIPE, every_ms=1, examples_min=1, learning=SqliteLearningReads(reads),
        reads=reads, files=LocalEpochFiles(folder.epochs), objects=objects, writer=writer,
        clock=SetClock(int((root / "now").read_text())),
    ).learn_if_due()  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

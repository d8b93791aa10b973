"""A learner of lines that kills itself: `python -m tests.fault.lines_victim ROOT AT`.

It makes the main tick that is due in the folder at ROOT, then the ticks that lines lack, at the
time in `ROOT/now`. AT is where a SIGKILL reaches it: after the main tick, in the middle of a line,
after its files, inside the writer's transaction, between the lines, or nowhere.
"""

import sys
from pathlib import Path
from typing import Any

from plainview.edge.data_folder import DataFolder
from plainview.edge.files import LocalEpochFiles, LocalObjects
from plainview.edge.memory import SetClock
from plainview.edge.sqlite.carrying import CARRIED_OUT_BY
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.edge.sqlite.lines import SqliteLineReads
from plainview.flows import learn_lines
from plainview.flows.learn_lines import LineLearner
from plainview.flows.learn_tick import Learner
from plainview.ports.lines import RecordLineTick
from tests.fault.learning_victim import die, then_die
from tests.learning_edition import SHORT_RECIPE

MOMENTS = (
    "main tick made", "window read", "first made", "first stored", "first in the transaction",
    "first committed", "second made", "second in the transaction", "second committed", "nowhere",
)  # fmt: skip
assert CARRYING


def _then_die(name: str) -> None:
    setattr(learn_lines, name, then_die(getattr(learn_lines, name)))


class CountingWriter(DirectWriter):
    """Dies before or after the n-th line tick is committed."""

    def __init__(self, group: GroupCommit, at: str) -> None:
        super().__init__(group)
        self._at = at
        self._ticks = 0

    def submit(self, command: Any) -> Any:
        """Carry out, and die when it is time."""
        if not isinstance(command, RecordLineTick):
            return super().submit(command)
        self._ticks += 1
        name = ("first", "second")[self._ticks - 1]
        if self._at == f"{name} stored":
            die()
        if self._at == f"{name} in the transaction":
            carrying: dict[Any, Any] = CARRIED_OUT_BY
            carrying[RecordLineTick] = then_die(carrying[RecordLineTick])
        answer = super().submit(command)
        if self._at == f"{name} committed":
            die()
        if name == "first" and self._at == "second made":
            _then_die("make_line_tick")
        return answer


def main(root: Path, at: str) -> None:
    """Learn, and die at `at`."""
    folder = DataFolder(root)
    reads = SqliteIntakeReads(folder.database)
    learning, clock = SqliteLearningReads(reads), SetClock(int((root / "now").read_text()))
    shared: dict[str, Any] = {
        "learning": learning, "reads": reads, "files": LocalEpochFiles(folder.epochs),
        "objects": LocalObjects(folder.objects), "clock": clock,
        "writer": CountingWriter(GroupCommit(open_to_write(folder.database)), at),
    }  # fmt: skip
    if learning.gathered().ticks == 3:
        Learner(SHORT_RECIPE, every_ms=1, examples_min=1, **shared).learn_if_due()
    if at == "main tick made":
        die()
    if at == "window read":
        _then_die("window_of")
    if at == "first made":
        _then_die("make_line_tick")
    lines = LineLearner(lines=SqliteLineReads(reads), **shared)
    while lines.learn_if_due() is not None:
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

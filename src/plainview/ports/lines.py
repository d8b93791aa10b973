"""Lines: what each recipe that an experiment's arm names has learned, beside the main line.

A line learns the windows of the main ticks made while its experiment is under way, one after the
other; its tick of a window has the number of the main tick. It begins with the main weights in use
and ends with its experiment.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from plainview.core.terms.ids import Digest
from plainview.ports.commands import Command, Done
from plainview.ports.learning import Published, TickRecord


class LineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it stands. `weights` are its newest, published when it had made the tick `since`;
    `learned` is the number of its last tick, `begun` how many main ticks there were before it."""

    line: str
    experiment: str
    recipe: Digest
    weights: Digest
    begun: int
    since: int
    learned: int


class BeginLines(Command[Done], frozen=True, kw_only=True):
    """Begin the lines of an experiment that is under way, each with the main weights in use, and
    log it. Those that have begun stay as they are.

    Refused: `no_experiment`. `not_under_way`: it is not at `at_ms`.
    """

    experiment: str
    at_ms: int


class RecordLineTick(Command[Done], frozen=True, kw_only=True):
    """Record a line's tick and publish its weights in the line, unless it gives a reason not to:
    both or nothing. The files it names are stored before. The same again changes nothing.

    Refused: `tick_taken`: its number is not the line's next, there is no main tick of that number,
    or that has another window. `parent_moved`: its parent is not the line's newest. `line_ended`:
    the experiment is over. Then nothing of it is to be kept: look again.
    """

    line: str
    tick: TickRecord


class LineReads(Protocol):
    """What is read of lines. Each call sees all that was acknowledged before it."""

    def lines_at(self, now_ms: int) -> Sequence[LineRecord]:
        """The lines that have begun of the experiment that divides viewers at `now_ms`, by name."""
        ...

    def lines(self) -> Sequence[LineRecord]:
        """All lines that ever began, in that order."""
        ...

    def line_tick(self, line: str, number: int) -> TickRecord | None:
        """The line's tick of that number."""
        ...

    def line_ticks(self, line: str, *, before: int, count: int) -> Sequence[TickRecord]:
        """The last `count` ticks of a line with a number below `before`, newest first."""
        ...

    def line_published(self, line: str) -> Sequence[Published]:
        """All weights of a line in order; the `origin` of the first is `beginning`."""
        ...

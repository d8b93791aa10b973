"""The lawful order of lines: what a recipe of an experiment learned, and the epochs that name it.

A part of the fold of `lawful.py`. A line begins with the main weights in use, goes on parent by
parent, and ends with its experiment; an epoch frozen while the experiment is under way names its
lines, all of them, and any other epoch none.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from plainview.core.history.entries import EpochFrozen, Experiment, LineWeights

SLACK_MS: Final = 10_000
"""How long after an experiment begins, and about its end, an epoch may still be as before."""

Words = tuple[str, str]
"""A rule, and words for what breaks it."""


class LinesOrder:
    """What a log has established of lines so far."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self._logged: set[tuple[str, str]] = set()
        self._bare: dict[str, EpochFrozen] = {}

    def take(
        self, entry: LineWeights, *, declared: Experiment | None, is_ended: bool, main: str
    ) -> Iterator[Words]:
        """Fold weights of a line in. `main` are the main weights published last, "" for none."""
        if declared is None or entry.line not in declared.lines:
            yield "line_undeclared", f"no experiment declared a line {entry.line!r}"
        elif is_ended:
            yield "line_undeclared", f"line {entry.line!r} went on after its experiment had ended"
        last = self._last.get(entry.line)
        if entry.is_beginning and last is not None:
            yield "line_parent", f"line {entry.line!r} begins a second time"
        elif entry.parent != (main if last is None else last):
            due = main if last is None else last
            words = f"weights with parent {entry.parent[:12]}… in line {entry.line!r}"
            yield "line_parent", f"{words}, where {due[:12]}… were the last"
        elif last is None and not entry.is_beginning:
            yield "line_parent", f"line {entry.line!r} does not begin with the main weights"
        self._last[entry.line] = entry.digest
        self._logged.add((entry.line, entry.digest))

    def epoch(self, entry: EpochFrozen, *, near: Sequence[Experiment]) -> Iterator[Words]:
        """Fold an epoch in. `near`: the experiments under way at its time, or just over."""
        for line, digest in entry.line_weights:
            if (line, digest) not in self._logged:
                words = f"epoch {entry.number} ranks in line {line!r} by weights never logged in it"
                yield "line_unlogged", words
        named = [line for line, _ in entry.line_weights]
        if named and named not in [list(one.lines) for one in near]:
            told = f"epoch {entry.number} names lines {', '.join(named)}"
            yield "epoch_lines", f"{told}, which are not those of an experiment under way"
        for one in near:
            if one.lines and not named and entry.frozen_ms >= one.from_ms + SLACK_MS:
                self._bare.setdefault(one.name, entry)

    def ended(self, name: str, *, ended_ms: int) -> Iterator[Words]:
        """Fold the end of an experiment in: till then nobody outside knows when it was over."""
        bare = self._bare.pop(name, None)
        if bare is not None and bare.frozen_ms < ended_ms - SLACK_MS:
            words = f"epoch {bare.number} names no line of experiment {name!r}, then under way"
            yield "epoch_lines", words

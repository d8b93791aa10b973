"""Verify lines: make the ticks of experiments' lines again, and hold what they published to it."""

from collections.abc import Iterator

from plainview.core.history import LineWeights, parse_entry
from plainview.core.learn import LearnError
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.flows.learn_lines import make_line_tick
from plainview.flows.learn_tick import FilesDiffer
from plainview.flows.read_epoch import NoEpoch
from plainview.flows.verify_tick import (
    DIFFERS,
    FORGOTTEN,
    SAME,
    Outcome,
    differs,
    first_difference,
    not_made,
    not_whole,
    same_bytes,
)
from plainview.ports.learning import LearningReads, TickRecord
from plainview.ports.lines import LineReads, LineRecord
from plainview.ports.objects import NoObject, Objects
from plainview.ports.serving import EpochFiles, ServingReads
from plainview.ports.tlog import LogReads


class LineVerifier:
    """Looks at all lines that ever began. Changes nothing."""

    def __init__(
        self,
        *,
        learning: LearningReads,
        lines: LineReads,
        log: LogReads,
        reads: ServingReads,
        files: EpochFiles,
        objects: Objects,
    ) -> None:
        self._learning = learning
        self._lines = lines
        self._log = log
        self._reads = reads
        self._files = files
        self._objects = objects

    def tick(self, number: int) -> Iterator[Outcome]:
        """What each line made of the window of main tick `number`, made again and compared."""
        for line in self._lines.lines():
            record = self._lines.line_tick(line.line, number)
            if record is not None:
                yield self._again(line, record)

    def ticks(self) -> Iterator[Outcome]:
        """Every tick of every line, in order; and that each line learned every window once, the
        one that the main line learned."""
        for line in self._lines.lines():
            parent = self._lines.line_published(line.line)[0].digest
            for number in range(line.begun + 1, line.learned + 1):
                what = f"tick {number} of {line.line}"
                record = self._lines.line_tick(line.line, number)
                main = self._learning.tick(number)
                if record is None or main is None:
                    yield differs(what, "it is missing, and later ones are there")
                    continue
                windows = [(o.after_seq, o.upto_seq) for o in (record.order, main.order)]
                if windows[0] != windows[1]:
                    yield differs(what, f"it learned {windows[0]}, the main line {windows[1]}")
                if record.order.parent != parent:
                    yield differs(what, "it does not begin with what the line published last")
                parent = record.made.weights if record.is_published else parent
                yield self._again(line, record)

    def published(self) -> Iterator[Outcome]:
        """What each line published: whole, made by its ticks, and logged as it is."""
        bodies = self._log.entries_of(("line_weights",), first=0, before=self._log.entries_count())
        entries = [entry for body in bodies if isinstance(entry := parse_entry(body), LineWeights)]
        for line in self._lines.lines():
            what = f"line {line.line}"
            told = [(one.digest, one.lineage) for one in entries if one.line == line.line]
            published = self._lines.line_published(line.line)
            found = []
            if told != [(one.digest, one.lineage) for one in published]:
                found.append("the log names other weights than are stored as published")
            made = [NO_DIGEST, *self._published_by_ticks(line)]
            if [one.lineage for one in published] != made:
                found.append("its ticks published others than it names")
            found.append(not_whole([one.digest for one in published], objects=self._objects))
            amiss = [words for words in found if words]
            yield from (differs(what, words) for words in amiss)
            if not amiss:
                yield Outcome(what=what, outcome=SAME, words=f"{len(published) - 1} published")

    def _published_by_ticks(self, line: LineRecord) -> Iterator[Digest]:
        for number in range(line.begun + 1, line.learned + 1):
            record = self._lines.line_tick(line.line, number)
            if record is not None and record.is_published:
                yield record.made.lineage

    def _again(self, line: LineRecord, record: TickRecord) -> Outcome:
        outcome, words = self._made_again(line, record)
        what = f"tick {record.order.number} of {line.line}"
        return Outcome(what=what, outcome=outcome, words=words)

    def _made_again(self, line: LineRecord, record: TickRecord) -> tuple[str, str]:
        if record.order.after_seq < self._learning.pruned_seq():
            return FORGOTTEN
        try:
            again = make_line_tick(
                line.line, record.order, learning=self._learning, lines=self._lines,
                reads=self._reads, files=self._files, objects=self._objects,
            )  # fmt: skip
        except (NoObject, NoEpoch, FilesDiffer, LearnError) as error:
            return not_made(error)
        words = first_difference(record, again)
        if not words and record.is_published:
            files = (record.made.weights, record.made.state, record.made.lineage)
            words = not_whole(files, objects=self._objects)
        return (DIFFERS, words) if words else (SAME, same_bytes(record))

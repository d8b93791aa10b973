"""Verify lines: make the ticks of experiments' lines again, and hold what they published to it."""

from collections.abc import Iterator

from plainview.core.history import LineWeights, parse_entry
from plainview.core.learn import LearnError
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.flows.learn_lines import make_line_tick
from plainview.flows.learn_tick import FilesDiffer, stored
from plainview.flows.read_epoch import NoEpoch
from plainview.flows.verify_tick import (
    DIFFERS,
    GONE,
    SAME,
    Outcome,
    first_difference,
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
                    yield _differs(what, "it is missing, and later ones are there")
                    continue
                windows = [(o.after_seq, o.upto_seq) for o in (record.order, main.order)]
                if windows[0] != windows[1]:
                    yield _differs(what, f"it learned {windows[0]}, the main line {windows[1]}")
                if record.order.parent != parent:
                    yield _differs(what, "it does not begin with what the line published last")
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
            if told != [(one.digest, one.lineage) for one in published]:
                yield _differs(what, "the log names other weights than are stored as published")
            made = [NO_DIGEST, *self._published_by_ticks(line)]
            if [one.lineage for one in published] != made:
                yield _differs(what, "its ticks published others than it names")
            words = "".join(self._whole(one.digest) for one in published)
            if words:
                yield _differs(what, words)
            yield Outcome(what=what, outcome=SAME, words=f"{len(published) - 1} published")

    def _published_by_ticks(self, line: LineRecord) -> Iterator[Digest]:
        for number in range(line.begun + 1, line.learned + 1):
            record = self._lines.line_tick(line.line, number)
            if record is not None and record.is_published:
                yield record.made.lineage

    def _again(self, line: LineRecord, record: TickRecord) -> Outcome:
        what = f"tick {record.order.number} of {line.line}"
        if record.order.after_seq < self._learning.pruned_seq():
            return _gone(what, "its examples were forgotten, as the retention says")
        try:
            again = make_line_tick(
                line.line, record.order, learning=self._learning, lines=self._lines,
                reads=self._reads, files=self._files, objects=self._objects,
            )  # fmt: skip
        except NoObject as error:
            return _gone(what, f"the file {error} is not stored")
        except NoEpoch as error:
            return _gone(what, f"{error} is not stored")
        except (FilesDiffer, LearnError) as error:
            return _differs(what, f"it cannot be made again: {error}")
        words = first_difference(record, again)
        if not words and record.is_published:
            files = (record.made.weights, record.made.state, record.made.lineage)
            words = "".join(self._whole(digest) for digest in files)
        if words:
            return _differs(what, words)
        told = "published" if record.is_published else record.made.reason
        counts = f"{record.made.chosen} of {record.made.examples} examples"
        return Outcome(what=what, outcome=SAME, words=f"{told}; {counts}, the same bytes")

    def _whole(self, digest: Digest) -> str:
        try:
            stored(digest, objects=self._objects)
        except (FilesDiffer, NoObject) as error:
            return f"what it made is not what is stored: {error}"
        return ""


def _differs(what: str, words: str) -> Outcome:
    return Outcome(what=what, outcome=DIFFERS, words=words)


def _gone(what: str, words: str) -> Outcome:
    return Outcome(what=what, outcome=GONE, words=words)

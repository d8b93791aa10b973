"""Verify: make ticks again from what is stored, and hold what was published against them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from plainview.core.history import WeightsPublished, parse_entry
from plainview.core.learn import LearnError, starting_weights
from plainview.core.learn.lineage_file import parse_restored
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.flows.judge_tick import MadeFiles
from plainview.flows.learn_tick import FilesDiffer, NotYet, make_tick, stored
from plainview.flows.read_epoch import NoEpoch
from plainview.ports.learning import LearningReads, Published, TickRecord
from plainview.ports.objects import NoObject, Objects
from plainview.ports.serving import EpochFiles, ServingReads
from plainview.ports.tlog import LogReads

SAME: Final = "same"
DIFFERS: Final = "differs"
GONE: Final = "gone"
"""What it was made from is not stored any more: nothing is shown either way."""


class NoTick(Exception):
    """There is no tick of that number. The message says which there are."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of looking at `what`, in words for people."""

    what: str
    outcome: str
    words: str


class TickVerifier:
    """Looks at stored ticks and at what was published. Changes nothing."""

    def __init__(
        self,
        *,
        learning: LearningReads,
        log: LogReads,
        reads: ServingReads,
        files: EpochFiles,
        objects: Objects,
    ) -> None:
        self._learning = learning
        self._log = log
        self._reads = reads
        self._files = files
        self._objects = objects

    def tick(self, number: int) -> Outcome:
        """Make tick `number` again and compare weights, state and lineage. Raises: NoTick."""
        record = self._learning.tick(number)
        if record is None:
            last = self._learning.gathered().ticks
            raise NoTick(f"There is no tick {number}; the last is {last}.")
        outcome, words = self._again(record)
        return Outcome(what=f"tick {number}", outcome=outcome, words=words)

    def ticks(self) -> Iterator[Outcome]:
        """Every tick in order, and that each began where the one before ended."""
        end = 0
        for number in range(1, self._learning.gathered().ticks + 1):
            record = self._learning.tick(number)
            if record is None:
                yield differs(f"tick {number}", "it is missing, and later ones are there")
                continue
            if record.order.after_seq != end:
                words = f"its window begins at {record.order.after_seq}, the one before ended at "
                yield differs(f"tick {number}", f"{words}{end}")
            end = record.order.upto_seq
            yield self.tick(number)

    def published(self) -> Iterator[Outcome]:
        """All weights ever published: whole, made by whom the log says, and logged as they are."""
        published = self._learning.published()
        logged = self._log.entries_of(("weights",), first=0, before=self._log.entries_count())
        stated = [_as_logged(body) for body in logged]
        known = [(one.digest, one.origin, one.lineage, one.recipe) for one in published]
        if stated and stated != known:
            yield differs("the log", "it names other weights than are stored as published")
        for place, one in enumerate(published):
            what = f"weights {one.digest[:12]}…, published {one.n}."
            words = self._whole(one) or self._origin(one, published[:place])
            told = {"imported": "made elsewhere: there is nothing to make again"}
            yield (
                differs(what, words)
                if words
                else Outcome(what=what, outcome=SAME, words=told.get(one.origin, one.origin))
            )

    # ------------------------------------------------------------------------------------- ticks

    def _again(self, record: TickRecord) -> tuple[str, str]:
        order, made = record.order, record.made
        if order.history_after_seq < self._learning.pruned_seq():
            return FORGOTTEN
        try:
            again = make_tick(
                order, learning=self._learning, reads=self._reads, files=self._files,
                objects=self._objects,
            )  # fmt: skip
        except NotYet as error:
            again = MadeFiles(made=msgspec.structs.replace(made, reason=str(error)))
        except (NoObject, NoEpoch, FilesDiffer, LearnError) as error:
            return not_made(error)
        words = first_difference(record, again) or self._kept(record)
        return (DIFFERS, words) if words else (SAME, same_bytes(record))

    def _kept(self, record: TickRecord) -> str:
        """Words if what a tick made is not what is kept of it."""
        made = record.made
        kept: tuple[Digest, ...] = () if made.lineage == NO_DIGEST else (made.lineage,)
        if record.is_published:
            kept = (made.weights, made.state, *kept)
        words = not_whole(kept, objects=self._objects)
        if words:
            return words
        named = {(one.digest, one.lineage, one.ticks) for one in self._learning.published()}
        is_there = (made.weights, made.lineage, record.order.number) in named
        if is_there != record.is_published:
            return f"it {'was' if record.is_published else 'was not'} to be published"
        return ""

    # --------------------------------------------------------------------------------- published

    def _whole(self, one: Published) -> str:
        try:
            stored(one.digest, objects=self._objects)
        except FilesDiffer as error:
            return str(error)
        except NoObject:
            return "the file is not stored"
        return ""

    def _origin(self, one: Published, before: Sequence[Published]) -> str:
        if one.origin == "learned":
            record = self._learning.tick(one.ticks)
            if record is None or not record.is_published:
                return "no tick published them"
            if (record.made.weights, record.made.lineage) != (one.digest, one.lineage):
                return f"tick {one.ticks} made others"
            return ""
        if one.origin == "restored":
            return self._restored(one, before)
        if one.origin == "starting" and one.digest != digest_of(starting_weights()):
            return "they are not the starting weights of this program"
        return ""

    def _restored(self, one: Published, before: Sequence[Published]) -> str:
        try:
            told = parse_restored(stored(one.lineage, objects=self._objects))
        except (FilesDiffer, NoObject, LearnError) as error:
            return f"nothing says why they were restored: {error}"
        if told.candidate.weights != one.digest or told.parent.weights != before[-1].digest:
            return "the document of their return is of others"
        if one.digest not in {earlier.digest for earlier in before}:
            return "they were never published before they were restored"
        return ""


def _as_logged(body: bytes) -> tuple[str, str, str, str]:
    entry = parse_entry(body)
    assert isinstance(entry, WeightsPublished), "it was asked for by its type"
    return entry.digest, entry.origin, entry.lineage, entry.recipe


FORGOTTEN: Final = (GONE, "its examples were forgotten, as the retention says")


def not_made(error: Exception) -> tuple[str, str]:
    """(outcome, words) of a tick that could not be made again."""
    if isinstance(error, NoObject):
        return GONE, f"the file {error} is not stored"
    if isinstance(error, NoEpoch):
        return GONE, f"{error} is not stored"
    return DIFFERS, f"it cannot be made again: {error}"


def same_bytes(record: TickRecord) -> str:
    """Words for a tick that was made again to the same bytes."""
    told = "published" if record.is_published else record.made.reason
    return f"{told}; {record.made.chosen} of {record.made.examples} examples, the same bytes"


def not_whole(kept: Iterable[Digest], *, objects: Objects) -> str:
    """Words if a file that a tick made is not stored as it was."""
    try:
        for digest in kept:
            stored(digest, objects=objects)
    except (FilesDiffer, NoObject) as error:
        return f"what it made is not what is stored: {error}"
    return ""


def first_difference(record: TickRecord, again: MadeFiles) -> str:
    """Words for the first thing in which a tick made again is not as it was recorded."""
    for name in ("weights", "state", "lineage", "reason", "examples", "held_out", "chosen"):
        was, found = getattr(record.made, name), getattr(again.made, name)
        if was != found:
            return f"its {name} was {was}, made again it is {found}"
    return ""


def differs(what: str, words: str) -> Outcome:
    """`what` is not as it should be."""
    return Outcome(what=what, outcome=DIFFERS, words=words)

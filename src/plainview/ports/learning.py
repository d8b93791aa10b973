"""What is learned from: examples as they were gathered, ticks, and what was published of them.

An example belongs to a receipt, and a receipt has a place: that of its `served` event in the order
of counting (`seq`). Windows are runs of places, so that a tick is told again by a few numbers.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId
from plainview.ports.commands import Command, Done


class ServedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt at its place."""

    seq: int
    viewer: ViewerId
    receipt: bytes
    signature: bytes


class Lesson(msgspec.Struct, frozen=True, array_like=True):
    """The examples of one receipt: `records` are `count` of them, packed as learn-v1 says."""

    seq: int
    viewer: ViewerId
    count: int
    at_ms: int
    records: bytes


class LessonFault(msgspec.Struct, frozen=True, array_like=True):
    """A receipt that nothing was learned from, because what it says could not be made again."""

    seq: int
    receipt: Digest
    reason: str
    at_ms: int


class KeepLessons(Command[Done], frozen=True, kw_only=True):
    """Keep what the receipts after `after_seq` up to `upto_seq` taught, and move the cursor there.

    `passed_over` of them were not looked at, since their viewer had taught enough already. Keeping
    the same again changes nothing. Refused: `lessons_taken`: the cursor is not at `after_seq`.
    """

    after_seq: int
    upto_seq: int
    receipts: int
    passed_over: int
    lessons: tuple[Lesson, ...]
    faults: tuple[LessonFault, ...]


class TickOrder(msgspec.Struct, frozen=True, kw_only=True):
    """All that one tick is made from, so that it can be made again.

    It learns from the examples after `after_seq` up to `upto_seq`, and is judged on those after
    `held_after_seq` up to `held_upto_seq`; what its viewers watched before is looked up in the
    examples after `history_after_seq`, up to where its own begin. `since` is how many ticks there
    were when its parent was published. `epoch` was frozen for the parent: videos move from where
    they stand there, and shifts are told on it under the policy of that digest.
    """

    number: int
    history_after_seq: int
    after_seq: int
    upto_seq: int
    held_after_seq: int
    held_upto_seq: int
    since: int
    parent: Digest
    parent_state: Digest | None
    recipe: Digest
    epoch: int
    policy: Digest


class MadeTick(msgspec.Struct, frozen=True, kw_only=True):
    """What a tick came to. `reason` is "" if it may be published, else why it is dropped; all
    digests are zeros if it could not be made at all."""

    weights: Digest = NO_DIGEST
    state: Digest = NO_DIGEST
    lineage: Digest = NO_DIGEST
    reason: str
    examples: int
    held_out: int
    chosen: int = 0
    viewers: int = 0
    newest_ms: int = 0


class TickRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A tick as it was recorded; `took_ms` of the machine's time."""

    order: TickOrder
    made: MadeTick
    at_ms: int
    took_ms: int

    @property
    def is_published(self) -> bool:
        """Whether its weights were published."""
        return not self.made.reason


class RecordTick(Command[Done], frozen=True, kw_only=True):
    """Record a tick, move the cursor to its `upto_seq`, and publish its weights unless it gives a
    reason not to: all of it or nothing.

    `recipe_name` stands in the log. The files it names are stored before. Recording the same again
    changes nothing. Refused: `tick_taken`: its number is not the next or its window does not begin
    at the cursor; `parent_moved`: other weights were published meanwhile. Then nothing of it is to
    be kept: look again.
    """

    tick: TickRecord
    recipe_name: str


class RestoreWeights(Command[Done], frozen=True, kw_only=True):
    """Publish earlier weights again, in the place of `parent`; `lineage` is the document that says
    why. Restoring the same again changes nothing.

    Refused: `parent_moved`: `parent` are not the weights in use; `never_published`: `digest` are
    none that ever were.
    """

    digest: Digest
    parent: Digest
    lineage: Digest
    recipe_name: str
    at_ms: int


class PruneLessons(Command[Done], frozen=True, kw_only=True):
    """Forget the examples of receipts up to the place `upto_seq`, all of them learned or passed
    over. Refused: `not_learned`: some are beyond the cursor."""

    upto_seq: int


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """Weights as they were published, `n` from 1; `ticks` had been made by then."""

    n: int
    digest: Digest
    recipe: str
    origin: str
    lineage: Digest
    ticks: int
    at_ms: int


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """How many examples wait at one place, and whose."""

    seq: int
    viewer: ViewerId
    count: int


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """How far learning is.

    Receipts up to `upto_seq` were gathered, `receipts` of them since the beginning, `passed_over`
    of these not looked at; those up to `learned_seq` were part of a tick. `faults` receipts could
    not be made again.
    """

    upto_seq: int
    learned_seq: int
    receipts: int
    passed_over: int
    faults: int
    ticks: int


class LearningReads(Protocol):
    """What is read of learning. Each call sees all that was acknowledged before it."""

    def gathered(self) -> Gathered:
        """From one snapshot."""
        ...

    def receipts_after(self, seq: int, *, count: int) -> Sequence[ServedReceipt]:
        """The next `count` receipts in order of place. Cost: grows with the events passed."""
        ...

    def chain_part(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:
        """The canonical events `after` + 1 .. `upto` of a viewer's chain, or fewer if it ends."""
        ...

    def waiting(self, after_seq: int) -> Sequence[Waiting]:
        """The places after `after_seq` that have examples, in order."""
        ...

    def lessons(self, after_seq: int, upto_seq: int) -> Sequence[Lesson]:
        """The lessons there, in order of place."""
        ...

    def pruned_seq(self) -> int:
        """Up to where lessons were forgotten, 0: none were."""
        ...

    def lessons_bytes(self) -> int:
        """How much the examples kept take."""
        ...

    def first_tick_after(self, seq: int) -> TickRecord | None:
        """The first tick whose window ends after that place."""
        ...

    def lesson_faults(self, *, count: int) -> Sequence[LessonFault]:
        """The newest faults, newest first."""
        ...

    def tick(self, number: int) -> TickRecord | None:
        """The tick of that number."""
        ...

    def ticks(self, *, before: int, count: int) -> Sequence[TickRecord]:
        """The last `count` ticks with a number below `before`, newest first."""
        ...

    def published(self) -> Sequence[Published]:
        """All weights ever published, in order."""
        ...

    def in_use(self) -> Published | None:
        """The newest of them."""
        ...

    def learned_by(self, weights: Digest) -> TickRecord | None:
        """The newest tick that published `weights`; None: they are from elsewhere."""
        ...

    def examples_learned(self, *, since_ms: int) -> int:
        """Examples that were offered to ticks recorded since then."""
        ...

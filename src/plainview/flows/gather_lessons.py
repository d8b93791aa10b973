"""Gather lessons: what receipts that are old enough taught, made again from what they name."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from plainview.audit.evidence import SignedReceipt
from plainview.audit.inputs import EpochInUse, Finding, OpenedEpochs, check_weights
from plainview.audit.replay import Replayer
from plainview.core.events import BrokenChain, EventRefused, empty_state, fold, parse_event
from plainview.core.feed import FeedRefused, Index
from plainview.core.learn import LearnError
from plainview.core.learn.recipe import Recipe
from plainview.core.lessons import (
    FOLLOWING_MAX,
    FeaturesDiffer,
    LessonRefused,
    examples_of,
    is_drawn,
)
from plainview.core.policy import PolicyRefused, compile_policy
from plainview.core.receipts import BadReceipt, Receipt, parse_receipt, receipt_id
from plainview.core.terms.epoch import LINES_MAX
from plainview.core.terms.ids import Digest, ViewerId
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import Event, ViewerState
from plainview.core.terms.weights import Weights
from plainview.flows.check_receipts import StoredEvidence
from plainview.flows.kept_states import KeptStates
from plainview.ports.clock import Clock
from plainview.ports.commands import Writer
from plainview.ports.learning import (
    KeepLessons,
    LearningReads,
    Lesson,
    LessonFault,
    ServedReceipt,
)

LOG = logging.getLogger(__name__)

SETTLE_MS: Final = 10_000
"""So long after the last moment that counts a receipt is left alone: an event gets its time before
it is written, and whoever hands it in waits this long for an answer."""
RECEIPTS_MAX: Final = 200
"""Receipts in one step, and so in one command."""
VIEWER_WAITING_MAX: Final = 1_024
"""Examples of one viewer that wait for a tick. Of somebody who has as many nothing more is looked
at until the next: a flood of one viewer costs no more than this, in time and on disk."""
EPOCHS_KEPT: Final = 2
STATES_KEPT: Final = 1_000_000
"""Entries of viewers' states, some 100 MB."""
EVENTS_KEPT: Final = 100_000
"""Events read once for all receipts that they follow; some 40 MB."""
REPLAYS_KEPT: Final = 500
"""After so many replays what they kept of viewers is given back."""


class LessonGatherer:
    """Turns receipts into examples, in the order in which they were served.

    One thread at a time; a second process that does the same is refused by the writer and looks
    again. What it keeps in memory it can lose.
    """

    def __init__(
        self,
        *,
        reads: LearningReads,
        evidence: StoredEvidence,
        public_keys: Sequence[bytes],
        writer: Writer,
        clock: Clock,
        recipe: Recipe,
    ) -> None:
        self._reads = reads
        self._evidence = evidence
        self._writer = writer
        self._clock = clock
        self._recipe = recipe
        self._public_keys = public_keys
        self._epochs = OpenedEpochs(kept=EPOCHS_KEPT)
        self._replayer, self._replays = self._new_replayer(), 0
        self._weights: dict[Digest, Weights] = {}
        self._policies: dict[Digest, Policy] = {}
        self._states = KeptStates(entries=STATES_KEPT)
        self._read = EventsRead(reads, kept=EVENTS_KEPT)

    def _new_replayer(self) -> Replayer:
        return Replayer(self._evidence, public_keys=self._public_keys, epochs=self._epochs)

    def newest_index(self) -> Index | None:
        """That of the epoch opened last."""
        return self._epochs.newest_built()

    def gather(self) -> int:
        """Take the next receipts that are old enough; how many those were.

        Raises: Refused: another gathered meanwhile. WriterGone.
        """
        at = self._reads.gathered()
        ripe = self._ripe(self._reads.receipts_after(at.upto_seq, count=RECEIPTS_MAX))
        if not ripe:
            # What comes next begins there, and a tick needs the memory: half a gigabyte an epoch
            # of a million videos.
            self._epochs.forget_all_but_newest()
            self._evidence.forget_epochs_but_newest()
            return 0
        waiting: dict[ViewerId, int] = {}
        for one in self._reads.waiting(at.learned_seq):
            waiting[one.viewer] = waiting.get(one.viewer, 0) + one.count
        lessons: list[Lesson] = []
        faults: list[LessonFault] = []
        passed_over = 0
        for served, receipt in ripe:
            if waiting.get(served.viewer, 0) >= VIEWER_WAITING_MAX:
                passed_over += 1
                continue
            try:
                lesson = self._lesson(served, receipt)
            except _Fault as fault:
                faults.append(self._told(served, str(fault)))
                continue
            if lesson.count:
                lessons.append(lesson)
                waiting[served.viewer] = waiting.get(served.viewer, 0) + lesson.count
        self._writer.submit(
            KeepLessons(
                after_seq=at.upto_seq,
                upto_seq=ripe[-1][0].seq,
                receipts=len(ripe),
                passed_over=passed_over,
                lessons=tuple(lessons),
                faults=tuple(faults),
            )
        )
        return len(ripe)

    def _ripe(self, served: Sequence[ServedReceipt]) -> list[tuple[ServedReceipt, Receipt | None]]:
        """Those before the first that is too young, and what they say: nothing if one is no
        receipt."""
        before_ms = self._clock.now_ms() - self._recipe.label_ms - SETTLE_MS
        ripe: list[tuple[ServedReceipt, Receipt | None]] = []
        for one in served:
            receipt: Receipt | None = None
            with suppress(BadReceipt):
                receipt = parse_receipt(one.receipt)
            if receipt is not None and receipt.now_ms > before_ms:
                break
            ripe.append((one, receipt))
        return ripe

    def _told(self, served: ServedReceipt, reason: str) -> LessonFault:
        receipt = receipt_id(served.receipt)
        LOG.error("nothing is learned from receipt %s: %s", receipt, reason)
        return LessonFault(served.seq, receipt, reason, self._clock.now_ms())

    def _lesson(self, served: ServedReceipt, receipt: Receipt | None) -> Lesson:
        """What one receipt taught. Raises: _Fault: it cannot be made again."""
        if receipt is None:
            raise _Fault("it is no receipt")
        if is_drawn(receipt_id(served.receipt)):
            self._replay(served)
        try:
            state = self._state(receipt)
            examples = examples_of(
                served.receipt,
                index=self._index(receipt),
                policy=self._policy(receipt),
                state=state,
                after=self._read.part(receipt.viewer, after=state.n, upto=state.n + FOLLOWING_MAX),
                label_ms=self._recipe.label_ms,
                receipt=receipt,
            )
        except FeaturesDiffer as error:
            raise _Fault("other features than were served") from error
        except (LessonRefused, EventRefused, BrokenChain, FeedRefused, PolicyRefused) as error:
            raise _Fault(f"other inputs than it names: {error}") from error
        return Lesson(served.seq, served.viewer, len(examples), receipt.now_ms, examples.tobytes())

    def _replay(self, served: ServedReceipt) -> None:
        self._replays += 1
        if self._replays % REPLAYS_KEPT == 0:
            self._replayer = self._new_replayer()
        verdict = self._replayer.check(
            SignedReceipt(receipt=served.receipt, signature=served.signature)
        )
        if not verdict.is_same:
            raise _Fault(f"another slate by {verdict.stage}")

    def _index(self, receipt: Receipt) -> Index:
        weights = self._weights.get(receipt.weights)
        if weights is None:
            findings: list[Finding] = []
            weights = check_weights(receipt, self._evidence.weights(receipt.weights), findings)
            if weights is None:
                raise _Fault(f"its weights: {findings[0].detail}")
            while len(self._weights) > LINES_MAX:
                self._weights.pop(next(iter(self._weights)))
            self._weights[receipt.weights] = weights
        try:
            return self._epoch(receipt).index_for(weights, file_of=self._evidence.weights)
        except LearnError as error:
            raise _Fault(f"the weights of its epoch: {error}") from error

    def _epoch(self, receipt: Receipt) -> EpochInUse:
        given = self._evidence.epoch(receipt.epoch)
        if given is None:
            raise _Fault(f"epoch {receipt.epoch} is not stored")
        opened = self._epochs.opened(receipt.epoch, given)
        if opened.findings:
            raise _Fault(f"epoch {receipt.epoch}: {opened.findings[0].detail}")
        return opened

    def _policy(self, receipt: Receipt) -> Policy:
        digest = receipt.policy_digest
        if digest not in self._policies:
            data = self._evidence.policy(digest)
            if data is None:
                raise _Fault(f"policy {digest} is not stored")
            self._policies[digest] = compile_policy(data)
        return self._policies[digest]

    def _state(self, receipt: Receipt) -> ViewerState:
        """The fold that the receipt names; its head is checked where it is used."""
        viewer = receipt.viewer
        state = self._states.get(viewer)
        if state is None or state.n > receipt.events_n:
            state = empty_state(viewer)
        state = fold(state, self._read.part(viewer, after=state.n, upto=receipt.events_n))
        self._states.put(state)
        self._read.forget(viewer, upto=state.n)
        return state


class EventsRead:
    """Viewers' events as they were read, each once: of the newest `kept` or so."""

    def __init__(self, reads: LearningReads, *, kept: int) -> None:
        self._reads = reads
        self._most = kept
        self._kept: OrderedDict[ViewerId, tuple[int, list[Event]]] = OrderedDict()
        self._count = 0

    def part(self, viewer: ViewerId, *, after: int, upto: int) -> list[Event]:
        """Events `after` + 1 .. `upto`, as many of them as there are.

        Raises: EventRefused: one is none. BrokenChain: one is missing.
        """
        first, events = self._kept.get(viewer, (after, []))
        if after < first:
            self._drop(viewer)
            first, events = after, []
        last = first + len(events)
        if last < upto:
            bodies = self._reads.chain_part(viewer, after=last, upto=upto)
            new = [parse_event(body) for body in bodies]
            if any(event.n != n for n, event in enumerate(new, last + 1)):
                raise BrokenChain(f"an event after {last} is missing")
            events += new
            self._count += len(new)
            self._kept[viewer] = (first, events)
        if viewer in self._kept:
            self._kept.move_to_end(viewer)
        found = events[after - first : upto - first]
        while self._count > self._most and self._kept:
            self._drop(next(iter(self._kept)))
        return found

    def forget(self, viewer: ViewerId, *, upto: int) -> None:
        """Those up to event `upto` are not asked for again."""
        first, events = self._kept.get(viewer, (upto, []))
        gone = min(max(upto - first, 0), len(events))
        if gone:
            self._kept[viewer] = (first + gone, events[gone:])
            self._count -= gone

    def _drop(self, viewer: ViewerId) -> None:
        self._count -= len(self._kept.pop(viewer, (0, []))[1])


class _Fault(Exception):
    """A receipt could not be made again; the words say what was amiss."""

"""Gather lessons: what receipts that are old enough taught, made again from what they name."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from plainview.audit.evidence import EpochEvidence, SignedReceipt
from plainview.audit.inputs import EpochInUse, Finding, check_weights, open_epoch
from plainview.audit.replay import Replayer
from plainview.core.events import BrokenChain, EventRefused, empty_state, fold, parse_event
from plainview.core.feed import FeedRefused, Index
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
from plainview.core.terms.ids import Digest, ViewerId
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import ViewerState
from plainview.core.terms.weights import Weights
from plainview.flows.check_receipts import StoredEvidence
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
VIEWERS_KEPT: Final = 1_000
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
        self._replayer, self._replays = Replayer(evidence, public_keys=public_keys), 0
        self._weights: Weights | None = None
        self._epochs: OrderedDict[int, tuple[EpochEvidence, EpochInUse]] = OrderedDict()
        self._policies: dict[Digest, Policy] = {}
        self._states: OrderedDict[ViewerId, ViewerState] = OrderedDict()

    def gather(self) -> int:
        """Take the next receipts that are old enough; how many those were.

        Raises: Refused: another gathered meanwhile. WriterGone.
        """
        at = self._reads.gathered()
        ripe = self._ripe(self._reads.receipts_after(at.upto_seq, count=RECEIPTS_MAX))
        if not ripe:
            return 0
        waiting: dict[ViewerId, int] = {}
        for one in self._reads.waiting(at.learned_seq):
            waiting[one.viewer] = waiting.get(one.viewer, 0) + one.count
        lessons: list[Lesson] = []
        faults: list[LessonFault] = []
        passed_over = 0
        for served in ripe:
            if waiting.get(served.viewer, 0) >= VIEWER_WAITING_MAX:
                passed_over += 1
                continue
            try:
                lesson = self._lesson(served)
            except _Fault as fault:
                faults.append(self._told(served, str(fault)))
                continue
            if lesson.count:
                lessons.append(lesson)
                waiting[served.viewer] = waiting.get(served.viewer, 0) + lesson.count
        self._writer.submit(
            KeepLessons(
                after_seq=at.upto_seq,
                upto_seq=ripe[-1].seq,
                receipts=len(ripe),
                passed_over=passed_over,
                lessons=tuple(lessons),
                faults=tuple(faults),
            )
        )
        return len(ripe)

    def _ripe(self, served: Sequence[ServedReceipt]) -> list[ServedReceipt]:
        """Those before the first that is too young. One that is no receipt is a fault, below."""
        before_ms = self._clock.now_ms() - self._recipe.label_ms - SETTLE_MS
        ripe: list[ServedReceipt] = []
        for one in served:
            try:
                if parse_receipt(one.receipt).now_ms > before_ms:
                    break
            except BadReceipt:
                pass
            ripe.append(one)
        return ripe

    def _told(self, served: ServedReceipt, reason: str) -> LessonFault:
        receipt = receipt_id(served.receipt)
        LOG.error("nothing is learned from receipt %s: %s", receipt, reason)
        return LessonFault(served.seq, receipt, reason, self._clock.now_ms())

    def _lesson(self, served: ServedReceipt) -> Lesson:
        """What one receipt taught. Raises: _Fault: it cannot be made again."""
        try:
            receipt = parse_receipt(served.receipt)
        except BadReceipt as error:
            raise _Fault("it is no receipt") from error
        if is_drawn(receipt_id(served.receipt)):
            self._replay(served)
        after = self._reads.chain_part(
            receipt.viewer, after=receipt.events_n, upto=receipt.events_n + FOLLOWING_MAX
        )
        try:
            examples = examples_of(
                served.receipt,
                index=self._index(receipt),
                policy=self._policy(receipt),
                state=self._state(receipt),
                after=[parse_event(data) for data in after],
                label_ms=self._recipe.label_ms,
            )
        except FeaturesDiffer as error:
            raise _Fault("other features than were served") from error
        except (LessonRefused, EventRefused, BrokenChain, FeedRefused, PolicyRefused) as error:
            raise _Fault(f"other inputs than it names: {error}") from error
        return Lesson(served.seq, served.viewer, len(examples), receipt.now_ms, examples.tobytes())

    def _replay(self, served: ServedReceipt) -> None:
        self._replays += 1
        if self._replays % REPLAYS_KEPT == 0:
            self._replayer = Replayer(self._evidence, public_keys=self._public_keys)
        verdict = self._replayer.check(
            SignedReceipt(receipt=served.receipt, signature=served.signature)
        )
        if not verdict.is_same:
            raise _Fault(f"another slate by {verdict.stage}")

    def _index(self, receipt: Receipt) -> Index:
        if self._weights is None or self._weights.digest != receipt.weights:
            findings: list[Finding] = []
            self._weights = check_weights(
                receipt, self._evidence.weights(receipt.weights), findings
            )
            if self._weights is None:
                raise _Fault(f"its weights: {findings[0].detail}")
        return self._epoch(receipt).index_for(self._weights)

    def _epoch(self, receipt: Receipt) -> EpochInUse:
        given = self._evidence.epoch(receipt.epoch)
        if given is None:
            raise _Fault(f"epoch {receipt.epoch} is not stored")
        kept = self._epochs.get(receipt.epoch)
        if kept is None or kept[0] is not given:
            opened = open_epoch(given)
            if opened.findings:
                raise _Fault(f"epoch {receipt.epoch}: {opened.findings[0].detail}")
            kept = self._epochs[receipt.epoch] = (given, opened)
        self._epochs.move_to_end(receipt.epoch)
        while len(self._epochs) > EPOCHS_KEPT:
            self._epochs.popitem(last=False)
        return kept[1]

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
        bodies = self._reads.chain_part(viewer, after=state.n, upto=receipt.events_n)
        state = fold(state, [parse_event(body) for body in bodies])
        self._states[viewer] = state
        self._states.move_to_end(viewer)
        while len(self._states) > VIEWERS_KEPT:
            self._states.popitem(last=False)
        return state


class _Fault(Exception):
    """A receipt could not be made again; the words say what was amiss."""

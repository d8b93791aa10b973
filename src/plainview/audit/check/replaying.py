"""Receipts replayed from what the log names: the slate computed again, byte for byte."""

from collections.abc import Sequence
from typing import Final

from plainview.audit.bundle import gather_bundle
from plainview.audit.check.accusations import replay_proof
from plainview.audit.check.files import Files
from plainview.audit.check.findings import (
    ASK_THE_SERVICE,
    EVIDENCE,
    LACKING,
    NOT_IN_FOLDER,
    WITHHELD,
    Finding,
)
from plainview.audit.check.log_view import LogView, Progress
from plainview.audit.check.receipts import FINDINGS_MAX, Checked
from plainview.audit.evidence import EpochEvidence, SignedReceipt
from plainview.audit.replay import Replayer
from plainview.audit.verdict import DIFFERS, MISSING, SAME, Verdict
from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.terms.ids import Digest, ViewerId

AT_FAULT: Final = frozenset(("candidates", "features", "values", "slate", "bytes"))
"""Stages at which every input fits the receipt, so that the slate itself is wrong."""
JUDGED_BEFORE: Final = frozenset(("epoch header", "chain", "signature", "encoding"))
"""Stages that the checks of receipts have said already, with their own evidence."""


class LogEvidence:
    """What receipts name, from the source, as the log has it. It satisfies `Evidence`."""

    def __init__(
        self, view: LogView, files: Files, events: dict[ViewerId, tuple[bytes, ...]]
    ) -> None:
        self._view = view
        self._files = files
        self._events = events

    def epoch(self, number: int) -> EpochEvidence | None:
        """See `Evidence`."""
        return self._files.epoch(number).evidence

    def weights(self, digest: Digest) -> bytes | None:
        """See `Evidence`."""
        return self._files.object(digest)

    def policy(self, digest: Digest) -> bytes | None:
        """See `Evidence`."""
        return self._files.object(digest)

    def hour_key(self, hour: int) -> bytes | None:
        """See `Evidence`."""
        revealed = self._view.history.hour_keys.get(hour)
        return None if revealed is None else bytes.fromhex(revealed[1].key)

    def events(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:
        """See `Evidence`."""
        return self._events.get(viewer, ())[after:upto]


class Replays:
    """Replays of one check; findings and counts gather in it."""

    def __init__(
        self,
        view: LogView,
        files: Files,
        events: dict[ViewerId, tuple[bytes, ...]],
        kernels: Kernels = BEST,
    ) -> None:
        self._view = view
        self._files = files
        self._evidence = LogEvidence(view, files, events)
        self._kernels = kernels
        self._replayers: dict[bytes, Replayer] = {}
        self.findings: list[Finding] = []
        self.pending_hours: set[int] = set()
        self.counts = dict.fromkeys(
            ("slates replayed the same", "slates that differ", "slates that cannot be replayed",
             "slates the same up to the draw, which is pending"), 0,
        )  # fmt: skip

    def replay(self, chosen: list[Checked], progress: Progress) -> None:
        """Recompute these, epoch by epoch so that each is opened once; `chosen` is empty then, for
        what is kept of viewers takes the place of the receipts that are done."""
        total = len(chosen)
        chosen.sort(
            key=lambda one: (one.receipt.epoch, one.receipt.viewer, one.receipt.number),
            reverse=True,
        )
        while chosen:
            if len(chosen) % 16 == 0:
                progress("replaying slates", total - len(chosen), total)
            self._one(chosen.pop())
        progress("replaying slates", total, total)

    def _one(self, one: Checked) -> None:
        receipt = one.receipt
        if one.key not in self._replayers:
            self._replayers[one.key] = Replayer(
                self._evidence, public_keys=(one.key,), kernels=self._kernels, before_keys=True
            )
        signed = SignedReceipt(receipt=one.held.receipt, signature=one.held.signature)
        verdict = self._replayers[one.key].check(signed, receipt)
        if verdict.outcome == SAME:
            self.counts["slates replayed the same"] += 1
        elif verdict.outcome == MISSING and verdict.stage == "seed":
            self.pending_hours.add(receipt.hour)
            self.counts["slates the same up to the draw, which is pending"] += 1
        elif verdict.outcome == DIFFERS and verdict.stage in AT_FAULT:
            self.counts["slates that differ"] += 1
            self._differs(one, verdict)
        else:
            self.counts["slates that cannot be replayed"] += 1
            self._cannot(one, verdict)

    def _differs(self, one: Checked, verdict: Verdict) -> None:
        if self.counts["slates that differ"] > FINDINGS_MAX:
            return
        words = f"Request {one.receipt.number} of a viewer: {verdict.message}"
        at = self._view.history.epoch(one.receipt.epoch)
        assert at is not None, "an epoch that was replayed from is in the log"
        bundle = gather_bundle(
            [(one.held.receipt, one.held.signature)], evidence=self._evidence, public_key=one.key
        )
        proof = replay_proof(self._view, words=words, bundle=bundle, epoch_entry=at[0])
        self.findings.append(Finding(kind=EVIDENCE, rule="replay", words=words, proof=proof))

    def _cannot(self, one: Checked, verdict: Verdict) -> None:
        if verdict.stage in JUDGED_BEFORE and verdict.outcome == DIFFERS:
            return
        if self.counts["slates that cannot be replayed"] > FINDINGS_MAX:
            return
        words = f"Request {one.receipt.number} cannot be replayed: {verdict.message}"
        kind, rule = LACKING if verdict.stage == "events" else WITHHELD, "replay_cannot"
        is_logged = self._view.history.epoch(one.receipt.epoch) is not None
        if kind == WITHHELD and self._files.is_copy and verdict.outcome == MISSING and is_logged:
            kind, rule, words = LACKING, NOT_IN_FOLDER, f"{words} {ASK_THE_SERVICE}"
        self.findings.append(Finding(kind=kind, rule=rule, words=words))

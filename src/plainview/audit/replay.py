"""Recompute slates from what their receipts name, and say which stage differs first."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

import msgspec

from plainview.audit.evidence import (
    Evidence,
    OneSlate,
    ReplayInputs,
    SignedReceipt,
)
from plainview.audit.inputs import (
    Finding,
    OpenedEpochs,
    check_events,
    check_policy,
    check_seed,
    check_weights,
)
from plainview.audit.verdict import DIFFERS, MISSING, SAME, STAGE_WORDS, STAGES, Verdict
from plainview.core.feed import Index, make_slate
from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.receipts import (
    BadKey,
    BadReceipt,
    BadSignature,
    Receipt,
    ShownVideo,
    encode_receipt,
    parse_receipt,
    receipt_id,
    request_of,
    verify,
)
from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId
from plainview.core.terms.policy import Policy
from plainview.core.terms.slate import Slate
from plainview.core.terms.viewer import ViewerState
from plainview.core.terms.weights import Weights

NO_SEED: Final = bytes(32)
EPOCHS_KEPT: Final = 4
FILES_KEPT: Final = 32
VIEWERS_KEPT: Final = 20_000
WEIGHTS_BYTES_MAX: Final = 160 << 20
"""How much a Replayer keeps parsed; the oldest goes first. Weights that place a million videos are
69 MB, and a day has many: of such two are kept."""


def replay(inputs: ReplayInputs, *, kernels: Kernels = BEST) -> Verdict:
    """Recompute one slate and compare every byte of its receipt.

    Pure: the same inputs give the same verdict anywhere. Nothing handed in is trusted; all of it
    is checked against the receipt, and the receipt against the public keys.

    Returns: the verdict; see `Verdict`. Never raises for bad inputs, whatever they are.
    """
    replayer = Replayer(OneSlate(inputs), public_keys=inputs.public_keys, kernels=kernels)
    return replayer.check(
        SignedReceipt(receipt=inputs.receipt, signature=inputs.signature, previous=inputs.previous)
    )


def replay_many(
    receipts: Iterable[SignedReceipt],
    *,
    evidence: Evidence,
    public_keys: Sequence[bytes],
    kernels: Kernels = BEST,
    before_keys: bool = False,
) -> Iterator[Verdict]:
    """Recompute many slates, opening each epoch, weights and policy once and folding on.

    Goes by (epoch, viewer, number), an order in which every viewer's own receipts stay in order,
    since none may cite an epoch older than the one before; verdicts come in that order. Bytes that
    are no receipt come first.
    """

    def opened(signed: SignedReceipt) -> tuple[tuple[int, str, int, bytes], Receipt | None]:
        try:
            receipt = parse_receipt(signed.receipt)
        except BadReceipt:
            return (-1, "", 0, signed.receipt), None
        return (receipt.epoch, receipt.viewer, receipt.number, signed.receipt), receipt

    replayer = Replayer(evidence, public_keys=public_keys, kernels=kernels, before_keys=before_keys)
    in_order = [(*opened(signed), signed) for signed in receipts]
    in_order.sort(key=lambda entry: entry[0])
    for _, receipt, signed in in_order:
        yield replayer.check(signed, receipt)


def with_previous(pairs: Iterable[tuple[bytes, bytes]]) -> list[SignedReceipt]:
    """(receipt, signature) pairs, each told the one before it of the same viewer.

    Each viewer's must come in order of number. A receipt whose predecessor is not among them is
    told None (its word is taken), number 1 is told NO_DIGEST.
    """
    told: list[SignedReceipt] = []
    last: dict[ViewerId, tuple[int, Digest]] = {}
    for data, signature in pairs:
        previous: Digest | None = None
        try:
            receipt = parse_receipt(data)
        except BadReceipt:
            told.append(SignedReceipt(receipt=data, signature=signature))
            continue
        number, held = last.get(receipt.viewer, (0, NO_DIGEST))
        if receipt.number == 1:
            previous = NO_DIGEST
        elif receipt.number == number + 1:
            previous = held
        told.append(SignedReceipt(receipt=data, signature=signature, previous=previous))
        last[receipt.viewer] = (receipt.number, receipt_id(data))
    return told


class Replayer:
    """Checks receipts one after another and keeps what they share.

    Not safe to call from two threads at once. Kept by identity of the evidence's answers: epochs
    with their indexes, weights, policies; by viewer: the state at the last receipt checked, so
    that a chain is hashed and folded once, however many receipts cite it.
    """

    def __init__(
        self,
        evidence: Evidence,
        *,
        public_keys: Sequence[bytes],
        kernels: Kernels = BEST,
        before_keys: bool = False,
        epochs: OpenedEpochs | None = None,
    ) -> None:
        """`public_keys` are those that may have signed: a signature holds under any one of them.
        With `before_keys`, a slate whose hour's key is not revealed is still recomputed up to
        the draw: which videos were considered, and what each was worth, depend on no chance.
        `epochs`: where opened epochs are kept, if somebody else opens the same ones."""
        self._kernels = kernels
        self._before_keys = before_keys
        self._evidence = evidence
        self._public_keys = tuple(public_keys)
        self._epochs = epochs or OpenedEpochs(kept=EPOCHS_KEPT)
        self._weights: dict[Digest, tuple[bytes, Weights]] = {}
        self._policies: dict[Digest, tuple[bytes, Policy]] = {}
        self._states: dict[ViewerId, ViewerState] = {}

    def check(self, signed: SignedReceipt, receipt: Receipt | None = None) -> Verdict:
        """Recompute one receipt's slate. Never raises for bad evidence.

        `receipt` is `signed.receipt` parsed, if the caller has done that already.
        """
        try:
            receipt = receipt or parse_receipt(signed.receipt)
        except BadReceipt as error:
            return Verdict(
                receipt=receipt_id(signed.receipt), number=0, outcome=DIFFERS, stage="encoding",
                message=f"{STAGE_WORDS['encoding']} ({error})", served=(), honest=None,
            )  # fmt: skip
        findings: list[Finding] = []
        self._check_signature(signed, findings)
        _check_link(receipt, signed.previous, findings)
        if self._before_keys and self._evidence.hour_key(receipt.hour) is None:
            return self._check_before_draw(signed, receipt, findings)
        slate = self._recompute(receipt, findings)
        if slate is not None:
            _compare(receipt, slate, signed.receipt, findings)
        return _verdict(receipt, signed.receipt, slate, findings)

    def _check_before_draw(
        self, signed: SignedReceipt, receipt: Receipt, findings: list[Finding]
    ) -> Verdict:
        """Compare candidates and values, under any seed; the seed is said to be missing only when
        nothing else is amiss."""
        slate = self._recompute(receipt, findings, seed=NO_SEED)
        if slate is not None:
            _compare_stages(receipt, slate, findings, stages=("candidates", "values"))
        if not findings:
            words = f"the key of hour {receipt.hour} is not revealed"
            findings.append(Finding(stage="seed", detail=words, is_missing=True))
        return _verdict(receipt, signed.receipt, None, findings)

    def _check_signature(self, signed: SignedReceipt, findings: list[Finding]) -> None:
        words = "there is no key to check it under"
        for key in self._public_keys:
            try:
                verify(signed.receipt, signature=signed.signature, public_key=key)
            except (BadSignature, BadKey) as error:
                words = str(error)
            else:
                return
        if len(self._public_keys) > 1:
            words = f"the signature fits none of {len(self._public_keys)} keys"
        findings.append(Finding(stage="signature", detail=words))

    def _recompute(
        self, receipt: Receipt, findings: list[Finding], *, seed: bytes | None = None
    ) -> Slate | None:
        """The honest slate, or None when an input it needs is missing or altered."""
        weights = self._weights_of(receipt, findings)
        index = self._index(receipt, weights, findings)
        policy = self._policy_of(receipt, findings)
        state = self._state_of(receipt, findings)
        if seed is None:
            seed = check_seed(receipt, self._evidence.hour_key(receipt.hour), findings)
        if index is None or weights is None or policy is None or state is None or seed is None:
            return None
        return make_slate(
            index=index,
            weights=weights,
            policy=policy,
            state=state,
            request=request_of(receipt, seed=seed),
            kernels=self._kernels,
        )

    def _index(
        self, receipt: Receipt, weights: Weights | None, findings: list[Finding]
    ) -> Index | None:
        given = self._evidence.epoch(receipt.epoch)
        if given is None:
            findings.append(
                Finding(stage="epoch header", detail=f"epoch {receipt.epoch}", is_missing=True)
            )
            return None
        opened = self._epochs.opened(receipt.epoch, given)
        return opened.checked_for(receipt, weights, findings, file_of=self._evidence.weights)

    def _weights_of(self, receipt: Receipt, findings: list[Finding]) -> Weights | None:
        given = self._evidence.weights(receipt.weights)
        kept = self._weights.get(receipt.weights)
        if kept is not None and kept[0] is given:
            return kept[1]
        weights = check_weights(receipt, given, findings)
        if weights is not None and given is not None:
            held = sum(len(data) for data, _ in self._weights.values())
            while self._weights and held + len(given) > WEIGHTS_BYTES_MAX:
                held -= len(self._weights.pop(next(iter(self._weights)))[0])
            _keep(self._weights, receipt.weights, (given, weights), FILES_KEPT)
        return weights

    def _policy_of(self, receipt: Receipt, findings: list[Finding]) -> Policy | None:
        given = self._evidence.policy(receipt.policy_digest)
        kept = self._policies.get(receipt.policy_digest)
        if kept is None or kept[0] is not given or kept[1].name != receipt.policy:
            policy = check_policy(receipt, given, findings)
            if policy is None or given is None:
                return None
            kept = (given, policy)
            _keep(self._policies, receipt.policy_digest, kept, FILES_KEPT)
        return kept[1]

    def _state_of(self, receipt: Receipt, findings: list[Finding]) -> ViewerState | None:
        state = check_events(
            receipt,
            self._evidence,
            kept=self._states.get(receipt.viewer),
            findings=findings,
        )
        if state is not None:
            _keep(self._states, receipt.viewer, state, VIEWERS_KEPT)
        return state


def _check_link(receipt: Receipt, previous: Digest | None, findings: list[Finding]) -> None:
    """That the receipt names the one the checker holds for the request before."""
    if previous is not None and receipt.previous != previous:
        words = f"it names {receipt.previous[:12]}…; the one before is {previous[:12]}…"
        findings.append(Finding(stage="chain", detail=words))
    elif (receipt.number == 1) != (receipt.previous == NO_DIGEST):
        words = f"number {receipt.number} names {receipt.previous[:12]}… as the one before"
        findings.append(Finding(stage="chain", detail=words))


def _compare(receipt: Receipt, slate: Slate, data: bytes, findings: list[Finding]) -> None:
    """Stage by stage, then every byte of the receipt that the honest slate would have had."""
    _compare_stages(receipt, slate, findings, stages=("candidates", "features", "values"))
    honest = msgspec.structs.replace(
        receipt,
        candidates=slate.candidates,
        features=slate.features,
        values=slate.values,
        caught_up=slate.caught_up,
        slate=tuple(
            ShownVideo(
                video=item.video,
                slot=item.slot,
                source=item.source,
                propensity=item.propensity,
                value=item.value,
            )
            for item in slate.items
        ),
    )
    words = _slates_differ(receipt, honest)
    if words:
        findings.append(Finding(stage="slate", detail=words))
    if not findings and encode_receipt(honest) != data:
        findings.append(Finding(stage="bytes", detail="encoding it again gives other bytes"))


def _compare_stages(
    receipt: Receipt, slate: Slate, findings: list[Finding], *, stages: tuple[str, ...]
) -> None:
    for stage in stages:
        stated, found = getattr(receipt, stage), getattr(slate, stage)
        if stated != found:
            words = f"recomputed {found[:12]}…, the receipt has {stated[:12]}…"
            findings.append(Finding(stage=stage, detail=words))


def _slates_differ(receipt: Receipt, honest: Receipt) -> str:
    if receipt.caught_up != honest.caught_up:
        return f"it says caught_up {receipt.caught_up}, the rules give {honest.caught_up}"
    if len(receipt.slate) != len(honest.slate):
        return f"it has {len(receipt.slate)} videos, the rules give {len(honest.slate)}"
    for i, (stated, found) in enumerate(zip(receipt.slate, honest.slate, strict=True)):
        if stated.video != found.video:
            return f"place {i + 1} has video {stated.video}, the rules give {found.video}"
        if stated != found:
            return f"place {i + 1} (video {stated.video}) states another source, odds or value"
    return ""


def _verdict(
    receipt: Receipt, data: bytes, slate: Slate | None, findings: list[Finding]
) -> Verdict:
    served = tuple(shown.video for shown in receipt.slate)
    honest = None if slate is None else tuple(item.video for item in slate.items)
    outcome, stage, message = SAME, "", "Every byte was recomputed."
    if findings:
        first = min(findings, key=lambda finding: STAGES.index(finding.stage))
        outcome, stage = (MISSING if first.is_missing else DIFFERS), first.stage
        words = (
            f"What the check needs is not at hand: {first.stage}."
            if first.is_missing
            else (STAGE_WORDS[first.stage])
        )
        message = f"{words} ({first.detail})"
    return Verdict(
        receipt=receipt_id(data), number=receipt.number, outcome=outcome, stage=stage,
        message=message, served=served, honest=honest,
    )  # fmt: skip


K = TypeVar("K")
T = TypeVar("T")


def _keep(kept: dict[K, T], key: K, value: T, most: int) -> None:
    kept.pop(key, None)
    while len(kept) >= most:
        kept.pop(next(iter(kept)))
    kept[key] = value

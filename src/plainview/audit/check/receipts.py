"""Receipts against the log: signatures, numbers, what each rests on, and where each was logged."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final

import msgspec

from plainview.audit.check.accusations import receipt_proof, receipts_proof, unlogged_proof
from plainview.audit.check.findings import (
    ASK_THE_SERVICE,
    EVIDENCE,
    LACKING,
    NOT_IN_FOLDER,
    WITHHELD,
    Finding,
)
from plainview.audit.check.log_view import LogView, Progress
from plainview.audit.check.logged import (
    LOGGED_MS,
    contradicts_entry,
    is_older_than_log,
    is_unlogged,
    two_receipts,
)
from plainview.audit.check.proof_files import SignedText
from plainview.audit.check.receipts_file import HeldReceipt, ReceiptsFile, ViewerFile
from plainview.audit.check.source import Source, is_copy, read_bytes
from plainview.core.events import extend, genesis
from plainview.core.history import (
    BadEntry,
    HistoryError,
    Interval,
    IntervalProof,
    check_receipt_logged,
    log_name,
)
from plainview.core.receipts import (
    BadReceipt,
    BadSignature,
    Receipt,
    parse_receipt,
    receipt_id,
    verify,
)
from plainview.core.terms.canonical import INT_BOUND
from plainview.core.terms.ids import Digest, ViewerId

FINDINGS_MAX: Final = 20
"""Of one rule; the rest are counted."""
WHOLE_LOG_MAX: Final = 2
"""The same, of rules whose proof holds the whole log."""
UNSHOWN_MAX: Final = 200
"""The service is asked about each receipt whose place in the log the file does not show, until it
has shown none for so many."""
AGAINST_EPOCH: Final = ("epoch_root", "epoch_weights", "epoch_late")
UNLOGGED: Final = ("epoch_unlogged", "release_unlogged", "policy_unlogged", "hour_unlogged")


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt that was signed, read; by which key."""

    held: HeldReceipt
    receipt: Receipt
    id: Digest
    key: bytes


def shared_words(receipt: Receipt, words: dict[str, str]) -> Receipt:
    """The same receipt, with the texts that most receipts have in common held once, in `words`: a
    hundred thousand receipts name the same few digests, sources and slots."""

    def once(text: str) -> str:
        return words.setdefault(text, text)

    return msgspec.structs.replace(
        receipt,
        edition=once(receipt.edition),
        release=once(receipt.release),
        policy=once(receipt.policy),
        policy_digest=Digest(once(receipt.policy_digest)),
        weights=Digest(once(receipt.weights)),
        epoch_root=Digest(once(receipt.epoch_root)),
        hour_commitment=Digest(once(receipt.hour_commitment)),
        viewer=ViewerId(once(receipt.viewer)),
        slate=tuple(
            msgspec.structs.replace(shown, slot=once(shown.slot), source=once(shown.source))
            for shown in receipt.slate
        ),
    )


class Receipts:
    """Checks of one file of receipts; findings, counts and what was read gather in it."""

    def __init__(self, view: LogView, file: ReceiptsFile, source: Source) -> None:
        self._view = view
        self._source = source
        self._unshown = 0
        self._file = file
        self._keys = _keys_of(view)
        self._intervals: dict[int, Interval | None] = {}
        self._said: dict[str, int] = {}
        self._words: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.checked: list[Checked] = []
        self.events: dict[ViewerId, tuple[bytes, ...]] = {}
        self.counts = dict.fromkeys(
            ("receipts", "receipts not signed by the service", "receipts from before the log",
             "receipts found in the log",
             "receipts too new to be in the log", "receipts withheld"), 0,
        )  # fmt: skip
        if is_copy(source):
            self.counts["receipts whose place the folder lacks"] = 0

    def check(self, progress: Progress) -> None:
        """Everything that needs no replay, viewer by viewer."""
        total, done = self._file.count, 0
        for viewer in self._file.viewers:
            progress("receipts", done, total)
            self._viewer(viewer)
            done += len(viewer.receipts)
        progress("receipts", total, total)
        for rule, count in self._said.items():
            more = count - (WHOLE_LOG_MAX if rule in UNLOGGED else FINDINGS_MAX)
            if more > 0:
                words = f"{rule}: {more} more of the same."
                self.findings.append(Finding(kind=LACKING, rule="more", words=words))

    def _viewer(self, viewer: ViewerFile) -> None:
        heads, served = self._heads(viewer), served_events(viewer.events)
        last: dict[int, Checked] = {}
        newest = 0
        for held in viewer.receipts:
            self.counts["receipts"] += 1
            one = self._signed(held, viewer.viewer)
            if one is None:
                continue
            number = one.receipt.number
            if number in last and last[number].id != one.id:
                self._pair("two_receipts", last[number], one)
            if number - 1 in last:
                self._pair("chain", last[number - 1], one)
            elif newest and number > newest + 1:
                missing = number - newest - 1
                self.counts["receipts withheld"] += missing
                words = (
                    f"Of one viewer, {missing} receipts before number {number} are not in the file:"
                    " the service, or whoever handed it over, left them out."
                )
                self._find(WITHHELD, "numbers_missing", words)
            last[number], newest = one, max(newest, number)
            if is_older_than_log(one.receipt, self._view.history):
                self.counts["receipts from before the log"] += 1
                continue
            self._rests_on(one)
            self._in_log(one)
            n = one.receipt.events_n
            if n < len(heads) and heads[n] != one.receipt.events_head:
                words = f"The events handed over are not those that receipt {number} folds."
                self._find(WITHHELD, "events_differ", words)
            note = served.get(number)
            videos = tuple(str(shown.video) for shown in one.receipt.slate)
            if note is not None and (note.receipt, note.videos) != (one.id, videos):
                words = f"The viewer's chain notes another slate {number} as served than was sent."
                self._find(WITHHELD, "served_differs", words)
            self.checked.append(one)
        self.events[viewer.viewer] = viewer.events

    def _heads(self, viewer: ViewerFile) -> list[Digest]:
        heads = [genesis(viewer.viewer)]
        for event in viewer.events:
            heads.append(extend(heads[-1], event))
        return heads

    def _signed(self, held: HeldReceipt, viewer: ViewerId) -> Checked | None:
        try:
            receipt = parse_receipt(held.receipt)
        except BadReceipt as error:
            self._unsigned(f"A line of the file is no receipt: {error}.")
            return None
        key = self._signer(held, receipt.now_ms)
        if key is None:
            self._unsigned("A receipt is not signed by this service, and proves nothing.")
            return None
        if receipt.viewer != viewer or log_name(receipt.edition) != self._view.trusts[0].edition:
            self._unsigned("A receipt is another viewer's or another edition's than is said.")
            return None
        told = shared_words(receipt, self._words)
        return Checked(held=held, receipt=told, id=receipt_id(held.receipt), key=key)

    def _signer(self, held: HeldReceipt, now_ms: int) -> bytes | None:
        """The key that signed, of those in force at `now_ms`, give or take a change under way."""
        for key, until_ms in self._keys.items():
            if now_ms > until_ms + LOGGED_MS:
                continue
            try:
                verify(held.receipt, signature=held.signature, public_key=key)
            except BadSignature:
                continue
            return key
        return None

    def _unsigned(self, words: str) -> None:
        self.counts["receipts not signed by the service"] += 1
        self._find(LACKING, "not_signed", words)

    def _pair(self, rule: str, a: Checked, b: Checked) -> None:
        words = two_receipts(a.receipt, b.receipt, first=a.id)
        if words and self._may_say(rule):
            pair = (signed_text(a.held), signed_text(b.held))
            proof = receipts_proof(self._view, rule=rule, words=words, pair=pair)
            self._find(EVIDENCE, rule, words, proof)

    def _rests_on(self, one: Checked) -> None:
        """Epoch, weights, policy, release and hour key, each as logged and in time."""
        history, receipt = self._view.history, one.receipt
        against = [(rule, history.epoch(receipt.epoch)) for rule in AGAINST_EPOCH]
        against.append(("epoch_stale", history.epoch(receipt.epoch + 1)))
        for rule, at in against:
            if at is not None:
                words = contradicts_entry(rule, receipt, [at[1]])
                self._against(rule, words, one, at[0])
        committed = history.hour_commitment(receipt.hour)
        if committed is not None and committed[1] != receipt.hour_commitment:
            words = f"It names another commitment for hour {receipt.hour} than was logged."
            self._against("hour_commitment", words, one, committed[0])
        for rule in UNLOGGED:
            words = is_unlogged(rule, receipt, history, newest_ms=self._view.newest_ms)
            if words and self._may_say(rule, WHOLE_LOG_MAX):
                proof = unlogged_proof(
                    self._view, rule=rule, words=words, receipt=signed_text(one.held)
                )
                self._find(EVIDENCE, rule, f"Receipt {receipt.number}: {words}", proof)

    def _against(self, rule: str, words: str, one: Checked, index: int) -> None:
        if words and self._may_say(rule):
            proof = receipt_proof(
                self._view, rule=rule, words=words, receipt=signed_text(one.held), entries=[index]
            )
            self._find(EVIDENCE, rule, f"Receipt {one.receipt.number}: {words}", proof)

    def _in_log(self, one: Checked) -> None:
        """That the receipt stands in an interval of its own time."""
        now_ms = one.receipt.now_ms
        interval, words = self._found(one, one.held.proof)
        is_due = self._view.newest_ms > now_ms + LOGGED_MS
        if words and is_due and self._unshown < UNSHOWN_MAX:
            interval, words = self._found(one, ask_for_proof(self._source, one.id))
            self._unshown += interval is None
        if interval is not None:
            self.counts["receipts found in the log"] += 1
            if not interval.from_ms - LOGGED_MS <= now_ms <= interval.to_ms + LOGGED_MS:
                words = f"Receipt {one.receipt.number} stands in an interval of another time."
                self._find(WITHHELD, "interval_time", words)
            return
        if not is_due:
            self.counts["receipts too new to be in the log"] += 1
            return
        number = one.receipt.number
        if is_copy(self._source):  # which cannot be asked where a receipt stands
            self.counts["receipts whose place the folder lacks"] += 1
            words = f"Receipt {number} is not shown to be in the log: {words}. {ASK_THE_SERVICE}"
            self._find(LACKING, NOT_IN_FOLDER, words)
            return
        self.counts["receipts withheld"] += 1
        self._find(
            WITHHELD, "receipt_not_in_log",
            f"Receipt {number} was signed and is not shown to be in the log: {words}.",
        )  # fmt: skip

    def _found(self, one: Checked, proof: IntervalProof | None) -> tuple[Interval | None, str]:
        """The interval that holds the receipt by `proof`; or words why none does."""
        if proof is None:
            return None, "no place in the log is named for it"
        interval = self._interval(proof.entry)
        if interval is None:
            return None, f"entry {proof.entry} is no interval of this log"
        try:
            check_receipt_logged(one.held.receipt, proof=proof, interval=interval)
        except HistoryError as error:
            return None, str(error)
        return interval, ""

    def _interval(self, index: int) -> Interval | None:
        if index not in self._intervals:
            try:
                entry = self._view.entry(index)
            except (IndexError, BadEntry):
                entry = None
            self._intervals[index] = entry if isinstance(entry, Interval) else None
        return self._intervals[index]

    def _may_say(self, rule: str, most: int = FINDINGS_MAX) -> bool:
        """Whether there are few enough findings of a rule yet; those that are not said count."""
        if self._said.get(rule, 0) < most:
            return True
        self._said[rule] += 1
        return False

    def _find(self, kind: str, rule: str, words: str, proof: bytes = b"") -> None:
        self._said[rule] = self._said.get(rule, 0) + 1
        if self._said[rule] <= FINDINGS_MAX:
            self.findings.append(Finding(kind=kind, rule=rule, words=words, proof=proof))


def ask_for_proof(source: Source, receipt: Digest) -> IntervalProof | None:
    """Where the service says that a receipt stands; None if it does not say, or a mirror cannot."""
    data = read_bytes(source, f"api/v1/receipts/{receipt}/proof")
    if data is None:
        return None
    try:
        fields = json.loads(data)
        return IntervalProof(
            salt=bytes.fromhex(fields["salt"]),
            interval=int(fields["interval"]),
            entry=int(fields["entry"]),
            index=int(fields["index"]),
            path=tuple(bytes.fromhex(step) for step in fields["path"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _keys_of(view: LogView) -> dict[bytes, int]:
    """Each receipts key, newest first, with when a version without it was logged."""
    found: dict[bytes, int] = {}
    times = [entry.at_ms for _, entry in view.history.trusts]
    for at, trust in enumerate(view.trusts):
        for key in trust.receipt_keys:
            later = [
                time
                for time, other in zip(times[at:], view.trusts[at:], strict=False)
                if key not in other.receipt_keys
            ]
            found[b64decode(key)] = min(later, default=INT_BOUND)
    return dict(reversed(found.items()))


class _Served(msgspec.Struct, frozen=True):
    kind: str = ""
    number: int = 0
    receipt: str = ""
    videos: tuple[str, ...] = ()


_SERVED = msgspec.json.Decoder(_Served)


def served_events(events: Sequence[bytes]) -> dict[int, _Served]:
    """What the chain notes as served, by request: those videos count as seen from then on."""
    found = {}
    for body in events:
        try:
            event = _SERVED.decode(body)
        except msgspec.MsgspecError:
            continue  # of another kind, or bad: the chain's hash says so
        if event.kind == "served":
            found[event.number] = event
    return found


def signed_text(held: HeldReceipt) -> SignedText:
    """A receipt as a proof file holds it."""
    return SignedText(receipt=held.receipt.decode(), signature=b64encode(held.signature).decode())


def cited_epochs(checked: Sequence[Checked]) -> list[int]:
    """The numbers of the epochs that receipts cite, each once, ascending."""
    return sorted({one.receipt.epoch for one in checked})

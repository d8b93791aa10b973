"""Each input of a slate, checked against the receipt that names it."""

from collections.abc import Callable
from hashlib import sha256
from typing import Final

import msgspec

from plainview.audit.evidence import EpochEvidence, Evidence
from plainview.core.catalogue import (
    EpochRefused,
    Leaves,
    hash_leaves,
    parse_header,
    parse_rows,
    root_over,
)
from plainview.core.catalogue.rows import BadRows
from plainview.core.events import BrokenChain, EventRefused, empty_state, fold, parse_event
from plainview.core.feed import FeedRefused, Index, WeightsMismatch, build_index
from plainview.core.learn import NoMainWeights, WeightsRefused, centroids_under, load_weights
from plainview.core.policy import PolicyRefused, compile_policy
from plainview.core.receipts import (
    Receipt,
    hour_commitment,
    hour_of,
    line_of,
    seed_of,
    weights_due,
)
from plainview.core.terms.epoch import LEAF_ROWS, Epoch, EpochHeader
from plainview.core.terms.hashing import leaf_hash, merkle_root
from plainview.core.terms.ids import Digest
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import Event, ViewerState
from plainview.core.terms.weights import Weights

EPOCH_AGE_MS_MAX: Final = 30_000
"""A receipt may not cite an epoch that was replaced longer ago than this."""

WeightsFiles = Callable[[Digest], bytes | None]
"""The weights file of a digest, None where it is not at hand."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something amiss at `stage`; `is_missing` when what was needed is not at hand."""

    stage: str
    detail: str
    is_missing: bool = False


class EpochInUse:
    """An epoch opened once: what is amiss with its bytes, its true root, and its index."""

    def __init__(
        self,
        given: EpochEvidence,
        *,
        header: EpochHeader | None,
        root: Digest | None,
        findings: tuple[Finding, ...],
        epoch: Epoch | None,
        leaves: Leaves | None = None,
    ) -> None:
        self._earlier: Index | None = None
        self.leaves = leaves
        self.given = given
        self.header = header
        self.root = root
        self.findings = findings
        self._epoch = epoch
        self._index: Index | None = None

    def index_for(self, weights: Weights, *, file_of: WeightsFiles) -> Index:
        """Built at first use, for any of the weights that the header names.

        Raises: FeedRefused: a bad row, or other centroids than those of the weights. LearnError:
            the weights are a line's, and those that the rows stand by are not at hand.
        """
        assert self._epoch is not None, "only an epoch that was checked has an index"
        if self._index is None:
            centroids = centroids_under(self._epoch.header, weights, file_of=file_of)
            self._index = build_index(self._epoch, centroids=centroids, earlier=self._earlier)
            self._earlier = None
        return self._index

    @property
    def built(self) -> Index | None:
        """The index, if it was asked for."""
        return self._index

    def build_on(self, earlier: Index | None) -> None:
        """Let the index begin from that of another epoch: the same, but sooner."""
        self._earlier = earlier

    def checked_for(
        self,
        receipt: Receipt,
        weights: Weights | None,
        findings: list[Finding],
        *,
        file_of: WeightsFiles,
    ) -> Index | None:
        """The index of the epoch that `receipt` names and may name, with those `weights`; else
        None, with findings (of weights that are missing there are findings already).

        An epoch cited too late is a finding, yet the slate can still be recomputed from it.
        """
        findings += self.findings
        if self.header is None or self._epoch is None:
            return None
        if self.root != receipt.epoch_root:
            findings.append(self._locate(receipt, self.header))
            return None
        if self.header.number != receipt.epoch or self.header.edition != receipt.edition:
            words = f"it is epoch {self.header.number} of edition {self.header.edition!r}"
            findings.append(Finding(stage="epoch header", detail=words))
            return None
        if weights_due(self.header, receipt.arm) != receipt.weights:
            words = "the epoch was frozen for other weights than the receipt names"
            if line_of(receipt.arm):
                words = f"in arm {receipt.arm!r} other weights rank under this epoch"
            findings.append(Finding(stage="weights", detail=words))
            return None
        try:
            index = None if weights is None else self.index_for(weights, file_of=file_of)
        except WeightsMismatch as error:
            findings.append(Finding(stage="epoch header", detail=str(error)))
            return None
        except FeedRefused as error:
            findings.append(Finding(stage="epoch rows", detail=str(error)))
            return None
        except NoMainWeights as error:
            findings.append(Finding(stage="weights", detail=str(error), is_missing=True))
            return None
        except WeightsRefused as error:
            findings.append(Finding(stage="weights", detail=str(error)))
            return None
        late_ms = receipt.now_ms - self.given.replaced_ms
        if self.given.replaced_ms >= 0 and late_ms > EPOCH_AGE_MS_MAX:
            words = f"epoch {receipt.epoch} had been replaced for {late_ms} ms"
            findings.append(Finding(stage="epoch header", detail=words))
        return index

    def _locate(self, receipt: Receipt, header: EpochHeader) -> Finding:
        """Where the epoch at hand departs from the one whose root the receipt names."""
        published = self.given.leaves
        if not published or merkle_root(published).hex() != receipt.epoch_root:
            words = f"epoch {receipt.epoch} has root {self.root} where the receipt has another"
            return Finding(stage="epoch rows", detail=f"{words}; its leaves are not at hand")
        if leaf_hash(self.given.header) != published[0]:
            words = f"the header at hand of epoch {header.number} is not the published one"
            return Finding(stage="epoch header", detail=words)
        assert self._epoch is not None
        assert self.leaves is not None, "an epoch that was opened has leaves"
        mine = self.leaves.hashes
        where = next(
            (i for i, (a, b) in enumerate(zip(mine, published[1:], strict=False)) if a != b),
            min(len(mine), len(published) - 1),
        )
        rows = self._epoch.rows["id"][where * LEAF_ROWS : (where + 1) * LEAF_ROWS]
        between = f"videos {rows[0]} to {rows[-1]}" if len(rows) else "no rows"
        first, last = where * LEAF_ROWS, where * LEAF_ROWS + max(len(rows), 1) - 1
        words = f"epoch {header.number}, rows {first} to {last} ({between}) are not as published"
        return Finding(stage="epoch rows", detail=words)


def open_epoch(given: EpochEvidence, *, earlier: EpochInUse | None = None) -> EpochInUse:
    """Parse and hash one epoch. Never raises: what is amiss is in its findings.

    `earlier` is another, opened before: what stands as it did there is not hashed or laid out
    again.
    """
    try:
        header = parse_header(given.header)
    except EpochRefused as error:
        finding = Finding(stage="epoch header", detail=str(error))
        return EpochInUse(given, header=None, root=None, findings=(finding,), epoch=None)
    try:
        rows = parse_rows(given.rows)
    except BadRows as error:
        finding = Finding(stage="epoch rows", detail=str(error))
        return EpochInUse(given, header=header, root=None, findings=(finding,), epoch=None)
    leaves = hash_leaves(rows, previous=earlier.leaves if earlier else None)
    root = root_over(given.header, leaves)
    epoch = Epoch(header=header, rows=rows, root=root)
    made = EpochInUse(given, header=header, root=root, findings=(), epoch=epoch, leaves=leaves)
    made.build_on(earlier.built if earlier else None)
    return made


class OpenedEpochs:
    """The epochs opened last, by number and by identity of what was given for them."""

    def __init__(self, *, kept: int) -> None:
        self._kept = kept
        self._opened: dict[int, EpochInUse] = {}

    def opened(self, number: int, given: EpochEvidence) -> EpochInUse:
        """The epoch, opened at most once while it is among the `kept` asked for last."""
        one = self._opened.pop(number, None)
        if one is None or one.given is not given:
            newest = next(reversed(self._opened.values())) if self._opened else None
            one = open_epoch(given, earlier=newest)
        while len(self._opened) >= self._kept:
            self._opened.pop(next(iter(self._opened)))
        self._opened[number] = one
        return one

    def forget_all_but_newest(self) -> None:
        """Keep the epoch asked for last alone."""
        while len(self._opened) > 1:
            self._opened.pop(next(iter(self._opened)))

    def newest_built(self) -> Index | None:
        """The index of the epoch asked for last, if it was asked for too."""
        newest = next(reversed(self._opened.values()), None)
        return None if newest is None else newest.built


def check_weights(receipt: Receipt, given: bytes | None, findings: list[Finding]) -> Weights | None:
    """The weights the receipt names, from the file at hand."""
    if given is None:
        findings.append(Finding(stage="weights", detail=receipt.weights, is_missing=True))
        return None
    found = sha256(given).hexdigest()
    if found != receipt.weights:
        words = f"the file at hand is {found[:12]}…, the receipt names {receipt.weights[:12]}…"
        findings.append(Finding(stage="weights", detail=words))
        return None
    try:
        return load_weights(given)
    except WeightsRefused as error:
        findings.append(Finding(stage="weights", detail=str(error)))
        return None


def check_policy(receipt: Receipt, given: bytes | None, findings: list[Finding]) -> Policy | None:
    """The policy the receipt names, compiled from the file at hand."""
    if given is None:
        findings.append(Finding(stage="policy", detail=receipt.policy_digest, is_missing=True))
        return None
    found = sha256(given).hexdigest()
    if found != receipt.policy_digest:
        words = f"the file is {found[:12]}…, the receipt names {receipt.policy_digest[:12]}…"
        findings.append(Finding(stage="policy", detail=words))
        return None
    try:
        policy = compile_policy(given)
    except PolicyRefused as error:
        findings.append(Finding(stage="policy", detail=str(error)))
        return None
    if policy.name != receipt.policy:
        words = f"the file is policy {policy.name!r}, the receipt says {receipt.policy!r}"
        findings.append(Finding(stage="policy", detail=words))
        return None
    return policy


def check_seed(receipt: Receipt, hour_key: bytes | None, findings: list[Finding]) -> bytes | None:
    """The seed that the committed hour key and the viewer's nonce give."""
    if hour_key is None:
        words = f"the key of hour {receipt.hour} is not revealed"
        findings.append(Finding(stage="seed", detail=words, is_missing=True))
        return None
    if hour_of(receipt.now_ms) != receipt.hour:
        words = f"hour {receipt.hour} is not the hour of {receipt.now_ms} ms"
        findings.append(Finding(stage="seed", detail=words))
        return None
    if hour_commitment(receipt.hour, hour_key) != receipt.hour_commitment:
        words = f"the key of hour {receipt.hour} is not the one the receipt was committed to"
        findings.append(Finding(stage="seed", detail=words))
        return None
    return seed_of(receipt, hour_key)


def check_events(
    receipt: Receipt, evidence: Evidence, *, kept: ViewerState | None, findings: list[Finding]
) -> ViewerState | None:
    """The viewer's state after the events the receipt cites.

    Args:
        kept: the state at an earlier receipt of the viewer that was found good, to fold on from.
    """
    state = kept if kept is not None and kept.n <= receipt.events_n else empty_state(receipt.viewer)
    first = state.n + 1
    given = evidence.events(receipt.viewer, after=state.n, upto=receipt.events_n)
    if len(given) < receipt.events_n - state.n:
        words = f"event {state.n + len(given) + 1} of {receipt.events_n} is not at hand"
        findings.append(Finding(stage="events", detail=words, is_missing=True))
        return None
    try:
        state = fold(state, [_read_event(data, first + i) for i, data in enumerate(given)])
    except (EventRefused, BrokenChain) as error:
        findings.append(Finding(stage="events", detail=str(error)))
        return None
    amiss = _state_differs(receipt, state, first=first)
    if amiss:
        findings.append(Finding(stage="events", detail=amiss))
        return None
    return state


def _read_event(data: bytes, n: int) -> Event:
    try:
        return parse_event(data)
    except EventRefused as error:
        raise BrokenChain(f"event {n}: {error}") from error


def _state_differs(receipt: Receipt, state: ViewerState, *, first: int) -> str:
    if state.head != receipt.events_head:
        return f"events {first} to {receipt.events_n} do not hash to the head in the receipt"
    if state.number != receipt.number - 1 or state.receipt != receipt.previous:
        return (
            f"by the viewer's events the slate before was number {state.number}, "
            f"receipt {state.receipt[:12]}…"
        )
    if state.epoch > receipt.epoch:
        return f"epoch {receipt.epoch} is older than epoch {state.epoch} of the slate before"
    return ""

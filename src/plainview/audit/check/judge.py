"""The third party's side: whether a proof file shows what it says, from the file alone."""

from base64 import b64decode
from collections.abc import Callable
from typing import Final

import msgspec

from plainview.audit.bundle import parse_bundle
from plainview.audit.check.logged import (
    contradicts_entry,
    fold_flags,
    header_differs,
    is_unlogged,
    two_receipts,
)
from plainview.audit.check.proof_files import (
    BadProof,
    Opened,
    bytes_of,
    parse_proof,
    read_trust,
)
from plainview.audit.replay import replay_many, with_previous
from plainview.audit.verdict import DIFFERS
from plainview.core.catalogue import ProvenLeaf, RowProof, check_row, parse_header
from plainview.core.history import (
    BadEntry,
    DecisionTaken,
    Entry,
    EpochFrozen,
    History,
    contradiction,
    parse_entry,
    range_broken,
)
from plainview.core.receipts import parse_receipt, receipt_id
from plainview.core.terms.epoch import FLAG_SILENT
from plainview.core.terms.hashing import leaf_hash, root_from_proof
from plainview.core.terms.ids import VideoId
from plainview.core.tlog import Frontier, check_consistency, roots_of_path


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof file shows: `words`; under the root of trust of this id, for this edition."""

    kind: str
    rule: str
    words: str
    edition: str
    trust: str


def judge_proof(data: bytes) -> Judgement:
    """Check a proof file. Everything in it is checked; nothing else is asked.

    Raises: BadProof: it does not show what it says.
    """
    proof = parse_proof(data)
    opened = Opened(proof)
    try:
        words = JUDGES[proof.kind](opened)
    except BadProof:
        raise
    except (ValueError, IndexError, OverflowError) as error:  # the refusals of core among them
        raise BadProof(f"it does not hold: {error}") from error
    if not words:
        raise BadProof("it shows nothing that may not be")
    return Judgement(
        kind=proof.kind, rule=proof.rule, words=words, edition=opened.edition,
        trust=opened.trust_id,
    )  # fmt: skip


def _unlawful_entries(opened: Opened) -> str:
    return contradiction(opened.proof.rule, opened.entries())


def _unlawful_run(opened: Opened) -> str:
    entries = opened.entries()
    indexes = [index for index, _ in entries]
    if not indexes or indexes != list(range(indexes[0], indexes[0] + len(indexes))):
        raise BadProof("the entries do not follow one another in the log")
    return range_broken(opened.proof.rule, indexes[0], [entry for _, entry in entries])


def _prefix(opened: Opened) -> list[Entry]:
    """The log's first entries, all of them. Raises: BadProof."""
    bodies = [text.encode() for text in opened.proof.prefix]
    head = opened.checkpoint(opened.proof.checkpoint)
    root = Frontier().extend([leaf_hash(body) for body in bodies])[0].root()
    check_consistency(
        old=len(bodies), old_root=root, new=head.size, new_root=head.root,
        path=bytes_of(opened.proof.path),
    )  # fmt: skip
    try:
        return [parse_entry(body) for body in bodies]
    except BadEntry as error:
        raise BadProof(f"an entry cannot be read: {error}") from error


def _unlawful_log(opened: Opened) -> str:
    history, found = History(), []
    for entry in _prefix(opened):
        found = history.take(entry)
    if opened.proof.rule == "promise_broken" and history.last is not None:
        found = history.overdue(history.last.at_ms)
    return next((breach.words for breach in found if breach.rule == opened.proof.rule), "")


def _bad_entry(opened: Opened) -> str:
    for _, body in opened.bodies():
        try:
            parse_entry(body)
        except BadEntry as error:
            return f"The log holds something that is no entry: {error}."
    return ""


def _forked_checkpoints(opened: Opened) -> str:
    one = opened.checkpoint(opened.proof.checkpoint)
    other = opened.checkpoint(opened.proof.other_checkpoint)
    if one.origin != other.origin or one.size != other.size or one.root == other.root:
        return ""
    return f"Two heads of size {one.size} were signed, and they differ."


def _rewritten_log(opened: Opened) -> str:
    new = opened.checkpoint(opened.proof.checkpoint)
    old = opened.checkpoint(opened.proof.other_checkpoint)
    if new.origin != old.origin or not 0 < old.size < new.size:
        return ""
    roots = roots_of_path(old.size, new.size, bytes_of(opened.proof.path))
    if roots is None or roots[1] != new.root:
        raise BadProof("the path does not lead to the newer head")
    if roots[0] == old.root:
        return ""
    return f"The first {old.size} entries under the newer head are not those signed before."


def _two_trusts(opened: Opened) -> str:
    other = read_trust(opened.proof.other_trust)[0]
    mine = opened.trusts[0]
    shared = set(mine.root_keys) & set(other.root_keys)
    if mine.edition != other.edition or mine == other or not shared:
        return ""
    return "Two different first roots of trust were signed for one edition."


def _two_receipts(opened: Opened) -> str:
    if len(opened.proof.receipts) != 2:
        raise BadProof("two receipts are needed")
    a, b = (parse_receipt(opened.receipt(signed)) for signed in opened.proof.receipts)
    return two_receipts(a, b, first=receipt_id(opened.proof.receipts[0].receipt.encode()))


def _receipt_against_log(opened: Opened) -> str:
    (signed,) = opened.proof.receipts  # another number of them is a ValueError
    receipt = parse_receipt(opened.receipt(signed))
    return contradicts_entry(opened.proof.rule, receipt, [e for _, e in opened.entries()])


def _receipt_unlogged(opened: Opened) -> str:
    (signed,) = opened.proof.receipts
    receipt = parse_receipt(opened.receipt(signed))
    history, newest_ms = History(), 0
    for entry in _prefix(opened):
        history.take(entry)
        newest_ms = entry.at_ms
    if history.size != opened.checkpoint(opened.proof.checkpoint).size:
        raise BadProof("the log is not whole")
    return is_unlogged(opened.proof.rule, receipt, history, newest_ms=newest_ms)


def _epoch_entry(opened: Opened) -> EpochFrozen:
    entry = opened.entries()[0][1]
    if not isinstance(entry, EpochFrozen):
        raise BadProof("the first entry is not an epoch's")
    return entry


def _epoch_header(opened: Opened) -> str:
    entry, data = _epoch_entry(opened), opened.proof.header.encode()
    header = parse_header(data)
    leaves = 1 + -(-header.rows // 64)
    root = root_from_proof(leaf_hash(data), 0, leaves, bytes_of(opened.proof.header_path))
    if root is None or root.hex() != entry.root:
        raise BadProof("the header is not of the epoch that was logged")
    return header_differs(header, entry, edition=opened.edition)


def _row_flags(opened: Opened) -> str:
    entry = _epoch_entry(opened)
    video = VideoId(int(opened.proof.video))
    row = check_row(
        RowProof(
            video=video,
            header=opened.proof.header.encode(),
            header_path=bytes_of(opened.proof.header_path),
            leaves=tuple(
                ProvenLeaf(index, b64decode(data), bytes_of(path))
                for index, data, path in opened.proof.leaves
            ),
        ),
        entry.root,  # type: ignore[arg-type]
    )
    if row is None:
        raise BadProof("the row is not in the epoch")
    decisions = [e for _, e in opened.entries()[1:] if isinstance(e, DecisionTaken)]
    count = parse_header(opened.proof.header.encode()).decisions
    if [decision.n for decision in decisions] != list(range(1, count + 1)):
        raise BadProof("the decisions that the epoch folds in are not all there")
    due = fold_flags(decisions).get(video, 0)
    found = int(row["flags"][0]) & ~FLAG_SILENT
    if found == due:
        return ""
    return f"Video {video} has flags {found} in epoch {entry.number}; the decisions give {due}."


def _replay_differs(opened: Opened) -> str:
    entry = _epoch_entry(opened)
    bundle = parse_bundle(opened.proof.bundle.encode())
    keys = {key for trust in opened.trusts for key in bytes_of(trust.receipt_keys)}
    if bundle.public_key not in keys:
        raise BadProof("the bundle's key is none of this edition's")
    for verdict in replay_many(
        with_previous(bundle.receipts),
        evidence=bundle,
        public_keys=(bundle.public_key,),
        before_keys=True,
    ):
        receipt = next(
            parse_receipt(data)
            for data, _ in bundle.receipts
            if verdict.number == parse_receipt(data).number
        )
        is_logged = (receipt.epoch, receipt.epoch_root) == (entry.number, entry.root)
        if verdict.outcome == DIFFERS and verdict.stage in SIGNED_STAGES and is_logged:
            return f"Request {verdict.number}: {verdict.message}"
    return ""


SIGNED_STAGES: Final = frozenset(("candidates", "features", "values", "slate", "bytes"))
"""Stages at which all inputs fit the receipt, so that the receipt itself is at fault."""

JUDGES: Final[dict[str, Callable[[Opened], str]]] = {
    "unlawful_entries": _unlawful_entries,
    "unlawful_run": _unlawful_run,
    "unlawful_log": _unlawful_log,
    "bad_entry": _bad_entry,
    "forked_checkpoints": _forked_checkpoints,
    "rewritten_log": _rewritten_log,
    "two_trusts": _two_trusts,
    "two_receipts": _two_receipts,
    "receipt_against_log": _receipt_against_log,
    "receipt_unlogged": _receipt_unlogged,
    "epoch_header": _epoch_header,
    "row_flags": _row_flags,
    "replay_differs": _replay_differs,
}

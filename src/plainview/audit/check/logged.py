"""What a receipt or an epoch says against what the log says: shared by checker and third party."""

from collections.abc import Iterable, Sequence
from typing import Final

from plainview.core.catalogue import ACTIONS
from plainview.core.history import (
    DecisionTaken,
    Entry,
    EpochFrozen,
    Experiment,
    ExperimentEnded,
    History,
    Hours,
    log_name,
)
from plainview.core.receipts import (
    Receipt,
    arm_index,
    arm_text,
    line_of,
    policy_of,
    salt_commitment,
    split_arm,
)
from plainview.core.terms.epoch import EpochHeader
from plainview.core.terms.ids import Digest, VideoId

LOGGED_MS: Final = 60_000
"""What a receipt rests on is in the log at most this long after its `now_ms`: clocks of processes
differ, and a head is signed a moment after the entry."""
STALE_MS: Final = 30_000
"""A receipt cites no epoch that was replaced longer ago than this."""


def contradicts_entry(rule: str, receipt: Receipt, entries: Sequence[Entry]) -> str:
    """Words if these entries, shown to be in the log, contradict `receipt` by `rule`."""
    if rule == "arm_undeclared" and len(entries) == 1 and isinstance(entries[0], Experiment):
        return _undeclared(receipt, entries[0])
    if rule == "arm_wrong" and len(entries) == 2:
        declared, ended = entries
        if isinstance(declared, Experiment) and isinstance(ended, ExperimentEnded):
            return _arm_wrong(receipt, declared, ended)
    one = entries[0] if len(entries) == 1 else None
    if rule == "hour_commitment" and isinstance(one, Hours):
        return _hour(receipt, one)
    if not isinstance(one, EpochFrozen):
        return ""
    if rule == "epoch_stale":
        late_ms = receipt.now_ms - one.frozen_ms
        if one.number == receipt.epoch + 1 and late_ms > STALE_MS:
            return f"It cites epoch {receipt.epoch}, replaced {late_ms} ms before."
        return ""
    if one.number != receipt.epoch:
        return ""
    if rule == "epoch_root" and one.root != receipt.epoch_root:
        return f"It names a root of epoch {receipt.epoch} that is not the logged one."
    if rule == "epoch_weights" and one.weights_due(receipt.arm) != receipt.weights:
        where = f" for arm {receipt.arm!r}" if line_of(receipt.arm) else ""
        return f"It names other weights than were logged with epoch {receipt.epoch}{where}."
    if rule == "epoch_late" and one.at_ms > receipt.now_ms + LOGGED_MS:
        return f"Epoch {receipt.epoch} was logged {one.at_ms - receipt.now_ms} ms after its use."
    return ""


def _hour(receipt: Receipt, entry: Hours) -> str:
    place = receipt.hour - entry.first
    if not 0 <= place < len(entry.commitments):
        return ""
    if entry.commitments[place] == receipt.hour_commitment:
        return ""
    return f"It names another commitment for hour {receipt.hour} than was logged."


def _undeclared(receipt: Receipt, entry: Experiment) -> str:
    """Words if the receipt's arm is not one of this experiment as it was declared."""
    name, arm = split_arm(receipt.arm)
    if name != entry.name:
        return ""
    if arm not in entry.arms:
        return f"It names an arm {arm!r} that experiment {name!r} has not."
    if receipt.policy != policy_of(arm):
        return f"It names arm {arm!r} of experiment {name!r} and policy {receipt.policy!r}."
    if not entry.from_ms <= receipt.now_ms < entry.to_ms:
        return f"It names an arm of experiment {name!r}, which was not under way."
    if receipt.chosen_by == "viewer":
        return f"Experiment {name!r} took the place of what the viewer had chosen."
    return ""


def _arm_wrong(receipt: Receipt, entry: Experiment, end: ExperimentEnded) -> str:
    """Words if, by the salt that was revealed, the viewer was in another arm, or in one where the
    receipt names none."""
    salt = bytes.fromhex(end.salt)
    if end.name != entry.name or salt_commitment(salt) != entry.salt:
        return ""
    name, _ = split_arm(receipt.arm)
    if name == entry.name and receipt.now_ms >= end.ended_ms:
        return f"It names an arm of experiment {name!r}, which had ended."
    is_during = entry.from_ms <= receipt.now_ms < end.ended_ms
    if not is_during or receipt.chosen_by == "viewer":
        return ""
    due = arm_text(entry.name, entry.arms[arm_index(salt, receipt.viewer, entry.shares_milli)])
    if receipt.arm == due:
        return ""
    said = f"It names arm {receipt.arm!r}" if receipt.arm else "It names no arm"
    return f"{said}; by the salt revealed its viewer was in {due!r}."


def is_unlogged(rule: str, receipt: Receipt, history: History, *, newest_ms: int) -> str:
    """Words if `receipt` rests on something that is nowhere in the log, though the log has gone on
    long enough since (`newest_ms`: the time of its last entry)."""
    if newest_ms <= receipt.now_ms + LOGGED_MS or is_older_than_log(receipt, history):
        return ""
    if rule == "epoch_unlogged" and history.epoch(receipt.epoch) is None:
        return f"It rests on epoch {receipt.epoch}, which was never logged."
    if rule == "release_unlogged" and receipt.release not in history.sources:
        return f"It was made by source {receipt.release[:12]}…, which was never logged."
    offered = (receipt.policy, receipt.policy_digest)
    if rule == "policy_unlogged" and offered not in history.policies:
        return f"It was made under a policy {receipt.policy!r} that was never logged."
    if rule == "arm_unlogged" and receipt.arm:
        name, _ = split_arm(receipt.arm)
        if name not in history.experiments:
            return f"It names an arm {receipt.arm!r} of an experiment that was never logged."
    if rule == "hour_unlogged" and history.hour_commitment(receipt.hour) is None:
        return f"No key was committed for hour {receipt.hour}."
    return ""


def two_receipts(a: Receipt, b: Receipt, *, first: Digest) -> str:
    """Words if one viewer cannot have been given both; `first` is the id of `a`."""
    if (a.edition, a.viewer) != (b.edition, b.viewer) or a == b:
        return ""
    if a.number == b.number:
        return f"Two different receipts were signed for request {a.number} of one viewer."
    if b.number == a.number + 1 and b.previous != first:
        return f"Receipt {b.number} of a viewer names another receipt {a.number} than was signed."
    return ""


def is_older_than_log(receipt: Receipt, history: History) -> bool:
    """Whether it was made before the log began, by an edition that is older than its log."""
    return not history.trusts or receipt.now_ms < history.trusts[0][1].at_ms


def header_differs(header: EpochHeader, entry: EpochFrozen, *, edition: str) -> str:
    """Words for the first field of an epoch's header that is not as its entry says."""
    for name in ("number", "previous_root", "weights", "line_weights", "decisions", "frozen_ms"):
        stated, logged = getattr(header, name), getattr(entry, name)
        if stated != logged:
            return f"The header of epoch {entry.number} has {name} {stated}, its entry {logged}."
    if log_name(header.edition) != edition:
        return f"Epoch {entry.number} is of edition {header.edition!r}, the log of {edition!r}."
    return ""


def fold_flags(decisions: Iterable[DecisionTaken]) -> dict[VideoId, int]:
    """The flags of each video that a decision concerns, folded in the order given."""
    flags: dict[VideoId, int] = {}
    for decision in decisions:
        video = VideoId(int(decision.video))
        flag, raises = ACTIONS[decision.action]
        before = flags.get(video, 0)
        flags[video] = before | flag if raises else before & ~flag
    return flags

"""The lawful order of entries: what must have been logged before what, as one fold.

`History` takes the entries of a log one by one, from the first, and keeps what later entries and
later checks lean on. What is out of order is said and the entry is then taken as it stands, so that
one lie is not reported a hundred times. The same fold, over the same entries, says the same.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import ClassVar, Final, TypeVar

import msgspec

from plainview.core.history.entries import (
    Access,
    Boost,
    CommentDecided,
    DecisionTaken,
    Entry,
    EpochFrozen,
    Erasure,
    Experiment,
    ExperimentEnded,
    HourKey,
    Hours,
    Interval,
    LineWeights,
    Policies,
    Promise,
    PromiseKept,
    PromiseRefused,
    Source,
    Trust,
    WeightsPublished,
)
from plainview.core.history.lines import SLACK_MS as LINES_SLACK_MS
from plainview.core.history.lines import LinesOrder
from plainview.core.history.rules import ALONE, PAIRS, RANGES
from plainview.core.history.trust import TrustDocument, parse_trust
from plainview.core.receipts import hour_of, policy_of
from plainview.core.terms.ids import NO_DIGEST

PREFIX_RULES: Final = (
    "weights_unlogged", "parent_unlogged", "restored_unknown", "hour_key_unknown",
    "promise_unknown", "promise_epoch_unknown", "served_too_early", "hour_uncommitted",
    "promise_broken", "experiment_overlap", "experiment_unknown", "experiment_unrevealed",
    "line_undeclared", "line_parent", "line_unlogged", "epoch_lines",
)  # fmt: skip
"""Broken only where something is nowhere before: shown by the whole log up to the entry."""

RULES: Final = (*ALONE, *PAIRS, *RANGES, *PREFIX_RULES)

REVEAL_MS: Final = 24 * 3_600_000
"""An experiment's salt is revealed at most this long after its end."""

T = TypeVar("T")
At = tuple[int, T]
"""An entry with its index."""


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """Entry `index` breaks `rule`, in `words`.

    `entries` are the indexes of those that show it by themselves, in order; empty when it is
    shown by all entries from `since` to `index`.
    """

    index: int
    rule: str
    words: str
    entries: tuple[int, ...] = ()
    since: int = 0


class History:
    """What a log has established so far. Owned by whoever folds; not to be changed from outside.

    `trusts`, `epochs`, `published` and `decisions` are in the order of the log; `weights`,
    `policies`, `sources` and `hours` say at which index something was first logged.
    """

    def __init__(self) -> None:
        self.size = 0
        self.last: Entry | None = None
        self.trusts: list[At[Trust]] = []
        self.sources: dict[str, int] = {}
        self.offers: list[At[Policies]] = []
        self.policies: dict[tuple[str, str], int] = {}
        self.weights: dict[str, At[WeightsPublished]] = {}
        self.published: list[At[WeightsPublished]] = []
        self.hours: list[At[Hours]] = []
        self.hour_keys: dict[int, At[HourKey]] = {}
        self.decisions: list[At[DecisionTaken]] = []
        self.epochs: list[At[EpochFrozen]] = []
        self.epoch_of: dict[int, int] = {}
        self.last_interval: At[Interval] | None = None
        self.last_served: At[Interval] | None = None
        self.promises: dict[str, At[Promise]] = {}
        self.settled: dict[str, At[PromiseKept | PromiseRefused]] = {}
        self.experiments: dict[str, At[Experiment]] = {}
        self.ended: dict[str, At[ExperimentEnded]] = {}
        self.line_weights: list[At[LineWeights]] = []
        self._lines = LinesOrder()
        self._with_lines: list[str] = []
        self._unrevealed: set[str] = set()
        self.erased_receipts = 0
        self._documents: dict[int, TrustDocument] = {}
        self._found: list[Breach] = []

    # ---------------------------------------------------------------------------------- asking

    @property
    def trust(self) -> TrustDocument | None:
        """The root of trust in force."""
        return self._documents[self.trusts[-1][0]] if self.trusts else None

    @property
    def trust_documents(self) -> list[At[TrustDocument]]:
        """All versions, with the index from which each is in force."""
        return [(index, self._documents[index]) for index, _ in self.trusts]

    def epoch(self, number: int) -> At[EpochFrozen] | None:
        """The entry of that epoch, the first of that number."""
        place = self.epoch_of.get(number)
        return None if place is None else self.epochs[place]

    def hour_commitment(self, hour: int) -> tuple[int, str] | None:
        """The index of the entry that commits to that hour's key, and the commitment."""
        place = bisect_right(self.hours, hour, key=lambda at: at[1].first) - 1
        if place < 0:
            return None
        index, entry = self.hours[place]
        offset = hour - entry.first
        return (index, entry.commitments[offset]) if offset < len(entry.commitments) else None

    def overdue(self, now_ms: int) -> list[Breach]:
        """Promises unsettled though their deadline is before `now_ms` and the log has gone on."""
        return [
            Breach(
                index=self.size - 1,
                rule="promise_broken",
                words=f"the promise in entry {index} is {now_ms - promise.deadline_ms} ms overdue",
            )
            for upload, (index, promise) in self.promises.items()
            if upload not in self.settled and promise.deadline_ms < now_ms
        ]

    # ---------------------------------------------------------------------------------- folding

    def take(self, entry: Entry) -> list[Breach]:
        """Fold the next entry in. Returns what it breaks; mostly nothing."""
        self._found = []
        index = self.size
        if index == 0:
            self._alone("begins", entry)
        elif self.last is not None and entry.at_ms < self.last.at_ms:
            self._pair("time", (index - 1, self.last), entry)
        self._TAKES[type(entry)](self, index, entry)
        self.size, self.last = index + 1, entry
        return self._found

    def pass_over(self) -> None:
        """Count an entry that could not be read; nothing follows from it."""
        self.size += 1

    def _trust(self, index: int, entry: Trust) -> None:
        self._alone("trust_signed", entry)
        before = self.trusts[-1] if self.trusts else None
        if before is not None:
            self._pair("trust_order", before, entry)
            self._pair("trust_handed_on", before, entry)
        if entry.version > (before[1].version if before else 0) + 1:
            self._run("trust_gap", before, f"version {entry.version} leaves one out")
        self.trusts.append((index, entry))
        self._documents[index] = parse_trust(entry.document.encode())

    def _source(self, index: int, entry: Source) -> None:
        self.sources.setdefault(entry.digest, index)

    def _policies(self, index: int, entry: Policies) -> None:
        self.offers.append((index, entry))
        for one in entry.offered:
            self.policies.setdefault((one.name, one.digest), index)

    def _weights(self, index: int, entry: WeightsPublished) -> None:
        if entry.parent != NO_DIGEST and entry.parent not in self.weights:
            self._prefix("parent_unlogged", f"weights {entry.parent[:12]}… were never logged")
        elif self.published and entry.parent not in (NO_DIGEST, self.published[-1][1].digest):
            last = self.published[-1][1].digest
            words = f"weights with parent {entry.parent[:12]}… were published after {last[:12]}…"
            self._run("weights_parent", self.published[-1], words)
        if entry.origin == "restored" and entry.digest not in self.weights:
            words = f"weights {entry.digest[:12]}… were restored that were never published"
            self._prefix("restored_unknown", words)
        self.published.append((index, entry))
        self.weights.setdefault(entry.digest, (index, entry))

    def _hours(self, index: int, entry: Hours) -> None:
        self._alone("hours_past", entry)
        if self.hours:
            self._pair("hours_twice", self.hours[-1], entry)
        if self.last_served is not None:
            self._pair("hours_ahead", self.last_served, entry)
        if not self.hours or entry.first >= self.hours[-1][1].first:
            self.hours.append((index, entry))

    def _hour_key(self, index: int, entry: HourKey) -> None:
        self._alone("hour_key_early", entry)
        if entry.hour in self.hour_keys:
            self._pair("hour_key_twice", self.hour_keys[entry.hour], entry)
            return
        known = self.hour_commitment(entry.hour)
        if known is None:
            self._prefix("hour_key_unknown", f"no key was committed for hour {entry.hour}")
        else:
            place = bisect_right(self.hours, entry.hour, key=lambda at: at[1].first) - 1
            self._pair("hour_key_wrong", self.hours[place], entry)
        self.hour_keys[entry.hour] = (index, entry)

    def _decision(self, index: int, entry: DecisionTaken) -> None:
        before = self.decisions[-1] if self.decisions else None
        if before is not None:
            self._pair("decision_order", before, entry)
        if entry.n > (before[1].n if before else 0) + 1:
            self._run("decision_gap", before, f"decision {entry.n} leaves one out")
        self.decisions.append((index, entry))

    def _epoch(self, index: int, entry: EpochFrozen) -> None:
        self._alone("epoch_future", entry)
        before = self.epochs[-1] if self.epochs else None
        if before is not None:
            for rule in ("epoch_order", "epoch_chain", "epoch_decisions_back", "epoch_time_back"):
                self._pair(rule, before, entry)
        if before is not None and entry.number > before[1].number + 1:
            self._run("epoch_gap", before, f"epoch {entry.number} leaves one out")
        if entry.weights not in self.weights:
            words = f"epoch {entry.number} uses weights that were never logged"
            self._prefix("weights_unlogged", words)
        for rule, words in self._lines.epoch(entry, near=self._near(entry.frozen_ms)):
            self._prefix(rule, words)
        last = self.decisions[-1] if self.decisions else None
        logged = last[1].n if last else 0
        if entry.decisions > logged:
            words = (
                f"epoch {entry.number} folds in {entry.decisions} decisions; {logged} are logged"
            )
            self._run("decisions_unlogged", last, words)
        left_out = entry.decisions
        if last is not None and left_out < last[1].n and left_out < len(self.decisions):
            self._pair("decision_left_out", self.decisions[left_out], entry)
        self.epoch_of.setdefault(entry.number, len(self.epochs))
        self.epochs.append((index, entry))

    def _interval(self, index: int, entry: Interval) -> None:
        if entry.to_ms > entry.at_ms:
            self._alone("interval_future", entry)
        before = self.last_interval
        due = 1
        if before is not None:
            due = before[1].number + 1
            if entry.number < due:
                self._pair("interval_order", before, entry)
            if entry.from_ms < before[1].to_ms:
                self._pair("interval_overlap", before, entry)
        if entry.number > due:
            self._run("interval_gap", before, f"interval {entry.number} where {due} was due")
        if entry.receipts.count:
            self._served(index, entry)
        self.last_interval = (index, entry)

    def _served(self, index: int, entry: Interval) -> None:
        """Slates were served: what they are made from must be in the log by now."""
        if self.last_served is None:
            lacks = [
                noun
                for noun, known in (
                    ("source", self.sources), ("policies", self.offers),
                    ("weights", self.weights), ("epoch", self.epochs),
                )
                if not known
            ]  # fmt: skip
            if lacks:
                self._prefix("served_too_early", f"slates before any {', '.join(lacks)} was logged")
        for hour in sorted({hour_of(entry.from_ms), hour_of(entry.to_ms)}):
            if self.hour_commitment(hour) is None:
                words = f"slates in hour {hour}, for which no key was committed"
                self._prefix("hour_uncommitted", words)
        self._revealed_by(entry.to_ms)
        self.last_served = (index, entry)

    def _promise(self, index: int, entry: Promise) -> None:
        if entry.upload in self.promises:
            self._pair("promise_twice", self.promises[entry.upload], entry)
            return
        if self.trust is not None:
            most_ms = self.trust.promise_ms
            if entry.deadline_ms > entry.at_ms + most_ms:
                words = f"a promise with a deadline later than the {most_ms} ms published"
                self._run("deadline_far", self.trusts[-1], words)
        self.promises[entry.upload] = (index, entry)

    def _settle(self, index: int, entry: PromiseKept | PromiseRefused) -> None:
        if entry.upload in self.settled:
            self._pair("settled_twice", self.settled[entry.upload], entry)
            return
        if entry.upload not in self.promises:
            self._prefix("promise_unknown", "it settles a promise that was never logged")
        else:
            self._pair("promise_late", self.promises[entry.upload], entry)
        if isinstance(entry, PromiseKept) and entry.epoch not in self.epoch_of:
            words = f"it names epoch {entry.epoch}, which was never logged"
            self._prefix("promise_epoch_unknown", words)
        self.settled[entry.upload] = (index, entry)

    def _boost(self, index: int, entry: Boost) -> None:  # noqa: ARG002 - all are called alike
        self._alone("declared_late", entry)
        offer = self.offers[-1] if self.offers else None
        names = {one.name for one in offer[1].offered} if offer else set()
        if entry.policy not in names:
            words = f"a boost under policy {entry.policy!r}, which is not on offer"
            self._run("boost_unoffered", offer, words)

    def _experiment(self, index: int, entry: Experiment) -> None:
        self._alone("declared_late", entry)
        if entry.name in self.experiments:
            self._pair("experiment_twice", self.experiments[entry.name], entry)
        offer = self.offers[-1] if self.offers else None
        names = {one.name for one in offer[1].offered} if offer else set()
        if not names.issuperset(policy_of(arm) for arm in entry.arms):
            self._run("experiment_unoffered", offer, "an arm is no policy on offer")
        for name, (_, other) in self.experiments.items():
            over_ms = self._over_ms(name)
            if name != entry.name and entry.from_ms < over_ms and other.from_ms < entry.to_ms:
                words = f"experiments {name!r} and {entry.name!r} overlap in time"
                self._prefix("experiment_overlap", words)
        self.experiments[entry.name] = (index, entry)
        if entry.lines:
            self._with_lines.append(entry.name)

    def _experiment_end(self, index: int, entry: ExperimentEnded) -> None:
        if entry.name in self.ended:
            self._pair("experiment_end_twice", self.ended[entry.name], entry)
            return
        if entry.name not in self.experiments:
            words = f"it ends an experiment {entry.name!r} that was never declared"
            self._prefix("experiment_unknown", words)
        else:
            self._pair("experiment_end_time", self.experiments[entry.name], entry)
            self._pair("experiment_salt_wrong", self.experiments[entry.name], entry)
            for rule, words in self._lines.ended(entry.name, ended_ms=entry.ended_ms):
                self._prefix(rule, words)
        self.ended[entry.name] = (index, entry)

    def _line_weights(self, index: int, entry: LineWeights) -> None:
        declared = self.experiments.get(entry.experiment)
        found = self._lines.take(
            entry,
            declared=declared[1] if declared else None,
            is_ended=entry.experiment in self.ended,
            main=self.published[-1][1].digest if self.published else "",
        )
        for rule, words in found:
            self._prefix(rule, words)
        self.line_weights.append((index, entry))

    def _near(self, at_ms: int) -> list[Experiment]:
        """The experiments with lines that are under way then or just over, as far as the log says
        by now. Epochs do not go back in time, so one that is long over is not looked at again."""
        over = {name: self._over_ms(name) + LINES_SLACK_MS for name in self._with_lines}
        for name, over_ms in over.items():
            if name in self.ended and over_ms <= at_ms:
                self._with_lines.remove(name)
        found = [self.experiments[name][1] for name in self._with_lines if at_ms < over[name]]
        return [one for one in found if one.from_ms <= at_ms]

    def _over_ms(self, name: str) -> int:
        end = self.ended.get(name)
        return self.experiments[name][1].to_ms if end is None else end[1].ended_ms

    def _revealed_by(self, at_ms: int) -> None:
        """Slates are still served: salts of what was over a day before must be revealed."""
        for name, (_, one) in self.experiments.items():
            is_open = name not in self.ended and name not in self._unrevealed
            if is_open and one.to_ms + REVEAL_MS < at_ms:
                self._unrevealed.add(name)
                words = f"the salt of experiment {name!r} is not revealed a day after its end"
                self._prefix("experiment_unrevealed", words)

    def _told(self, index: int, entry: Access | CommentDecided) -> None:
        pass

    def _erasure(self, index: int, entry: Erasure) -> None:  # noqa: ARG002 - all are called alike
        self.erased_receipts += entry.receipts

    _TAKES: ClassVar[dict[type[Entry], Callable[..., None]]] = {
        Trust: _trust, Source: _source, Policies: _policies, WeightsPublished: _weights,
        Hours: _hours, HourKey: _hour_key, DecisionTaken: _decision, EpochFrozen: _epoch,
        Interval: _interval, Promise: _promise, PromiseKept: _settle, PromiseRefused: _settle,
        Boost: _boost, Experiment: _experiment, ExperimentEnded: _experiment_end, Access: _told,
        Erasure: _erasure, CommentDecided: _told, LineWeights: _line_weights,
    }  # fmt: skip

    # ---------------------------------------------------------------------------------- saying

    def _alone(self, rule: str, entry: Entry) -> None:
        words = ALONE[rule][1](entry, self.size)
        if words:
            self._found.append(
                Breach(index=self.size, rule=rule, words=words, entries=(self.size,))
            )

    def _pair(self, rule: str, earlier: tuple[int, Entry], entry: Entry) -> None:
        words = PAIRS[rule][2](earlier[1], entry)
        if words:
            self._found.append(
                Breach(index=self.size, rule=rule, words=words, entries=(earlier[0], self.size))
            )

    def _run(self, rule: str, anchor: tuple[int, Entry] | None, words: str) -> None:
        since = anchor[0] if anchor else 0
        self._found.append(Breach(index=self.size, rule=rule, words=words, since=since))

    def _prefix(self, rule: str, words: str) -> None:
        self._found.append(Breach(index=self.size, rule=rule, words=words))


def fold_history(entries: Iterable[Entry]) -> tuple[History, list[Breach]]:
    """Fold a whole log. Returns what it established, and all that is out of order."""
    history, found = History(), list[Breach]()
    for entry in entries:
        found += history.take(entry)
    return history, found

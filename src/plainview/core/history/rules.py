"""The rules of lawful order that a few entries decide by themselves, whatever else is in the log.

ALONE judges one entry at its index, PAIRS an earlier and a later one. Both are what the fold
(`lawful.py`) calls, and what somebody calls who was handed nothing but those entries and the proof
that they are in the log. RANGES judges a run of consecutive entries, where it matters that
something does not stand between. Each gives words when the rule is broken, and "" when it is not.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from plainview.core.history.entries import (
    Boost,
    DecisionTaken,
    Entry,
    EpochFrozen,
    Experiment,
    ExperimentEnded,
    HourKey,
    Hours,
    Interval,
    Policies,
    Promise,
    PromiseKept,
    PromiseRefused,
    Trust,
    WeightsPublished,
)
from plainview.core.history.trust import BadTrust, check_trust, parse_trust
from plainview.core.receipts import hour_commitment, hour_of, policy_of, salt_commitment
from plainview.core.terms.ids import NO_DIGEST

HOUR_MS: Final = 3_600_000
AHEAD_MS: Final = 24 * HOUR_MS
"""How long before its hour a key is committed, while anything is being served."""
DECISION_LATE_MS: Final = 60_000
"""An epoch frozen this long after a decision has it folded in."""

Words = str
ANY: Final = cast("tuple[type[Entry], ...]", Entry.__args__)
SETTLED: Final = (PromiseKept, PromiseRefused)


def signatures_of(entry: Trust) -> list[tuple[str, str]]:
    """The entry's signatures as `check_trust` takes them."""
    return [(one.key, one.signature) for one in entry.signatures]


# ------------------------------------------------------------------------------------- one entry


def _begins(entry: Entry, index: int) -> Words:
    if index == 0 and not (isinstance(entry, Trust) and entry.version == 1):
        return "the first entry is not version 1 of the root of trust"
    return ""


def _trust_signed(entry: Trust, _: int) -> Words:
    if entry.version != 1:
        return ""
    try:
        check_trust(entry.document.encode(), signatures_of(entry), before=None)
    except BadTrust as error:
        return f"the root of trust is not signed by its own keys: {error}"
    return ""


def _interval_future(entry: Interval, _: int) -> Words:
    return "it ends after it was logged" if entry.to_ms > entry.at_ms else ""


def _epoch_future(entry: EpochFrozen, _: int) -> Words:
    return "it was frozen after it was logged" if entry.frozen_ms > entry.at_ms else ""


def _hours_past(entry: Hours, _: int) -> Words:
    return "a key was committed for an hour gone by" if entry.first < hour_of(entry.at_ms) else ""


def _hour_key_early(entry: HourKey, _: int) -> Words:
    is_over = entry.at_ms >= (entry.hour + 1) * HOUR_MS
    return "" if is_over else f"the key of hour {entry.hour} was revealed before the hour was over"


def _declared_late(entry: Boost | Experiment, _: int) -> Words:
    return "it was declared after it had begun" if entry.at_ms > entry.from_ms else ""


ALONE: Final[dict[str, tuple[tuple[type[Entry], ...], Callable[[Any, int], Words]]]] = {
    "begins": (ANY, _begins),
    "trust_signed": ((Trust,), _trust_signed),
    "interval_future": ((Interval,), _interval_future),
    "epoch_future": ((EpochFrozen,), _epoch_future),
    "hours_past": ((Hours,), _hours_past),
    "hour_key_early": ((HourKey,), _hour_key_early),
    "declared_late": ((Boost, Experiment), _declared_late),
}


# ------------------------------------------------------------------------- an earlier and a later


def _time(a: Entry, b: Entry) -> Words:
    return "its time is before that of an entry before it" if b.at_ms < a.at_ms else ""


def _trust_order(a: Trust, b: Trust) -> Words:
    return f"version {b.version} after version {a.version}" if b.version <= a.version else ""


def _trust_handed_on(a: Trust, b: Trust) -> Words:
    if b.version != a.version + 1:
        return ""
    try:
        check_trust(b.document.encode(), signatures_of(b), before=parse_trust(a.document.encode()))
    except BadTrust as error:
        return f"version {b.version} of the root of trust does not follow from the former: {error}"
    return ""


def _epoch_order(a: EpochFrozen, b: EpochFrozen) -> Words:
    return f"epoch {b.number} after epoch {a.number}" if b.number <= a.number else ""


def _epoch_chain(a: EpochFrozen, b: EpochFrozen) -> Words:
    if b.number == a.number + 1 and b.previous_root != a.root:
        return f"epoch {b.number} names another root for epoch {a.number} than was logged"
    return ""


def _epoch_decisions_back(a: EpochFrozen, b: EpochFrozen) -> Words:
    if b.number > a.number and b.decisions < a.decisions:
        return f"epoch {b.number} has fewer decisions folded in than epoch {a.number}"
    return ""


def _epoch_time_back(a: EpochFrozen, b: EpochFrozen) -> Words:
    if b.number > a.number and b.frozen_ms < a.frozen_ms:
        return f"epoch {b.number} was frozen before epoch {a.number}"
    return ""


def _decision_left_out(a: DecisionTaken, b: EpochFrozen) -> Words:
    late_ms = b.frozen_ms - a.at_ms
    if b.decisions < a.n and late_ms > DECISION_LATE_MS:
        return f"epoch {b.number} leaves out decision {a.n}, taken {late_ms} ms before"
    return ""


def _decision_order(a: DecisionTaken, b: DecisionTaken) -> Words:
    return f"decision {b.n} after decision {a.n}" if b.n <= a.n else ""


def _interval_order(a: Interval, b: Interval) -> Words:
    return f"interval {b.number} after interval {a.number}" if b.number <= a.number else ""


def _interval_overlap(a: Interval, b: Interval) -> Words:
    if b.number > a.number and b.from_ms < a.to_ms:
        return f"interval {b.number} begins before interval {a.number} ends"
    return ""


def _hours_twice(a: Hours, b: Hours) -> Words:
    if b.first < a.first + len(a.commitments):
        return f"a second key was committed for hour {max(b.first, a.first)}"
    return ""


def _hours_ahead(a: Interval, b: Hours) -> Words:
    ahead_ms, rest_ms = b.first * HOUR_MS - b.at_ms, b.at_ms - a.to_ms
    if ahead_ms < AHEAD_MS and rest_ms < AHEAD_MS:
        return f"the key of hour {b.first} was committed {ahead_ms} ms ahead, in full service"
    return ""


def _hour_key_wrong(a: Hours, b: HourKey) -> Words:
    place = b.hour - a.first
    if not 0 <= place < len(a.commitments):
        return ""
    if hour_commitment(b.hour, bytes.fromhex(b.key)) != a.commitments[place]:
        return f"the key revealed for hour {b.hour} is not the one committed"
    return ""


def _hour_key_twice(a: HourKey, b: HourKey) -> Words:
    return f"the key of hour {b.hour} was revealed before" if a.hour == b.hour else ""


def _promise_twice(a: Promise, b: Promise) -> Words:
    return "the same upload was promised before" if a.upload == b.upload else ""


def _settled_twice(a: PromiseKept | PromiseRefused, b: PromiseKept | PromiseRefused) -> Words:
    return "the same promise was settled before" if a.upload == b.upload else ""


def _promise_late(a: Promise, b: PromiseKept | PromiseRefused) -> Words:
    if a.upload == b.upload and b.at_ms > a.deadline_ms:
        return f"a promise was settled {b.at_ms - a.deadline_ms} ms after its deadline"
    return ""


def _experiment_twice(a: Experiment, b: Experiment) -> Words:
    return f"an experiment {b.name!r} was declared before" if a.name == b.name else ""


def _experiment_end_twice(a: ExperimentEnded, b: ExperimentEnded) -> Words:
    return f"experiment {b.name!r} was ended before" if a.name == b.name else ""


def _experiment_end_time(a: Experiment, b: ExperimentEnded) -> Words:
    if a.name != b.name or b.ended_ms <= min(a.to_ms, b.at_ms):
        return ""
    return f"experiment {b.name!r} is said to have ended after it was to, or after this was logged"


def _experiment_salt_wrong(a: Experiment, b: ExperimentEnded) -> Words:
    if a.name != b.name or salt_commitment(bytes.fromhex(b.salt)) == a.salt:
        return ""
    return f"the salt revealed for experiment {b.name!r} is not the one committed"


PAIRS: Final[
    dict[str, tuple[tuple[type[Entry], ...], tuple[type[Entry], ...], Callable[[Any, Any], Words]]]
] = {
    "time": (ANY, ANY, _time),
    "trust_order": ((Trust,), (Trust,), _trust_order),
    "trust_handed_on": ((Trust,), (Trust,), _trust_handed_on),
    "epoch_order": ((EpochFrozen,), (EpochFrozen,), _epoch_order),
    "epoch_chain": ((EpochFrozen,), (EpochFrozen,), _epoch_chain),
    "epoch_decisions_back": ((EpochFrozen,), (EpochFrozen,), _epoch_decisions_back),
    "epoch_time_back": ((EpochFrozen,), (EpochFrozen,), _epoch_time_back),
    "decision_left_out": ((DecisionTaken,), (EpochFrozen,), _decision_left_out),
    "decision_order": ((DecisionTaken,), (DecisionTaken,), _decision_order),
    "interval_order": ((Interval,), (Interval,), _interval_order),
    "interval_overlap": ((Interval,), (Interval,), _interval_overlap),
    "hours_twice": ((Hours,), (Hours,), _hours_twice),
    "hours_ahead": ((Interval,), (Hours,), _hours_ahead),
    "hour_key_wrong": ((Hours,), (HourKey,), _hour_key_wrong),
    "hour_key_twice": ((HourKey,), (HourKey,), _hour_key_twice),
    "promise_twice": ((Promise,), (Promise,), _promise_twice),
    "settled_twice": (SETTLED, SETTLED, _settled_twice),
    "promise_late": ((Promise,), SETTLED, _promise_late),
    "experiment_twice": ((Experiment,), (Experiment,), _experiment_twice),
    "experiment_end_twice": ((ExperimentEnded,), (ExperimentEnded,), _experiment_end_twice),
    "experiment_end_time": ((Experiment,), (ExperimentEnded,), _experiment_end_time),
    "experiment_salt_wrong": ((Experiment,), (ExperimentEnded,), _experiment_salt_wrong),
}


# ----------------------------------------------------------------------- a run of entries, in order


def _gap(
    kind: type[Entry], field: str, noun: str, *, is_first_free: bool = False
) -> Callable[[Sequence[Entry]], Words]:
    """Whether a number was left out; the first of all is 1, unless an edition older than its log
    may begin with a later one."""

    def judge(run: Sequence[Entry]) -> Words:
        *before, last = run
        known = [getattr(entry, field) for entry in before if isinstance(entry, kind)]
        if not isinstance(last, kind) or (is_first_free and not known):
            return ""
        number, expected = getattr(last, field), (known[-1] if known else 0) + 1
        return f"{noun} {number} where {expected} was due" if number > expected else ""

    return judge


def _decisions_unlogged(run: Sequence[Entry]) -> Words:
    *before, last = run
    known = [entry.n for entry in before if isinstance(entry, DecisionTaken)]
    logged = known[-1] if known else 0
    if isinstance(last, EpochFrozen) and last.decisions > logged:
        return f"epoch {last.number} folds in {last.decisions} decisions; {logged} were logged"
    return ""


def _deadline_far(run: Sequence[Entry]) -> Words:
    *before, last = run
    terms = [entry for entry in before if isinstance(entry, Trust)]
    if not terms or not isinstance(last, Promise):
        return ""
    most_ms = parse_trust(terms[-1].document.encode()).promise_ms
    if last.deadline_ms > last.at_ms + most_ms:
        return f"a promise has a deadline later than the {most_ms} ms that are published"
    return ""


def _boost_unoffered(run: Sequence[Entry]) -> Words:
    *before, last = run
    offers = [entry for entry in before if isinstance(entry, Policies)]
    names = {one.name for one in offers[-1].offered} if offers else set()
    if isinstance(last, Boost) and last.policy not in names:
        return f"a boost under policy {last.policy!r}, which is not on offer"
    return ""


def _weights_parent(run: Sequence[Entry]) -> Words:
    *before, last = run
    known = [entry.digest for entry in before if isinstance(entry, WeightsPublished)]
    if not isinstance(last, WeightsPublished) or last.parent == NO_DIGEST or not known:
        return ""
    if last.parent != known[-1]:
        return f"weights with parent {last.parent[:12]}… were published after {known[-1][:12]}…"
    return ""


def _experiment_unoffered(run: Sequence[Entry]) -> Words:
    *before, last = run
    offers = [entry for entry in before if isinstance(entry, Policies)]
    names = {one.name for one in offers[-1].offered} if offers else set()
    needs = {policy_of(arm) for arm in last.arms} if isinstance(last, Experiment) else set()
    if lacks := sorted(needs - names):
        return f"an experiment with arms that are no policies on offer: {', '.join(lacks)}"
    return ""


RANGES: Final[dict[str, tuple[type[Entry], Callable[[Sequence[Entry]], Words]]]] = {
    "trust_gap": (Trust, _gap(Trust, "version", "version")),
    "epoch_gap": (EpochFrozen, _gap(EpochFrozen, "number", "epoch", is_first_free=True)),
    "decision_gap": (DecisionTaken, _gap(DecisionTaken, "n", "decision")),
    "interval_gap": (Interval, _gap(Interval, "number", "interval")),
    "decisions_unlogged": (DecisionTaken, _decisions_unlogged),
    "deadline_far": (Trust, _deadline_far),
    "boost_unoffered": (Policies, _boost_unoffered),
    "weights_parent": (WeightsPublished, _weights_parent),
    "experiment_unoffered": (Policies, _experiment_unoffered),
}
"""Rule -> the kind of entry that a run begins with (unless it begins with entry 0), and the judge
of a run whose last entry is the one in question."""


def contradiction(rule: str, entries: Sequence[tuple[int, Entry]]) -> Words:
    """Words if these entries, in order of index, break `rule` by themselves; "" if they do not.

    >>> from plainview.core.history.entries import Source
    >>> one = Source(at_ms=9, digest="0" * 64, files=1)
    >>> two = Source(at_ms=8, digest="0" * 64, files=1)
    >>> contradiction("time", [(3, one), (7, two)])
    'its time is before that of an entry before it'
    >>> contradiction("time", [(3, two), (7, one)])
    ''
    """
    if rule in ALONE and len(entries) == 1:
        kinds, judge = ALONE[rule]
        index, entry = entries[0]
        return judge(entry, index) if isinstance(entry, kinds) else ""
    if rule in PAIRS and len(entries) == 2 and entries[0][0] < entries[1][0]:
        earlier, later, compare = PAIRS[rule]
        a, b = entries[0][1], entries[1][1]
        return compare(a, b) if isinstance(a, earlier) and isinstance(b, later) else ""
    return ""


def range_broken(rule: str, first: int, run: Sequence[Entry]) -> Words:
    """Words if the consecutive entries `run`, beginning at index `first`, break `rule`."""
    if rule not in RANGES or not run:
        return ""
    anchor, judge = RANGES[rule]
    is_anchored = len(run) > 1 and isinstance(run[0], anchor)
    return judge(run) if first == 0 or is_anchored else ""

"""What is written in the public log, and the order in which it may be. `specs/log-entries.md`."""

from plainview.core.history.commitments import BadSalt, commitment, record_salt
from plainview.core.history.entries import (
    ENTRY_TYPES,
    Access,
    Batch,
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
    Offer,
    Policies,
    Promise,
    PromiseKept,
    PromiseRefused,
    RootSignature,
    Source,
    Trust,
    WeightsPublished,
    encode_entry,
    parse_entry,
)
from plainview.core.history.forms import ENTRY_BYTES_MAX, SPEC, BadEntry, HistoryError
from plainview.core.history.intervals import (
    BadInterval,
    IntervalProof,
    IntervalTree,
    batch_of,
    check_in_interval,
    check_receipt_logged,
    interval_path,
)
from plainview.core.history.lawful import RULES, Breach, History, fold_history
from plainview.core.history.rules import contradiction, range_broken
from plainview.core.history.trust import (
    BadTrust,
    TrustDocument,
    check_trust,
    encode_trust,
    log_name,
    origin_of,
    parse_trust,
    sign_trust,
    trust_id,
)

__all__ = [
    "SPEC", "ENTRY_BYTES_MAX", "ENTRY_TYPES", "Entry", "encode_entry", "parse_entry",
    "Trust", "Source", "Policies", "WeightsPublished", "Hours", "HourKey", "DecisionTaken",
    "EpochFrozen", "Interval", "Promise", "PromiseKept", "PromiseRefused", "Boost", "Experiment",
    "ExperimentEnded", "LineWeights", "Access", "Erasure", "CommentDecided", "RootSignature",
    "Offer", "Batch",
    "commitment", "record_salt",
    "IntervalProof", "IntervalTree", "batch_of", "interval_path", "check_in_interval",
    "check_receipt_logged",
    "RULES", "Breach", "History", "fold_history", "contradiction", "range_broken",
    "TrustDocument", "log_name", "origin_of", "encode_trust", "parse_trust", "check_trust",
    "sign_trust", "trust_id",
    "HistoryError", "BadEntry", "BadTrust", "BadInterval", "BadSalt",
]  # fmt: skip

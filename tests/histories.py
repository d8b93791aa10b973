"""A small lawful log with every kind of entry, and for each rule a log that breaks it alone."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Literal

import msgspec

from plainview.core.history import (
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
    Offer,
    Policies,
    Promise,
    PromiseKept,
    PromiseRefused,
    RootSignature,
    Source,
    Trust,
    TrustDocument,
    WeightsPublished,
    batch_of,
    encode_trust,
    origin_of,
    sign_trust,
)
from plainview.core.receipts import hour_commitment, public_key_of, salt_commitment
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.core.tlog import log_key

EDITION = "vectors"
HOUR = 497_222
HOUR_MS = 3_600_000
BEGIN_MS = HOUR * HOUR_MS + 600_000
OVER_MS = (HOUR + 1) * HOUR_MS

Build = Callable[[list[Entry]], None]


def key_of(name: str) -> bytes:
    """A private key that signs nothing but tests."""
    return sha256(f"plainview tests, key {name}".encode()).digest()


def digest(name: str) -> Digest:
    """A digest that stands for `name`."""
    return Digest(sha256(name.encode()).hexdigest())


def hour_key(hour: int) -> bytes:
    """The key of an hour in these logs."""
    return key_of(f"hour {hour}")


def keys(first: int, count: int) -> tuple[Digest, ...]:
    """Commitments to the keys of `count` hours."""
    return tuple(hour_commitment(hour, hour_key(hour)) for hour in range(first, first + count))


def public(name: str) -> str:
    """A public key in base64."""
    return b64encode(public_key_of(key_of(name))).decode()


def document(**changes: Any) -> TrustDocument:
    """Version 1 of the root of trust of these logs."""
    vkey = log_key(origin_of(EDITION), key_of("log")).vkey()
    fields: dict[str, Any] = {
        "edition": EDITION,
        "version": 1,
        "receipt_keys": (public("receipts"),),
        "log_keys": (vkey,),
        "policy": f"log {vkey}\nquorum none\n",
        "root_keys": tuple(sorted((public("root 1"), public("root 2")))),
        "threshold": 1,
        "retention_days": 90,
        "grace_ms": 20_000,
        "promise_ms": 3_600_000,
        "at_ms": BEGIN_MS,
    }
    return TrustDocument(**{**fields, **changes})


def trust(made: TrustDocument, *, at_ms: int, signers: Sequence[str] = ("root 1",)) -> Trust:
    """The entry of a trust document, signed by root keys of these names."""
    data = encode_trust(made)
    signed = sorted(sign_trust(data, private_key=key_of(name)) for name in signers)
    return Trust(
        at_ms=at_ms,
        version=made.version,
        document=data.decode(),
        signatures=tuple(RootSignature(key=key, signature=text) for key, text in signed),
    )


def epoch(
    number: int, *, at_ms: int, decisions: int = 0, weights: str = "weights 1"
) -> EpochFrozen:
    """An epoch's entry; roots follow from numbers."""
    return EpochFrozen(
        at_ms=at_ms, number=number, root=digest(f"epoch {number}"),
        previous_root=digest(f"epoch {number - 1}") if number > 1 else NO_DIGEST,
        weights=digest(weights), decisions=decisions, frozen_ms=at_ms - 5,
    )  # fmt: skip


def interval(number: int, *, at_ms: int, receipts: int = 1) -> Interval:
    """An interval of a second that ended when it was logged."""
    made = [digest(f"receipt {number} {i}") for i in range(receipts)]
    return Interval(
        at_ms=at_ms, number=number, from_ms=at_ms - 1000, to_ms=at_ms,
        receipts=batch_of(made), events=batch_of([digest(f"event {number}")]),
    )  # fmt: skip


def decision(n: int, *, at_ms: int, action: Any = "remove") -> DecisionTaken:
    """A decision on video 1000 + n."""
    return DecisionTaken(
        at_ms=at_ms, n=n, video=str(1000 + n), action=action, author="operator",
        reason_code="spam", reason=digest(f"reason {n}"),
    )  # fmt: skip


def promise(name: str, *, at_ms: int) -> Promise:
    """A promise with the longest deadline allowed."""
    return Promise(at_ms=at_ms, upload=digest(name), deadline_ms=at_ms + HOUR_MS)


def experiment(name: str, *, at_ms: int) -> Experiment:
    """Two arms, half and half."""
    return Experiment(
        at_ms=at_ms, name=name, arms=("for-you", "popular"), shares_milli=(500, 500),
        from_ms=at_ms + 10, to_ms=at_ms + 1000, salt=salt_commitment(key_of(name)),
        plan=digest(f"plan of {name}"),
    )  # fmt: skip


def experiment_end(name: str, *, at_ms: int, salt: str = "") -> ExperimentEnded:
    """It ended when this was logged."""
    return ExperimentEnded(
        at_ms=at_ms, name=name, ended_ms=at_ms, salt=key_of(salt or name).hex(),
        reason_code="operator",
    )  # fmt: skip


def recipes(name: str, *, at_ms: int) -> Experiment:
    """Half by the main weights, half by those of the recipe "bold"."""
    return msgspec.structs.replace(
        experiment(name, at_ms=at_ms), arms=("for-you", "for-you+bold"),
        recipes=(NO_DIGEST, digest("recipe bold")),
    )  # fmt: skip


def line_weights(name: str, parent: str, *, at_ms: int) -> LineWeights:
    """Of the recipe "bold" of the experiment "twice", which begins where they are their parent."""
    return LineWeights(
        at_ms=at_ms, experiment="twice", recipe="bold", digest=digest(name), parent=digest(parent),
        lineage=NO_DIGEST if name == parent else digest("lineage"),
    )  # fmt: skip


def in_line(entry: EpochFrozen, name: str) -> EpochFrozen:
    """The same epoch, with those weights in that line."""
    return msgspec.structs.replace(entry, line_weights=(("twice/bold", digest(name)),))


def boost(*, at_ms: int, policy: str = "for-you", from_ms: int | None = None) -> Boost:
    """A boost of one video."""
    begins = at_ms if from_ms is None else from_ms
    return Boost(
        at_ms=at_ms, video="1003", policy=policy, amount_milli=250,
        from_ms=begins, to_ms=begins + 1000, reason_code="public_service",
    )  # fmt: skip


def learned(
    name: str, parent: str, *, at_ms: int, origin: Literal["learned", "restored"] = "learned"
) -> WeightsPublished:
    """Weights that came after others."""
    return WeightsPublished(
        at_ms=at_ms, digest=digest(name), parent=digest(parent), recipe="ticks-1", origin=origin,
        lineage=digest("lineage"),
    )  # fmt: skip


def beginning() -> list[Entry]:
    """What every lawful log begins with, up to the first interval."""
    at = BEGIN_MS
    return [
        trust(document(), at_ms=at),
        Source(at_ms=at, digest=digest("source"), files=311),
        Policies(at_ms=at, offered=(
            Offer(name="for-you", digest=digest("for-you")),
            Offer(name="popular", digest=digest("popular")),
        )),
        WeightsPublished(at_ms=at, digest=digest("weights 1"), parent=NO_DIGEST,
                         recipe="starting-1", origin="starting", lineage=NO_DIGEST),
        Hours(at_ms=at, first=HOUR, commitments=keys(HOUR, 48)),
        epoch(1, at_ms=at + 10),
        interval(1, at_ms=at + 2000),
    ]  # fmt: skip


def lawful() -> list[Entry]:
    """A log in order that holds every kind of entry."""
    at = BEGIN_MS
    return [
        *beginning(),
        promise("upload 1", at_ms=at + 2100),
        promise("upload 2", at_ms=at + 2200),
        decision(1, at_ms=at + 2300),
        epoch(2, at_ms=at + 2400, decisions=1),
        PromiseKept(at_ms=at + 2500, upload=digest("upload 1"), video="1004", epoch=2),
        PromiseRefused(at_ms=at + 2600, upload=digest("upload 2"), reason_code="broken"),
        experiment("half-and-half", at_ms=at + 2700),
        boost(at_ms=at + 2800),
        Access(at_ms=at + 2900, subject=digest("viewer"), reason_code="support", by="operator"),
        CommentDecided(
            at_ms=at + 2950, comment=digest("comment"), action="hide", author="operator",
            reason_code="hateful",
        ),
        Erasure(at_ms=at + 3000, subject=digest("viewer"), request=digest("asked"), receipts=1),
        learned("weights 2", "weights 1", at_ms=at + 3100),
        epoch(3, at_ms=at + 3200, decisions=1, weights="weights 2"),
        experiment_end("half-and-half", at_ms=at + 3300),
        recipes("twice", at_ms=at + 3400),
        line_weights("weights 2", "weights 2", at_ms=at + 3410),
        in_line(epoch(4, at_ms=at + 3420, decisions=1, weights="weights 2"), "weights 2"),
        line_weights("bold 1", "weights 2", at_ms=at + 3430),
        in_line(epoch(5, at_ms=at + 3440, decisions=1, weights="weights 2"), "bold 1"),
        experiment_end("twice", at_ms=at + 3500),
        interval(2, at_ms=at + 5000, receipts=3),
        HourKey(at_ms=OVER_MS, hour=HOUR, key=hour_key(HOUR).hex()),
        Hours(at_ms=OVER_MS, first=HOUR + 48, commitments=keys(HOUR + 48, 24)),
        trust(document(version=2, retention_days=120), at_ms=OVER_MS + 10),
        learned("weights 1", "weights 2", at_ms=OVER_MS + 20, origin="restored"),
    ]  # fmt: skip


def _with(*more: Entry) -> list[Entry]:
    return [*beginning(), *more]


def _without(kind: type[Entry], *more: Entry) -> list[Entry]:
    return [*(entry for entry in beginning() if not isinstance(entry, kind)), *more]


def _changed(entry: Entry, **changes: Any) -> Entry:
    return msgspec.structs.replace(entry, **changes)


def broken() -> dict[str, list[Entry]]:
    """For each rule a log whose last entry, or another, breaks that rule and no other: one idea,
    the table of all rules."""
    at, kept = BEGIN_MS + 3000, digest("upload 1")
    settled = PromiseRefused(at_ms=at + 1, upload=kept, reason_code="broken")
    first = beginning()
    return {
        # one entry
        "begins": first[1:2],
        "trust_signed": [_changed(first[0], signatures=trust(
            document(at_ms=1), at_ms=1).signatures), *first[1:]],
        "interval_future": _with(_changed(interval(2, at_ms=at), to_ms=at + 1)),
        "epoch_future": _with(_changed(epoch(2, at_ms=at), frozen_ms=at + 1)),
        "hours_past": [*_without(Hours)[:4],
                       Hours(at_ms=BEGIN_MS, first=HOUR - 1, commitments=keys(HOUR - 1, 48))],
        "hour_key_early": _with(HourKey(at_ms=OVER_MS - 1, hour=HOUR, key=hour_key(HOUR).hex())),
        "declared_late": _with(boost(at_ms=at, from_ms=at - 1)),
        # an earlier and a later one
        "time": _with(_changed(epoch(2, at_ms=at), at_ms=BEGIN_MS + 1999, frozen_ms=BEGIN_MS + 10)),
        "trust_order": _with(_changed(first[0], at_ms=at)),
        "trust_handed_on": _with(trust(
            document(version=2, root_keys=(public("root 3"),)), at_ms=at, signers=("root 3",))),
        "epoch_order": _with(epoch(2, at_ms=at), epoch(2, at_ms=at)),
        "epoch_chain": _with(_changed(epoch(2, at_ms=at), previous_root=digest("another"))),
        "epoch_decisions_back": _with(decision(1, at_ms=at), epoch(2, at_ms=at, decisions=1),
                                      epoch(3, at_ms=at, decisions=0)),
        "epoch_time_back": _with(
            epoch(2, at_ms=at), _changed(epoch(3, at_ms=at), frozen_ms=at - 6)),
        "decision_left_out": _with(decision(1, at_ms=at), epoch(2, at_ms=at + 60_006)),
        "decision_order": _with(decision(1, at_ms=at), decision(1, at_ms=at)),
        "interval_order": _with(interval(1, at_ms=at)),
        "interval_overlap": _with(_changed(interval(2, at_ms=at), from_ms=BEGIN_MS + 1999)),
        "hours_twice": _with(Hours(at_ms=at, first=HOUR + 47, commitments=keys(HOUR + 47, 2))),
        "hours_ahead": _with(interval(2, at_ms=BEGIN_MS + 24 * HOUR_MS),
                             Hours(at_ms=BEGIN_MS + 25 * HOUR_MS, first=HOUR + 48,
                                   commitments=keys(HOUR + 48, 2))),
        "hour_key_wrong": _with(HourKey(at_ms=OVER_MS, hour=HOUR, key=hour_key(1).hex())),
        "hour_key_twice": _with(HourKey(at_ms=OVER_MS, hour=HOUR, key=hour_key(HOUR).hex()),
                                HourKey(at_ms=OVER_MS, hour=HOUR, key=hour_key(HOUR).hex())),
        "promise_twice": _with(promise("upload 1", at_ms=at), promise("upload 1", at_ms=at)),
        "settled_twice": _with(promise("upload 1", at_ms=at), settled, settled),
        "promise_late": _with(promise("upload 1", at_ms=at),
                              _changed(settled, at_ms=at + HOUR_MS + 1)),
        "experiment_twice": _with(experiment("half", at_ms=at), experiment("half", at_ms=at)),
        "experiment_end_twice": _with(
            experiment("half", at_ms=at), experiment_end("half", at_ms=at + 20),
            experiment_end("half", at_ms=at + 30)),
        "experiment_end_time": _with(
            experiment("half", at_ms=at), experiment_end("half", at_ms=at + 1001)),
        "experiment_salt_wrong": _with(
            experiment("half", at_ms=at), experiment_end("half", at_ms=at + 20, salt="other")),
        # a run of entries
        "trust_gap": _with(trust(document(version=3), at_ms=at)),
        "epoch_gap": _with(epoch(3, at_ms=at)),
        "decision_gap": _with(decision(1, at_ms=at), decision(3, at_ms=at)),
        "interval_gap": _with(interval(3, at_ms=at)),
        "decisions_unlogged": _with(epoch(2, at_ms=at, decisions=1)),
        "deadline_far": _with(
            _changed(promise("upload 1", at_ms=at), deadline_ms=at + HOUR_MS + 1)),
        "boost_unoffered": _with(boost(at_ms=at, policy="fresh")),
        "weights_parent": _with(
            learned("weights 2", "weights 1", at_ms=at),
            learned("weights 3", "weights 1", at_ms=at + 1)),
        "experiment_unoffered": _with(
            _changed(experiment("half", at_ms=at), arms=("for-you", "fresh"))),
        # all entries before
        "experiment_overlap": _with(
            experiment("half", at_ms=at), experiment("other", at_ms=at + 500)),
        "experiment_unknown": _with(experiment_end("half", at_ms=at)),
        "experiment_unrevealed": _with(
            experiment("half", at_ms=at),
            interval(2, at_ms=at + 1001 + 24 * HOUR_MS)),
        "weights_unlogged": _with(epoch(2, at_ms=at, weights="weights 2")),
        "parent_unlogged": _with(WeightsPublished(
            at_ms=at, digest=digest("weights 3"), parent=digest("weights 2"), recipe="ticks-1",
            origin="learned", lineage=digest("lineage"))),
        "restored_unknown": _with(
            learned("weights 2", "weights 1", at_ms=at, origin="restored")),
        "hour_key_unknown": _with(HourKey(at_ms=OVER_MS, hour=HOUR - 1, key=hour_key(HOUR).hex())),
        "promise_unknown": _with(settled),
        "promise_epoch_unknown": _with(promise("upload 1", at_ms=at), PromiseKept(
            at_ms=at, upload=kept, video="1004", epoch=2)),
        "served_too_early": _without(Source),
        "line_undeclared": _with(line_weights("weights 1", "weights 1", at_ms=at)),
        "line_parent": _with(
            recipes("twice", at_ms=at), line_weights("weights 1", "weights 1", at_ms=at + 10),
            line_weights("bold 2", "bold 1", at_ms=at + 20)),
        "line_unlogged": _with(
            recipes("twice", at_ms=at), line_weights("weights 1", "weights 1", at_ms=at + 10),
            in_line(epoch(2, at_ms=at + 20), "bold 1")),
        "epoch_lines": _with(
            recipes("twice", at_ms=at), line_weights("weights 1", "weights 1", at_ms=at + 10),
            in_line(epoch(2, at_ms=at + 60_000), "weights 1")),
        "hour_uncommitted": _with(interval(2, at_ms=BEGIN_MS + 48 * HOUR_MS)),
    }  # fmt: skip

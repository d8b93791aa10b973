"""Facts as entries of the public log: pure, so that a store in memory logs what SQLite logs."""

from collections.abc import Iterable, Iterator, Sequence

from plainview.core.catalogue import parse_header
from plainview.core.history import (
    DecisionTaken,
    EpochFrozen,
    Hours,
    Interval,
    Offer,
    Policies,
    Promise,
    RootSignature,
    Trust,
    WeightsPublished,
    commitment,
)
from plainview.core.history.entries import HOURS_MAX, Batch
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.ports.intake import UploadId
from plainview.ports.serving import EpochRecord, HourKey, PolicyRecord
from plainview.ports.tlog import RecordInterval, TrustRecord, upload_salt


def state_trust(trust: TrustRecord, *, at_ms: int) -> Trust:
    """The root of trust that is in force from here on."""
    signatures = tuple(RootSignature(key=k, signature=s) for k, s in sorted(trust.signatures))
    return Trust(
        version=trust.version,
        document=trust.document.decode(),
        signatures=signatures,
        at_ms=at_ms,
    )


def state_policies(policies: Iterable[PolicyRecord], *, at_ms: int) -> Policies:
    """All that is on offer."""
    offered = sorted((one.name, one.digest) for one in policies)
    return Policies(
        offered=tuple(Offer(name=name, digest=digest) for name, digest in offered), at_ms=at_ms
    )


def state_weights(
    digest: Digest, *, parent: Digest | None, recipe: str, origin: str, lineage: Digest, at_ms: int
) -> WeightsPublished:
    """Weights and where they come from; `parent` are those published before."""
    has_parent = parent is not None and origin != "starting"
    return WeightsPublished(
        digest=digest,
        parent=parent if has_parent and parent else NO_DIGEST,
        recipe=recipe,
        origin=origin,  # type: ignore[arg-type]  # encode_entry refuses what is no origin
        lineage=lineage,
        at_ms=at_ms,
    )


def state_hours(keys: Iterable[HourKey], *, at_ms: int) -> Iterator[tuple[Hours, list[int]]]:
    """Commitments to keys, an entry for each run of hours, with the hours that are in it."""
    run: list[HourKey] = []
    for key in (*sorted(keys, key=lambda one: one.hour), None):
        if run and (key is None or key.hour != run[-1].hour + 1 or len(run) == HOURS_MAX):
            commitments = tuple(one.commitment for one in run)
            entry = Hours(first=run[0].hour, commitments=commitments, at_ms=at_ms)
            yield entry, [one.hour for one in run]
            run = []
        if key is not None:
            run.append(key)


def state_decision(
    n: int, *, video: int, action: str, author: str, reason_code: str, public_reason: str,
    salt: bytes, at_ms: int,
) -> DecisionTaken:  # fmt: skip
    """A decision; its words are committed to, not told."""
    reason = commitment(salt, public_reason.encode()) if public_reason else NO_DIGEST
    return DecisionTaken(
        n=n,
        video=str(video),
        action=action,  # type: ignore[arg-type]  # encode_entry refuses what is not on the lists
        author=author,  # type: ignore[arg-type]
        reason_code=reason_code,  # type: ignore[arg-type]
        reason=reason,
        at_ms=at_ms,
    )


def state_epoch(epoch: EpochRecord, *, previous_root: Digest) -> EpochFrozen:
    """An epoch, as its own header has it."""
    header = parse_header(epoch.header)
    return EpochFrozen(
        number=epoch.number,
        root=epoch.root,
        previous_root=previous_root,
        weights=header.weights,
        line_weights=header.line_weights,
        decisions=header.decisions,
        frozen_ms=epoch.frozen_ms,
        at_ms=epoch.served_ms,
    )


def state_promise(
    receipt: bytes, *, secret: bytes, upload: UploadId, deadline_ms: int, at_ms: int
) -> Promise:
    """That an upload will be published or refused; only its owner can show which one it is."""
    upload_commitment = commitment(upload_salt(secret, upload), receipt)
    return Promise(upload=upload_commitment, deadline_ms=deadline_ms, at_ms=at_ms)


def state_interval(command: RecordInterval) -> Interval:
    """The roots of an interval."""
    return Interval(
        number=command.number,
        from_ms=command.from_ms,
        to_ms=command.to_ms,
        receipts=Batch(count=command.receipts_count, root=command.receipts_root),
        events=Batch(count=command.events_count, root=command.events_root),
        at_ms=command.to_ms,
    )


def signatures_of(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Root signatures as they are stored."""
    return [list(pair) for pair in sorted(pairs)]

"""Explain a video: recompute the slate of a receipt, keep every step, say what moved this one."""

import msgspec

from plainview.audit.evidence import Evidence
from plainview.core.catalogue import EpochRefused, verify_epoch
from plainview.core.events import empty_state, fold, parse_event
from plainview.core.feed import BadRequest, Why, build_index, explain, trace_slate
from plainview.core.learn import NoMainWeights, centroids_under, load_weights
from plainview.core.policy import compile_policy
from plainview.core.receipts import parse_receipt, request_of, seed_of
from plainview.core.terms.ids import VideoId
from plainview.core.terms.policy import SOURCES, Policy


class NoReason(Exception):
    """It cannot be said why: the video is not in that slate, an input is no longer kept, or the
    recomputed slate is another one, which a check of the receipt will name."""


class SlateDiffers(NoReason):
    """The recomputed slate is another one than was served: evidence, not a gap."""


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """Why a video stood where it did, under which policy, and how that policy came to be used.

    `order` is the policy's; `asks_follows`: it looks for videos of creators one follows and for
    nothing else; `follows`: how many the viewer followed then.
    """

    why: Why
    policy: str
    epoch: int
    chosen_by: str = "viewer"
    arm: str = ""
    order: str = "value"
    asks_follows: bool = False
    follows: int = 0


def explain_video(receipt_bytes: bytes, video: VideoId, *, evidence: Evidence) -> Explained:
    """Recompute the slate and explain `video`. Raises: NoReason, SlateDiffers."""
    receipt = parse_receipt(receipt_bytes)
    given = evidence.epoch(receipt.epoch)
    weights = evidence.weights(receipt.weights)
    policy = evidence.policy(receipt.policy_digest)
    hour_key = evidence.hour_key(receipt.hour)
    events = evidence.events(receipt.viewer, after=0, upto=receipt.events_n)
    if given is None or weights is None or policy is None or hour_key is None:
        raise NoReason("What this slate was made from is no longer kept.")
    if len(events) < receipt.events_n:
        raise NoReason("The events this slate was made from are no longer kept.")
    try:
        epoch = verify_epoch(given.header, given.rows, receipt.epoch_root)
    except EpochRefused as error:
        raise NoReason(f"The stored epoch is not the one the receipt names: {error}") from error
    state = fold(empty_state(receipt.viewer), [parse_event(body) for body in events])
    loaded = load_weights(weights)
    try:
        centroids = centroids_under(epoch.header, loaded, file_of=evidence.weights)
    except NoMainWeights as error:
        raise NoReason("What this slate was made from is no longer kept.") from error
    trace = trace_slate(
        index=build_index(epoch, centroids=centroids),
        weights=loaded,
        policy=compile_policy(policy),
        state=state,
        request=request_of(receipt, seed=seed_of(receipt, hour_key)),
    )
    if [item.video for item in trace.slate.items] != [shown.video for shown in receipt.slate]:
        raise SlateDiffers("The slate that was served is not what its inputs give.")
    try:
        why = explain(trace, video)
    except BadRequest as error:
        raise NoReason("This video is not in that slate.") from error
    return Explained(
        why=why, policy=receipt.policy, epoch=receipt.epoch, chosen_by=receipt.chosen_by,
        arm=receipt.arm, order=trace.policy.order, follows=len(state.follows),
        asks_follows=_sources_of(trace.policy) == ["following"],
    )  # fmt: skip


def _sources_of(policy: Policy) -> list[str]:
    """The sources that it asks, besides `rest`."""
    return [name for name, count in zip(SOURCES, policy.sources, strict=True) if count]

"""Serve a slate: fold the viewer, make the slate, sign its receipt, commit both, answer."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from plainview.core.feed import make_slate
from plainview.core.receipts import (
    LOGGED,
    RECEIPT_DOMAIN,
    UNLOGGED,
    arm_index,
    arm_text,
    build_receipt,
    hour_of,
    next_request,
    policy_of,
)
from plainview.core.terms.ids import Digest, ViewerId
from plainview.core.terms.policy import Policy
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import ViewerState
from plainview.flows.fold_viewer import ViewerFolds
from plainview.flows.open_epoch import ServedEpoch
from plainview.ports.clock import Clock
from plainview.ports.commands import Refused, Writer
from plainview.ports.experiments import ExperimentRecord
from plainview.ports.keys import Signer
from plainview.ports.serving import ServingReads
from plainview.ports.view import Issued, IssueSlate, ViewReads

EVENTS_WAIT_MS = 1_000
POLL_MS = 5


class SlateAsked(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `chosen_by` says who chose the policy: "viewer" or "default"."""

    viewer: ViewerId
    policy: str
    chosen_by: str
    number: int
    nonce: str
    last_event: int
    context: Context


class Epochs(Protocol):
    """Where the epoch of a slate comes from."""

    def at_least(self, number: int) -> ServedEpoch:
        """The newest, of that number or later. Raises: NoEpoch."""
        ...


class Serving(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """What serving slates needs: ports, and what this process keeps of the newest data."""

    views: ViewReads
    reads: ServingReads
    writer: Writer
    signer: Signer
    clock: Clock
    folds: ViewerFolds
    epochs: Epochs
    policies: dict[str, Policy]
    edition: str
    release: Digest
    is_release_logged: Callable[[], bool] = lambda: False
    events_wait_ms: int = EVENTS_WAIT_MS
    experiment_at: Callable[[int], ExperimentRecord | None] = lambda _now_ms: None


class SlateRefused(Exception):
    """No slate for this request.

    SlateRefused
     |- EventsNotHere   the viewer's last event has not arrived here: ask again in a moment
     |- NumberTaken     the number was answered with another nonce: go on with `next_number`
     |- NumberGap       the number is not the next: go on with `next_number`
     |- UnknownPolicy   no such policy is on offer: choose one from the session's list
     |- NotReady        nothing can be served yet, or no key was committed for this hour: wait
    """

    code = "slate_refused"

    def __init__(self, message: str, *, next_number: int = 0) -> None:
        super().__init__(message)
        self.next_number = next_number


class EventsNotHere(SlateRefused):
    """The event named has not arrived here."""

    code = "events_not_here"


class NumberTaken(SlateRefused):
    """The number was answered, with another nonce."""

    code = "number_taken"


class NumberGap(SlateRefused):
    """The number is not the one after the last."""

    code = "number_gap"


class UnknownPolicy(SlateRefused):
    """No such policy is on offer."""

    code = "unknown_policy"


class NotReady(SlateRefused):
    """The service has nothing to serve from yet."""

    code = "not_ready"


def serve_slate(asked: SlateAsked, *, by: Serving) -> Issued:
    """The slate for `asked`, durable, with the same bytes however often it is asked for.

    Raises: SlateRefused: see there. NoViewer. NoEpoch: nothing was frozen yet. WriterGone.
    """
    made = make_issue(asked, by=by)
    if isinstance(made, Issued):
        return made
    try:
        return by.writer.submit(made)
    except Refused as refusal:
        raise slate_refusal(refusal) from None


def make_issue(asked: SlateAsked, *, by: Serving) -> IssueSlate | Issued:
    """`serve_slate` up to the writer: what it must carry out before the slate may be answered, or
    what was answered before.

    Raises: as `serve_slate`, but for what the writer says.
    """
    if asked.policy not in by.policies:
        raise UnknownPolicy(f"There is no feed called {asked.policy!r}.")
    state = _state_with(asked, by=by)
    if asked.number <= state.number:
        return _answered_before(asked, state, by=by)
    if asked.number != state.number + 1:
        raise NumberGap(
            f"Number {asked.number} came after {state.number}.", next_number=state.number + 1
        )
    served = by.epochs.at_least(state.epoch)
    now_ms = by.clock.now_ms()
    policy, arm = _policy_for(asked, now_ms, by=by)
    hour_key = by.reads.hour_key(hour_of(now_ms))
    if hour_key is None:
        raise NotReady("No key was committed for this hour yet.")
    request = next_request(
        state, hour_key.key, nonce=asked.nonce, now_ms=now_ms, context=asked.context
    )
    slate = make_slate(
        index=served.index, weights=served.weights_for(arm), policy=policy, state=state,
        request=request,
    )  # fmt: skip
    receipt = build_receipt(
        slate,
        request=request,
        state=state,
        policy=policy,
        header=served.epoch.header,
        root=served.epoch.root,
        nonce=asked.nonce,
        commitment=hour_key.commitment,
        edition=by.edition,
        release=by.release,
        chosen_by=asked.chosen_by,
        arm=arm,
        release_state=LOGGED if by.is_release_logged() else UNLOGGED,
    )
    return IssueSlate(
        viewer=asked.viewer,
        number=asked.number,
        nonce=asked.nonce,
        receipt=receipt,
        signature=by.signer.sign(receipt, domain=RECEIPT_DOMAIN),
        epoch=served.epoch.header.number,
        videos=tuple(item.video for item in slate.items),
        at_ms=now_ms,
        arm=arm,
    )


def slate_refusal(refusal: Refused) -> Exception:
    """What stands for the writer's refusal of a slate."""
    next_number = int(refusal.detail.get("next_number", 0))
    if refusal.code == NumberTaken.code:
        return NumberTaken(refusal.message, next_number=next_number)
    if refusal.code == NumberGap.code:
        return NumberGap(refusal.message, next_number=next_number)
    return refusal


def _policy_for(asked: SlateAsked, now_ms: int, *, by: Serving) -> tuple[Policy, str]:
    """The policy to serve, and the arm of the experiment it comes from. What the viewer chose
    stands before any experiment."""
    under_way = by.experiment_at(now_ms) if asked.chosen_by == "default" else None
    if under_way is None:
        return by.policies[asked.policy], ""
    arm = under_way.arms[arm_index(under_way.salt, asked.viewer, under_way.shares_milli)]
    name = policy_of(arm)
    if name not in by.policies:
        raise NotReady(f"The feed {name!r} of an experiment is not on offer here.")
    return by.policies[name], arm_text(under_way.name, arm)


def _state_with(asked: SlateAsked, *, by: Serving) -> ViewerState:
    """The viewer's state at or past the event the client knows of; waits for it a little."""
    waited = 0
    while True:
        state = by.folds.state(asked.viewer)
        if state.n >= asked.last_event:
            return state
        if waited >= by.events_wait_ms:
            raise EventsNotHere(f"Event {asked.last_event} is not here; the last is {state.n}.")
        by.clock.sleep_ms(POLL_MS)
        waited += POLL_MS


def _answered_before(asked: SlateAsked, state: ViewerState, *, by: Serving) -> Issued:
    stored = by.views.issued(asked.viewer, asked.number)
    if stored is not None and stored[0] == asked.nonce:
        return stored[1]
    raise NumberTaken(f"Number {asked.number} was answered already.", next_number=state.number + 1)

"""Slates worked out on the side: what would come next, and what an honest service had served."""

from plainview.app.wire import Wired
from plainview.core.events import empty_state, fold, parse_event
from plainview.core.feed import build_index, make_slate
from plainview.core.policy import compile_policy
from plainview.core.receipts import (
    Receipt,
    hour_of,
    next_request,
    request_of,
    seed_of,
    weights_due,
)
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import ViewerState
from plainview.flows.open_epoch import weights_under
from plainview.flows.read_epoch import open_epoch
from plainview.flows.serve_slate import Serving

ANY_NONCE = "0" * 32
SIZE = 8


class NothingToDo(Exception):
    """The lever has nothing to act on yet; the message says what to do first."""


def next_video(viewer: ViewerId, serving: Serving) -> VideoId:
    """What the rules put first in this viewer's next slate, chance left out of account.

    Raises: NothingToDo: the catalogue is empty.
    """
    state = serving.folds.state(viewer)
    now_ms = serving.clock.now_ms()
    key = serving.reads.hour_key(hour_of(now_ms))
    served = serving.epochs.at_least(state.epoch)
    if key is None:
        raise NothingToDo("The service is still starting.")
    slate = make_slate(
        index=served.index,
        weights=served.weights,
        policy=next(iter(serving.policies.values())),
        state=state,
        request=next_request(
            state, key.key, nonce=ANY_NONCE, now_ms=now_ms, context=Context(size=SIZE)
        ),
    )
    ranked = [item.video for item in slate.items if item.slot == "ranked"]
    if not ranked:
        raise NothingToDo("Everything was sent to you already: there is no next video to drop.")
    return ranked[0]


def honest_slate(receipt: Receipt, wired: Wired) -> tuple[VideoId, ...]:
    """The slate of the same request from the newest catalogue that stood in the log at its time,
    with the weights and the policy that the log names; empty when an input is gone."""
    record = wired.reads.newest_logged_epoch()
    while record is not None and record.served_ms > receipt.now_ms:
        record = wired.reads.epoch(record.number - 1)
    key = wired.reads.hour_key(receipt.hour)
    if record is None or key is None:
        return ()
    epoch = open_epoch(record, reads=wired.reads, files=wired.epoch_files)
    digests = {one.name: one.digest for one in wired.reads.policies()}
    weights, lines = weights_under(epoch.header, objects=wired.objects)
    slate = make_slate(
        index=build_index(epoch, centroids=weights.centroids),
        weights=lines[weights_due(epoch.header, receipt.arm)],
        policy=compile_policy(wired.objects.get(digests[receipt.policy])),
        state=state_at(receipt, wired),
        request=request_of(receipt, seed=seed_of(receipt, key.key)),
    )
    return tuple(item.video for item in slate.items)


def state_at(receipt: Receipt, wired: Wired) -> ViewerState:
    """The viewer's state that the receipt was made from."""
    found = wired.reads.chain_after(receipt.viewer, 0)
    events = found[1][: receipt.events_n] if found else ()
    return fold(empty_state(receipt.viewer), [parse_event(body) for body in events])

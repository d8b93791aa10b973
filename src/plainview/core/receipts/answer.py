"""From a viewer's state to the request for a slate, from the slate to its receipt, and back.

Whoever serves and whoever recomputes goes through here, so that they cannot draw apart.
"""

from plainview.core.receipts.arms import weights_due
from plainview.core.receipts.receipt import UNLOGGED, Receipt, ShownVideo, encode_receipt
from plainview.core.receipts.seed import hour_of, slate_seed
from plainview.core.terms.epoch import EpochHeader
from plainview.core.terms.ids import Digest
from plainview.core.terms.policy import Policy
from plainview.core.terms.slate import Context, Slate, SlateRequest
from plainview.core.terms.viewer import ViewerState


def next_request(
    state: ViewerState, hour_key: bytes, *, nonce: str, now_ms: int, context: Context
) -> SlateRequest:
    """The request for the slate after the last that `state` knows of.

    Args:
        hour_key: of the hour of `now_ms`.
    Raises: BadSeedInput: the key is not 32 bytes, the nonce not 32 hex digits.
    """
    number = state.number + 1
    seed = slate_seed(
        hour_key, viewer=state.viewer, number=number, nonce=nonce, previous=state.receipt
    )
    return SlateRequest(number=number, now_ms=now_ms, seed=seed, context=context)


def request_of(receipt: Receipt, *, seed: bytes) -> SlateRequest:
    """The request that `receipt` answers, with the seed that its hour's key gives or another."""
    return SlateRequest(
        number=receipt.number, now_ms=receipt.now_ms, seed=seed, context=receipt.context
    )


def seed_of(receipt: Receipt, hour_key: bytes) -> bytes:
    """The seed of the slate in `receipt`, under the key of its hour.

    Raises: BadSeedInput: the key is not 32 bytes.
    """
    return slate_seed(
        hour_key, viewer=receipt.viewer, number=receipt.number, nonce=receipt.nonce,
        previous=receipt.previous,
    )  # fmt: skip


def build_receipt(
    slate: Slate,
    *,
    request: SlateRequest,
    state: ViewerState,
    policy: Policy,
    header: EpochHeader,
    root: Digest,
    nonce: str,
    commitment: Digest,
    edition: str,
    release: str,
    chosen_by: str,
    arm: str = "",
    release_state: str = UNLOGGED,
) -> bytes:
    """The bytes of the receipt for `slate`, made from the inputs it was computed from.

    Args:
        slate: what `make_slate` returned for `request`, `state`, `policy` and the epoch of `header`
            and `root`, with the weights that the header names for `arm`.
        nonce, commitment: of the seed in `request`: the viewer's half, and what was published of
            the key of the hour of `request.now_ms`.
    Raises: BadReceipt: an argument is out of range.
    """
    return encode_receipt(
        Receipt(
            edition=edition, release=release, release_state=release_state, viewer=state.viewer,
            number=request.number, nonce=nonce, policy=policy.name, policy_digest=policy.digest,
            chosen_by=chosen_by, arm=arm, weights=weights_due(header, arm),
            epoch=header.number, epoch_root=root, now_ms=request.now_ms, context=request.context,
            events_n=state.n, events_head=state.head, hour=hour_of(request.now_ms),
            hour_commitment=commitment,
            candidates=slate.candidates, values=slate.values, features=slate.features,
            caught_up=slate.caught_up, previous=state.receipt,
            slate=tuple(
                ShownVideo(
                    video=item.video, slot=item.slot, source=item.source,
                    propensity=item.propensity, value=item.value,
                )
                for item in slate.items
            ),
        )
    )  # fmt: skip

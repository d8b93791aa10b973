"""Small valid values for tests that are about something else."""

from typing import Any

from plainview.core.receipts import Receipt, ShownVideo
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId, ViewerId
from plainview.core.terms.slate import Context


def shown(video: int, *, value: int) -> ShownVideo:
    """A ranked place."""
    return ShownVideo(
        video=VideoId(video), slot="ranked", source="near_recent", propensity=1, value=value
    )


def receipt_of(**changes: Any) -> Receipt:
    """A receipt that is valid in form."""
    fields: dict[str, Any] = {
        "edition": "test",
        "release": Digest("5" * 64),
        "viewer": ViewerId("a" * 32),
        "number": 1,
        "nonce": "0" * 32,
        "policy": "for-you",
        "policy_digest": Digest("6" * 64),
        "chosen_by": "viewer",
        "weights": Digest("7" * 64),
        "epoch": 1,
        "epoch_root": Digest("8" * 64),
        "now_ms": 1_790_000_000_000,
        "context": Context(size=2),
        "events_n": 0,
        "events_head": Digest("9" * 64),
        "hour": 497_222,
        "hour_commitment": Digest("a" * 64),
        "candidates": Digest("b" * 64),
        "values": Digest("c" * 64),
        "features": Digest("d" * 64),
        "slate": (
            shown(3, value=2),
            shown(1, value=1),
        ),
        "caught_up": 0,
        "previous": NO_DIGEST,
    }
    return Receipt(**{**fields, **changes})

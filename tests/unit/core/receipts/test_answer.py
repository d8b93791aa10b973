"""The request for a slate, the receipt of its answer, and the request read back from it."""

import hmac

import pytest

from plainview.core.receipts import (
    LOGGED,
    BadSeedInput,
    Receipt,
    ShownVideo,
    build_receipt,
    hour_commitment,
    next_request,
    parse_receipt,
    request_of,
    seed_of,
)
from plainview.core.terms.ids import Digest, VideoId, ViewerId
from plainview.core.terms.slate import Context, Slate, SlateItem, SlateRequest
from plainview.core.terms.viewer import ViewerState
from tests.unit.core.feed.parts import POLICIES
from tests.worlds import epoch_of, video

VIEWER = ViewerId("0123456789abcdef0123456789abcdef")
KEY, NONCE, NOW_MS = bytes(range(32)), "a" * 32, 1_700_000_000_000
BEFORE, HEAD, NEWER = Digest("b" * 64), Digest("c" * 64), Digest("d" * 64)
STATE = ViewerState(viewer=VIEWER, n=7, head=HEAD, number=4, receipt=BEFORE, epoch=3)
CONTEXT = Context(size=6, language="de", tz_min=60)


def asked() -> SlateRequest:
    return next_request(STATE, KEY, nonce=NONCE, now_ms=NOW_MS, context=CONTEXT)


def test_the_next_request_is_drawn_from_the_key_and_the_state() -> None:
    """The request has the number after the last, and the seed of the specification."""
    words = f'["{VIEWER}",5,"{NONCE}","{BEFORE}"]'.encode()
    wanted = hmac.digest(KEY, words, "sha256")
    assert asked() == SlateRequest(number=5, now_ms=NOW_MS, seed=wanted, context=CONTEXT)


def test_a_key_of_another_length_is_refused() -> None:
    """No request is made from a key that is not 32 bytes."""
    with pytest.raises(BadSeedInput):
        next_request(STATE, KEY[1:], nonce=NONCE, now_ms=NOW_MS, context=CONTEXT)


def test_a_receipt_states_what_its_slate_was_made_from() -> None:
    """Each field is that of the request, state, policy, epoch or slate."""
    rules, catalogue = POLICIES["for-you"], epoch_of([video(1)], number=9, weights=NEWER)
    item = SlateItem(video=VideoId(1), source="near", slot="ranked", propensity=1 << 40, value=-3)
    slate = Slate(
        items=(item,), candidates=Digest("1" * 64), values=Digest("2" * 64),
        features=Digest("3" * 64), caught_up=1,
    )  # fmt: skip
    hour = NOW_MS // 3_600_000
    data = build_receipt(
        slate, request=asked(), state=STATE, policy=rules, header=catalogue.header,
        root=catalogue.root, nonce=NONCE, commitment=hour_commitment(hour, KEY), edition="test",
        release="e" * 64, chosen_by="default", arm="spacing: wide", release_state=LOGGED,
    )  # fmt: skip
    receipt = parse_receipt(data)
    assert receipt == Receipt(
        edition="test", release="e" * 64, release_state=LOGGED, viewer=VIEWER, number=5,
        nonce=NONCE, policy=rules.name, policy_digest=rules.digest, chosen_by="default",
        arm="spacing: wide", weights=NEWER, epoch=9, epoch_root=catalogue.root,
        now_ms=NOW_MS, context=CONTEXT, events_n=7, events_head=HEAD, hour=472_222,
        hour_commitment=hour_commitment(472_222, KEY), candidates=slate.candidates,
        values=slate.values, features=slate.features, caught_up=1, previous=BEFORE,
        slate=(
            ShownVideo(
                video=VideoId(1), slot="ranked", source="near", propensity=1 << 40, value=-3
            ),
        ),
    )  # fmt: skip
    assert request_of(receipt, seed=seed_of(receipt, KEY)) == asked()

"""Served and learned features are the same bytes: over the golden slates."""

import msgspec
import numpy as np
import pytest

from plainview.audit.bundle import parse_bundle
from plainview.core.feed import shown_features
from plainview.core.feed.interests import no_profile, profile_of, rows_of
from plainview.core.lessons import FeaturesDiffer, OtherInputs, examples_of
from plainview.core.receipts import parse_receipt
from plainview.core.receipts.receipt import encode_receipt
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.policy import SOURCE_CODES
from tests.golden.slates import COUNT, PATH
from tests.lessons import Taught

BUNDLE = parse_bundle(PATH.read_bytes())


@pytest.mark.parametrize("i", range(COUNT))
def test_the_features_of_a_whole_slate_are_those_that_served(i: int) -> None:
    """For each golden slate, repeats and all, learning's features hash to the receipt's digest."""
    data, _ = BUNDLE.receipts[i]
    assert len(Taught(BUNDLE).examples(data)) <= len(parse_receipt(data).slate)


@pytest.mark.parametrize("i", range(COUNT))
def test_one_more_event_is_other_inputs(i: int) -> None:
    """A state the receipt does not name is refused, before anything is learned from it."""
    data, _ = BUNDLE.receipts[i]
    receipt = parse_receipt(data)
    index, policy, state = Taught(BUNDLE).inputs(receipt)
    stale = msgspec.structs.replace(state, head=digest_of(b"another"))
    with pytest.raises(OtherInputs, match="another events"):
        examples_of(data, index=index, policy=policy, state=stale, after=[], label_ms=1)


@pytest.mark.parametrize("i", range(COUNT))
def test_other_features_than_served_are_refused(i: int) -> None:
    """If a slate was served from other features than its inputs give, nothing is learned."""
    data, _ = BUNDLE.receipts[i]
    receipt = parse_receipt(data)
    index, policy, state = Taught(BUNDLE).inputs(receipt)
    lie = encode_receipt(msgspec.structs.replace(receipt, features=digest_of(b"other features")))
    with pytest.raises(FeaturesDiffer):
        examples_of(lie, index=index, policy=policy, state=state, after=[], label_ms=1)


def test_a_feature_more_or_less_changes_the_digest() -> None:
    """The digest binds each of the features: one step in one of them gives another digest."""
    data, _ = BUNDLE.receipts[0]
    receipt = parse_receipt(data)
    index, policy, state = Taught(BUNDLE).inputs(receipt)
    videos = [shown.video for shown in receipt.slate]
    rows, _ = rows_of(np.array(videos, dtype=np.int64), index=index)
    profile = profile_of(state, index=index) if policy.uses_profile else no_profile(index=index)
    sources = np.array([SOURCE_CODES.get(one.source, 0) for one in receipt.slate], dtype=np.uint8)
    features = shown_features(
        rows, sources, index=index, profile=profile, context=receipt.context, now_ms=receipt.now_ms
    )
    assert digest_of(features.tobytes()) == receipt.features
    features[-1, -1] ^= 1
    assert digest_of(features.tobytes()) != receipt.features

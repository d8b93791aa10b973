"""Slates of weights that place videos and bring lists: all kernels, and the reference, agree."""

import pytest

from plainview.audit.bundle import gather_bundle
from plainview.audit.replay import replay_many, with_previous
from plainview.core.feed.kernels import NUMBA, NUMPY, Kernels
from plainview.core.learn import load_weights
from plainview.core.learn.weights_file import with_places
from plainview.sim.errand import put_to_work
from tests.golden.test_slates import recomputed, stated
from tests.placed_slates import placed, placing_weights, pocket_of
from tests.pocket_evidence import START_MS, PocketEvidence


@pytest.mark.parametrize("kernels", [k for k in (NUMPY, NUMBA) if k], ids=lambda k: k.name)
def test_slates_with_places_and_lists_are_replayed(kernels: Kernels) -> None:
    """Receipts made with numpy are recomputed byte for byte by each set of kernels, over
    publications that move videos there and back."""
    pocket = placed(NUMPY)
    pairs = [(slate.receipt, slate.signature) for slate in pocket.slates]
    verdicts = list(
        replay_many(
            with_previous(pairs), evidence=PocketEvidence(pocket),
            public_keys=[pocket.public_key], kernels=kernels,
        )
    )  # fmt: skip
    assert [verdict.message for verdict in verdicts if not verdict.is_same] == []
    assert len(verdicts) == 150


def test_the_reference_gives_the_slates_of_lists() -> None:
    """The plain slate written from the specs finds the same lists, interests and videos."""
    pocket = placed(NUMPY)
    pairs = [(slate.receipt, slate.signature) for slate in pocket.slates[54:100:9]]
    bundle = gather_bundle(pairs, evidence=PocketEvidence(pocket), public_key=pocket.public_key)
    for data, _ in pairs:
        assert recomputed(data, bundle) == stated(data)


def test_lists_leave_something_out() -> None:
    """The control: with 5 of 24 lists looked into, some slates are others than over all rows."""
    under = placed(NUMPY).slates[50:100]
    bare = pocket_of(with_places(placing_weights(), places=load_weights(placing_weights()).places,
                                 centroids=None), NUMPY)  # fmt: skip
    put_to_work(
        bare, seed=6, slates=50, viewers=6, start_ms=START_MS + 100_000_000, policies=["for-you"],
        slates_per_epoch=25,
    )  # fmt: skip
    assert {slate.videos for slate in under} != {slate.videos for slate in bare.slates}

"""Slates of weights that place videos and bring lists: all kernels, and the reference, agree."""

from functools import cache

import numpy as np
import pytest

from plainview.audit.bundle import gather_bundle
from plainview.audit.replay import replay_many, with_previous
from plainview.core.feed.kernels import NUMBA, NUMPY, Kernels
from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.lists import made_centroids
from plainview.core.learn.places import places_of
from plainview.core.learn.weights_file import with_places
from plainview.sim.errand import put_to_work
from plainview.sim.pocket import Pocket
from plainview.sim.world import World, make_world
from tests.drill._portable import pinned_policies
from tests.golden.test_slates import recomputed, stated
from tests.pocket_evidence import START_MS, PocketEvidence

LISTS, PROBES = 24, 5


@cache
def world() -> World:
    return make_world(4, videos=300, start_ms=START_MS)


def pocket_of(weights: bytes, kernels: Kernels) -> Pocket:
    return Pocket(
        world(), weights=weights, policies=pinned_policies(), now_ms=START_MS, kernels=kernels
    )


@cache
def placing_weights() -> bytes:
    """The starting weights, every second video moved by up to 12, and 24 lists."""
    bare = pocket_of(starting_weights(), NUMPY).index
    step = np.random.Generator(np.random.PCG64(1)).integers(-12, 13, size=(150, 64))
    table = np.clip(bare.embeddings[::2] + step, -127, 127).astype(np.int8)
    centroids = made_centroids(bare.embeddings, seed=b"1", lists=LISTS, probes=PROBES, rounds=4)
    places = places_of(bare.ids[::2].astype(np.uint64), table)
    return with_places(starting_weights(), places=places, centroids=centroids)


@cache
def worked(kernels: Kernels) -> Pocket:
    """150 slates; epochs before the weights that place anything, under them, and after."""
    pocket = pocket_of(starting_weights(), kernels)
    for seed, weights in enumerate((starting_weights(), placing_weights(), starting_weights())):
        pocket.publish_weights(weights)
        pocket.freeze(START_MS + seed * 100_000_000)
        put_to_work(
            pocket, seed=6, slates=50, viewers=6, start_ms=START_MS + seed * 100_000_000,
            policies=["for-you"] if seed == 1 else sorted(pocket.policies), slates_per_epoch=25,
        )  # fmt: skip
    return pocket


@pytest.mark.parametrize("kernels", [k for k in (NUMPY, NUMBA) if k], ids=lambda k: k.name)
def test_slates_with_places_and_lists_are_replayed(kernels: Kernels) -> None:
    """Receipts made with numpy are recomputed byte for byte by each set of kernels, over
    publications that move videos there and back."""
    pocket = worked(NUMPY)
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
    pocket = worked(NUMPY)
    pairs = [(slate.receipt, slate.signature) for slate in pocket.slates[54:100:9]]
    bundle = gather_bundle(pairs, evidence=PocketEvidence(pocket), public_key=pocket.public_key)
    for data, _ in pairs:
        assert recomputed(data, bundle) == stated(data)


def test_lists_leave_something_out() -> None:
    """The control: with 5 of 24 lists looked into, some slates are others than over all rows."""
    under = worked(NUMPY).slates[50:100]
    bare = pocket_of(with_places(placing_weights(), places=load_weights(placing_weights()).places,
                                 centroids=None), NUMPY)  # fmt: skip
    put_to_work(
        bare, seed=6, slates=50, viewers=6, start_ms=START_MS + 100_000_000, policies=["for-you"],
        slates_per_epoch=25,
    )  # fmt: skip
    assert {slate.videos for slate in under} != {slate.videos for slate in bare.slates}

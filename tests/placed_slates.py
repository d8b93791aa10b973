"""A pocket edition whose weights place videos and bring lists, and the slates that it served."""

from functools import cache

import numpy as np

from plainview.core.feed.kernels import NUMPY, Kernels
from plainview.core.learn import starting_weights
from plainview.core.learn.lists import made_centroids
from plainview.core.learn.places import places_of
from plainview.core.learn.weights_file import with_places
from plainview.sim.errand import put_to_work
from plainview.sim.pocket import Pocket
from plainview.sim.world import World, make_world
from tests.drill._portable import pinned_policies
from tests.pocket_evidence import START_MS

LISTS, PROBES = 24, 5


@cache
def world() -> World:
    """300 videos."""
    return make_world(4, videos=300, start_ms=START_MS)


def pocket_of(weights: bytes, kernels: Kernels) -> Pocket:
    """An edition of that world."""
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
def placed(kernels: Kernels) -> Pocket:
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

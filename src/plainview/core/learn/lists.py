"""Centroids of the inverted file: spherical k-means in whole numbers."""

from math import isqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.places import centroids_of
from plainview.core.learn.window import draws, order_by
from plainview.core.terms.lists import list_of_each
from plainview.core.terms.weights import Centroids

LENGTH: Final = 256
ROWS_PER_LIST: Final = 64
"""How many rows, at most and for each list, the centroids are made from."""


def made_centroids(
    table: NDArray[np.int8], *, seed: bytes, lists: int, probes: int, rounds: int
) -> Centroids:
    """Centroids for the rows of `table` (N, EMBED_DIM), N >= 1.

    The rows are taken in the order of draws; the first `lists` of them are the centroids to begin
    with. `rounds` times each of the first `ROWS_PER_LIST * lists` goes to its list, and a centroid
    becomes the sum of its list at length LENGTH (floor, clipped to +-127); an empty list keeps it.
    """
    order = order_by(draws(seed, "centroids", len(table)))
    rows = table[order[: ROWS_PER_LIST * lists]]
    centroids = rows[:lists].copy()
    for _ in range(rounds):
        where = list_of_each(rows, centroids)
        by_list = np.argsort(where, kind="stable")
        starts = np.searchsorted(where[by_list], np.arange(len(centroids) + 1))
        for c in range(len(centroids)):
            members = rows[by_list[starts[c] : starts[c + 1]]]
            total = members.astype(np.int64).sum(axis=0)
            norm = isqrt(int((total * total).sum()))
            if norm:
                centroids[c] = np.clip(total * LENGTH // norm, -127, 127)
    return centroids_of(centroids, probes=min(probes, len(centroids)))

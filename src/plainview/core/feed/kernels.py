"""The steps worth making fast, behind one interface.

Whichever kernels run, the bits are the same: sums of whole numbers that the certificate keeps
below 2**24, and a total order. `BEST` is numba where it is installed, else numpy.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.arrange import Placing, Pool, arrange
from plainview.core.feed.features import video_features
from plainview.core.feed.index import Index
from plainview.core.feed.interests import Profile, profile_of
from plainview.core.feed.lists import Lists, nearest_lists
from plainview.core.terms.policy import Policy
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import ViewerState
from plainview.core.terms.weights import (
    ACTIVATION_MAX,
    TABLE_MIDDLE,
    TABLE_SIZE,
    Layer,
    Weights,
)

Near = Callable[
    [NDArray[np.int8], NDArray[np.uint8], NDArray[np.int8], Sequence[int]], list[NDArray[np.intp]]
]
NearLists = Callable[
    [Lists, NDArray[np.uint8], NDArray[np.int8], Sequence[int], Sequence[int]],
    list[NDArray[np.intp]],
]
Forward = Callable[[Weights, NDArray[np.int8], NDArray[np.int8]], NDArray[np.int64]]


class Arrange(Protocol):
    """See `arrange` in arrange.py, which is the reference."""

    def __call__(self, pool: Pool, *, policy: Policy, seed: bytes, size: int) -> list[Placing]:
        """The places in order."""
        ...


NEAR_CHUNK = 8192


class ProfileOf(Protocol):
    """See `profile_of` in interests.py, which is the reference."""

    def __call__(self, state: ViewerState, *, index: Index) -> Profile:
        """All that ranking knows of the viewer."""
        ...


class Features(Protocol):
    """See `video_features` in features.py, which is the reference."""

    def __call__(
        self,
        rows: NDArray[np.intp],
        sources: NDArray[np.uint8],
        *,
        index: Index,
        profile: Profile,
        context: Context,
    ) -> NDArray[np.int8]:
        """(n, len(VIDEO_FEATURES)) of `rows`."""
        ...


class Kernels(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One way to compute.

    near(embeddings (N, D), decided (N,), queries (Q, D), counts (Q)): for each query the first
        count rows with decided == 0 by (dot with the query, descending; row, ascending).
    near_lists(lists, decided, queries (Q, D), counts (Q), probes (Q)): the same of the rows in the
        first probes lists by (dot of centroid and query, descending; number).
    forward(weights, viewer (features of the viewer,), video (n, the other features)): (n, heads)
        int64 in Q24, what the network predicts, whatever its schema.
    profile, features, arrange: see there.
    """

    name: str
    near: Near
    near_lists: NearLists
    profile: ProfileOf
    features: Features
    forward: Forward
    arrange: Arrange


def near_numpy(
    embeddings: NDArray[np.int8],
    decided: NDArray[np.uint8],
    queries: NDArray[np.int8],
    counts: Sequence[int],
) -> list[NDArray[np.intp]]:
    """See Kernels. |dot| <= 64 * 128 * 128 < 2**24, so float32 is exact."""
    rows = np.flatnonzero(decided == 0)
    q = queries.astype(np.float32)
    dots = np.empty((len(rows), len(q)), dtype=np.float32)
    for start in range(0, len(rows), NEAR_CHUNK):
        part = rows[start : start + NEAR_CHUNK]
        dots[start : start + NEAR_CHUNK] = embeddings[part].astype(np.float32) @ q.T
    return [_top(rows, dots[:, j], count) for j, count in enumerate(counts)]


def near_lists_numpy(
    lists: Lists,
    decided: NDArray[np.uint8],
    queries: NDArray[np.int8],
    counts: Sequence[int],
    probes: Sequence[int],
) -> list[NDArray[np.intp]]:
    """See Kernels."""
    found = []
    for query, count, probed in zip(queries, counts, probes, strict=True):
        asked = nearest_lists(lists.centroids.table, query, probes=probed)
        at = np.concatenate([np.arange(lists.starts[c], lists.starts[c + 1]) for c in asked])
        at = at[decided[lists.rows[at]] == 0]
        at = at[np.argsort(lists.rows[at], kind="stable")]
        dots = lists.embeddings[at].astype(np.float32) @ query.astype(np.float32)
        found.append(_top(lists.rows[at], dots, count))
    return found


def _top(rows: NDArray[np.intp], dots: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    if count < len(rows):
        least = np.partition(dots, len(dots) - count)[len(dots) - count] if count else np.inf
        close = np.flatnonzero(dots >= least)
        rows, dots = rows[close], dots[close]
    return rows[np.argsort(-dots, kind="stable")][:count]


def forward_float(
    weights: Weights,
    viewer: NDArray[np.int8],
    video: NDArray[np.int8],
    *,
    dtype: type[np.floating[Any]],
) -> NDArray[np.int64]:
    """See Kernels: BLAS on floats that hold whole numbers; `dtype` cannot change a bit."""
    first = weights.hidden[0] if weights.hidden else weights.heads
    W: NDArray[Any] = first.weight_f32.astype(dtype, copy=False)
    split = len(viewer)
    folded = viewer.astype(dtype) @ W[:split] + first.bias_f32  # (J,)
    a: NDArray[Any] = video.astype(dtype)  # (n, K)
    a = np.floor((a @ W[split:] + folded) * first.scale_f32)  # (n, J)
    for layer in (*weights.hidden, weights.heads)[1:]:
        np.clip(a, 0, ACTIVATION_MAX, out=a)
        W = layer.weight_f32.astype(dtype, copy=False)
        a = np.floor((a @ W + layer.bias_f32) * layer.scale_f32)
    return predicted(a.astype(np.int64), weights=weights)


def forward_int64(
    weights: Weights, viewer: NDArray[np.int8], video: NDArray[np.int8]
) -> NDArray[np.int64]:
    """See Kernels: the definition, in int64 and without folding."""
    n = len(video)
    a = np.hstack([np.broadcast_to(viewer, (n, len(viewer))), video]).astype(np.int64)
    for layer in weights.hidden:
        a = np.clip(_layer_int64(layer, a), 0, ACTIVATION_MAX)
    return predicted(_layer_int64(weights.heads, a), weights=weights)


def _layer_int64(layer: Layer, a: NDArray[np.int64]) -> NDArray[np.int64]:
    total = a @ layer.weight.astype(np.int64) + layer.bias.astype(np.int64)
    return np.asarray(total >> layer.shift.astype(np.int64), dtype=np.int64)


def predicted(outputs: NDArray[np.int64], *, weights: Weights) -> NDArray[np.int64]:
    """(n, heads) outputs -> Q24 through each head's table, clipped at its ends."""
    entry = np.clip(outputs + TABLE_MIDDLE, 0, TABLE_SIZE - 1)
    return weights.table[np.arange(entry.shape[1]), entry].astype(np.int64)


def forward_f32(
    weights: Weights, viewer: NDArray[np.int8], video: NDArray[np.int8]
) -> NDArray[np.int64]:
    """`forward_float` in float32."""
    return forward_float(weights, viewer, video, dtype=np.float32)


def forward_f64(
    weights: Weights, viewer: NDArray[np.int8], video: NDArray[np.int8]
) -> NDArray[np.int64]:
    """`forward_float` in float64."""
    return forward_float(weights, viewer, video, dtype=np.float64)


NUMPY = Kernels(
    name="numpy", near=near_numpy, near_lists=near_lists_numpy, profile=profile_of,
    features=video_features, forward=forward_f32, arrange=arrange,
)  # fmt: skip
NUMPY_F64 = msgspec.structs.replace(NUMPY, name="numpy-f64", forward=forward_f64)
NUMPY_INT64 = msgspec.structs.replace(NUMPY, name="numpy-int64", forward=forward_int64)

try:
    from plainview.core.feed.arrange_numba import arrange_numba
    from plainview.core.feed.features_numba import features_numba
    from plainview.core.feed.interests_numba import profile_numba
    from plainview.core.feed.kernels_numba import forward_fused, near_numba
    from plainview.core.feed.lists_numba import near_lists_numba
except ImportError:
    NUMBA: Kernels | None = None
else:
    NUMBA = Kernels(
        name="numba", near=near_numba, near_lists=near_lists_numba, profile=profile_numba,
        features=features_numba, forward=forward_fused, arrange=arrange_numba,
    )  # fmt: skip

BEST = NUMBA or NUMPY

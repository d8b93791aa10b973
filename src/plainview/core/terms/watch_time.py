"""Watch time without the pull of length: a quantile is predicted, a table says its milliseconds.

Long videos are watched for longer whoever likes them. So what a head predicts is where a watch
stands among watches of videos of like length, 0 for the shortest, 1 for the longest, and the
weights carry for each bucket of lengths what that comes to. Source: duration-based quantiles, Zhan
et al., "Deconfounding Duration Bias in Watch-time Prediction for Video Recommendation", KDD 2022.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

QUANTILE_BITS = 24
"""A prediction of 2**24 is the quantile 1."""


class WatchTimes(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """`bounds` (B - 1,) int32 ascending: bucket b holds lengths of `bounds[b - 1]` to below
    `bounds[b]`. `ms` (B, R + 1) int32, rows rising: the time at quantile r / R."""

    bounds: NDArray[np.int32]
    ms: NDArray[np.int32]


def bucket_of(length_ms: NDArray[np.int64], *, bounds: NDArray[np.int32]) -> NDArray[np.int64]:
    """(n,) the bucket of each length.

    >>> bucket_of(np.array([6_999, 7_000, 90_000]), bounds=np.array([7_000, 18_000], "i4"))
    array([0, 1, 2])
    """
    return np.searchsorted(bounds, length_ms, side="right").astype(np.int64)


def watched_ms(
    predictions: NDArray[np.int64], length_ms: NDArray[np.int64], *, times: WatchTimes
) -> NDArray[np.int64]:
    """(n,) whole milliseconds: the table at each prediction (Q24), on the straight line between two
    entries, rounded down. Integers only; |everything| stays below 2**56.

    >>> half = WatchTimes(bounds=np.zeros(0, dtype=np.int32), ms=np.array([[0, 100, 300]], "i4"))
    >>> watched_ms(np.array([1 << 23, 3 << 22]), np.array([9, 9]), times=half)
    array([100, 200])
    """
    steps = times.ms.shape[1] - 1
    bucket = bucket_of(length_ms, bounds=times.bounds)
    place = predictions * steps
    at = np.minimum(place >> QUANTILE_BITS, steps - 1)
    rest = place - (at << QUANTILE_BITS)
    low = times.ms[bucket, at].astype(np.int64)
    high = times.ms[bucket, at + 1].astype(np.int64)
    return np.asarray(low + ((high - low) * rest >> QUANTILE_BITS), dtype=np.int64)

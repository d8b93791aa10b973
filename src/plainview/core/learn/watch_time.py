"""Watch time as quantiles: their labels, and the times that predictions come to, from examples."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.errors import BadFile
from plainview.core.terms.watch_time import QUANTILE_BITS, WatchTimes, bucket_of

Ints = NDArray[np.int64]

LABEL_ONE: Final = 4096
STEPS: Final = 32
NEAR_MIN: Final = 60
NEAR_SHARE: Final = 12
"""The median at a quantile is that of the examples whose predictions are nearest to it: a twelfth
of the bucket's, NEAR_MIN at least."""

MS_MAX: Final = 86_400_000
LENGTH_MS_MAX: Final = 2**31 - 1
BUCKETS_MAX: Final = 64
STEPS_MAX: Final = 1024
NAMES: Final = ("watch.bounds", "watch.ms")


def quantile_labels(
    ms: Ints, length_ms: Ints, *, among_ms: Ints, among_length_ms: Ints, bounds: Sequence[int]
) -> NDArray[np.uint16]:
    """(n,) in 1/4096 where each watch stands among those of its bucket: the share that is shorter,
    and half of those as long, rounded down. A bucket that nobody watched says one half.

    Args:
        among_ms, among_length_ms: (m,) the watches that make the quantiles.
    """
    limits = np.array(bounds, dtype=np.int32)
    bucket, among = bucket_of(length_ms, bounds=limits), bucket_of(among_length_ms, bounds=limits)
    out = np.full(len(ms), LABEL_ONE // 2, dtype=np.uint16)
    for b in range(len(limits) + 1):
        known, mine = np.sort(among_ms[among == b]), bucket == b
        if len(known):
            twice = np.searchsorted(known, ms[mine], side="left") + np.searchsorted(
                known, ms[mine], side="right"
            )
            out[mine] = twice * LABEL_ONE // (2 * len(known))
    return out


def median_times(
    predictions: Ints, ms: Ints, length_ms: Ints, *, bounds: Sequence[int], steps: int = STEPS
) -> WatchTimes:
    """What a prediction comes to: the median time of examples with predictions like it.

    Per bucket and step the examples nearest in order of prediction, ties by place; their lower
    median; then each step at least the one before. A bucket without examples has the times of the
    nearest one below that has some, else of the lowest. Whole numbers throughout.

    Args:
        predictions: (n,) Q24, of n >= 1 examples.
    """
    limits = np.array(bounds, dtype=np.int32)
    bucket = bucket_of(length_ms, bounds=limits)
    table = np.full((len(limits) + 1, steps + 1), -1, dtype=np.int64)
    for b in range(len(table)):
        rows = np.flatnonzero(bucket == b)
        if not len(rows):
            continue
        rows = rows[np.argsort(predictions[rows], kind="stable")]
        near = min(max(NEAR_MIN, len(rows) // NEAR_SHARE), len(rows))
        for step in range(steps + 1):
            wanted = (step << QUANTILE_BITS) // steps
            place = int(np.searchsorted(predictions[rows], wanted, side="left"))
            start = min(max(place - near // 2, 0), len(rows) - near)
            chosen = np.sort(ms[rows[start : start + near]])
            table[b, step] = min(int(chosen[(near - 1) // 2]), MS_MAX)
        table[b] = np.maximum.accumulate(table[b])
    known = np.flatnonzero(table[:, 0] >= 0)
    for b in np.flatnonzero(table[:, 0] < 0).tolist():
        below = known[known < b]
        table[b] = table[below[-1] if len(below) else known[0]]
    return WatchTimes(bounds=limits, ms=table.astype(np.int32))


def watch_tensors(times: WatchTimes) -> dict[str, NDArray[Any]]:
    """The tensors of a weights file that carries `times`."""
    return dict(zip(NAMES, (times.bounds, times.ms), strict=True))


def take_watch_times(tensors: dict[str, NDArray[Any]]) -> WatchTimes | None:
    """Take those tensors out of a file's; None where it has neither.

    Raises: BadFile: one without the other, a shape, type or number out of range, a row that falls.
    """
    given = [tensors.pop(name, None) for name in NAMES]
    bounds, ms = given
    if bounds is None and ms is None:
        return None
    if bounds is None or ms is None:
        raise BadFile("watch.bounds and watch.ms come together")
    if bounds.dtype != np.int32 or ms.dtype != np.int32 or bounds.ndim != 1 or ms.ndim != 2:
        raise BadFile("watch.bounds and watch.ms must be int32, of one and two dimensions")
    if len(ms) != len(bounds) + 1 or len(ms) > BUCKETS_MAX or not 2 <= ms.shape[1] <= STEPS_MAX + 1:
        raise BadFile(f"watch.ms is {ms.shape}, with {len(bounds)} bounds")
    if (np.diff(bounds) <= 0).any() or (bounds < 0).any():
        raise BadFile("watch.bounds must rise from 0 or more")
    if ms.min() < 0 or ms.max() > MS_MAX or (np.diff(ms, axis=1) < 0).any():
        raise BadFile(f"each row of watch.ms must rise within 0 .. {MS_MAX}")
    return WatchTimes(bounds=_kept(bounds), ms=_kept(ms))


def _kept(array: NDArray[Any]) -> NDArray[Any]:
    out = np.ascontiguousarray(array)
    out.flags.writeable = False
    return out

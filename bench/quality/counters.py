"""Sums over what was known before a moment: the one way in which an outcome enters a feature."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]

SHIFT = 1 << 42
"""Times are below this, so that key * SHIFT + time sorts by key, then time."""


class Counter(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Outcomes by key and by when they were known, ready to be summed up to any moment.

    `places` ascending: key * SHIFT + (known - epoch). `sums` (rows + 1, outcomes): running sums.
    """

    places: Ints
    sums: Doubles
    epoch_ms: int


def counter_of(keys: Ints, *, known_ms: Ints, values: Doubles, epoch_ms: int) -> Counter:
    """A counter of `values` (n, outcomes) by `keys` (n,), each known at `known_ms`."""
    places = keys * SHIFT + (known_ms - epoch_ms)
    order = np.argsort(places, kind="stable")
    sums = np.zeros((len(keys) + 1, values.shape[1]), dtype=np.float64)
    np.cumsum(values[order], axis=0, out=sums[1:])
    return Counter(places=places[order], sums=sums, epoch_ms=epoch_ms)


def sums_before(
    counter: Counter, keys: Ints, *, at_ms: Ints, since_ms: Ints | None = None
) -> tuple[Ints, Doubles]:
    """(n,) how many outcomes of each key were known before `at_ms`, and (n, outcomes) their sums.

    Strictly before: what ends at the very moment is not known yet. With `since_ms` only those known
    at or after it.
    """
    stop = np.searchsorted(counter.places, keys * SHIFT + (at_ms - counter.epoch_ms), side="left")
    begin = keys * SHIFT
    if since_ms is not None:
        begin = begin + np.maximum(since_ms - counter.epoch_ms, 0)
    start = np.searchsorted(counter.places, begin, side="left")
    return (stop - start).astype(np.int64), counter.sums[stop] - counter.sums[start]


def log_odds(
    sums: NDArray[Any], counts: NDArray[Any], *, prior: Doubles | float, weight: float
) -> Doubles:
    """The log odds of a rate smoothed by `weight` showings at rate `prior`, less those of it."""
    rate = (sums + weight * prior) / (counts + weight)
    rate = np.clip(rate, 1e-4, 1 - 1e-4)
    base = np.clip(prior, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(rate / (1 - rate)) - np.log(base / (1 - base)))

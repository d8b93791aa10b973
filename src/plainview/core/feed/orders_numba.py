"""Putting rows in order, compiled: an index is built beside slates that are being made, and numpy
takes the interpreter's lock from them dozens of times where this lets go of it once a key."""

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.integers import Ints

DIGIT = 11
DIGITS = 1 << DIGIT


@compiled(
    types.int64(given(types.int64), filled(types.int64), filled(types.int64), filled(types.int64))
)
def _sort_by(key: Ints, order: Ints, spare: Ints, ends: Ints) -> int:
    """Sort `order` by the key of each of its elements, DIGIT bits at a time, ties as they stand;
    how often it went back and forth: after an odd number the result is in `spare`."""
    least, largest = key[order[0]], key[order[0]]
    for i in order:
        least = min(least, key[i])
        largest = max(largest, key[i])
    shift, turns = 0, 0
    while shift < 63 and (largest - least) >> shift:
        ends[:] = 0
        for i in order:
            ends[(key[i] - least) >> shift & (DIGITS - 1)] += 1
        start = 0
        for digit in range(DIGITS):
            count = ends[digit]
            ends[digit] = start
            start += count
        for i in order:
            digit = (key[i] - least) >> shift & (DIGITS - 1)
            spare[ends[digit]] = i
            ends[digit] += 1
        order, spare = spare, order
        shift += DIGIT
        turns += 1
    return turns


def in_order_numba(*keys: Ints) -> NDArray[np.intp]:
    """See `in_order` in integers.py, which is the reference.

    >>> in_order_numba(np.array([2, 1, 2, 1]), np.array([5, 9, 4, 9])).tolist()
    [1, 3, 2, 0]
    """
    order = np.arange(len(keys[0]), dtype=np.intp)
    if len(order) == 0:
        return order
    spare, ends = np.empty_like(order), np.empty(DIGITS, dtype=np.int64)
    for key in reversed(keys):
        if _sort_by(np.ascontiguousarray(key), order, spare, ends) % 2:
            order, spare = spare, order
    return order

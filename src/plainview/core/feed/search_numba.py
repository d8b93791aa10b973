"""Binary search compiled: all that is looked for takes the same step before the next one.

In a million ids each step waits for memory; so it waits for many at once.
"""

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.integers import Ints


@compiled(types.void(given(types.int64), given(types.int64), filled(types.int64)))
def _fill_places(known: Ints, wanted: Ints, out: Ints) -> None:
    """How many of `known` are below each of `wanted`, into `out` of zeros."""
    left = len(known)
    while left > 1:
        half = left >> 1
        for i in range(len(wanted)):
            out[i] += half if known[out[i] + half - 1] < wanted[i] else 0
        left -= half
    if left == 1:
        for i in range(len(wanted)):
            out[i] += 1 if known[out[i]] < wanted[i] else 0


def places_numba(known: Ints, wanted: Ints) -> NDArray[np.intp]:
    """See `places` in search.py."""
    out = np.zeros(len(wanted), dtype=np.int64)
    _fill_places(known, np.ascontiguousarray(wanted), out)
    return out

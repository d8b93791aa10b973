"""Counters in 16 bits: exact while small, then the first 6 significant bits."""

import numpy as np
from numpy.typing import NDArray

from plainview.core.terms.epoch import COUNTERS
from plainview.core.terms.ids import VideoId

Counts = tuple[int, ...]
"""One number per name in COUNTERS, in that order."""

NO_COUNTS: Counts = (0,) * len(COUNTERS)

EXACT_BELOW = 256
STEPS = 32
CODE_MAX = 65_535


def count_code(n: int) -> int:
    """The u16 code of a count n >= 0: n itself below 256, above that 32 steps per doubling.

    >>> count_code(255), count_code(256), count_code(264), count_code(512)
    (255, 256, 257, 288)
    """
    if n < EXACT_BELOW:
        return max(n, 0)
    bits = n.bit_length()
    return min(EXACT_BELOW + (bits - 9) * STEPS + (n >> bits - 6) - STEPS, CODE_MAX)


def count_floor(code: int) -> int:
    """The least count that has `code` (0 .. 65,535).

    >>> count_floor(255), count_floor(257), count_floor(288)
    (255, 264, 512)
    """
    if code < EXACT_BELOW:
        return code
    doublings, step = divmod(code - EXACT_BELOW, STEPS)
    return STEPS + step << doublings + 3


def count_codes(counts: NDArray[np.int64]) -> NDArray[np.uint16]:
    """`count_code` of every element; each must be below 2**53."""
    n = np.maximum(counts, 0)
    bits = np.searchsorted(1 << np.arange(54, dtype=np.int64), n, side="right").astype(np.int64)
    coarse = EXACT_BELOW + (bits - 9) * STEPS + (n >> np.maximum(bits - 6, 0)) - STEPS
    return np.where(n < EXACT_BELOW, n, coarse).astype(np.uint16)


def add_counts(counts: Counts, deltas: Counts) -> Counts:
    """The sum, element by element, never below 0."""
    return tuple(max(a + b, 0) for a, b in zip(counts, deltas, strict=True))


CountDeltas = dict[VideoId, Counts]
"""What a batch of events adds to each video's counts; negative where something was undone."""

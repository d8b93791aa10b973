"""The logistic curve as whole numbers, by whole-number arithmetic: no libm, the same everywhere."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from plainview.core.terms.weights import HEAD_ONE, TABLE_MIDDLE, TABLE_SIZE

STEPS_PER_LOGIT = 256
FIXED_BITS = 160
ONE = 1 << FIXED_BITS


@cache
def _step() -> int:
    """e**(1/256) in FIXED_BITS fixed point, by its series, each term rounded down."""
    term, total, n = ONE, ONE, 1
    while term:
        term //= STEPS_PER_LOGIT * n
        total += term
        n += 1
    return total


@cache
def _powers(count: int) -> tuple[int, ...]:
    """e**(k/256) for k = 0 .. count-1, each the one before times `_step`, rounded down."""
    out = [ONE]
    while len(out) < count:
        out.append(out[-1] * _step() >> FIXED_BITS)
    return tuple(out)


def logistic_q24(steps: int) -> int:
    """`2**24 / (1 + e**(-steps/256))`, rounded down; for |steps| < 8192.

    >>> logistic_q24(0) == HEAD_ONE // 2
    True
    """
    power = _powers(8192)[abs(steps)]
    return HEAD_ONE * (power if steps >= 0 else ONE) // (power + ONE)


def logistic_table(offset: int) -> NDArray[np.int32]:
    """(TABLE_SIZE,) for outputs -2048 .. 2047, where an output of 0 stands for the logit
    `offset / 256`: a rare head's table is fine where its predictions are."""
    return np.array(
        [logistic_q24(entry - TABLE_MIDDLE + offset) for entry in range(TABLE_SIZE)],
        dtype=np.int32,
    )

"""Words as directions: 64 signs for each, and a sum of them as 64 small integers."""

from functools import lru_cache
from hashlib import sha256
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from plainview.core.terms.epoch import EMBED_DIM

NORM = 256
"""Length of a vector before clipping: a typical coordinate is NORM / sqrt(64) = 32, so that one
in 10,000 is beyond int8 even where coordinates are spread like noise, as learned ones are."""


@lru_cache(maxsize=65_536)
def signs_of(token: str) -> NDArray[np.int64]:
    """(64,) of +1 and -1: the first 64 bits of SHA-256 of the token, most significant first."""
    bits = np.unpackbits(np.frombuffer(sha256(token.encode()).digest()[: EMBED_DIM // 8], np.uint8))
    signs = bits.astype(np.int64) * 2 - 1
    signs.flags.writeable = False
    return signs


def scaled_to_norm(total: NDArray[np.int64]) -> tuple[int, ...]:
    """`total * 256 // isqrt(sum(total * total))`, clipped to -127..127; all 0 if `total` is.

    >>> scaled_to_norm(np.array([3, -4]))  # 768 // 5 and -1024 // 5, the second beyond -127
    (127, -127)
    >>> scaled_to_norm(np.array([1, -9, 0]))
    (28, -127, 0)
    """
    length = isqrt(int((total * total).sum()))
    if length == 0:
        return (0,) * len(total)
    return tuple(int(x) for x in np.clip(total * NORM // length, -127, 127))

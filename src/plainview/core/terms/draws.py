"""Chance that can be recomputed: integers drawn from a seed by a counter hash."""

from hashlib import sha256

DRAW_BITS = 20
DRAW_UNIT = 1 << DRAW_BITS
"""A draw is uniform over 0 .. DRAW_UNIT-1, so a product of two draws' odds stays below 2**53."""


def draw(seed: bytes, counter: int) -> int:
    """Draw number `counter` of `seed` (32 bytes): the top 20 bits of SHA256(seed || u32be counter).

    >>> 0 <= draw(bytes(32), 7) < DRAW_UNIT
    True
    """
    return int.from_bytes(sha256(seed + counter.to_bytes(4, "big")).digest()[:4], "big") >> 12


def pick(drawn: int, count: int) -> int:
    """Which of `count` things (1 <= count <= DRAW_UNIT) the value `drawn` falls on."""
    return drawn * count >> DRAW_BITS


def pick_odds(index: int, count: int) -> int:
    """How many of the DRAW_UNIT possible draws fall on `index` of `count`: exact odds.

    >>> sum(pick_odds(i, 7) for i in range(7)) == DRAW_UNIT
    True
    """
    first = -(-index * DRAW_UNIT // count)
    after = -(-(index + 1) * DRAW_UNIT // count)
    return after - first

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


def before(index: int, count: int, best_of: int = 1) -> int:
    """How many of the DRAW_UNIT possible draws fall on things before `index` of `count`.

    As if `best_of` even draws were made and the first thing among those drawn were taken:
    `1 - ((count - index) / count) ** best_of` of all draws, rounded up.
    """
    left = (count - index) ** best_of
    return int(DRAW_UNIT - left * DRAW_UNIT // count**best_of)


def pick(drawn: int, count: int, best_of: int = 1) -> int:
    """Which of `count` things (1 <= count <= 600) the value `drawn` falls on, the best first.

    >>> [pick(DRAW_UNIT // 2, 10, k) for k in (1, 2, 3)]
    [5, 2, 2]
    """
    index = 0
    while before(index + 1, count, best_of) <= drawn:
        index += 1
    return index


def pick_odds(index: int, count: int, best_of: int = 1) -> int:
    """How many of the DRAW_UNIT possible draws fall on `index` of `count`: exact odds.

    >>> sum(pick_odds(i, 7) for i in range(7)) == DRAW_UNIT
    True
    >>> [pick_odds(i, 2, 2) * 4 // DRAW_UNIT for i in range(2)]
    [3, 1]
    """
    return before(index + 1, count, best_of) - before(index, count, best_of)

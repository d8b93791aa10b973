"""Arranging compiled: the places that `arrange.py` gives, found by looking at every candidate.

The reference walks groups in order of value; here each candidate's lowest level and what its topics
hold are kept in arrays and all of them are compared at each place, which compiled code does faster.
"""

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.arrange import LEVELS, Placing, Pool, explore_share
from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.integers import Ints
from plainview.core.terms.draws import DRAW_BITS, DRAW_UNIT, draw
from plainview.core.terms.policy import MILLI, Policy
from plainview.core.terms.weights import HEAD_ONE

PLACED = LEVELS
"""The level of what has its place: none allows it."""

Rows = NDArray[np.intp]


@compiled(types.int64(types.uint64))
def _bits(n: np.uint64) -> int:
    """How many bits of `n` are set."""
    one, two, four = np.uint64(1), np.uint64(2), np.uint64(4)
    n = n - ((n >> one) & np.uint64(0x5555555555555555))
    n = (n & np.uint64(0x3333333333333333)) + ((n >> two) & np.uint64(0x3333333333333333))
    n = (n + (n >> four)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((n * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled(
    types.void(
        given(types.int64), given(types.int64, 2), given(types.int64), types.int64, types.int64,
        types.int64, given(types.bool_), given(types.int64), filled(types.int64),
        filled(types.int64),
    )
)  # fmt: skip
def _space(
    creators: Ints,
    topics: Rows,
    placed: Rows,
    places: int,
    apart: int,
    share: int,
    is_alike: NDArray[np.bool_],
    held_by_topic: Ints,
    held: Ints,
    level: Ints,
) -> None:
    """For each candidate not placed: what its fullest topic holds of the `places` filled, and the
    lowest level that allows it next. The creators of the last `apart` are too near."""
    most = -(-share * (places + 1) // MILLI)
    for c in range(len(creators)):
        if level[c] == PLACED:
            continue
        fullest = np.int64(0)
        for slot in range(topics.shape[1]):
            fullest = max(fullest, held_by_topic[topics[c, slot]])
        held[c] = fullest
        is_close = False
        for i in range(max(places - apart, 0), places):
            is_close |= creators[c] == creators[placed[i]]
        if is_alike[c]:
            level[c] = 3
        elif is_close:
            level[c] = 2
        elif share > 0 and fullest + 1 > most:
            level[c] = 1
        else:
            level[c] = 0


@compiled(
    types.int64(
        given(types.int64), given(types.int64), given(types.bool_), given(types.int64),
        given(types.int64), types.int64,
    )
)  # fmt: skip
def _best(
    rows: Rows, values: Ints, is_rest: NDArray[np.bool_], level: Ints, held: Ints, tires: int
) -> int:
    """The candidate that is least by (level, is_rest, loss - value, row) and not placed."""
    best = -1
    for c in range(len(rows)):
        if level[c] == PLACED:
            continue
        if best < 0 or level[c] < level[best]:
            best = c
        elif level[c] == level[best]:
            if is_rest[c] != is_rest[best]:
                if is_rest[best]:
                    best = c
                continue
            mine = values[c] - tires * held[c]
            other = values[best] - tires * held[best]
            if mine > other or (mine == other and rows[c] < rows[best]):
                best = c
    return best


@compiled(
    types.void(
        types.int64, given(types.int64, 2), given(types.uint64), types.int64,
        filled(types.bool_), filled(types.int64), filled(types.int64),
    )
)  # fmt: skip
def _place(
    chosen: int,
    topics: Rows,
    looks: NDArray[np.uint64],
    lookalike_bits: int,
    is_alike: NDArray[np.bool_],
    held_by_topic: Ints,
    level: Ints,
) -> None:
    """Give `chosen` its place: its topics hold one more, and what looks like it is alike."""
    level[chosen] = PLACED
    for slot in range(topics.shape[1]):
        topic = topics[chosen, slot]
        is_new = topic != 0
        for before in range(slot):
            is_new &= topics[chosen, before] != topic
        if is_new:
            held_by_topic[topic] += 1
    if lookalike_bits > 0 and looks[chosen] != 0:
        for c in range(len(looks)):
            if looks[c] != 0 and _bits(looks[c] ^ looks[chosen]) < lookalike_bits:
                is_alike[c] = True


@compiled(types.int64(types.int64, types.int64, types.int64, types.int64))
def _propensity(is_ranked: int, at: int, pool: int, share: int) -> int:
    """`arrange.propensity` of the candidate at `at` of a pool of `pool`, -1 if it is not in it."""
    if pool == 0:
        return DRAW_UNIT * DRAW_UNIT
    odds = (DRAW_UNIT - share) * DRAW_UNIT * is_ranked
    if at >= 0:
        first = -(-at * DRAW_UNIT // pool)
        after = -(-(at + 1) * DRAW_UNIT // pool)
        odds += share * (after - first)
    return odds


@compiled(
    types.void(
        given(types.int64), given(types.int64), given(types.bool_), given(types.int64),
        given(types.int64, 2), given(types.uint64), given(types.int64), types.int64,
        given(types.int64), given(types.int64), filled(types.int64, 2),
    )
)  # fmt: skip
def _arrange(
    rows: Rows,
    values: Ints,
    is_rest: NDArray[np.bool_],
    creators: Ints,
    topics: Rows,
    looks: NDArray[np.uint64],
    fresh: Rows,
    topic_max: int,
    rules: Ints,
    draws: Ints,
    out: Ints,
) -> None:
    """Fill out.shape[0] places, each (candidate, ranked, is_explored, pool, level, propensity).

    `rules`: how many places back creators are apart, topics_share, topic_tires in units of value,
    lookalike_bits, explore_share in 2**-20 (0: `fresh` is not looked at). `draws` two a place.
    """
    apart, share, tires = rules[0], rules[1], rules[2]
    lookalike_bits, explore = rules[3], rules[4]
    is_alike = np.zeros(len(rows), dtype=np.bool_)
    held_by_topic = np.zeros(topic_max + 1, dtype=np.int64)
    held, level = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    pool = np.empty(len(fresh), dtype=np.int64)
    placed = np.empty(out.shape[0], dtype=np.int64)
    for i in range(out.shape[0]):
        _space(creators, topics, placed, i, apart, share, is_alike, held_by_topic, held, level)
        ranked = _best(rows, values, is_rest, level, held, tires)
        count = 0
        if explore > 0:
            for c in fresh:
                if level[c] == 0:
                    pool[count] = c
                    count += 1
        chosen, is_explored, at = ranked, 0, -1
        if count > 0 and draws[2 * i] < explore:
            chosen, is_explored = pool[draws[2 * i + 1] * count >> DRAW_BITS], 1
        for k in range(count):
            if pool[k] == chosen:
                at = k
        out[i, 0], out[i, 1], out[i, 2] = chosen, ranked, is_explored
        out[i, 3], out[i, 4] = count, level[ranked]
        out[i, 5] = _propensity(1 if chosen == ranked else 0, at, count, explore)
        placed[i] = chosen
        _place(chosen, topics, looks, lookalike_bits, is_alike, held_by_topic, level)


def arrange_numba(pool: Pool, *, policy: Policy, seed: bytes, size: int) -> list[Placing]:
    """See `arrange` in arrange.py."""
    places, share = min(size, len(pool.rows)), explore_share(policy)
    draws = np.zeros(2 * places, dtype=np.int64)
    if share and len(pool.fresh):
        for i in range(places):
            drawn = draws[2 * i] = draw(seed, 2 * i)
            if drawn < share:
                draws[2 * i + 1] = draw(seed, 2 * i + 1)
    rules = np.array(
        [
            max(policy.creators_apart - 1, 0), policy.topics_share_milli,
            policy.topic_tires_milli * HEAD_ONE, policy.lookalike_bits, share,
        ],
        dtype=np.int64,
    )  # fmt: skip
    out = np.empty((places, 6), dtype=np.int64)
    _arrange(
        pool.rows, pool.values, pool.is_rest, pool.creators, pool.topics, pool.looks, pool.fresh,
        pool.topic_max, rules, draws, out,
    )  # fmt: skip
    return [
        Placing(
            candidate=candidate, ranked=ranked, is_explored=bool(is_explored), pool=drawable,
            level=level, propensity=propensity,
        )
        for candidate, ranked, is_explored, drawable, level, propensity in out.tolist()
    ]  # fmt: skip

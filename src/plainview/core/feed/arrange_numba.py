"""Arranging compiled: the places that `arrange.py` gives, found by looking at every candidate.

The reference walks groups in order of value; here each candidate's lowest level and what its topics
hold are kept in arrays and all of them are compared at each place, which compiled code does faster.
"""

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.arrange import (
    LEVELS,
    LOOKS_BACK,
    SLOTS,
    Placing,
    Pool,
    explore_share,
)
from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.integers import Ints
from plainview.core.terms.draws import DRAW_UNIT, draw
from plainview.core.terms.policy import MILLI, Policy
from plainview.core.terms.viewer import LATELY_MAX
from plainview.core.terms.weights import HEAD_ONE

PLACED = LEVELS
"""The level of what has its place: none allows it."""

APART, TOPICS_SHARE, LATELY_MOST, TIRES = 0, 1, 2, 3
LOOKALIKE_BITS, OWED_SHARE, EXPLORE_SHARE, BEST_OF = 4, 5, 6, 7
"""Where each rule stands: how many places back creators are apart, thousandths of the places, how
many of the last LATELY_MAX, units of value, bits, twice 2**-20, draws."""

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
        given(types.bool_), given(types.int64), given(types.int64, 2), given(types.int64),
        types.int64, types.int64, given(types.int64), given(types.bool_), given(types.int64),
        given(types.int64), filled(types.int64), filled(types.int64),
    )
)  # fmt: skip
def _space(
    is_barred: NDArray[np.bool_],
    creators: Ints,
    topics: Rows,
    line: Ints,
    served: int,
    places: int,
    rules: Ints,
    is_alike: NDArray[np.bool_],
    held_by_topic: Ints,
    lately_by_topic: Ints,
    held: Ints,
    level: Ints,
) -> None:
    """For each candidate not placed: what its fullest topic holds of the `places` filled, and the
    lowest level that allows it next. The last creators of the `served` in `line` are too near."""
    apart, share, lately_most = rules[APART], rules[TOPICS_SHARE], rules[LATELY_MOST]
    most = -(-share * (places + 1) // MILLI)
    for c in range(len(creators)):
        if level[c] == PLACED:
            continue
        fullest, lately = np.int64(0), np.int64(0)
        for slot in range(topics.shape[1]):
            fullest = max(fullest, held_by_topic[topics[c, slot]])
            lately = max(lately, lately_by_topic[topics[c, slot]])
        held[c] = fullest
        is_close = False
        for i in range(max(served - apart, 0), served):
            is_close |= creators[c] == line[i]
        if is_barred[c] or (lately_most > 0 and lately + 1 > lately_most):
            level[c] = 4
        elif is_alike[c]:
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


@compiled(types.void(types.uint64, given(types.uint64), types.int64, filled(types.bool_)))
def _mark_alike(
    look: np.uint64, looks: NDArray[np.uint64], bits: int, is_alike: NDArray[np.bool_]
) -> None:
    """What looks like `look` is alike; looks of 0 are like none."""
    if bits > 0 and look != 0:
        for c in range(len(looks)):
            if looks[c] != 0 and _bits(looks[c] ^ look) < bits:
                is_alike[c] = True


@compiled(types.void(given(types.int64, 2), types.int64, types.int64, filled(types.int64)))
def _hold(topics: Rows, at: int, more: int, by_topic: Ints) -> None:
    """Each topic of entry `at`, once, holds `more` more."""
    for slot in range(topics.shape[1]):
        topic = topics[at, slot]
        is_new = topic != 0
        for before in range(slot):
            is_new &= topics[at, before] != topic
        if is_new:
            by_topic[topic] += more


@compiled(types.int64(types.int64, types.int64, types.int64))
def _before(index: int, count: int, best_of: int) -> int:
    """`draws.before`."""
    left, whole = 1, 1
    for _ in range(best_of):
        left *= count - index
        whole *= count
    return int(DRAW_UNIT - left * DRAW_UNIT // whole)


@compiled(types.int64(types.int64, types.int64, types.int64))
def _odds(index: int, count: int, best_of: int) -> int:
    """`draws.pick_odds`."""
    return _before(index + 1, count, best_of) - _before(index, count, best_of)


@compiled(types.int64(types.int64, types.int64, types.int64))
def _pick(drawn: int, count: int, best_of: int) -> int:
    """`draws.pick`."""
    index = 0
    while _before(index + 1, count, best_of) <= drawn:
        index += 1
    return index


@compiled(
    types.int64(
        given(types.int64), given(types.int64), types.int64, filled(types.int64)
    )
)  # fmt: skip
def _owed(fresh: Rows, level: Ints, share: int, out: Ints) -> int:
    """Write those of `fresh` that may be drawn, in their order; returns how many."""
    count = 0
    if share > 0:
        for c in fresh:
            if level[c] == 0:
                out[count] = c
                count += 1
    return count


@compiled(
    types.int64(
        given(types.int64), given(types.int64), given(types.int64), given(types.bool_),
        given(types.int64), given(types.int64), types.int64, types.int64, filled(types.int64),
        filled(types.int64),
    )
)  # fmt: skip
def _unsure(
    rows: Rows,
    values: Ints,
    doubts: Ints,
    is_rest: NDArray[np.bool_],
    level: Ints,
    held: Ints,
    tires: int,
    ranked: int,
    out: Ints,
    hopes: Ints,
) -> int:
    """Write those that may prove worth more than `ranked`, and their hopes; returns how many."""
    line = values[ranked] - tires * held[ranked]
    count = 0
    for c in range(len(rows)):
        if level[c] == 0 and doubts[c] > 0 and c != ranked and not is_rest[c]:
            hope = values[c] + doubts[c] - tires * held[c]
            if hope > line:
                out[count], hopes[count] = c, hope
                count += 1
    return count


@compiled(types.int64(types.int64, given(types.int64), types.int64))
def _ahead(k: int, hopes: Ints, count: int) -> int:
    """How many of `count` in doubt stand before entry `k`: more hopeful, or as much and earlier."""
    ahead = 0
    for other in range(count):
        ahead += hopes[other] > hopes[k] or (hopes[other] == hopes[k] and other < k)
    return ahead


@compiled(types.int64(types.int64, given(types.int64), types.int64))
def _with_ahead(wanted: int, hopes: Ints, count: int) -> int:
    """The entry of `count` in doubt that has `wanted` before it."""
    last = -1
    for _ in range(wanted + 1):
        best = -1
        for k in range(count):
            is_after = last < 0 or hopes[k] < hopes[last] or (hopes[k] == hopes[last] and k > last)
            if is_after and (best < 0 or hopes[k] > hopes[best]):
                best = k
        last = best
    return last


@compiled(
    types.int64(
        types.int64, types.int64, given(types.int64), types.int64, types.int64,
        given(types.int64), given(types.int64), types.int64, types.int64, types.int64,
    )
)  # fmt: skip
def _propensity(
    chosen: int,
    ranked: int,
    owed: Rows,
    owing: int,
    to_owed: int,
    unsure: Rows,
    hopes: Ints,
    doubted: int,
    to_unsure: int,
    best_of: int,
) -> int:
    """`Chances.propensity`."""
    odds = (DRAW_UNIT - to_owed - to_unsure) * DRAW_UNIT if chosen == ranked else 0
    for k in range(owing):
        if owed[k] == chosen:
            odds += to_owed * _odds(k, owing, best_of)
    if chosen != ranked:
        for k in range(doubted):
            if unsure[k] == chosen:
                odds += to_unsure * _odds(_ahead(k, hopes, doubted), doubted, best_of)
    return odds


@compiled(
    types.void(
        given(types.int64), given(types.int64), given(types.int64), given(types.bool_),
        given(types.bool_), given(types.int64), given(types.int64, 2), given(types.uint64),
        given(types.int64), given(types.int64), given(types.int64, 2), given(types.uint64),
        types.int64, given(types.int64), given(types.int64), filled(types.int64, 2),
    )
)  # fmt: skip
def _arrange(
    rows: Rows,
    values: Ints,
    doubts: Ints,
    is_rest: NDArray[np.bool_],
    is_barred: NDArray[np.bool_],
    creators: Ints,
    topics: Rows,
    looks: NDArray[np.uint64],
    fresh: Rows,
    past_creators: Ints,
    past_topics: Rows,
    past_looks: NDArray[np.uint64],
    topic_max: int,
    rules: Ints,
    draws: Ints,
    out: Ints,
) -> None:
    """Fill out.shape[0] places, each (candidate, ranked, slot, owed, unsure, level, propensity).

    `rules` are those named by the constants above; `fresh` the owed ones, the most valuable first;
    `draws` two a place.
    """
    n, places, m = len(rows), out.shape[0], len(past_creators)
    tires, bits, best_of = rules[TIRES], rules[LOOKALIKE_BITS], rules[BEST_OF]
    owed_share, explore = rules[OWED_SHARE], rules[EXPLORE_SHARE]
    is_alike = np.zeros(n, dtype=np.bool_)
    held_by_topic = np.zeros(topic_max + 1, dtype=np.int64)
    lately_by_topic = np.zeros(topic_max + 1, dtype=np.int64)
    held, level = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    owed, unsure = np.empty(len(fresh), dtype=np.int64), np.empty(n, dtype=np.int64)
    hopes = np.empty(n, dtype=np.int64)
    line = np.empty(m + places, dtype=np.int64)
    for p in range(m):
        line[p] = past_creators[p]
        _hold(past_topics, p, 1, lately_by_topic)
        if p >= m - LOOKS_BACK:
            _mark_alike(past_looks[p], looks, bits, is_alike)
    for i in range(places):
        _space(
            is_barred, creators, topics, line, m + i, i, rules, is_alike, held_by_topic,
            lately_by_topic, held, level,
        )  # fmt: skip
        ranked = _best(rows, values, is_rest, level, held, tires)
        owing = _owed(fresh, level, owed_share, owed)
        doubted = 0
        if explore > 0:
            doubted = _unsure(
                rows, values, doubts, is_rest, level, held, tires, ranked, unsure, hopes
            )
        to_owed = owed_share if owing > 0 else 0
        to_unsure = explore if doubted > 0 else 0
        chosen, slot = ranked, 0
        if draws[2 * i] < to_owed:
            chosen, slot = owed[_pick(draws[2 * i + 1], owing, best_of)], 1
        elif draws[2 * i] < to_owed + to_unsure:
            drawn = _pick(draws[2 * i + 1], doubted, best_of)
            chosen, slot = unsure[_with_ahead(drawn, hopes, doubted)], 2
        odds = _propensity(
            chosen, ranked, owed, owing, to_owed, unsure, hopes, doubted, to_unsure, best_of
        )  # fmt: skip
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = chosen, ranked, slot, owing
        out[i, 4], out[i, 5], out[i, 6] = doubted, level[ranked], odds
        line[m + i] = creators[chosen]
        level[chosen] = PLACED
        _hold(topics, chosen, 1, held_by_topic)
        _hold(topics, chosen, 1, lately_by_topic)
        if m + i + 1 >= LATELY_MAX:
            _hold(past_topics, m + i + 1 - LATELY_MAX, -1, lately_by_topic)
        _mark_alike(looks[chosen], looks, bits, is_alike)


def arrange_numba(pool: Pool, *, policy: Policy, seed: bytes, size: int) -> list[Placing]:
    """See `arrange` in arrange.py."""
    places, explore = min(size, len(pool.rows)), explore_share(policy)
    owed_share = pool.owed_share if len(pool.fresh) else 0
    draws = np.zeros(2 * places, dtype=np.int64)
    if owed_share or explore:
        for i in range(places):
            drawn = draws[2 * i] = draw(seed, 2 * i)
            if drawn < owed_share + explore:
                draws[2 * i + 1] = draw(seed, 2 * i + 1)
    fresh = pool.fresh
    if owed_share:
        fresh = fresh[np.argsort(-pool.values[fresh], kind="stable")]
    rules = np.array(
        [
            max(policy.creators_apart - 1, 0), policy.topics_share_milli,
            policy.topics_lately_milli * LATELY_MAX // MILLI, policy.topic_tires_milli * HEAD_ONE,
            policy.lookalike_bits, owed_share, explore, policy.best_of,
        ],
        dtype=np.int64,
    )  # fmt: skip
    past = pool.past
    out = np.empty((places, 7), dtype=np.int64)
    _arrange(
        pool.rows, pool.values, pool.doubts, pool.is_rest, pool.is_barred, pool.creators,
        pool.topics, pool.looks, fresh, past.creators, past.topics, past.looks, pool.topic_max,
        rules, draws, out,
    )  # fmt: skip
    return [
        Placing(
            candidate=candidate, ranked=ranked, slot=SLOTS[slot], owed=owed, unsure=unsure,
            level=level, propensity=propensity,
        )
        for candidate, ranked, slot, owed, unsure, level, propensity in out.tolist()
    ]  # fmt: skip

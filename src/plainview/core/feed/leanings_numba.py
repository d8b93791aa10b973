"""Leanings compiled: the numbers that `leanings.py` gives."""

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints
from plainview.core.feed.leanings import (
    EXPECTED_COLUMNS,
    EXPECTED_FACTORS,
    EXPECTED_FIRST,
    LEANING_ONE,
    LEANING_PRIOR,
    LENGTH_REACH,
    LENGTH_STEPS,
    Leanings,
)


@compiled(types.int64(types.int64))
def length_step(length_ms: int) -> int:
    """`length_steps` of one video."""
    n = np.int64(length_ms // 100 + 1)
    top = 0
    while n >> (top + 1) > 0:
        top += 1
    return min(8 * top + int(((n << 3) >> top) & 7), LENGTH_STEPS - 1)


@compiled(types.int64(given(types.int64), given(types.int64, 2), types.int64))
def topic_part(by_topic: Ints, topics: NDArray[np.intp], row: int) -> int:
    """`topic_parts` of one row."""
    total, slots = 0, 0
    for slot in range(topics.shape[1]):
        topic = topics[row, slot]
        if topic != 0:
            total += by_topic[topic]
            slots += 1
    return total // max(slots, 1)


@compiled(
    types.int64(
        given(types.int64), given(types.int64), given(types.int64), given(types.int64),
        given(types.int8, 2), given(types.int64, 2), given(types.int64), given(types.int64),
        given(types.int64), filled(types.int64), filled(types.int64), filled(types.int64),
    )
)  # fmt: skip
def _fill_leanings(
    rows: Ints,
    outcome: Ints,
    mass: Ints,
    group: Ints,
    features: NDArray[np.int8],
    topics: NDArray[np.intp],
    length_ms: Ints,
    columns: Ints,
    factors: Ints,
    by_topic: Ints,
    by_creator: Ints,
    by_length: Ints,
) -> int:
    """`leanings_of` into three columns of zeros. Returns the level."""
    n = len(rows)
    left = np.empty(n, dtype=np.int64)
    total, weight = 0, LEANING_PRIOR
    for r in range(n):
        expected = EXPECTED_FIRST
        for k in range(len(columns)):
            expected += factors[k] * features[rows[r], columns[k]]
        left[r] = LEANING_ONE * outcome[r] - expected * LEANING_ONE // 1000
        total += mass[r] * left[r]
        weight += mass[r]
    level = total // weight

    weights = np.full(len(by_topic), LEANING_PRIOR)
    for r in range(n):
        left[r] -= level
        for slot in range(topics.shape[1]):
            topic = topics[rows[r], slot]
            if topic != 0:
                by_topic[topic] += mass[r] * left[r]
                weights[topic] += mass[r]
    for topic in range(len(by_topic)):
        by_topic[topic] //= weights[topic]

    weights = np.full(len(by_creator), LEANING_PRIOR)
    for r in range(n):
        left[r] -= topic_part(by_topic, topics, rows[r])
        by_creator[group[r]] += mass[r] * left[r]
        weights[group[r]] += mass[r]
    for at in range(len(by_creator)):
        by_creator[at] //= weights[at]

    weights = np.full(LENGTH_STEPS, LENGTH_REACH * LEANING_PRIOR)
    for r in range(n):
        left[r] -= by_creator[group[r]]
        step = length_step(length_ms[rows[r]])
        for at in range(max(step - LENGTH_REACH + 1, 0), min(step + LENGTH_REACH, LENGTH_STEPS)):
            near = (LENGTH_REACH - abs(at - step)) * mass[r]
            by_length[at] += near * left[r]
            weights[at] += near
    for at in range(LENGTH_STEPS):
        by_length[at] //= weights[at]
    return int(level)


def leanings_numba(
    rows: Ints,
    outcome: Ints,
    mass: Ints,
    *,
    group: Ints,
    creator_count: int,
    index: Index,
) -> Leanings:
    """See `leanings_of` in leanings.py."""
    topics = np.zeros(len(index.header.topics) + 1, dtype=np.int64)
    creators = np.zeros(creator_count, dtype=np.int64)
    lengths = np.zeros(LENGTH_STEPS, dtype=np.int64)
    level = _fill_leanings(
        rows, outcome, mass, group, index.features, index.topics, index.length_ms,
        EXPECTED_COLUMNS, EXPECTED_FACTORS, topics, creators, lengths,
    )  # fmt: skip
    return Leanings(level=level, topics=topics, creators=creators, lengths=lengths)

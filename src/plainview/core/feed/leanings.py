"""What a viewer makes of videos beyond what everybody makes of them, part by part.

A watch leaves a surplus: its outcome, less the outcome that the video's counters let one expect.
Surpluses are explained by the widest part first: the viewer's own level, then topics, creators and
lengths. Each part explains what those before it left over, and the less the less was watched.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints, eighths_log2
from plainview.core.terms.weights import EPOCH_FEATURES

LEANING_ONE = 256
"""A point of outcome."""
LEANING_PRIOR = 6144
"""One watch and a half of now: it pulls each part toward nothing."""
LEANING_STEP = 8
"""Of a part to a feature: four points are at the end of the scale."""
LENGTH_STEPS = 256
LENGTH_REACH = 4
"""Videos half as long again, or a third shorter, say nothing of each other."""

EXPECTED_FIRST = 1350
EXPECTED_RATES = {"finish_rate": 8, "long_rate": 8, "skip_rate": -12, "loop_rate": 4}
"""The outcome to expect in thousandths, from the rates of `EPOCH_FEATURES` (a step is 4 per mille):
2 points for a finish and 2 for a long view, -3 for a skip, 1 for a loop, at the rates' priors."""
EXPECTED_COLUMNS = np.array([EPOCH_FEATURES.index(name) for name in EXPECTED_RATES])
EXPECTED_FACTORS = np.array(list(EXPECTED_RATES.values()), dtype=np.int64)


class Leanings(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The parts, in 1 / LEANING_ONE points: the viewer's `level`; `topics` by 1-based topic, entry
    0 is 0; `creators`, which go with those of the profile; `lengths` by `length_steps`."""

    level: int
    topics: Ints
    creators: Ints
    lengths: Ints


def no_leanings(*, topic_count: int) -> Leanings:
    """Those of a viewer of whom nothing is known; `topic_count` with the 0."""
    return Leanings(
        level=0,
        topics=np.zeros(topic_count, dtype=np.int64),
        creators=np.zeros(0, dtype=np.int64),
        lengths=np.zeros(LENGTH_STEPS, dtype=np.int64),
    )


def length_steps(length_ms: Ints) -> Ints:
    """Eighths of a doubling, within 0 .. LENGTH_STEPS - 1."""
    return np.minimum(eighths_log2(length_ms // 100 + 1), LENGTH_STEPS - 1)


def surpluses(rows: NDArray[np.intp], outcome: Ints, *, index: Index) -> Ints:
    """(n,) what each watch of `rows` says more than was to be expected."""
    rates = index.features[rows][:, EXPECTED_COLUMNS].astype(np.int64)
    expected = (EXPECTED_FIRST + rates @ EXPECTED_FACTORS) * LEANING_ONE // 1000
    return LEANING_ONE * outcome - expected


def topic_parts(by_topic: Ints, topics: NDArray[np.intp]) -> Ints:
    """(n,) the mean over the topics that each of `topics` (n, slots) has; 0 for none."""
    slots = np.maximum((topics != 0).sum(axis=1), 1)
    return np.asarray(by_topic[topics].sum(axis=1) // slots, dtype=np.int64)


def leanings_of(
    rows: NDArray[np.intp],
    outcome: Ints,
    mass: Ints,
    *,
    group: NDArray[np.intp],
    creator_count: int,
    index: Index,
) -> Leanings:
    """What the watches of `rows` (n,) say, `mass` the weight of each (0 for what is no watch) and
    `group` the place of its creator.

    Each part is `sum(mass * left) // (sum(mass) + LEANING_PRIOR)` over what it groups; a length's
    sums are those of the steps less than LENGTH_REACH away, the nearer the fuller.
    """
    left = surpluses(rows, outcome, index=index)
    level = int((mass * left).sum() // (mass.sum() + LEANING_PRIOR))
    left = left - level

    topics = index.topics[rows]
    slots = topics.shape[1]
    by_topic = _shrunk(
        topics.ravel(), np.repeat(left, slots), np.repeat(mass, slots),
        count=len(index.header.topics) + 1,
    )  # fmt: skip
    by_topic[0] = 0
    left = left - topic_parts(by_topic, topics)

    by_creator = _shrunk(group, left, mass, count=creator_count)
    left = left - by_creator[group]

    step = length_steps(index.length_ms[rows])
    near = LENGTH_REACH - np.abs(np.arange(1 - LENGTH_REACH, LENGTH_REACH))
    total, weight = (
        np.convolve(_added(step, one, count=LENGTH_STEPS), near, "same")
        for one in (mass * left, mass)
    )
    by_length = total // (weight + LENGTH_REACH * LEANING_PRIOR)
    return Leanings(level=level, topics=by_topic, creators=by_creator, lengths=by_length)


def _shrunk(group: NDArray[np.intp], left: Ints, mass: Ints, *, count: int) -> Ints:
    """(count,) the mean of `left` by group, toward 0 by LEANING_PRIOR."""
    total, weight = (_added(group, one, count=count) for one in (mass * left, mass))
    return np.asarray(total // (weight + LEANING_PRIOR), dtype=np.int64)


def _added(group: NDArray[np.intp], values: Ints, *, count: int) -> Ints:
    # bincount adds in float64: whole numbers far below 2**53, so exact in any order.
    return np.bincount(group, weights=values, minlength=count).astype(np.int64)

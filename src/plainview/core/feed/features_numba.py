"""The features of candidates compiled: the numbers that `features.py` gives, in one pass."""

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.attention import DOT_STEP, EXP, EXP_STEPS, GAIN, OFFERED
from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.features import SIM_UNIT
from plainview.core.feed.filter import language_code
from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints
from plainview.core.feed.interests import Profile
from plainview.core.feed.leanings import LEANING_STEP
from plainview.core.feed.leanings_numba import length_step, topic_part
from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.slate import Context
from plainview.core.terms.weights import EPOCH_FEATURES, PAIR_FEATURES, VIDEO_FEATURES

PAIR = len(EPOCH_FEATURES)
"""Where the features of the pair begin."""
TOPIC, ATTENTION, LEANING, OFFERED_FIRST = (
    PAIR_FEATURES.index(name)
    for name in ("topic_affinity", "attention", "leaning_topic", "from_following")
)
"""Of these, each the first of those that are filled in one after another."""


@compiled(types.int64(types.int64))
def _clip(value: int) -> int:
    """Clip to the range of a feature."""
    return min(max(value, -127), 127)


@compiled(types.int64(given(types.int64), types.int64))
def _place(known: Ints, wanted: int) -> int:
    """Where `wanted` stands in sorted `known`, -1 if it does not."""
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) >> 1
        if known[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(known) and known[low] == wanted else -1


@compiled(
    types.void(
        given(types.int64), given(types.int8, 2), given(types.int8, 2), filled(types.int8, 2)
    )
)
def _fill_known(
    rows: NDArray[np.intp],
    features: NDArray[np.int8],
    interests: NDArray[np.int8],
    out: NDArray[np.int8],
) -> None:
    """The features of the epoch, and how near each embedding, the first of them, is to each
    interest."""
    for i in range(len(rows)):
        row = rows[i]
        for k in range(PAIR):
            out[i, k] = features[row, k]
        for j in range(interests.shape[0]):
            dot = np.int32(0)
            for d in range(EMBED_DIM):
                dot += np.int32(np.int16(features[row, d])) * np.int32(np.int16(interests[j, d]))
            out[i, PAIR + j] = _clip(int(dot) // SIM_UNIT)


@compiled(
    types.void(
        given(types.int64), given(types.int64, 2), given(types.int64), given(types.uint16),
        given(types.int64), given(types.int64), given(types.int64), given(types.int64),
        given(types.int64), given(types.int64), given(types.int64), given(types.int64),
        given(types.int64), given(types.int64), given(types.int64), types.int64,
        filled(types.int8, 2),
    )
)  # fmt: skip
def _fill_pairs(
    rows: NDArray[np.intp],
    topics: NDArray[np.intp],
    creators: Ints,
    language: NDArray[np.uint16],
    topic_affinity: Ints,
    topic_tried: Ints,
    topic_recent: Ints,
    my_creators: Ints,
    creator_affinity: Ints,
    creator_recent: Ints,
    follows: Ints,
    length_ms: Ints,
    by_topic: Ints,
    by_creator: Ints,
    by_length: Ints,
    mine: int,
    out: NDArray[np.int8],
) -> None:
    """The other features of the pair: topics, creator, language, leanings."""
    at, at_lean = PAIR + TOPIC, PAIR + LEANING
    for i in range(len(rows)):
        row = rows[i]
        affinity, tried, recent = 0, 0, 0
        for slot in range(topics.shape[1]):
            topic = topics[row, slot]
            affinity += topic_affinity[topic]
            tried += topic_tried[topic]
            recent += topic_recent[topic]
        place = _place(my_creators, creators[row])
        theirs = np.int64(language[row])
        out[i, at] = _clip(affinity)
        out[i, at + 1] = 64 if topics[row, 0] != 0 and tried == 0 else 0
        out[i, at + 2] = _clip(16 * recent)
        out[i, at + 3] = _clip(creator_affinity[place]) if place >= 0 else 0
        out[i, at + 4] = _clip(32 * creator_recent[place]) if place >= 0 else 0
        out[i, at + 5] = 64 if _place(follows, creators[row]) >= 0 else 0
        if theirs == 0 or mine == 0:
            out[i, at + 6] = 0
        else:
            out[i, at + 6] = 64 if theirs == mine else -64
        out[i, at_lean] = _clip(topic_part(by_topic, topics, row) // LEANING_STEP)
        out[i, at_lean + 1] = _clip(by_creator[place] // LEANING_STEP) if place >= 0 else 0
        out[i, at_lean + 2] = _clip(by_length[length_step(length_ms[row])] // LEANING_STEP)


@compiled(
    types.void(
        given(types.int8, 2), given(types.int64), given(types.int64), given(types.uint8),
        given(types.int8, 2), filled(types.int8, 2),
    )
)  # fmt: skip
def _fill_latest(
    theirs: NDArray[np.int8],
    weights: Ints,
    exp: Ints,
    sources: NDArray[np.uint8],
    offered: NDArray[np.int8],
    out: NDArray[np.int8],
) -> None:
    """What the latest watches say, and which source offered it. Embeddings stand first in `out`."""
    at = PAIR + ATTENTION
    for i in range(out.shape[0]):
        said, loud = 0, 0
        for r in range(len(weights)):
            dot = np.int32(0)
            for d in range(EMBED_DIM):
                dot += np.int32(np.int16(out[i, d])) * np.int32(np.int16(theirs[r, d]))
            step = min(max(int(dot) // DOT_STEP + EXP_STEPS // 2, 0), EXP_STEPS - 1)
            said += exp[step] * weights[r]
            loud += exp[step]
        out[i, at] = _clip(GAIN * said // loud) if loud > 0 else 0
        for k in range(offered.shape[1]):
            out[i, PAIR + OFFERED_FIRST + k] = offered[sources[i], k]


def features_numba(
    rows: NDArray[np.intp],
    sources: NDArray[np.uint8],
    *,
    index: Index,
    profile: Profile,
    context: Context,
) -> NDArray[np.int8]:
    """See `video_features` in features.py."""
    leanings = profile.leanings
    out = np.empty((len(rows), len(VIDEO_FEATURES)), dtype=np.int8)
    _fill_known(rows, index.features, profile.interests, out)
    _fill_pairs(
        rows, index.topics, index.creators, index.language, profile.topic_affinity,
        profile.topic_tried, profile.topic_recent, profile.creators, profile.creator_affinity,
        profile.creator_recent, profile.follows, index.length_ms, leanings.topics,
        leanings.creators, leanings.lengths, language_code(context.language), out,
    )  # fmt: skip
    latest = profile.latest
    _fill_latest(
        index.embeddings[latest.rows], np.ascontiguousarray(latest.weights), EXP, sources, OFFERED,
        out,
    )  # fmt: skip
    return out

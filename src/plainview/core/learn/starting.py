"""The weights a new edition starts with: written by hand, before anything was learned.

One hidden layer. Each of its units says one thing a person would say of a video ("like what you
just watched", "from someone you follow"); each head adds them up with the points written below.
Nothing here was fitted to data. The reasoning:

- Similarity to what the viewer watched speaks first, recent before lasting; what they praised in so
  many words counts more than what they let play; what they rejected counts against.
- What the viewer makes of its topics, its creator and its length beyond what everybody makes of
  such videos speaks both ways, the topics and the creator first.
- Counters come in as smoothed rates, so a video that nobody saw stands at the prior, not at zero.
- Length lowers the odds of finishing. Nearby repeats of a topic or creator tire.
- A topic this viewer was never shown gets the benefit of the doubt once.
- Nobody has earned a bonus by age; only a small one helps a video without an audience yet.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.tables import logistic_table
from plainview.core.learn.weights_file import encode_weights
from plainview.core.terms.weights import FEATURES, HEADS

NAME = "starting-1"

HIDDEN_UNITS: dict[str, tuple[dict[str, int], int]] = {
    # unit: ({feature: weight in 1/64}, value at no input). A unit is clipped to 0..255, so one
    # that stands at 128 speaks both ways and one at 0 only upward.
    "like_recent": ({"sim_recent": 96}, 128),
    "like_lasting": ({"sim_lasting": 96}, 128),
    "like_loved": ({"sim_loved": 127}, 0),
    "like_averse": ({"sim_averse": 127}, 0),
    "topic": ({"topic_affinity": 64}, 128),
    "creator": ({"creator_affinity": 64}, 128),
    "level": ({"leaning": 64}, 128),
    "leans_topic": ({"leaning_topic": 96}, 128),
    "leans_creator": ({"leaning_creator": 96}, 128),
    "leans_length": ({"leaning_length": 96}, 128),
    "followed": ({"is_followed": 127}, 0),
    "untried": ({"topic_untried": 64}, 0),
    "topic_tired": ({"topic_recent": 64}, 0),
    "creator_tired": ({"creator_recent": 64}, 0),
    "finishes": ({"finish_rate": 40, "loop_rate": 16, "watch_rate": 24}, 128),
    "skips": ({"skip_rate": 64}, 128),
    "praised": ({"like_rate": 40, "save_rate": 20, "share_rate": 20, "follow_rate": 10}, 128),
    "rejected": ({"reject_rate": 64}, 0),
    "long": ({"length_log": 96}, 128),
    "unproven": ({"is_unproven": 64}, 0),
    "language": ({"language_match": 64}, 128),
    "patient": ({"finish_tendency": 48, "skip_tendency": -48}, 128),
    "generous": ({"like_tendency": 48}, 128),
}

HEAD_OFFSETS = {
    # logit at no evidence, in 1/256: finish 50 %, long 60 %, like 4 %, save 1.5 %, share 1 %,
    # follow .7 %, comment .4 %, skip 27 %, reject .5 %, 30 % of two playings watched.
    "finish": 0, "long": 104, "like": -814, "save": -1071, "share": -1176, "follow": -1268,
    "comment": -1412, "skip": -255, "reject": -1355, "watch": -220,
}  # fmt: skip

HEAD_SHIFT = 3
HEAD_POINTS: dict[str, dict[str, int]] = {
    # head: {unit: weight}. One unit of a hidden unit moves the logit by weight / (8 * 256). A video
    # that fits in every way gains about 2 logits: 50 % finishing becomes 90 %, 4 % liking 20 %.
    "finish": {
        "untried": 32, "like_recent": 4, "like_lasting": 3, "like_loved": 3, "like_averse": -10,
        "topic": 2, "creator": 2, "followed": 4, "topic_tired": -5, "creator_tired": -6,
        "finishes": 20, "skips": -12, "praised": 4, "long": -12, "language": 4, "patient": 8,
        "unproven": 3,
        "level": 24, "leans_topic": 26, "leans_creator": 26, "leans_length": 20,
    },
    "long": {
        "untried": 32, "like_recent": 4, "like_lasting": 3, "like_loved": 3, "like_averse": -10,
        "topic": 2, "creator": 2, "followed": 4, "topic_tired": -5, "creator_tired": -6,
        "finishes": 16, "skips": -14, "praised": 4, "long": -4, "language": 6, "patient": 8,
        "unproven": 3,
        "level": 24, "leans_topic": 26, "leans_creator": 26, "leans_length": 20,
    },
    "like": {
        "untried": 24, "like_recent": 6, "like_lasting": 6, "like_loved": 5, "like_averse": -14,
        "topic": 6, "creator": 5, "followed": 6, "topic_tired": -5, "creator_tired": -4,
        "finishes": 8, "skips": -6, "praised": 28, "rejected": -8, "generous": 12, "unproven": 3,
        "level": 8, "leans_topic": 10, "leans_creator": 12, "leans_length": 4,
    },
    "save": {
        "like_recent": 4, "like_lasting": 5, "like_loved": 4, "like_averse": -12, "topic": 5,
        "creator": 4, "praised": 28, "long": 4, "rejected": -8, "generous": 8, "unproven": 3,
        "leans_topic": 8, "leans_creator": 10,
    },
    "share": {
        "like_recent": 4, "like_lasting": 4, "like_loved": 4, "like_averse": -12, "topic": 4,
        "praised": 28, "rejected": -10, "generous": 8, "unproven": 3,
        "leans_topic": 8, "leans_creator": 8,
    },
    "follow": {
        "like_recent": 3, "like_lasting": 4, "like_loved": 3, "like_averse": -12, "topic": 3,
        "creator": 10, "followed": -40, "praised": 20, "rejected": -10, "generous": 6,
        "leans_topic": 6, "leans_creator": 16,
    },
    "comment": {
        "like_recent": 3, "like_lasting": 4, "like_loved": 3, "like_averse": -6, "topic": 5,
        "creator": 6, "followed": 6, "praised": 16, "generous": 8, "unproven": 3,
        "leans_topic": 6, "leans_creator": 8,
    },
    "skip": {
        "untried": -26, "like_recent": -4, "like_lasting": -3, "like_loved": -3,
        "like_averse": 14, "topic": -2, "creator": -2, "followed": -4, "topic_tired": 5,
        "creator_tired": 6, "finishes": -12, "skips": 22, "language": -8, "patient": -8,
        "level": -20, "leans_topic": -26, "leans_creator": -26, "leans_length": -18,
    },
    "reject": {
        "like_recent": -8, "like_lasting": -8, "like_loved": -4, "like_averse": 26, "topic": -14,
        "creator": -12, "followed": -10, "creator_tired": 4, "skips": 8, "rejected": 40,
        "leans_topic": -14, "leans_creator": -16,
    },
    "watch": {
        "untried": 24, "like_recent": 4, "like_lasting": 3, "like_loved": 3, "like_averse": -10,
        "topic": 2, "creator": 2, "followed": 4, "topic_tired": -5, "creator_tired": -6,
        "finishes": 16, "skips": -12, "long": -60, "language": 6, "patient": 10,
        "level": 16, "leans_topic": 26, "leans_creator": 26, "leans_length": 20,
    },
}  # fmt: skip

UNIT_SHIFT = 6


@cache
def starting_weights() -> bytes:
    """The starting weights as a file: the same bytes wherever and whenever this runs."""
    units = list(HIDDEN_UNITS)
    return encode_weights(
        name=NAME,
        hidden=[_hidden()],
        heads=_heads(units),
        table=np.stack([logistic_table(HEAD_OFFSETS[head]) for head in HEADS]),
        offsets=[HEAD_OFFSETS[head] for head in HEADS],
    )


def _hidden() -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.uint8]]:
    weight = np.zeros((len(FEATURES), len(HIDDEN_UNITS)), dtype=np.int8)
    bias = np.zeros(len(HIDDEN_UNITS), dtype=np.int32)
    for j, (parts, at_rest) in enumerate(HIDDEN_UNITS.values()):
        for feature, points in parts.items():
            weight[FEATURES.index(feature), j] = points
        bias[j] = (at_rest << UNIT_SHIFT) + (1 << UNIT_SHIFT - 1)
    return weight, bias, np.full(len(HIDDEN_UNITS), UNIT_SHIFT, dtype=np.uint8)


def _heads(units: list[str]) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.uint8]]:
    weight = np.zeros((len(units), len(HEADS)), dtype=np.int8)
    bias = np.zeros(len(HEADS), dtype=np.int32)
    for k, head in enumerate(HEADS):
        for unit, points in HEAD_POINTS[head].items():
            weight[units.index(unit), k] = points
            bias[k] -= points * HIDDEN_UNITS[unit][1]
        bias[k] += 1 << HEAD_SHIFT - 1
    return weight, bias, np.full(len(HEADS), HEAD_SHIFT, dtype=np.uint8)

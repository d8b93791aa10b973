"""What was learned, as values: the names of features and heads, and an integer network."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.core.terms.watch_time import WatchTimes

WEIGHTS_SPEC = "weights-v1"

VIEWER_FEATURES = (
    *(f"interest_{d}" for d in range(EMBED_DIM)),
    "history_log", "finish_tendency", "skip_tendency", "like_tendency", "follows_log",
    "noon_wave", "evening_wave", "sitting_log", "leaning",
)  # fmt: skip
"""The same for all candidates of one request, so layer 1 folds them into its bias."""

EPOCH_FEATURES = (
    *(f"embedding_{d}" for d in range(EMBED_DIM)),
    "finish_rate", "long_rate", "skip_rate", "like_rate", "save_rate", "share_rate",
    "follow_rate", "reject_rate", "loop_rate", "watch_rate",
    "shown_log", "age_log", "length_log", "is_unproven",
    "is_sensitive", "is_synthetic", "is_advert", "is_silent",
)  # fmt: skip
"""Known of a video from its epoch alone, the same for all viewers."""

PAIR_FEATURES = (
    "sim_recent", "sim_lasting", "sim_loved", "sim_averse",
    "topic_affinity", "topic_untried", "topic_recent",
    "creator_affinity", "creator_recent", "is_followed", "language_match",
    "attention", "leaning_topic", "leaning_creator", "leaning_length",
    "from_following", "from_near", "from_crowd", "from_fresh",
)  # fmt: skip
"""Of this viewer and this video together."""

VIDEO_FEATURES = (*EPOCH_FEATURES, *PAIR_FEATURES)
FEATURES = (*VIEWER_FEATURES, *VIDEO_FEATURES)

HEADS = (
    "finish", "long", "like", "save", "share", "follow", "comment", "skip", "reject", "watch",
)  # fmt: skip
"""What is predicted, each in Q24: a probability, and for `watch` how much of WATCH_PLAYINGS
playings of the video is watched."""
WATCH_PLAYINGS = 2
"""So that a video that is watched again counts for more: seconds spent, not shares, are the aim."""


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """Which features a network reads and which heads it has, by name and in order.

    `viewer` are the same for all candidates of one request, so layer 1 folds them into its bias;
    `epoch` are known of a video whoever watches; `pair` are of both.
    """

    viewer: tuple[str, ...]
    epoch: tuple[str, ...]
    pair: tuple[str, ...]
    heads: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """All of them, in the order of the network's input."""
        return (*self.viewer, *self.epoch, *self.pair)


SERVING = Schema(viewer=VIEWER_FEATURES, epoch=EPOCH_FEATURES, pair=PAIR_FEATURES, heads=HEADS)
"""What the service serves by. Others learn by others: the same learner, quantiser, certificate and
kernels, on another log."""

HEAD_ONE = 1 << 24
"""A head's 1.0."""

TABLE_SIZE = 4096
TABLE_MIDDLE = TABLE_SIZE // 2
"""The table entry for an output of 0; one step is 1/256 of a logit."""

INPUT_MAX = 128
ACTIVATION_MAX = 255
EXACT_BOUND = 1 << 24
"""Whole numbers up to here are exact in float32, so any order of summing gives the same bits."""


class Layer(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """`out_j = floor((sum_k in_k * weight_kj + bias_j) / 2**shift_j)`, not yet clipped.

    `weight` (K, J) of int8, `bias` (J,) int32 (with the rounding half), `shift` (J,) 0..23; and the
    same numbers as float32 for BLAS, all of them exact: `scale` is 2**-shift.
    """

    weight: NDArray[np.int8]
    bias: NDArray[np.int32]
    shift: NDArray[np.uint8]
    weight_f32: NDArray[np.float32]
    bias_f32: NDArray[np.float32]
    scale_f32: NDArray[np.float32]


class Places(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Where weights place videos: `ids` (n,) uint64, ascending; `table` (n, EMBED_DIM) int8 of -127
    .. 127. A video that is not among them stands where its content function puts it."""

    ids: NDArray[np.uint64]
    table: NDArray[np.int8]


class Centroids(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What the inverted file goes by: `table` (C, EMBED_DIM) int8, one for each list, and how many
    lists a source looks into. `digest` is the SHA-256 of the table's bytes."""

    table: NDArray[np.int8]
    probes: int
    digest: Digest


class Weights(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """An integer network: hidden layers clipped to 0..255, then one output for each head.

    `table` (heads, TABLE_SIZE) int32 in Q24 turns the clipped output of a head into what it
    predicts. `bound` is the certificate: the largest magnitude any sum can reach, < 2**24.
    `places` are the embeddings that belong to it, None when it moves no video; `centroids` None
    when every row is looked at. `schema` is what it reads and predicts. With `watch_times` its
    `watch` head predicts a quantile, and they say the time.
    """

    name: str
    digest: Digest
    hidden: tuple[Layer, ...]
    heads: Layer
    table: NDArray[np.int32]
    bound: int
    schema: Schema = SERVING
    watch_times: WatchTimes | None = None
    places: Places | None = None
    centroids: Centroids | None = None

    @property
    def centroids_digest(self) -> Digest:
        """What the header of an epoch frozen for these weights has as `centroids`."""
        return NO_DIGEST if self.centroids is None else self.centroids.digest

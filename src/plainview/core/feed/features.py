"""The features of a request's candidates: int8, the one function that serving and learning use."""

import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.attention import OFFERED, attention, place_in_sitting
from plainview.core.feed.filter import language_code
from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints, clip127, eighth_log2
from plainview.core.feed.interests import Profile
from plainview.core.feed.leanings import LEANING_STEP, length_steps, topic_parts
from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.slate import Context
from plainview.core.terms.weights import (
    EPOCH_FEATURES,
    PAIR_FEATURES,
    VIDEO_FEATURES,
    VIEWER_FEATURES,
)

SIM_UNIT = 800
"""256 * 400 / 128: a video that stands where the viewer does is at the end of the scale."""
MINUTES_PER_DAY = 1440


def viewer_features(*, profile: Profile, context: Context, now_ms: int) -> NDArray[np.int8]:
    """(len(VIEWER_FEATURES),) int8: the same for all candidates."""
    n = min(profile.history, 32)
    minute = now_ms // 60_000 + context.tz_min
    numbers = [
        eighth_log2(profile.history + 1),
        _habit(profile.finished, n, prior=400, gain=4),
        _habit(profile.skipped, n, prior=250, gain=4),
        _habit(profile.liked, n, prior=40, gain=16),
        eighth_log2(len(profile.follows) + 1),
        _wave(minute),
        _wave(minute - 6 * 60),
        eighth_log2(place_in_sitting(profile.latest, now_ms=now_ms) + 1),
        profile.leanings.level // LEANING_STEP,
    ]
    out = np.empty(len(VIEWER_FEATURES), dtype=np.int8)
    out[:EMBED_DIM] = profile.interests[1]
    out[EMBED_DIM:] = [min(max(number, -127), 127) for number in numbers]
    return out


def _habit(count: int, of: int, *, prior: int, gain: int) -> int:
    """How much more often than `prior` per mille, smoothed by 8 views of it."""
    return ((1000 * count + 8 * prior) // (of + 8) - prior) * gain // 16


def _wave(minute: int) -> int:
    """A triangle over the day: 127 at minute 720 of each day, -127 at minute 0."""
    return 127 - abs(minute % MINUTES_PER_DAY - 720) * 254 // 720


def video_features(
    rows: NDArray[np.intp],
    sources: NDArray[np.uint8],
    *,
    index: Index,
    profile: Profile,
    context: Context,
) -> NDArray[np.int8]:
    """(n, len(VIDEO_FEATURES)) int8 for `rows` (n,) of the index: EPOCH_FEATURES, PAIR_FEATURES.

    `sources` (n,) are the codes of those that offered them, 0 for none.
    """
    out = np.empty((len(rows), len(VIDEO_FEATURES)), dtype=np.int8)
    out[:, : len(EPOCH_FEATURES)] = index.features.take(rows, axis=0)
    pair = out[:, len(EPOCH_FEATURES) :]
    # Whole numbers below 2**24, exact in float32 in whatever order BLAS adds them.
    dots = out[:, :EMBED_DIM].astype(np.float32) @ profile.interests.T.astype(np.float32)
    pair[:, 0:4] = clip127(dots.astype(np.int64) // SIM_UNIT)
    topics, leanings = index.topics[rows], profile.leanings
    place, is_known = _places(index.creators[rows], profile.creators)
    mine = language_code(context.language)
    theirs = index.language[rows]
    is_untried = (topics[:, 0] != 0) & (profile.topic_tried[topics].sum(axis=1) == 0)
    is_followed = _places(index.creators[rows], profile.follows)[1]
    columns = (
        profile.topic_affinity[topics].sum(axis=1),
        np.where(is_untried, 64, 0),
        16 * profile.topic_recent[topics].sum(axis=1),
        _known(profile.creator_affinity, place, is_known),
        32 * _known(profile.creator_recent, place, is_known),
        np.where(is_followed, 64, 0),
        np.where((theirs == 0) | (mine == 0), 0, np.where(theirs == mine, 64, -64)),
        attention(
            out[:, :EMBED_DIM], index.embeddings[profile.latest.rows], profile.latest.weights
        ),
        topic_parts(leanings.topics, topics) // LEANING_STEP,
        _known(leanings.creators, place, is_known) // LEANING_STEP,
        leanings.lengths[length_steps(index.length_ms[rows])] // LEANING_STEP,
        *OFFERED[sources].T.astype(np.int64),
    )
    for i, column in enumerate(columns, start=4):
        pair[:, i] = clip127(column)
    assert 4 + len(columns) == len(PAIR_FEATURES)
    return out


def _places(wanted: Ints, known: Ints) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each of `wanted` stands in sorted `known`, and whether it does."""
    if len(known) == 0:
        return np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted), dtype=np.bool_)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return place, known[place] == wanted


def _known(column: Ints, place: NDArray[np.intp], is_known: NDArray[np.bool_]) -> Ints:
    if len(column) == 0:
        return np.zeros(len(place), dtype=np.int64)
    return np.where(is_known, column[place], 0)


def shown_features(
    rows: NDArray[np.intp],
    sources: NDArray[np.uint8],
    *,
    index: Index,
    profile: Profile,
    context: Context,
    now_ms: int,
) -> NDArray[np.int8]:
    """(n, len(FEATURES)) int8: the full input of the network for `rows`, in their order."""
    viewer = viewer_features(profile=profile, context=context, now_ms=now_ms)
    video = video_features(rows, sources, index=index, profile=profile, context=context)
    return with_viewer(viewer, video)


def with_viewer(viewer: NDArray[np.int8], video: NDArray[np.int8]) -> NDArray[np.int8]:
    """The viewer's features before each row of the videos'."""
    out = np.empty((len(video), len(viewer) + video.shape[1]), dtype=np.int8)
    out[:, : len(viewer)] = viewer
    out[:, len(viewer) :] = video
    return out

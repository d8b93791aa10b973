"""Features: the viewer's, and those of viewer and video together, by hand."""

import numpy as np
import pytest

from plainview.core.feed import build_index, shown_features
from plainview.core.feed.attention import (
    EXP,
    EXP_STEPS,
    SOURCE_GROUPS,
    attention,
    place_in_sitting,
)
from plainview.core.feed.features import video_features, viewer_features
from plainview.core.feed.index import Index
from plainview.core.feed.integers import eighths_log2
from plainview.core.feed.interests import no_profile, profile_of
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.policy import SOURCE_CODES
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import ViewerState, Watch
from plainview.core.terms.weights import FEATURES, VIDEO_FEATURES, VIEWER_FEATURES
from tests.worlds import epoch_of, video, viewer_state

MIDNIGHT_MS = 20_000 * 86_400_000


@pytest.fixture(scope="module")
def index() -> Index:
    """Two of topic 1 by creator 1, one of topic 2 by creator 2, one in German without a topic."""
    return build_index(
        epoch_of(
            [
                video(1, creator=1, topics=(1,)),
                video(2, creator=1, topics=(1,)),
                video(3, creator=2, topics=(2,), language="en"),
                video(4, creator=3, topics=(), language="de"),
            ]
        )
    )


def state() -> ViewerState:
    """Finished 1, skipped 3, follows creators 2 and 9."""
    return viewer_state(
        watches=(
            Watch(video=VideoId(1), number=1, ms=7000, loops=0, at_ms=0),
            Watch(video=VideoId(3), number=1, ms=100, loops=0, at_ms=0),
        ),
        follows={CreatorId(2): 3, CreatorId(9): 4},
    )


NOBODY = np.zeros(9, dtype=np.uint8)
"""No source offered it."""


def pair(index: Index, row: int, name: str, *, language: str = "en", source: str = "") -> int:
    """One feature of one video for that viewer."""
    sources = np.array([SOURCE_CODES.get(source, 0)], dtype=np.uint8)
    out = video_features(
        np.array([row]), sources, index=index, profile=profile_of(state(), index=index),
        context=Context(size=8, language=language),
    )  # fmt: skip
    return int(out[0, VIDEO_FEATURES.index(name)])


@pytest.mark.parametrize(
    ("row", "name", "expected"),
    [
        (1, "topic_affinity", 127 * 4 * 3968 // (4 * 3968 + 24576)),
        (2, "topic_affinity", -43),
        (3, "topic_affinity", 0),
        (1, "creator_affinity", 127 * 4 * 3968 // (4 * 3968 + 24576)),
        (3, "creator_affinity", 0),
        (1, "topic_recent", 16),
        (1, "creator_recent", 32),
        (3, "creator_recent", 0),
        (2, "is_followed", 64),
        (1, "is_followed", 0),
        (1, "topic_untried", 0),
        (3, "topic_untried", 0),
        (1, "language_match", 0),
        (2, "language_match", 64),
        (3, "language_match", -64),
    ],
)
def test_pair_features_by_hand(index: Index, row: int, name: str, expected: int) -> None:
    """Each column says of this viewer and this video what the spec says."""
    assert pair(index, row, name) == expected


def test_a_topic_never_shown_is_untried(index: Index) -> None:
    """For a viewer without a history every video with a topic is untried, one without is not."""
    out = video_features(
        np.arange(4),
        NOBODY[:4],
        index=index,
        profile=no_profile(index=index),
        context=Context(size=8),
    )
    assert out[:, VIDEO_FEATURES.index("topic_untried")].tolist() == [64, 64, 64, 0]


def test_without_a_language_of_ones_own_nothing_matches(index: Index) -> None:
    """An unknown language neither matches nor mismatches."""
    assert pair(index, 3, "language_match", language="") == 0


def test_similarity_is_the_dot_over_800(index: Index) -> None:
    """sim_recent of a video is its dot with the recent vector, floor divided, clipped."""
    recent = profile_of(state(), index=index).interests[0].astype(int)
    for row in range(4):
        dot = int(recent @ index.embeddings[row].astype(int))
        assert pair(index, row, "sim_recent") == max(-127, min(127, dot // 800))


def test_viewer_features_by_hand(index: Index) -> None:
    """2 signals, 1 finished, 1 skipped, none liked, 2 followed, at midnight UTC."""
    out = viewer_features(
        profile=profile_of(state(), index=index), context=Context(size=8), now_ms=MIDNIGHT_MS
    )
    named = dict(zip(VIEWER_FEATURES, out.tolist(), strict=True))
    assert named["history_log"] == 12
    assert named["finish_tendency"] == ((1000 + 3200) // 10 - 400) * 4 // 16 == 5
    assert named["skip_tendency"] == ((1000 + 2000) // 10 - 250) * 4 // 16 == 12
    assert named["like_tendency"] == (320 // 10 - 40) * 16 // 16 == -8
    assert named["follows_log"] == 12
    assert (named["noon_wave"], named["evening_wave"]) == (-127, 0)


@pytest.mark.parametrize(
    ("tz_min", "noon", "evening"),
    [(0, -127, 0), (720, 127, 0), (360, 0, -127), (-360, 0, 127), (1080, 0, 127)],
)
def test_the_waves_follow_the_viewers_own_clock(tz_min: int, noon: int, evening: int) -> None:
    """At midnight UTC it is noon twelve hours ahead, and evening eighteen ahead or six behind."""
    index = build_index(epoch_of([]))
    out = viewer_features(
        profile=no_profile(index=index), context=Context(size=8, tz_min=tz_min), now_ms=MIDNIGHT_MS
    )
    named = dict(zip(VIEWER_FEATURES, out.tolist(), strict=True))
    assert (named["noon_wave"], named["evening_wave"]) == (noon, evening)


def test_shown_features_are_what_ranking_saw(index: Index) -> None:
    """The full input is the viewer's part followed by the video's part, in the order asked."""
    profile, context = profile_of(state(), index=index), Context(size=8)
    rows = np.array([2, 0])
    sources = np.array([SOURCE_CODES["fresh"], 0], dtype=np.uint8)
    out = shown_features(
        rows, sources, index=index, profile=profile, context=context, now_ms=MIDNIGHT_MS
    )
    assert out.shape == (2, len(FEATURES))
    assert out.dtype == np.int8
    viewer = viewer_features(profile=profile, context=context, now_ms=MIDNIGHT_MS)
    videos = video_features(rows, sources, index=index, profile=profile, context=context)
    for line, own in zip(out, videos, strict=True):
        assert line.tolist() == [*viewer.tolist(), *own.tolist()]


def test_attention_by_hand() -> None:
    """Of a watch worth 4 as near as can be told (step 127, 491,520) and one worth -3 at a right
    angle (step 64, 2,048): 16 * (4 * 491,520 - 3 * 2,048) / 493,568, rounded down."""
    mine = np.full((1, 64), 100, dtype=np.int8)
    side = np.array([100] * 32 + [-100] * 32, dtype=np.int8)
    theirs = np.stack([mine[0], side])
    assert attention(mine, theirs, np.array([4, -3])).tolist() == [63]
    assert 16 * (4 * 491_520 - 3 * 2_048) // 493_568 == 63
    assert attention(-mine, theirs, np.array([4, -3])).tolist() == [-48]  # 8 to 2,048: the far one
    assert attention(mine, theirs[:0], np.array([], dtype=np.int64)).tolist() == [0]


def test_attention_looks_at_the_latest_sixteen(index: Index) -> None:
    """The seventeenth last watch says nothing, and neither does a video the epoch does not hold."""
    one = Watch(video=VideoId(3), number=1, ms=100, loops=0, at_ms=0)  # skipped: -3
    others = [Watch(video=VideoId(1), number=2 + i, ms=7000, loops=0, at_ms=0) for i in range(16)]
    told = viewer_state(watches=(one, *others))
    latest = profile_of(told, index=index).latest
    assert latest.weights.tolist() == [4] * 16
    out = video_features(
        np.array([1]), NOBODY[:1], index=index, profile=profile_of(told, index=index),
        context=Context(size=8),
    )  # fmt: skip
    assert out[0, VIDEO_FEATURES.index("attention")] == 64


def test_the_table_doubles_in_eight_steps() -> None:
    """Each entry is the number whose `eighths_log2` it is, and none is too large for its bound."""
    assert (eighths_log2(EXP) == np.arange(EXP_STEPS) + 24).all()
    assert 16 * int(EXP.max()) * 35 < 2**31


@pytest.mark.parametrize("source", ["", *SOURCE_CODES])
def test_a_video_says_where_it_was_found(index: Index, source: str) -> None:
    """One of four columns is 64, for the two near sources and for what the crowd likes the same;
    none for what only fills up, and for repeats."""
    found = [name for name in SOURCE_GROUPS if pair(index, 1, name, source=source) == 64]
    assert found == [name for name, group in SOURCE_GROUPS.items() if source in group]


@pytest.mark.parametrize(
    ("minutes_ago", "place"), [((), 0), ((30,), 1), ((31,), 0), ((90, 60, 30), 3), ((61, 30, 0), 2)]
)
def test_a_sitting_ends_with_half_an_hour_of_nothing(
    minutes_ago: tuple[int, ...], place: int
) -> None:
    """Watches count from the last one back, as long as none is more than 30 minutes before."""
    watches = tuple(
        Watch(video=VideoId(i + 1), number=i, ms=9, loops=0, at_ms=MIDNIGHT_MS - minutes * 60_000)
        for i, minutes in enumerate(minutes_ago)
    )
    profile = profile_of(viewer_state(watches=watches), index=build_index(epoch_of([])))
    assert place_in_sitting(profile.latest, now_ms=MIDNIGHT_MS) == place
    out = viewer_features(profile=profile, context=Context(size=8), now_ms=MIDNIGHT_MS)
    assert out[VIEWER_FEATURES.index("sitting_log")] == eighths_log2(np.array([place + 1]))[0]

"""What the feed makes of a viewer, by hand."""

from math import isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.feed import build_index
from plainview.core.feed.index import Index
from plainview.core.feed.interests import (
    LASTING,
    MIDDLE,
    RECENT,
    act_weights,
    affinities,
    leaders_of,
    profile_of,
    queries_of,
    signals_of,
    unit_vectors,
    watch_outcomes,
)
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.viewer import Watch
from tests.worlds import epoch_of, video, viewer_state


def watch(of: int, *, number: int = 1, ms: int = 7000, loops: int = 0) -> Watch:
    """A watch of a 7 s video, to its end unless said."""
    return Watch(video=VideoId(of), number=number, ms=ms, loops=loops, at_ms=0)


@pytest.fixture(scope="module")
def index() -> Index:
    """Videos 1 to 6 of topics 1, 1, 2, 2, 3, none, by creators 1 to 6."""
    topics: list[tuple[int, ...]] = [(1,), (1,), (2,), (2,), (3,), ()]
    return build_index(
        epoch_of([video(i, creator=i, topics=t) for i, t in enumerate(topics, start=1)])
    )


@pytest.mark.parametrize(
    ("ms", "loops", "length_ms", "expected"),
    [
        (6300, 0, 7000, 4),  # exactly 90 %
        (6299, 0, 7000, 2),
        (0, 1, 7000, 5),
        (0, 9, 7000, 6),
        (1749, 0, 7000, -3),  # below 2 s and a quarter
        (1750, 0, 7000, 0),
        (1999, 0, 60_000, -3),
        (2000, 0, 60_000, 0),
        (3500, 0, 7000, 2),
        (3499, 0, 7000, 0),
        (10_000, 0, 60_000, 2),
        (9_999, 0, 60_000, 0),
    ],
)
def test_what_a_watch_says(ms: int, loops: int, length_ms: int, expected: int) -> None:
    """Finished, long, unsure and skipped begin exactly where the spec has them begin."""
    columns = (np.array([n], dtype=np.int64) for n in (ms, loops, length_ms))
    watched, looped, length = columns
    assert watch_outcomes(watched, looped, length_ms=length).tolist() == [expected]


def test_decay_by_hand() -> None:
    """Each step is rounded down: 4096, 3584, 3136, 2744, 2401, 2100 and not 2100.875."""
    assert RECENT[:6].tolist() == [4096, 3584, 3136, 2744, 2401, 2100]
    assert MIDDLE[:3].tolist() == [4096, 3968, 3844]
    assert LASTING[:3].tolist() == [4096, 4032, 3969]
    assert len(RECENT) == 200


def test_a_complaint_silences_praise() -> None:
    """Liked and shared is 18; liked, then rejected is -16; rejected and reported is -32."""
    one, two, three = VideoId(1), VideoId(2), VideoId(3)
    state = viewer_state(
        liked={one: 1, two: 2}, shared={one: 3}, rejected={two: 4, three: 5}, reported={three: 6}
    )
    assert act_weights(state) == {1: 18, 2: -16, 3: -32}


def test_signals_are_newest_first_and_acts_count_once(index: Index) -> None:
    """Watches stand by request and place; an act without a watch by its video's last slate; a video
    watched twice carries its acts at the newer watch; what the epoch lacks is left out."""
    state = viewer_state(
        watches=(watch(1), watch(2, ms=500), watch(99, number=2), watch(1, number=3, ms=4000)),
        liked={VideoId(1): 5, VideoId(3): 6},
        rejected={VideoId(4): 7},
        seen={VideoId(3): 2, VideoId(4): 1},
    )
    signals = signals_of(state, index=index)
    assert index.ids[signals.rows].tolist() == [1, 3, 4, 2, 1]
    assert signals.outcome.tolist() == [2, 0, 0, -3, 4]
    assert signals.acts.tolist() == [8, 8, -16, 0, 0]


def test_only_the_200_newest_signals_count(index: Index) -> None:
    """An act from long ago gives way to 200 watches since."""
    watches = tuple(watch(2, number=n) for n in range(2, 202))
    state = viewer_state(watches=watches, liked={VideoId(3): 1}, seen={VideoId(3): 1})
    signals = signals_of(state, index=index)
    assert len(signals.rows) == 200
    assert set(index.ids[signals.rows].tolist()) == {2}


def test_a_vector_is_shortened_to_the_norm_by_hand() -> None:
    """3 * e0 - 4 * e1 of unit-like rows (100, 0) and (0, 100) is (300, -400), length 500: times
    400 // 500 gives (240, -320), clipped to (127, -127). Of shorter rows: (30, -40) the same."""
    rows = np.zeros((2, 64), dtype=np.int8)
    rows[0, 0] = rows[1, 1] = 100
    (vector,) = unit_vectors(np.array([[3, -4]]), rows)
    assert vector[:3].tolist() == [127, -127, 0]
    spread = np.full((1, 64), 50, dtype=np.int8)
    (even,) = unit_vectors(np.array([[-7]]), spread)
    assert set(even.tolist()) == {-50}


def test_a_large_sum_is_shifted_down_before_it_is_squared() -> None:
    """v = (2**20 * 3, 1, -1, ...): 22 bits, so shifted by 2 to (786432, 0, -1, ...), floor."""
    rows = np.zeros((3, 64), dtype=np.int8)
    rows[0, 0], rows[1, 1], rows[2, 2] = 3, 1, -1
    (vector,) = unit_vectors(np.array([[1 << 20, 1, 1]]), rows)
    norm = isqrt(786432**2 + 1)
    assert vector[:3].tolist() == [127, 0, -1 * 400 // norm]


def test_nothing_pulls_nowhere() -> None:
    """Without signals, or with ones that cancel, the vector is zero."""
    rows = np.full((2, 64), 50, dtype=np.int8)
    assert not unit_vectors(np.array([[5, -5]]), rows).any()
    assert not unit_vectors(np.zeros((1, 0), dtype=np.int64), rows[:0]).any()


def test_affinity_by_hand() -> None:
    """A finish now is 127 * 16384 // (16384 + 24576) = 50, a skip 127 * -12288 // 36864 = -43."""
    groups, weights = np.array([0, 1]), np.array([4 * 4096, -3 * 4096])
    assert affinities(groups, weights, count=3).tolist() == [50, -43, 0]


def test_a_profile_by_hand(index: Index) -> None:
    """Finished and liked 1 (topic 1), then skipped 3 (topic 2): each column is as the spec says."""
    state = viewer_state(
        watches=(watch(1), watch(3, ms=500)),
        liked={VideoId(1): 3},
        follows={CreatorId(9): 1, CreatorId(4): 2},
    )
    profile = profile_of(state, index=index)
    assert profile.history == 2
    assert (profile.finished, profile.skipped, profile.liked) == (1, 1, 1)
    # topic 1: 12 * 3968 at rank 1; topic 2: -3 * 4096 at rank 0.
    mass = 12 * 3968
    assert profile.topic_affinity[:4].tolist() == [0, 127 * mass // (mass + 24576), -43, 0]
    assert profile.topic_tried[:4].tolist() == [0, 1, 1, 0]
    assert profile.topic_recent[:4].tolist() == [0, 1, 1, 0]
    assert profile.creators.tolist() == [1, 3]
    assert profile.creator_affinity.tolist() == [127 * mass // (mass + 24576), -43]
    assert profile.creator_recent.tolist() == [1, 1]
    assert profile.follows.tolist() == [4, 9]
    recent, _, loved, averse = profile.interests
    own = index.embeddings.astype(int)
    assert recent @ own[0] > 0 > recent @ own[2]
    assert (loved == unit_vectors(np.array([[8 * 4032]]), index.embeddings[:1])[0]).all()
    assert (averse == unit_vectors(np.array([[3 * 4096]]), index.embeddings[2:3])[0]).all()


@given(st.permutations([1, 2, 3, 4, 5, 6]))
def test_a_profile_does_not_depend_on_the_order_in_which_mappings_were_filled(
    order: list[int],
) -> None:
    """Equal states give equal profiles, whatever the order of their mappings."""
    epoch = epoch_of([video(i, creator=i) for i in range(1, 7)])
    ids = build_index(epoch)
    acts = {VideoId(i): 10 + i for i in order}
    seen = {VideoId(i): 1 + i % 2 for i in order}
    mixed = profile_of(viewer_state(liked=acts, seen=seen), index=ids)
    straight = profile_of(
        viewer_state(liked=dict(sorted(acts.items())), seen=dict(sorted(seen.items()))), index=ids
    )
    assert (mixed.interests == straight.interests).all()
    assert (mixed.topic_affinity == straight.topic_affinity).all()


def test_interests_by_hand() -> None:
    """Along two axes and a third that is met once: the newest of each leads; a skip counts against
    the interest it is of; what is near none leads another; a zero embedding is of none."""
    e = np.zeros((7, 64), dtype=np.int8)
    e[[0, 2], 0], e[[1, 3], 1], e[4, 2], e[5, 3] = 127, 127, 127, 127
    e[:6] *= 1
    e[[0, 1, 2, 3, 4, 5], [60, 61, 60, 61, 62, 63]] = 127
    weight = np.array([4, 12, -3, 4, 1, -3, 4])
    places = leaders_of(weight, e)
    # 127 * 127 * 2 = 32,258 is just short of 32,768: two equal coordinates are not near enough.
    assert places.tolist() == [0, 1, -1, 2, 3, -1, -1]
    e[[0, 2], 59] = e[[1, 3], 58] = 127
    places = leaders_of(weight, e)
    assert places.tolist() == [0, 1, 0, 1, 2, -1, -1]
    pulls = weight * 10
    queries, masses = queries_of(places, pulls, e, plain=e[0])
    # Masses 10, 160 and 10; an eighth of 180 is 22.5, so that only the second is asked for.
    assert masses.tolist() == [160]
    assert (queries == unit_vectors(np.array([[160]]), e[1:2])).all()
    pulls[0] = 150
    queries, masses = queries_of(places, pulls, e, plain=e[0])
    assert masses.tolist() == [160, 120]
    assert (queries[1] == unit_vectors(np.array([[120]]), e[:1])).all()


def test_without_a_liking_the_plain_vector_is_asked_for() -> None:
    """Who only skipped is shown what is far from it; who did nothing is asked nothing of."""
    e = np.zeros((1, 64), dtype=np.int8)
    e[0, :8] = 100
    weight = np.array([-3])
    places = leaders_of(weight, e)
    away = unit_vectors(weight[None, :], e)[0]
    queries, masses = queries_of(places, weight, e, plain=away)
    assert (queries == away).all()
    assert masses.tolist() == [1]
    none = queries_of(places[:0], weight[:0], e[:0], plain=np.zeros(64, dtype=np.int8))
    assert [len(part) for part in none] == [0, 0]


def test_no_more_than_four_interests_are_asked_for() -> None:
    """Of six equal ones the first four, the newest first; a ninth leads nothing."""
    e = np.zeros((9, 64), dtype=np.int8)
    for i in range(9):
        e[i, 7 * i : 7 * i + 7] = 127
    weight = np.full(9, 4)
    places = leaders_of(weight, e)
    assert places.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, -1]
    queries, masses = queries_of(places[:6], weight[:6], e[:6], plain=e[0])
    assert masses.tolist() == [4, 4, 4, 4]
    assert (queries == unit_vectors(np.diag([4, 4, 4, 4]), e[:4])).all()

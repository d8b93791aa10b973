"""Whole slates: the same from the same, nothing twice, and a feed that leans."""

import struct
from collections import Counter
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.core.feed import BadRequest, WeightsMismatch, build_index, make_slate, trace_slate
from plainview.core.feed.index import Index
from plainview.core.feed.kernels import NUMBA, NUMPY, NUMPY_F64, NUMPY_INT64
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.policy import SOURCE_CODES, Policy
from plainview.core.terms.slate import Slate
from plainview.core.terms.viewer import ViewerState, Watch
from tests.unit.core.feed.parts import FOLLOWING, FOR_YOU, POLICIES, POPULAR, WEIGHTS, policy_with
from tests.worlds import (
    big_catalogue,
    demo_catalogue,
    epoch_of,
    slate_request,
    video,
    viewer_state,
)

CERTAIN = 2**40


@pytest.fixture(scope="module")
def demo() -> Index:
    """Eight topics with twenty videos each."""
    return build_index(epoch_of(demo_catalogue(), weights=WEIGHTS.digest))


@pytest.fixture(scope="module")
def large() -> Index:
    """Three thousand videos with counters."""
    return build_index(epoch_of(list(big_catalogue(3000)), weights=WEIGHTS.digest))


def slate(index: Index, policy: Policy, state: ViewerState, **request: Any) -> Slate:
    """One slate."""
    return make_slate(
        index=index, weights=WEIGHTS, policy=policy, state=state, request=slate_request(**request)
    )


def lived(index: Index, *, seed: int, watched: int = 40) -> ViewerState:
    """A viewer with a past drawn from `seed`."""
    rng = np.random.Generator(np.random.PCG64(seed))
    ids = [VideoId(i) for i in rng.choice(index.ids, size=watched, replace=False).tolist()]
    watches = tuple(
        Watch(video=v, number=1 + i // 8, ms=int(rng.integers(0, 9000)), loops=0, at_ms=0)
        for i, v in enumerate(ids)
    )
    return viewer_state(
        watches=watches,
        seen={v: 1 + i // 8 for i, v in enumerate(ids)},
        liked={v: 9 + i for i, v in enumerate(ids[: watched // 5])},
        rejected={v: 90 + i for i, v in enumerate(ids[-watched // 10 :])},
        follows={CreatorId(int(c)): 7 for c in rng.choice(index.creators, size=3)},
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(sorted(POLICIES)))
def test_every_kernel_makes_the_same_slate(large: Index, seed: int, name: str) -> None:
    """numba, numpy in float32, float64 and int64: one slate, digests and all."""
    state = lived(large, seed=seed)
    slates = [
        make_slate(
            index=large, weights=WEIGHTS, policy=POLICIES[name], state=state,
            request=slate_request(seed=str(seed)), kernels=kernels,
        )
        for kernels in (NUMPY, NUMPY_F64, NUMPY_INT64, NUMBA or NUMPY)
    ]  # fmt: skip
    assert all(other == slates[0] for other in slates[1:])
    assert len(slates[0].items) == 8


def test_the_digests_are_those_of_the_spec(demo: Index) -> None:
    """Candidates, values and shown features, packed by hand from the trace, give the digests."""
    trace = trace_slate(
        index=demo, weights=WEIGHTS, policy=FOR_YOU, state=lived(demo, seed=1),
        request=slate_request(),
    )  # fmt: skip
    ids = demo.ids[trace.candidates.rows].tolist()
    packed = b"".join(struct.pack("<Q", i) for i in ids) + bytes(trace.candidates.sources.tolist())
    assert trace.slate.candidates == sha256(packed).hexdigest()
    values = b"".join(struct.pack("<q", v) for v in trace.values.tolist())
    assert trace.slate.values == sha256(values).hexdigest()
    features = b"".join(struct.pack("b", x) for x in trace.shown.ravel().tolist())
    assert trace.slate.features == sha256(features).hexdigest()
    assert len(trace.shown) == len(trace.slate.items)
    by_id = dict(zip(ids, trace.values.tolist(), strict=True))
    assert [by_id[item.video] for item in trace.slate.items] == [
        item.value for item in trace.slate.items
    ]


def test_a_slate_does_not_depend_on_rows_given_in_another_memory_order(demo: Index) -> None:
    """An index built twice gives the same slate: nothing is kept between requests."""
    again = build_index(epoch_of(demo_catalogue(), weights=WEIGHTS.digest))
    state = lived(demo, seed=3)
    assert slate(demo, FOR_YOU, state) == slate(again, FOR_YOU, state)


def test_the_seed_matters_only_where_chance_does(demo: Index) -> None:
    """Popular has no chance in it, so its slate is the same for all seeds; for-you has some."""
    state = viewer_state()
    assert len({slate(demo, POPULAR, state, seed=str(s)).items for s in range(9)}) == 1
    assert len({slate(demo, FOR_YOU, state, seed=str(s)).items for s in range(9)}) > 1


def test_two_viewers_with_different_likes_get_the_same_popular_page(large: Index) -> None:
    """Without a profile only what was seen, blocked, muted, reported or rejected matters."""
    one, other = lived(large, seed=5), lived(large, seed=6)
    kept = {
        name: getattr(one, name) for name in ("seen", "blocks", "mutes", "reported", "rejected")
    }
    assert other.liked != one.liked
    same = msgspec.structs.replace(other, **kept)
    for name in ("popular", "fresh"):
        assert slate(large, POLICIES[name], same) == slate(large, POLICIES[name], one)
    assert slate(large, FOR_YOU, same) != slate(large, FOR_YOU, one)


def run_through(index: Index, policy: Policy, *, slates: int, size: int = 8) -> list[Slate]:
    """A viewer who watches everything and likes every fifth video, slate after slate."""
    seen: dict[VideoId, int] = {}
    watches: list[Watch] = []
    liked: dict[VideoId, int] = {}
    out = []
    for number in range(1, slates + 1):
        state = viewer_state(
            number=number - 1, seen=dict(seen), watches=tuple(watches[-200:]), liked=dict(liked)
        )
        out.append(slate(index, policy, state, number=number, size=size))
        for item in out[-1].items:
            seen[item.video] = number
            watches.append(Watch(video=item.video, number=number, ms=9000, loops=0, at_ms=0))
            if len(seen) % 5 == 0:
                liked[item.video] = len(seen)
    return out


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_nothing_comes_twice_while_anything_unseen_is_left(name: str) -> None:
    """200 videos in pages of 7: 28 pages and 4 videos without a repeat, whatever the policy; then
    the page is filled with what was seen longest ago, marked, and says so."""
    index = build_index(epoch_of(list(big_catalogue(220, seed=4)), weights=WEIGHTS.digest))
    open_rows = int((index.flags & ~np.uint8(8 | 16 | 32 | 128) == 0).sum())
    hidden = 0 if name not in {"popular", "fresh"} else int(
        (index.flags & (32 if name == "popular" else 8 | 32) != 0).sum()
    )  # fmt: skip
    eligible = open_rows - hidden
    pages = run_through(index, POLICIES[name], slates=eligible // 7 + 3, size=7)
    served = [item for page in pages for item in page.items]
    first = [item for item in served if item.slot != "repeat"]
    assert len(first) == len({item.video for item in first}) == eligible
    assert [item.slot == "repeat" for item in served] == [False] * eligible + [True] * (
        len(served) - eligible
    )
    assert [page.caught_up for page in pages] == [
        int(7 * number > eligible) for number in range(1, len(pages) + 1)
    ]
    repeats = [item for item in served if item.slot == "repeat"]
    by_slate = [sorted(item.video for item in page.items) for page in pages]
    oldest_first = [v for videos in by_slate for v in videos]
    assert [item.video for item in repeats] == oldest_first[: len(repeats)]
    assert all((item.source, item.value, item.propensity) == ("repeat", 0, CERTAIN)
               for item in repeats)  # fmt: skip


def test_a_policy_that_stops_shows_nothing_again(demo: Index) -> None:
    """Under `when_caught_up = "stop"` the page ends where the unseen end."""
    policy = policy_with(FOR_YOU, {'"longest_unseen"\n': '"stop"\n'})
    seen = {VideoId(int(i)): 1 for i in demo.ids[3:]}
    page = slate(demo, policy, viewer_state(seen=seen))
    assert (len(page.items), page.caught_up) == (3, 1)
    assert len(slate(demo, FOR_YOU, viewer_state(seen=seen)).items) == 8


def test_a_blocked_or_removed_video_never_repeats() -> None:
    """What another rule keeps out does not come back as a repeat either."""
    videos = [video(1, flags=1), video(2, creator=5), video(3), video(4)]
    index = build_index(epoch_of(videos, weights=WEIGHTS.digest))
    state = viewer_state(
        seen={VideoId(i): i for i in (1, 2, 3, 4)}, blocks={CreatorId(5): 1},
        rejected={VideoId(4): 1},
    )  # fmt: skip
    page = slate(index, FOR_YOU, state)
    assert [item.video for item in page.items] == [3]


def test_an_empty_catalogue_gives_an_empty_page_that_says_so() -> None:
    """No videos: no items, caught up, and the digests of nothing."""
    index = build_index(epoch_of([], weights=WEIGHTS.digest))
    nothing = digest_of(b"")
    assert slate(index, FOR_YOU, viewer_state()) == Slate(
        items=(), candidates=nothing, values=nothing, features=nothing, caught_up=1
    )


def test_following_is_newest_first_and_then_says_where_it_looked(demo: Index) -> None:
    """Followed creators' videos by time; others after them come from `rest`."""
    creator = int(demo.creators[0])
    own = [int(i) for i in demo.ids[demo.creators == creator]]
    state = viewer_state(follows={CreatorId(creator): 1}, seen={VideoId(v): 1 for v in own[3:]})
    page = slate(demo, FOLLOWING, state)
    assert [item.source for item in page.items] == ["following"] * 3 + ["rest"] * 5
    values = [item.value for item in page.items[:3]]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("size", [0, 21, -1])
def test_a_size_out_of_bounds_is_refused(demo: Index, size: int) -> None:
    """A page has 1 to 20 videos."""
    with pytest.raises(BadRequest, match="1 to 20"):
        slate(demo, FOR_YOU, viewer_state(), size=size)


def test_a_seed_of_another_length_and_a_time_before_1970_are_refused(demo: Index) -> None:
    """What no receipt could hold is refused."""
    with pytest.raises(BadRequest, match="32 bytes"):
        slate(demo, FOR_YOU, viewer_state(), seed=b"short")
    with pytest.raises(BadRequest, match="now_ms"):
        slate(demo, FOR_YOU, viewer_state(), now_ms=-1)


def test_an_epoch_frozen_for_other_weights_is_refused() -> None:
    """Epoch and weights are one pair."""
    index = build_index(epoch_of(demo_catalogue()))
    with pytest.raises(WeightsMismatch):
        slate(index, FOR_YOU, viewer_state())


def sitting(index: Index, *, liked: int, disliked: int, seed: str) -> list[int]:
    """The topics of 60 videos for a viewer who watches and likes one topic, rejects another and
    watches a little of the rest."""
    topic_of = dict(zip(index.ids.tolist(), index.topics[:, 0].tolist(), strict=True))
    seen: dict[VideoId, int] = {}
    watches: list[Watch] = []
    likes: dict[VideoId, int] = {}
    rejections: dict[VideoId, int] = {}
    topics: list[int] = []
    number = 0
    while len(topics) < 60:
        number += 1
        state = viewer_state(
            number=number - 1, seen=dict(seen), watches=tuple(watches), liked=dict(likes),
            rejected=dict(rejections),
        )  # fmt: skip
        for item in slate(index, FOR_YOU, state, number=number, seed=seed).items:
            topic = topic_of[item.video]
            topics.append(topic)
            seen[item.video] = number
            ms = {liked: 9500, disliked: 700}.get(topic, 2500)
            watches.append(Watch(video=item.video, number=number, ms=ms, loops=0, at_ms=0))
            if topic == liked:
                likes[item.video] = len(topics)
            if topic == disliked:
                rejections[item.video] = len(topics)
    return topics[:60]


@pytest.mark.parametrize("seed", range(20))
def test_the_feed_leans_toward_what_was_liked_and_still_explores(demo: Index, seed: int) -> None:
    """After 20 videos, the liked topic's share of the next 40 exceeds that of a twin who did the
    opposite by 20 points or more, no topic holds more than half, and others are still tried."""
    one, other = 1 + seed % 8, 1 + (seed + 3) % 8
    mine = sitting(demo, liked=one, disliked=other, seed=f"lean {seed}")[20:]
    twin = sitting(demo, liked=other, disliked=one, seed=f"lean {seed}")[20:]
    assert (mine.count(one) - twin.count(one)) / 40 >= 0.20
    shares = Counter(mine)
    assert max(shares.values()) <= 20
    assert len(shares) >= 4


def test_a_newcomer_is_shown_all_topics_at_once(demo: Index) -> None:
    """A page for a viewer without a past has six topics or more, and the first five pages have all
    eight, even if everything is watched to the end."""
    pages = run_through(demo, FOR_YOU, slates=5)
    topic_of = dict(zip(demo.ids.tolist(), demo.topics[:, 0].tolist(), strict=True))
    topics = [{topic_of[item.video] for item in page.items} for page in pages]
    assert len(topics[0]) >= 6
    assert set.union(*topics) == set(range(1, 9))


def test_every_source_of_for_you_is_used(large: Index) -> None:
    """A viewer with a past has candidates from each source that the policy names."""
    trace = trace_slate(
        index=large, weights=WEIGHTS, policy=FOR_YOU, state=lived(large, seed=8),
        request=slate_request(),
    )  # fmt: skip
    names = {name for name, code in SOURCE_CODES.items() if code in trace.candidates.sources}
    assert names == {"following", "near_recent", "near_lasting", "rising", "popular", "fresh"}

"""Why a video stands where it stands: true numbers, for people."""

import msgspec
import numpy as np
import pytest

from plainview.core.feed import BadRequest, Trace, build_index, explain, trace_slate
from plainview.core.feed.why import EFFECT_GROUPS
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import ViewerState, Watch
from plainview.core.terms.watch_time import WatchTimes
from plainview.core.terms.weights import EPOCH_FEATURES, PAIR_FEATURES
from tests.unit.core.feed.parts import FOLLOWING, FOR_YOU, WEIGHTS
from tests.worlds import demo_catalogue, epoch_of, slate_request, video, viewer_state

INDEX = build_index(epoch_of(demo_catalogue(), weights=WEIGHTS.digest))


def fan() -> ViewerState:
    """Someone who finished and liked three videos of topic 3."""
    ids = [VideoId(1040 + i) for i in range(3)]
    return viewer_state(
        watches=tuple(Watch(video=v, number=1, ms=9000, loops=0, at_ms=0) for v in ids),
        liked={v: i for i, v in enumerate(ids, start=4)},
        seen=dict.fromkeys(ids, 1),
    )


def traced(state: ViewerState, policy: Policy = FOR_YOU, *, seed: str = "why") -> Trace:
    """A slate with everything it was decided from."""
    return trace_slate(
        index=INDEX, weights=WEIGHTS, policy=policy, state=state,
        request=slate_request(number=2, seed=seed),
    )  # fmt: skip


def test_a_quantile_is_told_as_a_share_of_playings() -> None:
    """Of weights with watch times the length watched is what the quantile stands for beside two
    playings, as of weights without; the other heads are as they were."""
    plain = traced(fan())
    length_ms = int(INDEX.length_ms[plain.candidates.rows[plain.placings[0].candidate]])
    flat = np.full((1, 2), length_ms // 2, dtype=np.int32)
    times = WatchTimes(bounds=np.zeros(0, dtype=np.int32), ms=flat)
    timed = msgspec.structs.replace(
        plain, weights=msgspec.structs.replace(WEIGHTS, watch_times=times)
    )
    video = plain.slate.items[0].video
    before, after = explain(plain, video).per_mille, explain(timed, video).per_mille
    assert after[:-1] == before[:-1]
    assert (after[-1], before[-1] != after[-1]) == (250, True)
    long = msgspec.structs.replace(times, ms=flat * 9)
    timed = msgspec.structs.replace(
        plain, weights=msgspec.structs.replace(WEIGHTS, watch_times=long)
    )
    assert explain(timed, video).per_mille[-1] == 1000


def test_every_feature_of_a_video_belongs_to_one_reason() -> None:
    """The reasons name each feature once, so that none goes unsaid and none is said twice."""
    named = [name for group in EFFECT_GROUPS.values() for name in group]
    assert sorted(named) == sorted((*EPOCH_FEATURES, *PAIR_FEATURES))


def test_a_fan_is_told_that_it_is_like_what_they_watched() -> None:
    """For a video of the liked topic, likeness and topic are among the strongest effects and
    positive; place, rank, counts and predictions are those of the trace."""
    trace = traced(fan())
    place = next(
        i for i, p in enumerate(trace.placings)
        if INDEX.topics[trace.candidates.rows[p.candidate], 0] == 3 and p.slot == "ranked"
    )  # fmt: skip
    why = explain(trace, trace.slate.items[place].video)
    assert why.place == place + 1
    assert why.item == trace.slate.items[place]
    effects = {e.label: e.effect for e in why.effects}
    assert effects["like what you just watched"] > 0
    assert effects["its topics, as you took to them"] > 0
    assert {e.label for e in why.effects[:4]} & {"like what you just watched"}
    sizes = [abs(e.effect) for e in why.effects]
    assert sizes == sorted(sizes, reverse=True)
    assert why.filtered == {"seen": 3}
    assert why.candidates == len(trace.candidates.rows)
    assert 1 <= why.rank <= why.candidates
    assert 500 < why.per_mille[0] <= 1000


def test_an_effect_is_the_change_when_the_group_is_unknown() -> None:
    """By hand for one group: the value less the value with those features at 0."""
    trace = traced(fan())
    item = trace.slate.items[0]
    at = trace.placings[0].candidate
    changed = trace.video_features[at : at + 1].copy()
    changed[0, len(EPOCH_FEATURES) + PAIR_FEATURES.index("sim_recent")] = 0
    out = trace.kernels.forward(WEIGHTS, trace.viewer_features, changed)[0].tolist()
    length_ms = int(INDEX.length_ms[trace.candidates.rows[at]])
    worth = FOR_YOU.worth_milli
    value = sum(w * p for w, p in zip(worth[:-1], out[:-1], strict=True))
    value += worth[-1] * (out[-1] * 2 * length_ms // 1000)
    effects = {e.label: e.effect for e in explain(trace, item.video).effects}
    assert effects["like what you just watched"] == item.value - value


def test_terms_add_up_to_the_value() -> None:
    """What each head, labels and rejections add makes the value, exactly, in each ranked place."""
    trace = traced(fan())
    for item in trace.slate.items:
        why = explain(trace, item.video)
        assert len(why.terms) == len(why.per_mille) + 2
        assert sum(why.terms) == item.value


def test_an_explored_place_says_what_chance_replaced() -> None:
    """Where chance drew, the video that would have stood there and the pool's size are named."""
    pages = (traced(fan(), seed=f"{s}") for s in range(80))
    trace = next(page for page in pages if page.placings[0].slot == "explore")
    why = explain(trace, trace.slate.items[0].video)
    assert why.explore_pool == trace.placings[0].unsure > 1
    ranked = trace.candidates.rows[trace.placings[0].ranked]
    assert why.ranked_instead == INDEX.ids[ranked]
    plain = explain(trace, next(i.video for i in trace.slate.items if i.slot == "ranked"))
    assert plain.ranked_instead == 0


def test_time_needs_no_reasons() -> None:
    """Under order = "newest" there are no effects, and the value is the minute."""
    state = viewer_state(follows={CreatorId(int(INDEX.creators[0])): 1})
    trace = traced(state, FOLLOWING)
    why = explain(trace, trace.slate.items[0].video)
    assert why.effects == ()
    assert why.terms == ()
    assert why.item.value == int(INDEX.published_min.max()) or why.item.source == "following"


def test_a_repeat_says_only_that_it_is_one() -> None:
    """A repeat has no rank, no predictions and no effects."""
    seen = {VideoId(int(i)): 1 for i in INDEX.ids}
    trace = traced(viewer_state(seen=seen))
    why = explain(trace, trace.slate.items[0].video)
    assert (why.item.slot, why.rank, why.per_mille, why.effects) == ("repeat", 0, (), ())
    assert why.filtered == {"seen": 160}


def test_a_label_says_what_it_took_off() -> None:
    """A sensitive video in for-you is 0.5 points down."""
    index = build_index(epoch_of([video(1, flags=8), video(2)], weights=WEIGHTS.digest))
    trace = trace_slate(
        index=index, weights=WEIGHTS, policy=FOR_YOU, state=viewer_state(),
        request=slate_request(seed="x"),
    )  # fmt: skip
    assert explain(trace, VideoId(1)).label_points_milli == -500
    assert explain(trace, VideoId(2)).label_points_milli == 0


def test_a_video_that_is_not_there_has_no_why() -> None:
    """Asking about another video is refused."""
    trace = traced(viewer_state())
    served = {item.video for item in trace.slate.items}
    other = next(i for i in INDEX.ids.tolist() if i not in served)
    with pytest.raises(BadRequest):
        explain(trace, VideoId(other))


def test_ranks_follow_the_values() -> None:
    """The ranked candidate of the first place has the best value, so its rank is 1."""
    trace = traced(fan())
    best = int(np.argmax(trace.values))
    first = trace.placings[0].ranked
    assert trace.values[first] == trace.values[best]

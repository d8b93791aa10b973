"""What a "not interested" says of other videos, and how long."""

import msgspec
import numpy as np

from plainview.core.feed import build_index, make_slate, trace_slate
from plainview.core.feed.guards import DAY_MS, likeness, rejected_rows, taken_off
from plainview.core.terms.ids import VideoId
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import ViewerState
from plainview.core.terms.weights import HEAD_ONE
from tests.unit.core.feed.parts import FOR_YOU, POPULAR, WEIGHTS
from tests.worlds import NOW_MS, demo_catalogue, epoch_of, slate_request, video, viewer_state

FAR = [0] * 64
EAST, NORTH = [32] * 64, [32] * 32 + [-32] * 32
NEAR_EAST = [32] * 56 + [-32] * 8  # dot 49,152: three quarters of what EAST is to itself


def turned_down(*videos: int, days_ago: int = 0, **fields: object) -> ViewerState:
    """A viewer who said "not interested" to `videos`, one minute after the other."""
    at_ms = {VideoId(v): NOW_MS - days_ago * DAY_MS - 60_000 * i for i, v in enumerate(videos)}
    return viewer_state(rejected=dict.fromkeys(at_ms, 1), rejected_ms=at_ms, **fields)


def test_likeness_by_hand() -> None:
    """A creator's count whole, a neighbour's from half as near on, a topic a quarter each time,
    and of all that speaks against a video the most counts."""
    index = build_index(epoch_of([
        video(1, creator=1, topics=(1,), vector=EAST),
        video(2, creator=2, topics=(1, 2), vector=NORTH),
        video(3, creator=1, topics=(3,), vector=FAR),
        video(4, creator=4, topics=(1,), vector=FAR),
        video(5, creator=5, topics=(2,), vector=FAR),
        video(6, creator=6, topics=(4,), vector=NEAR_EAST),
        video(7, creator=7, topics=(), vector=FAR),
        video(8, creator=2, topics=(), vector=FAR),
    ]))  # fmt: skip
    alike = likeness(
        np.arange(8), np.array([0, 1]), index=index, follows=np.array([2], dtype=np.int64)
    )
    assert alike.tolist() == [1000, 1000, 1000, 500, 250, 512, 0, 250]
    many = likeness(
        np.array([3]), np.array([0] * 5), index=index, follows=np.zeros(0, dtype=np.int64)
    )
    assert many.tolist() == [1000]


def test_it_holds_for_its_days_and_newest_first() -> None:
    """Of 40 rejections the newest 32 count; one of 7 days ago to the millisecond no longer does."""
    index = build_index(epoch_of([video(i) for i in range(1, 41)]))

    def rows(state: ViewerState, now_ms: int = NOW_MS) -> list[int]:
        found: list[int] = rejected_rows(state, index=index, policy=FOR_YOU, now_ms=now_ms).tolist()
        return found

    assert rows(turned_down(*range(40, 0, -1))) == list(range(39, 7, -1))
    state = turned_down(3, days_ago=7)
    assert rows(state) == []
    assert rows(state, NOW_MS - 1) == [2]
    assert rows(turned_down(77)) == []


def test_points_are_in_the_value_and_say_so() -> None:
    """A candidate by the creator turned down loses the policy's 2 points, another nothing; without
    the rule, or a profile, nobody does."""
    videos = [video(i, creator=i % 3, topics=()) for i in range(1, 10)]
    index = build_index(epoch_of(videos, weights=WEIGHTS.digest))
    rows, state = np.arange(9), turned_down(3)

    def lost(policy: Policy) -> list[int]:
        loss, _ = taken_off(rows, state=state, index=index, policy=policy, now_ms=NOW_MS)
        points: list[int] = loss.tolist()
        return points

    two = 2000 * HEAD_ONE
    assert lost(FOR_YOU)[2::3] == [two, two, two]
    assert sum(lost(FOR_YOU)) < 9 * two
    assert lost(msgspec.structs.replace(FOR_YOU, rejected_milli=0)) == [0] * 9
    assert lost(POPULAR) == [0] * 9
    trace = trace_slate(
        index=index, weights=WEIGHTS, policy=FOR_YOU, state=state, request=slate_request()
    )
    by_row = dict(zip(trace.candidates.rows.tolist(), trace.terms.tolist(), strict=True))
    assert [by_row[row][-1] for row in (5, 8)] == [-two] * 2


def creators_of(state: ViewerState, *, now_ms: int, pages: int) -> list[int]:
    """By whom the videos are that `pages` pages in a row show."""
    epoch = epoch_of(demo_catalogue(), weights=WEIGHTS.digest, shown_yesterday=9_000)
    index = build_index(epoch)
    by_id = dict(zip(index.ids.tolist(), index.creators.tolist(), strict=True))
    shown: list[int] = []
    for number in range(1, pages + 1):
        request = slate_request(number=number, now_ms=now_ms)
        slate = make_slate(
            index=index, weights=WEIGHTS, policy=FOR_YOU, state=state, request=request
        )
        videos = tuple(item.video for item in slate.items)
        shown += [by_id[v] for v in videos]
        state = msgspec.structs.replace(
            state, seen={**state.seen, **dict.fromkeys(videos, number)},
            lately=(*state.lately, *videos)[-200:],
        )  # fmt: skip
    return shown


def test_a_creator_turned_down_stays_away_for_a_week() -> None:
    """In ten pages of eight, six days later, none by that creator comes, ranked or drawn; on the
    eighth day they are back."""
    assert 1 in creators_of(viewer_state(), now_ms=NOW_MS, pages=10)
    state = turned_down(1000)  # by creator 1
    for days in (0, 3, 6):
        assert 1 not in creators_of(state, now_ms=NOW_MS + days * DAY_MS, pages=10)
    assert 1 in creators_of(state, now_ms=NOW_MS + 8 * DAY_MS, pages=10)

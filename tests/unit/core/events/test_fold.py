"""The fold: what the feed knows of a viewer, and what counters gain."""

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.events import (
    BrokenChain,
    CountedVideo,
    count_events,
    empty_state,
    encode_event,
    extend,
    fold,
    genesis,
    watch_outcome,
    watched_ms,
)
from plainview.core.terms.epoch import COUNTERS
from plainview.core.terms.ids import NO_DIGEST, CreatorId, Digest, VideoId, ViewerId
from plainview.core.terms.viewer import WATCHES_MAX, Event, ViewerState, Watch

VIEWER = ViewerId("ab" * 16)
EMPTY = empty_state(VIEWER)
RECEIPT = Digest("cd" * 32)
VIDEOS = {
    VideoId(7): CountedVideo(CreatorId(1), 10_000),
    VideoId(8): CountedVideo(CreatorId(2), 40_000),
}


Link = tuple[str, Mapping[str, object]]


def _event(n: int, kind: str, **fields: object) -> Event:
    given_fields = {"at_ms": 100 + n, "author": "viewer", "key": f"k{n}", **fields}
    return msgspec.convert({"n": n, "kind": kind, **given_fields}, Event)


def _chain(*links: Link) -> list[Event]:
    return [_event(n, kind, **fields) for n, (kind, fields) in enumerate(links, 1)]


def _watch(video: int, number: int, ms: int, loops: int = 0) -> Link:
    return "watch", {"video": video, "number": number, "ms": ms, "loops": loops}


def _counted(*links: Link) -> dict[int, dict[str, int]]:
    deltas, state = count_events(EMPTY, _chain(*links), videos=VIDEOS)
    assert state == fold(EMPTY, _chain(*links))
    return {
        video: {name: n for name, n in zip(COUNTERS, delta, strict=True) if n}
        for video, delta in deltas.items()
    }


def test_a_comment_changes_where_the_chain_ends_and_nothing_else() -> None:
    """State and counters are those of a chain without it, but for n and head."""
    chain = _chain(("like", {"video": 7}), ("comment", {"video": 7, "comment": 12}))
    before, after = fold(EMPTY, chain[:1]), fold(EMPTY, chain)
    assert after == msgspec.structs.replace(before, n=2, head=after.head)
    assert after.head == extend(before.head, encode_event(chain[1]))
    assert _counted(("comment", {"video": 7, "comment": 12})) == {}


def test_a_new_viewer() -> None:
    """Nothing is known; the head is the chain's genesis."""
    assert ViewerState(viewer=VIEWER, n=0, head=genesis(VIEWER)) == EMPTY
    assert fold(EMPTY, []) is EMPTY


def test_a_short_life_by_hand() -> None:
    """Served, shown, watched, liked twice, unliked: the state written out."""
    chain = _chain(
        ("served", {"number": 1, "receipt": RECEIPT, "epoch": 4, "videos": [7, 8]}),
        ("shown", {"video": 7, "number": 1, "position": 0}),
        _watch(7, 1, 2_000),
        ("like", {"video": 7}),
        ("like", {"video": 7}),
        ("save", {"video": 8}),
        ("unsave", {"video": 8}),
        ("follow", {"creator": 1, "video": 7}),
        _watch(7, 1, 9_000, 1),
    )
    head = genesis(VIEWER)
    for event in chain:
        head = extend(head, encode_event(event))
    assert fold(EMPTY, chain) == ViewerState(
        viewer=VIEWER, n=9, head=head, number=1, receipt=RECEIPT, epoch=4,
        watches=(Watch(video=VideoId(7), number=1, ms=9_000, loops=1, at_ms=109),),
        lately=(VideoId(7), VideoId(8)),
        seen={VideoId(7): 1, VideoId(8): 1}, shown={VideoId(7): 2}, liked={VideoId(7): 4},
        follows={CreatorId(1): 8}, followed_from={CreatorId(1): VideoId(7)},
    )  # fmt: skip


PAIRS = [
    ("like", "unlike", "liked", "video"), ("save", "unsave", "saved", "video"),
    ("not_interested", "undo_not_interested", "rejected", "video"),
    ("report", "undo_report", "reported", "video"), ("follow", "unfollow", "follows", "creator"),
    ("block", "unblock", "blocks", "creator"), ("mute", "unmute", "mutes", "creator"),
]  # fmt: skip


@pytest.mark.parametrize(("do", "undo", "mapping", "of"), PAIRS)
def test_what_is_done_can_be_undone(do: str, undo: str, mapping: str, of: str) -> None:
    """Doing sets the key to its first event number, undoing removes it, once is enough."""
    chain = _chain(*[(kind, {of: 5}) for kind in (do, do, undo, undo, do)])
    found = [dict(getattr(fold(EMPTY, chain[:n]), mapping)) for n in range(1, 6)]
    assert found == [{5: 1}, {5: 1}, {}, {}, {5: 5}]


def test_states_are_never_changed_after_the_fact() -> None:
    """Folding further leaves the earlier state as it was, and shares what it did not touch."""
    first = fold(EMPTY, _chain(("like", {"video": 7}), ("block", {"creator": 2})))
    kept = dict(first.liked)
    second = fold(first, [_event(3, "unlike", video=7)])
    assert dict(first.liked) == kept == {7: 1}
    assert dict(second.liked) == {}
    assert second.blocks is first.blocks


def test_a_gap_or_a_double_is_refused() -> None:
    """Numbers must follow on one by one."""
    for n in (0, 2):
        with pytest.raises(BrokenChain):
            fold(EMPTY, [_event(n, "like", video=7)])


def test_watches_keep_their_first_place_and_the_oldest_goes() -> None:
    """The 201st watch drops the first; a later report of a kept one stays where it is."""
    links = [_watch(video, 1, 1) for video in range(1, WATCHES_MAX + 1)]
    state = fold(EMPTY, _chain(*links, _watch(2, 1, 5), _watch(999, 1, 1), _watch(1, 1, 9)))
    assert len(state.watches) == WATCHES_MAX
    assert [(w.video, w.ms) for w in state.watches[:2]] == [(3, 1), (4, 1)]
    assert [(w.video, w.ms) for w in state.watches[-2:]] == [(999, 1), (1, 9)]
    kept = fold(EMPTY, _chain(*links, _watch(2, 1, 5)))
    assert [(w.video, w.ms) for w in kept.watches[:3]] == [(1, 1), (2, 5), (3, 1)]


def test_a_video_served_again_is_seen_at_its_last_number() -> None:
    """`seen` holds the last request that served the video."""
    links = [
        ("served", {"number": n, "receipt": RECEIPT, "epoch": n, "videos": [7]}) for n in (1, 2)
    ]
    state = fold(EMPTY, _chain(*links))
    assert (dict(state.seen), state.number, state.epoch) == ({7: 2}, 2, 2)


KINDS = st.sampled_from([do for do, *_ in PAIRS] + [undo for _, undo, *_ in PAIRS] + ["share"])
LINKS = st.lists(
    st.tuples(KINDS, st.integers(1, 3)).map(
        lambda kx: (
            kx[0],
            {"creator": kx[1]} if kx[0].removeprefix("un") in ("follow", "block", "mute")
            else {"video": kx[1] + 6},
        )
    )
    | st.builds(
        _watch, st.integers(7, 9), st.integers(1, 3), st.integers(0, 30_000), st.integers(0, 2)
    ),
    max_size=40,
)  # fmt: skip


@given(LINKS, st.integers(0, 40))
def test_folding_in_parts_is_folding_at_once(links: list[Link], cut: int) -> None:
    """Wherever a batch is cut, state and counts come out the same."""
    chain = _chain(*links)
    assert fold(fold(EMPTY, chain[:cut]), chain[cut:]) == fold(EMPTY, chain)
    first, middle = count_events(EMPTY, chain[:cut], videos=VIDEOS)
    second, end = count_events(middle, chain[cut:], videos=VIDEOS)
    whole, state = count_events(EMPTY, chain, videos=VIDEOS)
    zero = (0,) * len(COUNTERS)
    summed = {
        video: tuple(
            a + b for a, b in zip(first.get(video, zero), second.get(video, zero), strict=True)
        )
        for video in {*first, *second}
    }
    assert end == state == fold(EMPTY, chain)
    assert {video: delta for video, delta in summed.items() if any(delta)} == whole


@given(LINKS)
def test_one_viewer_counts_once(links: list[Link]) -> None:
    """No counter of a video gains more than 1 from a viewer, watch_s no more than three lengths."""
    for video, delta in count_events(EMPTY, _chain(*links), videos=VIDEOS)[0].items():
        *once, watch_s = delta
        assert all(0 <= n <= 1 for n in once)
        assert 0 <= watch_s <= 3 * VIDEOS[video].length_ms // 1_000


@pytest.mark.parametrize(
    ("ms", "loops", "length_ms", "names"),
    [
        (9_000, 0, 10_000, {"finished", "long"}), (8_999, 0, 10_000, {"long"}),
        (5_000, 0, 10_000, {"long"}), (4_999, 0, 10_000, set()),
        (10_000, 0, 60_000, {"long"}), (9_999, 0, 60_000, set()),
        (1_999, 0, 10_000, {"skipped"}), (2_000, 0, 10_000, set()),
        (1_999, 0, 7_997, {"skipped"}), (1_999, 0, 7_996, set()),
        (10, 1, 10_000, {"finished", "long", "looped"}),
    ],
)  # fmt: skip
def test_outcomes_at_their_edges(ms: int, loops: int, length_ms: int, names: set[str]) -> None:
    """Finished from 90 % or a loop, long from half or 10 s, skipped under 2 s and a quarter."""
    assert watch_outcome(ms=ms, loops=loops, length_ms=length_ms) == names


@pytest.mark.parametrize(
    ("ms", "loops", "watched"),
    [
        (0, 0, 0), (9_999, 0, 9_999), (15_000, 0, 15_000), (20_001, 0, 20_000),
        (0, 1, 10_000), (10_001, 1, 10_001), (20_000, 2, 20_000), (90_000, 9, 20_000),
    ],
)  # fmt: skip
def test_how_much_of_two_playings_was_watched(ms: int, loops: int, watched: int) -> None:
    """What the clock says, but with a loop one playing at least; two playings at most."""
    assert watched_ms(ms=ms, loops=loops, length_ms=10_000, playings=2) == watched


def test_counting_by_hand() -> None:
    """A skip that becomes a finished watch takes the skip back; undoing takes back what it did."""
    assert _counted(("shown", {"video": 7}), _watch(7, 1, 1_500)) == {
        7: {"shown": 1, "skipped": 1, "watch_s": 1}
    }
    assert _counted(("shown", {"video": 7}), _watch(7, 1, 1_500), _watch(7, 1, 9_500)) == {
        7: {"shown": 1, "finished": 1, "long": 1, "watch_s": 9}
    }
    assert _counted(("like", {"video": 7}), ("like", {"video": 7}), ("unlike", {"video": 7})) == {}
    assert _counted(("save", {"video": 7}), ("share", {"video": 8})) == {
        7: {"saved": 1}, 8: {"shared": 1},
    }  # fmt: skip
    assert _counted(("not_interested", {"video": 7}), ("report", {"video": 7})) == {
        7: {"rejected": 1, "reported": 1}
    }


def test_a_repeat_in_a_later_slate_adds_nothing() -> None:
    """The first watch of a video counts; one under another request number does not."""
    assert _counted(_watch(7, 1, 9_000), _watch(7, 2, 100), _watch(7, 2, 30_000, 3)) == {
        7: {"finished": 1, "long": 1, "watch_s": 9}
    }


def test_long_watching_is_capped() -> None:
    """Ten hours of one ten-second video count as thirty seconds."""
    assert _counted(_watch(7, 1, 36_000_000, 3_600))[7]["watch_s"] == 30


def test_a_follow_counts_for_the_video_it_was_made_on() -> None:
    """If that is the creator's; unfollowing takes it back from there, whatever was seen since."""
    on_seven = ("follow", {"creator": 1, "video": 7})
    assert _counted(on_seven, on_seven) == {7: {"followed": 1}}
    assert _counted(on_seven, _watch(8, 1, 20_000), ("unfollow", {"creator": 1})) == {
        8: {"long": 1, "watch_s": 20}
    }
    assert _counted(("follow", {"creator": 1, "video": 8})) == {}
    assert _counted(("follow", {"creator": 1, "video": 8}), ("unfollow", {"creator": 1})) == {}
    assert _counted(("follow", {"creator": 1})) == {}


def test_videos_that_are_not_counted_still_fold() -> None:
    """An event on a video the epoch does not hold changes the viewer's state alone."""
    chain = _chain(("like", {"video": 99}), _watch(99, 1, 5_000))
    deltas, state = count_events(EMPTY, chain, videos=VIDEOS)
    assert deltas == {}
    assert dict(state.liked) == {99: 1}
    assert state.receipt == NO_DIGEST


def test_the_last_two_hundred_served_are_kept_in_order() -> None:
    """Of 30 slates of 7 the last 200 videos are left, a repeat at its new place as well."""
    slates = [list(range(7 * i + 1, 7 * i + 8)) for i in range(29)] + [[1, 2, 3, 4, 5, 6, 203]]
    chain = _chain(
        *(
            ("served", {"number": i, "receipt": RECEIPT, "epoch": 1, "videos": videos})
            for i, videos in enumerate(slates, 1)
        )
    )
    served = [video for videos in slates for video in videos]
    assert list(fold(EMPTY, chain).lately) == served[-200:]


def test_when_a_video_was_turned_down_is_kept_and_taken_back() -> None:
    """The first "not interested" dates it, a second one does not, its undoing forgets it."""
    chain = _chain(
        ("not_interested", {"video": 7}),
        ("not_interested", {"video": 7}),
        ("not_interested", {"video": 8}),
        ("undo_not_interested", {"video": 8}),
    )
    state = fold(EMPTY, chain)
    assert dict(state.rejected_ms) == {VideoId(7): chain[0].at_ms}
    assert dict(state.rejected) == {VideoId(7): 1}

"""Sources: each a fixed order of the eligible, each video once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plainview.core.feed import build_index
from plainview.core.feed.index import Index
from plainview.core.feed.interests import Profile, no_profile, profile_of
from plainview.core.feed.kernels import BEST, NUMBA, NUMPY, Kernels
from plainview.core.feed.retrieve import Candidates, first_eligible, retrieve
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.policy import SOURCE_CODES, Policy
from plainview.core.terms.viewer import Watch
from tests.unit.core.feed.parts import FOLLOWING, FOR_YOU, FRESH, POPULAR
from tests.worlds import big_catalogue, demo_catalogue, epoch_of, video, viewer_state

NAMES = {code: name for name, code in SOURCE_CODES.items()}
KERNELS = [kernels for kernels in (NUMPY, NUMBA) if kernels is not None]


def all_open(index: Index) -> NDArray[np.uint8]:
    """No rule keeps anything out."""
    return np.zeros(index.size, dtype=np.uint8)


def found(
    index: Index,
    policy: Policy,
    *,
    profile: Profile | None = None,
    decided: NDArray[np.uint8] | None = None,
    size: int = 8,
    kernels: Kernels = BEST,
) -> Candidates:
    """What `policy` retrieves."""
    return retrieve(
        index=index, policy=policy, profile=profile or no_profile(index=index),
        decided=all_open(index) if decided is None else decided,
        size=size, kernels=kernels,
    )  # fmt: skip


def named(index: Index, candidates: Candidates) -> list[tuple[int, str]]:
    """(id, source) in retrieval order."""
    ids = index.ids[candidates.rows].tolist()
    return list(zip(ids, [NAMES[s] for s in candidates.sources.tolist()], strict=True))


@pytest.mark.parametrize("kernels", KERNELS, ids=lambda k: k.name)
def test_nearest_by_hand(kernels: Kernels) -> None:
    """Dots 10, 30, 20, 30 (kept out), 30: the 30s by row, then 20; a closed row never comes."""
    embeddings = np.zeros((5, 64), dtype=np.int8)
    embeddings[:, 3] = [1, 3, 2, 3, 3]
    query = np.zeros((1, 64), dtype=np.int8)
    query[0, 3] = 10
    decided = np.array([0, 0, 0, 15, 0], dtype=np.uint8)
    for count, rows in ((2, [1, 4]), (3, [1, 4, 2]), (9, [1, 4, 2, 0]), (0, [])):
        (near,) = kernels.near(embeddings, decided, query, [count])
        assert near.tolist() == rows


@pytest.mark.parametrize("kernels", KERNELS, ids=lambda k: k.name)
@given(seed=st.integers(0, 2**32), n=st.integers(0, 200), count=st.integers(0, 210))
def test_nearest_is_the_sorted_definition(kernels: Kernels, seed: int, n: int, count: int) -> None:
    """Whatever the kernel, the result is sorted(eligible, key=(-dot, row))[:count], with many ties
    and at the extremes of int8."""
    rng = np.random.Generator(np.random.PCG64(seed))
    values = np.array([-128, -1, 0, 1, 127], dtype=np.int8)
    drawn = values[rng.integers(0, 5, size=(n + 2, 1))] * rng.integers(
        0, 2, size=(n + 2, 64), dtype=np.int8
    )
    embeddings, queries = drawn[:n], drawn[n:]
    decided = (rng.random(n) < 0.3).astype(np.uint8)
    got = kernels.near(embeddings, decided, queries, [count, 3])
    for query, rows, wanted in zip(queries, got, (count, 3), strict=True):
        dots = embeddings.astype(int) @ query.astype(int)
        order = sorted((-d, i) for i, d in enumerate(dots.tolist()) if decided[i] == 0)
        assert rows.tolist() == [i for _, i in order[:wanted]]


def test_kernels_agree_on_a_large_catalogue() -> None:
    """Over 20,000 videos both kernels find the same rows in the same order."""
    assert NUMBA is not None
    rows = big_catalogue(20_000)
    embeddings = np.ascontiguousarray(rows["embedding"])
    decided = (rows["flags"] > 0).astype(np.uint8)
    queries = embeddings[[5, 700]]
    ours = NUMPY.near(embeddings, decided, queries, [300, 50])
    theirs = NUMBA.near(embeddings, decided, queries, [300, 50])
    assert [r.tolist() for r in ours] == [r.tolist() for r in theirs]


def test_followed_creators_come_newest_first() -> None:
    """Of followed creators only, by time, then by id; nobody else while a page is full."""
    videos = [
        video(1, creator=5, age_min=30), video(2, creator=6, age_min=10),
        video(3, creator=7, age_min=20), video(4, creator=5, age_min=10),
    ]  # fmt: skip
    index = build_index(epoch_of(videos))
    state = viewer_state(follows={CreatorId(5): 1, CreatorId(6): 2, CreatorId(99): 3})
    profile = profile_of(state, index=index)
    got = named(index, found(index, FOLLOWING, profile=profile, size=3))
    assert got == [(2, "following"), (4, "following"), (1, "following")]
    wider = named(index, found(index, FOLLOWING, profile=profile, size=4))
    assert wider == [*got, (3, "rest")]


def test_rest_fills_up_to_a_page_and_no_further() -> None:
    """With nobody followed a page of 3 is the 3 most popular."""
    videos = [video(i, counts={"shown": 100, "finished": i}) for i in range(1, 9)]
    index = build_index(epoch_of(videos))
    got = named(index, found(index, FOLLOWING, size=3))
    assert got == [(8, "rest"), (7, "rest"), (6, "rest")]


def test_fresh_are_those_owed_a_first_audience() -> None:
    """What the queue holds is offered in its order, without what a rule keeps out."""
    videos = [video(i, creator=i, age_min=i) for i in range(1, 6)]
    index = build_index(epoch_of(videos))
    decided = all_open(index)
    decided[2] = 15
    candidates = found(index, FRESH, size=1, decided=decided)
    assert index.ids[candidates.rows[candidates.fresh]].tolist() == [5, 4, 2, 1]


@pytest.mark.parametrize(("age_min", "offered"), [(30 * 24 * 60, [1]), (30 * 24 * 60 + 1, [])])
def test_an_old_catalogue_owes_nobody_an_audience(age_min: int, offered: list[int]) -> None:
    """Up to the minute the newest video is fresh, it is offered; a minute later nothing is."""
    videos = [video(1, age_min=age_min), video(2, age_min=400 * 24 * 60)]
    index = build_index(epoch_of(videos))
    candidates = found(index, FRESH, size=1)
    assert index.ids[candidates.rows[candidates.fresh]].tolist() == offered


def test_a_video_keeps_the_first_source_and_stays_in_the_fresh_pool() -> None:
    """What another source offers first counts for that source, and may still be explored."""
    index = build_index(epoch_of(demo_catalogue()))
    candidates = found(index, FOR_YOU)
    assert len(set(candidates.rows.tolist())) == len(candidates.rows)
    by_source = dict(zip(candidates.rows.tolist(), candidates.sources.tolist(), strict=True))
    fresh = candidates.rows[candidates.fresh].tolist()
    assert len(fresh) == 40
    assert SOURCE_CODES["rising"] in {by_source[row] for row in fresh}
    assert candidates.sources.tolist() == sorted(candidates.sources.tolist())


def test_what_is_closed_is_offered_by_no_source() -> None:
    """A row that a rule keeps out is no candidate of any source."""
    index = build_index(epoch_of(demo_catalogue()))
    decided = np.ones(index.size, dtype=np.uint8)
    decided[7::10] = 0
    watched = Watch(video=VideoId(1000), number=1, ms=9000, loops=1, at_ms=0)
    profile = profile_of(viewer_state(watches=(watched,)), index=index)
    for policy in (FOR_YOU, FOLLOWING, POPULAR, FRESH):
        rows = found(index, policy, profile=profile, decided=decided).rows
        assert set(rows.tolist()) <= set(range(7, index.size, 10))
        assert len(rows) >= 8


@given(st.lists(st.booleans(), min_size=1, max_size=4000), st.integers(0, 50))
def test_the_first_eligible_of_an_order(closed: list[bool], size: int) -> None:
    """Reading in growing pieces finds what reading all at once finds."""
    order = np.arange(len(closed))[::-1].copy()
    decided = np.array(closed, dtype=np.uint8)
    expected = [row for row in order.tolist() if not closed[row]][:size]
    assert first_eligible(order, size=size, decided=decided).tolist() == expected

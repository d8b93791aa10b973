"""Leanings: what a viewer makes of videos beyond the expected, by hand and by three programs."""

import msgspec
import numpy as np
import pytest

from plainview.audit.reference_inputs import read_rows
from plainview.audit.reference_profile import Leanings as ReferenceLeanings
from plainview.audit.reference_profile import Signal
from plainview.core.feed import build_index
from plainview.core.feed.features import video_features, viewer_features
from plainview.core.feed.index import Index
from plainview.core.feed.interests import LASTING, no_profile, profile_of, signals_of
from plainview.core.feed.kernels import NUMBA, NUMPY, Kernels
from plainview.core.feed.leanings import (
    EXPECTED_COLUMNS,
    EXPECTED_FACTORS,
    EXPECTED_FIRST,
    LEANING_ONE,
    LENGTH_REACH,
    LENGTH_STEPS,
    Leanings,
    leanings_of,
    length_steps,
    surpluses,
)
from plainview.core.feed.leanings_numba import leanings_numba, length_step
from plainview.core.terms.epoch import Epoch
from plainview.core.terms.ids import VideoId
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import WATCHES_MAX, ViewerState, Watch
from plainview.core.terms.weights import EPOCH_FEATURES, VIDEO_FEATURES, VIEWER_FEATURES
from tests.unit.core.feed.parts import epoch_of_many, random_viewer
from tests.worlds import NOW_MS, epoch_of, video, viewer_state

KERNELS = [kernels for kernels in (NUMPY, NUMBA) if kernels is not None]
BY_BOTH = pytest.mark.parametrize("kernels", KERNELS, ids=lambda kernels: kernels.name)


@pytest.fixture(scope="module")
def index() -> Index:
    """1 of topic 1 by creator 1, 2 of topics 2 and 1 by creator 2, two eighths of a doubling
    longer; 3 like nothing else. Nobody has seen them."""
    return build_index(
        epoch_of(
            [
                video(1, creator=1, topics=(1,), length_ms=7000),
                video(2, creator=2, topics=(2, 1), length_ms=8000),
                video(3, creator=3, topics=(3,), length_ms=60_000),
            ]
        )
    )


def watch(of: int, ms: int, *, number: int = 1) -> Watch:
    return Watch(video=VideoId(of), number=number, ms=ms, loops=0, at_ms=0)


FINISHED_ONE = watch(1, 7000, number=2)
SKIPPED_TWO = watch(2, 500, number=1)


def found(leanings: Leanings) -> dict[str, object]:
    """Every part that is not 0."""
    lengths = {int(at): int(leanings.lengths[at]) for at in np.flatnonzero(leanings.lengths)}
    return {
        "level": leanings.level,
        "topics": leanings.topics[:4].tolist(),
        "creators": leanings.creators.tolist(),
        "lengths": lengths,
    }


@BY_BOTH
def test_two_watches_by_hand(index: Index, kernels: Kernels) -> None:
    """Video 1 finished now, video 2 skipped before: each part is as the comments work it out."""
    # Weights 4096 and 4032; 345 of 256ths of a point expected of both: surpluses 679 and -1113.
    # level: (4096 * 679 - 4032 * 1113) // (8128 + 6144) = -120, which leaves 799 and -993;
    # topic 1: (4096 * 799 - 4032 * 993) // (8128 + 6144) = -52; topic 2: -4032 * 993 // 10176 =
    # -394; so -52 of video 1, (-394 - 52) // 2 = -223 of video 2, which leaves 851 and -770;
    # creators: 4096 * 851 // 10240 = 340, -4032 * 770 // 10176 = -306, which leaves 511 and -464;
    # lengths, steps 48 and 50: at 48 (4 * 4096 * 511 - 2 * 4032 * 464) // (24448 + 24576) = 94.
    state = viewer_state(watches=(SKIPPED_TWO, FINISHED_ONE))
    leanings = kernels.profile(state, index=index).leanings
    assert found(leanings) == {
        "level": -120,
        "topics": [0, -52, -394, 0],
        "creators": [340, -306],
        "lengths": {45: 73, 46: 127, 47: 107, 48: 94, 49: 13, 50: -68, 51: -87, 52: -115, 53: -66},
    }


@BY_BOTH
def test_the_widest_part_explains_first(index: Index, kernels: Kernels) -> None:
    """One watch with a surplus of 679: level 271, of the 408 left the topic 163, of 245 the creator
    98, of 147 its length 58. In any other order the numbers would stand elsewhere."""
    leanings = kernels.profile(viewer_state(watches=(FINISHED_ONE,)), index=index).leanings
    assert (leanings.level, leanings.topics[1], leanings.creators[0]) == (271, 163, 98)
    assert leanings.lengths[48] == 58


@BY_BOTH
def test_nothing_is_made_of_nothing(index: Index, kernels: Kernels) -> None:
    """A newcomer, one who only praised and rejected, and one whose videos no epoch holds, lean
    nowhere, and neither does somebody whose profile is not used."""
    acts = viewer_state(liked={VideoId(1): 1, VideoId(3): 2}, rejected={VideoId(2): 3})
    gone = viewer_state(watches=(watch(99, 7000),))
    everywhere = [kernels.profile(state, index=index) for state in (viewer_state(), acts, gone)]
    for profile in (*everywhere, no_profile(index=index)):
        leanings = profile.leanings
        assert leanings.level == 0
        assert not any(
            part.any() for part in (leanings.topics, leanings.creators, leanings.lengths)
        )
        assert (len(leanings.topics), len(leanings.lengths)) == (9, LENGTH_STEPS)
        assert len(leanings.creators) == len(profile.creators)


@BY_BOTH
def test_acts_do_not_count(index: Index, kernels: Kernels) -> None:
    """What is said of a watched video in so many words changes no leaning; of one not watched it
    takes a place among the signals and weighs nothing, so that older watches weigh what their place
    says: 4032 * 679 // (4032 + 6144) = 269."""
    plain = viewer_state(watches=(SKIPPED_TWO, FINISHED_ONE))
    loud = msgspec.structs.replace(
        plain, liked={VideoId(1): 3}, shared={VideoId(1): 4}, reported={VideoId(2): 5}
    )
    one, other = (kernels.profile(state, index=index).leanings for state in (plain, loud))
    assert found(one) == found(other)
    silent = viewer_state(watches=(FINISHED_ONE,), liked={VideoId(3): 9}, seen={VideoId(3): 7})
    profile = kernels.profile(silent, index=index)
    assert profile.history == 2
    assert profile.leanings.level == 4032 * 679 // (4032 + 6144) == 269
    assert profile.leanings.topics[3] == 0
    assert profile.leanings.creators.tolist()[1:] == [0]


def test_what_is_expected_by_hand() -> None:
    """Of 20 showings all finished, 10 long, none skipped, 5 looped: rates of 75, -13, -32 and 18,
    so 2.302 points or 589; a finish says 435 more, a skip 1357 less. Unseen, 345 are expected."""
    counts = {"shown": 20, "finished": 20, "long": 10, "looped": 5}
    index = build_index(epoch_of([video(1, counts=counts), video(2)]))
    rates = index.features[0][EXPECTED_COLUMNS].tolist()
    assert rates == [75, -13, -32, 18]
    assert (1350 + 8 * 75 - 8 * 13 + 12 * 32 + 4 * 18) * 256 // 1000 == 589
    said = surpluses(np.array([0, 0, 1]), np.array([4, -3, 4]), index=index)
    assert said.tolist() == [435, -1357, 679]


def test_a_length_has_a_step() -> None:
    """Eighths of a doubling of tenths of a second: 0 below 0.1 s, 48 at 7 s, 50 from 7.9 s, and
    never more than 255, however long."""
    steps = {0: 0, 99: 0, 100: 8, 7000: 48, 7899: 49, 7900: 50, 2**32 - 1: 202, 2**55: 255}
    lengths = np.array(list(steps), dtype=np.int64)
    assert length_steps(lengths).tolist() == list(steps.values())
    assert [length_step(length) for length in steps] == list(steps.values())


@pytest.mark.parametrize(
    ("length_ms", "expected"),
    [
        (50, {0: 58, 1: 49, 2: 36, 3: 21}),
        (2**55, {255: 58, 254: 49, 253: 36, 252: 21}),
        (60_000, {73: 58, 72: 49, 71: 36, 70: 21, 74: 49, 75: 36, 76: 21}),
    ],
)
def test_a_length_says_the_less_the_farther(
    index: Index, length_ms: int, expected: dict[int, int]
) -> None:
    """Of a surplus of 147 left: 4k * 147 // (4k + 24576), then 3, 2 and 1 times 4096, to both sides
    and not beyond the first step or the last."""
    edge = msgspec.structs.replace(index, length_ms=np.full(3, length_ms, dtype=np.int64))
    assert [k * 4096 * 147 // (k * 4096 + 24_576) for k in (4, 3, 2, 1)] == [58, 49, 36, 21]
    rows, outcome, mass = np.array([0]), np.array([4]), np.array([4096])
    for made in (leanings_of, leanings_numba):
        leanings = made(rows, outcome, mass, group=np.array([0]), creator_count=1, index=edge)
        assert found(leanings)["lengths"] == expected


def test_features_are_eighths_and_clipped(index: Index) -> None:
    """level // 8 of the viewer; of each video the mean of its topics, its creator and its length:
    -120, -52, 340 and 94 as -15, -7, 42 and 11. A stranger's video has none but of its length."""
    profile = profile_of(viewer_state(watches=(SKIPPED_TWO, FINISHED_ONE)), index=index)
    context = Context(size=8)
    viewer = viewer_features(profile=profile, context=context, now_ms=NOW_MS)
    assert viewer[VIEWER_FEATURES.index("leaning")] == -15
    names = ("leaning_topic", "leaning_creator", "leaning_length")
    columns = [VIDEO_FEATURES.index(name) for name in names]
    nobody = np.zeros(3, dtype=np.uint8)

    def seen_by(features: Kernels) -> list[list[int]]:
        out = features.features(np.arange(3), nobody, index=index, profile=profile, context=context)
        return [[int(x) for x in row] for row in out[:, columns]]

    assert all(seen_by(kernels) == [[-7, 42, 11], [-28, -39, -9], [0, 0, 0]] for kernels in KERNELS)
    far = msgspec.structs.replace(
        profile,
        leanings=msgspec.structs.replace(
            profile.leanings, level=9000, topics=profile.leanings.topics * 99
        ),
    )
    assert viewer_features(profile=far, context=context, now_ms=NOW_MS)[-1] == 127
    clipped = video_features(np.array([1]), nobody[:1], index=index, profile=far, context=context)
    assert clipped[0, columns[0]] == -127


def test_no_part_and_no_sum_is_beyond_its_bound() -> None:
    """A part is a mean pulled toward 0, so it is no larger than what it explains, and leaves at
    most twice that: with the largest surplus M, level M, topics 2 M, creators 4 M, lengths 8 M. The
    sums of 200 watches in four slots or nearnesses stay far below 2**53, so float64 is exact."""
    rate_most = EXPECTED_FIRST + 127 * int(np.abs(EXPECTED_FACTORS).sum())
    M = LEANING_ONE * 6 + rate_most * LEANING_ONE // 1000 + 1
    assert 8 * M * int(LASTING.max()) * WATCHES_MAX * max(4, LENGTH_REACH) < 2**53
    always = {"shown": 10**6, "finished": 10**6, "long": 10**6, "looped": 10**6}
    never = {"shown": 10**6, "skipped": 10**6}
    index = build_index(
        epoch_of(
            [video(1, counts=always, topics=(1, 1, 1, 1)), video(2, counts=never, topics=(2,))]
        )
    )
    skips, loops = (
        Watch(video=VideoId(1), number=1, ms=0, loops=0, at_ms=0),
        Watch(video=VideoId(2), number=1, ms=0, loops=9, at_ms=0),
    )
    for watches in ((skips,) * WATCHES_MAX, (loops,) * WATCHES_MAX, (skips, loops) * 100):
        made = [k.profile(viewer_state(watches=watches), index=index).leanings for k in KERNELS]
        for leanings in made:
            assert found(leanings) == found(made[0])
            assert abs(leanings.level) <= M
            assert np.abs(leanings.topics).max() <= 2 * M
            assert np.abs(leanings.creators).max() <= 4 * M
            assert np.abs(leanings.lengths).max() <= 8 * M
    rows = np.array([0, 1])
    assert np.abs(surpluses(rows, np.array([-3, 6]), index=index)).max() > M * 2 // 3


def reference_of(state: ViewerState, epoch: Epoch, index: Index) -> ReferenceLeanings:
    """What the second implementation makes of the watches of these signals."""
    rows = read_rows(epoch.rows.tobytes())
    signals = signals_of(state, index=index)
    return ReferenceLeanings(
        [
            Signal(rows[row], True, int(outcome), 0, 0, 0, int(LASTING[r]))
            for r, (row, outcome, is_watch) in enumerate(
                zip(signals.rows.tolist(), signals.outcome, signals.is_watch, strict=True)
            )
            if is_watch
        ]
    )


def test_three_programs_make_the_same_of_random_viewers() -> None:
    """numpy, numba and the reference in whole numbers of any size agree in every part, of each
    video of the epoch, for viewers of every sort."""
    epoch = epoch_of_many()
    index = build_index(epoch)
    rows = read_rows(epoch.rows.tobytes())
    asked = list(range(0, len(rows), 9))
    leaning = 0
    for number in range(120):
        state = random_viewer(number, index)
        reference = reference_of(state, epoch, index)
        for kernels in KERNELS:
            profile = kernels.profile(state, index=index)
            leanings = profile.leanings
            assert leanings.level == reference.level, number
            assert {t: int(n) for t, n in enumerate(leanings.topics) if n} == {
                t: n for t, n in reference.topics.items() if n
            }, number
            creators = dict(zip(profile.creators.tolist(), leanings.creators.tolist(), strict=True))
            assert {c: n for c, n in creators.items() if n} == {
                c: n for c, n in reference.creators.items() if n
            }, number
            steps = length_steps(index.length_ms[asked])
            assert leanings.lengths[steps].tolist() == [
                reference.length(rows[row]) for row in asked
            ], number
        leaning += bool(reference.level) and any(reference.creators.values())
    assert leaning > 60


def test_expectations_read_the_rates_they_name() -> None:
    """The columns are those of the finish, long, skip and loop rates."""
    assert [EPOCH_FEATURES[at] for at in EXPECTED_COLUMNS] == [
        "finish_rate", "long_rate", "skip_rate", "loop_rate",
    ]  # fmt: skip

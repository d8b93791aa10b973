"""From facts to a plan, or a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.media.plan import (
    LONG_EDGE_MAX,
    MediaLimits,
    fit_size,
    make_plan,
    square_size,
)
from plainview.core.media.refusals import TooBig, TooLong, TooManyPixels, TooShort, TooSmall
from tests.unit.core.media.samples import some_facts

LIMITS = MediaLimits()


def sizes(**changes: object) -> list[tuple[int, int, int]]:
    plan = make_plan(some_facts(**changes), LIMITS)
    return [(one.short_edge, one.width, one.height) for one in plan.renditions]


def test_phone_video_gets_the_whole_ladder() -> None:
    """1080x1920 becomes 360, 540 and 720, smallest first."""
    assert sizes() == [(360, 360, 640), (540, 540, 960), (720, 720, 1280)]


def test_landscape() -> None:
    """960x540 becomes 640x360 and 960x540: the short edge is the height."""
    assert sizes(width=960, height=540) == [(360, 640, 360), (540, 960, 540)]


def test_below_the_ladder_keeps_its_own_even_size() -> None:
    """A source under 360 gets one rendition at its own size, odd sides made even."""
    assert sizes(width=321, height=241) == [(240, 320, 240)]


def test_wide_pixels_are_squared_without_inventing_any() -> None:
    """720x576 with pixels of 16:11 is 720x396, so it gets the 360 rung alone."""
    assert square_size(some_facts(width=720, height=576, sar_num=16, sar_den=11)) == (720, 396)
    assert sizes(width=720, height=576, sar_num=16, sar_den=11) == [(360, 654, 360)]


def test_tall_pixels_are_squared() -> None:
    """800x332 with pixels of 399:400 is 798x332."""
    assert square_size(some_facts(width=800, height=332, sar_num=399, sar_den=400)) == (798, 332)


def test_very_wide_pictures_are_shrunk_and_made_once() -> None:
    """4000x400 is 10:1: at 1920 wide it is 192 high, once."""
    assert sizes(width=4000, height=400) == [(192, 1920, 192)]


@pytest.mark.parametrize(
    ("rate", "wanted", "gop"),
    [
        ((30, 1), (30, 1), 60),
        ((30_000, 1001), (30_000, 1001), 60),
        ((120, 1), (120, 2), 120),
        ((240, 1), (240, 4), 120),
        ((100, 1), (100, 2), 100),
        ((25, 2), (25, 2), 25),
        ((1, 3), (1, 3), 1),
    ],
)
def test_rate_and_gop(rate: tuple[int, int], wanted: tuple[int, int], gop: int) -> None:
    """Rates above 60 are divided by a whole number, and a GOP is two seconds of frames."""
    plan = make_plan(some_facts(fps_num=rate[0], fps_den=rate[1]), LIMITS)
    assert (plan.fps_num, plan.fps_den, plan.gop_frames) == (*wanted, gop)


def test_bitrate_caps_grow_with_the_rung() -> None:
    """The caps are 0.7, 1.6 and 2.8 Mbit/s."""
    plan = make_plan(some_facts(), LIMITS)
    caps = [one.bitrate_bps_max for one in plan.renditions]
    assert caps == [700_000, 1_600_000, 2_800_000]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"length_ms": 180_001}, TooLong),
        ({"length_ms": 499}, TooShort),
        ({"size_bytes": 1_000_000_001}, TooBig),
        ({"width": 1, "height": 1}, TooSmall),
        ({"width": 63, "height": 2000}, TooSmall),
        ({"width": 20_000, "height": 2_000}, TooManyPixels),
    ],
)
def test_limits(changes: dict[str, int], refusal: type[Exception]) -> None:
    """One step past each limit is refused, with that limit's own reason."""
    with pytest.raises(refusal):
        make_plan(some_facts(**changes), LIMITS)


@pytest.mark.parametrize(
    "changes",
    [{"length_ms": 180_000}, {"length_ms": 500}, {"size_bytes": 1_000_000_000}, {"width": 64}],
)
def test_at_the_limits(changes: dict[str, int]) -> None:
    """Exactly at each limit is accepted."""
    assert make_plan(some_facts(**changes), LIMITS).renditions


@given(
    width=st.integers(64, 8192),
    height=st.integers(64, 4320),
    sar=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_renditions_are_even_never_larger_and_keep_their_shape(
    width: int, height: int, sar: tuple[int, int]
) -> None:
    """For any picture: even sides, none longer than the source's, ascending, same shape."""
    facts = some_facts(width=width, height=height, sar_num=sar[0], sar_den=sar[1])
    square = square_size(facts)
    if min(square) < LIMITS.short_edge_min:
        with pytest.raises(TooSmall):
            make_plan(facts, LIMITS)
        return
    plan = make_plan(facts, LIMITS)
    edges = [one.short_edge for one in plan.renditions]
    assert edges == sorted(set(edges))
    for one in plan.renditions:
        assert one.width % 2 == 0
        assert one.height % 2 == 0
        assert one.short_edge == min(one.width, one.height) <= min(square)
        assert max(one.width, one.height) <= min(LONG_EDGE_MAX, max(square))
        # The shape is off by at most one even step on either side.
        across = one.width * square[1]
        down = one.height * square[0]
        assert abs(across - down) <= 2 * max(square) + 2 * max(one.width, one.height)


def test_no_two_renditions_have_one_name() -> None:
    """5328x1000 at 360 is 1918x360; at 540 and 720 the longest side there may be makes it 1920x360,
    which would be another file of the same name."""
    plan = make_plan(some_facts(width=5328, height=1000), LIMITS)
    assert [(one.name, one.width, one.height) for one in plan.renditions] == [
        ("360.mp4", 1918, 360)
    ]


def test_fit_size_by_hand() -> None:
    """1000x562 at 360: 1000 * 360 / 562 = 640.6, to the nearest even number 640."""
    assert fit_size(1000, 562, short_edge=360) == (640, 360)

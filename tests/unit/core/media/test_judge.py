"""Reading MP4 boxes, and judging by them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.media.judge import (
    BadMp4,
    Mp4Facts,
    judge_rendition,
    length_tolerance_ms,
    read_mp4,
)
from plainview.core.media.plan import MediaLimits, make_plan
from plainview.edge.fake_media import box, mp4_bytes
from tests.unit.core.media.samples import some_facts

PLAN = make_plan(some_facts(), MediaLimits())
SMALLEST = PLAN.renditions[0]
GOOD = mp4_bytes(width=360, height=640, length_ms=5_000, has_audio=True)


def read(data: bytes) -> Mp4Facts:
    return read_mp4(lambda at, size: data[at : at + size], size_bytes=len(data))


def faults(data: bytes) -> str:
    return "; ".join(judge_rendition(read(data), plan=PLAN, rendition=SMALLEST).faults)


def test_good_file() -> None:
    """A whole faststart file of the planned size and length has no faults."""
    found = read(GOOD)
    assert found.top_boxes == ("ftyp", "moov", "mdat")
    assert (found.width, found.height, found.length_ms) == (360, 640, 5_000)
    assert (found.video_codec, found.audio_codec) == ("avc1", "mp4a")
    assert faults(GOOD) == ""


def test_moov_at_the_end() -> None:
    """An index after the pictures is a fault: playing could not start with the first bytes."""
    data = mp4_bytes(width=360, height=640, length_ms=5_000, has_audio=True, is_faststart=False)
    assert "moov does not come before mdat" in faults(data)


def test_cut_file() -> None:
    """A file that lost its last byte is a fault."""
    assert "ends before its boxes do" in faults(GOOD[:-1])


def test_wrong_size() -> None:
    """A sideways picture is a fault."""
    data = mp4_bytes(width=640, height=360, length_ms=5_000, has_audio=True)
    assert "640x360 instead of 360x640" in faults(data)


def test_missing_sound() -> None:
    """Sound lost on the way is a fault."""
    data = mp4_bytes(width=360, height=640, length_ms=5_000, has_audio=False)
    assert "sound is missing" in faults(data)


@pytest.mark.parametrize(("length_ms", "is_good"), [(4_600, True), (4_599, False), (5_401, False)])
def test_length_tolerance(length_ms: int, is_good: bool) -> None:
    """Five seconds may be off by 400 ms and no more."""
    data = mp4_bytes(width=360, height=640, length_ms=length_ms, has_audio=True)
    assert (faults(data) == "") is is_good


def test_tolerance_by_hand() -> None:
    """A twentieth of 60 s is 3 s; short files get 400 ms."""
    assert (length_tolerance_ms(60_000), length_tolerance_ms(1_000)) == (3_000, 400)


def test_other_codec() -> None:
    """A picture that is not H.264 is a fault."""
    assert "hev1, not avc1" in faults(GOOD.replace(b"avc1", b"hev1"))


def test_long_sizes() -> None:
    """A box may carry its size in 64 bits, and the last one may run to the end."""
    body = bytes(32)
    wide = (1).to_bytes(4, "big") + b"mdat" + (16 + len(body)).to_bytes(8, "big") + body
    open_ended = (0).to_bytes(4, "big") + b"mdat" + body
    head = GOOD[: -8 - len(body)]
    for tail in (wide, open_ended):
        found = read(head + tail)
        assert found.is_complete
        assert found.top_boxes == ("ftyp", "moov", "mdat")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        box(b"ftyp", b"isom"),
        (4).to_bytes(4, "big") + b"moov",
        box(b"moov"),
        box(b"moov", box(b"mvhd", bytes(24))),
        box(b"moov", (999).to_bytes(4, "big") + b"mvhd" + bytes(20)),
        box(b"free") * 65,
    ],
)
def test_impossible_boxes(data: bytes) -> None:
    """Bytes that are no MP4 raise BadMp4 and nothing else."""
    with pytest.raises(BadMp4):
        read(data)


@given(st.data())
def test_damage_never_surprises(data: st.DataObject) -> None:
    """Whatever byte is changed or cut away, reading gives facts or BadMp4."""
    at = data.draw(st.integers(0, len(GOOD) - 1))
    damaged = bytearray(GOOD)
    damaged[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(GOOD)))
    try:
        found = read(bytes(damaged[:end]))
    except BadMp4:
        return
    judge_rendition(found, plan=PLAN, rendition=SMALLEST)

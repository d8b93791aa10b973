"""From a probe to facts, or a refusal."""

import pytest

from plainview.core.media.facts import facts_from_probe, looks_like_video
from plainview.core.media.refusals import Broken, NoFrames, NoPicture, NotAVideo
from tests.unit.core.media.samples import PHONE_HEAD, a_probe, a_sound, a_video


def test_plain_file() -> None:
    """A plain 1080p file keeps its size, its rate, its length and its sound."""
    facts = facts_from_probe(a_probe())
    assert (facts.width, facts.height, facts.rotation_deg) == (1920, 1080, 0)
    assert (facts.fps_num, facts.fps_den, facts.is_constant_rate) == (30, 1, True)
    assert facts.length_ms == 5_000
    assert (facts.has_audio, facts.audio_index, facts.audio_channels) == (True, 1, 2)
    assert facts.color_matrix == "bt709"


def test_quarter_turn_swaps_sides_and_pixel_shape() -> None:
    """A quarter turn swaps width with height and turns the shape of a pixel with them."""
    video = a_video(rotation_deg=90, width=720, height=576, sar_num=16, sar_den=11)
    facts = facts_from_probe(a_probe(video=video))
    assert (facts.width, facts.height) == (576, 720)
    assert (facts.sar_num, facts.sar_den) == (11, 16)


def test_half_turn_swaps_nothing() -> None:
    """A half turn leaves width and height where they are."""
    facts = facts_from_probe(a_probe(video=a_video(rotation_deg=180)))
    assert (facts.width, facts.height, facts.rotation_deg) == (1920, 1080, 180)


def test_length_starts_at_the_first_frame() -> None:
    """A picture that starts late is as long as it is, not as its last time says."""
    video = a_video(first_us=2_000_000, end_us=6_500_000, claimed_us=4_500_000)
    assert facts_from_probe(a_probe(video=video)).length_ms == 4_500


@pytest.mark.parametrize(
    ("frame_count", "last_us", "gap_us", "wanted"),
    [
        (151, 5_005_000, 33_367, (30_000, 1001)),
        (151, 5_000_000, 33_333, (30, 1)),
        (51, 4_000_000, 80_000, (25, 2)),
        (51, 5_000_000, 100_000, (10, 1)),
        (1201, 5_000_000, 4_167, (240, 1)),
    ],
)
def test_steady_rate(frame_count: int, last_us: int, gap_us: int, wanted: tuple[int, int]) -> None:
    """A steady rate is counted, snapped to the usual one beside it and otherwise kept."""
    video = a_video(
        frame_count=frame_count,
        claimed_frame_count=frame_count,
        last_us=last_us,
        gap_us_p05=gap_us,
        gap_us_p50=gap_us,
        gap_us_p95=gap_us,
    )
    facts = facts_from_probe(a_probe(video=video))
    assert (facts.fps_num, facts.fps_den, facts.is_constant_rate) == (*wanted, True)


def test_one_long_gap_does_not_change_a_steady_rate() -> None:
    """A count that is off by a gap between pieces gives way to the median."""
    video = a_video(last_us=5_050_000, end_us=5_083_333)
    facts = facts_from_probe(a_probe(video=video))
    assert (facts.fps_num, facts.fps_den, facts.is_constant_rate) == (30, 1, True)


def test_varying_rate_follows_the_median_gap() -> None:
    """A rate that varies becomes the usual one at its median gap, not its average."""
    video = a_video(
        frame_count=85,
        claimed_frame_count=85,
        gap_us_p05=16_000,
        gap_us_p50=34_000,
        gap_us_p95=250_000,
    )
    facts = facts_from_probe(a_probe(video=video))
    assert (facts.fps_num, facts.fps_den, facts.is_constant_rate) == (30_000, 1001, False)


def test_varying_rate_far_from_any_usual_one_is_rounded() -> None:
    """A median gap of 141 ms, near no usual rate, becomes seven whole frames a second."""
    video = a_video(gap_us_p05=20_000, gap_us_p50=141_000, gap_us_p95=300_000)
    facts = facts_from_probe(a_probe(video=video))
    assert (facts.fps_num, facts.fps_den) == (7, 1)


@pytest.mark.parametrize(
    ("matrix", "transfer", "wanted"),
    [
        (9, 16, ("bt2020", True)),
        (9, 18, ("bt2020", True)),
        (6, 6, ("bt601", False)),
        (2, 2, ("unknown", False)),
    ],
)
def test_color(matrix: int, transfer: int, wanted: tuple[str, bool]) -> None:
    """PQ and HLG are high dynamic range; an unstated matrix stays unknown."""
    facts = facts_from_probe(a_probe(video=a_video(matrix=matrix, transfer=transfer)))
    assert (facts.color_matrix, facts.is_hdr) == wanted


def test_sound_without_packets_is_no_sound() -> None:
    """A sound track with nothing in it counts as none."""
    assert not facts_from_probe(a_probe(audio=a_sound(packet_count=0))).has_audio


def test_unopenable_text_is_not_a_video() -> None:
    """A file that will not open and begins like a letter is not a video."""
    with pytest.raises(NotAVideo):
        facts_from_probe(a_probe(failure="Invalid data", head_hex=b"Dear all, please".hex()))


@pytest.mark.parametrize(
    "head",
    [
        bytes.fromhex(PHONE_HEAD),
        b"\x1a\x45\xdf\xa3" + bytes(12),
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"\x00\x10\x00\x00mdat" + bytes(8),
        b"OggS" + bytes(12),
        b"FLV\x01" + bytes(12),
    ],
)
def test_unopenable_container_is_broken(head: bytes) -> None:
    """A file that will not open and begins like a container is a broken video."""
    assert looks_like_video(head)
    with pytest.raises(Broken):
        facts_from_probe(a_probe(failure="moov atom not found", head_hex=head.hex()))


@pytest.mark.parametrize(
    "head", [b"", b"RIFF\x00\x00\x00\x00WAVEfmt ", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"]
)
def test_other_heads_are_no_video(head: bytes) -> None:
    """Sound, pictures, documents and nothing at all do not look like video."""
    assert not looks_like_video(head)


def test_sound_alone_has_no_picture() -> None:
    """A file with sound and no picture is refused as such."""
    with pytest.raises(NoPicture):
        facts_from_probe(a_probe(video=None))


def test_still_picture_is_not_a_video() -> None:
    """One PNG in a container is no video."""
    video = a_video(codec="png", frame_count=1, claimed_frame_count=1, end_us=40_000)
    with pytest.raises(NotAVideo):
        facts_from_probe(a_probe(video=video, audio=None))


@pytest.mark.parametrize("changes", [{"is_decodable": False}, {"frame_count": 0}, {"width": 0}])
def test_nothing_decodes(changes: dict[str, int]) -> None:
    """A picture stream that gives no frame is refused as such."""
    with pytest.raises(NoFrames):
        facts_from_probe(a_probe(video=a_video(**changes)))


def test_cut_short() -> None:
    """Half of the promised frames missing means the file was cut off."""
    with pytest.raises(Broken):
        facts_from_probe(a_probe(video=a_video(frame_count=75, end_us=2_500_000)))


def test_frames_missing_though_times_are_right() -> None:
    """Frames that are promised and absent count even when the times look whole."""
    with pytest.raises(Broken):
        facts_from_probe(a_probe(video=a_video(frame_count=130)))


def test_small_shortfall_is_let_through() -> None:
    """A shortfall of under a second and a tenth is how containers round."""
    video = a_video(frame_count=140, end_us=4_666_000)
    assert facts_from_probe(a_probe(video=video)).length_ms == 4_666


def test_partial_reading_takes_the_longer_length() -> None:
    """A probe that stopped early reports what the container promises, for the limit to refuse."""
    video = a_video(end_us=182_000_000, claimed_us=7_200_000_000, frame_count=5_460)
    facts = facts_from_probe(a_probe(video=video, is_partial=True))
    assert facts.length_ms == 7_200_000

"""What is known of a source file once it has been probed: frozen values, and how they follow from
a probe.

The probe itself runs in a jail and reports what the container says, untouched (`Probe`).
Everything that needs a decision (which way up the picture is, which frame rate is meant, where the
file really ends) is decided here, where it can be tested without a file.
"""

from math import gcd
from typing import Literal

import msgspec

from plainview.core.media.refusals import (
    Broken,
    NoFrames,
    NoPicture,
    NotAVideo,
)

ColorMatrix = Literal["bt709", "bt601", "bt2020", "unknown"]

# ISO/IEC 23091-2 code points, as every container writes them.
_MATRICES: dict[int, ColorMatrix] = {
    1: "bt709",
    4: "bt601",
    5: "bt601",
    6: "bt601",
    9: "bt2020",
    10: "bt2020",
}
_TRANSFERS_HDR = {16: "pq", 18: "hlg"}
_RANGE_FULL = 2

# Containers that hold one picture: a demuxer for them opens happily and is no video.
_STILL_CODECS = frozenset({"png", "mjpeg", "webp", "bmp", "tiff", "gif", "av1", "hevc"})
_CUT_SHORT_MS_MIN = 1_000


class ProbedVideo(msgspec.Struct, frozen=True, kw_only=True):
    """The picture stream as the container and its first decoded frame describe it."""

    index: int
    codec: str
    width: int
    height: int
    rotation_deg: int
    sar_num: int
    sar_den: int
    frame_count: int
    claimed_frame_count: int
    first_us: int
    last_us: int
    end_us: int
    claimed_us: int
    gap_us_p05: int
    gap_us_p50: int
    gap_us_p95: int
    pixel_format: str
    bit_depth: int
    matrix: int
    transfer: int
    range: int
    is_interlaced: bool
    is_decodable: bool


class ProbedAudio(msgspec.Struct, frozen=True, kw_only=True):
    """The sound stream that would be kept."""

    index: int
    codec: str
    channels: int
    rate_hz: int
    packet_count: int


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What the jailed probe prints, as one line of JSON.

    `failure` is "" when the file opened; `head_hex` is its first 16 bytes; `is_partial` says that
    the probe stopped reading because the limit on length had been passed.
    """

    size_bytes: int
    head_hex: str
    failure: str = ""
    container: str = ""
    claimed_us: int = 0
    is_partial: bool = False
    video: ProbedVideo | None = None
    audio: ProbedAudio | None = None


class MediaFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A source file, in the terms a plan needs.

    `width` and `height` are in stored pixels *after* rotation; `sar_num / sar_den` is the shape of
    one of them, also after rotation. `length_ms` runs from the first frame to the end of the last
    one. `fps` is the rate to aim for, before any cap. Indexes are stream numbers in the file.
    """

    container: str
    size_bytes: int
    length_ms: int
    video_index: int
    video_codec: str
    width: int
    height: int
    rotation_deg: int
    sar_num: int
    sar_den: int
    fps_num: int
    fps_den: int
    is_constant_rate: bool
    pixel_format: str
    bit_depth: int
    color_matrix: ColorMatrix
    is_full_range: bool
    is_hdr: bool
    is_interlaced: bool
    has_audio: bool
    audio_index: int
    audio_codec: str
    audio_channels: int


def looks_like_video(head: bytes) -> bool:
    """Whether the first 16 bytes are those of a container that holds video.

    Only asked of a file that would not open: it separates "a damaged video" from "not a video at
    all".

    >>> looks_like_video(bytes.fromhex("0000001c66747970") + b"isom"), looks_like_video(b"Dear
    all,") (True, False)
    """
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"):
        return True
    if head[:4] in (b"\x1a\x45\xdf\xa3", b"OggS", b"\x30\x26\xb2\x75", b"\x00\x00\x01\xba"):
        return True
    return (head[:4] == b"RIFF" and head[8:12] == b"AVI ") or head[:3] == b"FLV"


def facts_from_probe(probe: Probe) -> MediaFacts:
    """The facts that follow from a probe.

    Raises: NotAVideo, Broken, NoPicture, NoFrames, as the names say.
    """
    if probe.failure:
        if looks_like_video(bytes.fromhex(probe.head_hex)):
            raise Broken(detail=probe.failure)
        raise NotAVideo(detail=probe.failure)
    video = probe.video
    if video is None:
        raise NoPicture(detail=probe.container)
    if video.frame_count <= 1 and video.codec in _STILL_CODECS and probe.audio is None:
        raise NotAVideo(detail=f"one still picture ({video.codec})")
    if not video.is_decodable or video.frame_count == 0 or video.width < 1 or video.height < 1:
        raise NoFrames(detail=video.codec)
    length_us = video.end_us - video.first_us
    claimed_us = video.claimed_us or probe.claimed_us
    if not probe.is_partial and _is_cut_short(video, length_us=length_us, claimed_us=claimed_us):
        raise Broken(
            detail=f"{length_us // 1000} ms of picture where {claimed_us // 1000} ms are promised"
        )
    if probe.is_partial:
        length_us = max(length_us, claimed_us)
    quarter = video.rotation_deg % 180 == 90
    sar_num, sar_den = (
        (video.sar_num, video.sar_den) if video.sar_num > 0 < video.sar_den else (1, 1)
    )
    fps_num, fps_den, is_constant = _frame_rate(video)
    audio = probe.audio if probe.audio is not None and probe.audio.packet_count else None
    return MediaFacts(
        container=probe.container,
        size_bytes=probe.size_bytes,
        length_ms=max(1, (length_us + 500) // 1000),
        video_index=video.index,
        video_codec=video.codec,
        width=video.height if quarter else video.width,
        height=video.width if quarter else video.height,
        rotation_deg=video.rotation_deg % 360,
        sar_num=sar_den if quarter else sar_num,
        sar_den=sar_num if quarter else sar_den,
        fps_num=fps_num,
        fps_den=fps_den,
        is_constant_rate=is_constant,
        pixel_format=video.pixel_format,
        bit_depth=video.bit_depth,
        color_matrix=_MATRICES.get(video.matrix, "unknown"),
        is_full_range=video.range == _RANGE_FULL,
        is_hdr=video.transfer in _TRANSFERS_HDR,
        is_interlaced=video.is_interlaced,
        has_audio=audio is not None,
        audio_index=audio.index if audio else -1,
        audio_codec=audio.codec if audio else "",
        audio_channels=audio.channels if audio else 0,
    )


def _is_cut_short(video: ProbedVideo, *, length_us: int, claimed_us: int) -> bool:
    """Whether more than a second, and a tenth, of what the container promises is missing."""
    missing_us = claimed_us - length_us
    if missing_us > _CUT_SHORT_MS_MIN * 1000 and missing_us * 10 > claimed_us:
        return True
    missing_frames = video.claimed_frame_count - video.frame_count
    return missing_frames > 1 and missing_frames * 10 > video.claimed_frame_count


# The rates cameras and editors mean, as fractions.
_RATES = (
    (24_000, 1001),
    (24, 1),
    (25, 1),
    (30_000, 1001),
    (30, 1),
    (48, 1),
    (50, 1),
    (60_000, 1001),
    (60, 1),
)


def _frame_rate(video: ProbedVideo) -> tuple[int, int, bool]:
    """The rate to aim for, as (num, den), and whether the source keeps to it.

    A steady source keeps its own rate, counted and not as the container states it, snapped to the
    nearest usual one within 0.5 % and else given in thousandths. One that varies gets the usual
    rate nearest to its median gap, so that the lively parts stay smooth; the average would be
    pulled down by the still ones.
    """
    steady = video.gap_us_p95 - video.gap_us_p05 <= max(2_000, video.gap_us_p50 // 10)
    median = (1_000_000, max(1, video.gap_us_p50 or 40_000))
    if not steady:
        num, den = _usual_rate(*median, off_ppm_max=100_000) or (max(1, _rounded(*median)), 1)
        return num, den, False
    span_us = video.last_us - video.first_us
    counted = ((video.frame_count - 1) * 1_000_000, span_us) if span_us > 0 else median
    # One long gap, as where pieces of a fragmented file meet, misleads the count but not the
    # median.
    usual = _usual_rate(*counted, off_ppm_max=5_000) or _usual_rate(*median, off_ppm_max=5_000)
    if usual is not None:
        return *usual, True
    thousandths = max(1, _rounded(counted[0] * 1000, counted[1]))
    shared = gcd(thousandths, 1000)
    return thousandths // shared, 1000 // shared, True


def _usual_rate(num: int, den: int, *, off_ppm_max: int) -> tuple[int, int] | None:
    """The usual rate nearest to `num / den`, if it is that near."""

    def off_ppm(rate: tuple[int, int]) -> int:
        return abs(num * rate[1] - rate[0] * den) * 1_000_000 // (rate[0] * den)

    best = min(_RATES, key=lambda rate: (off_ppm(rate), rate))
    return best if off_ppm(best) <= off_ppm_max else None


def _rounded(num: int, den: int) -> int:
    return (num + den // 2) // den

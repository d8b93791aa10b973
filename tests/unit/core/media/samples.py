"""Facts and probes to start from; tests change one thing at a time."""

from typing import Any

from plainview.core.media.facts import MediaFacts, Probe, ProbedAudio, ProbedVideo

PHONE_HEAD = "0000001c667479706d70343200000000"


def a_video(**changes: Any) -> ProbedVideo:
    """Five seconds of 1080p at 30 frames a second."""
    told: dict[str, Any] = {
        "index": 0,
        "codec": "h264",
        "width": 1920,
        "height": 1080,
        "rotation_deg": 0,
        "sar_num": 1,
        "sar_den": 1,
        "frame_count": 150,
        "claimed_frame_count": 150,
        "first_us": 0,
        "last_us": 4_966_667,
        "end_us": 5_000_000,
        "claimed_us": 5_000_000,
        "gap_us_p05": 33_333,
        "gap_us_p50": 33_333,
        "gap_us_p95": 33_334,
        "pixel_format": "yuv420p",
        "bit_depth": 8,
        "matrix": 1,
        "transfer": 1,
        "range": 1,
        "is_interlaced": False,
        "is_decodable": True,
    }
    return ProbedVideo(**{**told, **changes})


def a_sound(**changes: Any) -> ProbedAudio:
    told: dict[str, Any] = {
        "index": 1,
        "codec": "aac",
        "channels": 2,
        "rate_hz": 48_000,
        "packet_count": 234,
    }
    return ProbedAudio(**{**told, **changes})


def a_probe(**changes: Any) -> Probe:
    told: dict[str, Any] = {
        "size_bytes": 4_000_000,
        "head_hex": PHONE_HEAD,
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "claimed_us": 5_000_000,
        "video": a_video(),
        "audio": a_sound(),
    }
    return Probe(**{**told, **changes})


def some_facts(**changes: Any) -> MediaFacts:
    told: dict[str, Any] = {
        "container": "mov",
        "size_bytes": 4_000_000,
        "length_ms": 5_000,
        "video_index": 0,
        "video_codec": "h264",
        "width": 1080,
        "height": 1920,
        "rotation_deg": 0,
        "sar_num": 1,
        "sar_den": 1,
        "fps_num": 30,
        "fps_den": 1,
        "is_constant_rate": True,
        "pixel_format": "yuv420p",
        "bit_depth": 8,
        "color_matrix": "bt709",
        "is_full_range": False,
        "is_hdr": False,
        "is_interlaced": False,
        "has_audio": True,
        "audio_index": 1,
        "audio_codec": "aac",
        "audio_channels": 2,
    }
    return MediaFacts(**{**told, **changes})

"""Reads a strange file with PyAV and prints what it says as one line of JSON
(`core.media.facts.Probe`).

Run as a script inside a jail: `python -I -S _jailed_probe.py AV SOURCE FORMATS LENGTH_MS_MAX`.
It decides nothing: it reads every packet's times, decodes as far as the first frame, and stops
reading a little past LENGTH_MS_MAX.
"""

import json
import os
import sys
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import av
    from av.container import InputContainer
    from av.video.stream import VideoStream

_PACKETS_BEFORE_GIVING_UP = 300
_MICROSECONDS = 1_000_000
_ATTACHED_PICTURE = 0x0400


class _Times:
    """The spans of one stream's packets, in microseconds."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.last_length = 0

    def add(self, start_us: int, length_us: int) -> None:
        if not self.starts or start_us >= max(self.starts[-32:]):
            self.last_length = length_us
        self.starts.append(start_us)

    def spans(self) -> dict[str, int]:
        starts = sorted(self.starts)
        gaps = sorted(b - a for a, b in pairwise(starts) if b > a)
        middle = _percentile(gaps, 50)
        last = self.last_length or middle
        return {
            "frame_count": len(starts),
            "first_us": starts[0] if starts else 0,
            "last_us": starts[-1] if starts else 0,
            "end_us": starts[-1] + min(last, _MICROSECONDS) if starts else 0,
            "gap_us_p05": _percentile(gaps, 5),
            "gap_us_p50": middle,
            "gap_us_p95": _percentile(gaps, 95),
        }


def _percentile(ordered: list[int], per_cent: int) -> int:
    return ordered[(len(ordered) - 1) * per_cent // 100] if ordered else 0


def _microseconds(ticks: int | None, base: Fraction | None) -> int:
    return int(ticks * base * _MICROSECONDS) if ticks and base else 0


def _choose_video(container: "InputContainer") -> "VideoStream | None":
    """The first picture stream that is not a cover attached to sound."""
    return next(
        (one for one in container.streams.video if not int(one.disposition) & _ATTACHED_PICTURE),
        None,
    )


def _first_frame(frame: "av.VideoFrame | None") -> dict[str, Any]:
    if frame is None:
        return {"is_decodable": False, "rotation_deg": 0, "matrix": 2, "transfer": 2, "range": 0}
    return {
        "is_decodable": True,
        "rotation_deg": round(frame.rotation) % 360,
        "matrix": int(frame.colorspace),
        "transfer": int(frame.color_trc),
        "range": int(frame.color_range),
        "width": frame.width,
        "height": frame.height,
        "pixel_format": frame.format.name,
        "bit_depth": max(part.bits for part in frame.format.components),
        "is_interlaced": bool(frame.interlaced_frame),
    }


def _describe(stream: "VideoStream") -> dict[str, Any]:
    aspect = stream.sample_aspect_ratio or Fraction(1)
    return {
        "index": stream.index,
        "codec": stream.codec_context.name,
        "width": stream.codec_context.width,
        "height": stream.codec_context.height,
        "sar_num": aspect.numerator,
        "sar_den": aspect.denominator,
        "claimed_frame_count": stream.frames,
        "claimed_us": _microseconds(stream.duration, stream.time_base),
        "pixel_format": stream.codec_context.pix_fmt or "",
        "bit_depth": 8,
        "is_interlaced": False,
    }


def _read(container: "InputContainer", found: dict[str, Any], *, length_ms_max: int) -> None:
    import av

    video = _choose_video(container)
    audio = container.streams.audio[0] if container.streams.audio else None
    found["container"] = container.format.name
    found["claimed_us"] = container.duration or 0
    streams = [stream for stream in (video, audio) if stream is not None]
    times, sound_packets, frame, tried = _Times(), 0, None, 0
    stop_us = (length_ms_max + 2_000) * 1000
    try:
        for packet in container.demux(streams):
            if packet.size == 0:
                continue
            if packet.stream is audio:
                sound_packets += 1
                continue
            start = packet.pts if packet.pts is not None else packet.dts
            if start is not None:
                base = packet.time_base
                times.add(_microseconds(start, base), _microseconds(packet.duration, base))
                if times.starts[-1] - times.starts[0] > stop_us:
                    found["is_partial"] = True
                    break
            if frame is None and tried < _PACKETS_BEFORE_GIVING_UP and video is not None:
                tried += 1
                try:
                    frame = next(iter(video.decode(packet)), None)
                except av.FFmpegError:
                    continue
        if frame is None and video is not None and tried < _PACKETS_BEFORE_GIVING_UP:
            frame = next(iter(video.decode(None)), None)
    except av.FFmpegError as error:
        found["note"] = str(error)
    if video is not None:
        found["video"] = {**_describe(video), **times.spans(), **_first_frame(frame)}
    if audio is not None:
        found["audio"] = {
            "index": audio.index,
            "codec": audio.codec_context.name,
            "channels": audio.codec_context.channels,
            "rate_hz": audio.codec_context.sample_rate or 0,
            "packet_count": sound_packets,
        }


def _import_av(folder: str) -> None:
    """Import PyAV by its own folder: the one around it, with all else installed, is shut."""
    spec = spec_from_file_location(
        "av", f"{folder}/__init__.py", submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["av"] = module
    spec.loader.exec_module(module)


def main(av_folder: str, source: str, formats: str, length_ms_max: int) -> None:
    _import_av(av_folder)
    import av

    av.logging.set_level(None)
    with open(source, "rb") as file:  # noqa: PTH123 - the least that is needed inside
        head = file.read(16)
    found: dict[str, Any] = {"size_bytes": os.stat(source).st_size, "head_hex": head.hex()}  # noqa: PTH116
    options = {"format_whitelist": formats, "protocol_whitelist": "file"}
    try:
        with av.open(source, options=options) as container:
            _read(container, found, length_ms_max=length_ms_max)
    except (av.FFmpegError, ValueError) as error:
        found["failure"] = str(error) or type(error).__name__
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))

"""ffmpeg's argument lists, as pure functions of the plan: what is run can be read and tested
without running it.

Paths are strings the caller chose; each list starts after the program's own name.
"""

from plainview.core.media.facts import MediaFacts
from plainview.core.media.loudness import Loudness, loudness_filter
from plainview.core.media.plan import AUDIO_BITRATE_BPS, Plan, Rendition
from plainview.core.media.sound import SOUND_RATE_HZ, SOUND_S_MAX

# Containers that may be opened at all. Play lists, picture sequences, text and devices are not
# among them.
FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg,ivf,mpegvideo,h264,hevc,mxf"

POSTER_SHORT_EDGE_MAX = 540
POSTER_CANDIDATES_MAX = 12
POSTER_CANDIDATES_PER_S = 4
THUMB_EDGE = 32
DHASH_WIDTH, DHASH_HEIGHT = 9, 8

# (preset, quality) up to a short edge, and above it. At 720 "faster" costs 0.92 s of processor for
# a second of video and "veryfast" 0.50, which is what lets the whole ladder be ready in time on two
# cores. One step of quality more makes up for it in bits.
_CAREFUL_SHORT_EDGE_MAX = 540
_CAREFUL, _QUICK = ("faster", "23"), ("veryfast", "22")
_AUDIO_RATE_HZ = "48000"
# As many on every machine: memory stays within bounds where there are many cores, and the same
# source gives the same bytes.
_THREADS = "4"
_QUIET = ("-nostdin", "-hide_banner", "-nostats", "-filter_complex_threads", "2")


def loudness_args(facts: MediaFacts, *, source: str) -> tuple[str, ...]:
    """First pass over the sound; the figures come on standard error."""
    return (
        *_QUIET,
        "-v",
        "info",
        *_input(source),
        "-map",
        f"0:{facts.audio_index}",
        "-t",
        _seconds(facts.length_ms),
        "-af",
        "aresample=48000,loudnorm=print_format=json",
        "-f",
        "null",
        "-",
    )


def transcode_args(
    plan: Plan,
    renditions: tuple[Rendition, ...],
    *,
    source: str,
    outputs: tuple[str, ...],
    loudness: Loudness | None,
    audio_from: str | None = None,
) -> tuple[str, ...]:
    """Make `renditions` in one run, so that the source is decoded once.

    The sound is encoded from the source, or copied from `audio_from`, a rendition made before: the
    same bytes of sound in every rendition, at no cost.
    """
    facts = plan.facts
    args = [*_QUIET, "-v", "error", "-progress", "pipe:1", *_input(source)]
    if audio_from is not None and facts.has_audio:
        args += ["-i", audio_from]
    args += ["-filter_complex", picture_graph(plan, renditions)]
    for number, (rendition, output) in enumerate(zip(renditions, outputs, strict=True)):
        args += ["-map", f"[v{number}]", *_video_args(plan, rendition)]
        if not facts.has_audio:
            args += ["-an"]
        elif audio_from is not None:
            args += ["-map", "1:a:0", "-c:a", "copy"]
        else:
            args += ["-map", f"0:{facts.audio_index}", *_audio_args(facts, loudness)]
        args += [
            *("-t", _seconds(plan.length_ms), "-map_metadata", "-1", "-map_chapters", "-1"),
            *("-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", "-y", output),
        ]
    return tuple(args)


def hearing_args(*, rendition: str, output: str) -> tuple[str, ...]:
    """Decode the beginning of a rendition's sound into plain samples."""
    return (
        *_QUIET,
        *("-v", "error", *_input(rendition), "-map", "0:a:0", "-t", str(SOUND_S_MAX)),
        *("-ac", "1", "-ar", str(SOUND_RATE_HZ), "-c:a", "pcm_s16le", "-f", "s16le", "-y", output),
    )


def poster_args(
    plan: Plan, *, source: str, jpegs: str, thumbs: str, hashes: str
) -> tuple[str, ...]:
    """Take up to POSTER_CANDIDATES_MAX frames from the start, each as a JPEG, a small RGB picture
    and a 9x8 grey one.

    `jpegs` holds one `%d`; `thumbs` and `hashes` receive the raw pictures one after another.
    """
    shown_width, shown_height = poster_size(plan)
    width, height = thumb_size(shown_width, shown_height)
    shown = f"{_scale(plan.facts, shown_width, shown_height)},{_after_scale(plan.facts)}"
    graph = ";".join(
        (
            f"[0:{plan.facts.video_index}]fps={POSTER_CANDIDATES_PER_S},{shown}split=3[j][t][h]",
            f"[t]scale={width}:{height}:flags=area:in_color_matrix=bt709,format=rgb24[tt]",
            f"[h]scale={DHASH_WIDTH}:{DHASH_HEIGHT}:flags=area,format=gray[hh]",
            # JPEG files are BT.601 at full range, whatever the video was.
            "[j]scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc,format=yuvj420p[jj]",
        )
    )
    frames = ("-frames:v", str(POSTER_CANDIDATES_MAX))
    return (
        *_QUIET,
        "-v",
        "error",
        *("-t", _seconds(POSTER_CANDIDATES_MAX * 1000 // POSTER_CANDIDATES_PER_S + 1000)),
        *_input(source),
        "-filter_complex",
        graph,
        *("-map", "[jj]", *frames, "-c:v", "mjpeg", "-q:v", "4", "-huffman", "optimal"),
        *("-map_metadata", "-1", "-fflags", "+bitexact", "-f", "image2", "-y", jpegs),
        *("-map", "[tt]", *frames, "-c:v", "rawvideo", "-f", "rawvideo", "-y", thumbs),
        *("-map", "[hh]", *frames, "-c:v", "rawvideo", "-f", "rawvideo", "-y", hashes),
    )


def poster_size(plan: Plan) -> tuple[int, int]:
    """The size of the largest rendition with a short edge of at most POSTER_SHORT_EDGE_MAX."""
    fitting = [one for one in plan.renditions if one.short_edge <= POSTER_SHORT_EDGE_MAX]
    shown = fitting[-1] if fitting else plan.renditions[0]
    return shown.width, shown.height


def thumb_size(width: int, height: int) -> tuple[int, int]:
    """The size of the small picture a thumbhash is taken from: the long edge is THUMB_EDGE.

    >>> thumb_size(360, 640)
    (18, 32)
    """
    long = max(width, height)
    return max(1, width * THUMB_EDGE // long), max(1, height * THUMB_EDGE // long)


def picture_graph(plan: Plan, renditions: tuple[Rendition, ...]) -> str:
    """The filter graph: frames at an even pace, one branch per rendition, labelled v0, v1, ..."""
    facts = plan.facts
    head = f"[0:{facts.video_index}]"
    if facts.is_interlaced:
        head += "bwdif=mode=send_frame:deint=interlaced,"
    head += f"fps={plan.fps_num}/{plan.fps_den}"
    if facts.is_hdr:
        largest = renditions[-1]
        head += f",{_scale(facts, largest.width, largest.height)},{_after_scale(facts)}null"
    count = len(renditions)
    labels = "".join(f"[s{number}]" for number in range(count))
    branches = [f"{head},split={count}{labels}"]
    for number, rendition in enumerate(renditions):
        scale = (
            f"scale={rendition.width}:{rendition.height}:flags=bicubic"
            if facts.is_hdr
            else _scale(facts, rendition.width, rendition.height)
        )
        branches.append(f"[s{number}]{scale},setsar=1,format=yuv420p[v{number}]")
    return ";".join(branches)


def _scale(facts: MediaFacts, width: int, height: int) -> str:
    """Scale to a size and, for ordinary video, into BT.709 at limited range."""
    if facts.is_hdr:
        return f"zscale=w={width}:h={height}:f=bicubic"
    matrix = facts.color_matrix
    if matrix == "unknown":
        matrix = "bt709" if min(facts.width, facts.height) >= 720 else "bt601"
    return (
        f"scale={width}:{height}:flags=bicubic:in_color_matrix={matrix}"
        ":out_color_matrix=bt709:out_range=tv"
    )


def _after_scale(facts: MediaFacts) -> str:
    """For high dynamic range:

    down to BT.709 by way of linear light. Ends in a comma unless empty.
    """
    if not facts.is_hdr:
        return ""
    return (
        "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:desat=0,"
        "zscale=t=bt709:m=bt709:r=tv,format=yuv420p,"
    )


def _video_args(plan: Plan, rendition: Rendition) -> tuple[str, ...]:
    gop = str(plan.gop_frames)
    preset, quality = _CAREFUL if rendition.short_edge <= _CAREFUL_SHORT_EDGE_MAX else _QUICK
    return (
        *("-c:v", "libx264", "-profile:v", "high", "-preset", preset, "-crf", quality),
        *("-threads", _THREADS),
        *(
            "-maxrate",
            str(rendition.bitrate_bps_max),
            "-bufsize",
            str(2 * rendition.bitrate_bps_max),
        ),
        *("-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-flags:v", "+cgop+bitexact"),
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        *("-color_range", "tv", "-pix_fmt", "yuv420p", "-tag:v", "avc1"),
    )


def _audio_args(facts: MediaFacts, loudness: Loudness | None) -> tuple[str, ...]:
    filters = [loudness_filter(loudness), f"aresample={_AUDIO_RATE_HZ}:async=1:first_pts=0"]
    return (
        *("-af", ",".join(part for part in filters if part)),
        *("-c:a", "aac", "-b:a", str(AUDIO_BITRATE_BPS), "-ac", str(min(2, facts.audio_channels))),
        *("-ar", _AUDIO_RATE_HZ, "-flags:a", "+bitexact"),
    )


def _input(source: str) -> tuple[str, ...]:
    """Only a local file, and only the containers of FORMATS."""
    return (
        *("-threads", _THREADS, "-protocol_whitelist", "file", "-format_whitelist", FORMATS),
        *("-i", source),
    )


def _seconds(time_ms: int) -> str:
    return f"{time_ms // 1000}.{time_ms % 1000:03d}"

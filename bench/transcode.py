"""How long until a video can be played, beside one plain ffmpeg run that makes 720p alone.

    python bench/transcode.py [FILE ...]

Without files it makes two of eight seconds, 1080x1920 at 30 frames a second: one hard (fine
edges everywhere, moving, with grain), one easy (slow, soft). For each: seconds of wall clock and
of processor, divided by the video's length, until the smallest rendition and the poster are there
("first"), until the whole ladder is ("ladder"), and for the peer ("plain 720p", same preset and
quality, no probe, no jail, no loudness, no poster). To reach: first <= 0.6, ladder <= 1.3, on two
quiet cores.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from plainview.core.media.plan import MediaLimits
from plainview.edge.ffmpeg import FfmpegTools, find_ffmpeg
from plainview.edge.jail import Jail, find_jail
from plainview.flows.make_renditions import FirstPlayable, Planned, make_renditions

FIRST_MAX, LADDER_MAX = 0.6, 1.3
LENGTH_S = 8
HARD = "mandelbrot=s=1080x1920:r=30,trim=end={length_s},noise=c0s=8:c0f=t"
EASY = "gradients=s=1080x1920:r=30:d={length_s}:speed=0.02"


def spent() -> tuple[float, float]:
    """(wall clock, processor time of this process and all it has waited for), in seconds."""
    own, rest = (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    cpu = own.ru_utime + own.ru_stime + rest.ru_utime + rest.ru_stime
    return time.perf_counter(), cpu


def since(start: tuple[float, float]) -> tuple[float, float]:
    now = spent()
    return now[0] - start[0], now[1] - start[1]


def make_source(path: Path, graph: str, *, length_s: int = LENGTH_S) -> Path:
    graph = graph.format(length_s=length_s)
    subprocess.run(
        [
            *(str(find_ffmpeg()), "-v", "error", "-f", "lavfi", "-i", graph, "-f", "lavfi"),
            *("-i", f"sine=f=330:d={length_s}", "-c:v", "libx264", "-preset", "veryfast"),
            *("-crf", "18", "-pix_fmt", "yuv420p", "-c:a", "aac", "-y", str(path)),
        ],
        check=True,
    )
    return path


def plain(source: Path, folder: Path) -> None:
    subprocess.run(
        [
            *(str(find_ffmpeg()), "-v", "error", "-i", str(source), "-vf"),
            "scale='if(lt(iw,ih),min(720,iw),-2)':'if(lt(iw,ih),-2,min(720,ih))'",
            *("-c:v", "libx264", "-preset", "faster", "-crf", "23", "-pix_fmt", "yuv420p"),
            *("-maxrate", "2800k", "-bufsize", "5600k", "-c:a", "aac", "-b:a", "96k"),
            *("-movflags", "+faststart", "-y", str(folder / "plain.mp4")),
        ],
        check=True,
    )


def measure(source: Path, tools: FfmpegTools, row: Callable[..., None]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start, length_s, first = spent(), 1.0, (0.0, 0.0)
        for step in make_renditions(source, tools=tools, limits=MediaLimits(), work=folder):
            if isinstance(step, Planned):
                length_s = step.plan.length_ms / 1000
            elif isinstance(step, FirstPlayable):
                first = since(start)
        ladder = since(start)
        start = spent()
        plain(source, folder)
        peer = since(start)
    row(source.name, length_s, first, ladder, peer)


def main() -> None:
    # Bubblewrap keeps the processor time of what it ran to itself; Landlock does not.
    jail = Jail("landlock")
    if not jail.self_test().is_held:
        jail = find_jail()[0]
        print("processor time is that of the peer alone: bubblewrap does not pass on its own")
    tools = FfmpegTools(jail)
    print(f"jail: {jail.mechanism}; cores: {os.cpu_count()}; load now: {os.getloadavg()[0]:.1f}")
    print("all figures per second of video; wall / processor")
    print(f"{'file':32}{'length':>8}{'first':>14}{'ladder':>14}{'plain 720p':>14}{'load':>7}")

    def row(name: str, length_s: float, *figures: tuple[float, float]) -> None:
        cells = "".join(f"{wall / length_s:7.2f}/{cpu / length_s:<6.2f}" for wall, cpu in figures)
        print(f"{name[:31]:32}{length_s:7.1f}s{cells}{os.getloadavg()[0]:7.1f}", flush=True)

    with tempfile.TemporaryDirectory() as name:
        sources = [Path(arg) for arg in sys.argv[1:]] or [
            make_source(Path(name) / "hard.mp4", HARD),
            make_source(Path(name) / "easy.mp4", EASY),
        ]
        for source in sources:
            measure(source, tools, row)
    print(f"to reach: first <= {FIRST_MAX}, ladder <= {LADDER_MAX} (wall, two quiet cores)")


if __name__ == "__main__":
    main()

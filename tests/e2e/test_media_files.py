"""Real files of every awkward kind, through the jail, to renditions that are looked at."""

import base64
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from plainview.core.media.plan import MediaLimits, Plan, make_plan
from plainview.core.media.refusals import Refusal, TookTooMuch
from plainview.edge.ffmpeg import FfmpegTools
from plainview.edge.jail import Jail, JailedRun, JailLimits, Mechanism, find_jail
from plainview.flows.make_renditions import (
    FirstPlayable,
    MediaStep,
    MoreMade,
    Planned,
    make_renditions,
)
from tests.e2e import media_samples
from tests.e2e.media_samples import ACCEPTED, REFUSED, ffmpeg
from tests.tunes import tune_file

LIMITS = MediaLimits()


@pytest.fixture(scope="module")
def tools() -> FfmpegTools:
    jail, _ = find_jail()
    return FfmpegTools(jail)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


def made_of(source: Path, tools: FfmpegTools, work: Path) -> tuple[Plan, FirstPlayable, list[Path]]:
    """Run the whole flow; the plan, the first playable, and every rendition smallest first."""
    steps: list[MediaStep] = list(make_renditions(source, tools=tools, limits=LIMITS, work=work))
    assert isinstance(steps[0], Planned)
    assert isinstance(steps[1], FirstPlayable)
    paths = [steps[1].made.file.path]
    for step in steps[2:]:
        assert isinstance(step, MoreMade)
        paths += [made.file.path for made in step.made]
    return steps[0].plan, steps[1], paths


def corner_colors(path: Path, *, at_s: float = 0.5) -> dict[str, tuple[int, int, int]]:
    """The colour at the middle of each edge, a moment into the video."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time >= at_s:
                picture = frame.to_ndarray(format="rgb24")
                down, across = picture.shape[:2]
                spots = {
                    "top": picture[8, across // 2],
                    "bottom": picture[down - 8, across // 2],
                    "left": picture[down // 2, 8],
                    "right": picture[down // 2, across - 8],
                }
                return {
                    name: (int(spot[0]), int(spot[1]), int(spot[2])) for name, spot in spots.items()
                }
    raise AssertionError(f"no frame at {at_s} s")


def is_near(color: tuple[int, int, int], wanted: tuple[int, int, int], by: int = 30) -> bool:
    return all(abs(one - other) <= by for one, other in zip(color, wanted, strict=True))


def test_phone_video_to_the_whole_ladder(tools: FfmpegTools, tmp_path: Path, work: Path) -> None:
    """Three seconds of portrait become three faststart H.264 files with even sound and 2-s GOPs."""
    plan, first, paths = made_of(media_samples.phone(tmp_path), tools, work)
    assert [path.name for path in paths] == ["360.mp4", "540.mp4", "720.mp4"]
    for path, rendition in zip(paths, plan.renditions, strict=True):
        with av.open(str(path)) as container:
            picture, sound = container.streams.video[0], container.streams.audio[0]
            assert (picture.codec_context.width, picture.codec_context.height) == (
                rendition.width,
                rendition.height,
            )
            assert picture.codec_context.profile == "High"
            assert picture.codec_context.pix_fmt == "yuv420p"
            assert picture.average_rate == 30
            assert (sound.codec_context.name, sound.codec_context.sample_rate) == ("aac", 48_000)
            packets = [packet for packet in container.demux(picture) if packet.size]
            keys = [at for at, packet in enumerate(packets) if packet.is_keyframe]
            assert keys == [0, 60]
            # Closed: no frame after a key frame is shown before it.
            starts = [packet.pts for packet in packets]
            assert min(start for start in starts[60:] if start is not None) == starts[60]
        printed = ffmpeg("-i", str(path), "-af", "ebur128", "-vn", "-f", "null", "-")
        loudness = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", printed)[-1])
        assert -17.5 < loudness < -14.5
    assert first.poster.file.path.read_bytes()[:2] == b"\xff\xd8"
    assert 15 <= len(base64.b64decode(first.poster.thumbhash_base64)) <= 25


@pytest.mark.parametrize("make", ACCEPTED, ids=lambda make: make.__name__)
def test_awkward_files_are_taken(
    make: Callable[[Path], Path], tools: FfmpegTools, tmp_path: Path, work: Path
) -> None:
    """Each awkward kind becomes renditions of the planned size, in 8 bits, unturned, square."""
    plan, first, paths = made_of(make(tmp_path), tools, work)
    assert sorted(path.name for path in work.iterdir()) == [
        *sorted(path.name for path in paths),
        "poster.jpg",
    ]
    for path, rendition in zip(paths, plan.renditions, strict=True):
        with av.open(str(path)) as container:
            picture = container.streams.video[0]
            frame = next(container.decode(picture))
            assert (frame.width, frame.height) == (rendition.width, rendition.height)
            assert frame.format.name == "yuv420p"
            assert frame.rotation == 0
            assert picture.sample_aspect_ratio in (None, 1)
            assert (int(frame.colorspace), int(frame.color_range)) == (1, 1)
    with av.open(str(first.poster.file.path)) as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == (first.poster.width, first.poster.height)


@pytest.mark.parametrize(
    ("make", "code"), REFUSED, ids=lambda value: getattr(value, "__name__", "")
)
def test_refused_with_a_reason_and_nothing_left(
    make: Callable[[Path], Path], code: str, tools: FfmpegTools, tmp_path: Path, work: Path
) -> None:
    """Each unusable kind is refused with its own reason before anything was written."""
    source = make(tmp_path)
    with pytest.raises(Refusal) as caught:
        list(make_renditions(source, tools=tools, limits=LIMITS, work=work))
    assert caught.value.code == code
    assert list(work.iterdir()) == []


def test_turned_picture_stands_upright(tools: FfmpegTools, tmp_path: Path, work: Path) -> None:
    """Red on the left, turned a quarter to the left for display, is red at the bottom."""
    flat, source = tmp_path / "flat.mp4", tmp_path / "turned.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=c=blue:s=640x360:d=1,drawbox=c=red:w=320:t=fill"),
        *("-c:v", "libx264", "-pix_fmt", "yuv420p", str(flat)),
    )
    ffmpeg("-display_rotation", "90", "-i", str(flat), "-c", "copy", str(source))
    plan, first, paths = made_of(source, tools, work)
    assert (plan.renditions[0].width, plan.renditions[0].height) == (360, 640)
    for path, at_s in ((paths[0], 0.5), (first.poster.file.path, 0.0)):
        colors = corner_colors(path, at_s=at_s)
        assert is_near(colors["bottom"], (255, 0, 0))
        assert is_near(colors["top"], (0, 0, 255))


@pytest.mark.parametrize(
    "args",
    [
        ("-colorspace", "smpte170m", "-vf", "scale=out_color_matrix=bt601"),
        ("-colorspace", "bt709", "-vf", "scale=out_color_matrix=bt709"),
        ("-pix_fmt", "yuvj420p", "-vf", "scale=out_range=pc:out_color_matrix=bt601"),
    ],
    ids=["bt601", "bt709", "full range"],
)
def test_colors_survive(
    args: tuple[str, ...], tools: FfmpegTools, tmp_path: Path, work: Path
) -> None:
    """Orange stays orange from BT.601, BT.709 and full range."""
    source = tmp_path / "orange.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=c=0xE08030:s=320x240:d=1,format=rgb24"),
        *(*args, "-c:v", "libx264", "-crf", "10"),
        *(() if "-pix_fmt" in args else ("-pix_fmt", "yuv420p")),
        str(source),
    )
    _, first, paths = made_of(source, tools, work)
    for path, at_s in ((paths[0], 0.5), (first.poster.file.path, 0.0)):
        frame = work / f"{path.stem}-{path.suffix[1:]}.png"
        ffmpeg("-i", str(path), "-frames:v", "1", "-update", "1", str(frame))
        color = corner_colors(frame, at_s=0.0)["top"]
        assert is_near(color, (0xE0, 0x80, 0x30), by=8), f"{path.name} at {at_s}: {color}"


def test_high_range_is_brought_down(tools: FfmpegTools, tmp_path: Path, work: Path) -> None:
    """A PQ source has the picture of its 8-bit twin, not the grey veil of an unmapped one."""
    plan, _, paths = made_of(media_samples.high_range(tmp_path), tools, work)
    assert plan.facts.is_hdr
    with av.open(str(paths[0])) as container:
        frame = next(container.decode(video=0))
        assert (int(frame.color_trc), int(frame.color_primaries)) == (1, 1)
        gray = frame.to_ndarray(format="gray")
    assert int(gray.max()) - int(gray.min()) > 150


def test_poster_waits_for_something_to_see(tools: FfmpegTools, tmp_path: Path, work: Path) -> None:
    """A video that is black for a second has a poster that is not."""
    _, first, _ = made_of(media_samples.dark_start(tmp_path), tools, work)
    with av.open(str(first.poster.file.path)) as container:
        gray = next(container.decode(video=0)).to_ndarray(format="gray")
    assert gray.mean() > 60


def test_sound_ends_with_the_picture(tools: FfmpegTools, tmp_path: Path, work: Path) -> None:
    """Six seconds of sound under two of picture become two seconds, so that the loop is clean."""
    _, first, _ = made_of(media_samples.long_sound(tmp_path), tools, work)
    found = tools.inspect(first.made.file.path)
    assert found is not None
    assert found.audio_codec == "mp4a"
    assert abs(found.length_ms - 2_000) < 150


def test_where_it_was_filmed_is_not_passed_on(
    tools: FfmpegTools, tmp_path: Path, work: Path
) -> None:
    """Place, title and comment of the source are in no rendition and not in the poster."""
    source = media_samples.with_tone(
        tmp_path / "tagged.mp4",
        *media_samples.FAST,
        *("-metadata", "location=+48.8577+002.2950/", "-metadata", "comment=secretword"),
        *("-metadata", "title=secretword", "-movflags", "use_metadata_tags"),
    )
    assert b"secretword" in source.read_bytes()
    made_of(source, tools, work)
    for path in work.iterdir():
        data = path.read_bytes()
        assert b"secretword" not in data
        assert b"48.8577" not in data


def test_same_source_same_bytes(tools: FfmpegTools, tmp_path: Path, work: Path) -> None:
    """Posters and fingerprints of the same source are equal, so a repeated job changes nothing."""
    source = media_samples.webm(tmp_path)
    _, first, _ = made_of(source, tools, work)
    other = tmp_path / "other"
    other.mkdir()
    _, second, _ = made_of(source, tools, other)
    assert first.poster.file.digest == second.poster.file.digest
    assert first.poster.thumbhash_base64 == second.poster.thumbhash_base64
    assert first.poster.dhash64 == second.poster.dhash64


def test_one_sound_under_other_pictures_is_known_again(
    tools: FfmpegTools, tmp_path: Path, work: Path
) -> None:
    """A tune in another codec, softer, under another picture, gives a sketch near the first one's;
    another tune under the first one's picture does not."""

    def sketch(name: str, seed: int, *args: str, size: str = "320x180") -> NDArray[np.float64]:
        source = tmp_path / name
        sound = tune_file(tmp_path / f"{seed}.wav", seed, s=5)
        picture = media_samples.PICTURE.format(size=size, rate=12, s=5)
        media_samples.ffmpeg(
            *("-v", "error", "-f", "lavfi", "-i", picture, "-i", str(sound)),
            *(*media_samples.FAST, *args, "-shortest", str(source)),
        )
        folder = work / name
        folder.mkdir()
        _, first, _ = made_of(source, tools, folder)
        assert len(first.sound) == 64
        return np.array(first.sound, float)

    first = sketch("first.mp4", 1, "-c:a", "aac", "-b:a", "128k")
    again = sketch("again.mkv", 1, "-c:a", "libvorbis", "-af", "volume=-9dB", size="180x320")
    other = sketch("other.mp4", 2, "-c:a", "aac", "-b:a", "128k")
    length = float(first @ first)
    assert first @ again > 0.5 * length
    assert first @ other < 0.35 * length


class _Tight(Jail):
    """A jail with one bound far too tight for any video."""

    def __init__(self, mechanism: Mechanism, **bounds: int) -> None:
        super().__init__(mechanism)
        self._bounds = bounds

    def run(self, argv: Sequence[str], *, limits: JailLimits, **rest: Any) -> JailedRun:
        tight = {**msgspec.structs.asdict(limits), "wall_s": 20, **self._bounds}
        return super().run(argv, limits=JailLimits(**tight), **rest)


@pytest.mark.parametrize(
    "bounds",
    [{"memory_bytes": 250 * 1024**2}, {"output_bytes": 50_000}, {"cpu_s": 1}, {"wall_s": 1}],
    ids=lambda bounds: next(iter(bounds)),
)
def test_file_that_takes_too_much_is_refused(
    bounds: dict[str, int], tools: FfmpegTools, tmp_path: Path, work: Path
) -> None:
    """A file whose encoding passes a bound is refused as taking too much, and leaves nothing."""
    source = media_samples.with_tone(tmp_path / "long.mp4", size="720x1280", s=6)
    plan = make_plan(tools.probe(source, limits=LIMITS), LIMITS)
    starved = FfmpegTools(_Tight(tools.jail.mechanism, **bounds))
    with pytest.raises(TookTooMuch):
        starved.transcode(
            source,
            plan=plan,
            renditions=plan.renditions,
            loudness=None,
            audio_from=None,
            work=work,
        )
    assert list(work.iterdir()) == []

"""Small files of every awkward kind, made by the ffmpeg that the service uses."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from plainview.edge.ffmpeg import find_ffmpeg

TONE = "sine=f=440:r=48000:d={s}"
PICTURE = "testsrc2=s={size}:r={rate}:d={s}"
FAST = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def ffmpeg(*args: str) -> str:
    """Run ffmpeg on our own input; returns what it says on standard error."""
    run = subprocess.run(
        [str(find_ffmpeg()), "-nostdin", "-hide_banner", "-y", *args],
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stderr


def picture(path: Path, *args: str, size: str = "320x180", rate: int = 30, s: float = 2) -> Path:
    """A moving test picture without sound; `args` come before the output."""
    source = PICTURE.format(size=size, rate=rate, s=s)
    ffmpeg("-v", "error", "-f", "lavfi", "-i", source, *(args or FAST), str(path))
    return path


def with_tone(path: Path, *args: str, size: str = "320x180", rate: int = 30, s: float = 2) -> Path:
    """A moving test picture with a quiet tone."""
    source = PICTURE.format(size=size, rate=rate, s=s)
    ffmpeg(
        *("-v", "error", "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", TONE.format(s=s)),
        *("-af", "volume=-12dB", "-c:a", "aac", *(args or FAST), str(path)),
    )
    return path


def phone(folder: Path) -> Path:
    """Portrait, with sound, tall enough for the whole ladder."""
    return with_tone(folder / "phone.mp4", size="720x1280", s=3)


def rotated(folder: Path) -> Path:
    """Landscape pixels that a phone held upright marks as turned by a quarter."""
    flat = picture(folder / "flat.mp4", size="640x360")
    path = folder / "rotated.mp4"
    ffmpeg("-v", "error", "-display_rotation", "90", "-i", str(flat), "-c", "copy", str(path))
    return path


def odd(folder: Path) -> Path:
    return picture(
        folder / "odd.mkv", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p",
        size="321x241",
    )  # fmt: skip


def wide_pixels(folder: Path) -> Path:
    return picture(folder / "wide.mp4", *FAST, "-vf", "setsar=16/11", size="720x576")


def ten_bit(folder: Path) -> Path:
    return with_tone(
        folder / "ten-bit.mov", "-c:v", "prores_ks", "-profile:v", "2", "-pix_fmt", "yuv422p10le"
    )


def high_range(folder: Path) -> Path:
    """Ten bits, BT.2020, PQ: as a recent phone records."""
    return picture(
        folder / "hdr.mp4",
        *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"),
        *(
            "-x265-params",
            "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
        ),
        size="400x700",
    )


def varying_rate(folder: Path) -> Path:
    """Two seconds at 30 frames a second of which every third is kept for the second half."""
    return picture(
        folder / "varying.mkv",
        *("-vf", "select='lt(t,1)+not(mod(n,3))'", "-fps_mode", "vfr", *FAST),
    )


def many_frames(folder: Path) -> Path:
    return picture(folder / "many.mp4", rate=120, s=1)


def fragmented(folder: Path) -> Path:
    return with_tone(folder / "pieces.mp4", *FAST, "-movflags", "frag_keyframe+empty_moov")


def webm(folder: Path) -> Path:
    path = folder / "clip.webm"
    ffmpeg(
        *("-v", "error", "-f", "lavfi", "-i", PICTURE.format(size="320x180", rate=25, s=2)),
        *("-f", "lavfi", "-i", TONE.format(s=2), "-c:v", "libvpx", "-deadline", "realtime"),
        *("-c:a", "libopus", str(path)),
    )
    return path


def interlaced(folder: Path) -> Path:
    return picture(
        folder / "laced.mpg",
        *("-vf", "interlace", "-c:v", "mpeg2video", "-flags", "+ildct+ilme"),
        size="320x240",
        rate=50,
    )


def dark_start(folder: Path) -> Path:
    """A second of black before anything is to be seen."""
    return picture(folder / "dark.mp4", "-vf", "drawbox=c=black:t=fill:enable='lt(t,1)'", *FAST)


def long_sound(folder: Path) -> Path:
    """Two seconds of picture under six of sound."""
    path = folder / "long-sound.mp4"
    ffmpeg(
        *("-v", "error", "-f", "lavfi", "-i", PICTURE.format(size="320x180", rate=30, s=2)),
        *("-f", "lavfi", "-i", TONE.format(s=6), *FAST, "-c:a", "aac", str(path)),
    )
    return path


def strange_name(folder: Path) -> Path:
    return picture(folder / "-i %03d; $(touch x) 'é\".mp4")


ACCEPTED: list[Callable[[Path], Path]] = [
    rotated, odd, wide_pixels, ten_bit, high_range, varying_rate, many_frames, fragmented, webm,
    interlaced, dark_start, long_sound, strange_name,
]  # fmt: skip


def text_named_mp4(folder: Path) -> Path:
    path = folder / "letter.mp4"
    path.write_text("Dear all,\nthis is not a video.\n" * 50)
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def play_list(folder: Path) -> Path:
    """A play list that would have the reader open another file."""
    path = folder / "list.mp4"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n")
    return path


def file_list(folder: Path) -> Path:
    path = folder / "files.mp4"
    path.write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    return path


def cut_without_index(folder: Path) -> Path:
    """The index came last, and the last half is gone."""
    whole = with_tone(folder / "whole.mp4").read_bytes()
    path = folder / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def cut_with_index(folder: Path) -> Path:
    """The index came first, so the file opens and promises more than is there."""
    whole = with_tone(folder / "fast.mp4", *FAST, "-movflags", "+faststart", s=4).read_bytes()
    path = folder / "half.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def noise_after_head(folder: Path) -> Path:
    """An index that is right over pictures that are noise."""
    path = picture(folder / "noise.mp4", *FAST, "-movflags", "+faststart")
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = bytes(at * 97 % 251 for at in range(len(data) - start))
    path.write_bytes(data)
    return path


def sound_only(folder: Path) -> Path:
    path = folder / "song.m4a"
    ffmpeg("-v", "error", "-f", "lavfi", "-i", TONE.format(s=2), "-c:a", "aac", str(path))
    return path


def sound_with_cover(folder: Path) -> Path:
    """A song with a picture attached to it."""
    cover, path = folder / "cover.jpg", folder / "album.m4a"
    ffmpeg(
        *("-v", "error", "-f", "lavfi", "-i", "testsrc2=s=200x200:d=1:r=1"),
        *("-frames:v", "1", "-update", "1", str(cover)),
    )
    ffmpeg(
        *("-v", "error", "-i", str(sound_only(folder)), "-i", str(cover), "-map", "0", "-map", "1"),
        *("-c", "copy", "-disposition:v:0", "attached_pic", str(path)),
    )
    return path


def still(folder: Path) -> Path:
    path = folder / "still.png"
    ffmpeg(
        *("-v", "error", "-f", "lavfi", "-i", "testsrc2=s=200x200:d=1:r=1"),
        *("-frames:v", "1", "-update", "1", str(path)),
    )
    return path


def too_long(folder: Path) -> Path:
    return picture(folder / "long.mp4", size="64x64", rate=1, s=182)


def too_short(folder: Path) -> Path:
    return picture(folder / "short.mp4", s=0.2)


def one_pixel(folder: Path) -> Path:
    return picture(folder / "pixel.mkv", "-vf", "format=rgb24,crop=1:1", "-c:v", "png")


REFUSED: list[tuple[Callable[[Path], Path], str]] = [
    (text_named_mp4, "not_a_video"),
    (empty, "not_a_video"),
    (play_list, "not_a_video"),
    (file_list, "not_a_video"),
    (still, "not_a_video"),
    (cut_without_index, "broken"),
    (cut_with_index, "broken"),
    (noise_after_head, "no_frames"),
    (sound_only, "no_picture"),
    (sound_with_cover, "no_picture"),
    (too_long, "too_long"),
    (too_short, "too_short"),
    (one_pixel, "too_small"),
]

"""One MP4 from a scene: frames through a pipe, sound from a WAV beside it, renamed into place when
whole.
"""

import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from .canvas import CX, FPS, H, W, as_bytes
from .scene import Scene
from .sound import RATE, Wave, mix_notes

# Scenes are drawn around x = CX, left of the middle. Cutting the strip at the right that holds
# nothing of note, and as large a share of the height, brings what is drawn to the middle.
KEPT_W = 2 * CX
KEPT_H = KEPT_W * H // W
TO_MIDDLE = f"crop={KEPT_W}:{KEPT_H}:0:{(H - KEPT_H) // 4}"
COLOURS = "flags=lanczos:out_color_matrix=bt709:out_range=tv"


class ClipFailed(Exception):
    """ffmpeg would not write the clip; the message holds its last words. Nothing is left at the
    path.
    """


def write_wav(sound: Wave, path: Path) -> None:
    """Write stereo samples of -1..1 as 16-bit PCM."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def write_clip(scene: Scene, path: Path) -> None:
    """Render `scene` to an MP4 (H.264 540x960 24 fps, AAC stereo) at `path`, atomically.

    Raises: ClipFailed: the encoder stopped; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".clip-") as folder:
        sound = Path(folder) / "sound.wav"
        whole = Path(folder) / "clip.mp4"
        write_wav(mix_notes(scene.notes, scene.count / FPS, room=scene.room), sound)
        command = [
            get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{W}x{H}", "-r", str(FPS), "-i", "-",
            "-i", str(sound),
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "1",
            "-pix_fmt", "yuv420p", "-vf", f"{TO_MIDDLE},scale={W}:{H}:{COLOURS}",
            "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-c:a", "aac", "-b:a", "128k", "-map_metadata", "-1",
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
            "-movflags", "+faststart", str(whole),
        ]  # fmt: skip
        errors = Path(folder) / "errors.txt"
        with (
            errors.open("wb") as said,
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
            ) as encoder,
        ):
            assert encoder.stdin is not None
            try:
                for i in range(scene.count):
                    encoder.stdin.write(as_bytes(scene.frame(i)).tobytes())
                encoder.stdin.close()
            except BrokenPipeError:
                encoder.kill()
            except BaseException:
                encoder.kill()
                raise
        if encoder.returncode != 0:
            raise ClipFailed(errors.read_text(errors="replace")[-600:] or "the encoder stopped")
        whole.replace(path)

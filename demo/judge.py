"""Pages for judging blind: three stills and a spectrogram of each of many clips, without labels.

`python -m demo.judge CLIPS_DIR OUT_DIR [--count 40] [--seed 1]` shuffles them and writes
`page-1.png` ... and `key.json`.
Whoever judges writes down a topic for every number before opening the key.
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe
from numpy.typing import NDArray
from PIL import Image

from .canvas import FPS, Bytes, H, Ink, W, ramp, rgb
from .catalog import CLIP_BY_KEY

STILLS_AT = (0.12, 0.45, 0.78)
HEARD_RATE = 16_000
STILL_W, SPECTRUM_W, PER_PAGE = 132, 300, 8


def _decode(path: Path, *wanted: str) -> bytes:
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-nostdin", "-i", str(path), *wanted, "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def stills(path: Path) -> list[Image.Image]:
    """Three frames of a made clip: early, middle, late."""
    raw = _decode(path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-vf", f"fps={FPS}", "-an")
    frames: Bytes = np.frombuffer(raw, np.uint8).reshape(-1, H, W, 3)
    return [Image.fromarray(frames[int(at * len(frames))]) for at in STILLS_AT]


def spectrogram(sound: NDArray[np.float64], *, width: int, height: int) -> Image.Image:
    """Loudness over time (left to right) and pitch (60 Hz at the foot to 8 kHz at the top).

    Args: sound: mono samples at `HEARD_RATE`, at least 2,048 of them.
    """
    size, hop = 2048, max(1, (len(sound) - 2048) // width)
    window = np.hanning(size)
    columns = [np.abs(np.fft.rfft(sound[k * hop : k * hop + size] * window)) for k in range(width)]
    power = 20 * np.log10(np.stack(columns, 1) + 1e-4)
    bins = np.geomspace(60, HEARD_RATE / 2 - 1, height)[::-1] * size / HEARD_RATE
    level = power[np.clip(bins.astype(int), 0, size // 2)]
    top = float(level.max())
    shade = np.clip((level - top + 62) / 62, 0, 1)
    table = ramp([rgb(c) for c in ("05050c", "2a1a5e", "b5367a", "fb8861", "fcfdbf")], 256)
    return Image.fromarray(table[(shade * 255).astype(np.uint8)])


def _row(path: Path, number: int) -> Image.Image:
    tall = STILL_W * H // W
    row = Image.new("RGB", (64 + 3 * (STILL_W + 6) + SPECTRUM_W, tall + 8), (250, 250, 250))
    Ink(row, 1).words(30, tall / 2, str(number), 34, (20, 20, 20))
    for k, still in enumerate(stills(path)):
        small = still.resize((STILL_W, tall), Image.Resampling.LANCZOS)
        row.paste(small, (60 + k * (STILL_W + 6), 4))
    heard = np.frombuffer(
        _decode(path, "-f", "s16le", "-ac", "1", "-ar", str(HEARD_RATE), "-vn"), "<i2"
    )
    picture = spectrogram(heard / 32768.0, width=SPECTRUM_W, height=tall)
    row.paste(picture, (60 + 3 * (STILL_W + 6), 4))
    return row


def write_pages(clips: Path, out: Path, *, count: int, seed: int) -> int:
    """Draw pages and the key for `count` of the clips in `clips`; the number of pages.

    Raises: ValueError: fewer than `count` known clips are there.
    """
    known = sorted(p for p in clips.glob("*.mp4") if p.stem in CLIP_BY_KEY)
    if len(known) < count:
        raise ValueError(f"{clips} holds {len(known)} clips; {count} are needed")
    order = np.random.default_rng(seed).permutation(len(known))[:count]
    chosen = [known[int(k)] for k in order]
    out.mkdir(parents=True, exist_ok=True)
    pages = [chosen[k : k + PER_PAGE] for k in range(0, count, PER_PAGE)]
    for number, paths in enumerate(pages):
        rows = [_row(p, number * PER_PAGE + k + 1) for k, p in enumerate(paths)]
        page = Image.new("RGB", (rows[0].width, sum(r.height for r in rows)), (250, 250, 250))
        for k, row in enumerate(rows):
            page.paste(row, (0, k * row.height))
        page.save(out / f"page-{number + 1}.png")
    key = {
        str(k + 1): {"key": p.stem, "topic": CLIP_BY_KEY[p.stem].topic}
        for k, p in enumerate(chosen)
    }
    (out / "key.json").write_text(json.dumps(key, indent=1) + "\n")
    return len(pages)


def main() -> int:
    """Run the command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo.judge", description=__doc__)
    parser.add_argument("clips", type=Path, help="folder of clips made by `python -m demo --out`")
    parser.add_argument("out", type=Path, help="folder for the pages and the key")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(
        write_pages(asked.clips, asked.out, count=asked.count, seed=asked.seed),
        f"pages in {asked.out}",
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

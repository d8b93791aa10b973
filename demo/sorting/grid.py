"""A shuffled picture: every row (or column) sorts itself, all at once, until the sunset is back."""

import math

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, Sheet, bloom, ease, lift
from ..scene import Scene, dice, frame_count
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import WHITE, colours, ground
from .steps import run_sort

PICTURES = ("waves", "rings", "heart", "sunset", "zigzag")
NAMES = ("bubble", "quick", "shell", "heap", "insertion", "comb")


def _picture(kind: str, rows: int, cols: int) -> Floats:
    """Brightness 0..1 of the finished picture, shape (rows, cols)."""
    y, x = np.mgrid[0:rows, 0:cols].astype(float)
    u, v = x / (cols - 1) - 0.5, y / (rows - 1) - 0.5
    v *= rows / cols
    if kind == "waves":
        t = 0.5 + 0.5 * np.sin(v * 9 + 2.2 * np.sin(u * 6.3))
    elif kind == "rings":
        t = (np.hypot(u, v) * 2.2) % 1
    elif kind == "heart":
        w = -v * 1.25 + 0.12
        f = (u * u * 5.4 + w * w * 5.4 - 0.55) ** 3 - (u * u) * (w**3) * 60
        t = np.where(f < 0, 0.86 + 0.14 * np.cos(5 * u), 0.16 + 0.22 * (v + 0.6))
    elif kind == "sunset":
        sun = (np.hypot(u, v - 0.14) < 0.3) & (v < 0.14)
        sea = (v > 0.14) & (np.abs(u) < 0.3 - 0.4 * (v - 0.14)) & (np.floor(v * 19) % 2 == 1)
        t = np.where(sun | sea, 1.0, np.where(v > 0.14, 0.2 - 0.2 * v, 0.36 + 0.5 * (v + 0.6)))
    else:
        t = (v * 2.2 + 0.4 * np.abs((u * 6) % 2 - 1)) % 1
    return np.asarray(np.clip(t, 0, 1), dtype=np.float64)


def build(spec: ClipSpec) -> Scene:
    """Every line of tiles has its own shuffle and the same algorithm."""
    count = frame_count(spec.length_s)
    rng = dice("sort-grid", spec.seed)
    rows, cols = ((26, 18), (18, 12), (32, 22))[spec.seed % 3]
    kind = PICTURES[spec.seed % len(PICTURES)]
    name = NAMES[(spec.seed * 5 + 1) % len(NAMES)]
    upright = spec.seed % 2 == 1
    lines, places = (cols, rows) if upright else (rows, cols)
    goal = _picture(kind, rows, cols)
    runs = [run_sort(name, [int(v) for v in rng.permutation(places)]) for _ in range(lines)]
    sorting = round(count * 0.7)
    most = max(len(r.states) for r in runs)
    delay = [0.22 * k / lines * most for k in range(lines)]
    pace = most * 1.22 / sorting
    table = colours(spec.seed + 2, 256)
    tone = table[np.clip(goal * 255, 0, 255).astype(int)]
    tile = min(424 / cols, 580 / rows)
    left, top = 250 - tile * cols / 2, 430 - tile * rows / 2
    round_tiles = spec.seed % 4 == 2

    def at(k: int, i: float) -> int:
        return max(0, min(len(runs[k].states) - 1, int((i + 1) * pace - delay[k])))

    notes = []
    for i in range(0, sorting, 1):
        k = (i * 7) % lines
        s = at(k, i)
        if 0 < s < len(runs[k].states) - 1:
            notes.append(
                Note(
                    i / FPS,
                    "chip",
                    170 * 2 ** (2.6 * runs[k].states[s][runs[k].touched[s][1]] / places),
                    0.3,
                    k / lines - 0.5,
                )
            )
    for k in range(lines):
        done = next((i for i in range(count) if at(k, i) >= len(runs[k].states) - 1), sorting)
        if k % max(1, lines // 16) == 0:
            notes.append(
                Note(
                    done / FPS,
                    "chip",
                    degree(k * 16 // lines, root_hz=294, scale=PENTA),
                    0.4,
                    k / lines - 0.5,
                )
            )
    notes += [
        Note((sorting + 3 + 2 * k) / FPS, "chip", degree(2 * k + 4, root_hz=294, scale=PENTA), 0.5)
        for k in range(5)
    ]
    notes.append(Note(count * 0.88 / FPS, "swish", 1000, 0.35, 0, 0.7))
    sheet = Sheet(ground(spec.seed + 3))

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        wave = (i - sorting) / (count * 0.12)
        home = ease((i - count * 0.86) / (count * 0.14 - 1))
        for k in range(lines):
            s = at(k, i)
            state = runs[k].states[s]
            hot = runs[k].touched[s] if 0 < s < len(runs[k].states) - 1 else ()
            start = runs[k].states[0] if home else ()
            slot = {v: p for p, v in enumerate(start)}
            for place in range(places):
                who = state[place]
                spot = place + (slot[who] - place) * home if home else float(place)
                r, c = (spot, k) if upright else (k, spot)
                red, green, blue = tone[(who, k) if upright else (k, who)]
                paint = (int(red), int(green), int(blue))
                size = tile * 0.46
                if place in hot:
                    paint, size = WHITE, tile * 0.56
                if 0 < wave < 1.4:
                    size *= 1 + 0.22 * math.exp(-((k / lines - wave) ** 2) * 60)
                x, y = left + (c + 0.5) * tile, top + (r + 0.5) * tile
                if round_tiles:
                    ink.disc(x, y, size, paint)
                else:
                    ink.box(x - size, y - size, x + size, y + size, paint)
        return bloom(lift(ink), strength=0.4, floor=110)

    return Scene(count, frame, notes, room=0.08)

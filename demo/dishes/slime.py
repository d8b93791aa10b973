"""Slime mould: thousands of blind walkers who follow each other's smell between oat flakes."""

import math

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, Ink, Singles, mix, see_through
from ..scene import Scene, dice, frame_count, iris_home
from ..sound import MINOR, PENTA, Note, degree
from ..spec import ClipSpec
from .look import BENCHES, DR, DX, DY, bench, glass, round_mask

SIDE = 250


def _blur(a: Singles) -> Singles:
    out = a.copy()
    out[1:-1] = (a[:-2] + a[1:-1] + a[2:]) / 3
    b = out.copy()
    b[:, 1:-1] = (out[:, :-2] + out[:, 1:-1] + out[:, 2:]) / 3
    return b


def _film(
    spec: ClipSpec, count: int, oats: list[tuple[float, float]]
) -> tuple[list[Singles], list[tuple[int, int]]]:
    """The smell at each frame, and (frame, oat) for each oat when it is found."""
    rng = dice("dish-slime", spec.seed)
    n = 6500
    sense = (9.0, 6.0, 14.0)[spec.seed % 3]
    look_aside, turn = (0.6, 0.8, 0.45)[spec.seed % 3], (0.7, 0.8, 0.5)[spec.seed % 3]
    c = SIDE / 2
    a = rng.uniform(0, 2 * math.pi, n)
    r = (c - 8) * np.sqrt(rng.uniform(0, 1, n))
    x, y = c + r * np.cos(a), c + r * np.sin(a)
    a = rng.uniform(0, 2 * math.pi, n)
    smell = np.zeros((SIDE, SIDE), np.float32)
    inside = round_mask(SIDE)
    yy, xx = np.mgrid[0:SIDE, 0:SIDE]
    food = sum(
        (np.exp(-((xx - ox) ** 2 + (yy - oy) ** 2) / 80.0) for ox, oy in oats),
        np.zeros((SIDE, SIDE)),
    ).astype(np.float32)
    film, found, seen = [], [], set()

    def nose(way: Floats) -> Floats:
        px = np.clip(x + sense * np.cos(way), 0, SIDE - 1).astype(int)
        py = np.clip(y + sense * np.sin(way), 0, SIDE - 1).astype(int)
        got: Floats = np.minimum(smell[py, px], 0.45) * inside[py, px]
        return got

    for i in range(count):
        film.append(smell.copy())
        for _ in range(2 if i < count * 0.22 else 1):
            ahead, left, right = nose(a), nose(a - look_aside), nose(a + look_aside)
            best_left, best_right = (
                (left > ahead) & (left > right),
                (right > ahead) & (right >= left),
            )
            a = a + turn * (best_right.astype(float) - best_left) + rng.normal(0, 0.2, n)
            x, y = x + 1.5 * np.cos(a), y + 1.5 * np.sin(a)
            out = np.hypot(x - c, y - c) > c - 4
            a = np.where(out, np.arctan2(c - y, c - x) + rng.uniform(-0.6, 0.6, n), a)
            x = np.where(out, c + (x - c) * 0.985, x)
            y = np.where(out, c + (y - c) * 0.985, y)
            np.add.at(smell, (y.astype(int), x.astype(int)), 0.09)
            smell += 0.02 * food
            smell = (0.45 * smell + 0.55 * _blur(smell)) * np.float32(0.92)
        for k, (ox, oy) in enumerate(oats):
            if k not in seen and i > 3 and int((np.hypot(x - ox, y - oy) < 7).sum()) > 25:
                seen.add(k)
                found.append((i, k))
    return film, found


def build(spec: ClipSpec) -> Scene:
    """Every flake that is found sounds; the veins pulse with a low drop."""
    count = frame_count(spec.length_s)
    rng = dice("slime-oats", spec.seed)
    look = BENCHES[(spec.seed + 2) % len(BENCHES)]
    flakes = (9, 12, 7)[spec.seed % 3]
    oats = []
    for k in range(flakes):
        r, a = (
            SIDE * (0.42 * math.sqrt((k + 0.5) / flakes)),
            2.4 * k + float(rng.uniform(-0.3, 0.3)),
        )
        oats.append((SIDE / 2 + r * math.cos(a), SIDE / 2 + r * math.sin(a)))
    film, found = _film(spec, count, oats)
    root = 196.0 * 2 ** (spec.seed % 5 / 12)
    scale = (PENTA, MINOR)[spec.seed % 2]
    notes = [
        Note(
            i / FPS, "bloop", degree(n * 2, root_hz=root, scale=scale), 0.6, oats[k][0] / SIDE - 0.5
        )
        for n, (i, k) in enumerate(found)
    ]
    beat = 24 * 60 / 96
    for k in range(int(count / beat)):
        notes.append(
            Note(
                k * beat / FPS, "bloop", root / 2 * (1.0 if k % 4 else 0.75), 0.34, (-1) ** k * 0.4
            )
        )
        notes.append(
            Note(
                (k + 0.5) * beat / FPS,
                "bloop",
                degree(k % 5 + 5, root_hz=root, scale=scale),
                0.14,
                0.5 - k % 2,
            )
        )
    vein = (look.life[5 - 1] if spec.seed % 2 else look.life[0], look.life[1], look.life[2])[
        spec.seed % 3
    ]
    stops = np.array(
        [look.jelly, mix(vein, look.jelly, 0.55), vein, mix(vein, (30, 20, 10), 0.45)], float
    )
    lut = np.stack(
        [np.interp(np.linspace(0, 1, 256), (0.0, 0.22, 0.55, 1.0), stops[:, k]) for k in range(3)],
        1,
    ).astype(np.uint8)
    sheet = bench(look).ink().image.reduce(2)
    size = round(DR * 2)
    yy, xx = np.mgrid[0:size, 0:size] - (size - 1) / 2
    disc = Image.fromarray((np.clip(DR - np.hypot(xx, yy), 0, 1) * 255).astype(np.uint8))

    def frame(i: int) -> Image.Image:
        field = np.asarray(Image.fromarray(film[i]).resize((size, size), Image.Resampling.BICUBIC))
        pulse = 1 + 0.12 * math.sin(2 * math.pi * i / beat)
        tone = lut[np.clip(np.sqrt(np.maximum(field, 0)) * 200 * pulse, 0, 255).astype(np.uint8)]
        image = sheet.copy()
        image.paste(Image.fromarray(tone), (round(DX - size / 2), round(DY - size / 2)), disc)
        ink = Ink(image, 1)
        got = {k: f for f, k in found if f <= i}
        for k, (ox, oy) in enumerate(oats):
            px, py = DX + (ox / SIDE - 0.5) * size, DY + (oy / SIDE - 0.5) * size
            age = i - got[k] if k in got else -1
            if 0 <= age < 14:
                ink.ring(px, py, 10 + 3 * age, 3, see_through(look.life[3], 1 - age / 14))
            ink.oval(px + 1, py + 2, 9, 7, (60, 40, 20, 60))
            ink.oval(
                px, py, 8.5, 6.5, mix((226, 190, 132), look.life[5 - 1], 0.0 if age < 0 else 0.35)
            )
            ink.oval(px - 2, py - 1.5, 4, 2.6, (246, 224, 180))
        return glass(image)

    return Scene(count, iris_home(frame, count, cx=DX, cy=DY), notes)

"""Gray-Scott: two chemicals that grow spots, stripes and labyrinths, as on fish and leopards."""

import math
from itertools import pairwise

import numpy as np
from PIL import Image

from ..canvas import FPS, RGB, Ink, Singles, mix
from ..scene import Scene, dice, frame_count, iris_home
from ..sound import MINOR, PENTA, Note, degree
from ..spec import ClipSpec
from .look import BENCHES, DR, DX, DY, bench, glass, round_mask

SIDE = 176
# feed, kill, steps a frame: coral, spots that split, worms, holes, a maze
RECIPES = (
    (0.0545, 0.062, 22),
    (0.0367, 0.0649, 26),
    (0.046, 0.063, 24),
    (0.039, 0.058, 20),
    (0.029, 0.057, 22),
    (0.026, 0.055, 20),
)


def _spread(a: Singles) -> Singles:
    """The nine-point Laplacian; the rim is held still by the dish."""
    out = np.zeros_like(a)
    c = a[1:-1, 1:-1]
    cross = a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:]
    diagonal = a[:-2, :-2] + a[:-2, 2:] + a[2:, :-2] + a[2:, 2:]
    out[1:-1, 1:-1] = 0.2 * cross + 0.05 * diagonal - c
    return out


def _film(spec: ClipSpec, count: int) -> tuple[list[Singles], list[tuple[float, float]]]:
    """The second chemical at each frame, and where the drops fell."""
    rng = dice("dish-reaction", spec.seed)
    feed, kill, steps = RECIPES[spec.seed % len(RECIPES)]
    u = np.ones((SIDE, SIDE), np.float32)
    v = np.zeros((SIDE, SIDE), np.float32)
    yy, xx = np.mgrid[0:SIDE, 0:SIDE]
    inside = round_mask(SIDE)
    layout = spec.seed // 2 % 3
    drops = []
    for k in range((11, 16, 9)[layout]):
        a = 2 * math.pi * k / (11, 16, 9)[layout]
        r = (0.5, 0.72, 0.33)[layout] * SIDE / 2 * (1 if layout < 2 else k / 4)
        x, y = SIDE / 2 + r * math.cos(a), SIDE / 2 + r * math.sin(a)
        if layout == 0:
            x, y = (float(q) for q in rng.uniform(SIDE * 0.18, SIDE * 0.82, 2))
        drops.append((x, y))
        spot = np.hypot(xx - x, yy - y) < rng.uniform(3, 8)
        u[spot], v[spot] = 0.5, 0.28
    film = []
    for i in range(count):
        film.append(v.copy())
        for _ in range(steps - 2 + (20 if i < 8 else 0)):
            react = u * v * v
            u += 1.0 * _spread(u) - react + feed * (1 - u)
            v += 0.5 * _spread(v) + react - (feed + kill) * v
        u = np.where(inside > 0, u, 1).astype(np.float32)
        v *= inside
    return film, drops


def build(spec: ClipSpec) -> Scene:
    """Each drop and each new stretch of growth is heard."""
    count = frame_count(spec.length_s)
    look = BENCHES[(spec.seed * 2) % len(BENCHES)]
    film, drops = _film(spec, count)
    skin: tuple[RGB, ...] = (
        look.jelly,
        mix(look.life[0], look.jelly, 0.35),
        look.life[spec.seed % 2],
        mix(look.life[3], look.life[0], 0.4),
    )
    stops = np.array(skin, float)
    lut = np.stack(
        [np.interp(np.linspace(0, 1, 256), (0.0, 0.28, 0.55, 1.0), stops[:, k]) for k in range(3)],
        1,
    ).astype(np.uint8)
    sheet = bench(look).ink().image.reduce(2)
    size = round(DR * 2)
    yy, xx = np.mgrid[0:size, 0:size] - (size - 1) / 2
    disc = Image.fromarray((np.clip(DR - np.hypot(xx, yy), 0, 1) * 255).astype(np.uint8))
    root = 174.6 * 2 ** (spec.seed % 5 / 12)
    scale = (PENTA, MINOR)[spec.seed % 2]
    notes = [
        Note(0.02 + 0.03 * k, "bloop", degree(k, root_hz=root, scale=scale), 0.5, (x / SIDE - 0.5))
        for k, (x, y) in enumerate(drops)
    ]
    stir = np.cumsum([0.0] + [float(np.abs(b - a).sum()) for a, b in pairwise(film)])
    rung, whole = 0, float(stir[-1]) + 1e-6
    for i in range(1, count - 12):
        while stir[i] / whole > (rung + 1) / 34:
            rung += 1
            fresh = np.argwhere((film[i] > 0.12) & (film[i - 1] <= 0.12))
            side = float(fresh[:, 1].mean() / SIDE - 0.5) * 3 if len(fresh) else 0.0
            notes.append(
                Note(i / FPS, "bloop", degree(rung % 15, root_hz=root, scale=scale), 0.42, side)
            )

    def frame(i: int) -> Image.Image:
        field = Image.fromarray(film[i]).resize((size, size), Image.Resampling.BICUBIC)
        v = np.asarray(field)
        tone = lut[np.clip(v * 640, 0, 255).astype(np.uint8)].astype(np.float32)
        light = np.zeros_like(v)
        light[1:-1, 1:-1] = (v[2:, 2:] - v[:-2, :-2]) * 900
        tone += np.clip(light, -42, 70)[..., None]
        image = sheet.copy()
        image.paste(
            Image.fromarray(np.clip(tone, 0, 255).astype(np.uint8)),
            (round(DX - size / 2), round(DY - size / 2)),
            disc,
        )
        if i < 10:
            ink = Ink(image, 1)
            for x, y in drops:
                px, py = DX + (x / SIDE - 0.5) * size, DY + (y / SIDE - 0.5) * size
                ink.ring(px, py, 8 + 5 * i, 2, (*look.life[0], 200 - 20 * i))
        return glass(image)

    return Scene(count, iris_home(frame, count, cx=DX, cy=DY), notes)

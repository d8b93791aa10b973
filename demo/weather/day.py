"""A whole day over small hills: sun, birds that sing as they pass, dusk, lamps, stars, and round
again.
"""

import math

from PIL import Image

from ..canvas import RGB, Ink, W, bloom, mix, rgb
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import flap, gradient, land, lay, paint_land

# Sky top, sky foot, far hills, near hills, at: dawn, noon, dusk, night.
DAYS: tuple[tuple[tuple[str, str, str, str], ...], ...] = (
    (
        ("6d83b5", "fbc2a0", "b58a9b", "3d3a55"),
        ("5fa8d3", "e3f2f5", "93b7a5", "2f5d50"),
        ("43407a", "f6865a", "8a5a77", "2c2240"),
        ("0b1330", "263a63", "20305a", "0a1024"),
    ),
    (
        ("8a7fa8", "ffd9a8", "c7a29a", "5a4a4a"),
        ("7cc4c4", "fdf3d5", "b9c68f", "5b7a3c"),
        ("5b3a66", "ff9a6b", "a0607a", "3a2440"),
        ("101436", "35305c", "2a2a56", "0c0c22"),
    ),
    (
        ("7393a7", "f7e1c4", "9fb3b0", "34504f"),
        ("6cb2d6", "f2fbff", "a8cbd0", "3b6b73"),
        ("2b4162", "f6ae6b", "7a6f86", "243047"),
        ("070f26", "1d3557", "1a2c4c", "060c1c"),
    ),
)


def _at(day: tuple[tuple[str, str, str, str], ...], u: float, k: int) -> RGB:
    """Colour k of the day at u (0 dawn, 0.25 noon, 0.5 dusk, 0.75 night), blended."""
    step, rest = divmod((u % 1) * 4, 1)
    a, b = int(step) % 4, (int(step) + 1) % 4
    return mix(rgb(day[a][k]), rgb(day[b][k]), rest * rest * (3 - 2 * rest))


def build(spec: ClipSpec) -> Scene:
    """One day per clip, so that it closes; birds sing while they can be seen, crickets by night."""
    count = frame_count(spec.length_s)
    rng = dice("weather-day", spec.seed)
    day = DAYS[spec.seed % len(DAYS)]
    start = (0.0, 0.42, 0.12)[spec.seed // 3 % 3]
    masks, lines = land(
        rng, trees=("pine", "round", "grass")[spec.seed % 3], top=430 + 40 * float(rng.random())
    )
    stars = [
        (float(rng.uniform(0, W)), float(rng.uniform(0, 430)), float(rng.uniform(0.5, 1.7)))
        for _ in range(90)
    ]
    flock = [
        (
            float(rng.uniform(0.06, 0.42)),
            float(rng.uniform(130, 330)),
            float(rng.uniform(9, 17)),
            (-1) ** k,
        )
        for k in range(5 + spec.seed % 4)
    ]
    hut_x = float(rng.uniform(120, 380))
    hut_y = float(lines[3][int(hut_x)])
    seconds = count / 24
    notes = [Note(0, "wind", 420, 0.16, 0, seconds)]
    for when, y, _, way in flock:
        hz = 2300 + (330 - y) * 7
        for k in range(int(rng.integers(3, 7))):
            at = ((when - start) % 1) * seconds - 0.35 + k * 0.13
            notes.append(
                Note(
                    at,
                    "bird",
                    hz * float(rng.choice([1, 1.12, 1.26, 0.89])),
                    0.3,
                    way * (k / 4 - 0.5),
                    float(rng.uniform(0.07, 0.16)),
                )
            )
    for k in range(14):
        notes.append(
            Note(
                ((0.58 + 0.026 * k - start) % 1) * seconds,
                "cricket",
                4300 + 260 * (k % 3),
                0.16,
                (k % 3 - 1) * 0.6,
            )
        )

    def lights(ink: Ink, u: float, dark: float, i: int) -> None:
        for k, (x, y, r) in enumerate(stars):
            level = dark * (0.6 + 0.4 * math.sin(i / 5 + k))
            if level > 0.05:
                ink.disc(x, y, r, (255, 255, 240, int(230 * max(0.0, level))))
        a = 2 * math.pi * u
        sx, sy = 250 - 190 * math.cos(a), 470 - 330 * math.sin(a)
        if sy < 700:
            for k in range(5):
                ink.disc(sx, sy, 46 + 16 * k, (255, 220, 150, 26))
            ink.disc(sx, sy, 44, (255, 236, 190, 255))
        mx, my = 250 + 190 * math.cos(a), 470 + 330 * math.sin(a)
        if my < 700:
            ink.disc(mx, my, 34, (240, 240, 225, 255))
            for ox, oy, r in ((-10, -8, 7), (9, 4, 5), (-4, 13, 4)):
                ink.disc(mx + ox, my + oy, r, (214, 214, 204, 255))

    def frame(i: int) -> Image.Image:
        u = i / count + start
        dark = max(0.0, min(1.0, -math.sin(2 * math.pi * u) * 2.2 + 0.1))
        image = gradient([(0, _at(day, u, 0)), (0.62, _at(day, u, 1))])
        ink = Ink(image, 1)
        lights(ink, u % 1, dark, i)
        paint_land(image, masks[:3], _at(day, u, 2), mix(_at(day, u, 2), _at(day, u, 3), 0.5))
        for when, y, size, way in flock:
            age = ((u - when + 0.5) % 1) - 0.5
            x = 250 + way * age * 2600
            if -40 < x < W + 40:
                ink.shape(
                    flap(x, y + 14 * math.sin(i / 9 + y), size, i * 0.9 + y),
                    (*mix(_at(day, u, 3), (0, 0, 0), 0.2), 255),
                )
        lay(image, masks[3], mix(_at(day, u, 2), _at(day, u, 3), 0.75))
        wall = mix(_at(day, u, 3), (20, 14, 20), 0.35)
        ink.box(hut_x - 22, hut_y - 26, hut_x + 22, hut_y + 12, wall)
        ink.shape([(hut_x - 30, hut_y - 24), (hut_x, hut_y - 50), (hut_x + 30, hut_y - 24)], wall)
        lamp = mix(wall, (255, 214, 120), dark)
        ink.box(hut_x - 12, hut_y - 18, hut_x - 2, hut_y - 6, lamp)
        ink.box(hut_x + 4, hut_y - 18, hut_x + 14, hut_y - 6, lamp)
        lay(image, masks[4], _at(day, u, 3))
        return bloom(image, strength=0.5, floor=150, reach=9)

    return Scene(count, frame, notes, room=0.22)

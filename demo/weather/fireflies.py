"""Fireflies over a meadow at dusk. Each keeps its own time, until, for a moment, they all keep
one.
"""

import math

from PIL import Image

from ..canvas import Ink, W, bloom, ease, mix, rgb, see_through
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import crop, gradient, land, lay, plant

# sky top, sky foot, far, near, the light
DUSKS: tuple[tuple[str, ...], ...] = (
    ("141d3d", "56608f", "2c3763", "0a1020", "ffe98a"),
    ("1f1a3d", "8a5a7c", "4a3560", "120c22", "ffd27a"),
    ("0d2a33", "4f8a83", "1f4f52", "061518", "e6ff8f"),
    ("2a1d33", "c27a5e", "5d3b52", "170d1c", "ffe2a0"),
)


def build(spec: ClipSpec) -> Scene:
    """A flash is seen and a cricket or a bell answers; in the last third they agree."""
    count = frame_count(spec.length_s)
    rng = dice("weather-fireflies", spec.seed)
    top, foot, far, near, lamp = (rgb(c) for c in DUSKS[spec.seed % len(DUSKS)])
    layers, lines = land(rng, trees=("round", "grass", "pine")[spec.seed % 3], top=420, layers=4)
    still = gradient([(0, top), (0.6, foot), (1, foot)])
    sky_ink = Ink(still, 1)
    for _ in range(80):
        sky_ink.disc(
            float(rng.uniform(0, W)),
            float(rng.uniform(0, 380)),
            float(rng.uniform(0.4, 1.4)),
            (255, 255, 240, int(rng.integers(40, 200))),
        )
    mx, my = float(rng.uniform(110, 400)), float(rng.uniform(130, 260))
    if spec.seed % 2 == 0:
        sky_ink.disc(mx, my, 36, mix(lamp, (255, 255, 255), 0.6))
        sky_ink.disc(mx + 14, my - 6, 33, mix(top, foot, my / 700))
    for k, layer in enumerate(layers[:3]):
        lay(still, layer, mix(far, near, k / 2.6))
    mask = Image.new("L", still.size, 0)
    mask.paste(layers[3][0], (0, layers[3][1]))
    front = crop(plant(mask, lines[3], rng, count=150, tall=52, kind="grass"))
    lay(still, front, near)
    total = (46, 70, 34, 58)[spec.seed % 4]
    flies = []
    for _ in range(total):
        y = float(rng.uniform(420, 830))
        flies.append(
            (
                float(rng.uniform(20, 520)),
                y,
                0.5 + (y - 420) / 400,
                float(rng.random()),
                float(rng.uniform(8, 34)),
                int(rng.integers(1, 3)) * (1 if rng.random() < 0.5 else -1),
            )
        )
    seconds = count / 24
    beats = max(4, round(seconds / 1.15))

    def unity(t: float) -> float:
        return ease((t - 0.25) / 0.3) * (1 - ease((t - 0.88) / 0.12))

    def phase(k: int, t: float) -> float:
        own = flies[k][3]
        return (beats * t + own * (1 - unity(t))) % 1

    notes = [Note(0, "wind", 260, 0.1, 0, seconds)]
    for k, fly in enumerate(flies):
        was = phase(k, -1 / count)
        for i in range(count):
            now = phase(k, i / count)
            if now < was - 0.5:
                kind = "cricket" if k % 3 else "bird"
                notes.append(
                    Note(
                        i / 24,
                        kind,
                        (3900 + 420 * (k % 4)) if k % 3 else 2600 + 300 * (k % 4),
                        0.085,
                        fly[0] / 270 - 1,
                        0.1,
                    )
                )
            was = now

    def frame(i: int) -> Image.Image:
        image = still.copy()
        ink = Ink(image, 1)
        t = i / count
        glow_all = 0.0
        for k, (x, y, near_by, own, roam, laps) in enumerate(flies):
            a = 2 * math.pi * (laps * t + own)
            fx, fy = x + roam * math.sin(a), y + roam * 0.6 * math.cos(a + own * 5)
            p = phase(k, t)
            lit = math.exp(-p * 4.2) if p < 0.75 else math.exp(-(1 - p) * 26)
            glow_all += lit / total
            r = 3.4 * near_by
            ink.disc(fx, fy, r * (2.4 + 3.2 * lit), see_through(lamp, 0.16 * lit))
            ink.disc(fx, fy, r * (1.4 + 1.2 * lit), see_through(lamp, 0.4 * lit))
            ink.disc(
                fx,
                fy,
                r * (0.5 + 0.5 * lit),
                see_through(mix(lamp, (255, 255, 255), lit * 0.7), 0.25 + 0.75 * lit),
            )
        if glow_all > 0.4:
            wash = Image.new("RGB", image.size, lamp)
            image = Image.blend(image, wash, 0.18 * (glow_all - 0.4) / 0.6)
        return bloom(image, strength=0.95, floor=88, reach=7)

    return Scene(count, frame, notes, room=0.3)

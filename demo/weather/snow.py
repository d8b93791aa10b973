"""Snow on a lit window, a smoking chimney, and somebody made of snow who minds the draught."""

import math

from PIL import Image

from ..canvas import RGB, H, Ink, W, bloom, mix, rgb, see_through
from ..scene import Scene, dice, frame_count
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import gradient, land, lay

NIGHTS: tuple[tuple[str, ...], ...] = (
    ("33415e", "a9b4c9", "8796b3", "e8edf4"),
    ("4b3f63", "d9b8b4", "a893ab", "f3e9ec"),
    ("1e2d4a", "5d7ba3", "4a6489", "cfdcec"),
    ("3d5a66", "c4d3cf", "93aeb0", "eef4f2"),
)


def _house(ink: Ink, x: float, y: float, wood: RGB, lamp: RGB, snow: RGB, flicker: float) -> None:
    ink.box(x - 62, y - 74, x + 62, y + 20, wood)
    ink.box(x + 26, y - 142, x + 46, y - 96, mix(wood, (0, 0, 0), 0.25))
    ink.shape([(x - 84, y - 70), (x, y - 140), (x + 84, y - 70)], mix(wood, (0, 0, 0), 0.35))
    ink.shape(
        [
            (x - 90, y - 74),
            (x, y - 150),
            (x + 90, y - 74),
            (x + 76, y - 78),
            (x, y - 134),
            (x - 76, y - 78),
        ],
        snow,
    )
    ink.box(x + 24, y - 148, x + 48, y - 140, snow, r=4)
    for wx in (-34, 30):
        ink.box(
            x + wx - 18, y - 54, x + wx + 18, y - 18, mix(lamp, (255, 255, 255), 0.1 * flicker), r=3
        )
        ink.line([(x + wx, y - 54), (x + wx, y - 18)], 3, wood, caps=False)
        ink.line([(x + wx - 18, y - 36), (x + wx + 18, y - 36)], 3, wood, caps=False)
        ink.box(x + wx - 21, y - 20, x + wx + 21, y - 14, snow, r=3)


def _snowman(ink: Ink, x: float, y: float, tilt: float, snow: RGB, scarf: RGB) -> None:
    dark = (38, 38, 52)
    ink.disc(x, y - 20, 30, snow)
    ink.disc(x + tilt, y - 62, 21, snow)
    ink.line([(x - 26, y - 34), (x - 52, y - 56 - tilt)], 3, dark)
    ink.line([(x + 26, y - 34), (x + 52, y - 58 + tilt)], 3, dark)
    ink.box(x + tilt - 20, y - 50, x + tilt + 20, y - 40, scarf, r=5)
    ink.shape(
        [
            (x + tilt + 10, y - 46),
            (x + tilt + 40, y - 40 + tilt),
            (x + tilt + 38, y - 28 + tilt),
            (x + tilt + 8, y - 38),
        ],
        scarf,
    )
    for s in (-1, 1):
        ink.disc(x + tilt + s * 7, y - 68, 2.6, dark)
    ink.shape([(x + tilt, y - 64), (x + tilt + 20, y - 60), (x + tilt, y - 58)], (240, 130, 50))
    ink.box(x + tilt - 22, y - 84, x + tilt + 22, y - 79, dark, r=2)
    ink.box(x + tilt - 14, y - 106, x + tilt + 14, y - 80, dark, r=3)


def build(spec: ClipSpec) -> Scene:
    """Wind one hears bends the flakes one sees; big flakes that land near you chime."""
    count = frame_count(spec.length_s)
    rng = dice("weather-snow", spec.seed)
    top, foot, far, snow = (rgb(c) for c in NIGHTS[spec.seed % len(NIGHTS)])
    layers, lines = land(rng, trees=("pine", "pine", "round")[spec.seed % 3], top=440, layers=4)
    still = gradient([(0, top), (0.55, foot), (1, foot)])
    for k, layer in enumerate(layers):
        lay(still, layer, mix(far, snow, (k / 3) ** 0.8))
    hx = float(rng.uniform(150, 330))
    hy = float(lines[3][int(hx)]) - 4
    wood = (rgb("5a3a33"), rgb("3f3a52"), rgb("4e4632"))[spec.seed % 3]
    lamp = rgb("ffce73")
    mx = hx + (150 if hx < 240 else -150)
    my = float(lines[3][int(min(W - 1, max(0, mx)))]) + 30
    scarf = (rgb("c0392b"), rgb("1e8a7a"), rgb("d98c1f"))[(spec.seed + 1) % 3]
    thick = (150, 260, 90, 200)[spec.seed % 4]
    flakes = []
    for _ in range(thick):
        near = float(rng.random()) ** 2
        flakes.append(
            (
                float(rng.uniform(0, W + 120)),
                float(rng.uniform(0, H + 40)),
                1.2 + 4.6 * near,
                1 + int(near > 0.12) + int(near > 0.5) * 1,
                float(rng.uniform(0, 6.28)),
            )
        )
    gale = (26.0, 60.0, 14.0, 90.0)[spec.seed % 4]
    seconds = count / 24
    notes = [
        Note(0, "wind", 520, 0.30 + 0.002 * gale, 0, seconds),
        Note(0, "wind", 1300, 0.05 + 0.001 * gale, 0.3, seconds),
    ]
    root = 1046.5
    for k, (x, y, size, laps, _) in enumerate(flakes):
        if size > 4.3:
            land_at = ((1 - (y - 40) / (H + 40)) / laps) % 1
            notes.append(
                Note(
                    land_at * seconds,
                    "vibes",
                    degree(k % 7, root_hz=root, scale=PENTA),
                    0.07,
                    x / 300 - 1,
                )
            )
    for k in range(3):
        notes.append(Note(seconds * (0.3 + 0.02 * k), "bird", 620 - 40 * k, 0.16, 0.4, 0.34))

    def frame(i: int) -> Image.Image:
        image = still.copy()
        ink = Ink(image, 1)
        u = i / count
        gust = math.sin(4 * math.pi * u) * 0.6 + math.sin(6 * math.pi * u + 1) * 0.4
        for k in range(16):
            age = (k / 16 + 2 * u) % 1
            ink.disc(
                hx + 36 + 90 * age**1.4 * (0.5 + 0.5 * gust) + 10 * math.sin(9 * age + k),
                hy - 146 - 170 * age,
                7 + 24 * age,
                see_through(mix(foot, (255, 255, 255), 0.4), 0.32 * (1 - age)),
            )
        _house(ink, hx, hy, wood, lamp, snow, math.sin(i * 1.3) * math.sin(i * 0.7))
        ink.oval(hx - 34, hy + 34, 30, 9, see_through(lamp, 0.35))
        ink.oval(hx + 30, hy + 34, 30, 9, see_through(lamp, 0.35))
        _snowman(ink, mx, my, 5 * gust, mix(snow, (255, 255, 255), 0.6), scarf)
        for x, y, size, laps, own in flakes:
            fy = (y + laps * (H + 40) * u) % (H + 40) - 20
            fx = (x + gale * gust * (0.4 + size / 6) + 14 * math.sin(2 * math.pi * 2 * u + own)) % (
                W + 120
            ) - 60
            ink.disc(fx, fy, size, (255, 255, 255, min(235, 110 + int(28 * size))))
        return bloom(image, strength=0.35, floor=205, reach=8)

    return Scene(count, frame, notes, room=0.3)

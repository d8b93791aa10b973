"""Rain on a small lake: rings on the water, a heron or a boat, and a rumble now and then."""

import math

from PIL import Image, ImageOps

from ..canvas import RGB, H, Ink, W, mix, rgb, see_through
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import crop, gradient, land, lay

# sky top, sky foot, far hill, near hill, water
MOODS: tuple[tuple[str, ...], ...] = (
    ("3f5267", "93a7ad", "7d9297", "33474f", "5c727b"),
    ("4a4a63", "b39c9c", "8d8291", "3b3650", "6a6478"),
    ("35524a", "a2b29f", "7f9a86", "2b443c", "587467"),
    ("2c3550", "6f7fa0", "5c6b8c", "1f2740", "3d4a6b"),
)
SHORE = 560


def _heron(ink: Ink, x: float, y: float, nod: float, tone: RGB) -> None:
    ink.line([(x, y), (x + 3, y - 34)], 2.4, tone)
    ink.line([(x + 9, y + 3), (x + 9, y - 34)], 2.4, tone)
    ink.oval(x + 6, y - 46, 20, 12, tone)
    ink.line([(x + 20, y - 50), (x + 26, y - 70), (x + 22, y - 88 + nod)], 5, tone)
    ink.line([(x + 20, y - 90 + nod), (x + 44, y - 86 + nod * 2)], 3, tone)
    ink.disc(x + 22, y - 90 + nod, 6, tone)


def _boat(ink: Ink, x: float, y: float, rock: float, tone: RGB, lamp: RGB) -> None:
    ink.shape(
        [(x - 54, y - 8 + rock), (x + 54, y - 8 - rock), (x + 38, y + 14), (x - 38, y + 14)], tone
    )
    ink.line([(x + 8, y - 8), (x + 8 + rock, y - 58)], 3, tone)
    ink.disc(x + 8 + rock, y - 62, 16, see_through(lamp, 0.25))
    ink.disc(x + 8 + rock, y - 62, 6, lamp)
    ink.disc(x - 16, y - 26 + rock, 9, tone)
    ink.shape(
        [(x - 30, y - 8 + rock), (x - 2, y - 8), (x - 10, y - 24 + rock), (x - 24, y - 24 + rock)],
        tone,
    )
    ink.shape(
        [(x - 32, y - 30 + rock), (x, y - 30 + rock), (x - 16, y - 44 + rock)],
        mix(tone, lamp, 0.25),
    )


def build(spec: ClipSpec) -> Scene:
    """Every big drop has its ring and its plink; lightning has its thunder."""
    count = frame_count(spec.length_s)
    rng = dice("weather-rain", spec.seed)
    sky_top, sky_foot, far, near, water = (rgb(c) for c in MOODS[spec.seed % len(MOODS)])
    layers, _ = land(rng, trees=("round", "pine", "grass")[spec.seed % 3], top=380, layers=4)
    still = gradient([(0, sky_top), (0.6, sky_foot), (1, sky_foot)])
    for k, layer in enumerate(layers[:3]):
        lay(still, layer, mix(far, near, k / 2.4))
    mirror = ImageOps.flip(still.crop((0, SHORE - (H - SHORE), W, SHORE)))
    still.paste(Image.blend(mirror, Image.new("RGB", mirror.size, water), 0.55), (0, SHORE))
    bank = crop(layers[3][0])
    assert bank[1] >= 0
    drops = [
        (
            int(rng.integers(0, count)),
            float(rng.uniform(20, 520)),
            SHORE + 18 + float(rng.uniform(0, 1)) ** 1.5 * 340,
        )
        for _ in range(70)
    ]
    streaks = [
        (
            float(rng.uniform(-40, W)),
            float(rng.uniform(0, H + 200)),
            float(rng.uniform(0.5, 1.0)),
            int(rng.integers(3, 6)),
        )
        for _ in range(150)
    ]
    stormy = spec.seed % 4 == 3 or spec.seed % 5 == 2
    flash_at = round(count * 0.45)
    seconds = count / 24
    notes = [Note(0, "rain", 1500, 0.34, 0, seconds), Note(0, "wind", 300, 0.12, 0, seconds)]
    notes += [
        Note(i / 24, "bloop", 900 + (y - SHORE) * 2.2, 0.10 + 0.1 * (y - SHORE) / 340, x / 270 - 1)
        for i, x, y in drops
    ]
    if stormy:
        notes.append(Note(flash_at / 24 + 0.3, "thunder", 110, 0.9, -0.2, 2.6))
    slant = float(rng.uniform(-0.16, 0.16))
    guest = spec.seed % 3
    gx = float(rng.uniform(150, 330))

    def frame(i: int) -> Image.Image:
        image = still.copy()
        lit = max(0.0, 1 - abs(i - flash_at) / 5) if stormy else 0.0
        if stormy and i == flash_at + 3:
            lit = 0.8
        if lit > 0:
            image = Image.blend(image, Image.new("RGB", (W, H), (226, 232, 255)), 0.5 * lit)
        ink = Ink(image, 1)
        if lit > 0.3:
            x = gx - 60
            bolt = [(x + 26 * math.sin(k * 2.4 + spec.seed), 60 + 52 * k) for k in range(8)]
            ink.line(bolt, 4, (255, 255, 255))
        for at, x, y in drops:
            age = (i - at) % count
            if age < 22:
                grow = (4 + 2.6 * age) * (0.4 + (y - SHORE) / 340)
                box = see_through((235, 244, 248), 0.6 * (1 - age / 22))
                ink.hoop(x, y, grow, grow * 0.28, 2, box)
        tone = mix(near, (0, 0, 0), 0.45)
        rock = 4 * math.sin(2 * math.pi * 2 * i / count)
        if guest == 0:
            _heron(ink, gx, SHORE + 96, 2 * rock if i % count > count * 0.5 else 0.0, tone)
        elif guest == 1:
            _boat(
                ink,
                gx + 26 * math.sin(2 * math.pi * i / count),
                SHORE + 84 + rock / 2,
                rock,
                tone,
                rgb("ffcf70"),
            )
        else:
            for k in range(9):
                rx = 40 + 17 * k + (k * 37) % 13
                ink.line(
                    [
                        (rx, SHORE + 140),
                        (
                            rx + 6 * math.sin(2 * math.pi * i / count * 2 + k),
                            SHORE + 30 - (k * 29) % 50,
                        ),
                    ],
                    3,
                    tone,
                )
        for x, y, near_by, laps in streaks:
            fall = (y + laps * (H + 200) * i / count) % (H + 200) - 100
            long = 26 + 30 * near_by
            ink.line(
                [(x + slant * fall, fall), (x + slant * (fall + long), fall + long)],
                1.6,
                see_through((225, 235, 242), 0.34 * near_by),
                caps=False,
            )
        return image

    return Scene(count, frame, notes, room=0.2)

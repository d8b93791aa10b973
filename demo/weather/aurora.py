"""Northern lights over a still lake, a fox on the bank, a star that falls unannounced."""

import math

import numpy as np
from PIL import Image, ImageChops, ImageOps

from ..canvas import H, Ink, W, bloom, mix, rgb, see_through
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import gradient, land, lay

LIGHTS: tuple[tuple[str, str, str, str], ...] = (
    ("061226", "16324f", "4dffb8", "7a6cff"),
    ("0a0f2c", "2a2550", "6bffdf", "ff6ac1"),
    ("04151f", "0f3d4a", "b6ff6b", "2fd9c5"),
    ("0d0b24", "33204d", "8affc1", "5aa8ff"),
)
SHORE = 610


def _fox(ink: Ink, x: float, y: float, flick: float, tone: tuple[int, int, int]) -> None:
    ink.shape([(x - 34, y), (x - 20, y - 34), (x + 12, y - 40), (x + 22, y)], tone)
    ink.disc(x + 14, y - 48, 14, tone)
    ink.shape([(x + 22, y - 54), (x + 40, y - 44), (x + 22, y - 40)], tone)
    ink.shape([(x + 3, y - 56), (x + 6, y - 74 - flick), (x + 15, y - 60)], tone)
    ink.shape([(x + 14, y - 60), (x + 22, y - 76 + flick), (x + 26, y - 56)], tone)
    ink.line(
        [(x - 28, y - 6), (x - 56, y - 16 - 2 * flick), (x - 70, y - 38 - 4 * flick)], 11, tone
    )


def build(spec: ClipSpec) -> Scene:
    """The curtains' brightness is the loudness of the low tones; the owl is seen blinking as it
    calls.
    """
    count = frame_count(spec.length_s)
    rng = dice("weather-aurora", spec.seed)
    top, foot, green, violet = (rgb(c) for c in LIGHTS[spec.seed % len(LIGHTS)])
    layers, _ = land(rng, trees=("pine", "round", "pine")[spec.seed % 3], top=500, layers=3)
    sky = gradient([(0, top), (0.62, foot), (1, foot)])
    ink = Ink(sky, 1)
    for _ in range(150):
        ink.disc(
            float(rng.uniform(0, W)),
            float(rng.uniform(0, 560)),
            float(rng.uniform(0.4, 1.5)),
            (255, 255, 255, int(rng.integers(50, 220))),
        )
    qw, qh = W // 4, SHORE // 4
    xs = np.arange(qw) / qw
    ys = np.arange(qh)[:, None]
    bands = [
        (
            float(rng.uniform(0.25, 0.6)) * qh,
            int(rng.integers(1, 3)),
            int(rng.integers(1, 4)),
            float(rng.uniform(0, 6.28)),
            float(rng.uniform(0.5, 1)),
        )
        for _ in range(3 + spec.seed % 2)
    ]
    low, high = np.array(green, np.float32), np.array(violet, np.float32)
    fall_at, fx, fy = round(count * 0.55), float(rng.uniform(120, 380)), float(rng.uniform(80, 200))
    seconds = count / 24
    notes = [Note(0, "wind", 210, 0.24, 0, seconds)]
    root = 110 * 2 ** (spec.seed % 5 / 12)
    notes += [
        Note(seconds * k / 3, "pad", root * m, 0.3, p, seconds * 0.6)
        for k, (m, p) in enumerate(((1, -0.3), (1.5, 0.3), (2, 0)))
    ]
    notes += [
        Note(seconds * w + 0.34 * k, "bird", 430 - 30 * k, 0.22, 0.5, (0.18, 0.42)[k])
        for w in (0.12, 0.72)
        for k in range(2)
    ]
    notes.append(Note(fall_at / 24, "swish", 3200, 0.2, 0.2, 0.7))
    guest = spec.seed % 2
    gx = float(rng.uniform(120, 360))

    def curtain(t: float) -> Image.Image:
        out = np.zeros((qh, qw, 3), np.float32)
        for y0, waves, speed, own, power in bands:
            line = (
                y0
                + 16 * np.sin(2 * np.pi * (waves * xs + speed * t) + own)
                + 7 * np.sin(2 * np.pi * (3 * xs - 2 * t) + own * 2)
            )
            rays = 0.62 + 0.38 * np.sin(
                2 * np.pi * (9 * xs + 3 * np.sin(2 * np.pi * (xs + t))) + own
            )
            rays *= 0.7 + 0.3 * math.sin(2 * math.pi * (t * speed) + own)
            d = line[None, :] - ys
            fall = np.where(d > 0, np.exp(-d / 26), np.exp(d / 3.2)) * (rays * power)[None, :]
            mixr = np.clip(d / 60, 0, 1)[..., None]
            out += fall[..., None] * (low * (1 - mixr) + high * mixr)
        small = Image.fromarray(np.clip(out, 0, 255).astype(np.uint8))
        return small.resize((W, SHORE), Image.Resampling.BICUBIC)

    def frame(i: int) -> Image.Image:
        t = i / count
        image = sky.copy()
        image.paste(ImageChops.screen(image.crop((0, 0, W, SHORE)), curtain(t)), (0, 0))
        pen = Ink(image, 1)
        k = i - fall_at
        if 0 <= k < 14:
            x, y = fx + 16 * k, fy + 9 * k
            for j in range(10):
                pen.disc(
                    x - 9 * j,
                    y - 5 * j,
                    2.6 - j * 0.22,
                    (255, 255, 255, max(0, 240 - 22 * j - 8 * k)),
                )
        for j, layer in enumerate(layers[:2]):
            lay(image, layer, mix(foot, (4, 8, 18), 0.35 + 0.3 * j))
        water = ImageOps.flip(image.crop((0, SHORE - (H - SHORE), W, SHORE)))
        image.paste(Image.blend(water, Image.new("RGB", water.size, top), 0.42), (0, SHORE))
        pen = Ink(image, 1)
        for j in range(16):
            y = SHORE + 10 + j * 21
            x = (j * 137 + 40 * math.sin(2 * math.pi * (t + j / 7))) % W
            pen.line(
                [(x - 60, y), (x + 60, y)], 1.4, see_through((255, 255, 255), 0.10), caps=False
            )
        dark = mix(top, (0, 0, 0), 0.55)
        pen.shape([(0, H), (0, 768), (90, 740), (230, 754), (380, 730), (540, 762), (540, H)], dark)
        flick = 5 * max(0.0, math.sin(2 * math.pi * 3 * t)) if 0.1 < t < 0.5 else 0.0
        if guest == 0:
            _fox(pen, gx, 752, flick, dark)
        else:
            pen.line([(gx, 762), (gx + 8, 560)], 9, dark)
            pen.line([(gx + 6, 630), (gx + 60, 598)], 6, dark)
            pen.oval(gx + 50, 580, 15, 21, dark)
            blink = 0.12 < t < 0.2 or 0.72 < t < 0.8
            for s in (-1, 1):
                pen.disc(
                    gx + 50 + s * 6, 572, 5, mix(green, (255, 255, 255), 0.4) if not blink else dark
                )
                pen.disc(gx + 50 + s * 6, 572, 2, dark)
        return bloom(image, strength=0.4, floor=120, reach=8)

    return Scene(count, frame, notes, room=0.35)

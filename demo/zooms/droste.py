"""A picture that holds itself: a cat at a phone, a room with a painting, a window on a window,
twisted by Escher's trick.
"""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image

from ..canvas import FPS, RGB, H, Ink, W, bloom, mix
from ..scene import Scene, frame_count
from ..sound import Note, degree
from ..spec import ClipSpec
from .look import HH, HW, log_polar, tones

SIDE = 900  # the picture is drawn on a square of this many pixels
INNER = 0.19  # the copy inside is so much smaller


def _stars(ink: Ink, rng: np.random.Generator, paint: RGB, count: int) -> None:
    for _ in range(count):
        ink.disc(
            float(rng.uniform(0, 450)),
            float(rng.uniform(0, 450)),
            float(rng.uniform(0.6, 2.4)),
            paint,
        )


def _cat(ink: Ink, c: tuple[RGB, ...], rng: np.random.Generator) -> None:
    """Drawn on 450 x 450; a phone held to the middle."""
    ink.box(0, 0, 450, 450, c[1])
    _stars(ink, rng, c[4], 70)
    fur, dark = mix(c[2], c[0], 0.15), mix(c[0], (0, 0, 0), 0.3)
    ink.disc(225, 250, 190, fur)
    for s in (-1, 1):
        ink.shape([(225 + s * 60, 90), (225 + s * 165, 10), (225 + s * 172, 150)], fur)
        ink.shape([(225 + s * 90, 88), (225 + s * 150, 44), (225 + s * 154, 122)], c[3])
        ink.disc(225 + s * 78, 128, 38, (255, 255, 255))
        ink.disc(225 + s * 70, 136, 22, dark)
        ink.disc(225 + s * 62, 128, 8, (255, 255, 255))
        for k in (-1, 0, 1):
            ink.line([(225 + s * 110, 190 + 14 * k), (225 + s * 210, 180 + 30 * k)], 3, c[4])
    ink.shape([(213, 156), (237, 156), (225, 168)], c[3])
    ink.box(150, 155, 300, 310, dark, r=26)
    for s in (-1, 1):
        for k in range(3):
            ink.disc(225 + s * 80, 205 + 32 * k, 19, mix(fur, (255, 255, 255), 0.25))


def _room(ink: Ink, c: tuple[RGB, ...], rng: np.random.Generator) -> None:
    """A gallery with a gold frame in the middle and someone who looks at it."""
    ink.box(0, 0, 450, 450, mix(c[1], c[0], 0.25))
    for k in range(9):
        ink.box(k * 50, 0, k * 50 + 25, 330, mix(c[1], c[2], 0.28))
    ink.shape([(0, 330), (450, 330), (450, 450), (0, 450)], mix(c[0], c[2], 0.35))
    for k in range(10):
        ink.line(
            [(225 + (k - 4.5) * 40, 330), (225 + (k - 4.5) * 110, 450)], 3, mix(c[0], c[3], 0.4)
        )
    ink.box(118, 118, 332, 332, c[4], r=10)
    ink.box(132, 132, 318, 318, mix(c[4], c[0], 0.55), r=6)
    for x, y in ((118, 118), (332, 118), (118, 332), (332, 332)):
        ink.disc(x, y, 17, mix(c[4], (255, 255, 255), 0.3))
    dark = mix(c[0], (0, 0, 0), 0.4)
    ink.disc(66, 290, 30, dark)
    ink.box(34, 312, 98, 440, dark, r=26)
    ink.shape([(30, 276), (102, 276), (66, 226)], c[3])
    ink.box(372, 250, 432, 440, mix(c[2], c[0], 0.5), r=12)
    for k in range(5):
        ink.line(
            [
                (402, 256),
                (402 + 34 * math.cos(-0.5 - 0.53 * k), 256 + 74 * math.sin(-0.5 - 0.53 * k)),
            ],
            9,
            mix(c[3], c[0], 0.2),
        )


def _planet(ink: Ink, c: tuple[RGB, ...], rng: np.random.Generator) -> None:
    """A ringed planet; the next sky is in its porthole."""
    ink.box(0, 0, 450, 450, c[0])
    _stars(ink, rng, (255, 255, 255), 160)
    for k in range(3):
        ink.disc(float(rng.uniform(20, 430)), float((20, 420, 60)[k]), 14 + 9 * k, c[2 + k % 3])
    ink.disc(225, 225, 168, c[1])
    for k in range(7):
        ink.arc(225, 225, 164 - 2 * k, 200 + 12 * k, 330 - 10 * k, 8, mix(c[1], c[3], 0.15 * k))
    for k in range(5):
        ink.oval(225, 296, 214 - 9 * k, 42 - 4 * k, mix(c[3], c[4], k / 5) if k % 2 == 0 else c[0])
    ink.disc(225, 225, 104, c[4])
    ink.disc(225, 225, 90, mix(c[0], (0, 0, 0), 0.3))
    for k in range(10):
        a = 2 * math.pi * k / 10
        ink.disc(225 + 97 * math.cos(a), 225 + 97 * math.sin(a), 4, c[2])


def _eye(ink: Ink, c: tuple[RGB, ...], rng: np.random.Generator) -> None:
    """An eye; what it sees is in its pupil."""
    ink.box(0, 0, 450, 450, c[2])
    for k in range(24):
        a = 2 * math.pi * k / 24
        ink.shape(
            [
                (225, 225),
                (225 + 480 * math.cos(a), 225 + 480 * math.sin(a)),
                (225 + 480 * math.cos(a + 0.13), 225 + 480 * math.sin(a + 0.13)),
            ],
            mix(c[2], c[0], 0.5),
        )
    ink.oval(225, 225, 214, 160, (255, 255, 255))
    ink.disc(225, 225, 142, c[3])
    for k in range(48):
        a = 2 * math.pi * k / 48
        ink.line(
            [
                (225 + 92 * math.cos(a), 225 + 92 * math.sin(a)),
                (
                    225 + (128 + 10 * (k % 3)) * math.cos(a),
                    225 + (128 + 10 * (k % 3)) * math.sin(a),
                ),
            ],
            3,
            mix(c[1], c[4], (k % 4) / 4),
        )
    ink.disc(225, 225, 92, c[0])
    for k in range(9):
        a = math.pi * (1.12 + 0.76 * k / 8)
        ink.line(
            [
                (225 + 196 * math.cos(a), 225 + 150 * math.sin(a)),
                (225 + 236 * math.cos(a), 225 + 198 * math.sin(a)),
            ],
            7,
            c[0],
        )


PICTURES: tuple[Callable[[Ink, tuple[RGB, ...], np.random.Generator], None], ...] = (
    _cat,
    _planet,
    _room,
    _eye,
)


def picture(spec: ClipSpec) -> np.ndarray:
    """The drawn square with its own copies pasted into its middle, (SIDE, SIDE, 3) float32."""
    c = tones(spec.seed)
    order = sorted(range(len(c)), key=lambda k: (sum(c[k]), k))
    c = (c[order[0]], c[order[1]], c[order[2]], c[order[len(c) // 2]], c[order[-1]])
    image = Image.new("RGB", (SIDE, SIDE))
    PICTURES[spec.seed % len(PICTURES)](Ink(image), c, np.random.default_rng(spec.seed))
    return np.asarray(image, dtype=np.float32)


def build(spec: ClipSpec) -> Scene:
    """Plain zoom or spiral; a whole number of copies a clip, so it closes."""
    count = frame_count(spec.length_s)
    art = picture(spec)
    rate = -math.log(INNER)
    copies = max(1, round(spec.length_s / 3.4))
    arms = (0, 1, -1, 0, 1)[spec.seed % 5]
    logr, angle = log_polar()
    w = (logr - math.log(150.0)) + 1j * angle
    if arms:
        w = w * (1 + 1j * arms * rate / (2 * math.pi))  # one turn leads one copy deeper
    way = -1 if spec.seed % 3 == 2 else 1
    w0r, w0i = w.real, w.imag.astype(np.float32)
    square = spec.seed % len(PICTURES) == 2

    def frame(i: int) -> Image.Image:
        t = way * copies * i / count
        r = w0r - rate * t
        if square:
            stretch = np.log(np.maximum(np.abs(np.cos(w0i)), np.abs(np.sin(w0i))))
            depth = np.floor((r + stretch) / rate)
        else:
            depth = np.floor(r / rate)
        far = np.exp(r - depth * rate) * (0.5 * SIDE * INNER)
        x = SIDE / 2 + far * np.cos(w0i)
        y = SIDE / 2 + far * np.sin(w0i)
        xi, yi = np.clip(x, 0, SIDE - 1).astype(np.int32), np.clip(y, 0, SIDE - 1).astype(np.int32)
        small = Image.fromarray(art[yi, xi].astype(np.uint8))
        return bloom(small.resize((W, H), Image.Resampling.BICUBIC), strength=0.3, floor=150)

    seconds = count / FPS
    octaves = way * max(2, round(copies * rate / math.log(2)))
    notes = [Note(0, "shepard", octaves, 0.7, 0, seconds)]
    for k in range(copies):
        notes += [
            Note(
                (k + 0.12 * v) / copies * seconds,
                "vibes",
                degree(2 * v + k, root_hz=262),
                0.16,
                0.5 * (-1) ** v,
            )
            for v in range(3)
        ]
    assert logr.shape == (HH, HW)
    return Scene(count, frame, notes, room=0.25)

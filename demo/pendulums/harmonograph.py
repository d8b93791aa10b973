"""A pen on two pendulums draws one closed figure in lamplight; the figure's ratio is the chord one
hears.
"""

import math

import numpy as np
from PIL import Image

from ..canvas import FPS, RGB, Sheet, bloom, mix, pick, see_through
from ..canvas import lift as finish
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import LAMP, bob, metals, night

# The ratio x:y, how often the figure is drawn, and how far its phase drifts meanwhile (whole
# turns, so it closes).
FIGURES = (
    (2, 3, 13, 1),
    (1, 2, 19, 1),
    (3, 4, 9, 1),
    (1, 1, 24, 1),
    (3, 5, 8, 1),
    (2, 3, 11, -2),
    (4, 5, 7, 1),
    (1, 3, 15, 1),
    (1, 2, 16, -2),
)
POINTS = 4200


def build(spec: ClipSpec) -> Scene:
    """The line grows until the figure is whole, is held a moment, and is taken up from its
    beginning.
    """
    count = frame_count(spec.length_s)
    rng = dice("pendulum-harmonograph", spec.seed)
    fx, fy, rounds, drift = FIGURES[spec.seed % len(FIGURES)]
    phase = [float(v) for v in rng.uniform(0, 2 * math.pi, 3)]
    t = np.linspace(0, 2 * math.pi, POINTS, endpoint=False)
    swell = 0.66 + 0.34 * np.cos(t + phase[2])
    sway = 0.14 * np.sin(t * (rounds + 1) + phase[1])
    x = swell * np.sin(fx * rounds * t + drift * t + phase[0]) + sway
    y = swell * np.sin(fy * rounds * t + phase[1])
    x = 250 + 214 * x / np.abs(x).max()
    y = 415 + 268 * y / np.abs(y).max()
    pts = list(zip(x.tolist(), y.tolist(), strict=True))
    bands = 60
    tones: list[RGB] = [
        pick(metals(spec.seed, bands), abs(2 * k / bands - 1)) for k in range(bands)
    ]
    sheet = Sheet(night(spec.seed))
    pen = bob(LAMP, 8)
    root = 98.0 * 2 ** (int(rng.integers(0, 6)) / 12)
    seconds = count / FPS
    beats = fx * rounds if fx * rounds < 30 else rounds
    ratio = fy / fx
    while ratio > 2:
        ratio /= 2
    notes = [
        Note(0, "hum", root, 0.16, -0.3, seconds),
        Note(0, "hum", root * ratio, 0.13, 0.3, seconds),
    ]
    for k in range(beats):
        notes.append(
            Note(
                k / beats * seconds,
                "vibes",
                root * 4 * (ratio if k % 3 == 1 else 1) * (1.5 if k % 5 == 4 else 1),
                0.2,
                math.sin(k) * 0.7,
            )
        )
    notes += [
        Note(seconds * 0.55, "vibes", root * m, 0.5, p)
        for m, p in ((2, -0.4), (2 * ratio, 0.4), (4, 0.0))
    ]

    def frame(i: int) -> Image.Image:
        u = i / count
        head = u * POINTS
        held = 0.14 + 0.86 * (0.5 - 0.5 * math.cos(2 * math.pi * min(1.0, max(0.0, u)))) ** 1.2
        length = int(held * POINTS)
        ink = sheet.ink()
        step = POINTS // bands
        start = int(head + POINTS) - length
        lit = math.exp(-((u - 0.55) ** 2) / 0.004)
        k = start
        while k < start + length:
            end = min(start + length, (k // step + 1) * step)
            tone = mix(tones[(k // step) % bands], LAMP, 0.5 * lit)
            fade = min(1.0, (k - start + 30) / 500)
            run = [pts[j % POINTS] for j in range(k, end + 1)]
            if len(run) > 1:
                ink.line(run, 2.0 + 0.5 * lit, see_through(tone, 0.95 * fade), caps=False)
            k = end
        hx, hy = pts[int(head) % POINTS]
        ink.disc(hx, hy, 17, see_through(LAMP, 0.25))
        ink.stamp(hx, hy, pen)
        return bloom(finish(ink), strength=0.75 + 0.5 * lit, floor=45)

    return Scene(count, frame, notes, room=0.3)

"""Double pendulums that differ by a hair: one line, then a fan, then chaos, then time
runs back.
"""

import math

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, Ink, Sheet, bloom, ease, lift, pick, see_through
from ..scene import Scene, dice, frame_count
from ..sound import DORIAN, HIRAJOSHI, PENTA, Note, degree
from ..spec import ClipSpec
from .look import BRASS, bob, metals, night

PX, PY = 250.0, 350.0
STEPS = 10
PULL = 9.81 * 2.2


def _rates(s: Floats) -> Floats:
    """Angles and their speeds change so (equal rods and bobs of length 1, mass 1); s is (n, 4)."""
    a, b, u, v = s.T
    d = a - b
    low = 3 - np.cos(2 * d)
    du = (
        -3 * PULL * np.sin(a)
        - PULL * np.sin(a - 2 * b)
        - 2 * np.sin(d) * (v * v + u * u * np.cos(d))
    ) / low
    dv = 2 * np.sin(d) * (2 * u * u + 2 * PULL * np.cos(a) + v * v * np.cos(d)) / low
    return np.stack([u, v, du, dv], 1)


def _film(spec: ClipSpec, half: int, n: int) -> list[Floats]:
    rng = dice("pendulum-double", spec.seed)
    a, b = float(rng.uniform(2.0, 3.0)), float(rng.uniform(2.3, 3.7))
    spread = (0.10, 0.05, 0.22)[spec.seed % 3]
    s = np.zeros((n, 4))
    s[:, 0] = a + np.linspace(0, spread, n)
    s[:, 1] = b + np.linspace(0, spread, n)
    h = 1 / FPS / STEPS
    film = []
    for _ in range(half):
        film.append(s[:, :2].copy())
        for _ in range(STEPS):
            k1 = _rates(s)
            k2 = _rates(s + h / 2 * k1)
            k3 = _rates(s + h / 2 * k2)
            k4 = _rates(s + h * k3)
            s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return film


def build(spec: ClipSpec) -> Scene:
    """Newton's laws run both ways, so the second half is the first one backwards, and it closes."""
    count = frame_count(spec.length_s)
    half = count // 2 + 1
    n = (40, 70, 24, 12)[spec.seed % 4]
    film = _film(spec, half, n)
    rod = 110.0
    tones = [pick(metals(spec.seed + 2, n), (k + 0.5) / n) for k in range(n)]

    def at(i: int) -> Floats:
        k = i % count
        return film[min(k, count - k, half - 1)]

    def tip(s: Floats, k: int) -> tuple[float, float, float, float]:
        x1, y1 = PX + rod * math.sin(s[k, 0]), PY + rod * math.cos(s[k, 0])
        return x1, y1, x1 + rod * math.sin(s[k, 1]), y1 + rod * math.cos(s[k, 1])

    root = 146.8 * 2 ** (int(dice("double-root", spec.seed).integers(-3, 5)) / 12)
    scale = (PENTA, DORIAN, HIRAJOSHI)[spec.seed % 3]
    notes = [Note(0, "vibes", root * m, 0.6, 0) for m in (0.5, 1, 1.5)]
    voices = range(0, n, max(1, n // 8))
    for i in range(1, count):
        was, now = at(i - 1), at(i)
        for j, k in enumerate(voices):
            if math.sin(was[k, 0]) * math.sin(now[k, 0]) < 0 and math.cos(now[k, 0]) > 0:
                notes.append(
                    Note(i / FPS, "vibes", degree(j, root_hz=root, scale=scale), 0.22, j / 4 - 1)
                )
    sheet = Sheet(night(spec.seed + 2))
    ball = bob(BRASS, 13)
    bobs = [bob(t, 8) for t in tones] if n <= 24 else []

    def comet(ink: Ink, i: int) -> None:
        for k in range(0, n, 1 if n < 30 else 3):
            pts = [tip(at(i - back), k)[2:] for back in range(12)]
            for j in range(11):
                ink.line(
                    [pts[j], pts[j + 1]],
                    2.4,
                    see_through(tones[k], 0.34 * (1 - j / 11)),
                    caps=False,
                )

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        comet(ink, i)
        s = at(i)
        wide = 2.2 if n < 30 else 1.4
        for k in range(n):
            x1, y1, x2, y2 = tip(s, k)
            ink.line(
                [(PX, PY), (x1, y1), (x2, y2)],
                wide,
                see_through(tones[k], 0.6 if n < 30 else 0.42),
                caps=False,
            )
            if bobs:
                ink.stamp(x2, y2, bobs[k])
            else:
                ink.disc(x2, y2, 3.6, tones[k])
        ink.stamp(PX, PY, ball)
        t = abs(2 * i / count - 1)
        if t > 0.93:
            ink.ring(
                PX, PY, 20 + 200 * ease((1 - t) / 0.07), 2, see_through(BRASS, (t - 0.93) / 0.07)
            )
        return bloom(lift(ink), strength=0.75, floor=60)

    return Scene(count, frame, notes, room=0.32)

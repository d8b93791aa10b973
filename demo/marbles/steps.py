"""A marble hops down a stair of tuned bars with sleepy faces; every landing is a string. The stair
has no end.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, H, Ink, Sheet, lift, mix, see_through
from ..scene import Scene, dice, frame_count
from ..sound import HIRAJOSHI, MAJOR, MINOR, PENTA, Note, degree
from ..spec import ClipSpec
from .look import LOOKS, Look, marble, paper

RHYTHMS = (
    (1, 1, 2, 1, 1, 2),
    (2, 1, 1, 2, 2),
    (1, 1, 1, 1, 2, 2),
    (2, 2, 1, 1, 1, 1),
    (1, 2, 1, 2, 2),
    (3, 1, 2, 2),
)
PULL = 2300.0


@dataclass(frozen=True, slots=True)
class Landing:
    """Where and when the marble touches: frame (maybe between two), place, step of the scale."""

    at: float
    x: float
    y: float
    step: int


def _stair(spec: ClipSpec, count: int) -> tuple[list[Landing], float]:
    """One round of landings, and how far down a round goes."""
    rng = dice("marble-steps", spec.seed)
    rhythm = RHYTHMS[spec.seed % len(RHYTHMS)]
    beats = [b for _ in range(max(2, round(count / 24 / 1.55))) for b in rhythm]
    unit = count / sum(beats)
    x, y, at, way, step = 250.0, 0.0, 0.0, 1.0, int(rng.integers(2, 6))
    out = []
    for k, beat in enumerate(beats):
        out.append(Landing(at, x, y, step))
        at += beat * unit
        y += 66.0 + 58.0 * beat + float(rng.uniform(-8, 18))
        hop = 70.0 + 44.0 * beat + float(rng.uniform(-10, 14))
        if not 96 < x + way * hop < 400 or rng.random() < 0.25:
            way = -way
        x = min(410.0, max(90.0, x + way * hop))
        if k == len(beats) - 2:
            x = (x + 250) / 2
        step = min(11, max(0, step + int(rng.integers(-3, 4)) or step + 1))
    return out, y


def _bar(
    ink: Ink, look: Look, mark: Landing, y: float, since: float, width: float, style: int
) -> None:
    """One tuned bar; awake (and dented) for a moment after it is hit, `since` frames ago."""
    tone = look.glass[mark.step % len(look.glass)]
    hit = math.exp(-since / 5) if since >= 0 else 0.0
    dip = hit * 9 * math.cos(since * 1.1)
    top = y + dip
    half = width * (0.62 - 0.022 * mark.step)
    ink.box(
        mark.x - half + 4, top + 9, mark.x + half + 4, top + 51, see_through(look.ink, 0.14), r=17
    )
    ink.box(
        mark.x - half,
        top,
        mark.x + half,
        top + 42,
        mix(tone, (255, 255, 255), 0.55 * hit),
        r=17 if style else 7,
    )
    ink.box(
        mark.x - half + 7,
        top + 4,
        mark.x + half - 7,
        top + 8,
        see_through((255, 255, 255), 0.35),
        r=2,
    )
    for side in (-1, 1):
        ex, ey = mark.x + side * 16, top + 20
        if 0 <= since < 14:
            ink.disc(ex, ey, 8.0, (255, 255, 255))
            ink.disc(ex, ey - 2.4, 4.2, look.ink)
        else:
            ink.line([(ex - 6, ey), (ex + 6, ey)], 3, mix(tone, look.ink, 0.8))
    if 0 <= since < 14:
        ink.disc(mark.x, top + 31, 4.6, look.ink)


def _follow(ys: Floats, count: int, depth: float) -> Floats:
    """A camera that sinks with the marble, smoothed around the loop."""
    drift = np.arange(count) * depth / count
    rest = ys - drift
    wide = np.exp(-0.5 * (np.arange(-24, 25) / 9.0) ** 2)
    wide /= wide.sum()
    smooth: Floats = np.convolve(np.pad(rest, 24, mode="wrap"), wide, "valid")
    return drift + smooth


def build(spec: ClipSpec) -> Scene:
    """The stair repeats below itself, so the last hop lands on the first bar."""
    count = frame_count(spec.length_s)
    look = LOOKS[(spec.seed + 1) % len(LOOKS)]
    marks, depth = _stair(spec, count)
    scale = (PENTA, MAJOR, HIRAJOSHI, MINOR)[spec.seed % 4]
    root = 196.0 * 2 ** (int(dice("steps-root", spec.seed).integers(-3, 4)) / 12)
    r = 27.0
    chasers = 1 + (spec.seed % 3 == 1)

    def where(i: float) -> tuple[float, float]:
        lap, rest = divmod(i, count)
        k = max(j for j, m in enumerate(marks) if m.at <= rest + 1e-9)
        a = marks[k]
        b = marks[k + 1] if k + 1 < len(marks) else Landing(count, marks[0].x, depth, 0)
        span, t = (b.at - a.at) / FPS, (rest - a.at) / FPS
        v = (b.y - a.y) / span - 0.5 * PULL * span
        return a.x + (b.x - a.x) * t / span, a.y + v * t + 0.5 * PULL * t * t + lap * depth - r

    cam = _follow(np.array([where(i)[1] for i in range(count)]), count, depth)
    lag = marks[1].at if chasers == 2 else 0.0
    notes = [
        Note(m.at / FPS, "pluck", degree(m.step, root_hz=root, scale=scale), 0.6, (m.x - 250) / 250)
        for m in marks
    ]
    if chasers == 2:
        notes += [
            Note(
                (m.at + lag) / FPS,
                "pluck",
                degree(m.step - len(scale), root_hz=root, scale=scale),
                0.45,
                (m.x - 250) / 250,
            )
            for m in marks
        ]
    sheet = Sheet(paper(look))
    rng = dice("steps-back", spec.seed)
    dots = [
        (float(rng.uniform(0, 540)), float(rng.uniform(0, 1200)), float(rng.uniform(14, 80)))
        for _ in range(16)
    ]
    balls = [marble(look, 0, r, turn=a * math.pi / 6) for a in range(12)]
    other = [marble(look, 2, r * 0.8, turn=a * math.pi / 6) for a in range(12)]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        top = cam[i] - 370
        for x, y, size in dots:
            ink.disc(
                x,
                (y - 1200 * i / count) % 1200 - 120,
                size,
                see_through(look.glass[int(size) % 5], 0.07),
            )
        for lap in (-1, 0, 1):
            for m in marks:
                y = m.y + lap * depth - top
                if -60 < y < H + 60:
                    since = min(
                        (i - m.at - lap * count - d * lag) % (2 * count) for d in range(chasers)
                    )
                    _bar(ink, look, m, y, since if since < 40 else -1.0, 112, spec.seed % 2)
        for c in range(chasers):
            for back in range(7, 0, -1):
                x, y = where(i - c * lag - back * 0.6)
                ink.disc(x, y - top, r * (1 - back * 0.08), see_through(look.glass[2 * c], 0.13))
            x, y = where(i - c * lag)
            ink.stamp(x, y - top, (balls, other)[c][(i // 2) % 12])
        return lift(ink)

    return Scene(count, frame, notes)

"""Marbles poured over bumpers into a tray; each bumper is a string. Then the tray opens."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, Ink, Sheet, bounce_out, ease, lift, mix, see_through
from ..scene import Scene, dice, frame_count, melt_home
from ..sound import HIRAJOSHI, MAJOR, PENTA, Note, degree
from ..spec import ClipSpec
from .look import LOOKS, Look, marble, paper

LEFT, RIGHT, FLOOR = 46.0, 454.0, 722.0
STEPS = 8
PULL = 1500.0


@dataclass(frozen=True, slots=True)
class Bumper:
    x: float
    y: float
    r: float
    step: int


def _bumpers(layout: int) -> list[Bumper]:
    spots: list[tuple[float, float, float]]
    if layout == 0:
        spots = [(250 + (c - r / 2) * 92, 210 + r * 78, 19) for r in range(4) for c in range(r + 1)]
    elif layout == 1:
        spots = [
            (250 + 135 * math.cos(a * math.pi / 4), 330 + 135 * math.sin(a * math.pi / 4), 25)
            for a in range(8)
        ]
    elif layout == 2:
        spots = [
            (100 + 100 * c - 50 * (r % 2) + 50, 210 + 72 * r, 16)
            for r in range(5)
            for c in range(3 + r % 2)
        ]
    else:
        spots = [(250, 240, 46), (120, 360, 36), (380, 360, 36), (250, 470, 30)]
    order = sorted(range(len(spots)), key=lambda k: (spots[k][1], spots[k][0]))
    return [Bumper(*spots[k], 12 - n % 13) for n, k in enumerate(order)]


@dataclass(slots=True)
class Pour:
    """The film of a pour: places of all marbles per frame, and each bump as (frame, bumper)."""

    at: list[Floats]
    r: Floats
    bumps: list[tuple[int, int]]
    notes: list[Note]


def _apart(p: Floats, v: Floats, r: Floats) -> None:
    """Marble against marble, in place: part them and trade the speed along the line between."""
    gap = p[:, None] - p[None]
    d = np.hypot(gap[..., 0], gap[..., 1]) + 1e-9
    over = r[:, None] + r[None] - d
    for a, b in np.argwhere(np.triu(over > 0, 1)):
        n = gap[a, b] / d[a, b]
        p[a] += n * over[a, b] * 0.5
        p[b] -= n * over[a, b] * 0.5
        s = float((v[a] - v[b]) @ n)
        if s < 0:
            v[a] -= n * s * 0.8
            v[b] += n * s * 0.8


def _pour(spec: ClipSpec, count: int, bumpers: list[Bumper], opens: int) -> Pour:
    rng = dice("marble-jar", spec.seed)
    total = (34, 26, 42, 30)[spec.seed % 4]
    r = rng.uniform(11, 20, total) * (1.15 if total < 30 else 1.0)
    starts = np.linspace(0, opens * 0.72, total)
    p = np.stack([rng.uniform(225, 275, total), np.full(total, 60.0)], 1)
    p[:2, 1] = (150, 96)
    v = np.stack([rng.uniform(-70, 70, total), rng.uniform(60, 160, total)], 1)
    scale = (PENTA, MAJOR, HIRAJOSHI)[spec.seed % 3]
    root = 164.8 * 2 ** (int(rng.integers(0, 6)) / 12)
    film = Pour([], r, [], [])
    last: dict[int, int] = {}
    dt = 1 / FPS / STEPS
    for i in range(count):
        film.at.append(p.copy())
        live = np.flatnonzero((starts <= i) & (p[:, 1] < 1100))
        for s in range(STEPS):
            v[live, 1] += PULL * dt
            p[live] += v[live] * dt
            for k in live:
                for b, bump in enumerate(bumpers):
                    dx, dy = p[k, 0] - bump.x, p[k, 1] - bump.y
                    reach = r[k] + bump.r
                    if dx * dx + dy * dy < reach * reach:
                        d = math.hypot(dx, dy) + 1e-9
                        nx, ny = dx / d, dy / d
                        speed = v[k, 0] * nx + v[k, 1] * ny
                        p[k] = (bump.x + nx * reach, bump.y + ny * reach)
                        if speed < 0:
                            v[k] -= np.array((nx, ny)) * speed * 1.72
                            v[k, 0] += 14 * (1 if (k + b) % 2 else -1)
                            if speed < -60 and i - last.get(b, -9) > 2:
                                last[b] = i
                                film.bumps.append((i, b))
                                film.notes.append(
                                    Note(
                                        (i + s / STEPS) / FPS,
                                        "pluck",
                                        degree(bump.step, root_hz=root, scale=scale),
                                        min(0.6, -speed / 900 + 0.15),
                                        bump.x / 250 - 1,
                                    )
                                )
                if p[k, 1] > FLOOR - r[k] and i < opens and p[k, 1] < FLOOR + 40:
                    if v[k, 1] > 320:
                        film.notes.append(
                            Note(
                                (i + s / STEPS) / FPS,
                                "pluck",
                                degree(int(k) % 3 - 5, root_hz=root, scale=scale),
                                0.22,
                                p[k, 0] / 250 - 1,
                            )
                        )
                    p[k, 1] = FLOOR - r[k]
                    v[k, 1] *= -0.34
                    v[k, 0] *= 0.96
                for wall, side in ((LEFT + r[k], 1), (RIGHT - r[k], -1)):
                    if (p[k, 0] - wall) * side < 0:
                        p[k, 0] = wall
                        v[k, 0] = abs(v[k, 0]) * 0.6 * side
            if len(live) > 1 and s % 2 == 0:
                q, w = p[live], v[live]
                _apart(q, w, r[live])
                p[live], v[live] = q, w
    return film


def _face(ink: Ink, look: Look, b: Bumper, since: float, tone: tuple[int, int, int]) -> None:
    hit = math.exp(-since / 4) if since >= 0 else 0.0
    r = b.r * (1 + 0.16 * hit)
    ink.disc(b.x + 4, b.y + 8, r, see_through(look.ink, 0.14))
    ink.disc(b.x, b.y, r, mix(tone, (255, 255, 255), 0.4 * hit))
    ink.disc(b.x - r * 0.3, b.y - r * 0.36, r * 0.2, see_through((255, 255, 255), 0.5))
    for side in (-1, 1):
        if since < 8:
            ink.disc(b.x + side * r * 0.32, b.y - r * 0.05, r * 0.2, (255, 255, 255))
            ink.disc(b.x + side * r * 0.32, b.y - r * 0.08, r * 0.1, look.ink)
        else:
            ink.disc(b.x + side * r * 0.32, b.y - r * 0.05, r * 0.1, look.ink)
    ink.disc(b.x, b.y + r * 0.42, r * (0.18 if since < 8 else 0.08), look.ink)


def build(spec: ClipSpec) -> Scene:
    """Pour, bump, settle, open."""
    count = frame_count(spec.length_s)
    opens = round(count * 0.8)
    look = LOOKS[(spec.seed * 3 + 2) % len(LOOKS)]
    bumpers = _bumpers(spec.seed % 4)
    film = _pour(spec, count, bumpers, opens)
    film.notes.append(Note(opens / FPS, "swish", 300, 0.3, 0, 0.5))
    sheet = Sheet(paper(look))
    base = sheet.base()
    base.box(LEFT - 12, 150, LEFT, FLOOR + 12, look.ink, r=6)
    base.box(RIGHT, 150, RIGHT + 12, FLOOR + 12, look.ink, r=6)
    base.shape([(200, 30), (300, 30), (278, 92), (222, 92)], mix(look.ink, look.top, 0.15))
    n = len(look.glass)
    balls = [marble(look, k, float(r), turn=k) for k, r in enumerate(film.r)]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        swing = bounce_out((i - opens) / 10) if i >= opens else 0.0
        swing *= 1 - ease((i - count + 9) / 8)
        for x, way in ((LEFT - 6, 1), (RIGHT + 6, -1)):
            a = swing * 1.35
            half = (RIGHT - LEFT) / 2 + 4
            ink.line(
                [(x, FLOOR + 6), (x + way * half * math.cos(a), FLOOR + 6 + half * math.sin(a))],
                12,
                look.ink,
            )
        for b, bump in enumerate(bumpers):
            since = min((i - f for f, k in film.bumps if k == b and f <= i), default=99)
            _face(ink, look, bump, since, look.glass[b % n])
        for k, (x, y) in enumerate(film.at[i]):
            if 96 < y < 1000 or k < 2:
                ink.stamp(float(x), float(y), balls[k])
        return lift(ink)

    return Scene(count, melt_home(frame, count, over=6), film.notes)

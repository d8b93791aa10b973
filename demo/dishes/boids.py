"""A shoal in a dish: they keep together, keep apart, and race for every crumb that falls."""

import math

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, Ink, lift, mix, see_through
from ..scene import Scene, dice, frame_count, melt_home
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import BENCHES, DR, DX, DY, bench, glass


def _steer(p: Floats, v: Floats, crumb: Floats | None, hunter: Floats | None) -> None:
    """One step of the three rules, hunger and fear, in place."""
    gap = p[:, None] - p[None]
    d = np.hypot(gap[..., 0], gap[..., 1]) + 1e-6
    near = (d < 52).astype(float)
    np.fill_diagonal(near, 0)
    n = near.sum(1, keepdims=True) + 1e-6
    v += 0.05 * ((near @ v) / n - v) * (n > 0.5)
    v += 0.006 * ((near @ p) / n - p) * (n > 0.5)
    close = ((d < 17) & (d > 1e-5)).astype(float)
    v += 0.30 * (gap / d[..., None] * close[..., None]).sum(1)
    if crumb is not None:
        to = crumb - p
        v += 0.34 * to / (np.hypot(to[:, 0], to[:, 1])[:, None] + 9)
    if hunter is not None:
        away = p - hunter
        r = np.hypot(away[:, 0], away[:, 1])[:, None] + 1e-6
        v += np.where(r < 95, 1.3 * away / r, 0)
    out = p - (DX, DY)
    r = np.hypot(out[:, 0], out[:, 1])[:, None]
    v -= np.where(r > DR - 42, (r - DR + 42) * 0.028 * out / r, 0)
    speed = np.hypot(v[:, 0], v[:, 1])[:, None]
    v *= np.clip(speed, 1.9, 4.6) / (speed + 1e-9)
    p += v
    r = np.hypot(*(p - (DX, DY)).T)[:, None]
    p[:] = np.where(r > DR - 9, (DX, DY) + (p - (DX, DY)) * (DR - 9) / r, p)


def _fish(
    ink: Ink, x: float, y: float, a: float, s: float, tone: tuple[int, int, int], wag: float
) -> None:
    c, sn = math.cos(a), math.sin(a)

    def at(u: float, w: float) -> tuple[float, float]:
        return x + s * (u * c - w * sn), y + s * (u * sn + w * c)

    bend = 0.35 * math.sin(wag)
    ink.shape(
        [at(-0.7, bend * 0.3), at(-1.75, 0.62 + bend), at(-1.45, bend), at(-1.75, -0.62 + bend)],
        mix(tone, (255, 255, 255), 0.25),
    )
    ink.shape(
        [
            at(1.15, 0),
            at(0.75, 0.44),
            at(0, 0.56),
            at(-0.8, 0.2 + bend * 0.3),
            at(-0.8, -0.2 + bend * 0.3),
            at(0, -0.56),
            at(0.75, -0.44),
        ],
        tone,
    )
    ex, ey = at(0.6, -0.2)
    ink.disc(ex, ey, s * 0.2, (255, 255, 255))
    ink.disc(ex, ey, s * 0.1, (20, 20, 30))


def build(spec: ClipSpec) -> Scene:
    """Crumbs fall on the beat; each bite is a drop. Sometimes somebody large comes along."""
    count = frame_count(spec.length_s)
    rng = dice("dish-boids", spec.seed)
    look = BENCHES[(spec.seed + 3) % len(BENCHES)]
    total = (70, 46, 95, 58)[spec.seed % 4]
    size = (10.0, 14.0, 8.0, 12.0)[spec.seed % 4]
    a = rng.uniform(0, 2 * math.pi, total)
    r = DR * 0.85 * np.sqrt(rng.uniform(0, 1, total))
    p = np.stack([DX + r * np.cos(a), DY + r * np.sin(a)], 1)
    v = np.stack([-np.sin(a), np.cos(a)], 1) * 3
    hunted = spec.seed % 2 == 1
    crumbs = [
        (int(k), DX + float(rng.uniform(-120, 120)), DY + float(rng.uniform(-120, 120)))
        for k in np.arange(6, count - 20, 24 * 60 / 96 * (2 + spec.seed % 2))
    ]
    film, notes, eaten = [], [], {}
    root = 262 * 2 ** (int(rng.integers(-3, 3)) / 12)
    for _ in range(40):
        _steer(p, v, None, None)
    for i in range(count):
        film.append((p.copy(), np.arctan2(v[:, 1], v[:, 0])))
        here = [k for k, c in enumerate(crumbs) if c[0] <= i and k not in eaten]
        crumb = np.array(crumbs[here[0]][1:]) if here else None
        turn = 2 * math.pi * i / count
        hunter = (
            np.array((DX + 110 * math.cos(turn), DY + 110 * math.sin(2 * turn))) if hunted else None
        )
        _steer(p, v, crumb, hunter)
        if crumb is not None:
            d = np.hypot(*(p - crumb).T)
            if float(d.min()) < size * 1.2 and i - crumbs[here[0]][0] > 5:
                eaten[here[0]] = i
                notes += [
                    Note(
                        (i + 1.4 * b) / FPS,
                        "bloop",
                        degree(len(eaten) * 2 + b * 2, root_hz=root, scale=PENTA),
                        0.6 - 0.12 * b,
                        (crumb[0] - DX) / DR,
                    )
                    for b in range(3)
                ]
    notes += [Note(c[0] / FPS, "bloop", 1100, 0.22, (c[1] - DX) / DR) for c in crumbs]
    if hunted:
        notes += [
            Note(k * count / 8 / FPS, "bloop", 92, 0.6, math.cos(k * math.pi / 4)) for k in range(8)
        ]
    sheet = bench(look)
    tones = [look.life[k % 3 if spec.seed % 3 else 0] for k in range(total)]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        at, way = film[i]
        for k, (start, x, y) in enumerate(crumbs):
            bite = eaten.get(k, count)
            if start <= i <= bite:
                fall = max(0.0, 1 - (i - start) / 5)
                ink.disc(x, y - 200 * fall, 7 + 6 * fall, look.life[4])
                ink.ring(
                    x,
                    y,
                    8 + 3 * min(16, i - start),
                    1.6,
                    see_through(look.life[3], max(0.0, 0.5 - (i - start) / 32)),
                )
            if 0 <= i - bite < 12:
                ink.words(
                    x,
                    y - 20 - 3 * (i - bite),
                    "yum",
                    22,
                    see_through(look.life[3], 1 - (i - bite) / 12),
                    bold=0.5,
                )
        for k in range(total):
            x, y = float(at[k, 0]), float(at[k, 1])
            ink.disc(x + 3, y + 6, size * 0.7, see_through(look.life[3], 0.08))
            _fish(ink, x, y, float(way[k]), size, tones[k], i * 0.9 + k)
        if hunted:
            turn = 2 * math.pi * i / count
            heading = math.atan2(220 * math.cos(2 * turn), -110 * math.sin(turn))
            _fish(
                ink,
                DX + 110 * math.cos(turn),
                DY + 110 * math.sin(2 * turn),
                heading,
                34,
                look.life[3],
                i * 0.5,
            )
        return glass(lift(ink))

    return Scene(count, melt_home(frame, count), notes)

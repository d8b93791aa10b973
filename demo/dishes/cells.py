"""Cells that grow, shove, look about and divide until the dish is full."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, Ink, bounce_out, lift, mix, see_through
from ..scene import Scene, dice, frame_count, iris_home
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import BENCHES, DR, DX, DY, Bench, bench, glass


@dataclass(slots=True)
class Colony:
    """Places, sizes and births of all cells; `kin` is the founder each descends from."""

    at: Floats  # (n, 2)
    r: Floats
    grow: Floats
    kin: list[int]
    born: list[int]


def _push(at: Floats, r: Floats) -> None:
    """Shove overlapping cells apart and back into the dish, in place."""
    for _ in range(3):
        gap = at[:, None, :] - at[None, :, :]
        d = np.hypot(gap[..., 0], gap[..., 1]) + 1e-6
        over = np.clip((r[:, None] + r[None, :]) * 0.96 - d, 0, None)
        np.fill_diagonal(over, 0)
        at += 0.32 * (gap / d[..., None] * over[..., None]).sum(1)
        out = np.hypot(at[:, 0] - DX, at[:, 1] - DY)
        far = out + r > DR - 3
        k = np.where(far, (DR - 3 - r) / (out + 1e-6), 1.0)
        at[:] = np.where(far[:, None], (at - (DX, DY)) * k[:, None] + (DX, DY), at)


def _grow(
    spec: ClipSpec, count: int
) -> tuple[list[tuple[Floats, Floats, list[int], list[int]]], list[Note]]:
    rng = dice("dish-cells", spec.seed)
    founders = 1 + spec.seed % 3
    full = (36.0, 29.0, 42.0)[spec.seed % 3]
    root = 220 * 2 ** (int(rng.integers(0, 6)) / 12)
    c = Colony(
        np.array(
            [
                (DX + 70 * math.cos(2.1 * k + 1), DY + 70 * math.sin(2.1 * k + 1))
                for k in range(founders)
            ]
        )
        if founders > 1
        else np.array([(DX, DY)]),
        np.full(founders, full * 0.9),
        rng.uniform(0.9, 1.1, founders),
        list(range(founders)),
        [-20] * founders,
    )
    film, notes = [], []
    room = (DR * DR) / (full * full) * 0.74
    speed = full * 0.3 * math.log(room / founders) / math.log(2) / (count * 0.62)
    for i in range(count):
        film.append((c.at.copy(), c.r.copy(), list(c.kin), list(c.born)))
        if len(c.r) < room:
            c.r = c.r + speed * c.grow
        for k in [int(v) for v in np.flatnonzero(c.r > full)]:
            turn = float(rng.uniform(0, 2 * math.pi))
            half = c.r[k] * 0.72
            step = np.array([math.cos(turn), math.sin(turn)]) * half * 0.55
            c.at = np.vstack([c.at, c.at[k] + step])
            c.at[k] -= step
            c.r[k] = half
            c.r = np.append(c.r, half)
            c.grow[k] = rng.uniform(0.75, 1.25)
            c.grow = np.append(c.grow, rng.uniform(0.75, 1.25))
            c.kin.append(c.kin[k])
            c.born[k] = i
            c.born.append(i)
            n = len(c.r)
            notes.append(
                Note(
                    i / FPS + float(rng.uniform(0, 0.03)),
                    "bloop",
                    degree(n % 14, root_hz=root, scale=PENTA),
                    0.5,
                    (c.at[k, 0] - DX) / DR,
                )
            )
        _push(c.at, c.r)
    return film, notes


def _cell(
    ink: Ink,
    look: Bench,
    x: float,
    y: float,
    r: float,
    kin: int,
    age: float,
    gaze: float,
    blink: bool,
) -> None:
    tone = look.life[kin % len(look.life)]
    r *= 0.82 + 0.18 * bounce_out(age / 10)
    ink.disc(x, y, r, mix(tone, (255, 255, 255), 0.15))
    ink.disc(x, y, r * 0.88, mix(tone, look.jelly, 0.5))
    ink.disc(x - r * 0.28, y - r * 0.42, r * 0.2, see_through((255, 255, 255), 0.7))
    for side in (-1, 1):
        ex, ey = x + side * r * 0.32, y - r * 0.04
        if blink:
            ink.line(
                [(ex - r * 0.16, ey), (ex + r * 0.16, ey)],
                max(1.0, r * 0.08),
                mix(tone, (0, 0, 0), 0.75),
            )
        else:
            ink.disc(ex, ey, r * 0.23, (255, 255, 255))
            ink.disc(
                ex + r * 0.1 * math.cos(gaze),
                ey + r * 0.1 * math.sin(gaze),
                r * 0.12,
                mix(tone, (0, 0, 0), 0.8),
            )
    if age < 12:
        ink.disc(x, y + r * 0.42, r * 0.15, mix(tone, (0, 0, 0), 0.7))
    else:
        ink.arc(x, y + r * 0.28, r * 0.24, 20, 160, max(1.0, r * 0.07), mix(tone, (0, 0, 0), 0.7))


def build(spec: ClipSpec) -> Scene:
    """One to three founders; every division is heard as a drop."""
    count = frame_count(spec.length_s)
    look = BENCHES[spec.seed % len(BENCHES)]
    film, notes = _grow(spec, count)
    sheet = bench(look)

    for k in range(0, len(film[-1][1]), 3):  # whoever blinks makes the smallest of drops
        for i in range((-k * 13) % 47, count - 12, 47):
            if k < len(film[i][1]):
                notes.append(Note(i / FPS, "bloop", 620 + 90 * (k % 6), 0.13, k % 7 / 3.5 - 1))

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        at, r, kin, born = film[i]
        for k in range(len(r)):
            gaze = 0.9 * math.sin(i / 17 + k * 1.7) * math.pi
            blink = (i + k * 13) % 47 < 3
            _cell(
                ink,
                look,
                float(at[k, 0]),
                float(at[k, 1]),
                float(r[k]),
                kin[k],
                i - born[k],
                gaze,
                blink,
            )
        ink.words(250, 128, f"{len(r)}", 58, mix(look.life[3], look.top, 0.1), bold=0.6)
        return glass(lift(ink))

    return Scene(count, iris_home(frame, count, cx=DX, cy=DY), notes)

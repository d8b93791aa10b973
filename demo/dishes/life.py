"""Game of Life in jelly: soft cells with a memory of colour; every birth boom is a handful of
drops.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..canvas import FPS, lift, mix
from ..scene import Scene, dice, frame_count, iris_home
from ..sound import MINOR, PENTA, Note, degree
from ..spec import ClipSpec
from .look import BENCHES, DR, DX, DY, bench, glass

Cells = NDArray[np.bool_]

# Born with, survives with: Life, HighLife, Mazectric, Morley, Maze, Day and Night
RULES = (
    ((3,), (2, 3)),
    ((3, 6), (2, 3)),
    ((3,), (1, 2, 3, 4)),
    ((3, 6, 8), (2, 4, 5)),
    ((3,), (1, 2, 3, 4, 5)),
    ((3, 6, 7, 8), (3, 4, 6, 7, 8)),
)


def _start(kind: int, n: int, rng: np.random.Generator) -> Cells:
    """A first generation, symmetrical so that what follows is a flower and not noise."""
    grid = np.zeros((n, n), bool)
    c = n // 2
    if kind == 0:
        q = rng.random((c, c)) < 0.34
        q |= q.T
        grid[:c, :c], grid[:c, n - c :] = q, q[:, ::-1]
        grid[n - c :] = grid[:c][::-1]
    elif kind == 1:
        q = rng.random((6, 6)) < 0.6
        q |= q.T
        grid[c - 6 : c, c - 6 : c], grid[c - 6 : c, c : c + 6] = q, q[:, ::-1]
        grid[c : c + 6] = grid[c - 6 : c][::-1]
    elif kind == 2:
        grid[c, c - 9 : c + 9] = True
        grid[c - 9 : c + 9, c] = True
        grid[c - 5 : c + 5, c - 5 : c + 5] ^= rng.random((10, 10)) < 0.2
    else:
        yy, xx = np.mgrid[0:n, 0:n] - (n - 1) / 2
        grid = (np.hypot(xx, yy) % 9 < 2) & (np.hypot(xx, yy) < n * 0.44)
    return grid


def _next(grid: Cells, born: tuple[int, ...], stay: tuple[int, ...]) -> Cells:
    """The next generation: who is born with so many neighbours, who stays with so many."""
    n = len(grid)
    p = np.pad(grid, 1).astype(int)
    near = np.zeros((n, n), int)
    for dy in (0, 1, 2):
        for dx in (0, 1, 2):
            if (dy, dx) != (1, 1):
                near += p[dy : n + dy, dx : n + dx]
    return (~grid & np.isin(near, born)) | (grid & np.isin(near, stay))


def build(spec: ClipSpec) -> Scene:
    """Eight generations a second; between two the cells swell and shrink."""
    count = frame_count(spec.length_s)
    rng = dice("dish-life", spec.seed)
    look = BENCHES[(spec.seed * 3 + 1) % len(BENCHES)]
    n = (38, 46, 30, 54)[spec.seed % 4]
    born, stay = RULES[spec.seed % len(RULES)]
    kind = spec.seed // 2 % 4
    yy, xx = np.mgrid[0:n, 0:n] - (n - 1) / 2
    inside = np.hypot(xx, yy) < n / 2 - 0.8
    grid = _start(kind, n, rng) & inside
    for _ in range(12):  # a dish that would die out is filled anew
        last = grid
        for _ in range(70):
            last = _next(last, born, stay) & inside
        if last.sum() >= 30:
            break
        grid = _start(0, n, rng) & inside
    each = (3, 4, 3, 2)[spec.seed % 4]
    age = np.where(grid, 0, -1)
    film, notes = [], []
    root = 220 * 2 ** (int(rng.integers(-2, 4)) / 12)
    scale = (PENTA, MINOR)[spec.seed % 2]
    for g in range(count // each + 2):
        film.append((grid.copy(), age.copy()))
        nxt = _next(grid, born, stay) & inside
        births = np.argwhere(nxt & ~grid)
        if len(births):
            far = np.hypot(births[:, 0] - n / 2, births[:, 1] - n / 2)
            for v, q in enumerate((0.15, 0.5, 0.85)[: 1 + (len(births) > 12) + (len(births) > 40)]):
                d = float(np.quantile(far, q)) / (n / 2)
                notes.append(
                    Note(
                        ((g + 1) * each + v * 0.4) / FPS,
                        "bloop",
                        degree(round(d * 12), root_hz=root, scale=scale),
                        0.3,
                        (-1) ** g * d,
                    )
                )
        age = np.where(nxt, np.where(grid, age + 1, 0), -1)
        grid = nxt
    sheet = bench(look)
    step = DR * 2 / n
    tones = [look.life[1], look.life[2], look.life[0], look.life[3]]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        g, rest = divmod(i, each)
        u = (rest + 1) / each
        old, _ = film[g]
        new, ages = film[g + 1]
        for r, c in np.argwhere(old | new):
            size = 1.0 if old[r, c] and new[r, c] else (u if new[r, c] else 1 - u)
            if size <= 0:
                continue
            a = max(0, int(ages[r, c]))
            tone = mix(tones[min(3, a // 3)], tones[min(3, a // 3 + 1)], (a % 3) / 3)
            x, y = DX + (c - (n - 1) / 2) * step, DY + (r - (n - 1) / 2) * step
            ink.disc(x, y, step * 0.5 * math.sqrt(size), tone)
            if step > 9:
                ink.disc(x - step * 0.13, y - step * 0.15, step * 0.12 * size, (255, 255, 255, 150))
        return glass(lift(ink))

    return Scene(count, iris_home(frame, count, cx=DX, cy=DY), notes)

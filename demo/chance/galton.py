"""A Galton board: every ball tosses a coin at every peg, and together they draw the bell."""

import math

from PIL import Image

from ..canvas import FPS, Ink, Sheet, ease, glass_ball, lift, mix, see_through
from ..scene import Scene, dice, frame_count
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import COAL, GOLD, IVORY, RED, felt

MX, TOP, FLOOR = 250.0, 120.0, 742.0


def build(spec: ClipSpec) -> Scene:
    """Rows 7 to 12; the odds may lean; at the end the floor opens."""
    count = frame_count(spec.length_s)
    rng = dice("chance-galton", spec.seed)
    rows = (10, 8, 12, 9, 7)[spec.seed % 5]
    lean = (0.5, 0.5, 0.34, 0.5, 0.66)[spec.seed % 5]
    gap = 400 / (rows + 1)
    drop = 300 / rows
    radius = gap * 0.2
    balls = (150, 120, 190, 130, 100)[spec.seed % 5]
    pour = count * 0.62
    fall = 2.6 * 24 / (1 + 0.08 * rows)
    step = fall / rows
    paths, starts, stacks = [], [], []
    heights = [0] * (rows + 1)
    for k in range(balls):
        turns = [bool(v) for v in rng.random(rows) < lean]
        slot = sum(turns)
        paths.append(turns)
        starts.append(1 + k * pour / balls)
        stacks.append((slot, heights[slot]))
        heights[slot] += 1
    tall = max(heights)
    lie = min(radius * 1.8, (FLOOR - TOP - 330) / tall)
    root = 196.0 * 2 ** (int(rng.integers(0, 5)) / 12)
    notes = []
    for k in range(balls):
        land = starts[k] + fall + 5
        if land < count:
            notes.append(
                Note(
                    land / FPS,
                    "kalimba",
                    degree(stacks[k][0] + 1, root_hz=root, scale=PENTA),
                    0.34,
                    stacks[k][0] / rows * 1.2 - 0.6,
                )
            )
        if k % 3 == 0:
            notes += [
                Note(max(0.0, (starts[k] + step * (r + 1)) / FPS), "tick", 1500 + 140 * r, 0.1, 0)
                for r in range(0, rows, 2)
            ]
    notes.append(Note(count * 0.9 / FPS, "swish", 500, 0.3, 0, 0.6))
    sheet = Sheet(felt(spec.seed))
    base = sheet.base()
    for r in range(rows):
        for c in range(r + 1):
            x, y = MX + (c - r / 2) * gap, TOP + 40 + r * drop
            base.disc(x + 2, y + 4, 5, see_through((0, 0, 0), 0.3))
            base.disc(x, y, 4.6, GOLD)
            base.disc(x - 1.2, y - 1.4, 1.6, mix(GOLD, (255, 255, 255), 0.7))
    for c in range(rows + 2):
        x = MX + (c - (rows + 1) / 2) * gap
        base.line([(x, TOP + 350), (x, FLOOR)], 2.4, mix(GOLD, COAL, 0.35), caps=False)
    base.shape([(MX - 60, 66), (MX + 60, 66), (MX + 12, 112), (MX - 12, 112)], mix(GOLD, COAL, 0.3))
    ivory, red = glass_ball(radius, IVORY), glass_ball(radius, RED)

    def spot(k: int, i: float) -> tuple[float, float] | None:
        age = i - starts[k]
        if age < 0:
            return None
        level = stacks[k][1]
        rest = FLOOR - radius - level * lie
        r = min(rows, int(age / step))
        x = MX + sum(0.5 if v else -0.5 for v in paths[k][: max(0, r)]) * gap
        u = age / step - r
        if r < rows:
            way = 0.5 if paths[k][r] else -0.5
            hop = math.sin(math.pi * u) * drop * 0.28
            return x + way * gap * u, TOP + 8 + r * drop + drop * u - hop
        y0 = TOP + 8 + rows * drop
        return x, min(rest, y0 + 1.1 * (age - fall) ** 2 + 8 * (age - fall))

    def frame(i: int) -> Image.Image:
        ink: Ink = sheet.ink()
        away = max(0.0, i - count * 0.9)
        for k in range(balls):
            at = spot(k, i)
            if at is None:
                continue
            y = at[1] + 2.6 * away**2 * (1 + 0.02 * (k % 11)) if away else at[1]
            if y < 990:
                ink.stamp(at[0], y, red if k % 17 == 3 else ivory)
        if i > count * 0.7:
            t = ease((i / count - 0.7) * 6) * (1 - ease((i / count - 0.9) * 12))
            bell = [
                math.comb(rows, c) * lean**c * (1 - lean) ** (rows - c) for c in range(rows + 1)
            ]
            peak = max(bell)
            pts = []
            for c in range(rows + 1):
                p = bell[c] / peak
                pts.append((MX + (c - rows / 2) * gap, FLOOR - 12 - p * tall * lie * 0.94))
            shown = pts[: max(2, round(len(pts) * min(1.0, t * 1.4)))]
            ink.line(shown, 5, see_through(RED, t), caps=False)
        return lift(ink)

    return Scene(count, frame, notes, room=0.12)

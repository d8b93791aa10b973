"""Are these lines straight? Cafe wall, Zoellner, Hering, and a square that breathes."""

import math
from collections.abc import Callable

from PIL import Image

from ..canvas import RGB, Ink, Sheet, lift, mix, see_through
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import INK, ask, loud, page, stage

Draw = Callable[[Ink, float, RGB, int], None]


def _cafe(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    gone = stage(t, 0.5, 0.66)
    rows, tile = 9, 56.0
    for r in range(rows):
        y = 196 + r * 58.0
        slide = (0, 0.5, 1, 0.5)[r % 4] * tile * 0.62 * (1 - gone) + 9 * math.sin(
            2 * math.pi * t * 2 + r
        ) * (1 - gone)
        for c in range(-1, 6):
            x = 30 + c * tile * 2 * 0.72 + slide
            x0, x1 = max(34.0, x), min(462.0, x + tile * 0.72)
            if x1 > x0:
                ink.box(x0, y, x1, y + 54, INK if kind % 2 == 0 else mix(INK, colour, 0.25))
        paint = mix((140, 140, 136), colour, gone)
        ink.box(34, y + 54, 462, y + 58, paint)


def _zollner(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    gone = stage(t, 0.5, 0.64)
    for r in range(7):
        x = 70 + r * 60.0
        side = 1 if r % 2 == 0 else -1
        for k in range(19):
            y = 200 + ((k * 29.0 + 29.0 * (t * 6 % 1) * side) % (19 * 29.0))
            reach = 21 * (1 - gone)
            if reach > 1 and 202 < y < 728:
                ink.line(
                    [(x - reach, y - side * reach * 0.75), (x + reach, y + side * reach * 0.75)],
                    4.5,
                    INK,
                    caps=False,
                )
        ink.line([(x, 196), (x, 736)], 7, mix(INK, colour, gone), caps=False)


def _hering(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    gone = stage(t, 0.5, 0.64)
    for k in range(44):
        a = math.pi * (k / 44) + math.pi * t / 44 * 8
        c, s = math.cos(a), math.sin(a)
        r = 290.0
        p, q = (250 - r * c, 466 - r * s), (250 + r * c, 466 + r * s)
        ink.line([p, q], 2.6, see_through(INK, 1 - 0.92 * gone), caps=False)
    for x in (170.0, 330.0):
        ink.line([(x, 200), (x, 732)], 10, colour)
    if gone > 0.1:
        for y in (260, 466, 672):
            ink.line([(170, y), (170 + 160 * gone, y)], 2.5, see_through(INK, gone), caps=False)


def _breath(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    gone = stage(t, 0.5, 0.66)
    a = 2 * math.pi * t
    half = 150.0
    pts = []
    for k in range(4):
        w = a + math.pi / 4 + k * math.pi / 2
        pts.append((250 + half * 1.414 * math.cos(w), 460 + half * 1.414 * math.sin(w)))
    ink.shape(pts, colour)
    for sx in (-1, 1):
        for sy in (-1, 1):
            w = 92.0
            x, y = 250 + sx * 118, 460 + sy * 118
            ink.box(x - w, y - w, x + w, y + w, see_through(INK, 1 - 0.86 * gone), r=8)


KINDS: tuple[tuple[Draw, str, str], ...] = (
    (_cafe, "Are the rows level?", "Perfectly."),
    (_zollner, "Do they lean?", "Dead parallel."),
    (_hering, "Bent, aren't they?", "Ruler straight."),
    (_breath, "Is it breathing?", "It only turns."),
)


def build(spec: ClipSpec) -> Scene:
    """The disturbance slides out at the half, and the lines own up."""
    count = frame_count(spec.length_s)
    rng = dice("eyes-straight", spec.seed)
    draw, question, answer = KINDS[spec.seed % len(KINDS)]
    colour = loud(spec.seed + 1)
    sheet = Sheet(page(spec.seed + 1))
    seconds = count / 24
    low = 540 + 60 * int(rng.integers(0, 4))
    notes = [Note(0.02, "woodblock", low, 0.5)]
    notes += [
        Note(
            seconds * (0.1 + 0.095 * k),
            "woodblock",
            low * (1.5 if k % 2 else 1.33),
            0.22,
            (-1) ** k * 0.5,
        )
        for k in range(4)
    ]
    notes += [Note(seconds * 0.5, "swish", 1700, 0.3, 0, 0.6)]
    notes += [
        Note(seconds * (0.64 + 0.022 * k), "woodblock", low * (1.5 + 0.25 * k), 0.5)
        for k in range(3)
    ]
    notes += [Note(seconds * 0.93, "swish", 800, 0.2, 0, 0.4)]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        draw(ink, i / count, colour, spec.seed // 4)
        ask(ink, question, answer, i / count, colour, turn=0.6)
        return lift(ink)

    return Scene(count, frame, notes, room=0.1)

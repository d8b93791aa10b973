"""The same grey twice: a shadow on a checkerboard, stripes that lend their colour, a grey bar on a
slope, a grid that blinks.
"""

import math
from collections.abc import Callable

from PIL import Image

from ..canvas import RGB, Ink, Sheet, ease, lift, mix, rgb, see_through
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import INK, ask, loud, page, stage

Draw = Callable[[Ink, float, RGB, int], None]
GREY: RGB = (120, 120, 120)


def _checker(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    shown = stage(t, 0.5, 0.64)
    n, tile = 5, 82.0
    light, dark = (196, 196, 192), GREY
    shade = 0.612
    for r in range(n):
        for c in range(n):
            x, y = 45 + c * tile, 250 + r * tile
            tone = light if (r + c) % 2 == 0 else dark
            gloom = max(0.0, min(1.0, (r * 1.0 + (4 - c) * 0.9 - 3.2) / 1.0))
            if (r, c) == (3, 1):
                tone, gloom = light, 1.0
            if (r, c) == (1, 2):
                tone, gloom = dark, 0.0
            paint = mix(tone, mix((0, 0, 0), tone, shade), gloom)
            if (r, c) in ((3, 1), (1, 2)):
                paint = GREY
            away = shown if (r, c) not in ((3, 1), (1, 2)) else 0.0
            ink.box(x, y, x + tile, y + tile, see_through(paint, 1 - 0.9 * away))
    drift, hop = 26 * math.sin(4 * math.pi * t), 70 * abs(math.sin(6 * math.pi * t))
    size = 38 + 9 * abs(math.sin(6 * math.pi * t))
    ink.disc(120 - drift, 650 - hop, 58, see_through(colour, 1 - 0.85 * shown))
    ink.disc(102 - drift, 630 - hop, 16, see_through((255, 255, 255), 0.6 * (1 - shown)))
    ax, ay, bx, by = 45 + 2.5 * tile, 250 + 1.5 * tile, 45 + 1.5 * tile, 250 + 3.5 * tile
    if shown > 0:
        ink.line([(ax, ay), (ax + (bx - ax) * shown, ay + (by - ay) * shown)], 44, GREY, caps=False)
    for x, y, name in ((ax, ay, "A"), (bx, by, "B")):
        ink.words(x, y, name, size, INK, bold=0.6)


def _munker(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    shown = stage(t, 0.5, 0.64)
    a, b, mid = (
        ((255, 210, 0), (40, 60, 220), (225, 70, 60))
        if kind % 2 == 0
        else ((0, 190, 160), (230, 30, 120), (150, 150, 150))
    )
    flow = 24 * ((t * 12) % 2)
    for side in (0, 1):
        x0 = 40 + side * 216
        for k in range(-2, 23):
            y = 220 + k * 24 + flow
            y0, y1 = max(220, y), min(724, y + 24)
            if y1 > y0:
                ink.box(x0, y0, x0 + 204, y1, see_through(a if k % 2 else b, 1 - 0.92 * shown))
        ink.disc(x0 + 102, 472, 84, mid)
        for k in range(-2, 23):
            y = 220 + k * 24 + flow
            if (k % 2 == 1) == (side == 0) and y + 24 > 300 and y < 640:
                ink.box(
                    x0,
                    max(220, y),
                    x0 + 204,
                    min(724, y + 24),
                    see_through(a if k % 2 else b, 1 - shown),
                )
    if shown > 0.4:
        ink.line([(142, 472), (142 + 216 * shown, 472)], 30, mid, caps=False)


def _slope(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    shown = stage(t, 0.5, 0.64)
    tall = 500
    flip = kind % 2 == 1
    for k in range(100):
        y0 = 224 + tall * k / 100
        v = int(28 + 200 * ((99 - k) if flip else k) / 99)
        v = round(v + (238 - v) * 0.94 * shown)
        ink.box(40, y0, 460, y0 + tall / 100 + 1, (v, v, v))
    sway = 40 * (ease(abs(2 * ((t * 2) % 1) - 1)) - 0.5)
    ink.box(205 + sway, 252, 295 + sway, 696, GREY, r=10)
    if shown > 0:
        ink.words(250 + sway, 474, "one grey", 20, see_through((255, 255, 255), shown))


def _sparkle(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    shown = stage(t, 0.5, 0.62)
    ink.box(34, 212, 466, 740, INK)
    gap = 54.0
    roam = 10 * (ease(abs(2 * ((t * 2) % 1) - 1)) - 0.5)
    grey = (128, 128, 126)
    xs = [61 + gap * k + roam for k in range(8)]
    ys = [239 + gap * k for k in range(10)]
    for x in xs:
        ink.box(x - 5, 212, x + 5, 740, mix(grey, (50, 50, 50), shown))
    for y in ys:
        ink.box(34, y - 5, 466, y + 5, mix(grey, (50, 50, 50), shown))
    for x in xs:
        for y in ys:
            ink.disc(x, y, 9, mix((255, 255, 255), colour, shown))


KINDS: tuple[tuple[Draw, str, str], ...] = (
    (_checker, "Which is darker, A or B?", "The very same grey."),
    (_munker, "Same colour or not?", "The same."),
    (_slope, "Does the bar fade?", "Not a bit."),
    (_sparkle, "Count the black dots", "There are none."),
)


def build(spec: ClipSpec) -> Scene:
    """The surroundings fade at the half, and only the facts stay."""
    count = frame_count(spec.length_s)
    rng = dice("eyes-shade", spec.seed)
    draw, question, answer = KINDS[spec.seed % len(KINDS)]
    colour = loud(spec.seed + 3) if spec.seed % 4 else rgb("3b8f5a")
    sheet = Sheet(page(spec.seed))
    seconds = count / 24
    low = 560 + 70 * int(rng.integers(0, 4))
    notes = [Note(0.02, "woodblock", low, 0.5), Note(0.16, "woodblock", low * 1.5, 0.35)]
    notes += [
        Note(
            seconds * (0.125 + 0.125 * k),
            "woodblock",
            low * (1.33 if k % 2 else 1),
            0.22,
            (-1) ** k * 0.4,
        )
        for k in range(3)
    ]
    notes += [
        Note(seconds * 0.5, "swish", 1300, 0.3, 0, 0.6),
        Note(seconds * 0.62, "woodblock", low * 2, 0.7),
        Note(seconds * 0.62 + 0.14, "woodblock", low * 1.5, 0.6),
    ]
    notes += [Note(seconds * 0.93, "swish", 700, 0.2, 0, 0.4)]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        draw(ink, i / count, colour, spec.seed // 4)
        ask(ink, question, answer, i / count, colour, turn=0.6)
        return lift(ink)

    return Scene(count, frame, notes, room=0.1)

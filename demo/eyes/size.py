"""Which is bigger, which is longer: circles among circles, arrows, rails, towers."""

import math
from collections.abc import Callable

from PIL import Image

from ..canvas import RGB, Ink, Sheet, lift, see_through
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import INK, ask, loud, page, stage

Draw = Callable[[Ink, float, RGB, float], None]


def _ebbinghaus(ink: Ink, t: float, colour: RGB, spin: float) -> None:
    gone = stage(t, 0.48, 0.62)
    for cx, cy, r, n, far in ((250, 358, 56.0, 6, 116.0), (250, 628, 17.0, 9, 66.0)):
        for k in range(n):
            a = 2 * math.pi * k / n + spin * 2 * math.pi * t
            d = far + 420 * gone
            size = r * (1 - 0.5 * gone)
            ink.disc(
                cx + d * math.cos(a),
                cy + d * math.sin(a) * (1 - gone * 0.2),
                size,
                see_through(INK, 1 - gone),
            )
        shift = 136 * gone
        ink.disc(cx, cy + shift * (1 if cy < 480 else -1) * 0.72, 38, colour)
    if gone > 0.5:
        for x in (212, 288):
            ink.line([(x, 400), (x, 590)], 2, see_through(INK, gone), caps=False)


def _muller(ink: Ink, t: float, colour: RGB, spin: float) -> None:
    gone = stage(t, 0.48, 0.62)
    for k, y in enumerate((290, 420, 550)):
        way = 1 if k % 2 == 0 else -1
        x0, x1 = 130.0, 370.0
        wing = 46 * (1 - gone) * (0.75 + 0.25 * math.sin(4 * math.pi * t + k))
        for x, side in ((x0, 1), (x1, -1)):
            for up in (-1, 1):
                ink.line([(x, y), (x + side * way * wing * 0.8, y + up * wing)], 9, INK)
        ink.line([(x0, y), (x1, y)], 9, colour)
    if gone > 0:
        for x in (130, 370):
            ink.line([(x, 250), (x, 250 + 350 * gone)], 2.5, see_through(INK, 0.8), caps=False)


def _ponzo(ink: Ink, t: float, colour: RGB, spin: float) -> None:
    gone = stage(t, 0.48, 0.6)
    for side in (-1, 1):
        ink.line(
            [(250 + side * 205, 720), (250 + side * 38, 230)],
            10,
            see_through(INK, 1 - gone * 0.88),
            caps=False,
        )
    for k in range(9):
        u = ((k + t * 9 * abs(spin)) % 9) / 9
        y = 230 + 490 * u**1.7
        w = 38 + 167 * u**1.7
        ink.line(
            [(250 - w * 1.16, y), (250 + w * 1.16, y)],
            3 + 7 * u,
            see_through(INK, (1 - gone * 0.9) * min(1.0, u * 6)),
            caps=False,
        )
    for y in (300, 600):
        ink.box(250 - 62, y - 11, 250 + 62, y + 11, colour, r=11)
    for x in (188, 312):
        ink.line([(x, 300), (x, 300 + 300 * gone)], 2.5, see_through(colour, gone), caps=False)


def _towers(ink: Ink, t: float, colour: RGB, spin: float) -> None:
    tip = stage(t, 0.48, 0.62)
    ink.box(80, 620, 420, 634, INK, r=7)
    ink.box(140, 602, 360, 618, colour, r=8)
    a = -math.pi / 2 * (1 - tip)
    n = 220.0
    ink.line(
        [(250, 596), (250 + n * math.cos(a) * (1 - tip), 596 + n * math.sin(a) * (1 - tip))],
        16 * (1 - tip) + 0.5,
        colour,
    )
    if tip > 0.3:
        ink.box(140, 560 + 8 * (1 - tip), 360, 576 + 8 * (1 - tip), see_through(colour, tip), r=8)
    for k in range(5):
        ink.disc(120 + 65 * k, 668 + 6 * math.sin(2 * math.pi * (2 * t + k / 5)), 9, INK)


KINDS: tuple[tuple[Draw, str, str], ...] = (
    (_ebbinghaus, "Which dot is bigger?", "Neither."),
    (_muller, "Which line is longest?", "All the same."),
    (_ponzo, "Which bar is wider?", "Twins."),
    (_towers, "Taller than wide?", "Exactly square."),
)


def build(spec: ClipSpec) -> Scene:
    """Question, a breath, reveal, and back."""
    count = frame_count(spec.length_s)
    rng = dice("eyes-size", spec.seed)
    draw, question, answer = KINDS[spec.seed % len(KINDS)]
    colour = loud(spec.seed)
    spin = (1.0, -1.0)[int(rng.integers(0, 2))]
    sheet = Sheet(page(spec.seed))
    seconds = count / 24
    notes = [Note(0.02, "woodblock", 620, 0.5)]
    notes += [
        Note(seconds * (0.08 + 0.08 * k), "woodblock", 880 + 90 * (k % 2), 0.25, (-1) ** k * 0.4)
        for k in range(5)
    ]
    notes += [
        Note(seconds * 0.48, "swish", 1400, 0.3, 0, 0.5),
        Note(seconds * 0.60, "woodblock", 1240, 0.7),
        Note(seconds * 0.60 + 0.12, "woodblock", 930, 0.6),
    ]
    notes += [Note(seconds * 0.93, "swish", 700, 0.2, 0, 0.4)]

    def frame(i: int) -> Image.Image:
        t = i / count
        ink = sheet.ink()
        draw(ink, t, colour, spin)
        ask(ink, question, answer, t, colour)
        return lift(ink)

    return Scene(count, frame, notes, room=0.1)

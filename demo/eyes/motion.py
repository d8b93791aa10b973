"""Things that move, or do not: dots that seem to roll, feet that seem to step, stripes that seem
to climb.
"""

import math
from collections.abc import Callable

from PIL import Image

from ..canvas import RGB, Ink, Sheet, ease, lift, mix, see_through
from ..scene import Scene, dice, frame_count
from ..sound import Note
from ..spec import ClipSpec
from .look import INK, ask, loud, page, stage

Draw = Callable[[Ink, float, RGB, int], None]


def _rolling(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    shown = stage(t, 0.5, 0.62)
    n = (8, 6, 10)[kind % 3]
    ink.disc(250, 460, 216, INK)
    for k in range(n):
        a = math.pi * k / n
        c, s = math.cos(a), math.sin(a)
        if shown > 0:
            ink.line(
                [(250 - 200 * c, 460 - 200 * s), (250 + 200 * c, 460 + 200 * s)],
                2.5,
                see_through((255, 255, 255), 0.6 * shown),
                caps=False,
            )
    for k in range(n):
        a = math.pi * k / n
        d = 200 * math.cos(2 * math.pi * 3 * t - a)
        ink.disc(
            250 + d * math.cos(a),
            460 + d * math.sin(a),
            15,
            mix((255, 255, 255), colour, 1.0 if k == 0 else 1 - shown * 0.9),
        )


def _steps(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    gone = stage(t, 0.5, 0.64)
    for k in range(16):
        if k % 2 == 0:
            ink.box(34 + k * 27, 210, 34 + (k + 1) * 27, 730, see_through(INK, 1 - 0.95 * gone))
    sway = 0.5 - 0.5 * math.cos(2 * math.pi * 2 * t)
    x = 60 + 260 * sway
    for y, tone in ((330, (255, 226, 60)), (560, (24, 30, 120))):
        ink.box(x, y, x + 108, y + 60, tone, r=10)
        for toe in range(3):
            ink.disc(x + 108 + 4, y + 12 + 18 * toe, 9, tone)


def _barber(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    shown = stage(t, 0.5, 0.62)
    half = 70 + 140 * shown
    flow = 56 * 8 * t
    for k in range(-14, 26):
        x = -200 + k * 56 + flow % 56
        pts = []
        for px, py in ((x, 720), (x + 28, 720), (x + 28 + 250, 220), (x + 250, 220)):
            pts.append((px, py))
        ink.shape(pts, INK if k % 2 else mix(INK, colour, 0.0))
    paper = (244, 241, 234)
    ink.box(0, 200, 250 - half, 740, paper)
    ink.box(250 + half, 200, 540, 740, paper)
    if shown > 0:
        for y in (330, 470, 610):
            ink.line(
                [(250 - half + 14, y), (250 + half - 26, y)],
                6,
                see_through(colour, shown),
                caps=False,
            )
            ink.shape(
                [(250 + half - 34, y - 16), (250 + half - 8, y), (250 + half - 34, y + 16)],
                see_through(colour, shown),
            )


def _after(ink: Ink, t: float, colour: RGB, kind: int) -> None:
    turning = t < 0.62
    turn = 2 * math.pi * 6 * min(t, 0.62) * (1 if kind % 2 else -1)
    rest = ease((t - 0.6) / 0.04) * (1 - ease((t - 0.94) / 0.05))
    arms = 3
    ink.disc(250, 460, 216, see_through(INK, 0.06 * (1 - rest)))
    for k in range(arms):
        left, right = [], []
        for j in range(46):
            r = 6 + 208 * j / 45
            a = turn + 2 * math.pi * k / arms + r / 34
            w = math.pi / arms / 2
            left.append((250 + r * math.cos(a - w), 460 + r * math.sin(a - w)))
            right.append((250 + r * math.cos(a + w), 460 + r * math.sin(a + w)))
        ink.shape(left + right[::-1], see_through(INK, 1 - rest))
    ink.disc(250, 460, 12, colour)
    if rest > 0 and not turning:
        for k in range(7):
            for j in range(9):
                x, y = 76 + 58 * k + (29 if j % 2 else 0), 262 + 50 * j
                if math.hypot(x - 250, y - 460) < 214:
                    ink.disc(x, y, 15, see_through(INK, rest))
        ink.disc(250, 460, 12, colour)


KINDS: tuple[tuple[Draw, str, str], ...] = (
    (_rolling, "A rolling ring?", "Straight lines only."),
    (_steps, "Are they taking steps?", "Smooth. In step."),
    (_barber, "Which way is it going?", "Sideways."),
    (_after, "Stare at the dot", "Perfectly still."),
)


def build(spec: ClipSpec) -> Scene:
    """The thing itself, then what it hides."""
    count = frame_count(spec.length_s)
    rng = dice("eyes-motion", spec.seed)
    which = spec.seed % len(KINDS)
    draw, question, answer = KINDS[which]
    colour = loud(spec.seed + 2)
    sheet = Sheet(page(0))
    seconds = count / 24
    low = 600 + 50 * int(rng.integers(0, 5))
    rate = (12, 4, 8, 6)[which]
    turn = 0.6 if which != 3 else 0.66
    notes = [
        Note(
            seconds * k / rate,
            "woodblock",
            low * (1.5 if k % 2 else 1),
            0.3 if k else 0.5,
            (-1) ** k * 0.5,
        )
        for k in range(rate)
        if k / rate < turn
    ]
    notes += [Note(seconds * (turn - 0.1), "swish", 1500, 0.3, 0, 0.5)]
    notes += [
        Note(seconds * turn + 0.13 * k, "woodblock", low * (2 - 0.25 * k), 0.6) for k in range(2)
    ]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        draw(ink, i / count, colour, spec.seed // 4)
        ask(ink, question, answer, i / count, colour, turn=turn)
        return lift(ink)

    return Scene(count, frame, notes, room=0.1)

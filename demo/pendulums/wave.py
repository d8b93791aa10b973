"""A row of pendulums, each a little faster than the last, that drift apart and meet again on a
chord.
"""

import math

from PIL import Image

from ..canvas import FPS, Ink, Sheet, bloom, lift, mix, pick, see_through
from ..scene import Scene, dice, frame_count
from ..sound import DORIAN, MAJOR, PENTA, Note, degree
from ..spec import ClipSpec
from .look import BRASS, bob, metals, night

VIEWS = ("pivot", "snake", "row", "bloom")


def _where(view: str, k: int, n: int, s: float) -> tuple[float, float, float, float, float]:
    """Pivot x, y, bob x, y and size of pendulum k at swing `s` (-1..1)."""
    u = k / (n - 1)
    if view == "pivot":
        length = 560 - 330 * u
        a = 0.42 * s
        return 250, 110, 250 + length * math.sin(a), 110 + length * math.cos(a), 19 - 7 * u
    if view == "snake":
        y = 150 + 560 * u
        return 250, y, 250 + 178 * s, y, 10 + 5 * u
    if view == "row":
        x = 60 + 380 * u
        length = 300 + 150 * u
        return x, 120, x + 26 * s, 120 + length + 120 * s * s * s, 9 + 8 * u
    a = 2 * math.pi * u * (n - 1) / n - math.pi / 2
    r = 125 + 88 * s
    return (
        250 + 24 * math.cos(a),
        420 + 24 * math.sin(a),
        250 + r * math.cos(a),
        420 + r * math.sin(a),
        12,
    )


def build(spec: ClipSpec) -> Scene:
    """Swings per clip are whole numbers one apart, so the last frame is the first."""
    count = frame_count(spec.length_s)
    rng = dice("pendulum-wave", spec.seed)
    view = VIEWS[spec.seed % len(VIEWS)]
    n = {"pivot": 13, "snake": 22, "row": 16, "bloom": 20}[view] + int(rng.integers(-2, 3))
    slowest = int(rng.integers(4, 7))
    scale = (PENTA, DORIAN, MAJOR)[spec.seed % 3]
    root = 130.8 * 2 ** (int(rng.integers(-3, 5)) / 12)
    tones = [pick(metals(spec.seed, n), (k + 0.5) / n) for k in range(n)]
    swings = [slowest + (n - 1 - k if view == "row" else k) for k in range(n)]
    notes = []
    for k, m in enumerate(swings):
        for j in range(m):
            gain = 0.5 if j == 0 else 0.16
            notes.append(
                Note(
                    j / m * count / FPS,
                    "vibes",
                    degree(k * (2 if len(scale) == 7 else 1), root_hz=root, scale=scale),
                    gain,
                    1.2 * k / n - 0.6,
                )
            )
    sheet = Sheet(night(spec.seed // 2))
    base = sheet.base()
    if view in ("pivot", "row"):
        base.box(
            60 if view == "pivot" else 36,
            98,
            440 if view == "pivot" else 464,
            112,
            mix(BRASS, (0, 0, 0), 0.25),
            r=6,
        )
        base.box(
            60 if view == "pivot" else 36, 98, 440 if view == "pivot" else 464, 103, BRASS, r=3
        )
    if view == "snake":
        base.line([(250, 130), (250, 735)], 2, see_through(BRASS, 0.25), caps=False)
    sizes = [_where(view, k, n, 0)[4] for k in range(n)]
    bobs = [bob(tones[k], sizes[k]) for k in range(n)]

    def swing(k: int, i: float) -> float:
        return math.cos(2 * math.pi * swings[k] * i / count)

    def trails(ink: Ink, i: int) -> None:
        for k in range(n):
            for back in range(1, 7):
                at = _where(view, k, n, swing(k, i - back * 0.7))
                ink.disc(
                    at[2],
                    at[3],
                    sizes[k] * (1 - back * 0.1),
                    see_through(tones[k], 0.2 - back * 0.026),
                )

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        trails(ink, i)
        spots = [_where(view, k, n, swing(k, i)) for k in range(n)]
        if view in ("snake", "bloom"):
            loop = [(s[2], s[3]) for s in spots]
            ink.line(
                [*loop, loop[0]] if view == "bloom" else loop,
                2,
                see_through(BRASS, 0.5),
                caps=False,
            )
        for k in range(n - 1, -1, -1):
            px, py, x, y, r = spots[k]
            if view != "snake":
                ink.line([(px, py), (x, y)], 1.2, see_through(tones[k], 0.55), caps=False)
            if swing(k, i) > 0.93:
                ink.disc(x, y, r * 1.9, see_through(tones[k], 0.3))
            ink.stamp(x, y, bobs[k])
        return bloom(lift(ink), strength=0.6, floor=70)

    return Scene(count, frame, notes, room=0.3)

"""Beads on nested arcs, each in its own time; every turn rings a bar, and all ring together at the
end.
"""

import math

from PIL import Image

from ..canvas import FPS, Ink, Sheet, bloom, lift, mix, pick, see_through
from ..scene import Scene, dice, frame_count
from ..sound import DORIAN, HIRAJOSHI, PENTA, Note, degree
from ..spec import ClipSpec
from .look import BRASS, bob, metals, night

VIEWS = ("arcs", "rings", "columns", "triangle")


def _spot(view: str, k: int, n: int, turns: float) -> tuple[float, float]:
    """Where bead k is after so many turns (one turn: out and back, or once round)."""
    u = (k + 1) / n
    sway = abs((turns * 2) % 2 - 1)  # 1 at the ends of a turn, 0 half way
    if view == "arcs":
        r = 40 + 170 * u
        a = math.pi * (1 + sway)
        return 250 + r * math.cos(a), 560 + r * 2.05 * math.sin(a)
    if view == "rings":
        r = 34 + 176 * u
        a = 2 * math.pi * turns - math.pi / 2
        return 250 + r * math.cos(a), 420 + r * math.sin(a)
    if view == "columns":
        x = 50 + 400 * k / (n - 1)
        hop = 1 - (2 * ((turns * 1.0) % 1) - 1) ** 2
        return x, 690 - 500 * hop * (0.55 + 0.45 * u)
    sides = 3
    r = 50 + 190 * u
    t = (turns * sides) % sides
    corner = int(t)
    a0, a1 = (2 * math.pi * c / sides - math.pi / 2 for c in (corner, corner + 1))
    w = t - corner
    return 250 + r * (math.cos(a0) * (1 - w) + math.cos(a1) * w), 450 + r * (
        math.sin(a0) * (1 - w) + math.sin(a1) * w
    )


def _rails(ink: Ink, view: str, n: int, tones: list[tuple[int, int, int]]) -> None:
    steps = 90
    for k in range(n):
        if view == "columns":
            x, y = _spot(view, k, n, 0)
            ink.box(x - 9, y + 9, x + 9, y + 15, mix(tones[k], (0, 0, 0), 0.2), r=3)
            continue
        span = 0.5 if view == "arcs" else 1.0
        pts = [_spot(view, k, n, span * j / steps) for j in range(steps + 1)]
        ink.line(pts, 1.4, see_through(tones[k], 0.42), caps=False)
    if view == "arcs":
        ink.line([(28, 566), (472, 566)], 3, BRASS)
    if view in ("rings", "triangle"):
        y0 = _spot(view, n - 1, n, 0)[1]
        ink.line(
            [(250, y0 + 300 if view == "triangle" else 420), (250, y0 - 14)],
            3,
            see_through(BRASS, 0.75),
            caps=False,
        )


def build(spec: ClipSpec) -> Scene:
    """Turns per clip are whole numbers one apart; each turn's end is a note."""
    count = frame_count(spec.length_s)
    rng = dice("pendulum-arcs", spec.seed)
    view = VIEWS[spec.seed % len(VIEWS)]
    n = {"arcs": 12, "rings": 12, "columns": 13, "triangle": 9}[view] + int(rng.integers(-1, 3))
    least = int(rng.integers(3, 6))
    scale = (PENTA, HIRAJOSHI, DORIAN)[(spec.seed + 1) % 3]
    root = 146.8 * 2 ** (int(rng.integers(-3, 5)) / 12)
    tones = [pick(metals(spec.seed + 1, n), 1 - (k + 0.5) / n) for k in range(n)]
    turns = [least + n - 1 - k for k in range(n)]
    notes = []
    for k, m in enumerate(turns):
        hits = 2 * m if view == "arcs" else m
        for j in range(hits):
            notes.append(
                Note(
                    j / hits * count / FPS,
                    "vibes",
                    degree(n - k, root_hz=root, scale=scale),
                    0.5 if j == 0 else 0.2,
                    _spot(view, k, n, j / 2)[0] / 250 - 1,
                )
            )
    sheet = Sheet(night(spec.seed // 2 + 1))
    _rails(sheet.base(), view, n, tones)
    balls = [bob(t, 11) for t in tones]
    chain = spec.seed % 2 == 1 or view == "rings"

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        spots = [_spot(view, k, n, turns[k] * i / count) for k in range(n)]
        if chain:
            ink.line(spots, 2.0, see_through(BRASS, 0.45), caps=False)
        for k, (x, y) in enumerate(spots):
            for back in range(1, 8):
                bx, by = _spot(view, k, n, turns[k] * (i - back * 0.6) / count)
                ink.disc(bx, by, 10 * (1 - back / 9), see_through(tones[k], 0.16))
            each = count / turns[k] / (2 if view == "arcs" else 1)
            since = i % each
            if since < 6:
                ex, ey = _spot(view, k, n, turns[k] * (i - since) / count)
                ink.ring(
                    ex,
                    ey,
                    12 + 4.5 * since,
                    3.4 - since * 0.5,
                    see_through(tones[k], 0.8 - since * 0.13),
                )
            ink.stamp(x, y, balls[k])
        return bloom(lift(ink), strength=0.7, floor=64)

    return Scene(count, frame, notes, room=0.3)

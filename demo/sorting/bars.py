"""One row, one algorithm, five ways to see it: bars, a colour wheel, a fan, a mirror, a spiral of
dots.
"""

import math

from PIL import Image

from ..canvas import FPS, Ink, Sheet, bloom, ease, lift, mix, pick
from ..scene import Scene, dice, frame_count
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import WHITE, colours, ground
from .steps import SORTS, run_sort

VIEWS = ("bars", "wheel", "mirror", "spiral", "fan")
PLANS = ("quick", "heap", "shell", "insertion", "comb", "cocktail", "selection", "bubble")
X0, X1, Y0, Y1 = 34.0, 458.0, 150.0, 735.0


def _place(
    values: list[float],
    n: int,
    view: str,
    ink: Ink,
    table: list[tuple[int, int, int]],
    hot: dict[int, float],
) -> None:
    """Draw one row of `values` (0..n-1, may be between two while they fly)."""
    for k, v in enumerate(values):
        tone = table[min(n - 1, max(0, round(v)))]
        paint = mix(tone, WHITE, hot.get(k, 0.0))
        t = (v + 1) / n
        if view == "bars":
            w = (X1 - X0) / n
            ink.box(
                X0 + k * w + 0.6,
                Y1 - t * (Y1 - Y0),
                X0 + (k + 1) * w - 0.6,
                Y1,
                paint,
                r=min(4, w / 3),
            )
        elif view == "mirror":
            h = (Y1 - Y0) / n
            half = t * (X1 - X0) / 2
            ink.box(
                250 - half,
                Y0 + k * h + 0.6,
                250 + half,
                Y0 + (k + 1) * h - 0.6,
                paint,
                r=min(4, h / 3),
            )
        elif view == "wheel":
            a = 360 * k / n - 90
            ink.pie(
                250,
                430,
                214 - 40 * (1 - hot.get(k, 0.0)) * abs(v - k) / n,
                a,
                a + 360 / n + 0.4,
                paint,
            )
        elif view == "fan":
            a = math.pi * (1 + k / (n - 1)) if n > 1 else 0.0
            a = -math.pi / 2 + (k / (n - 1) - 0.5) * math.pi * 1.72
            r = 70 + 160 * t
            ink.line(
                [
                    (250 + 66 * math.cos(a), 440 + 66 * math.sin(a)),
                    (250 + r * math.cos(a), 440 + r * math.sin(a)),
                ],
                5.0,
                paint,
            )
        else:
            a = 2 * math.pi * k / n * 3 - math.pi / 2
            r = 40 + 175 * k / n
            off = 30 * (v - k) / n
            ink.disc(
                250 + (r + off) * math.cos(a),
                430 + (r + off) * math.sin(a),
                4 + 9 * t + 5 * hot.get(k, 0.0),
                paint,
            )


def build(spec: ClipSpec) -> Scene:
    """Sort, sweep up in triumph, throw everything in the air so that it lands as it began."""
    count = frame_count(spec.length_s)
    rng = dice("sort-bars", spec.seed)
    view = VIEWS[spec.seed % len(VIEWS)]
    name = PLANS[(spec.seed * 3 + 1) % len(PLANS)]
    slow = name in ("bubble", "cocktail", "selection", "insertion")
    n = {"wheel": 90, "spiral": 80, "fan": 72}.get(view, 60) - (26 if slow else 0)
    row = [int(v) for v in rng.permutation(n)]
    run = run_sort(name, row)
    sorting, sweep = round(count * 0.72), round(count * 0.13)
    table = [pick(colours(spec.seed, n), (k + 0.5) / n) for k in range(n)]
    root = 146.8 * 2 ** (int(rng.integers(0, 5)) / 12)
    total = len(run.states) - 1

    def at(i: int) -> int:
        done = min(1.0, (i + 1) / sorting)
        return min(total, round(total * float(done**1.15)))

    notes = []
    for i in range(sorting):
        for half in (0, 1):
            k = at(i) - (at(i) - at(max(0, i - 1))) * (1 - half) // 2
            value = run.states[k][run.touched[k][1]]
            notes.append(
                Note(
                    (i + half / 2) / FPS,
                    "chip",
                    160 * 2 ** (3 * value / n),
                    0.4,
                    1.2 * run.touched[k][1] / n - 0.6,
                )
            )
    for k in range(n):
        notes.append(
            Note(
                (sorting + sweep * k / n) / FPS,
                "chip",
                degree(k * 20 // n, root_hz=root * 2, scale=PENTA),
                0.45,
                1.2 * k / n - 0.6,
            )
        )
    notes.append(Note((sorting + sweep) / FPS, "swish", 900, 0.35, 0, 0.6))
    sheet = Sheet(ground(spec.seed))

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        hot: dict[int, float] = {}
        if i < sorting:
            k = at(i)
            values = [float(v) for v in run.states[k]]
            for back in range(max(0, k - 6), k + 1):
                for place in run.touched[back]:
                    hot[place] = 0.85
        elif i < sorting + sweep:
            values = [float(v) for v in range(n)]
            head = (i - sorting + 1) / sweep * n
            hot = {k: max(0.0, 1 - (head - k) / 10) for k in range(n) if k < head}
        else:
            t = ease((i - sorting - sweep + 1) / (count - sorting - sweep))
            values = [k + (row[k] - k) * t for k in range(n)]
        _place(values, n, view, ink, table, hot)
        ink.words(250, 96, f"{name} sort", 34, WHITE)
        return bloom(lift(ink), strength=0.55, floor=90)

    assert name in SORTS
    return Scene(count, frame, notes, room=0.08)

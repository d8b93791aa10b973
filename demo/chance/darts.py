"""Pi from darts thrown by somebody who cannot aim."""

import math

from PIL import Image

from ..canvas import FPS, Sheet, bounce_out, ease, lift, mix, see_through
from ..scene import Scene, dice, frame_count
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import COAL, GOLD, IVORY, RED, felt

BX, BY, BR = 250.0, 370.0, 200.0


def build(spec: ClipSpec) -> Scene:
    """Darts come slowly, then in showers; those in the circle, times four, by all, is the guess."""
    count = frame_count(spec.length_s)
    rng = dice("chance-darts", spec.seed)
    total = (500, 900, 314, 700)[spec.seed % 4]
    style = spec.seed % 3
    at = [count * 0.8 * ((k + 1) / total) ** 0.6 if k else 2.0 for k in range(total)]
    at = sorted(at)
    spots = [(float(x), float(y)) for x, y in rng.uniform(-1, 1, (total, 2))]
    inside = [x * x + y * y < 1 for x, y in spots]
    hits, guess = 0, []
    for k, hit in enumerate(inside):
        hits += hit
        guess.append(4 * hits / (k + 1))
    root = 220 * 2 ** (int(rng.integers(-2, 5)) / 12)
    notes, last = [], -1.0
    for k in range(total):
        when = at[k] / FPS
        if when - last < 0.05:
            continue
        last = when
        if inside[k]:
            d = math.hypot(*spots[k])
            notes.append(
                Note(
                    when,
                    "kalimba",
                    degree(round((1 - d) * 12), root_hz=root, scale=PENTA),
                    0.36,
                    spots[k][0] * 0.8,
                )
            )
        notes.append(Note(when, "tick", 1500 if inside[k] else 700, 0.22, spots[k][0]))
    notes += [
        Note((count * 0.84 + 2 * k) / FPS, "kalimba", root * m, 0.6)
        for k, m in enumerate((1, 1.25, 1.5, 2))
    ]
    sheet = Sheet(felt(spec.seed + 1))
    base = sheet.base()
    base.box(BX - BR - 10, BY - BR - 10, BX + BR + 10, BY + BR + 10, mix(GOLD, COAL, 0.35), r=12)
    base.box(BX - BR, BY - BR, BX + BR, BY + BR, mix(IVORY, COAL, 0.86))
    rings = (1.0,) if style == 1 else (1.0, 0.8, 0.6, 0.4, 0.2)
    for k, r in enumerate(rings):
        tone = (
            (IVORY, RED)[k % 2]
            if style == 0
            else (mix(IVORY, GOLD, 0.2) if style == 1 else (GOLD, COAL)[k % 2])
        )
        base.disc(BX, BY, BR * r, mix(tone, COAL, 0.12))
    base.box(60, 708, 440, 711, see_through(IVORY, 0.25))

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        shown = sum(1 for a in at if a <= i)
        leave = ease((i - count + 12) / 11)
        for k in range(shown):
            x, y = (
                BX + spots[k][0] * (BR - 4),
                BY + spots[k][1] * (BR - 4) + leave * (300 + (k * 97) % 400),
            )
            tone = (COAL if style != 2 else RED) if inside[k] else mix(GOLD, IVORY, 0.4)
            r = 4.2 if total < 600 else 3.4
            new = i - at[k] < 3
            if new:
                ink.disc(x, y, r * 3, see_through((255, 255, 255), 0.5))
            ink.disc(x, y, r, see_through(tone, 0.9 * (1 - leave)))
        value = guess[shown - 1] if shown else 0.0
        done = i > count * 0.84
        pop = 1 + 0.25 * (1 - bounce_out((i - count * 0.84) / 9)) if done else 1.0
        fade = 1 - leave
        tone = mix(IVORY, GOLD, 1.0 if done else 0.0)
        ink.pi(BX - 92, 114, 62 * pop, mix(IVORY, tone, fade))
        words = f"= {value:.3f}" if shown and fade > 0.5 else "= ?"
        ink.words(BX - 52, 116, words, 58 * pop, mix(IVORY, tone, fade), anchor="lm", bold=1)
        pts = [
            (60 + 380 * k / total, 650 - max(-56.0, min(56.0, (guess[k] - math.pi) * 90)))
            for k in range(0, shown, max(1, total // 160))
        ]
        ink.line([(60, 650), (440, 650)], 1.6, see_through(IVORY, 0.5), caps=False)
        ink.pi(456, 650, 24, IVORY)
        if len(pts) > 1:
            ink.line(pts, 3, see_through(RED, 0.95 * fade), caps=False)
            ink.disc(*pts[-1], 6, see_through(GOLD, fade))
        return lift(ink)

    return Scene(count, frame, notes, room=0.12)

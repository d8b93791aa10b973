"""Neon creatures who want to stand in order of height, and hop over each other until they do."""

import math

from PIL import Image

from ..canvas import FPS, RGB, Ink, Sheet, bloom, bounce_out, ease, lift, mix, pick, see_through
from ..scene import Scene, dice, frame_count
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import WHITE, colours, ground
from .steps import SORTS

FLOOR = 690.0


def _creature(
    ink: Ink,
    x: float,
    y: float,
    wide: float,
    tall: float,
    tone: RGB,
    kind: int,
    mood: str,
    look: float,
    squash: float,
) -> None:
    """One creature standing with its feet at (x, y)."""
    tall *= 1 - squash
    w = wide * (1 + squash * 0.6) / 2
    top = y - tall
    dark = mix(tone, (8, 4, 20), 0.8)
    for side in (-1, 1):
        ink.line(
            [(x + side * w * 0.45, y - 6), (x + side * w * 0.5, y + 12)],
            6,
            mix(tone, (0, 0, 0), 0.3),
        )
    ink.box(x - w, top, x + w, y, tone, r=w * (0.95 if kind % 3 != 1 else 0.35))
    ink.box(x - w * 0.62, y - tall * 0.42, x + w * 0.62, y - 5, see_through(WHITE, 0.16), r=w * 0.5)
    if kind % 4 == 0:
        ink.line([(x, top + 3), (x + look * 8, top - 20)], 3, tone)
        ink.disc(x + look * 8, top - 22, 6, WHITE)
    elif kind % 4 == 1:
        for side in (-1, 1):
            ink.shape(
                [
                    (x + side * w * 0.85, top + w * 0.5),
                    (x + side * w * 0.75, top - 14),
                    (x + side * w * 0.2, top + 4),
                ],
                tone,
            )
    elif kind % 4 == 2:
        for k in (-1, 0, 1):
            ink.disc(x + k * w * 0.5, top + 2, w * 0.3, tone)
    eyes = (2, 1, 2, 3)[kind % 4]
    ey = top + w * 0.95
    for k in range(eyes):
        ex = x + (k - (eyes - 1) / 2) * w * (0.72 if eyes < 3 else 0.56)
        r = w * (0.42 if eyes == 1 else 0.29 if eyes == 2 else 0.23)
        ink.disc(ex, ey, r, WHITE)
        ink.disc(ex + look * r * 0.4, ey + r * 0.1, r * 0.5, dark)
    my = ey + w * 0.62
    if mood == "happy":
        ink.pie(x, my - 2, w * 0.36, 0, 180, dark)
    elif mood == "hop":
        ink.disc(x, my + 2, w * 0.17, dark)
    else:
        ink.line([(x - w * 0.2, my), (x + w * 0.2, my)], 3, dark)


def _plan(row: list[int], name: str) -> list[tuple[int, int]]:
    """The swaps of the sort, in order."""
    a, out = list(row), []
    for what, i, j in SORTS[name](a):
        if what == "swap" and i != j:
            a[i], a[j] = a[j], a[i]
            out.append((i, j))
    return out


def build(spec: ClipSpec) -> Scene:
    """Each hop is a rising blip at the pitch of who lands; at the end a wave of joy, and the queue
    dissolves.
    """
    count = frame_count(spec.length_s)
    rng = dice("sort-faces", spec.seed)
    n = (7, 6, 8, 5, 9)[spec.seed % 5]
    name = ("insertion", "selection", "bubble", "quick", "heap")[spec.seed // 2 % 5]
    row = [int(v) for v in rng.permutation(n)]
    swaps = _plan(row, name)
    least = min(5, n - 1)  # selection never swaps more than n - 1 times
    while not least <= len(swaps) <= 15:
        row = [int(v) for v in rng.permutation(n)]
        swaps = _plan(row, name)
    begin, party = 5, round(count * 0.72)
    each = (party - begin) / len(swaps)
    gap = 420 / n
    tones = [pick(colours(spec.seed, n), (k + 0.5) / n) for k in range(n)]
    kinds = [int(rng.integers(0, 12)) for _ in range(n)]
    root = 165 * 2 ** (int(rng.integers(0, 5)) / 12)
    states = [list(row)]
    for i, j in swaps:
        nxt = list(states[-1])
        nxt[i], nxt[j] = nxt[j], nxt[i]
        states.append(nxt)
    notes = []
    for k, (i, j) in enumerate(swaps):
        a, b = states[k][i], states[k][j]
        at = (begin + k * each) / FPS
        notes += [
            Note(
                at + each / FPS * 0.22 * s,
                "chip",
                degree(max(a, b) * 2 + s, root_hz=root, scale=PENTA),
                0.32,
                i / n - 0.5,
            )
            for s in range(3)
        ]
        notes.append(
            Note(
                at + each / FPS * 0.9,
                "chip",
                degree(min(a, b) * 2, root_hz=root / 2, scale=PENTA),
                0.55,
                j / n - 0.5,
            )
        )
    for k in range(n):
        notes.append(
            Note(
                (party + 2 + 2.4 * k) / FPS,
                "chip",
                degree(k * 2, root_hz=root * 2, scale=PENTA),
                0.5,
                k / n - 0.5,
            )
        )
    notes.append(Note((count - 16) / FPS, "swish", 900, 0.35, 0, 0.6))
    sheet = Sheet(ground(spec.seed))
    base = sheet.base()
    base.box(24, FLOOR + 12, 476, FLOOR + 18, see_through(WHITE, 0.35), r=3)
    for k in range(26):
        base.disc(
            float(rng.uniform(0, 540)),
            float(rng.uniform(40, 640)),
            float(rng.uniform(1, 3)),
            see_through(tones[k % n], 0.7),
        )

    def place(k: float) -> float:
        return 40 + gap * (k + 0.5)

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        s = min(len(swaps), max(0, int((i - begin) / each)))
        u = ease((i - begin) / each - s) if s < len(swaps) and i >= begin else 0.0
        moving = swaps[s] if s < len(swaps) and i >= begin else (-1, -1)
        home = ease((i - count + 15) / 15)
        draw = []
        for pos, who in enumerate(states[s]):
            x, up, mood, squash = place(pos), 0.0, "calm", 0.02 * math.sin(i / 4 + who)
            if pos in moving:
                to = moving[1] if pos == moving[0] else moving[0]
                x = place(pos + (to - pos) * u)
                big = who == max(states[s][moving[0]], states[s][moving[1]])
                up = math.sin(math.pi * u) * (150 if big else 26)
                mood = "hop"
            if s == len(swaps):
                since = i - party - 2 - 2.4 * pos
                up = 60 * math.sin(math.pi * min(1.0, since / 9)) if 0 < since < 9 else 0.0
                squash += 0.16 * (1 - bounce_out((since - 9) / 6)) if 9 <= since < 15 else 0.0
                mood = "happy" if since > 0 else "calm"
                x = place(who + (row.index(who) - who) * home)
                up += math.sin(math.pi * home) * (60 + 34 * (who % 3))
            gaze = max(-1.0, min(1.0, ((place(moving[0]) if moving[0] >= 0 else 250) - x) / 120))
            draw.append((up, x, who, mood, squash, gaze))
        for up, x, who, mood, squash, gaze in sorted(draw):
            ink.oval(x, FLOOR + 14, gap * 0.4 * (1 - up / 400), 5, (0, 0, 0, 90))
            _creature(
                ink,
                x,
                FLOOR - up,
                gap * 0.86,
                96 + 330 * who / n,
                tones[who],
                kinds[who],
                mood,
                gaze,
                squash,
            )
        return bloom(lift(ink), strength=0.4, floor=110)

    return Scene(count, frame, notes, room=0.08)

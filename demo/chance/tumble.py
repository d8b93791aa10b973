"""Dice by the handful, coins by the row, birthdays on a wall: small worlds of luck with a tally
under them.
"""

import math

from PIL import Image

from ..canvas import FPS, Ink, Sheet, bounce_out, ease, lift, mix, see_through
from ..scene import Scene, dice, frame_count, iris_home
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import COAL, GOLD, IVORY, RED, felt

PIPS = {
    1: ((0, 0),),
    2: ((-1, -1), (1, 1)),
    3: ((-1, -1), (0, 0), (1, 1)),
    4: ((-1, -1), (1, 1), (-1, 1), (1, -1)),
    5: ((-1, -1), (1, 1), (-1, 1), (1, -1), (0, 0)),
    6: ((-1, -1), (1, 1), (-1, 1), (1, -1), (-1, 0), (1, 0)),
}


def _die(ink: Ink, x: float, y: float, half: float, a: float, face: int, *, red: bool) -> None:
    c, s = math.cos(a), math.sin(a)

    def at(u: float, v: float) -> tuple[float, float]:
        return x + half * (u * c - v * s), y + half * (u * s + v * c)

    body, dot = (RED, IVORY) if red else (IVORY, COAL)
    k = 0.78
    for grow, paint, dy in (
        (1.0, see_through((0, 0, 0), 0.3), 7),
        (1.0, mix(body, COAL, 0.25), 3),
        (1.0, body, 0),
    ):
        corner = [
            at(u * grow, v * grow)
            for u, v in ((-1, -k), (-k, -1), (k, -1), (1, -k), (1, k), (k, 1), (-k, 1), (-1, k))
        ]
        ink.shape([(px, py + dy) for px, py in corner], paint)
    for u, v in PIPS[face]:
        px, py = at(u * 0.52, v * 0.52)
        ink.disc(px, py, half * 0.17, dot)


def _dice(spec: ClipSpec, count: int) -> Scene:
    """Throws of two or three dice; the sums pile up into a hill."""
    rng = dice("chance-dice", spec.seed)
    each_throw = 2 + spec.seed // 3 % 2
    low, high = each_throw, 6 * each_throw
    cuts, span = [0.0], 15.0
    while cuts[-1] < count * 0.84:
        cuts.append(cuts[-1] + span)
        span = max(0.55, span * 0.86)
    throws = [[int(v) for v in rng.integers(1, 7, each_throw)] for _ in cuts]
    turns = [[float(v) for v in rng.uniform(-0.7, 0.7, each_throw)] for _ in cuts]
    sums = [sum(t) for t in throws]
    root = 220 * 2 ** (int(rng.integers(-3, 4)) / 12)
    notes, last = [], -1.0
    for k, c in enumerate(cuts):
        at = c / FPS
        if at - last > 0.045:
            notes += [
                Note(at + 0.05 * j, "tick", 1100 + 300 * j, 0.35, 0.3 * j - 0.3)
                for j in range(each_throw)
            ]
            notes.append(
                Note(
                    at + 0.16,
                    "kalimba",
                    degree(sums[k] - low, root_hz=root, scale=PENTA),
                    0.45,
                    (sums[k] - low) / (high - low) * 1.2 - 0.6,
                )
            )
            last = at
    sheet = Sheet(felt(spec.seed))
    wide = 400 / (high - low + 1)
    most = max(sums.count(v) for v in set(sums))
    base = sheet.base()
    for v in range(low, high + 1):
        base.words(50 + (v - low + 0.5) * wide, 724, str(v), min(24.0, wide * 0.62), IVORY)

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        k = max(j for j, c in enumerate(cuts) if c <= i)
        age = i - cuts[k]
        roll = max(0.0, 1 - age / 7)
        for j in range(each_throw):
            x = 250 + (j - (each_throw - 1) / 2) * 138
            face = throws[k][j] if roll < 0.35 else 1 + (throws[k][j] + int(age) * 5 + j) % 6
            hop = 70 * math.sin(math.pi * min(1.0, age / 7)) if cuts[-1] > 0 else 0.0
            _die(
                ink,
                x - 60 * roll,
                312 - hop,
                52,
                turns[k][j] * 0.4 + 5 * roll,
                face,
                red=(j + spec.seed) % 3 == 0,
            )
        done = k + 1 if roll < 0.3 else k
        for v in range(low, high + 1):
            n = sums[:done].count(v)
            if n:
                x = 50 + (v - low) * wide
                y = 704 - 300 * n / most
                now = sums[k] == v and roll < 0.3 and age < 8
                ink.box(x + 2, y, x + wide - 2, 704, mix(GOLD, IVORY, 0.8 if now else 0.0), r=4)
        ink.words(250, 118, f"{done} throws" if done != 1 else "1 throw", 40, IVORY, bold=0.5)
        return lift(ink)

    return Scene(count, iris_home(frame, count, cx=250, cy=400), notes, room=0.12)


def _birthdays(spec: ClipSpec, count: int) -> Scene:
    """A year on the wall; guests come in until two share a day."""
    rng = dice("chance-birthday", spec.seed)
    days: list[int] = []
    while True:
        d = int(rng.integers(0, 365))
        if d in days:
            if 14 <= len(days) <= 34:
                days.append(d)
                break
            days = []
            continue
        days.append(d)
    match = days.index(days[-1])
    arrive = [2 + (count * 0.6) * (k / (len(days) - 1)) ** 0.8 for k in range(len(days))]
    tones = [
        (RED, GOLD, IVORY, mix(RED, IVORY, 0.5), mix(GOLD, RED, 0.45))[k % 5]
        for k in range(len(days))
    ]
    root = 233 * 2 ** (int(rng.integers(-3, 3)) / 12)
    notes = [
        Note(
            a / FPS,
            "kalimba",
            degree(days[k] * 15 // 365, root_hz=root, scale=PENTA),
            0.45,
            days[k] % 19 / 9.5 - 1,
        )
        for k, a in enumerate(arrive)
    ]
    notes += [Note(a / FPS, "tick", 1300, 0.2) for a in arrive]
    notes += [
        Note((arrive[-1] + 2 + 2 * k) / FPS, "kalimba", root * m, 0.6)
        for k, m in enumerate((2, 2.5, 3, 4, 3, 4))
    ]
    sheet = Sheet(felt(spec.seed + 1))
    base = sheet.base()
    cols, gap = 19, 21.6

    def cell(d: int) -> tuple[float, float]:
        return 56 + d % cols * gap, 240 + d // cols * gap

    for d in range(365):
        x, y = cell(d)
        base.disc(x, y, 6.2, see_through((0, 0, 0), 0.25))
        base.disc(x, y, 4, see_through(IVORY, 0.6))
    base.words(250, 112, "Same birthday?", 42, IVORY, bold=0.8)

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        here = [k for k, a in enumerate(arrive) if a <= i]
        found = bool(here) and here[-1] == len(days) - 1
        for k in here:
            x, y = cell(days[k])
            age = (i - arrive[k]) / 8
            drop = (1 - bounce_out(age)) * 120
            hot = found and k in (match, len(days) - 1)
            beat = 1 + 0.25 * abs(math.sin((i - arrive[-1]) / 3)) if hot else 1.0
            r = (17 if hot else 11) * beat
            ink.disc(x + 2, y + 4, r, see_through((0, 0, 0), 0.25))
            ink.disc(x, y - drop, r, GOLD if hot else tones[k])
            for s in (-1, 1):
                ink.disc(x + s * r * 0.36, y - drop - r * 0.1, r * 0.15, COAL)
            ink.arc(x, y - drop + r * 0.08, r * 0.42, 20, 160, 1.8, COAL)
        if found:
            age = i - arrive[-1]
            x, y = cell(days[-1])
            for k in range(26):
                a = 2 * math.pi * k / 26
                far = 16 + 150 * ease(age / 20) * (0.5 + (k * 7 % 5) / 8)
                if age < 24:
                    ink.disc(
                        x + far * math.cos(a),
                        y + far * math.sin(a) + 0.2 * age * age,
                        5,
                        see_through(tones[k % len(tones)], 1 - age / 24),
                    )
        text = f"guest {len(here)}" if not found else f"{len(days)} guests: yes!"
        ink.words(250, 168, text, 38, GOLD if found else mix(IVORY, GOLD, 0.3), bold=0.4)
        return lift(ink)

    return Scene(count, iris_home(frame, count, cx=250, cy=430), notes, room=0.12)


def _coins(spec: ClipSpec, count: int) -> Scene:
    """Rows of coins flip at once; heads stay, tails leave, until one is left: somebody always
    wins.
    """
    rng = dice("chance-coins", spec.seed)
    cols, rows = 8, 8
    alive = set(range(cols * rows))
    rounds: list[tuple[set[int], set[int]]] = []
    while len(alive) > 1:
        heads = {k for k in sorted(alive) if rng.random() < 0.5}
        if not heads:
            continue
        rounds.append((alive, heads))
        alive = heads
    each = count * 0.8 / len(rounds)
    root = 220 * 2 ** (int(rng.integers(-3, 4)) / 12)
    notes = []
    for r, (before, after) in enumerate(rounds):
        at = (r + 0.1) * each / FPS
        notes += [
            Note(at + 0.012 * (k % 13), "tick", 1400 + 40 * k, 0.18, k % 8 / 4 - 1)
            for k in sorted(before)[:18]
        ]
        notes += [
            Note(
                (r + 0.62) * each / FPS + 0.07 * j,
                "kalimba",
                degree(r * 2 + 2 * j, root_hz=root, scale=PENTA),
                0.5,
            )
            for j in range(min(3, len(after)))
        ]
    notes += [
        Note((count * 0.82 + 2.5 * k) / FPS, "kalimba", root * m, 0.6)
        for k, m in enumerate((2, 2.5, 3, 4))
    ]
    winner = next(iter(alive))
    sheet = Sheet(felt(spec.seed + 2))

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        r = min(len(rounds) - 1, int(i / each))
        u = min(1.0, i / each - r)
        before, after = rounds[r]
        for k in sorted(before):
            x, y = 76.0 + k % cols * 50, 236.0 + k // cols * 58
            stays = k in after
            spin = ease((u - 0.06) / 0.5)
            turn = math.cos(spin * math.pi * (4 if stays else 5))
            face = turn >= 0
            gone = ease((u - 0.62) / 0.3) if not stays else 0.0
            if gone >= 1:
                continue
            big = 1.0
            if k == winner and i > count * 0.8:
                big = 1 + 1.4 * bounce_out((i - count * 0.8) / 12)
                x, y = (
                    x + (250 - x) * ease((i - count * 0.8) / 12),
                    y + (430 - y) * ease((i - count * 0.8) / 12),
                )
            hop = 26 * math.sin(math.pi * spin)
            h = 22 * max(0.12, abs(turn)) * big
            yy = y - hop + 260 * gone
            ink.oval(x + 2, y + 6 * big, 21 * big, h, see_through((0, 0, 0), 0.25 * (1 - gone)))
            tone = GOLD if face else mix(COAL, GOLD, 0.25)
            ink.oval(x, yy, 22 * big, h, mix(tone, COAL, 0.3))
            ink.oval(x, yy, 18 * big, h * 0.82, tone)
            if face and abs(turn) > 0.5:
                for s in (-1, 1):
                    ink.disc(x + s * 6 * big, yy - 3 * big, 2.4 * big, COAL)
                ink.arc(x, yy + 1, 8 * big, 20, 160, 2 * big, COAL)
        left = len(after if u > 0.7 else before)
        ink.words(250, 140, f"{left} left" if left > 1 else "the lucky one", 46, IVORY, bold=0.6)
        return lift(ink)

    return Scene(count, iris_home(frame, count, cx=250, cy=430), notes, room=0.12)


def build(spec: ClipSpec) -> Scene:
    """Dice, birthdays or coins, in turn."""
    return (_dice, _birthdays, _coins)[spec.seed % 3](spec, frame_count(spec.length_s))

"""Ladybirds who toss a coin at every corner: how far do they get, and who comes home?"""

import math

from PIL import Image

from ..canvas import FPS, RGB, Ink, Sheet, bounce_out, ease, lift, mix, see_through
from ..scene import Scene, dice, frame_count
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import COAL, GOLD, IVORY, RED, felt

MX, MY = 250.0, 415.0
WAYS = ((1, 0), (0, 1), (-1, 0), (0, -1))


def _bug(ink: Ink, x: float, y: float, a: float, s: float, tone: RGB, wag: float) -> None:
    c, sn = math.cos(a), math.sin(a)
    for k in (-1, 0, 1):
        for side in (-1, 1):
            u, w = 0.5 * k + 0.12 * wag * side, 1.05 * side
            ink.line([(x, y), (x + s * (u * c - w * sn), y + s * (u * sn + w * c))], 2, COAL)
    ink.disc(x + s * 0.75 * c, y + s * 0.75 * sn, s * 0.45, COAL)
    ink.disc(x, y, s * 0.86, tone)
    ink.line([(x - s * 0.85 * c, y - s * 0.85 * sn), (x + s * 0.5 * c, y + s * 0.5 * sn)], 2, COAL)
    for u, w in ((0.25, 0.42), (-0.35, 0.4), (0.25, -0.42), (-0.35, -0.4)):
        ink.disc(x + s * (u * c - w * sn), y + s * (u * sn + w * c), s * 0.17, COAL)


def build(spec: ClipSpec) -> Scene:
    """Each turn is a tick; whoever comes back to the middle gets a chord. Then the way is walked
    back.
    """
    count = frame_count(spec.length_s)
    rng = dice("chance-walk", spec.seed)
    n = (6, 12, 3, 24)[spec.seed % 4]
    step = (17.0, 14.0, 22.0, 11.0)[spec.seed % 4]
    each = (2.0, 1.5, 2.5, 1.2)[spec.seed % 4]
    out_frames = round(count * 0.78)
    steps = int(out_frames / each)
    diagonal = spec.seed % 3 == 1
    turn = math.pi / 4 if diagonal else 0.0
    paths, ways = [], []
    limit = int(200 / step)
    for _ in range(n):
        x = y = 0
        path, way = [(0, 0)], []
        for _ in range(steps):
            w = int(rng.integers(0, 4))
            dx, dy = WAYS[w]
            if math.hypot(x + dx, (y + dy) * 0.8) > limit:
                dx, dy, w = -dx, -dy, (w + 2) % 4
            x, y = x + dx, y + dy
            path.append((x, y))
            way.append(w)
        paths.append(path)
        ways.append(way)
    tones = [
        (RED, GOLD, IVORY, mix(RED, GOLD, 0.5), mix(IVORY, GOLD, 0.5))[k % 5] for k in range(n)
    ]
    root = 220 * 2 ** (int(rng.integers(-3, 4)) / 12)
    notes = []
    for s in range(steps):
        k = s % n
        at = s * each / FPS
        x, y = paths[k][s + 1]
        if s % 2 == 0 or each > 2:
            notes.append(Note(at, "tick", 900 + 160 * ways[k][s], 0.16, x / limit))
        notes.append(
            Note(
                at,
                "kalimba",
                degree(round(math.hypot(x, y)) % 14, root_hz=root, scale=PENTA),
                0.3,
                x / limit,
            )
        )
    homes = [(s, k) for k in range(n) for s in range(3, steps + 1) if paths[k][s] == (0, 0)]
    notes += [
        Note(s * each / FPS + 0.03 * v, "kalimba", root * m, 0.45)
        for s, _ in homes[:12]
        for v, m in enumerate((2, 2.5, 3))
    ]
    notes.append(Note(out_frames / FPS, "swish", 900, 0.3, 0, 0.7))
    sheet = Sheet(felt(spec.seed + 3))
    base = sheet.base()
    base.disc(MX, MY, 216, see_through((0, 0, 0), 0.14))
    for r in (72, 144, 216):
        base.ring(MX, MY, r, 1.4, see_through(IVORY, 0.22))
    base.disc(MX, MY, 9, see_through(GOLD, 0.9))

    def spot(k: int, s: float) -> tuple[float, float]:
        a = min(steps, int(s))
        b, u = min(steps, a + 1), ease(s - a)
        x = paths[k][a][0] + (paths[k][b][0] - paths[k][a][0]) * u
        y = paths[k][a][1] + (paths[k][b][1] - paths[k][a][1]) * u
        c, sn = math.cos(turn), math.sin(turn)
        return MX + step * (x * c - y * sn), MY + step * (x * sn + y * c)

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        if i < out_frames:
            s = min(float(steps), i / each)
        else:
            s = steps * (1 - ease((i - out_frames + 1) / (count - out_frames)))
        for k in range(n):
            trail = [spot(k, j) for j in range(int(s) + 1)] + [spot(k, s)]
            if len(trail) > 1:
                ink.line(trail, 3.2 if n < 20 else 2.2, see_through(tones[k], 0.5), caps=False)
        mean = sum(math.hypot(spot(k, s)[0] - MX, spot(k, s)[1] - MY) for k in range(n)) / n
        ink.ring(MX, MY, max(4.0, mean), 2.5, see_through(GOLD, 0.65))
        for k in range(n):
            x, y = spot(k, s)
            j = min(steps - 1, int(s))
            a = ways[k][j] * math.pi / 2 + turn + (math.pi if i >= out_frames else 0)
            _bug(ink, x, y, a, 15 if n < 20 else 10, tones[k], (-1) ** (i // 2))
        for when, _ in homes:
            age = i - when * each
            if 0 <= age < 14 and i < out_frames:
                ink.ring(
                    MX,
                    MY,
                    12 + 60 * bounce_out(age / 14),
                    4 * (1 - age / 14) + 0.4,
                    see_through(GOLD, 1 - age / 14),
                )
        ink.words(MX, 132, f"{mean / step:.1f} steps from home", 34, IVORY, bold=0.4)
        return lift(ink)

    return Scene(count, frame, notes, room=0.12)

"""A marble shut in turning rings, each with a gap: every knock is a string, every way out breaks a
ring.
"""

import math
from dataclasses import dataclass

from PIL import Image

from ..canvas import FPS, Ink, Sheet, bounce_out, lift, mix, see_through
from ..scene import Scene, dice, frame_count, iris_home
from ..sound import HIRAJOSHI, MINOR, PENTA, Note, degree
from ..spec import ClipSpec
from .look import LOOKS, Look, marble, paper

MX, MY = 250.0, 412.0
STEPS = 14
FULL = 2 * math.pi


@dataclass(slots=True)
class Hoop:
    """A ring: its radius, where its gap is at frame 0, how fast it turns, when it broke (or
    never).
    """

    r: float
    gap: float
    turn: float
    wide: float
    broke: int = 10**6
    struck: int = -99


def _hoops(spec: ClipSpec, count: int) -> list[Hoop]:
    rng = dice("marble-escape", spec.seed)
    n = (6, 5, 8, 7)[spec.seed % 4]
    inner = 62.0
    out = []
    for k in range(n):
        way = 1 if (k + spec.seed) % 2 else -1
        out.append(
            Hoop(
                inner + (212 - inner) * k / (n - 1),
                float(rng.uniform(0, FULL)),
                way * float(rng.uniform(1.3, 2.7)),
                0.62 + 0.12 * (spec.seed % 3),
            )
        )
    return out


def _run(
    spec: ClipSpec, count: int, hoops: list[Hoop]
) -> tuple[list[tuple[float, float]], list[Note], list[tuple[int, float, float, int]]]:
    """Bounce inside the innermost whole ring; leave through its gap; the film, the notes, the
    sparks.
    """
    rng = dice("escape-run", spec.seed)
    scale = (MINOR, PENTA, HIRAJOSHI)[spec.seed % 3]
    root = 130.8 * 2 ** (int(rng.integers(0, 7)) / 12)
    x, y, a = MX, MY - 10, float(rng.uniform(0, FULL))
    vx, vy = 390 * math.cos(a), 390 * math.sin(a)
    inside, film, notes, sparks = 0, [], [], []
    r, dt, last = 11.0, 1 / FPS / STEPS, -1.0
    for i in range(count):
        film.append((x, y))
        for s in range(STEPS):
            vy += (260 if spec.seed % 2 else 0) * dt
            x, y = x + vx * dt, y + vy * dt
            if inside >= len(hoops):
                vy += 900 * dt
                continue
            hoop = hoops[inside]
            d = math.hypot(x - MX, y - MY)
            if d < hoop.r - r - 4:
                continue
            angle = math.atan2(y - MY, x - MX)
            at = i + s / STEPS
            off = (angle - hoop.gap - hoop.turn * at / FPS + math.pi) % FULL - math.pi
            due = count * 0.82 * (inside + 1) / len(hoops)
            if i > due or (abs(off) < hoop.wide and i > 0.72 * due):
                hoop.broke = i
                notes += [
                    Note(
                        (at + 1.1 * k) / FPS,
                        "pluck",
                        degree(inside * 2 + 5 + 2 * k, root_hz=root, scale=scale),
                        0.5,
                        math.cos(angle) * 0.6,
                    )
                    for k in range(3)
                ]
                inside += 1
                continue
            out = (vx * (x - MX) + vy * (y - MY)) / d
            if out <= 0:
                continue
            nx, ny = (x - MX) / d, (y - MY) / d
            vx, vy = vx - 2 * out * nx, vy - 2 * out * ny
            bend = float(rng.uniform(-0.35, 0.35))
            vx, vy = (
                vx * math.cos(bend) - vy * math.sin(bend),
                vx * math.sin(bend) + vy * math.cos(bend),
            )
            speed = math.hypot(vx, vy)
            fast = 400.0 + 46 * inside
            vx, vy = vx * fast / speed, vy * fast / speed
            x, y = MX + nx * (hoop.r - r - 4.2), MY + ny * (hoop.r - r - 4.2)
            hoop.struck = i
            sparks.append((i, MX + nx * hoop.r, MY + ny * hoop.r, inside))
            if at / FPS - last > 0.03:
                notes.append(
                    Note(
                        at / FPS,
                        "pluck",
                        degree(inside * 2 + len(sparks) % 3, root_hz=root, scale=scale),
                        0.5,
                        nx * 0.7,
                    )
                )
                last = at / FPS
    return film, notes, sparks


def _draw_hoop(ink: Ink, look: Look, hoop: Hoop, k: int, i: int) -> None:
    tone = look.glass[k % len(look.glass)]
    if tone[0] > 235 and tone[1] > 220 and tone[2] > 200:
        tone = look.ink
    mid = math.degrees(hoop.gap + hoop.turn * i / FPS)
    half = math.degrees(hoop.wide)
    if i < hoop.broke:
        ink.arc(
            MX + 3, MY + 6, hoop.r + 4, mid + half, mid + 360 - half, 8, see_through(look.ink, 0.10)
        )
        ink.arc(MX, MY, hoop.r + 4, mid + half, mid + 360 - half, 8, tone)
        return
    age = (i - hoop.broke) / 14
    if age < 1:
        for j in range(22):
            b = hoop.gap + FULL * j / 22 + hoop.turn * hoop.broke / FPS
            far = hoop.r + 60 * bounce_out(age) * (0.5 + (j * 7 % 5) / 5)
            ink.disc(
                MX + far * math.cos(b),
                MY + far * math.sin(b) + 120 * age * age,
                6 * (1 - age),
                see_through(tone, 1 - age),
            )


def build(spec: ClipSpec) -> Scene:
    """Five to eight rings; a ring that has been knocked for too long gives way."""
    count = frame_count(spec.length_s)
    look = LOOKS[(spec.seed + 3) % len(LOOKS)]
    hoops = _hoops(spec, count)
    film, notes, sparks = _run(spec, count, hoops)
    sheet = Sheet(paper(look))
    sheet.base().disc(MX, MY, 228, mix(look.top, (255, 255, 255), 0.4))
    ball = marble(look, 0, 12.5)

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        for k in range(len(hoops) - 1, -1, -1):
            _draw_hoop(ink, look, hoops[k], k, i)
        for f, x, y, k in sparks:
            age = (i - f) / 8
            if 0 <= age < 1:
                ink.ring(
                    x, y, 6 + 22 * age, 4 * (1 - age) + 0.5, see_through(look.glass[k % 5], 1 - age)
                )
        for back in range(9, 0, -1):
            if i >= back:
                x, y = film[i - back]
                ink.disc(x, y, 12 * (1 - back / 12), see_through(look.glass[0], 0.15))
        x, y = film[i]
        ink.disc(x + 3, y + 6, 12, see_through(look.ink, 0.15))
        ink.stamp(x, y, ball)
        left = sum(1 for h in hoops if h.broke > i)
        ink.words(MX, 126, str(left) if left else "free!", 74, look.ink, bold=1.2)
        return lift(ink)

    return Scene(count, iris_home(frame, count, cx=MX, cy=MY), notes)

"""Marbles in a ring. Each touch of the ring plucks a string, and changes the game."""

import math
from dataclasses import dataclass, field
from itertools import pairwise

from PIL import Image

from ..canvas import FPS, Ink, Sheet, bounce_out, ease, lift, mix, see_through
from ..scene import Scene, dice, frame_count, iris_home
from ..sound import HIRAJOSHI, MINOR, PENTA, Note, degree
from ..spec import ClipSpec
from .look import LOOKS, Look, marble, paper

RX, RY, RR = 250.0, 412.0, 196.0
STEPS = 10
RULES = ("grow", "double", "strings", "trail", "star")


@dataclass(slots=True)
class Ball:
    x: float
    y: float
    vx: float
    vy: float
    r: float
    kind: int
    bounces: int = 0


@dataclass(slots=True)
class Film:
    """What happened: the balls of every frame, the touches so far."""

    balls: list[list[tuple[float, float, float, int]]] = field(default_factory=list)
    touches: list[tuple[int, float, int]] = field(default_factory=list)  # frame, angle, kind
    notes: list[Note] = field(default_factory=list)


def _touch(ball: Ball, rule: str, pull: float) -> float | None:
    """Bounce `ball` off the ring if it is past it; the angle where it touched."""
    dx, dy = ball.x - RX, ball.y - RY
    d = math.hypot(dx, dy)
    if d + ball.r < RR or ball.vx * dx + ball.vy * dy <= 0:
        return None
    nx, ny = dx / d, dy / d
    ball.x, ball.y = RX + nx * (RR - ball.r), RY + ny * (RR - ball.r)
    out = ball.vx * nx + ball.vy * ny
    ball.vx -= 2 * out * nx
    ball.vy -= 2 * out * ny
    speed = math.hypot(ball.vx, ball.vy)
    wanted = min(760.0, max(430.0, speed) * (1.02 if pull else 1.0))
    ball.vx, ball.vy = ball.vx * wanted / speed, ball.vy * wanted / speed
    ball.bounces += 1
    if rule == "grow":
        ball.r = min(RR * 0.86, ball.r * 1.10 + 1.0)
    return math.atan2(ny, nx)


def play(spec: ClipSpec, rule: str, count: int) -> Film:
    """Run the physics: a deterministic film of `count` frames."""
    rng = dice("marble-ring", spec.seed)
    scale = (PENTA, HIRAJOSHI, MINOR)[spec.seed % 3]
    root = 110.0 * 2 ** (int(rng.integers(0, 7)) / 12)
    pull = (900.0, 0.0, 420.0)[int(rng.integers(0, 3))] if rule != "strings" else 500.0
    start = {"grow": 1, "double": 1, "strings": 2, "trail": 3, "star": 2}[rule]
    balls = []
    for k in range(start):
        way = float(rng.uniform(0, 2 * math.pi))
        speed = float(rng.uniform(430, 560))
        r = 13.0 if rule == "grow" else 15.0
        balls.append(
            Ball(
                RX + 60 * (k - start / 2) + 20,
                RY - 60 + 24 * k,
                speed * math.cos(way),
                speed * math.sin(way),
                r,
                k,
            )
        )
    film = Film()
    dt = 1 / FPS / STEPS
    last_note = -1.0
    for i in range(count):
        film.balls.append([(b.x, b.y, b.r, b.kind) for b in balls])
        for s in range(STEPS):
            for b in list(balls):
                b.vy += pull * dt
                b.x += b.vx * dt
                b.y += b.vy * dt
                angle = _touch(b, rule, pull)
                if angle is None:
                    continue
                film.touches.append((i, angle, b.kind))
                at = (i + s / STEPS) / FPS
                if rule == "double" and len(balls) < 48:
                    turn = float(rng.uniform(0.5, 1.1))
                    c, sn = math.cos(turn), math.sin(turn)
                    balls.append(
                        Ball(
                            b.x,
                            b.y,
                            b.vx * c - b.vy * sn,
                            b.vx * sn + b.vy * c,
                            max(8.0, b.r * 0.94),
                            len(balls),
                        )
                    )
                    b.r = max(8.0, b.r * 0.94)
                if at - last_note > 0.035:
                    step = (
                        b.bounces
                        if rule in ("grow", "star")
                        else round((math.cos(angle) + 1) * 5) + b.kind % 3
                    )
                    film.notes.append(
                        Note(
                            at,
                            "pluck",
                            degree(
                                step % 16, root_hz=root * (2 if rule != "grow" else 1), scale=scale
                            ),
                            0.55,
                            math.cos(angle) * 0.7,
                        )
                    )
                    last_note = at
    return film


def _marks(ink: Ink, rule: str, look: Look, film: Film, i: int) -> None:
    """What earlier touches left behind: strings, a star, sparks on the rim."""
    done = [t for t in film.touches if t[0] <= i]
    if rule == "star":
        pts = [(RX + RR * math.cos(a), RY + RR * math.sin(a)) for _, a, k in done if k == 0][-60:]
        for ends in pairwise(pts):
            ink.line(ends, 2.2, see_through(look.glass[1], 0.75), caps=False)
    if rule == "strings":
        for _, a, k in done[-60:]:
            here = [b for b in film.balls[i] if b[3] == k]
            at = (RX + RR * math.cos(a), RY + RR * math.sin(a))
            ink.line(
                [at, (here[0][0], here[0][1])], 1.6, see_through(look.glass[k % 5], 0.8), caps=False
            )
    for f, a, k in done:
        age = (i - f) / 9
        if age < 1:
            x, y = RX + RR * math.cos(a), RY + RR * math.sin(a)
            ink.ring(
                x,
                y,
                8 + 34 * ease(age),
                5 * (1 - age) + 0.5,
                see_through(look.glass[k % len(look.glass)], 1 - age),
            )


def build(spec: ClipSpec) -> Scene:
    """A ring with one of five rules: grow, double, strings, trail, star."""
    count = frame_count(spec.length_s)
    rule = RULES[spec.seed % len(RULES)]
    look = LOOKS[(spec.seed * 2 + spec.seed // 5) % len(LOOKS)]
    film = play(spec, rule, count)
    sheet = Sheet(paper(look))
    base = sheet.base()
    base.disc(RX + 5, RY + 12, RR + 12, see_through(look.ink, 0.13))
    base.disc(RX, RY, RR + 11, look.ink)
    base.disc(RX, RY, RR + 1, mix(look.top, (255, 255, 255), 0.55))
    balls: dict[tuple[int, int], Image.Image] = {}

    def sprite(kind: int, r: float) -> Image.Image:
        key = (kind % len(look.glass), round(r))
        if key not in balls:
            balls[key] = marble(look, key[0], key[1])
        return balls[key]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        _marks(ink, rule, look, film, i)
        if rule in ("trail", "grow"):
            for back in range(14 if rule == "trail" else 8, 0, -1):
                if i - back >= 0:
                    for x, y, r, kind in film.balls[i - back]:
                        ink.disc(
                            x,
                            y,
                            r * (1 - back / 22),
                            see_through(look.glass[kind % len(look.glass)], 0.16 - back * 0.008),
                        )
        for x, y, r, kind in film.balls[i]:
            ink.disc(x + 4, y + 8, r, see_through(look.ink, 0.16))
            ink.stamp(x, y, sprite(kind, r))
        hits = sum(1 for t in film.touches if t[0] <= i)
        fresh = max((t[0] for t in film.touches if t[0] <= i), default=-99)
        pop = 1 + 0.16 * (1 - bounce_out(min(1.0, (i - fresh) / 8)))
        ink.words(RX, 140, str(hits), 84 * pop, look.ink, bold=1.4)
        return lift(ink)

    return Scene(count, iris_home(frame, count, cx=RX, cy=RY), film.notes)

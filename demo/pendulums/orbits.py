"""Two weights on turning arms, a thread between them: what they weave as the arms go round."""

import math

from PIL import Image

from ..canvas import FPS, Sheet, bloom, lift, pick, see_through
from ..scene import Scene, dice, frame_count
from ..sound import DORIAN, PENTA, Note, degree
from ..spec import ClipSpec
from .look import BRASS, LAMP, bob, metals, night

MX, MY = 250.0, 415.0
# Turns of the two arms in one clip, and the length of the inner one: Venus and Earth come first.
PAIRS = (
    (8, 13, 0.72),
    (3, 7, 0.55),
    (5, 12, 0.8),
    (4, 9, 0.45),
    (6, 11, 0.9),
    (7, -3, 0.66),
    (5, -8, 0.5),
    (9, 4, 1.0),
)
THREADS = 260


def build(spec: ClipSpec) -> Scene:
    """Threads are laid for the first two thirds and drawn in again, so the clip closes."""
    count = frame_count(spec.length_s)
    rng = dice("pendulum-orbits", spec.seed)
    m, n, inner = PAIRS[spec.seed % len(PAIRS)]
    turn = float(rng.uniform(0, 2 * math.pi))
    tones = [pick(metals(spec.seed + 3, THREADS), abs(2 * k / THREADS - 1)) for k in range(THREADS)]
    reach = 208.0
    if abs(n) > abs(m):
        m, n = n, m  # the faster arm is the inner one

    def arm(t: float, which: int) -> tuple[float, float]:
        a = turn + 2 * math.pi * (m, n)[which] * t
        r = reach * (inner, 1.0)[which]
        return MX + r * math.cos(a), MY + r * math.sin(a) * 1.18

    meets = abs(m - n)
    seconds = count / FPS
    root = 130.8 * 2 ** (int(rng.integers(-3, 5)) / 12)
    scale = (PENTA, DORIAN)[spec.seed % 2]
    notes = []
    for k in range(meets):
        notes += [
            Note(
                k / meets * seconds,
                "vibes",
                degree(2 * (k % 5) + v, root_hz=root, scale=scale),
                0.4,
                math.cos(k),
            )
            for v in (0, 4)
        ]
    for which, turns in enumerate((m, n)):
        for k in range(abs(turns) * 2):
            x, _ = arm(k / abs(turns) / 2, which)
            notes.append(
                Note(
                    k / abs(turns) / 2 * seconds,
                    "vibes",
                    degree(7 + 3 * which + k % 4, root_hz=root, scale=scale),
                    0.13,
                    x / 250 - 1,
                )
            )
    sheet = Sheet(night(spec.seed + 3))
    base = sheet.base()
    for which in (0, 1):
        ring = [arm(k / 120 / (m, n)[which], which) for k in range(121)]
        base.line(ring, 1.2, see_through(BRASS, 0.35), caps=False)
    balls = (bob(LAMP, 13), bob(BRASS, 16))
    heart = bob(pick(metals(spec.seed, 8), 0.9), 20)

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        t = i / count
        grown = 0.10 + 0.9 * math.sin(math.pi * t) ** 1.3
        first = int((t + 1 - grown) * THREADS)
        for k in range(first, int((t + 1) * THREADS)):
            u = k / THREADS
            ink.line([arm(u, 0), arm(u, 1)], 1.3, see_through(tones[k % THREADS], 0.5), caps=False)
        ends = arm(t, 0), arm(t, 1)
        ink.line(ends, 2.6, LAMP)
        for which in (0, 1):
            for back in range(1, 8):
                x, y = arm(t - back * 0.0022, which)
                ink.disc(x, y, 12 * (1 - back / 9), see_through(LAMP, 0.10))
            ink.stamp(*ends[which], balls[which])
        since = (t * meets) % 1
        if since < 0.3:
            x, y = arm(t - since / meets, 1)
            ink.ring(x, y, 18 + 60 * since, 3 - 9 * since, see_through(LAMP, 0.9 - 3 * since))
        ink.stamp(MX, MY, heart)
        return bloom(lift(ink), strength=0.7, floor=66)

    return Scene(count, frame, notes, room=0.32)

"""Three doors, one cake, two goats, many games at once: switch or stay?"""

from PIL import Image

from ..canvas import FPS, Ink, Sheet, bounce_out, ease, lift, mix, see_through
from ..scene import Scene, dice, frame_count, iris_home
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import COAL, GOLD, IVORY, RED, felt

DOOR = ((88.0, 250.0), (250.0, 250.0), (412.0, 250.0))


def _goat(ink: Ink, x: float, y: float, s: float, chew: float) -> None:
    ink.oval(x, y, 26 * s, 32 * s, IVORY)
    ink.oval(x, y + 22 * s, 16 * s, 14 * s, mix(IVORY, COAL, 0.12))
    for side in (-1, 1):
        ink.line(
            [(x + side * 12 * s, y - 26 * s), (x + side * 22 * s, y - 48 * s)],
            6 * s,
            mix(IVORY, COAL, 0.5),
        )
        ink.oval(x + side * 33 * s, y - 8 * s, 13 * s, 6 * s, mix(IVORY, COAL, 0.2))
        ink.disc(x + side * 10 * s, y - 6 * s, 4.4 * s, COAL)
    ink.oval(x + 4 * s * chew, y + 27 * s, 7 * s, 3.4 * s, mix(RED, COAL, 0.4))
    ink.shape(
        [(x - 6 * s, y + 34 * s), (x + 6 * s, y + 34 * s), (x, y + 54 * s)], mix(IVORY, COAL, 0.3)
    )


def _cake(ink: Ink, x: float, y: float, s: float, flame: float) -> None:
    ink.box(x - 36 * s, y, x + 36 * s, y + 40 * s, mix(RED, IVORY, 0.35), r=6 * s)
    ink.box(x - 36 * s, y, x + 36 * s, y + 14 * s, IVORY, r=6 * s)
    for k in (-1, 0, 1):
        ink.box(x + 20 * k * s - 3 * s, y - 24 * s, x + 20 * k * s + 3 * s, y, GOLD)
        ink.oval(x + 20 * k * s, y - 31 * s, 4 * s, (7 + 2 * flame) * s, (255, 214, 120))


def _door(
    ink: Ink, x: float, y: float, open_to: float, prize: bool, number: int, chosen: bool, i: int
) -> None:
    w, h = 66.0, 124.0
    ink.box(x - w - 6, y - h - 6, x + w + 6, y + h, mix(GOLD, COAL, 0.25), r=8)
    ink.box(x - w, y - h, x + w, y + h, COAL)
    if open_to > 0.02:
        if prize:
            _cake(ink, x, y + 6, 1.15, (-1) ** (i // 3))
        else:
            _goat(ink, x, y + 4, 1.15, 1 if i // 4 % 2 else -1)
    leaf = 2 * w * (1 - open_to)
    ink.box(x - w, y - h, x - w + leaf, y + h, mix(RED, COAL, 0.1 + 0.3 * open_to))
    if leaf > 40:
        ink.words(x - w + leaf / 2, y - 30, str(number), 62 * (leaf / 132), IVORY, bold=1)
        ink.disc(x - w + leaf - 14, y + 16, 6, GOLD)
    if chosen:
        ink.shape([(x - 16, y + h + 40), (x + 16, y + h + 40), (x, y + h + 14)], GOLD)


def build(spec: ClipSpec) -> Scene:
    """A few games in full, faster and faster; two columns count the wins of staying and of
    switching.
    """
    count = frame_count(spec.length_s)
    rng = dice("chance-monty", spec.seed)
    cuts = [0.0]
    span = 0.26 + 0.05 * (spec.seed % 2)
    while cuts[-1] < 0.88 and len(cuts) < 150:
        cuts.append(cuts[-1] + span)
        span = max(0.0042, span * (0.6 + 0.04 * (spec.seed % 3)))
    games = []
    for _ in cuts:
        prize, first = int(rng.integers(0, 3)), int(rng.integers(0, 3))
        shown = next(d for d in ((first + 1) % 3, (first + 2) % 3) if d != prize)
        games.append((prize, first, shown))
    seconds = count / FPS
    notes = []
    stay = swap = 0
    score = []
    for k, (prize, first, _) in enumerate(games):
        won = prize == first
        stay, swap = stay + won, swap + (not won)
        score.append((stay, swap))
        a, b = cuts[k] * seconds, (cuts[k + 1] if k + 1 < len(cuts) else 1.0) * seconds
        if b - a < 0.06 and k % 3:
            continue
        notes += [
            Note(a, "tick", 1300, 0.3, DOOR[first][0] / 250 - 1),
            Note(a + (b - a) * 0.35, "tick", 800, 0.3),
        ]
        notes.append(
            Note(
                a + (b - a) * 0.68,
                "kalimba",
                degree(stay if won else 3 + swap % 12, root_hz=220 if won else 294, scale=PENTA),
                0.45,
                -0.5 if won else 0.5,
            )
        )
    sheet = Sheet(felt(spec.seed + 2))
    base = sheet.base()
    base.words(160, 724, "stay", 30, IVORY)
    base.words(340, 724, "switch", 30, GOLD)
    base.words(250, 84, "Stay or switch?", 40, IVORY, bold=0.6)

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        t = i / count
        k = max(j for j, c in enumerate(cuts) if c <= t)
        end = cuts[k + 1] if k + 1 < len(cuts) else 0.97
        u = min(1.0, (t - cuts[k]) / (end - cuts[k]))
        prize, first, shown = games[k]
        last = 3 - first - shown
        for d, (x, y) in enumerate(DOOR):
            since = u - (0.35 if d == shown else 0.66)
            opened = ease(since * 7) * 0.9
            picked = d == (first if u < 0.5 else last)
            _door(ink, x, y + 6, opened, d == prize, d + 1, picked and u > 0.06, i)
        a, b = score[k] if u > 0.68 else (score[k - 1] if k else (0, 0))
        most = max(8, score[-1][1])
        for x, wins, tone in ((160, a, IVORY), (340, b, GOLD)):
            tall = 250 * wins / most
            ink.box(x - 44, 700 - tall, x + 44, 700, tone, r=8)
            pop = 1 + 0.2 * (1 - bounce_out((u - 0.68) * 6)) if u > 0.68 else 1.0
            ink.words(x, 676 - tall, str(wins), 40 * pop, tone, bold=0.8)
        ink.line([(96, 702), (404, 702)], 3, see_through(IVORY, 0.7), caps=False)
        return lift(ink)

    return Scene(count, iris_home(frame, count), notes, room=0.12)

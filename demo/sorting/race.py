"""Three algorithms, one shuffle, three lanes. First home gets the crown."""

from PIL import Image

from ..canvas import FPS, Ink, Sheet, bloom, bounce_out, ease, lift, mix, pick, see_through
from ..scene import Scene, dice, frame_count
from ..sound import PENTA, Note, degree
from ..spec import ClipSpec
from .look import WHITE, colours, ground
from .steps import Run, run_sort

FIELDS = (
    ("bubble", "insertion", "quick"),
    ("heap", "shell", "selection"),
    ("comb", "cocktail", "heap"),
    ("quick", "shell", "comb"),
    ("insertion", "selection", "shell"),
)
SHAPES = ("bars", "dots", "blocks")


def _lane(
    ink: Ink,
    values: list[float],
    n: int,
    top: float,
    tall: float,
    shape: str,
    paints: list[tuple[int, int, int]],
    hot: tuple[int, ...],
) -> None:
    wide = 416 / n
    for k, v in enumerate(values):
        x = 42 + k * wide
        t = (v + 1) / n
        paint = mix(paints[min(n - 1, max(0, round(v)))], WHITE, 0.9 if k in hot else 0.0)
        if shape == "bars":
            ink.box(x + 0.7, top + tall * (1 - t), x + wide - 0.7, top + tall, paint, r=2)
        elif shape == "dots":
            ink.disc(x + wide / 2, top + tall * (1 - t), wide * 0.52, paint)
        else:
            ink.box(
                x + 0.4,
                top + tall * 0.5 - tall * 0.46 * t,
                x + wide - 0.4,
                top + tall * 0.5 + tall * 0.46 * t,
                paint,
                r=3,
            )


def _crown(ink: Ink, x: float, y: float, size: float, paint: tuple[int, int, int]) -> None:
    pts = [(-1, 0.6), (-1, -0.5), (-0.5, 0.1), (0, -0.8), (0.5, 0.1), (1, -0.5), (1, 0.6)]
    ink.shape([(x + px * size, y + py * size) for px, py in pts], paint)


def build(spec: ClipSpec) -> Scene:
    """All lanes do the same number of steps a second; the clip ends when the slowest that can is
    home.
    """
    count = frame_count(spec.length_s)
    rng = dice("sort-race", spec.seed)
    names = FIELDS[spec.seed % len(FIELDS)]
    shape = SHAPES[(spec.seed // 2) % len(SHAPES)]
    n = 40 if shape != "dots" else 52
    row = [int(v) for v in rng.permutation(n)]
    runs: list[Run] = [run_sort(name, row) for name in names]
    racing = round(count * 0.84)
    lengths = sorted(len(r.states) - 1 for r in runs)
    pace = max(lengths[0] / (racing * 0.45), lengths[1] / (racing * 0.85))
    ends = [(len(r.states) - 1) / pace for r in runs]
    place = sorted(range(3), key=lambda k: (ends[k], k))
    notes = []
    for lane, run in enumerate(runs):
        for i in range(lane % 2, min(racing, int(ends[lane])), 2):
            k = min(len(run.states) - 1, int((i + 1) * pace))
            value = run.states[k][run.touched[k][1]]
            notes.append(
                Note(i / FPS, "chip", 120 * 2**lane * 2 ** (1.4 * value / n), 0.3, (lane - 1) * 0.7)
            )
        if ends[lane] < racing:
            rank = place.index(lane)
            for j in range(6 - 2 * rank):
                notes.append(
                    Note(
                        (ends[lane] + 1 + j * 1.5) / FPS,
                        "chip",
                        degree(j * 2, root_hz=392, scale=PENTA),
                        0.5,
                        (lane - 1) * 0.5,
                    )
                )
    notes.append(Note(racing / FPS, "swish", 800, 0.3, 0, 0.5))
    sheet = Sheet(ground(spec.seed + 1))
    base = sheet.base()
    tops = [128.0, 338.0, 548.0]
    for top in tops:
        base.box(30, top - 8, 470, top + 190, see_through(WHITE, 0.05), r=14)
    paints = [
        [pick(colours(spec.seed + lane, n), (k + 0.5) / n) for k in range(n)] for lane in range(3)
    ]

    def frame(i: int) -> Image.Image:
        ink = sheet.ink()
        for lane, run in enumerate(runs):
            k = min(len(run.states) - 1, int((i + 1) * pace))
            values = [float(v) for v in run.states[k]]
            hot = run.touched[k] if i < ends[lane] else ()
            if i >= racing:
                t = ease((i - racing + 1) / (count - racing))
                start = run.states[min(len(run.states) - 1, int(pace))]
                values = [a + (b - a) * t for a, b in zip(values, start, strict=True)]
                hot = ()
            _lane(ink, values, n, tops[lane] + 36, 142, shape, paints[lane], hot)
            ink.words(48, tops[lane] + 16, names[lane], 25, WHITE, anchor="lm")
            if i >= ends[lane] and i < racing:
                t = bounce_out((i - ends[lane]) / 8)
                rank = place.index(lane)
                if rank == 0:
                    _crown(ink, 436, tops[lane] + 16, 17 * t, (255, 225, 77))
                else:
                    ink.words(
                        436,
                        tops[lane] + 16,
                        ("", "2nd", "3rd")[rank],
                        24 * max(0.1, t),
                        paints[lane][n // 2],
                    )
        return bloom(lift(ink), strength=0.5, floor=90)

    return Scene(count, frame, notes, room=0.08)

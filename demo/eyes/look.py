"""Poster print: white paper, black ink, one loud colour, a question in big type."""

from PIL import Image

from ..canvas import RGB, Ink, ease, mix, rgb, see_through, sky

PAPERS: tuple[str, ...] = ("f4f1ea", "f7f5f0", "efeeea", "fbf7ea")
LOUD: tuple[str, ...] = ("e63222", "2a4bd7", "ff5a00", "d6006c", "008f5a")
INK: RGB = (17, 17, 17)


def page(seed: int) -> Image.Image:
    """A clean sheet."""
    tone = rgb(PAPERS[seed % len(PAPERS)])
    return sky((0, tone), (1, mix(tone, (0, 0, 0), 0.03)), grain=0.8)


def loud(seed: int) -> RGB:
    """The one colour of this clip."""
    return rgb(LOUD[seed % len(LOUD)])


def ask(
    ink: Ink,
    question: str,
    answer: str,
    t: float,
    colour: RGB,
    *,
    turn: float = 0.48,
    back: float = 0.93,
) -> None:
    """The question, replaced by the answer from `turn` to `back` of the clip."""
    shown = ease((t - turn) * 14) - ease((t - back) * 20)
    ink.words(250, 116 - 26 * shown, question, 42, see_through(INK, 1 - shown), bold=1.1)
    if shown > 0.01:
        ink.words(250, 142 - 26 * shown, answer, 48, see_through(colour, shown), bold=1.4)


def stage(t: float, a: float, b: float, *, back: float = 0.88) -> float:
    """0 before `a`, easing to 1 at `b`, and to 0 again after `back`."""
    return ease((t - a) / (b - a)) * (1 - ease((t - back) / (0.97 - back)))

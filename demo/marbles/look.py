"""Warm paper and glossy glass: what every marble clip looks like, in five variations."""

from dataclasses import dataclass

from PIL import Image

from ..canvas import RGB, glass_ball, rgb, sky


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of one variation: paper from top to foot, ink for lines, glass for the marbles."""

    top: RGB
    foot: RGB
    ink: RGB
    glass: tuple[RGB, ...]


def _look(top: str, foot: str, ink: str, *glass: str) -> Look:
    return Look(rgb(top), rgb(foot), rgb(ink), tuple(rgb(g) for g in glass))


LOOKS: tuple[Look, ...] = (
    _look("fbf1de", "f3d7a8", "4a3428", "e4572e", "1b9aaa", "ffb627", "4f345a", "7a9e4e"),
    _look("fde7d8", "f6b995", "50302c", "c8352b", "f2a541", "2f6690", "3a7d44", "f6f0e0"),
    _look("fff6d8", "f7d36b", "463b1d", "d1495b", "00798c", "30638e", "ef7a2e", "fffdf2"),
    _look("f6e6e4", "e7b7ae", "4d2a33", "8f2d56", "d81159", "218380", "fbb13c", "73d2de"),
    _look("f1ead8", "d9bd8b", "3d3222", "bc4b51", "5b8e7d", "f4a259", "8cb369", "2d4654"),
)


def paper(look: Look) -> Image.Image:
    """The ground every marble clip is played on."""
    return sky((0, look.top), (1, look.foot), grain=2.0)


def marble(look: Look, number: int, radius: float, *, turn: float = 0.4) -> Image.Image:
    """The `number`-th kind of marble, with a swirl of the next colour."""
    n = len(look.glass)
    return glass_ball(radius, look.glass[number % n], swirl=look.glass[(number + 2) % n], turn=turn)

"""A glass dish on a pale bench: what every living-dish clip looks like."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..canvas import RGB, Ink, Sheet, Singles, mix, rgb, see_through, sky

DX, DY, DR = 250.0, 412.0, 210.0


@dataclass(frozen=True, slots=True)
class Bench:
    """One variation: the bench, the jelly in the dish, and what may grow there."""

    top: RGB
    foot: RGB
    jelly: RGB
    life: tuple[RGB, ...]


def _bench(top: str, foot: str, jelly: str, *life: str) -> Bench:
    return Bench(rgb(top), rgb(foot), rgb(jelly), tuple(rgb(c) for c in life))


BENCHES: tuple[Bench, ...] = (
    _bench("e9f4f1", "c6ded8", "f7faf0", "0f8b6d", "f2647c", "7bc950", "3a506b", "f9c74f"),
    _bench("e6eef4", "c2d3df", "fdf3ec", "ef5b5b", "20a39e", "ffba49", "23395b", "a4036f"),
    _bench("eaf2e6", "c9d9c0", "f3f9dc", "4f772d", "d65780", "90a955", "31572c", "ee9b00"),
    _bench("efeef6", "cfcce2", "f6f1fb", "6a4c93", "1982c4", "8ac926", "2d3142", "ff595e"),
    _bench("e8f3f6", "bfd9e0", "eef8f7", "0077b6", "f28482", "2a9d8f", "14213d", "f6bd60"),
)


def bench(look: Bench) -> Sheet:
    """The bench with an empty dish on it."""
    sheet = Sheet(sky((0, look.top), (1, look.foot), grain=1.5))
    ink = sheet.base()
    for k in range(14):
        ink.disc(DX + 6, DY + 26, DR + 30 - k * 1.6, see_through((40, 60, 70), 0.018))
    ink.disc(DX, DY, DR + 13, mix(look.foot, (255, 255, 255), 0.55))
    ink.ring(DX, DY, DR + 13, 2, mix(look.foot, (70, 90, 100), 0.4))
    ink.disc(DX, DY, DR + 2, look.jelly)
    ink.ring(DX, DY, DR + 3, 2, mix(look.foot, (70, 90, 100), 0.3))
    return sheet


def glass(image: Image.Image) -> Image.Image:
    """The same frame with the light on the lid of the dish."""
    ink = Ink(image, 1)
    ink.arc(DX, DY, DR + 8, 200, 250, 4, (255, 255, 255, 190))
    ink.arc(DX, DY, DR - 14, 205, 238, 3, (255, 255, 255, 120))
    ink.arc(DX, DY, DR + 8, 30, 62, 3, (255, 255, 255, 130))
    return image


def round_mask(side: int) -> Singles:
    """1 inside the dish, 0 outside, soft at the rim, on a square grid of `side`."""
    yy, xx = np.mgrid[0:side, 0:side]
    c = (side - 1) / 2
    return np.asarray(np.clip(c - np.hypot(xx - c, yy - c), 0, 1), dtype=np.float32)

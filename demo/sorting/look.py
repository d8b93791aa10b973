"""A dark arcade with candy-coloured lights: what every sorting clip looks like."""

from PIL import Image

from ..canvas import RGB, Bytes, ramp, rgb, spot

RAMPS: tuple[tuple[str, ...], ...] = (
    ("6a5cff", "b14cff", "ff2e88", "ff8a3d", "ffe14d"),
    ("29e7cd", "2f9bff", "7b4dff", "ff3cac", "ff9a5a"),
    ("ff2e63", "ff8a3d", "ffe14d", "5df2a1", "29b6ff", "8c5cff"),
    ("ff5f6d", "ffc371", "fff3b0", "7af0d5", "3a8dff"),
    ("00f5d4", "00bbf9", "9b5de5", "f15bb5", "fee440"),
)
GROUNDS: tuple[tuple[str, str], ...] = (
    ("2a1650", "0d0620"),
    ("14224f", "070a1f"),
    ("3a1145", "12051c"),
    ("1b1b46", "090918"),
)
WHITE: RGB = (255, 255, 255)


def colours(seed: int, count: int, *, closed: bool = False) -> Bytes:
    """A candy ramp of `count` colours."""
    return ramp([rgb(c) for c in RAMPS[seed % len(RAMPS)]], count, closed=closed)


def ground(seed: int) -> Image.Image:
    """The dark room the lights stand in."""
    middle, edge = GROUNDS[(seed // 2) % len(GROUNDS)]
    return spot(rgb(middle), rgb(edge))

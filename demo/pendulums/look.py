"""Midnight, brass and lamplight: what every pendulum clip looks like."""

from PIL import Image

from ..canvas import RGB, Bytes, glass_ball, ramp, rgb, spot

NIGHTS: tuple[tuple[str, str], ...] = (
    ("12343b", "050f13"),
    ("1d2f3f", "070d14"),
    ("1f3330", "060f0e"),
    ("2b2a2a", "0c0a09"),
)
METALS: tuple[tuple[str, ...], ...] = (
    ("fff3d6", "e8c170", "b8863b", "c65d3b"),
    ("f6e7b4", "e0a458", "c65d3b", "8f3b2e"),
    ("fdf6e3", "d9d2b0", "9fc2a6", "e8c170"),
    ("ffe8b0", "f2b950", "d98032", "6fa3a0"),
)
BRASS: RGB = rgb("d8a657")
LAMP: RGB = rgb("fff1cf")


def night(seed: int) -> Image.Image:
    """The dark the brass swings in."""
    middle, edge = NIGHTS[seed % len(NIGHTS)]
    return spot(rgb(middle), rgb(edge), reach=560)


def metals(seed: int, count: int) -> Bytes:
    """A ramp from lamplight to copper."""
    return ramp([rgb(c) for c in METALS[(seed * 3 + 1) % len(METALS)]], count)


def bob(colour: RGB, radius: float) -> Image.Image:
    """A polished ball."""
    return glass_ball(radius, colour)

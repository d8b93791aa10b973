"""Ultraviolet: the colours of every zoom, and the small grid they are computed on."""

import numpy as np

from ..canvas import CX, CY, RGB, Bytes, Floats, H, W, ramp, rgb

GLOWS: tuple[tuple[str, ...], ...] = (
    ("0b0221", "3a0ca3", "7b2ff7", "f107a3", "ffd166", "fff6e0", "f107a3", "3a0ca3"),
    ("03071e", "14213d", "00d4ff", "e0fbfc", "7b2ff7", "240046"),
    ("10002b", "5a189a", "ff4d8d", "ffb703", "fff3b0", "c77dff", "3c096c"),
    ("020024", "090979", "00d4ff", "b8fff9", "f107a3", "4a0d67"),
    ("12001f", "6a00f4", "d100d1", "f20089", "ffd6ff", "8900f2", "2d00f7"),
    ("001021", "034078", "1282a2", "fefcfb", "f26ca7", "8338ec", "1b0034"),
)
HW, HH = W // 2, H // 2


def glow(seed: int, count: int = 1024) -> Bytes:
    """A closed ramp of ultraviolet."""
    return ramp([rgb(c) for c in GLOWS[seed % len(GLOWS)]], count, closed=True)


def tones(seed: int) -> tuple[RGB, ...]:
    """The stops of the ramp, as colours."""
    return tuple(rgb(c) for c in GLOWS[seed % len(GLOWS)])


def log_polar() -> tuple[Floats, Floats]:
    """For each pixel of the half-size picture: log of the distance to the middle, and the angle."""
    yy, xx = np.mgrid[0:HH, 0:HW] + 0.5
    x, y = xx - CX / 2, yy - CY / 2
    return np.log(np.hypot(x, y) + 0.3), np.arctan2(y, x)

"""What a generator gives back, and the ways a clip closes its circle."""

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from .canvas import CX, CY, FPS, H, W, ease
from .sound import Note

Frame = Callable[[int], Image.Image]


@dataclass(frozen=True, slots=True)
class Scene:
    """A clip before it is written down.

    Attributes:
        count: frames in the clip.
        frame: any frame by its number, 0 <= number < count, in any order, the same each time.
        notes: every sound, each from something that is seen to happen.
        room: how much of a small room is heard, 0..1.
    """

    count: int
    frame: Frame
    notes: Sequence[Note]
    room: float = 0.18


def frame_count(length_s: float) -> int:
    """Frames in a clip of `length_s` seconds."""
    return round(length_s * FPS)


def dice(generator: str, seed: int) -> np.random.Generator:
    """The one source of chance of a clip: the same for the same generator and seed, everywhere."""
    return np.random.default_rng([zlib.crc32(generator.encode()), seed])


def iris_home(frame: Frame, count: int, *, over: int = 12, cx: float = CX, cy: float = CY) -> Frame:
    """`frame`, but over its last frames a hole opens onto the first one, so the clip runs round."""
    first: list[Image.Image] = []
    far = max(math.hypot(x - cx, y - cy) for x in (0, W) for y in (0, H))

    def closed(i: int) -> Image.Image:
        k = i - (count - over)
        if k < 0:
            return frame(i)
        if not first:
            first.append(frame(0))
        r = far * ease((k + 1) / over) * 1.02
        hole = Image.new("L", (W, H), 0)
        ImageDraw.Draw(hole).ellipse((cx - r, cy - r, cx + r, cy + r), fill=255)
        return Image.composite(first[0], frame(i), hole)

    return closed


def melt_home(frame: Frame, count: int, *, over: int = 10) -> Frame:
    """`frame`, but its last frames melt into the first one."""
    first: list[Image.Image] = []

    def closed(i: int) -> Image.Image:
        k = i - (count - over)
        if k < 0:
            return frame(i)
        if not first:
            first.append(frame(0))
        return Image.blend(frame(i), first[0], ease((k + 1) / (over + 0.5)))

    return closed

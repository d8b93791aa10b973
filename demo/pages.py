"""Stills on a sheet: the contact sheet, and rows of frames of one clip."""

import math
from collections.abc import Sequence

from PIL import Image

from .canvas import H, W
from .make import scene_of
from .spec import ClipSpec


def contact_sheet(
    specs: Sequence[ClipSpec], *, width: int = 108, columns: int = 16, at: float = 0.55
) -> Image.Image:
    """One still of each clip, from `at` of the way through, `columns` to a row, no labels."""
    height = width * H // W
    gap = 4
    rows = math.ceil(len(specs) / columns)
    page = Image.new(
        "RGB", (gap + columns * (width + gap), gap + rows * (height + gap)), (18, 18, 20)
    )
    for k, spec in enumerate(specs):
        scene = scene_of(spec)
        still = scene.frame(int(scene.count * at)).resize((width, height), Image.Resampling.LANCZOS)
        page.paste(still, (gap + k % columns * (width + gap), gap + k // columns * (height + gap)))
    return page


def film_strip(spec: ClipSpec, *, stills: int = 6, width: int = 180) -> Image.Image:
    """`stills` frames of one clip, first to last, side by side."""
    scene = scene_of(spec)
    height = width * H // W
    page = Image.new("RGB", (stills * (width + 4), height), (18, 18, 20))
    for k in range(stills):
        i = round(k * (scene.count - 1) / max(1, stills - 1))
        page.paste(
            scene.frame(i).convert("RGB").resize((width, height), Image.Resampling.LANCZOS),
            (k * (width + 4), 0),
        )
    return page

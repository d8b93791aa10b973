"""A drawn face for every creator, in the colours of what they post."""

import io
import math
from functools import lru_cache

import numpy as np
from PIL import Image

from .canvas import RGB, Ink, mix, rgb
from .creators import CREATOR_BY_HANDLE, CREATORS
from .topics import TOPIC_BY_SLUG

SIDE = 256
_STYLES = [c.avatar_seed for c in CREATORS]


@lru_cache(maxsize=32)
def draw_avatar(handle: str) -> bytes:
    """The picture of `handle` as PNG bytes, 256x256, the same each time. Raises KeyError if
    unknown.
    """
    who = CREATOR_BY_HANDLE[handle]
    rng = np.random.default_rng(who.avatar_seed)
    tones = [rgb(c) for c in TOPIC_BY_SLUG[who.topic].palette]
    odd = who.avatar_seed % 2
    ground, skin, accent = tones[3 if odd else 1], tones[1 if odd else 2], tones[5]
    image = Image.new("RGB", (SIDE * 2, SIDE * 2), ground)
    ink = Ink(image)
    for k in range(7):
        ink.disc(
            float(rng.uniform(0, 256)),
            float(rng.uniform(0, 256)),
            12 + 30 * float(rng.random()),
            mix(ground, tones[0], 0.18 + 0.05 * (k % 3)),
        )
    _body(ink, rng, mix(skin, tones[0], 0.1), accent, who.avatar_seed)
    out = io.BytesIO()
    image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _body(
    ink: Ink,
    rng: np.random.Generator,
    skin: RGB,
    accent: RGB,
    seed: int,
) -> None:
    dark = mix(skin, (12, 10, 24), 0.86)
    light = mix(skin, (255, 255, 255), 0.9)
    ink.oval(128, 262, 104, 62, accent)
    bumps, wobble, turn = 3 + seed % 5, 3 + 7 * float(rng.random()), float(rng.uniform(0, 6))
    ink.shape(
        [
            (
                128 + (74 + wobble * math.cos(bumps * a / 57.3 + turn)) * math.cos(a / 57.3),
                136 + (78 + wobble * math.cos(bumps * a / 57.3 + turn)) * math.sin(a / 57.3),
            )
            for a in range(0, 360, 3)
        ],
        skin,
    )
    eyes = (2, 1, 2, 2, 3)[_STYLES.index(seed) % 5] if _STYLES.index(seed) % 6 != 3 else 2
    for k in range(eyes):
        x = 128 + (k - (eyes - 1) / 2) * 50
        r = 26 if eyes == 1 else 19
        ink.disc(x, 122, r, light)
        ink.disc(x + 4, 125, r * 0.52, dark)
        ink.disc(x + 8, 119, r * 0.18, light)
    if _STYLES.index(seed) % 3 == 0:
        ink.disc(128, 172, 12, dark)
    elif _STYLES.index(seed) % 3 == 1:
        ink.arc(128, 156, 26, 20, 160, 6, dark)
    else:
        ink.pie(128, 160, 26, 0, 180, dark)
        ink.box(118, 160, 138, 168, light)
    for x in (76, 180):
        ink.disc(x, 156, 11, mix(skin, accent, 0.45))
    _headgear(ink, _STYLES.index(seed) % 6, dark, accent, light)


def _headgear(ink: Ink, kind: int, dark: RGB, accent: RGB, light: RGB) -> None:
    if kind == 0:  # a top hat
        ink.box(78, 52, 178, 72, dark, r=8)
        ink.box(98, 14, 158, 60, dark, r=8)
        ink.box(98, 46, 158, 56, accent)
    elif kind == 1:  # feelers
        for k in (-1, 0, 1):
            ink.line([(128 + 14 * k, 66), (128 + 30 * k, 34)], 5, dark)
            ink.disc(128 + 30 * k, 32, 9, accent)
    elif kind == 2:  # a woolly hat
        ink.pie(128, 82, 66, 180, 360, accent)
        ink.box(58, 74, 198, 92, mix(accent, light, 0.5), r=9)
        ink.disc(128, 18, 14, light)
    elif kind == 3:  # round spectacles and a quiff
        for x in (103, 153):
            ink.ring(x, 122, 27, 5, dark)
        ink.line([(128, 118), (130, 118)], 5, dark)
        for k in range(4):
            ink.disc(100 + 18 * k, 62 - 5 * k, 17, dark)
    elif kind == 4:  # cat's ears
        for side in (-1, 1):
            ink.shape([(128 + side * 22, 66), (128 + side * 64, 22), (128 + side * 70, 92)], dark)
            ink.shape([(128 + side * 38, 64), (128 + side * 58, 42), (128 + side * 62, 78)], accent)
    else:  # a leaf
        ink.line([(128, 70), (132, 40)], 6, dark)
        ink.oval(152, 34, 26, 13, accent)
        ink.oval(112, 42, 18, 9, mix(accent, light, 0.3))

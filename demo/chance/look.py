"""Green felt, ivory and gold: what every chance clip looks like."""

import numpy as np
from PIL import Image

from ..canvas import RGB, H, W, rgb

FELTS: tuple[tuple[str, str], ...] = (
    ("15734d", "083322"),
    ("0f6a54", "062c26"),
    ("2a7a3a", "0d3216"),
    ("1b7a6a", "07332f"),
)
IVORY: RGB = rgb("f5efdc")
RED: RGB = rgb("d7263d")
GOLD: RGB = rgb("f2b632")
COAL: RGB = rgb("1d1d1b")


def felt(seed: int) -> Image.Image:
    """Woven cloth under a lamp."""
    lit, dim = (np.array(rgb(c), float) for c in FELTS[seed % len(FELTS)])
    yy, xx = np.mgrid[0:H, 0:W]
    t = np.clip(np.hypot(xx - 250, (yy - 380) * 0.8) / 560, 0, 1)
    t = t * t * (3 - 2 * t)
    weave = np.random.default_rng(3).normal(0, 4, (H, W)) + 2.5 * np.sin(xx * 1.9) * np.sin(
        yy * 1.9
    )
    return Image.fromarray(
        np.clip(lit + (dim - lit) * t[..., None] + weave[..., None], 0, 255).astype(np.uint8)
    )

"""Soft layered land: hills, trees, a house; what every weather clip stands on."""

import math

import numpy as np
from PIL import Image, ImageDraw

from ..canvas import RGB, Floats, H, W, mix

Mask = Image.Image
Layer = tuple[Image.Image, int]  # a cropped mask and the height it is laid at


def ridge(rng: np.random.Generator, y: float, rise: float, *, rough: int = 5) -> Floats:
    """Heights (from the top, one per column) of a hill line around `y`."""
    x = np.arange(W) / W
    line = np.zeros(W)
    for k in range(1, rough + 1):
        line += np.sin(2 * np.pi * (k * 0.7 * x + rng.random())) / k**1.25
    return y - rise * line


def below(line: Floats) -> Mask:
    """A mask of everything under a hill line, with a soft edge."""
    yy = np.arange(H)[:, None]
    return Image.fromarray((np.clip(yy - line[None, :] + 0.5, 0, 1) * 255).astype(np.uint8))


def plant(
    mask: Mask, line: Floats, rng: np.random.Generator, *, count: int, tall: float, kind: str
) -> Mask:
    """Stand trees on a hill line: `pine`, `round` or `grass`, drawn into its mask."""
    big = mask.resize((W * 2, H * 2))
    d = ImageDraw.Draw(big)
    for _ in range(count):
        x = float(rng.uniform(0, W - 1))
        y = float(line[int(x)]) + 2
        h = tall * float(rng.uniform(0.6, 1.25))
        if kind == "pine":
            for k in range(4):
                w, top = h * (0.12 + 0.07 * k), y - h + h * 0.19 * k
                d.polygon(
                    [
                        ((x - w) * 2, (top + h * 0.34) * 2),
                        (x * 2, top * 2),
                        ((x + w) * 2, (top + h * 0.34) * 2),
                    ],
                    fill=255,
                )
            d.line((x * 2, y * 2, x * 2, (y - h * 0.3) * 2), fill=255, width=max(2, int(h * 0.1)))
        elif kind == "round":
            d.line((x * 2, y * 2, x * 2, (y - h * 0.6) * 2), fill=255, width=max(3, int(h * 0.14)))
            for _ in range(5):
                ox, oy = float(rng.normal(0, h * 0.14)), float(rng.normal(0, h * 0.12))
                r = h * 0.24
                d.ellipse(
                    (
                        (x + ox - r) * 2,
                        (y - h * 0.75 + oy - r) * 2,
                        (x + ox + r) * 2,
                        (y - h * 0.75 + oy + r) * 2,
                    ),
                    fill=255,
                )
        else:
            lean = float(rng.normal(0, h * 0.3))
            d.line((x * 2, y * 2, (x + lean) * 2, (y - h) * 2), fill=255, width=3)
    return big.resize((W, H), Image.Resampling.BOX)


def land(
    rng: np.random.Generator, *, trees: str = "pine", top: float = 430, layers: int = 5
) -> tuple[list[Layer], list[Floats]]:
    """Layers and hill lines from the farthest to the nearest; each is cut where the next one hides
    it.
    """
    masks, lines = [], []
    for k in range(layers):
        u = k / (layers - 1)
        line = ridge(rng, top + 330 * u**1.1, 46 - 12 * u, rough=7 - k if k < 4 else 3)
        mask = below(line)
        if k >= 1:
            mask = plant(mask, line, rng, count=round(34 - 20 * u), tall=18 + 70 * u, kind=trees)
        masks.append(mask)
        lines.append(line)
    feet = [int(line.max()) + 3 for line in lines[1:]] + [H]
    return [crop(m, min(H, max(foot, 1))) for m, foot in zip(masks, feet, strict=True)], lines


def crop(mask: Mask, foot: int = H) -> Layer:
    """Only the rows of a mask that hold something, down to `foot`."""
    box = mask.getbbox() or (0, 0, W, 1)
    return mask.crop((0, box[1], W, max(foot, box[1] + 1))), box[1]


def lay(image: Image.Image, layer: Layer, tone: RGB) -> None:
    """Paint one layer in one colour."""
    image.paste(tone, (0, layer[1]), layer[0])


def gradient(stops: list[tuple[float, RGB]]) -> Image.Image:
    """A sky, quickly: one column, stretched."""
    y = np.linspace(0, 1, H)
    col = np.stack(
        [np.interp(y, [s[0] for s in stops], [s[1][k] for s in stops]) for k in range(3)], 1
    )
    return Image.fromarray(np.repeat(col.astype(np.uint8)[:, None, :], W, 1))


def paint_land(image: Image.Image, layers: list[Layer], far: RGB, near: RGB) -> None:
    """Colour the layers, from the haze of `far` to `near`."""
    for k, layer in enumerate(layers):
        lay(image, layer, mix(far, near, (k / max(1, len(layers) - 1)) ** 0.9))


def flap(x: float, y: float, size: float, beat: float) -> list[tuple[float, float]]:
    """The outline of a bird in flight; `beat` is the phase of its wings in radians."""
    lift = math.sin(beat) * size * 0.55
    return [
        (x - size, y - lift),
        (x - size * 0.45, y - size * 0.22 - lift * 0.2),
        (x, y),
        (x + size * 0.45, y - size * 0.22 - lift * 0.2),
        (x + size, y - lift),
        (x + size * 0.42, y + size * 0.02 - lift * 0.1),
        (x, y + size * 0.24),
        (x - size * 0.42, y + size * 0.02 - lift * 0.1),
    ]

"""Drawing on a phone-shaped sheet: colours, gradients, ink, glow, text.

Everything is in clip pixels (540 wide, 960 high, origin top left). `Ink` draws on a sheet twice
that size, which `lift` shrinks again: that is where smooth edges come from.
"""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

W, H, FPS = 540, 960, 24
SS = 2
# What matters stands around this point and within the calm part: a player lays its words over the
# foot. The encoder cuts the right edge so that CX is the middle of the finished clip.
CX, CY = 252, 410
CALM_X, CALM_Y = 464, 749

RGB = tuple[int, int, int]
RGBA = tuple[int, int, int, int]
Paint = RGB | RGBA
Face = ImageFont.FreeTypeFont | ImageFont.ImageFont
Points = Sequence[tuple[float, float]]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def rgb(text: str) -> RGB:
    """The colour written as six hex digits, `#` optional."""
    t = text.lstrip("#")
    return int(t[0:2], 16), int(t[2:4], 16), int(t[4:6], 16)


def mix(a: RGB, b: RGB, t: float) -> RGB:
    """The colour `t` of the way from `a` to `b`; t is clamped to 0..1."""
    u = min(1.0, max(0.0, t))
    return (
        round(a[0] + (b[0] - a[0]) * u),
        round(a[1] + (b[1] - a[1]) * u),
        round(a[2] + (b[2] - a[2]) * u),
    )


def see_through(colour: RGB, alpha: float) -> RGBA:
    """`colour` at an opacity of 0..1."""
    return (*colour, round(255 * min(1.0, max(0.0, alpha))))


def ramp(colours: Sequence[RGB], count: int, *, closed: bool = False) -> Bytes:
    """`count` colours, shape (count, 3), running evenly through `colours`; closed ends where it
    began.
    """
    stops = [*colours, colours[0]] if closed else list(colours)
    at = np.linspace(0, len(stops) - 1, count, endpoint=not closed)
    table = np.array(stops, dtype=np.float64)
    return np.stack([np.interp(at, range(len(stops)), table[:, k]) for k in range(3)], 1).astype(
        np.uint8
    )


def pick(table: Bytes, t: float) -> RGB:
    """The colour `t` (0..1) of the way along a ramp."""
    row = table[min(len(table) - 1, max(0, int(t * len(table))))]
    return int(row[0]), int(row[1]), int(row[2])


def ease(t: float) -> float:
    """Smooth start and stop: 0 at 0, 1 at 1, clamped outside."""
    u = min(1.0, max(0.0, t))
    return u * u * (3 - 2 * u)


def bounce_out(t: float) -> float:
    """Overshoots by a tenth, then settles at 1: for things that pop up."""
    u = min(1.0, max(0.0, t)) - 1
    return 1 + u * u * (2.70158 * u + 1.70158)


def sky(*stops: tuple[float, RGB], grain: float = 1.2, seed: int = 7) -> Image.Image:
    """A vertical gradient through `stops` (height 0..1, colour), with a little grain against
    banding.
    """
    y = np.linspace(0, 1, H)
    at = [s[0] for s in stops]
    col = np.stack([np.interp(y, at, [s[1][k] for s in stops]) for k in range(3)], 1)
    noise = np.random.default_rng(seed).normal(0, grain, (H, W, 1))
    return Image.fromarray(np.clip(col[:, None, :] + noise, 0, 255).astype(np.uint8))


def spot(
    middle: RGB, edge: RGB, *, cx: float = CX, cy: float = CY, reach: float = 620
) -> Image.Image:
    """A radial gradient: light in the middle, `edge` from `reach` pixels outwards."""
    yy, xx = np.mgrid[0:H, 0:W]
    t = np.clip(np.hypot(xx - cx, yy - cy) / reach, 0, 1)
    t = t * t * (3 - 2 * t)
    a, b = np.array(middle, float), np.array(edge, float)
    noise = np.random.default_rng(7).normal(0, 1.1, (H, W, 1))
    return Image.fromarray(np.clip(a + (b - a) * t[..., None] + noise, 0, 255).astype(np.uint8))


@lru_cache(maxsize=64)
def type_face(size: int) -> Face:
    """Pillow's own typeface at `size` pixels; no font file is shipped."""
    return ImageFont.load_default(size)


class Ink:
    """A pen that works in clip pixels and draws on a sheet `SS` times as large, blending alpha."""

    def __init__(self, image: Image.Image, scale: int = SS) -> None:
        self.image = image
        self.scale = scale
        self._draw = ImageDraw.Draw(image, "RGBA")

    def disc(self, x: float, y: float, r: float, fill: Paint) -> None:
        s = self.scale
        self._draw.ellipse(((x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s), fill=fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Paint) -> None:
        s = self.scale
        self._draw.ellipse(((x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s), fill=fill)

    def ring(self, x: float, y: float, r: float, width: float, paint: Paint) -> None:
        s = self.scale
        box = ((x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s)
        self._draw.ellipse(box, outline=paint, width=max(1, round(width * s)))

    def hoop(self, x: float, y: float, rx: float, ry: float, width: float, paint: Paint) -> None:
        s = self.scale
        box = ((x - rx) * s, (y - ry) * s, (x + rx) * s, (y + ry) * s)
        self._draw.ellipse(box, outline=paint, width=max(1, round(width * s)))

    def arc(
        self, x: float, y: float, r: float, a0: float, a1: float, width: float, paint: Paint
    ) -> None:
        """An arc from `a0` to `a1` degrees, clockwise, 0 at three o'clock."""
        s = self.scale
        box = ((x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s)
        self._draw.arc(box, a0, a1, fill=paint, width=max(1, round(width * s)))

    def pie(self, x: float, y: float, r: float, a0: float, a1: float, fill: Paint) -> None:
        s = self.scale
        box = ((x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s)
        self._draw.pieslice(box, a0, a1, fill=fill)

    def line(self, points: Points, width: float, paint: Paint, *, caps: bool = True) -> None:
        s = self.scale
        at = [(x * s, y * s) for x, y in points]
        self._draw.line(at, fill=paint, width=max(1, round(width * s)), joint="curve")
        if caps and width * s > 3 and len(paint) == 3:
            for x, y in (points[0], points[-1]):
                self.disc(x, y, width / 2, paint)

    def shape(self, points: Iterable[tuple[float, float]], fill: Paint) -> None:
        s = self.scale
        self._draw.polygon([(x * s, y * s) for x, y in points], fill=fill)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: Paint, *, r: float = 0) -> None:
        s = self.scale
        if x1 <= x0 or y1 <= y0:
            return
        at = (x0 * s, y0 * s, max(x0 * s, x1 * s - 1), max(y0 * s, y1 * s - 1))
        if r:
            self._draw.rounded_rectangle(at, radius=r * s, fill=fill)
        else:
            self._draw.rectangle(at, fill=fill)

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        paint: Paint,
        *,
        anchor: str = "mm",
        bold: float = 0,
    ) -> None:
        """Set `text`; `bold` thickens the strokes by so many pixels."""
        s = self.scale
        face, stroke = type_face(round(size * s)), round(bold * s)
        if len(paint) == 4:
            if paint[3] > 3:
                self._faint(x * s, y * s, text, face, paint, anchor, stroke)
            return
        self._draw.text(
            (x * s, y * s),
            text,
            font=face,
            fill=paint,
            anchor=anchor,
            stroke_width=stroke,
            align="center",
        )

    def _faint(
        self, x: float, y: float, text: str, face: Face, paint: RGBA, anchor: str, stroke: int
    ) -> None:
        """Text with alpha, stroke and fill as one layer (Pillow would lay one over the other)."""
        box = self._draw.textbbox(
            (x, y), text, font=face, anchor=anchor, stroke_width=stroke, align="center"
        )
        x0, y0 = math.floor(box[0]) - 2, math.floor(box[1]) - 2
        layer = Image.new("L", (math.ceil(box[2]) - x0 + 2, math.ceil(box[3]) - y0 + 2), 0)
        ImageDraw.Draw(layer).text(
            (x - x0, y - y0),
            text,
            font=face,
            fill=paint[3],
            anchor=anchor,
            stroke_width=stroke,
            align="center",
        )
        self.image.paste(paint[:3], (x0, y0), layer)

    def pi(self, x: float, y: float, size: float, paint: RGB) -> None:
        """The letter pi, which the built-in face lacks, centred on (x, y)."""
        w = size * 0.11
        self.line(
            [(x - size * 0.36, y - size * 0.24), (x + size * 0.36, y - size * 0.24)], w, paint
        )
        self.line([(x - size * 0.16, y - size * 0.22), (x - size * 0.2, y + size * 0.32)], w, paint)
        self.line(
            [
                (x + size * 0.15, y - size * 0.22),
                (x + size * 0.17, y + size * 0.3),
                (x + size * 0.27, y + size * 0.32),
            ],
            w,
            paint,
        )

    def stamp(self, x: float, y: float, sprite: Image.Image) -> None:
        """Paste an RGBA sprite (already at sheet scale) with its middle at (x, y)."""
        s = self.scale
        at = (round(x * s - sprite.width / 2), round(y * s - sprite.height / 2))
        self.image.paste(sprite, at, sprite)


class Sheet:
    """A background enlarged once; each frame starts from a copy of it."""

    def __init__(self, background: Image.Image, scale: int = SS) -> None:
        self.scale = scale
        self._big = background.convert("RGB").resize(
            (W * scale, H * scale), Image.Resampling.BILINEAR
        )

    def ink(self) -> Ink:
        """A pen on a fresh copy of the background."""
        return Ink(self._big.copy(), self.scale)

    def base(self) -> Ink:
        """A pen on the background itself: what it draws stays in every later frame."""
        return Ink(self._big, self.scale)


def lift(ink: Ink) -> Image.Image:
    """The finished frame at clip size."""
    return ink.image.reduce(ink.scale) if ink.scale > 1 else ink.image


def bloom(
    image: Image.Image, *, strength: float = 0.8, reach: float = 6, floor: int = 40
) -> Image.Image:
    """Let bright parts glow into their surroundings, as a lens would; darker than `floor` does not
    glow.
    """
    small = image.reduce(4)
    table = [
        min(255, round(max(0, v - floor) * strength * 255 / (255 - floor))) for v in range(256)
    ]
    soft = small.point(table * 3).filter(ImageFilter.GaussianBlur(reach))
    return ImageChops.screen(image, soft.resize((W, H), Image.Resampling.BILINEAR))


def halo(radius: int, colour: RGB, *, power: float = 2.2) -> Image.Image:
    """A soft round light as an RGBA sprite at sheet scale."""
    r = radius * SS
    yy, xx = np.mgrid[-r : r + 1, -r : r + 1]
    a = np.clip(1 - np.hypot(xx, yy) / r, 0, 1) ** power
    out = np.empty((2 * r + 1, 2 * r + 1, 4), np.uint8)
    out[..., :3] = colour
    out[..., 3] = (a * 255).astype(np.uint8)
    return Image.fromarray(out)


def glass_ball(
    radius: float, colour: RGB, *, swirl: RGB | None = None, turn: float = 0.0
) -> Image.Image:
    """A glossy marble as an RGBA sprite at sheet scale, lit from the upper left."""
    r = radius * SS
    n = math.ceil(r) + 2
    yy, xx = np.mgrid[-n : n + 1, -n : n + 1].astype(np.float64)
    d = np.hypot(xx, yy) / r
    z = np.sqrt(np.clip(1 - d * d, 0, 1))
    light = np.clip(-0.45 * xx / r - 0.6 * yy / r + 0.66 * z, 0, 1)
    base = np.broadcast_to(np.array(colour, float), (*d.shape, 3)).copy()
    if swirl is not None:
        u = xx / r * math.cos(turn) + yy / r * math.sin(turn)
        v = -xx / r * math.sin(turn) + yy / r * math.cos(turn)
        band = np.clip(1 - np.abs(u + 0.35 * np.sin(2.6 * v)) * 4.2, 0, 1)[..., None]
        base += (np.array(swirl, float) - base) * band
    shade = base * (0.42 + 0.72 * light[..., None])
    rim = np.clip((d - 0.72) / 0.28, 0, 1)[..., None] * np.clip(yy / r, 0, 1)[..., None]
    shade += rim * base * 0.45
    gleam = np.clip(1 - np.hypot(xx + 0.36 * r, yy + 0.42 * r) / (0.26 * r), 0, 1)[..., None]
    shade += 235 * gleam**1.5
    out = np.empty((*d.shape, 4), np.uint8)
    out[..., :3] = np.clip(shade, 0, 255).astype(np.uint8)
    out[..., 3] = (np.clip((1 - d) * r + 0.5, 0, 1) * 255).astype(np.uint8)
    return Image.fromarray(out)


def as_bytes(image: Image.Image) -> Bytes:
    """The pixels of a frame, shape (960, 540, 3)."""
    return np.asarray(image.convert("RGB"), dtype=np.uint8)

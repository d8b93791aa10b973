"""Into the Mandelbrot set until one meets the Mandelbrot set again, and is back where one began."""

import cmath
import math

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, H, Singles, W, bloom, ease
from ..scene import Scene, frame_count
from ..sound import Note, degree
from ..spec import ClipSpec
from .look import glow, log_polar

# A rough place and the period of a small copy of the set that sits there.
COPIES = (
    (-1.7549, 3),
    (-0.1565 + 1.0323j, 4),
    (0.3592 + 0.6425j, 5),
    (-1.2564 + 0.3803j, 5),
    (-0.0442 + 0.9866j, 5),
    (-1.6254, 5),
    (-0.1980 + 1.1003j, 5),
    (-1.9408, 4),
)
ANGLES = 840


def nucleus(guess: complex, period: int) -> complex:
    """The centre of the small copy near `guess`, by Newton's method."""
    c = guess
    for _ in range(40):
        z, dz = 0j, 0j
        for _ in range(period):
            dz = 2 * z * dz + 1
            z = z * z + c
        c -= z / dz
    return c


def scale_of(c: complex, period: int) -> complex:
    """How much smaller (and how turned) the copy at nucleus `c` is than the whole set."""
    z, line, total = 0j, 1 + 0j, 1 + 0j
    for _ in range(period - 1):
        z = z * z + c
        line *= 2 * z
        total += 1 / line
    return 1 / (total * line * line)


def escape(c: np.ndarray, *, most: int) -> Floats:
    """Smooth escape times of points `c`; those that stay get -1."""
    flat = c.ravel()
    out = np.full(flat.shape, -1.0)
    # The cardioid and the disc beside it never leave: no need to try.
    q = (flat.real - 0.25) ** 2 + flat.imag**2
    stays = (q * (q + flat.real - 0.25) < 0.25 * flat.imag**2) | (
        (flat.real + 1) ** 2 + flat.imag**2 < 1 / 16
    )
    index = np.flatnonzero(~stays)
    k, z = flat[index], np.zeros(len(index), complex)
    for n in range(most):
        z = z * z + k
        size = z.real**2 + z.imag**2
        gone = size > 400
        if (n % 3 == 0 or n == most - 1) and gone.any():
            out[index[gone]] = n + 1 - np.log2(np.log(size[gone]) / math.log(400))
            keep = ~gone
            z, k, index = z[keep], k[keep], index[keep]
    return out.reshape(c.shape)


def _read(strip: Singles, r: Singles, a: Singles) -> Singles:
    """The strip at fractional row `r` and angle `a`, between its four neighbours."""
    ri = np.clip(r, 0, strip.shape[0] - 2).astype(np.int32)
    fr = np.clip(r - ri, 0, 1)
    ai = np.floor(a).astype(np.int32)
    fa = a - ai
    ai, bi = ai % ANGLES, (ai + 1) % ANGLES
    top = strip[ri, ai] * (1 - fa) + strip[ri, bi] * fa
    low = strip[ri + 1, ai] * (1 - fa) + strip[ri + 1, bi] * fa
    out: Singles = top * (1 - fr) + low * fr
    return out


def build(spec: ClipSpec) -> Scene:
    """The zoom runs about the one point that a copy and the whole have in common."""
    count = frame_count(spec.length_s)
    guess, period = COPIES[spec.seed % len(COPIES)]
    c0 = nucleus(guess, period)
    s = scale_of(c0, period)
    heart = c0 / (1 - s)
    rate = -math.log(abs(s))
    spin = cmath.phase(s)
    logr, angle = log_polar()
    step = 2 * math.pi / ANGLES
    base = math.log(1.75 / 240)
    low = float(logr.min()) + 1.0 - rate
    rows = int((float(logr.max()) - low) / step) + 3
    radii = np.exp(base + low + step * np.arange(rows))
    turns = np.exp(1j * step * (np.arange(ANGLES)))
    value = escape(heart + radii[:, None] * turns[None, :], most=240)
    strip = np.where(value < 0, -1.0, np.log(np.maximum(value, 0.2) + 1.5) * 0.62).astype(
        np.float32
    )
    rim = np.float32(strip.max())
    strip = np.where(value < 0, rim + 1, strip).astype(np.float32)
    table = glow(spec.seed + 2, 1024)
    ink = np.array(glow(spec.seed + 2, 16)[0], np.float32) * 0.35
    r0, a0 = ((logr - low) / step).astype(np.float32), (angle / step).astype(np.float32)
    over = 0.22

    def look(t: float) -> tuple[Singles, Singles]:
        r = r0 - np.float32(t * rate / step)
        a = a0 + np.float32(t * spin / step)
        v = _read(strip, r, a)
        return v, np.clip(v - rim, 0, 1)

    def frame(i: int) -> Image.Image:
        t = i / count
        # The copy is reached at t = 1; from 1 - over on, the whole set (t - 1) melts into it.
        v, dark = look(t)
        tone = table[(v * 1024 * 1.0 - 420 * t).astype(np.int32) & 1023].astype(np.float32)
        tone += (ink - tone) * dark[..., None]
        k = ease((t - 1 + over) / over)
        if k > 0:
            w, shade = look(t - 1)
            other = table[(w * 1024 * 1.0 - 420 * (t - 1)).astype(np.int32) & 1023].astype(
                np.float32
            )
            other += (ink - other) * shade[..., None]
            tone += (other - tone) * k
        image = Image.fromarray(tone.astype(np.uint8)).resize((W, H), Image.Resampling.BICUBIC)
        return bloom(image, strength=0.4, floor=120)

    octaves = max(2, round(rate / math.log(2)))
    seconds = count / FPS
    notes = [Note(0, "shepard", octaves, 0.7, 0, seconds)]
    notes += [
        Note(
            seconds * (1 - over / 2) + 0.1 * k,
            "vibes",
            degree(k * 2, root_hz=262),
            0.16,
            0.3 * k - 0.3,
        )
        for k in range(3)
    ]
    return Scene(count, frame, notes, room=0.25)

"""Falling into a Julia set at one of its fixed points, where each turn of the spiral is the next
one.
"""

import cmath
import math

import numpy as np
from PIL import Image

from ..canvas import FPS, Floats, H, W, bloom
from ..scene import Scene, frame_count
from ..sound import Note, degree
from ..spec import ClipSpec
from .look import glow, log_polar

# Arms, which of the bulbs they wind from, growth of one turn, twist of one turn in radians.
SPIRALS = (
    (3, 1, 1.22, 0.10),
    (5, 2, 1.12, 0.055),
    (4, 1, 1.16, -0.09),
    (2, 1, 1.34, 0.16),
    (7, 3, 1.085, 0.03),
    (5, 1, 1.11, -0.06),
    (6, 1, 1.10, 0.05),
    (3, 1, 1.16, -0.13),
    (7, 2, 1.08, 0.045),
    (4, 1, 1.2, 0.14),
)
ANGLES = 780


def smooth_escape(z: np.ndarray, c: complex, *, most: int = 200) -> Floats:
    """How long each point takes to leave, as a real number; points that stay get `most`."""
    flat = z.ravel().astype(np.complex128)
    out = np.full(flat.shape, float(most))
    index = np.arange(len(flat))
    for k in range(most):
        flat = flat * flat + c
        size = flat.real**2 + flat.imag**2
        gone = size > 1e4
        if gone.any():
            out[index[gone]] = k + 1 - np.log2(np.log(size[gone]) / np.log(1e4)) - 1
            keep = ~gone
            flat, index = flat[keep], index[keep]
            if not len(flat):
                break
    return out.reshape(z.shape)


def build(spec: ClipSpec) -> Scene:
    """The strip is the set in logarithmic polar coordinates; each frame reads it a little lower."""
    count = frame_count(spec.length_s)
    arms, bulb, growth, twist = SPIRALS[spec.seed % len(SPIRALS)]
    turn = growth * cmath.exp(1j * (2 * math.pi * bulb / arms + twist))
    fixed = turn / 2
    c = fixed - fixed * fixed
    rate, spin = arms * math.log(growth), arms * twist
    periods = max(2, round(0.62 * spec.length_s / rate))
    logr, angle = log_polar()
    base = math.log(0.55 / 270)
    step = 2 * math.pi / ANGLES
    low, high = float(logr.min()) - periods * rate, float(logr.max())
    rows = int((high - low) / step) + 3
    radii = np.exp(base + low + step * np.arange(rows))
    strip = smooth_escape(
        fixed + radii[:, None] * np.exp(1j * step * np.arange(ANGLES))[None, :], c
    )
    strip32 = strip.astype(np.float32)
    cycles = max(1, round(periods * arms / (16, 11, 22)[spec.seed % 3]))
    band = periods * arms / cycles
    table = glow(spec.seed, 1024)
    r0 = ((logr - low) / step).astype(np.float32)
    a0 = (angle / step).astype(np.float32)
    way = -1 if spec.seed % 4 == 3 else 1

    def frame(i: int) -> Image.Image:
        t = i / count if way > 0 else 1 - i / count
        r = r0 - np.float32(t * periods * rate / step)
        a = (a0 - np.float32(t * periods * spin / step)) % ANGLES
        ri = np.clip(r, 0, rows - 2).astype(np.int32)
        ai = a.astype(np.int32) % ANGLES
        fr, fa = np.clip(r - ri, 0, 1), a - np.floor(a)
        bi = (ai + 1) % ANGLES
        top = strip32[ri, ai] * (1 - fa) + strip32[ri, bi] * fa
        low_row = strip32[ri + 1, ai] * (1 - fa) + strip32[ri + 1, bi] * fa
        value = top * (1 - fr) + low_row * fr - np.float32(t * periods * arms)
        small = table[(value * (1024 / band)).astype(np.int32) & 1023]
        image = Image.fromarray(small).resize((W, H), Image.Resampling.BICUBIC)
        return bloom(image, strength=0.45, floor=110)

    octaves = max(2, round(periods * rate / math.log(2)))
    seconds = count / FPS
    notes = [Note(0, "shepard", way * octaves, 0.7, 0, seconds)]
    beats = periods if periods < 20 else 8
    notes += [
        Note(
            k / beats * seconds,
            "vibes",
            degree((way * k) % 5 * 2, root_hz=262),
            0.12,
            0.6 * (-1) ** k,
        )
        for k in range(beats)
    ]
    return Scene(count, frame, notes, room=0.25)

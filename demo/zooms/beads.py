"""A spiral of beads that never stops arriving: a hexagonal lattice, bent round by the complex logarithm."""

import numpy as np
from PIL import Image

from ..canvas import H, W, bloom
from ..scene import Scene, dice, frame_count
from ..sound import Note, degree
from ..spec import ClipSpec
from .look import HH, HW, glow, log_polar

ARMS = ((5, 8), (8, 13), (3, 5), (6, 6), (4, 10), (10, 3), (13, 2))


def build(spec: ClipSpec) -> Scene:
    """`ARMS` counts the spirals each way; the flow runs along whole lattice steps, so it closes."""
    count = frame_count(spec.length_s)
    rng = dice("zoom-beads", spec.seed)
    m, n = ARMS[spec.seed % len(ARMS)]
    skew = np.exp(1j * np.pi / 3)
    e1 = 2j * np.pi / (m + n * skew)
    e2 = e1 * skew
    steps = 3 + int(rng.integers(0, 3))
    toward = e1 if abs(e1.real) > abs(e2.real) else e2
    sign = -1.0 if toward.real > 0 else 1.0
    shift = sign * toward * steps * max(1, round(0.9 / abs(toward.real) / 3))
    logr, angle = log_polar()
    w = logr + 1j * angle
    table = glow(spec.seed + 1, 256).astype(np.float32)
    fade = np.clip((logr - 2.2) / 1.6, 0, 1).astype(np.float32)[..., None]
    heart = np.array(glow(spec.seed + 1, 8)[4], np.float32) * 1.1
    det = (e1.conjugate() * e2).imag
    a0 = (w.conjugate() * e2).imag / det
    b0 = (e1.conjugate() * w).imag / det
    da, db = (shift.conjugate() * e2).imag / det, (e1.conjugate() * shift).imag / det
    square = spec.seed % 3 == 2
    size = abs(e1)

    def frame(i: int) -> Image.Image:
        t = i / count
        a, b = a0 + da * t, b0 + db * t
        ia, ib = np.floor(a + 0.5), np.floor(b + 0.5)
        best = np.full(a.shape, 9.0)
        light = np.zeros(a.shape)
        which = np.zeros(a.shape)
        for oa, ob in ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1), (1, -1), (-1, 1)):
            fa, fb = a - ia - oa, b - ib - ob
            z = fa * e1 + fb * e2
            d = np.abs(z) / size if not square else np.maximum(np.abs(fa), np.abs(fb)) * 0.98
            near = d < best
            best = np.where(near, d, best)
            light = np.where(near, (-0.6 * z.real + 0.5 * z.imag) / size, light)
            which = np.where(near, (ia + oa) * n - (ib + ob) * m, which)
        hue = (which * 37 + 256 * (logr / 6) + 256 * t).astype(np.int64) & 255
        r = best / 0.47
        dome = np.sqrt(np.clip(1 - r * r, 0, 1))
        shade = np.clip(0.25 + 0.75 * dome + 0.9 * light, 0.05, 1.4) * np.clip((1 - r) * 9, 0, 1)
        gleam = np.clip(light * 2.6 + dome - 1.05, 0, 1) ** 3 * 190 * (r < 1)
        out = table[hue] * shade[..., None].astype(np.float32) + gleam[..., None].astype(np.float32)
        out = out * fade + heart * (1 - fade) ** 2
        small = Image.fromarray(np.clip(out, 0, 255).astype(np.uint8))
        return bloom(small.resize((W, H), Image.Resampling.BICUBIC), strength=0.5, floor=110)

    beats = max(1, round(abs(da) + abs(db)))
    octaves = max(2, round(abs(shift.real) / np.log(2)))
    notes = [Note(0, "shepard", octaves, 0.7, 0, count / 24)]
    notes += [Note(k / beats * count / 24, "vibes", degree(k % 5 * 2, root_hz=330), 0.12, (-1) ** k * 0.6) for k in range(beats)]
    assert a0.shape == (HH, HW)
    return Scene(count, frame, notes, room=0.25)

"""A spiral of beads that never stops arriving: a hexagonal lattice, bent round by the complex
logarithm.
"""

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
    core = heart * (1 - fade) ** 2
    det = (e1.conjugate() * e2).imag
    a0 = ((w.conjugate() * e2).imag / det).astype(np.float32)
    b0 = ((e1.conjugate() * w).imag / det).astype(np.float32)
    logr = logr.astype(np.float32)
    la = np.float32((-0.6 * e1.real + 0.5 * e1.imag) / abs(e1))
    lb = np.float32((-0.6 * e2.real + 0.5 * e2.imag) / abs(e1))
    swirl = 256 * (logr / 6)
    da, db = (shift.conjugate() * e2).imag / det, (e1.conjugate() * shift).imag / det
    square = spec.seed % 3 == 2

    # A loop brings each place the bead `lap` numbers on; the tint has to be back where it was.
    lap = round(da) * n - round(db) * m
    tint = 256 * (round(37 * lap / 256) or 1) / lap

    def frame(i: int) -> Image.Image:
        t = i / count
        a, b = a0 + np.float32(da * t), b0 + np.float32(db * t)
        ia, ib = np.floor(a), np.floor(b)
        fa, fb = a - ia, b - ib
        if square:
            oa, ob = fa > 0.5, fb > 0.5
        else:  # the nearest of the four corners, by the lattice's own quadratic form
            q = fa * fa + fa * fb + fb * fb
            q10, q01, q11 = q + 1 - 2 * fa - fb, q + 1 - fa - 2 * fb, q + 3 - 3 * (fa + fb)
            edge, far = np.minimum(q10, q01), np.minimum(q, q11)
            oa = np.where(edge < far, q10 < q01, q11 < q)
            ob = np.where(edge < far, q01 <= q10, q11 < q)
        fa, fb = fa - oa, fb - ob
        best = (
            np.maximum(np.abs(fa), np.abs(fb)) if square else np.sqrt(fa * fa + fa * fb + fb * fb)
        )
        light = fa * la + fb * lb
        which = (ia + oa) * n - (ib + ob) * m
        hue = (which * tint + swirl + 256 * t).astype(np.int32) & 255
        r = best / 0.47
        dome = np.sqrt(np.maximum(1 - r * r, 0))
        shade = np.clip(0.25 + 0.75 * dome + 0.9 * light, 0.05, 1.4) * np.clip((1 - r) * 9, 0, 1)
        shine = np.clip(light * 2.6 + dome - 1.05, 0, 1)
        gleam = shine * shine * shine * 190 * (r < 1)
        out = (table[hue] * shade[..., None] + gleam[..., None]) * fade + core
        small = Image.fromarray(np.clip(out, 0, 255).astype(np.uint8))
        return bloom(small.resize((W, H), Image.Resampling.BICUBIC), strength=0.5, floor=110)

    beats = max(1, round(abs(da) + abs(db)))
    octaves = max(2, round(abs(shift.real) / np.log(2)))
    notes = [Note(0, "shepard", octaves, 0.7, 0, count / 24)]
    notes += [
        Note(k / beats * count / 24, "vibes", degree(k % 5 * 2, root_hz=330), 0.12, (-1) ** k * 0.6)
        for k in range(beats)
    ]
    assert a0.shape == (HH, HW)
    return Scene(count, frame, notes, room=0.25)

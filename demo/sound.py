"""From a list of events to stereo sound: every note names when it happens and what it is played on.

A tail that rings past the end of the clip is laid over its beginning, so the loop has no seam.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
Wave = NDArray[np.float32]

PENTA = (0, 2, 4, 7, 9)
MINOR = (0, 3, 5, 7, 10)
MAJOR = (0, 2, 4, 5, 7, 9, 11)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
HIRAJOSHI = (0, 2, 3, 7, 8)


@dataclass(frozen=True, slots=True)
class Note:
    """One sound: `at_s` seconds into the clip, on `voice`, at `hz`.

    `gain` is loudness 0..1, `pan` runs from -1 (left) to 1 (right). `length_s` matters to voices
    that sustain (pad, shepard, wind, rain, hum); others ring as long as they do.
    """

    at_s: float
    voice: str
    hz: float = 440.0
    gain: float = 0.5
    pan: float = 0.0
    length_s: float = 1.0


def degree(n: int, *, root_hz: float, scale: Sequence[int] = PENTA) -> float:
    """The frequency of step `n` (any sign) of `scale` above `root_hz`.

    >>> round(degree(5, root_hz=220.0))
    440
    """
    octave, step = divmod(n, len(scale))
    return float(root_hz * 2.0 ** (octave + scale[step] / 12))


def _line(seconds: float) -> NDArray[np.float64]:
    return np.arange(int(seconds * RATE)) / RATE


@lru_cache(maxsize=512)
def pluck(hz: float, length_s: float) -> Wave:
    """A plucked string (Karplus-Strong, one period at a time)."""
    n = max(2, round(RATE / hz))
    periods = int(1.3 * RATE / n) + 1
    rng = np.random.default_rng(round(hz))
    row = rng.uniform(-1, 1, n)
    row = np.convolve(np.concatenate([row, row]), np.ones(3) / 3, "same")[:n]
    keep = 0.5 * 0.996
    out = np.empty((periods, n))
    for k in range(periods):
        out[k] = row
        row = keep * (row + np.roll(row, 1))
    wave = out.ravel()
    wave *= np.minimum(1, (len(wave) - np.arange(len(wave))) / (0.1 * RATE))
    return np.asarray(wave * 0.9, dtype=np.float32)


@lru_cache(maxsize=512)
def chip(hz: float, length_s: float) -> Wave:
    """A short square-ish blip of an old game machine."""
    t = _line(0.11)
    wave = np.zeros_like(t)
    for k in (1, 3, 5, 7):
        if k * hz < RATE / 2.5:
            wave += np.sin(2 * np.pi * k * hz * t) / k
    return np.asarray(wave * np.exp(-t * 26) * np.minimum(1, t * 400) * 0.6, dtype=np.float32)


@lru_cache(maxsize=512)
def vibes(hz: float, length_s: float) -> Wave:
    """A struck metal bar that rings long, with a slow tremble."""
    t = _line(2.2)
    wave = np.sin(2 * np.pi * hz * t) * np.exp(-t * 2.1)
    wave += 0.35 * np.sin(2 * np.pi * 4 * hz * t) * np.exp(-t * 6)
    wave += 0.12 * np.sin(2 * np.pi * 10.1 * hz * t) * np.exp(-t * 22) * (10.1 * hz < RATE / 2.2)
    wave *= (1 + 0.18 * np.sin(2 * np.pi * 5.2 * t)) * np.minimum(1, t * 600)
    return np.asarray(wave * np.minimum(1, (2.2 - t) * 8) * 0.6, dtype=np.float32)


@lru_cache(maxsize=512)
def bloop(hz: float, length_s: float) -> Wave:
    """A drop of water: a tone that slides up and is gone."""
    t = _line(0.22)
    slide = hz * (1 + 1.4 * (t / 0.22) ** 2)
    wave = np.sin(2 * np.pi * np.cumsum(slide) / RATE)
    return np.asarray(wave * np.exp(-t * 17) * np.minimum(1, t * 250) * 0.8, dtype=np.float32)


@lru_cache(maxsize=512)
def kalimba(hz: float, length_s: float) -> Wave:
    """A thumb piano: round tone, a bright and quickly lost overtone, a thump of wood."""
    t = _line(1.1)
    wave = np.sin(2 * np.pi * hz * t) * np.exp(-t * 5)
    wave += 0.28 * np.sin(2 * np.pi * 5.4 * hz * t) * np.exp(-t * 34) * (5.4 * hz < RATE / 2.2)
    wave += 0.25 * np.sin(2 * np.pi * 128 * t) * np.exp(-t * 45)
    return np.asarray(
        wave * np.minimum(1, t * 900) * np.minimum(1, (1.1 - t) * 12) * 0.7, dtype=np.float32
    )


@lru_cache(maxsize=128)
def tick(hz: float, length_s: float) -> Wave:
    """A die on wood: a click with a little body at `hz`."""
    t = _line(0.05)
    noise = np.random.default_rng(round(hz)).normal(0, 1, len(t))
    wave = 0.5 * noise * np.exp(-t * 260) + np.sin(2 * np.pi * hz * t) * np.exp(-t * 120)
    return np.asarray(wave * 0.6, dtype=np.float32)


@lru_cache(maxsize=128)
def woodblock(hz: float, length_s: float) -> Wave:
    """A hollow wooden knock."""
    t = _line(0.14)
    wave = np.sin(2 * np.pi * hz * t) * np.exp(-t * 44) + 0.6 * np.sin(
        2 * np.pi * hz * 1.51 * t
    ) * np.exp(-t * 60)
    noise = np.random.default_rng(3).normal(0, 1, len(t)) * np.exp(-t * 400)
    return ((wave + 0.3 * noise) * np.minimum(1, t * 2000) * 0.55).astype(np.float32)


@lru_cache(maxsize=256)
def bird(hz: float, length_s: float) -> Wave:
    """One note of birdsong: a whistle that swoops around `hz` for `length_s` seconds."""
    t = _line(max(0.04, length_s))
    u = t / t[-1]
    shape = 1 + 0.16 * np.sin(2 * np.pi * (u * 1.5 + hz % 1)) - 0.12 * u
    wave = np.sin(2 * np.pi * np.cumsum(hz * shape) / RATE)
    return np.asarray(wave * np.sin(np.pi * u) ** 1.4 * 0.5, dtype=np.float32)


@lru_cache(maxsize=128)
def cricket(hz: float, length_s: float) -> Wave:
    """A cricket's chirp: three quick pulses at `hz`."""
    t = _line(0.16)
    wave = np.sin(2 * np.pi * hz * t) * np.clip(np.sin(2 * np.pi * 18.75 * t), 0, 1)
    return np.asarray(wave * 0.5, dtype=np.float32)


@lru_cache(maxsize=64)
def pad(hz: float, length_s: float) -> Wave:
    """A soft sustained chord tone that swells and fades over `length_s`."""
    t = _line(length_s)
    wave = np.zeros_like(t)
    for detune in (0.997, 1.0, 1.0034):
        for k in (1, 2, 3):
            wave += np.sin(2 * np.pi * hz * detune * k * t + 7 * detune * k) / (k * k)
    return np.asarray(wave * np.sin(np.pi * np.clip(t / length_s, 0, 1)) * 0.28, dtype=np.float32)


@lru_cache(maxsize=64)
def hum(hz: float, length_s: float) -> Wave:
    """A steady tone for the whole clip, of a whole number of waves so that it has no seam."""
    cycles = max(1, round(hz * length_s))
    t = np.arange(round(length_s * RATE)) / round(length_s * RATE)
    wave = sum(np.sin(2 * np.pi * cycles * k * t) / k**1.7 for k in (1, 2, 3, 4))
    return np.asarray(wave * 0.35, dtype=np.float32)


def _round_noise(length_s: float, seed: int, colour: Callable[[Any], Any]) -> Wave:
    n = round(length_s * RATE)
    hz = np.fft.rfftfreq(n, 1 / RATE)
    rng = np.random.default_rng(seed)
    spectrum = colour(hz) * np.exp(2j * np.pi * rng.uniform(0, 1, len(hz)))
    wave = np.fft.irfft(spectrum, n)
    return np.asarray(wave / (np.abs(wave).max() + 1e-9), dtype=np.float32)


@lru_cache(maxsize=32)
def wind(hz: float, length_s: float) -> Wave:
    """Wind around `hz`, gusting; runs round without a seam."""
    bed = _round_noise(
        length_s, 5, lambda f: np.exp(-(np.log((f + 1) / hz) ** 2) * 1.6) / np.sqrt(f + 20)
    )
    gust = np.linspace(0, 2 * np.pi, len(bed))
    return np.asarray(
        bed * (0.62 + 0.28 * np.sin(2 * gust) + 0.1 * np.sin(5 * gust + 1)), dtype=np.float32
    )


@lru_cache(maxsize=32)
def rain(hz: float, length_s: float) -> Wave:
    """Steady rain, brightest above `hz`; runs round without a seam."""
    return _round_noise(length_s, 9, lambda f: (f / hz) / (1 + (f / hz) ** 2) * np.exp(-f / 9000))


@lru_cache(maxsize=32)
def thunder(hz: float, length_s: float) -> Wave:
    """A roll of thunder."""
    bed = _round_noise(2.6, 13, lambda f: np.exp(-f / hz) * (f > 25))
    t = np.arange(len(bed)) / RATE
    return np.asarray(bed * np.exp(-t * 1.5) * np.minimum(1, t * 30), dtype=np.float32)


@lru_cache(maxsize=32)
def swish(hz: float, length_s: float) -> Wave:
    """A breath of air for things that sweep past."""
    bed = _round_noise(max(0.1, length_s), 17, lambda f: np.exp(-(np.log((f + 1) / hz) ** 2) * 2))
    return np.asarray(bed * np.sin(np.linspace(0, np.pi, len(bed))) ** 2, dtype=np.float32)


@lru_cache(maxsize=16)
def shepard(hz: float, length_s: float) -> Wave:
    """The tone that rises for ever: `hz` is its speed in octaves per clip, negative to fall.

    The octaves are rounded to a whole number, so the end is the beginning.
    """
    octaves = round(hz) or 1
    n = round(length_s * RATE)
    u = np.arange(n) / n
    wave = np.zeros(n)
    voices = 7
    for k in range(voices * 2):
        place = (k / 2 + octaves * u) % voices
        level = np.sin(np.pi * place / voices) ** 2
        f = 42.0 * 2.0**place
        wave += level * np.sin(2 * np.pi * np.cumsum(f) / RATE + k) * (1.0 if k % 2 == 0 else 0.45)
    return np.asarray(wave / voices * 0.9, dtype=np.float32)


VOICES: dict[str, Callable[[float, float], Wave]] = {
    "pluck": pluck,
    "chip": chip,
    "vibes": vibes,
    "bloop": bloop,
    "kalimba": kalimba,
    "tick": tick,
    "woodblock": woodblock,
    "bird": bird,
    "cricket": cricket,
    "pad": pad,
    "hum": hum,
    "wind": wind,
    "rain": rain,
    "thunder": thunder,
    "swish": swish,
    "shepard": shepard,
}


def _room(mixed: NDArray[np.float64], amount: float) -> NDArray[np.float64]:
    """Add a small room by convolving, circularly, with half a second of dying noise."""
    n = len(mixed)
    m = min(n, int(0.55 * RATE))
    t = np.arange(m) / RATE
    rng = np.random.default_rng(21)
    out = mixed.copy()
    for side in (0, 1):
        tail = rng.normal(0, 1, m) * np.exp(-t * 9)
        tail[: int(0.008 * RATE)] = 0
        tail /= math.sqrt(float((tail**2).sum()))
        spectrum = np.fft.rfft(mixed[:, side]) * np.fft.rfft(tail, n)
        out[:, side] += amount * np.fft.irfft(spectrum, n)
    return out


def mix_notes(notes: Sequence[Note], length_s: float, *, room: float = 0.18) -> Wave:
    """Play `notes` into a stereo buffer.

    Args:
        notes: in any order; those before 0 or after the end wrap round.
        length_s: of the clip, > 0.
        room: share of reverberation, 0..1.
    Returns: shape (round(length_s * RATE), 2), peak at most 0.89; silence when there are no notes.
    """
    n = round(length_s * RATE)
    mixed = np.zeros((n, 2))
    for note in notes:
        wave = VOICES[note.voice](round(note.hz, 2), round(note.length_s, 3)) * note.gain
        angle = (min(1.0, max(-1.0, note.pan)) + 1) * math.pi / 4
        left, right = wave * math.cos(angle), wave * math.sin(angle)
        start = round(note.at_s * RATE) % n
        taken = 0
        while taken < len(wave):
            size = min(n - start, len(wave) - taken)
            mixed[start : start + size, 0] += left[taken : taken + size]
            mixed[start : start + size, 1] += right[taken : taken + size]
            taken += size
            start = 0
    if room and notes:
        mixed = _room(mixed, room)
    peak = float(np.abs(mixed).max(initial=0.0))
    if peak > 0.0:
        mixed = np.tanh(mixed / peak * 1.35) / math.tanh(1.35) * 0.86
    return mixed.astype(np.float32)

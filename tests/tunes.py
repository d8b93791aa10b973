"""Tunes for tests: plucked notes of a scale, by seed, as samples and as a file."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8_000
_SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16)


def tune(seed: int, *, s: int = 12) -> NDArray[np.int64]:
    """`s` seconds of notes struck a few at a time, their key and their rhythm from the seed."""
    rng = np.random.default_rng(seed)
    root = int(rng.integers(45, 62))
    t = np.arange(RATE_HZ) / RATE_HZ
    made = np.zeros(s * RATE_HZ + RATE_HZ)
    at = 0.0
    while at < s:
        for step in rng.choice(_SCALE, int(rng.integers(1, 4)), replace=False):
            pitch = 440 * 2 ** ((root + int(step) - 69) / 12)
            note = sum(np.sin(2 * np.pi * pitch * h * t) / h for h in (1, 2, 3, 4))
            start = int(at * RATE_HZ)
            made[start : start + RATE_HZ] += (note * np.exp(-5 * t))[: len(made) - start]
        at += float(rng.choice([0.125, 0.25, 0.25, 0.375, 0.5]))
    made = made[: s * RATE_HZ]
    scaled: NDArray[np.float64] = np.round(made / np.abs(made).max() * 12_000)
    return scaled.astype(np.int64)


def tune_bytes(seed: int, *, s: int = 12) -> bytes:
    """The same as 16-bit samples, little-endian."""
    return tune(seed, s=s).astype("<i2").tobytes()


def tune_file(path: Path, seed: int, *, s: int = 12) -> Path:
    """The same as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(tune_bytes(seed, s=s))
    return path

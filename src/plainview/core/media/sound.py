"""What a sound is known by: 64 small integers, near each other for copies of one sound."""

from functools import cache
from itertools import islice

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.signs import scaled_to_norm, signs_of

SOUND_RATE_HZ = 8_000
SOUND_S_MAX = 60
FRAME, HOP = 1_024, 128
EDGES = (
    20, 21, 23, 24, 26, 27, 29, 31, 33, 35, 37, 40, 42, 45, 48, 51, 54, 58, 62, 65, 70, 74, 79, 84,
    89, 95, 101, 108, 115, 122, 130, 138, 147, 157, 167, 178, 189, 201, 214, 228, 243, 258, 275,
    293, 312, 332, 353, 376, 400,
)  # fmt: skip
"""Band b is the frequencies EDGES[b] to EDGES[b + 1] - 1, in units of 8000 / 1024 Hz: 48 bands of a
sixteenth of an octave up from 156 Hz, none narrower than one unit."""
AROUND_HOPS, AROUND_BANDS = 24, 6
FAINT = 100_000
PAIRS_MAX, APART_HOPS_MAX, APART_STEP = 5, 63, 8
PAIRS_MIN = 8
"""With fewer, a hum or a click, there is nothing to tell one sound from another by."""
_FIXED_POINT = 14
_FRAMES_AT_ONCE = 256


def sound_of(samples: bytes) -> tuple[int, ...]:
    """What `samples` are known by: 64 integers in -127..127; () with fewer than PAIRS_MIN pairs.

    Peaks of the spectrogram, each paired with the next few: pairs survive encoding, gain and a
    shift in time, and two copies share most of them. A pair is a token, and the sum of all tokens'
    signs is the sketch: the cosine of two sketches estimates the share of pairs in common, give or
    take an eighth. Integers only, as in specs/media-v1.md section 5.

    Args: samples: mono, 16 bits little-endian, SOUND_RATE_HZ; what is beyond SOUND_S_MAX is not
        heard, nor less than a frame.
    Source: landmark pairs, Wang 2003, "An industrial-strength audio search algorithm"; feature
        hashing, Weinberger 2009, in place of an index of pairs.
    """
    pairs = pairs_of(peaks_of(band_energies(samples)))
    if len(pairs) < PAIRS_MIN:
        return ()
    total = np.zeros(EMBED_DIM, np.int64)
    for first, later, steps in sorted(pairs):
        total += signs_of(f"sound:{first}:{later}:{steps}")
    return scaled_to_norm(total)


def band_energies(samples: bytes) -> NDArray[np.int64]:
    """(hops, bands): the energy of each band in each frame of FRAME samples, HOP apart."""
    heard = np.frombuffer(samples[: len(samples) // 2 * 2], "<i2")[: SOUND_RATE_HZ * SOUND_S_MAX]
    if len(heard) < FRAME:
        return np.zeros((0, len(EDGES) - 1), np.int64)
    frames = sliding_window_view(heard, FRAME)[::HOP]
    starts = np.array(EDGES[:-1]) - EDGES[0]
    made = []
    for at in range(0, len(frames), _FRAMES_AT_ONCE):
        # Whole numbers below 2^53, in floats so that the product is fast, and exact in any order:
        # 1,024 samples below 2^15 with waves below 2^14 stay below 2^39.
        turned = frames[at : at + _FRAMES_AT_ONCE].astype(np.float64) @ _waves()
        parts = turned.astype(np.int64) >> _FIXED_POINT
        squares = parts * parts
        made.append(np.add.reduceat(squares[:, 0::2] + squares[:, 1::2], starts, axis=1))
    return np.concatenate(made)


@cache
def _waves() -> NDArray[np.float64]:
    """(FRAME, 2 * frequencies): windowed cosines and sines in turn, in units of 2^-14, rounded."""
    n = np.arange(FRAME)[:, None]
    k = np.arange(EDGES[0], EDGES[-1])[None, :]
    window = np.sin(np.pi * (2 * n + 1) / (2 * FRAME)) ** 2
    angle = 2 * np.pi * (n * k % FRAME) / FRAME
    waves = np.stack([window * np.cos(angle), window * np.sin(angle)], axis=2)
    return np.floor(waves.reshape(FRAME, -1) * (1 << _FIXED_POINT) + 0.5)


def peaks_of(energies: NDArray[np.int64]) -> list[tuple[int, int]]:
    """(hop, band) of what nothing within AROUND_HOPS and AROUND_BANDS exceeds, in their order.

    What is less than a FAINT-th of the loudest is none.
    """
    if not energies.size:
        return []
    highest = energies
    for axis, reach in ((0, AROUND_HOPS), (1, AROUND_BANDS)):
        margin = [(0, 0), (0, 0)]
        margin[axis] = (reach, reach)
        highest = sliding_window_view(np.pad(highest, margin), 2 * reach + 1, axis).max(axis=-1)
    is_peak = (energies == highest) & (energies > energies.max() // FAINT)
    return [(int(hop), int(band)) for hop, band in np.argwhere(is_peak)]


def pairs_of(peaks: list[tuple[int, int]]) -> set[tuple[int, int, int]]:
    """Each peak with the next PAIRS_MAX later ones: (band, band of the later, hops apart // 8).

    >>> sorted(pairs_of([(0, 5), (0, 9), (8, 7), (80, 2)]))
    [(5, 7, 1), (9, 7, 1)]
    """
    pairs = set()
    for i, (hop, band) in enumerate(peaks):
        later = (
            (other_band, other_hop - hop)
            for other_hop, other_band in peaks[i + 1 :]
            if other_hop > hop
        )
        for other_band, apart in islice(later, PAIRS_MAX):
            if apart <= APART_HOPS_MAX:
                pairs.add((band, other_band, apart // APART_STEP))
    return pairs

"""An index's numbers of each row compiled: what `popularity` and `epoch_features` in index.py say,
in one pass over the counts, which lets go of the interpreter's lock once.

The tables of rates and points come in as arguments: they stand in index.py alone.
"""

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.integers import COUNT_FLOORS, Ints


@compiled(types.int64(types.int64))
def _eighth_log2(n: int) -> int:
    """See `eighths_log2`."""
    n = max(n, 1)
    top = 0
    while n >> (top + 1):
        top += 1
    return 8 * top + (((n << 3) >> top) & 7)


@compiled(types.int8(types.int64))
def _clip127(n: int) -> int:
    """See `clip127`."""
    return min(max(n, -127), 127)


@compiled(
    types.void(
        given(types.uint16, 2), given(types.int64), given(types.int64), given(types.int64),
        given(types.uint8), given(types.int64, 2), given(types.int64, 2), given(types.int64),
        given(types.int64), given(types.int64),
        filled(types.int64), filled(types.int64), filled(types.int8, 2),
    )
)  # fmt: skip
def _fill_columns(
    codes: NDArray[np.uint16],
    floors: Ints,
    age_min: Ints,
    length_ms: Ints,
    flags: NDArray[np.uint8],
    factors: Ints,
    rates: Ints,
    points: Ints,
    places: Ints,
    shown_flags: Ints,
    popular: Ints,
    rising: Ints,
    features: NDArray[np.int8],
) -> None:
    """Fill what is known of each row by its counts, its age, its length and its flags."""
    counts = np.zeros(codes.shape[1], dtype=np.int64)
    last = len(rates) - 1
    for row in range(len(codes)):
        engaged = 0
        for c in range(len(counts)):
            counts[c] = floors[codes[row, c]]
            engaged += points[c] * counts[c]
        shown = counts[places[0]]
        shown_log = _eighth_log2(shown + 1)
        popular[row] = (1000 * engaged + 25_000) // (shown + 50) * (8 + shown_log)
        age = age_min[row] + 120
        rising[row] = (max(engaged, 0) << 20) // (age * age)
        at = features.shape[1] - last - 5 - len(shown_flags)
        for r in range(last + 1):
            prior, strength, gain = rates[r, 0], rates[r, 1], rates[r, 2]
            if r == last:
                thousandths = counts[places[1]] * 1_000_000 // length_ms[row]
            else:
                thousandths = 0
                for c in range(len(counts)):
                    thousandths += factors[r, c] * counts[c]
                thousandths *= 1000
            smoothed = (thousandths + prior * strength) // (shown + strength)
            features[row, at + r] = _clip127((smoothed - prior) * gain // 16)
        at += last + 1
        features[row, at] = _clip127(shown_log - 64)
        features[row, at + 1] = _clip127(_eighth_log2(age_min[row] + 1) - 84)
        features[row, at + 2] = _clip127(_eighth_log2(length_ms[row] // 100 + 1) - 56)
        features[row, at + 3] = 64 if shown < places[2] else 0
        for f in range(len(shown_flags)):
            features[row, at + 4 + f] = 64 if flags[row] & shown_flags[f] else 0


def columns_numba(
    codes: NDArray[np.uint16],
    *,
    embeddings: NDArray[np.int8],
    age_min: Ints,
    length_ms: Ints,
    flags: NDArray[np.uint8],
    factors: Ints,
    rates: Ints,
    points: Ints,
    places: Ints,
    shown_flags: Ints,
) -> tuple[NDArray[np.int8], Ints, Ints]:
    """See `columns_of` in index.py, which is the reference.

    Args:
        factors, rates: (R, counters) and (R, 3): of each rate the factor of each counter, and
            prior, strength and gain; the last is that of the seconds watched. points: (counters,).
        places: where `shown` and `watch_s` are counted, and below how many shown is unproven.
        shown_flags: those that are features.
    """
    n, dim = embeddings.shape
    features = np.empty((n, dim + len(rates) + 4 + len(shown_flags)), dtype=np.int8)
    features[:, :dim] = embeddings
    popular, rising = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    _fill_columns(
        codes, COUNT_FLOORS, age_min, length_ms, flags, factors, rates, points, places,
        shown_flags, popular, rising, features,
    )  # fmt: skip
    return features, popular, rising

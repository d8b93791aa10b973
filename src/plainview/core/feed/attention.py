"""What a viewer's latest watches say of a candidate, how far into a sitting it comes, and which
source had it: what ranking knows beside long-term interests."""

from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.integers import Ints
from plainview.core.terms.policy import SOURCE_CODES
from plainview.core.terms.viewer import ViewerState

LATEST_COUNT = 16
DOT_STEP = 1024
EXP_STEPS = 128
GAIN = 16
SITTING_GAP_MS = 1_800_000


def exp_table() -> Ints:
    """(EXP_STEPS,) `2**(3 + i/8)` in whole numbers, piecewise linear: eight steps double it, which
    is `eighths_log2` backwards. The largest is 491,520, so LATEST_COUNT of them times the largest
    weight of a signal stay below 2**31.

    >>> exp_table()[[0, 4, 8, 64, 127]].tolist()
    [8, 12, 16, 2048, 491520]
    """
    step = np.arange(EXP_STEPS, dtype=np.int64)
    return (8 + step % 8) << (step // 8)


EXP = exp_table()

SOURCE_GROUPS: dict[str, tuple[str, ...]] = {
    "from_following": ("following",),
    "from_near": ("near_recent", "near_lasting"),
    "from_crowd": ("rising", "popular"),
    "from_fresh": ("fresh",),
}
OFFERED = np.array(
    [[0] * len(SOURCE_GROUPS)]
    + [[64 * (name in group) for group in SOURCE_GROUPS.values()] for name in SOURCE_CODES],
    dtype=np.int8,
)
"""(sources + 1, groups): 64 where a source is of the group; row 0 is for what no source offered."""


class Latest(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The viewer's latest LATEST_COUNT signals, newest first: `rows` of the index and what each
    says, `weights`. `sitting` watches in a row came without a long break, the last at `at_ms`."""

    rows: NDArray[np.intp]
    weights: Ints
    sitting: int
    at_ms: int


NOTHING = Latest(
    rows=np.zeros(0, dtype=np.intp), weights=np.zeros(0, dtype=np.int64), sitting=0, at_ms=0
)


def latest_of(state: ViewerState, *, rows: NDArray[np.intp], weights: Ints) -> Latest:
    """The beginning of the signals `rows` and `weights`, and the sitting `state` is in."""
    sitting = 0
    if state.watches:
        sitting = 1
        for later, earlier in pairwise(reversed(state.watches)):
            if later.at_ms - earlier.at_ms > SITTING_GAP_MS:
                break
            sitting += 1
    return Latest(
        rows=rows[:LATEST_COUNT],
        weights=weights[:LATEST_COUNT],
        sitting=sitting,
        at_ms=state.watches[-1].at_ms if sitting else 0,
    )


def place_in_sitting(latest: Latest, *, now_ms: int) -> int:
    """How many watches the sitting has so far; 0 after a break."""
    return latest.sitting if now_ms - latest.at_ms <= SITTING_GAP_MS else 0


def attention(mine: NDArray[np.int8], theirs: NDArray[np.int8], weights: Ints) -> Ints:
    """(n,) what the watches (m, D) `theirs` say of candidates (n, D) `mine`, the nearest of them
    loudest: `GAIN * sum(e * weights) // sum(e)`, e = EXP at `dot // DOT_STEP + EXP_STEPS / 2`,
    within the table. Without watches it is 0.

    An even mean where all are as near; a watch a quarter of a circle nearer counts 256 times.
    """
    if len(weights) == 0:
        return np.zeros(len(mine), dtype=np.int64)
    # Whole numbers below 2**24, exact in float32 in whatever order BLAS adds them.
    dots = (mine.astype(np.float32) @ theirs.T.astype(np.float32)).astype(np.int64)
    loud = EXP[np.clip(dots // DOT_STEP + EXP_STEPS // 2, 0, EXP_STEPS - 1)]
    return np.asarray(GAIN * (loud @ weights) // loud.sum(axis=1), dtype=np.int64)

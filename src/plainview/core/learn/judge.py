"""How good predictions are on examples nobody learned from, in whole numbers and the same anywhere.

Areas under the curve count pairs, ties as a half. Probabilities are the Q24 values that serve.
Losses use an integer logarithm. Nothing is added up in floating point but whole numbers that it
holds exactly.
"""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.watch_labels import WATCH, bounds_of, labels_for, watch_ms
from plainview.core.learn.watch_time import MS_MAX
from plainview.core.learn.window import LABEL_ONE, Examples
from plainview.core.terms.watch_time import watched_ms
from plainview.core.terms.weights import (
    ACTIVATION_MAX,
    HEAD_ONE,
    TABLE_MIDDLE,
    TABLE_SIZE,
    Weights,
)

PPM: Final = 1_000_000
UNKNOWN: Final = -1
"""An area where there are no positives or no negatives."""

ECE_BINS: Final = 20
LN2_Q32: Final = np.uint64(2_977_044_471)
LOG_BITS: Final = 24

Ints = NDArray[np.int64]


class HeadMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """One head on a set of examples. An example is positive if its label is at least a half.

    `auc_ppm`: of all pairs of a positive and a negative, how many are in order, in millionths.
    `gauc_ppm`: the same within each viewer who has both, averaged by their examples. `ece_ppm`:
    expected calibration error over 20 even bins. `loss_micro`: mean cross entropy in millionths of
    a nat. `clipped_ppm`: outputs that the head's table has no entry for.
    """

    positives: int
    auc_ppm: int
    gauc_ppm: int
    ece_ppm: int
    loss_micro: int
    clipped_ppm: int


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """All heads, in their order, and the sums of their losses over all examples in 2**-24 nats.

    `times_off_ms`: how far what a quantile stands for is from what was watched, on average, rounded
    down; UNKNOWN where the weights have no watch times.
    """

    examples: int
    heads: tuple[HeadMetrics, ...]
    losses_q24: tuple[int, ...]
    times_off_ms: int = UNKNOWN

    @property
    def loss_q24(self) -> int:
        """The sum over all heads."""
        return sum(self.losses_q24)


def outputs(weights: Weights, X: NDArray[np.int8]) -> Ints:
    """(n, heads) what the heads give for inputs `X`, before the table clips it.

    Whole numbers that the certificate keeps below 2**24: float64 holds them whatever adds them up.
    """
    a = X.astype(np.float64)
    for layer in (*weights.hidden, weights.heads):
        whole = (np.int64(1) << layer.shift.astype(np.int64)).astype(np.float64)
        a = np.floor((a @ layer.weight.astype(np.float64) + layer.bias) / whole)
        if layer is not weights.heads:
            a = np.clip(a, 0, ACTIVATION_MAX)
    return np.asarray(a.astype(np.int64), dtype=np.int64)


def predictions(weights: Weights, raw: Ints) -> Ints:
    """(n, heads) in Q24 what the tables say of `outputs`."""
    entry = np.clip(raw + TABLE_MIDDLE, 0, TABLE_SIZE - 1)
    heads = np.arange(len(weights.schema.heads))
    return np.asarray(weights.table[heads, entry].astype(np.int64))


def judge(weights: Weights, examples: Examples) -> Metrics:
    """The metrics of `weights` on `examples` (n >= 1).

    With watch times the label of `watch` is where an example stands among all of `examples`.
    """
    raw = outputs(weights, np.ascontiguousarray(examples["features"]))
    predicted = predictions(weights, raw)
    labels = judged_labels(weights, examples)
    outside = ((raw < -TABLE_MIDDLE) | (raw >= TABLE_SIZE - TABLE_MIDDLE)).sum(axis=0)
    losses = cross_entropy_q24(predicted, labels).sum(axis=0)
    group = groups_of(examples)
    n = len(examples)
    return Metrics(
        examples=n,
        heads=tuple(
            HeadMetrics(
                positives=int((labels[:, h] * 2 >= LABEL_ONE).sum()),
                auc_ppm=auc_ppm(predicted[:, h], labels[:, h] * 2 >= LABEL_ONE),
                gauc_ppm=gauc_ppm(predicted[:, h], labels[:, h] * 2 >= LABEL_ONE, group=group),
                ece_ppm=ece_ppm(predicted[:, h], labels[:, h]),
                loss_micro=int(losses[h]) * PPM // (n << LOG_BITS),
                clipped_ppm=int(outside[h]) * PPM // n,
            )
            for h in range(len(weights.schema.heads))
        ),
        losses_q24=tuple(losses.tolist()),
        times_off_ms=times_off_ms(weights, predicted, examples),
    )


def judged_labels(weights: Weights, examples: Examples) -> Ints:
    """(n, heads) the labels that predictions of `weights` are held against."""
    bounds = bounds_of(weights.watch_times)
    return labels_for(examples, bounds=bounds, schema=weights.schema).astype(np.int64)


def times_off_ms(weights: Weights, predicted: Ints, examples: Examples) -> int:
    """See Metrics."""
    if weights.watch_times is None:
        return UNKNOWN
    read = watched_ms(
        predicted[:, weights.schema.heads.index(WATCH)], examples["length_ms"].astype(np.int64),
        times=weights.watch_times,
    )  # fmt: skip
    off = np.abs(read - np.minimum(watch_ms(examples, schema=weights.schema), MS_MAX))
    return int(off.sum()) // len(examples)


def groups_of(examples: Examples) -> NDArray[np.intp]:
    """(n,) a number for each viewer."""
    ids = np.ascontiguousarray(examples["viewer"]).view("S16").ravel()
    return np.unique(ids, return_inverse=True)[1]


def auc_ppm(scores: NDArray[np.generic], is_positive: NDArray[np.bool_]) -> int:
    """The area under the curve in millionths, rounded down; UNKNOWN without both kinds.

    >>> auc_ppm(np.array([1, 2, 2, 3]), np.array([False, True, False, True]))
    875000
    """
    positives = int(is_positive.sum())
    pairs = positives * (len(scores) - positives)
    if pairs == 0:
        return UNKNOWN
    _, place = np.unique(scores, return_inverse=True)
    of_positives = np.bincount(place[is_positive], minlength=int(place.max()) + 1)
    of_negatives = np.bincount(place[~is_positive], minlength=len(of_positives))
    below = np.cumsum(of_negatives) - of_negatives
    halves = int((of_positives * (2 * below + of_negatives)).sum())
    return halves * PPM // (2 * pairs)


def gauc_ppm(
    scores: NDArray[np.generic], is_positive: NDArray[np.bool_], *, group: NDArray[np.intp]
) -> int:
    """The areas within each group that has both kinds, averaged by the sizes of the groups."""
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group))
    total = weight = 0
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        members = order[start:end]
        area = auc_ppm(scores[members], is_positive[members])
        if area != UNKNOWN:
            total += area * len(members)
            weight += len(members)
    return total // weight if weight else UNKNOWN


def ece_ppm(predictions: Ints, labels: Ints) -> int:
    """The sum over bins of |sum of predictions - sum of labels|, per example, in millionths."""
    place = np.minimum(predictions * ECE_BINS >> LOG_BITS, ECE_BINS - 1)
    # Far below 2**53, and whole: bincount's float64 sums are exact in any order.
    gap = predictions - labels * (HEAD_ONE // LABEL_ONE)
    gaps = np.bincount(place, weights=gap.astype(np.float64), minlength=ECE_BINS).astype(np.int64)
    return int(np.abs(gaps).sum()) * PPM // (len(predictions) * HEAD_ONE)


def cross_entropy_q24(predictions: Ints, labels: Ints) -> Ints:
    """`-(y ln p + (1 - y) ln(1 - p))` in 2**-24 nats, rounded down; p is kept 2**-24 off 0 and 1.

    Args:
        predictions: p in Q24. labels: y in 1/4096.
    """
    p = np.clip(predictions, 1, HEAD_ONE - 1)
    both = labels * minus_ln_q24(p) + (LABEL_ONE - labels) * minus_ln_q24(HEAD_ONE - p)
    return both // LABEL_ONE


def minus_ln_q24(p: Ints) -> Ints:
    """`-ln(p / 2**24)` in 2**-24, for 1 <= p <= 2**24; at most 1e-6 off.

    24 binary digits of log2 by squaring the mantissa, rounded down; times ln 2 in Q32, rounded
    down. Source: Knuth, The Art of Computer Programming, volume 1, section 1.2.2, exercise 25.
    """
    powers = np.left_shift(np.int64(1), np.arange(26, dtype=np.int64))
    top = np.searchsorted(powers, p, side="right") - 1
    m = p.astype(np.uint64) << (np.uint64(31) - top.astype(np.uint64))
    digits = np.zeros(p.shape, dtype=np.int64)
    for _ in range(LOG_BITS):
        m = m * m >> np.uint64(31)
        is_two = m >> np.uint64(32)
        m >>= is_two
        digits = digits << 1 | is_two.astype(np.int64)
    log2 = ((top - LOG_BITS) << LOG_BITS) + digits
    return np.asarray(((-log2).astype(np.uint64) * LN2_Q32 >> np.uint64(32)).astype(np.int64))

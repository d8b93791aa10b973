"""What each candidate is worth: the policy's points for what the network predicts."""

import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints
from plainview.core.terms.epoch import (
    FLAG_ADVERT,
    FLAG_RESTRICTED,
    FLAG_SENSITIVE,
    FLAG_SYNTHETIC,
)
from plainview.core.terms.policy import LABELS, Policy
from plainview.core.terms.watch_time import WatchTimes, watched_ms
from plainview.core.terms.weights import HEAD_ONE, HEADS, WATCH_PLAYINGS

LABEL_FLAGS = dict(
    zip(
        LABELS,
        (FLAG_RESTRICTED, FLAG_SENSITIVE, FLAG_SYNTHETIC, FLAG_ADVERT),
        strict=True,
    )
)
WATCH = HEADS.index("watch")
LABELS_TERM, REJECTED_TERM = len(HEADS), len(HEADS) + 1
"""The columns of `value_terms` after those of the heads."""
LENGTH_MS_MAX = 1_800_000
WATCH_MS_MAX = WATCH_PLAYINGS * LENGTH_MS_MAX
VALUE_POINT = 1000 * HEAD_ONE
"""One point of a policy, in units of `value`."""


def value_terms(
    predictions: NDArray[np.int64],
    *,
    rows: NDArray[np.intp],
    index: Index,
    policy: Policy,
    times: WatchTimes | None,
    rejected: Ints | None = None,
) -> Ints:
    """(n, heads + 2) what each head adds to a candidate's value, and last what its labels and its
    likeness to rejected videos (`rejected` (n,), None: no likeness) take off.

    A head adds `worth_milli * prediction`, `watch` `worth_milli * watch_seconds`. A label takes off
    `demote_milli * 2**24`. |value| is below 2**53 by the bounds of a policy's numbers.

    Args:
        times: those of the weights that predicted.
    """
    terms = np.empty((len(rows), len(HEADS) + 2), dtype=np.int64)
    np.multiply(predictions, np.array(policy.worth_milli, dtype=np.int64), out=terms[:, :-2])
    seconds = watch_seconds(predictions[:, WATCH], index.length_ms.take(rows), times=times)
    terms[:, WATCH] = seconds * policy.worth_milli[WATCH]
    terms[:, LABELS_TERM] = 0
    terms[:, REJECTED_TERM] = 0 if rejected is None else -rejected
    for label, demote_milli in zip(LABELS, policy.demote_milli, strict=True):
        if demote_milli:
            has_label = (index.flags[rows] & LABEL_FLAGS[label]) != 0
            terms[has_label, LABELS_TERM] -= demote_milli * HEAD_ONE
    return terms


def watch_seconds(predictions: Ints, length_ms: Ints, *, times: WatchTimes | None) -> Ints:
    """(n,) in 2**-24 seconds what predictions of `watch` come to, an hour at most.

    With `times` a prediction is a quantile, read out there; without, a share of WATCH_PLAYINGS
    playings, lengths beyond half an hour counting as that. A median and a mean: points of a policy
    are per second of either.
    """
    if times is not None:
        ms = watched_ms(predictions, length_ms, times=times)
        return np.asarray(np.minimum(ms, WATCH_MS_MAX) * HEAD_ONE // 1000, dtype=np.int64)
    most_ms = WATCH_PLAYINGS * np.minimum(length_ms, LENGTH_MS_MAX)
    return np.asarray(predictions * most_ms // 1000, dtype=np.int64)


def newest_values(*, rows: NDArray[np.intp], index: Index) -> Ints:
    """(n,) the value under the order "newest": the minute of publication."""
    return index.published_min[rows]

"""What the head `watch` is taught and judged by: shares as they stand in examples, or quantiles."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.watch_time import Ints, quantile_labels
from plainview.core.learn.window import LABEL_ONE, Examples
from plainview.core.terms.watch_time import WatchTimes
from plainview.core.terms.weights import Schema

WATCH: Final = "watch"


def watch_ms(examples: Examples, *, schema: Schema) -> Ints:
    """(n,) how long each was watched, a whole playing at least where it came round.

    An example does not say whether it did, but its label does: half, which is one of two playings,
    or more.
    """
    ms = examples["ms"].astype(np.int64)
    shares = examples["labels"][:, schema.heads.index(WATCH)].astype(np.int64)
    length_ms = examples["length_ms"].astype(np.int64)
    return np.where(shares * 2 >= LABEL_ONE, np.maximum(ms, length_ms), ms)


def labels_for(
    examples: Examples, *, bounds: NDArray[np.int32] | None, schema: Schema
) -> NDArray[np.uint16]:
    """(n, heads) the labels; with `bounds` that of `watch` is where each stands among all of
    `examples` of its bucket."""
    labels = np.ascontiguousarray(examples["labels"].astype(np.uint16))
    if bounds is not None:
        ms, length_ms = watch_ms(examples, schema=schema), examples["length_ms"].astype(np.int64)
        labels[:, schema.heads.index(WATCH)] = quantile_labels(
            ms, length_ms, among_ms=ms, among_length_ms=length_ms, bounds=bounds.tolist()
        )
    return labels


def bounds_of(times: WatchTimes | None) -> NDArray[np.int32] | None:
    """The bounds of the buckets that quantiles are taken in; None where shares are predicted."""
    return None if times is None else times.bounds


def is_same_question(one: WatchTimes | None, other: WatchTimes | None) -> bool:
    """Whether two networks' predictions of `watch` are held against the same labels."""
    if one is None or other is None:
        return one is other
    return np.array_equal(one.bounds, other.bounds)

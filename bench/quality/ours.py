"""Our network on KuaiRand: another schema, and otherwise what serves and learns in the service.

Nothing here learns, rounds, certifies or predicts by itself: ticks are `core.learn`'s `learn_tick`,
several draws become one file by its `one_file`, predictions are the `forward` of the kernels that
serve slates, watch times the read-out of `core.terms`. `tests/unit/bench` holds that.
"""

from hashlib import sha256
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.quality.known import LENGTH_BOUNDS_MS
from bench.quality.log import Ints, Log
from plainview.core.feed.kernels import BEST
from plainview.core.learn import judge
from plainview.core.learn.network import blank_weights
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe
from plainview.core.learn.side_by_side import one_file
from plainview.core.learn.tick import Parent, learn_tick
from plainview.core.learn.watch_time import median_times, quantile_labels
from plainview.core.learn.weights_file import load_weights, with_watch_times
from plainview.core.learn.window import LABEL_ONE, Examples, example_type, window_of
from plainview.core.terms.watch_time import watched_ms
from plainview.core.terms.weights import Schema, Weights

HEADS: Final = ("long_view", "click", "like", "watch")
WATCH: Final = HEADS.index("watch")
BOUNDS_MS: Final = (1, *(int(bound) + 1 for bound in LENGTH_BOUNDS_MS[1:]))
"""The peers' buckets: photos, then each bound with what is just below it."""

RECIPE: Final = msgspec.structs.replace(
    STARTING_RECIPE,
    name="kuairand-1",
    seed="kuairand",
    begin="draws",
    hidden=(48,),
    offered_max=1_000_000,
    examples_max=1_000_000,
    viewer_examples_max=1000,
    viewer_share_milli=1000,
    passes=6,
    batch=64,
    rate_micro=30_000,
    seen_kept_milli=1000,
    head_weights_milli=(1000, 1000, 1000, 700),
)
"""One tick over all that is known, from weights drawn anew. Tuned on 30 April."""

DRAWS: Final = 4
"""So many ticks, apart by their seed alone, stand side by side in the network that is judged.
Chosen on 30 April."""


class Given(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """All rows of a log as a network sees them: `X` (n, features) in the schema's order, `labels`
    (n, heads) in 1/4096."""

    schema: Schema
    X: NDArray[np.int8]
    labels: NDArray[np.uint16]


def labels_of(log: Log, train: Ints) -> NDArray[np.uint16]:
    """(n, heads) in 1/4096: outcomes, and the quantile of watch time among those of `train`."""
    out = np.zeros((len(log.user), len(HEADS)), dtype=np.uint16)
    for h, head in enumerate(HEADS):
        if h != WATCH:
            out[:, h] = log.outcome(head) * LABEL_ONE
    out[:, WATCH] = quantile_labels(
        log.play_ms, log.length_ms, among_ms=log.play_ms[train],
        among_length_ms=log.length_ms[train], bounds=BOUNDS_MS,
    )  # fmt: skip
    return out


def with_shares(given: Given, rows: Ints, shares: NDArray[np.float64]) -> Given:
    """`given` with `shares` (len(rows), heads) of 0 .. 1 as the labels of `rows`."""
    labels = given.labels.copy()
    labels[rows] = np.floor(shares * LABEL_ONE + 0.5).astype(np.uint16)
    return msgspec.structs.replace(given, labels=labels)


def examples_of(log: Log, given: Given, rows: Ints) -> Examples:
    """Examples of `rows`, in their order. For a receipt's id stands a hash of the row's number."""
    out = np.zeros(len(rows), dtype=example_type(given.schema))
    receipts = b"".join(sha256(b"row %d" % row).digest() for row in rows.tolist())
    out["receipt"] = np.frombuffer(receipts, dtype=np.uint8).reshape(-1, 32)
    viewers = (log.user[rows] + 1).astype("<u8").view(np.uint8).reshape(-1, 8)
    out["viewer"][:, 8:] = viewers[:, ::-1]
    out["video"] = log.video[rows]
    out["at_ms"] = log.time_ms[rows]
    out["ms"] = np.minimum(log.play_ms[rows], 86_400_000)
    out["length_ms"] = np.maximum(log.length_ms[rows], 1)
    out["labels"] = given.labels[rows]
    out["features"] = given.X[rows]
    return out


def drawn(
    log: Log, given: Given, rows: Ints, *, recipe: Recipe = RECIPE, draws: int = DRAWS
) -> bytes:
    """The weights file of `draws` ticks of the service's learner over `rows`, side by side: each
    the first there is, each by a seed of its own."""
    window = window_of(examples_of(log, given, rows), schema=given.schema)
    parent = Parent(weights=blank_weights(given.schema))
    ticks = [
        learn_tick(parent, window, msgspec.structs.replace(recipe, seed=f"{recipe.seed} {n}"))
        for n in range(1, draws + 1)
    ]
    return one_file(ticks, window.examples, name=recipe.name, schema=given.schema)


def predictions(weights: Weights, X: NDArray[np.int8]) -> Ints:
    """(n, heads) in Q24, row by row, by the kernel that serves: rows are of different viewers."""
    split = len(weights.schema.viewer)
    out = np.empty((len(X), len(weights.schema.heads)), dtype=np.int64)
    for i in range(len(X)):
        out[i] = BEST.forward(weights, X[i, :split], X[i : i + 1, split:])[0]
    return out


def with_times(log: Log, given: Given, data: bytes, rows: Ints) -> bytes:
    """The weights file `data`, with what its quantiles came to among `rows`."""
    weights = load_weights(data, schema=given.schema)
    predicted = judge.predictions(weights, judge.outputs(weights, given.X[rows]))[:, WATCH]
    times = median_times(predicted, log.play_ms[rows], log.length_ms[rows], bounds=BOUNDS_MS)
    return with_watch_times(data, times=times, schema=given.schema)


def scored(log: Log, given: Given, *, train: Ints, test: Ints) -> dict[str, NDArray[np.float64]]:
    """What the network says of `test`, learned from `train`; by head, watch time in
    milliseconds."""
    data = drawn(log, given, train)
    weights = load_weights(with_times(log, given, data, train), schema=given.schema)
    assert weights.watch_times is not None
    out = predictions(weights, given.X[test])
    ms = watched_ms(out[:, WATCH], log.length_ms[test], times=weights.watch_times)
    named = {head: out[:, h].astype(np.float64) for h, head in enumerate(HEADS) if h != WATCH}
    watch = ms.astype(np.float64)
    return named | {"watch": watch, "watch_median": watch}

"""A learning tick: (parent, window, recipe) to weights, the same bytes wherever it is run."""

from hashlib import sha256

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.learn import kernels
from plainview.core.learn.embed_state import FloatPlaces
from plainview.core.learn.judge import outputs, predictions
from plainview.core.learn.kernels import Floats
from plainview.core.learn.network import (
    Network,
    begin,
    encode_state,
    load_state,
    network_of,
)
from plainview.core.learn.quantise import quantise, weights_bytes
from plainview.core.learn.recipe import MICRO, QUANTILE, Recipe, recipe_digest
from plainview.core.learn.watch_labels import WATCH, labels_for, watch_ms
from plainview.core.learn.watch_time import median_times
from plainview.core.learn.weights_file import load_weights, with_places, with_watch_times
from plainview.core.learn.window import Examples, Window, choose, draws, order_by
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import SERVING, Schema, Weights

SEEN_FLOOR = np.float32(1e-6)
FITTED_MAX = 8192
"""How many of the examples learned from the integer form is fitted to, at most."""


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """What a tick learns on from: a weights file, and the float state it was made from, b"" where
    there is none (the starting weights, imported ones): then the weights alone are the state."""

    weights: bytes
    state: bytes = b""


class Tick(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What a tick made: two files, and what it made them from. `viewers` had an example chosen."""

    weights: bytes
    state: bytes
    seed: bytes
    chosen: int
    viewers: int
    network: Network


def tick_seed(*, parent: Parent, window: Window, recipe: Recipe) -> bytes:
    """What all of a tick's draws come from, 32 bytes.

    It depends on the window, so no viewer knows beforehand which of their examples count.
    """
    of_recipe = recipe_digest(recipe, schema=window.schema)
    parts = (of_recipe, digest_of(parent.weights), state_digest(parent), window.root)
    return sha256("\n".join(("plainview learn-v1", *parts)).encode()).digest()


def state_digest(parent: Parent) -> Digest:
    """SHA-256 of the parent's state file, that of nothing where there is none."""
    return digest_of(parent.state)


def learn_tick(parent: Parent, window: Window, recipe: Recipe) -> Tick:
    """Learn from `window`, starting at `parent`; both are of the window's schema. Where the parent
    places videos, so does the tick: for moving them see `embed_tick`, and `composed` for both in
    one file. Under `watch` "quantile" the labels of `watch` become quantiles among the examples
    learned from, and the weights say what theirs stand for; where the parent's say the other kind
    the head begins anew.

    A function of the bytes of its arguments: float32 operations in one stated order, no BLAS, no
    libm. The certificate holds for what comes out.

    Raises: TooFewViewers, BadWindow: see `choose`. BadRecipe: it does not fit the parent. BadState,
        WeightsRefused: the parent's files are not what they should be. NotExact: the network
        learned has no integer form.
    Cost: bounded by the recipe: at most `examples_max * passes` examples learned, whatever arrives.
    """
    seed = tick_seed(parent=parent, window=window, recipe=recipe)
    chosen = choose(window, recipe=recipe, seed=seed)
    start = float_network(parent, schema=window.schema)
    old = load_weights(parent.weights, schema=window.schema)
    network = begin(start, recipe=recipe, seed=seed, anew=_anew(old, recipe=recipe))
    picked = window.examples[chosen]
    theta, seen = network.theta.copy(), network.seen.copy()
    widths = np.array(network.widths, dtype=np.int64)
    X = np.ascontiguousarray(picked["features"])
    Y = labels_for(picked, bounds=_bounds(recipe), schema=window.schema)
    head_weights = np.array(recipe.head_weights_milli, dtype=np.float32) / np.float32(1000)
    for number in range(recipe.passes):
        order = order_by(draws(seed, f"pass {number}", len(picked)))
        kernels.learn(
            theta, seen, widths, X, Y, head_weights, order, recipe.batch,
            np.float32(recipe.rate_micro) / np.float32(MICRO), SEEN_FLOOR,
        )  # fmt: skip
    learned = Network(widths=network.widths, theta=theta, seen=seen)
    name = f"{recipe.name}-{seed.hex()[:12]}"
    fitted = fitted_of(picked, seed=seed)
    weights = integer_file(learned, fitted, name=name, schema=window.schema)
    weights = with_places(weights, places=old.places, centroids=old.centroids, schema=window.schema)
    weights = _with_read_out(weights, picked, recipe=recipe, schema=window.schema)
    digest = load_weights(weights, schema=window.schema).digest
    return Tick(
        weights=weights,
        state=encode_state(learned, weights=digest, places=float_places(parent)),
        seed=seed,
        chosen=len(picked),
        viewers=len(np.unique(np.ascontiguousarray(picked["viewer"]).view("S16"))),
        network=learned,
    )


def fitted_of(picked: Examples, *, seed: bytes) -> Examples:
    """Those of the examples learned from that the integer form is fitted to."""
    return picked[order_by(draws(seed, "fit", len(picked)))[:FITTED_MAX]]


def integer_file(network: Network, fitted: Examples, *, name: str, schema: Schema) -> bytes:
    """The weights file of `network` in whole numbers, close to it on the examples `fitted`.

    Raises: NotExact: it has no integer form.
    """
    logits, peaks = run(network, fitted)
    features = np.ascontiguousarray(fitted["features"])
    integers = quantise(network, inputs=features, peaks=peaks, logits=logits)
    return weights_bytes(integers, name=name, schema=schema)


def _bounds(recipe: Recipe) -> NDArray[np.int32] | None:
    """Of the buckets in which quantiles of watch time are taken; None where shares are learned."""
    return np.array(recipe.watch_bounds_ms, dtype=np.int32) if recipe.watch == QUANTILE else None


def _anew(old: Weights, *, recipe: Recipe) -> tuple[int, ...]:
    """The head `watch`, where what it predicts is of another kind than it was."""
    is_quantile = old.watch_times is not None
    if is_quantile == (recipe.watch == QUANTILE):
        return ()
    return (old.schema.heads.index(WATCH),)


def _with_read_out(data: bytes, picked: Examples, *, recipe: Recipe, schema: Schema) -> bytes:
    """The weights file `data` with what its quantiles came to among the examples learned from."""
    bounds = _bounds(recipe)
    if bounds is None:
        return data
    weights = load_weights(data, schema=schema)
    times = median_times(
        predictions(weights, outputs(weights, picked["features"]))[:, schema.heads.index(WATCH)],
        watch_ms(picked, schema=schema), picked["length_ms"].astype(np.int64),
        bounds=bounds.tolist(), steps=recipe.watch_steps,
    )  # fmt: skip
    return with_watch_times(data, times=times, schema=schema)


def float_network(parent: Parent, *, schema: Schema = SERVING) -> Network:
    """The parent's state, or what its weights alone say."""
    if not parent.state:
        return network_of(parent.weights, schema=schema)
    load_weights(parent.weights, schema=schema)
    return load_state(parent.state, weights=digest_of(parent.weights))[0]


def float_places(parent: Parent) -> FloatPlaces | None:
    """Where the parent's state says that videos stand; None where it says nothing of them."""
    if not parent.state:
        return None
    return load_state(parent.state, weights=digest_of(parent.weights))[1]


def run(network: Network, examples: Examples) -> tuple[Floats, Floats]:
    """(logits (n, heads), peaks (hidden layers, widest)) of the float network on `examples`."""
    depth = len(network.widths) - 2
    logits = np.zeros((len(examples), network.widths[-1]), dtype=np.float32)
    peaks = np.zeros((depth, max(network.widths)), dtype=np.float32)
    kernels.logits_and_peaks(
        network.theta,
        np.array(network.widths, dtype=np.int64),
        np.ascontiguousarray(examples["features"]),
        logits,
        peaks,
    )
    return logits, peaks

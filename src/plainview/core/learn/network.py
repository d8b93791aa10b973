"""The float network behind quantised weights: from a file, grown, drawn, and as a file."""

import json
from collections.abc import Sequence
from itertools import pairwise
from math import isqrt
from typing import Any

import msgspec
import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import load

from plainview.core.learn.embed_state import FloatPlaces, take_float_places
from plainview.core.learn.errors import BadFile, BadRecipe, BadState
from plainview.core.learn.kernels import INPUT_BITS, WEIGHT_MAX, Floats
from plainview.core.learn.recipe import LEARN_SPEC, Recipe
from plainview.core.learn.tables import logistic_table
from plainview.core.learn.weights_file import (
    METADATA_KEY,
    encode_weights,
    load_weights,
    offsets_of,
    write_tensors,
)
from plainview.core.learn.window import draws
from plainview.core.terms.canonical import NotCanonical, canonical_json, parse_canonical
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import SERVING, Layer, Schema

STEP_BITS = 8
"""A step of a head is 2**-8 of a logit."""

STATE_KIND = "state"
PARTS = ("weight", "bias", "weight_seen", "bias_seen")


class Network(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The numbers that learning moves, layer by layer: `theta` what is learned, `seen` the sums of
    squared gradients. `widths` are inputs, hidden units per layer, heads; for the order of the
    vectors see kernels.py."""

    widths: tuple[int, ...]
    theta: Floats
    seen: Floats


def layer_slices(widths: Sequence[int]) -> list[tuple[slice, slice]]:
    """For each layer where its weights and its biases stand in a vector."""
    out, at = [], 0
    for K, J in pairwise(widths):
        out.append((slice(at, at + K * J), slice(at + K * J, at + K * J + J)))
        at += K * J + J
    return out


def network_of(data: bytes, *, schema: Schema = SERVING) -> Network:
    """The float network that a weights file says exactly, nothing seen.

    Raises: WeightsRefused: not a weights file. BadFile: a head's table is not the logistic curve
        at the offset the file states, or a weight is beyond what learning keeps to.
    """
    weights = load_weights(data, schema=schema)
    offsets = offsets_of(data, schema=schema)
    for h, offset in enumerate(offsets):
        if (weights.table[h] != logistic_table(offset)).any():
            raise BadFile(f"the table of head {h} is not the logistic curve at {offset}")
    parts: list[Floats] = []
    for layer in weights.hidden:
        parts += _as_floats(layer, output_bits=INPUT_BITS)
    logits = _as_floats(weights.heads, output_bits=STEP_BITS)
    logits[1] = logits[1] + np.array(offsets, dtype=np.float32) / np.float32(1 << STEP_BITS)
    theta = np.concatenate([*parts, *logits]).astype(np.float32)
    if float(np.abs(theta).max()) > float(WEIGHT_MAX):
        raise BadFile(f"a weight or bias is beyond {WEIGHT_MAX}")
    layers = (*weights.hidden, weights.heads)
    widths = (layers[0].weight.shape[0], *(layer.weight.shape[1] for layer in layers))
    return Network(widths=widths, theta=theta, seen=np.zeros_like(theta))


def _as_floats(layer: Layer, *, output_bits: int) -> list[Floats]:
    """Weights and biases per unit: of inputs 2**6 steps, of outputs 2**output_bits."""
    shift = layer.shift.astype(np.int64)
    whole = (np.int64(1) << shift).astype(np.float64)
    half = (np.int64(1) << shift) >> 1
    weight = layer.weight.astype(np.float64) / whole * (1 << INPUT_BITS) / (1 << output_bits)
    bias = (layer.bias.astype(np.int64) - half).astype(np.float64) / whole / (1 << output_bits)
    return [weight.astype(np.float32).ravel(), bias.astype(np.float32)]


def blank_weights(schema: Schema) -> bytes:
    """A weights file that says one half of everything: the parent of a first tick that draws."""
    features, heads = len(schema.features), len(schema.heads)
    return encode_weights(
        name="blank",
        hidden=[(
            np.zeros((features, 1), dtype=np.int8),
            np.zeros(1, dtype=np.int32),
            np.zeros(1, dtype=np.uint8),
        )],
        heads=(
            np.zeros((1, heads), dtype=np.int8),
            np.zeros(heads, dtype=np.int32),
            np.zeros(heads, dtype=np.uint8),
        ),
        table=np.stack([logistic_table(0)] * heads),
        offsets=[0] * heads,
        schema=schema,
    )  # fmt: skip


def begin(parent: Network, *, recipe: Recipe, seed: bytes, anew: Sequence[int] = ()) -> Network:
    """The network that a tick starts from, of the widths the recipe asks.

    Under "parent" all of the parent's units stay as they are. What is added is drawn, and speaks to
    nothing older than itself, so that the network says what its parent said. Under "draws" nothing
    of the parent stays but its size of input and output. Heads of `anew` are to predict something
    else than the parent's do: they begin at 0, nothing seen.

    A drawn weight is even over +-2 / isqrt(inputs), in 2**24 steps; a drawn unit's bias is 1/2.

    Raises: BadRecipe: "parent", and the parent has another depth or is wider than asked.
    """
    old = parent.widths
    widths = (old[0], *recipe.hidden, old[-1])
    if recipe.begin == "draws":
        old = (widths[0], *(0 for _ in recipe.hidden), widths[-1])
    elif len(old) != len(widths) or any(a > b for a, b in zip(old, widths, strict=True)):
        raise BadRecipe(f"the parent is {old}, and the recipe asks for {widths}")
    vectors: dict[str, list[Floats]] = {"theta": [], "seen": []}
    for l, (K, J) in enumerate(pairwise(widths)):
        weight, bias = _drawn(K, J, seed=seed, name=f"layer {l}")
        if l == len(widths) - 2:
            weight[:], bias[:] = 0, 0
        weight[:, : old[l + 1]] = 0
        fresh = {"theta": (weight, bias), "seen": (np.zeros_like(weight), np.zeros_like(bias))}
        for name, (W, b) in fresh.items():
            if recipe.begin == "parent":
                ws, bs = layer_slices(old)[l]
                W[: old[l], : old[l + 1]] = getattr(parent, name)[ws].reshape(old[l], old[l + 1])
                b[: old[l + 1]] = getattr(parent, name)[bs]
            if l == len(widths) - 2:
                W[:, list(anew)], b[list(anew)] = 0, 0
            vectors[name] += [W.ravel(), b]
    kept = np.float32(recipe.seen_kept_milli) / np.float32(1000)
    return Network(
        widths=widths,
        theta=np.concatenate(vectors["theta"]),
        seen=np.concatenate(vectors["seen"]) * kept,
    )


def _drawn(K: int, J: int, *, seed: bytes, name: str) -> tuple[Floats, Floats]:
    steps = (draws(seed, name, K * J) >> np.uint64(40)).astype(np.float32)  # 24 bits: exact
    even = steps / np.float32(1 << 23) - np.float32(1)
    reach = np.float32(2) / np.float32(isqrt(K))
    return (even * reach).reshape(K, J), np.full(J, 0.5, dtype=np.float32)


def encode_state(network: Network, *, weights: Digest, places: FloatPlaces | None = None) -> bytes:
    """The network as a file: float32 tensors, and the digest of the weights they became; with it
    where videos stand, if any of them moved yet."""
    tensors: dict[str, NDArray[Any]] = {} if places is None else places.tensors()
    for l, (ws, bs) in enumerate(layer_slices(network.widths)):
        shape = network.widths[l : l + 2]
        for name, vector in (("", network.theta), ("_seen", network.seen)):
            tensors[f"layer{l}.weight{name}"] = vector[ws].reshape(shape)
            tensors[f"layer{l}.bias{name}"] = vector[bs]
    about = canonical_json({"spec": LEARN_SPEC, "kind": STATE_KIND, "weights": weights})
    return write_tensors(tensors, about)


def load_state(data: bytes, *, weights: Digest) -> tuple[Network, FloatPlaces | None]:
    """Read back what `encode_state` wrote for these weights.

    Raises: BadState: another form, other weights' state, a number that is not finite or beyond what
        learning keeps to.
    """
    try:
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        about = parse_canonical(header["__metadata__"][METADATA_KEY].encode())
        tensors = load(data)
        places = take_float_places(tensors)
        depth = len(tensors) // len(PARTS)
        layers = [[tensors[f"layer{l}.{part}"] for part in PARTS] for l in range(depth)]
        shapes = [layer[0].shape for layer in layers]
        network = Network(
            widths=(shapes[0][0], *(J for _, J in shapes)),
            theta=np.concatenate([x.ravel() for W, b, _, _ in layers for x in (W, b)]),
            seen=np.concatenate([x.ravel() for _, _, W, b in layers for x in (W, b)]),
        )
    except (
        safetensors.SafetensorError, NotCanonical, ValueError, KeyError, TypeError, IndexError,
        AttributeError,
    ) as error:  # fmt: skip
        raise BadState(f"not a state file: {error}") from error
    if about.get("weights") != weights:
        raise BadState(f"the state of weights {about.get('weights')}, not of {weights}")
    theta, seen = network.theta, network.seen
    if theta.dtype != np.float32 or seen.dtype != np.float32:
        raise BadState("a tensor is not float32")
    if not (np.abs(theta) <= WEIGHT_MAX).all() or not ((seen >= 0) & np.isfinite(seen)).all():
        raise BadState("a number is not finite, or beyond what learning keeps to")
    if encode_state(network, weights=weights, places=places) != data:
        raise BadState("not in the one form of a state file")
    return network, places

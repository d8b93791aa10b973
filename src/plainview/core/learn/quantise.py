"""From the float network to the integer one that serves: int8 weights, power-of-two scales."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.errors import NotExact
from plainview.core.learn.kernels import INPUT_BITS, Floats
from plainview.core.learn.network import STEP_BITS, Network, layer_slices
from plainview.core.learn.rounding import SWEEPS_MAX, Doubles, moments, settle
from plainview.core.learn.tables import logistic_table
from plainview.core.learn.weights_file import SHIFT_MAX, encode_weights
from plainview.core.terms.weights import (
    ACTIVATION_MAX,
    EXACT_BOUND,
    INPUT_MAX,
    SERVING,
    Schema,
)

ACTIVATION_BITS_MAX = 12
PEAK_MAX = 192
"""What a unit's peak over the window comes to at most: a third of its range stays free above."""

WEIGHT_INT_MAX = 127
OFFSET_MAX = 4096

IntLayer = tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.uint8]]


class Quantised(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Layers as (weight, bias, shift), and each head's logit offset in steps of 1/256."""

    hidden: tuple[IntLayer, ...]
    heads: IntLayer
    offsets: tuple[int, ...]


def quantise(
    network: Network, *, inputs: NDArray[np.int8], peaks: Floats, logits: Floats
) -> Quantised:
    """The integer form of `network`, close to it on the examples it learned from.

    Args:
        inputs: (n, K) those examples, n >= 1. peaks: (hidden layers, width) the most each hidden
            unit reached on them. logits: (n, heads) what the heads gave.
    Raises: NotExact: even the coarsest scale breaks the certificate.
    """
    slices = layer_slices(network.widths)
    input_bits = np.full(network.widths[0], INPUT_BITS, dtype=np.int64)
    layers: list[IntLayer] = []
    offsets = centre_steps(logits)
    a = inputs.astype(np.int64)
    for l, (ws, bs) in enumerate(slices):
        K, J = network.widths[l : l + 2]
        weight = network.theta[ws].reshape(K, J).astype(np.float64)
        bias = network.theta[bs].astype(np.float64)
        if l == len(slices) - 1:
            bias = bias - np.array(offsets, dtype=np.float64) / (1 << STEP_BITS)
            output_bits = np.full(J, STEP_BITS, dtype=np.int64)
        else:
            output_bits = activation_bits(peaks[l, :J], weight, input_bits=input_bits)
        scaled = weight * powers(output_bits[None, :] - input_bits[:, None])
        input_max = INPUT_MAX if l == 0 else ACTIVATION_MAX
        exact = np.vstack([scaled, bias * powers(output_bits)])
        layers.append(_layer(exact, moments(a), input_max=input_max))
        a = np.clip(sums(a, layers[-1]), 0, ACTIVATION_MAX)
        input_bits = output_bits
    return Quantised(hidden=tuple(layers[:-1]), heads=layers[-1], offsets=offsets)


def sums(a: NDArray[np.int64], layer: IntLayer) -> NDArray[np.int64]:
    """A layer's outputs before clipping: whole numbers below 2**24, which float64 holds exactly."""
    weight, bias, shift = layer
    total = (a.astype(np.float64) @ weight.astype(np.float64)).astype(np.int64) + bias
    return np.asarray(total >> shift.astype(np.int64), dtype=np.int64)


def powers(bits: NDArray[np.int64]) -> NDArray[np.float64]:
    """2**bits, exact."""
    up = np.int64(1) << np.maximum(bits, 0)
    down = np.int64(1) << np.maximum(-bits, 0)
    return up.astype(np.float64) / down.astype(np.float64)


def centre_steps(logits: Floats) -> tuple[int, ...]:
    """For each head the floor of the mean of its logits in whole steps, within +-OFFSET_MAX."""
    steps = np.floor(logits.astype(np.float64) * (1 << STEP_BITS) + 0.5).astype(np.int64)
    means = steps.sum(axis=0) // len(steps)
    return tuple(int(mean) for mean in np.clip(means, -OFFSET_MAX, OFFSET_MAX))


def activation_bits(
    peaks: Floats, weight: NDArray[np.float64], *, input_bits: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Each unit's scale: the most bits of 6 .. 12 at which its peak is at most PEAK_MAX and its
    weights at shift 0 within +-127; 6 if none."""
    heaviest = np.abs(weight * powers(-input_bits)[:, None]).max(axis=0)
    bits = np.full(len(peaks), INPUT_BITS, dtype=np.int64)
    for more in range(INPUT_BITS + 1, ACTIVATION_BITS_MAX + 1):
        scale = float(1 << more)
        fits = (peaks.astype(np.float64) * scale <= PEAK_MAX) & (heaviest * scale <= WEIGHT_INT_MAX)
        bits[fits] = more
    return bits


def _layer(exact: Doubles, products: Doubles, *, input_max: int) -> IntLayer:
    """Whole numbers for `exact` (K + 1, J; biases last), each output at the largest shift at which
    its nearest whole numbers and the certificate hold; then settled, and kept so if they do still.
    """
    J = exact.shape[1]
    nearest, scaled = np.zeros_like(exact), np.zeros_like(exact)
    shift = np.zeros(J, dtype=np.uint8)
    is_open = np.ones(J, dtype=np.bool_)
    for s in range(SHIFT_MAX, -1, -1):
        whole = np.floor(exact * (1 << s) + 0.5)
        fits = is_open & _holds(whole, s, input_max=input_max)
        nearest[:, fits], scaled[:, fits] = whole[:, fits], exact[:, fits] * (1 << s)
        shift[fits] = s
        is_open &= ~fits
    if is_open.any():
        raise NotExact(f"{int(is_open.sum())} outputs fit no shift")
    settled = nearest.copy()
    settle(settled, scaled, products, float(WEIGHT_INT_MAX), SWEEPS_MAX)
    best = np.where(_holds(settled, shift, input_max=input_max), settled, nearest)
    half = (np.int64(1) << shift.astype(np.int64)) >> 1
    bias = best[-1].astype(np.int64) + half
    return best[:-1].astype(np.int8), bias.astype(np.int32), shift


def _holds(whole: Doubles, shift: int | NDArray[np.uint8], *, input_max: int) -> NDArray[np.bool_]:
    """(J,) whether int8 holds an output's weights, and the certificate its sums."""
    magnitude = np.abs(whole[:-1])
    # Whole numbers, each at most 128 * 255 once limited: exact in any order of adding.
    reach = np.minimum(magnitude, WEIGHT_INT_MAX + 1).sum(axis=0) * input_max
    half = (np.int64(1) << np.asarray(shift, dtype=np.int64)) >> 1
    bound = reach + np.abs(whole[-1] + half)
    return np.asarray((magnitude.max(axis=0) <= WEIGHT_INT_MAX) & (bound < EXACT_BOUND))


def weights_bytes(quantised: Quantised, *, name: str, schema: Schema = SERVING) -> bytes:
    """The weights file."""
    return encode_weights(
        name=name,
        hidden=quantised.hidden,
        heads=quantised.heads,
        table=np.stack([logistic_table(offset) for offset in quantised.offsets]),
        offsets=quantised.offsets,
        schema=schema,
    )

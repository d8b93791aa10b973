"""The float network: forward, backward, and learning from examples in a given order.

A network is one vector `theta`: for each layer its weights, row by row (one row per input), then
its biases. `widths` are inputs, hidden units per layer, heads. A hidden unit is clipped to 0 ..
TOP, as its integer form will be; heads give logits. Sums run over inputs in order, from the bias
on, and pass over inputs of 0. All numbers are float32.
"""

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.compiled import compiled
from plainview.core.learn.float32 import ONE, ZERO, logistic32

Floats = NDArray[np.float32]

INPUT_BITS = 6
INPUT_SCALE = np.float32(1 / 64)
"""A feature of 64 is 1."""

TOP = np.float32(255 / 64)
"""Where a hidden unit is clipped: u8 255 at the coarsest activation scale, 2**6."""

WEIGHT_MAX = np.float32(31)
"""Weights and biases stay within this, so that they always have an int8 form."""

LABEL_SCALE = np.float32(1 / 4096)
"""Labels come in 1/4096."""


@compiled
def forward(theta: Floats, widths: NDArray[np.int64], acts: Floats) -> None:
    """Fill `acts[l + 1]` from `acts[l]` for each layer l; the last filled row are the logits."""
    at, layers = 0, widths.shape[0] - 1
    for l in range(layers):
        K, J = widths[l], widths[l + 1]
        out = acts[l + 1, :J]
        bias = theta[at + K * J : at + K * J + J]
        for j in range(J):
            out[j] = bias[j]
        for k in range(K):
            x = acts[l, k]
            if x != ZERO:
                row = theta[at + k * J : at + k * J + J]
                for j in range(J):
                    out[j] += x * row[j]
        if l < layers - 1:
            for j in range(J):
                out[j] = min(max(out[j], ZERO), TOP)
        at += K * J + J


@compiled
def backward(
    theta: Floats, widths: NDArray[np.int64], acts: Floats, deltas: Floats, grad: Floats
) -> None:
    """Add to `grad` what one example says, given d loss / d logits in the last row of `deltas`.

    d loss / d unit is the sum over its outputs in order; 0 where the unit stands at a clip.
    """
    at = theta.shape[0]
    for l in range(widths.shape[0] - 2, -1, -1):
        K, J = widths[l], widths[l + 1]
        at -= K * J + J
        delta = deltas[l + 1, :J]
        bias = grad[at + K * J : at + K * J + J]
        for j in range(J):
            bias[j] += delta[j]
        for k in range(K):
            x = acts[l, k]
            if l > 0:
                total = ZERO
                if ZERO < x < TOP:
                    row = theta[at + k * J : at + k * J + J]
                    for j in range(J):
                        total += row[j] * delta[j]
                deltas[l, k] = total
            if x != ZERO:
                change = grad[at + k * J : at + k * J + J]
                for j in range(J):
                    change[j] += x * delta[j]


@compiled
def learn(
    theta: Floats,
    seen: Floats,
    widths: NDArray[np.int64],
    X: NDArray[np.int8],
    Y: NDArray[np.uint16],
    head_weights: Floats,
    order: NDArray[np.int64],
    batch: int,
    rate: np.float32,
    floor: np.float32,
) -> None:
    """One pass over the examples `order` names, `batch` at a time; changes `theta` and `seen`.

    The loss of an example is the sum over heads of head_weight * cross entropy of the label. Per
    batch, g the mean gradient: `seen += g * g`, `theta -= rate * g / (sqrt(seen) + floor)`
    (Adagrad, by element), then theta is limited to +-WEIGHT_MAX. A weight of the first layer that
    is exactly 0 stays 0: a unit written by hand keeps to what it speaks of, and to int8.
    """
    layers = widths.shape[0] - 1
    H = widths[layers]
    width_max = 0
    for l in range(layers + 1):
        width_max = max(width_max, widths[l])
    acts = np.zeros((layers + 1, width_max), dtype=np.float32)
    deltas = np.zeros((layers + 1, width_max), dtype=np.float32)
    grad = np.zeros(theta.shape[0], dtype=np.float32)
    first = widths[0] * widths[1]
    for start in range(0, order.shape[0], batch):
        stop = min(start + batch, order.shape[0])
        for t in range(grad.shape[0]):
            grad[t] = ZERO
        for i in range(start, stop):
            example = order[i]
            for k in range(widths[0]):
                acts[0, k] = np.float32(X[example, k]) * INPUT_SCALE
            forward(theta, widths, acts)
            for h in range(H):
                label = np.float32(Y[example, h]) * LABEL_SCALE
                deltas[layers, h] = (logistic32(acts[layers, h]) - label) * head_weights[h]
            backward(theta, widths, acts, deltas, grad)
        share = ONE / np.float32(stop - start)
        for t in range(grad.shape[0]):
            g = grad[t] * share
            seen[t] += g * g
            moved = theta[t] - (rate * g) / (np.sqrt(seen[t]) + floor)
            if t >= first or theta[t] != ZERO:
                theta[t] = min(max(moved, -WEIGHT_MAX), WEIGHT_MAX)


@compiled
def logits_and_peaks(
    theta: Floats, widths: NDArray[np.int64], X: NDArray[np.int8], logits: Floats, peaks: Floats
) -> None:
    """Fill `logits` (n, heads) for the rows of `X`; raise `peaks` (hidden layers, width) to the
    most that each unit reached."""
    layers = widths.shape[0] - 1
    width_max = 0
    for l in range(layers + 1):
        width_max = max(width_max, widths[l])
    acts = np.zeros((layers + 1, width_max), dtype=np.float32)
    for i in range(X.shape[0]):
        for k in range(widths[0]):
            acts[0, k] = np.float32(X[i, k]) * INPUT_SCALE
        forward(theta, widths, acts)
        for l in range(layers - 1):
            for j in range(widths[l + 1]):
                peaks[l, j] = max(peaks[l, j], acts[l + 1, j])
        for h in range(widths[layers]):
            logits[i, h] = acts[layers, h]

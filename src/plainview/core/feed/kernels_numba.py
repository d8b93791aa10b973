"""The kernels compiled: the scan for the nearest rows, and what follows each matrix product."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.weights import (
    ACTIVATION_MAX,
    TABLE_MIDDLE,
    TABLE_SIZE,
    VIEWER_FEATURES,
    Weights,
)

BIN_SHIFT = 8
BINS = (2 << 20 >> BIN_SHIFT) + 1


@compiled(types.void(given(types.int8, 2), given(types.int8, 2), filled(types.int32, 2)))
def _dots(embeddings: NDArray[np.int8], queries: NDArray[np.int8], out: NDArray[np.int32]) -> None:
    """Dot every row with every query, (queries, N).

    The products are of int16, for which processors have an instruction that adds pairs of them.
    """
    query = np.empty(EMBED_DIM, dtype=np.int16)
    for j in range(queries.shape[0]):
        for d in range(EMBED_DIM):
            query[d] = queries[j, d]
        for i in range(embeddings.shape[0]):
            dot = np.int32(0)
            for d in range(EMBED_DIM):
                dot += np.int32(np.int16(embeddings[i, d])) * np.int32(query[d])
            out[j, i] = dot


@compiled(types.int64(filled(types.int32), given(types.uint8), filled(types.int32)))
def _count(dots: NDArray[np.int32], decided: NDArray[np.uint8], bins: NDArray[np.int32]) -> int:
    """Count the dots of eligible rows by bins of 2**BIN_SHIFT; other rows get the least int32.

    Returns how many rows are eligible.
    """
    eligible = 0
    for i in range(dots.shape[0]):
        if decided[i] == 0:
            bins[(dots[i] + (1 << 20)) >> BIN_SHIFT] += 1
            eligible += 1
        else:
            dots[i] = -(1 << 31)
    return eligible


@compiled(types.int64(given(types.int32), types.int64, filled(types.int64)))
def _collect(dots: NDArray[np.int32], least: int, keys: NDArray[np.int64]) -> int:
    """Write a key for each dot of at least `least`; they sort by (dot descending, row)."""
    found = 0
    for i in range(dots.shape[0]):
        if dots[i] >= least:
            keys[found] = ((1 << 21) - np.int64(dots[i])) << 32 | i
            found += 1
    return found


def near_numba(
    embeddings: NDArray[np.int8],
    decided: NDArray[np.uint8],
    queries: NDArray[np.int8],
    counts: Sequence[int],
) -> list[NDArray[np.intp]]:
    """See Kernels in kernels.py."""
    dots = np.empty((len(queries), len(embeddings)), dtype=np.int32)
    _dots(embeddings, queries, dots)
    return [_top(dots[j], decided, count) for j, count in enumerate(counts)]


def _top(dots: NDArray[np.int32], decided: NDArray[np.uint8], count: int) -> NDArray[np.intp]:
    """The first `count` eligible rows by (dot descending, row). `dots` is overwritten."""
    bins = np.zeros(BINS, dtype=np.int32)
    wanted = min(count, _count(dots, decided, bins))
    if wanted <= 0:
        return np.zeros(0, dtype=np.intp)
    above = np.cumsum(bins[::-1])
    steps = int(np.searchsorted(above, wanted))
    keys = np.empty(int(above[steps]), dtype=np.int64)
    _collect(dots, (BINS - 1 - steps << BIN_SHIFT) - (1 << 20), keys)
    keys.sort()
    return keys[:wanted] & 0xFFFFFFFF


@compiled(types.void(filled(types.float32, 2), given(types.float32), given(types.float32)))
def _requantise(
    acc: NDArray[np.float32], bias: NDArray[np.float32], scale: NDArray[np.float32]
) -> None:
    """`clip(floor((acc + bias) * scale), 0, ACTIVATION_MAX)` in place."""
    low, high = np.float32(0), np.float32(ACTIVATION_MAX)
    for i in range(acc.shape[0]):
        for j in range(acc.shape[1]):
            value = np.floor((acc[i, j] + bias[j]) * scale[j])
            acc[i, j] = min(max(value, low), high)


@compiled(
    types.void(
        given(types.float32, 2), given(types.float32), given(types.float32),
        given(types.int32, 2), filled(types.int64, 2),
    )
)  # fmt: skip
def _predict(
    acc: NDArray[np.float32],
    bias: NDArray[np.float32],
    scale: NDArray[np.float32],
    table: NDArray[np.int32],
    out: NDArray[np.int64],
) -> None:
    """Outputs of the heads to Q24, through each head's table."""
    for i in range(acc.shape[0]):
        for j in range(acc.shape[1]):
            value = np.floor((acc[i, j] + bias[j]) * scale[j]) + np.float32(TABLE_MIDDLE)
            entry = min(max(value, np.float32(0)), np.float32(TABLE_SIZE - 1))
            out[i, j] = table[j, int(entry)]


def forward_fused(
    weights: Weights, viewer: NDArray[np.int8], video: NDArray[np.int8]
) -> NDArray[np.int64]:
    """See Kernels in kernels.py: BLAS for the products, one compiled pass for what follows each."""
    split = len(VIEWER_FEATURES)
    layers = (*weights.hidden, weights.heads)
    W = layers[0].weight_f32
    a = video.astype(np.float32) @ W[split:]  # (n, J)
    bias = viewer.astype(np.float32) @ W[:split] + layers[0].bias_f32
    for layer, following in pairwise(layers):
        _requantise(a, bias, layer.scale_f32)
        a = a @ following.weight_f32
        bias = following.bias_f32
    out = np.empty(a.shape, dtype=np.int64)
    _predict(a, bias, weights.heads.scale_f32, weights.table, out)
    return out

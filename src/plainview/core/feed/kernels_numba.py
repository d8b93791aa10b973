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
    Weights,
)

BLOCK = 64
CLOSED = -(1 << 31)
"""Stands for the dot of a row that is not eligible; real ones are below 2**21 in magnitude."""


@compiled(
    types.void(
        given(types.int8, 2), given(types.uint8), given(types.int8, 2),
        filled(types.int32, 2), filled(types.int32, 2),
    )
)  # fmt: skip
def _scan(
    embeddings: NDArray[np.int8],
    decided: NDArray[np.uint8],
    queries: NDArray[np.int8],
    dots: NDArray[np.int32],
    largest: NDArray[np.int32],
) -> None:
    """Dot every eligible row with every query, (queries, blocks * BLOCK), and the largest of each
    block of rows, (queries, blocks). Rows not eligible, or beyond the last, get CLOSED.

    Block by block, so that rows are read from memory once for all queries. The products are of
    int16, for which processors have an instruction that adds pairs of them; what is closed is a
    mask of bits, for they have none that chooses between bytes and sums.
    """
    query = np.empty(EMBED_DIM, dtype=np.int16)
    closed = np.empty(BLOCK, dtype=np.int32)
    rows = embeddings.shape[0]
    for b in range(largest.shape[1]):
        start = b * BLOCK
        end = min(start + BLOCK, rows)
        for r in range(BLOCK):
            closed[r] = -1
        for r in range(end - start):
            closed[r] = -np.int32(decided[start + r] != 0)
        for j in range(queries.shape[0]):
            for d in range(EMBED_DIM):
                query[d] = queries[j, d]
            for i in range(start, end):
                dot = np.int32(0)
                for d in range(EMBED_DIM):
                    dot += np.int32(np.int16(embeddings[i, d])) * np.int32(query[d])
                dots[j, i] = dot
            top = np.int32(CLOSED)
            for r in range(BLOCK):
                dot = (dots[j, start + r] & ~closed[r]) | (closed[r] & np.int32(CLOSED))
                dots[j, start + r] = dot
                top = max(top, dot)
            largest[j, b] = top


@compiled(
    types.int64(given(types.int32), given(types.int32), types.int64, filled(types.int64))
)  # fmt: skip
def _collect(
    dots: NDArray[np.int32], largest: NDArray[np.int32], least: int, keys: NDArray[np.int64]
) -> int:
    """Write a key for each dot of at least `least`; they sort by (dot descending, row)."""
    found = 0
    for b in range(len(largest)):
        if largest[b] >= least:
            for i in range(b * BLOCK, (b + 1) * BLOCK):
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
    blocks = -(-len(embeddings) // BLOCK)
    dots = np.empty((len(queries), blocks * BLOCK), dtype=np.int32)
    largest = np.empty((len(queries), blocks), dtype=np.int32)
    _scan(embeddings, decided, queries, dots, largest)
    return [_top(dots[j], largest[j], count) for j, count in enumerate(counts)]


def _top(dots: NDArray[np.int32], largest: NDArray[np.int32], count: int) -> NDArray[np.intp]:
    """The first `count` eligible rows by (dot descending, row).

    `count` blocks hold a row each that reaches the count-th largest of the blocks' largest, so
    nothing below that can be among the first `count`.
    """
    if count <= 0:
        return np.zeros(0, dtype=np.intp)
    least = CLOSED + 1
    if count <= len(largest):
        at = len(largest) - count
        least = max(int(np.partition(largest, at)[at]), least)
    keys = np.empty(int((largest >= least).sum()) * BLOCK, dtype=np.int64)
    keys = keys[: _collect(dots, largest, least, keys)]
    keys.sort()
    return keys[:count] & 0xFFFFFFFF


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
    split = len(viewer)
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

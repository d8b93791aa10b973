"""The inverted file compiled: what `near_lists_numpy` finds, list by list."""

from collections.abc import Sequence

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.integers import Ints
from plainview.core.feed.lists import Lists
from plainview.core.terms.epoch import EMBED_DIM

BLOCK = 64
CLOSED = -(1 << 31)
"""Stands for the dot of a row that is not eligible; real ones are below 2**21 in magnitude."""


@compiled(types.void(given(types.int8, 2), given(types.int8), filled(types.int64)))
def _fill_keys(centroids: NDArray[np.int8], query: NDArray[np.int8], keys: Ints) -> None:
    """A key for each list; they sort by (dot descending, number)."""
    wide = np.empty(EMBED_DIM, dtype=np.int16)
    for d in range(EMBED_DIM):
        wide[d] = query[d]
    for c in range(centroids.shape[0]):
        dot = np.int32(0)
        for d in range(EMBED_DIM):
            dot += np.int32(np.int16(centroids[c, d])) * np.int32(wide[d])
        keys[c] = ((1 << 21) - np.int64(dot)) << 32 | c


@compiled(
    types.int64(
        given(types.int8, 2), given(types.int64), given(types.int64), given(types.int8),
        filled(types.int32),
    )
)  # fmt: skip
def _scan_lists(
    embeddings: NDArray[np.int8],
    starts: Ints,
    asked: Ints,
    query: NDArray[np.int8],
    dots: NDArray[np.int32],
) -> int:
    """Dot the rows of the lists asked with the query, eligible or not. Returns how many."""
    wide = np.empty(EMBED_DIM, dtype=np.int16)
    for d in range(EMBED_DIM):
        wide[d] = query[d]
    n = 0
    for c in asked:
        for i in range(starts[c], starts[c + 1]):
            dot = np.int32(0)
            for d in range(EMBED_DIM):
                dot += np.int32(np.int16(embeddings[i, d])) * np.int32(wide[d])
            dots[n] = dot
            n += 1
    return n


@compiled(
    types.void(
        given(types.int64), given(types.int64), given(types.int64), given(types.uint8),
        filled(types.int32),
    )
)  # fmt: skip
def _close(
    rows: Ints, starts: Ints, asked: Ints, decided: NDArray[np.uint8], dots: NDArray[np.int32]
) -> None:
    """CLOSED for the rows of the lists asked that are not eligible."""
    n = 0
    for c in asked:
        for i in range(starts[c], starts[c + 1]):
            if decided[rows[i]] != 0:
                dots[n] = CLOSED
            n += 1


@compiled(types.void(types.int64, filled(types.int32), filled(types.int32)))
def _fill_largest(n: int, dots: NDArray[np.int32], largest: NDArray[np.int32]) -> None:
    """The largest of each block of dots, of which `n` are filled in; the others become CLOSED."""
    for i in range(n, len(dots)):
        dots[i] = CLOSED
    for b in range(len(largest)):
        top = np.int32(CLOSED)
        for i in range(BLOCK):
            top = max(top, dots[b * BLOCK + i])
        largest[b] = top


@compiled(
    types.int64(
        given(types.int32), given(types.int32), types.int64, given(types.uint8),
        given(types.int64), given(types.int64), given(types.int64), filled(types.int64),
    )
)  # fmt: skip
def _collect_rows(
    dots: NDArray[np.int32],
    largest: NDArray[np.int32],
    least: int,
    decided: NDArray[np.uint8],
    rows: Ints,
    starts: Ints,
    asked: Ints,
    keys: Ints,
) -> int:
    """Write a key for each eligible row with a dot of at least `least`; they sort by (dot
    descending, row)."""
    found, n = 0, 0
    for c in asked:
        first = starts[c] - n
        end = n + starts[c + 1] - starts[c]
        while n < end:
            stop = min(end, (n // BLOCK + 1) * BLOCK)
            if largest[n // BLOCK] >= least:
                for i in range(n, stop):
                    if dots[i] >= least and decided[rows[first + i]] == 0:
                        keys[found] = ((1 << 21) - np.int64(dots[i])) << 32 | rows[first + i]
                        found += 1
            n = stop
    return found


def near_lists_numba(
    lists: Lists,
    decided: NDArray[np.uint8],
    queries: NDArray[np.int8],
    counts: Sequence[int],
    probes: Sequence[int],
) -> list[NDArray[np.intp]]:
    """See Kernels in kernels.py."""
    table = lists.centroids.table
    keys = np.empty(len(table), dtype=np.int64)
    sizes = np.diff(lists.starts)
    found: list[NDArray[np.intp]] = []
    for query, count, probed in zip(queries, counts, probes, strict=True):
        _fill_keys(table, query, keys)
        first = np.partition(keys, probed - 1)[:probed] if probed < len(keys) else keys
        asked = first & 0xFFFFFFFF
        found.append(_nearest(lists, decided, query, count, asked, int(sizes[asked].sum())))
    return found


def _nearest(
    lists: Lists,
    decided: NDArray[np.uint8],
    query: NDArray[np.int8],
    count: int,
    asked: Ints,
    size: int,
) -> NDArray[np.intp]:
    """The first `count` eligible rows of the lists asked.

    As `_top` in kernels_numba.py, but what is not eligible is looked up for the few rows that come
    near enough; only if too few of those are eligible, for all.
    """
    if count <= 0 or size == 0:
        return np.zeros(0, dtype=np.intp)
    blocks = -(-size // BLOCK)
    dots = np.empty(blocks * BLOCK, dtype=np.int32)
    largest = np.empty(blocks, dtype=np.int32)
    n = _scan_lists(lists.embeddings, lists.starts, asked, query, dots)
    keys = _reaching(lists, decided, count, asked, n, dots, largest)
    if len(keys) < count:
        _close(lists.rows, lists.starts, asked, decided, dots)
        keys = _reaching(lists, decided, count, asked, n, dots, largest)
    keys.sort()
    return keys[:count] & 0xFFFFFFFF


def _reaching(
    lists: Lists,
    decided: NDArray[np.uint8],
    count: int,
    asked: Ints,
    n: int,
    dots: NDArray[np.int32],
    largest: NDArray[np.int32],
) -> Ints:
    """A key for each eligible row whose dot reaches the `count`-th largest of the blocks'
    largest."""
    _fill_largest(n, dots, largest)
    least = CLOSED + 1
    if count <= len(largest):
        at = len(largest) - count
        least = max(int(np.partition(largest, at)[at]), least)
    keys = np.empty(int((largest >= least).sum()) * BLOCK, dtype=np.int64)
    found = _collect_rows(
        dots, largest, least, decided, lists.rows, lists.starts, asked, keys
    )  # fmt: skip
    return keys[:found]

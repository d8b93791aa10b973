"""Which list of the inverted file a row is in: a function of its embedding and the centroids."""

import numpy as np
from numpy.typing import NDArray

ROWS_AT_ONCE = 4096


def list_of_each(embeddings: NDArray[np.int8], centroids: NDArray[np.int8]) -> NDArray[np.int32]:
    """(N,) for each row the centroid whose dot with it is largest, of several the first.

    Exact: |dot| <= 64 * 127 * 127 < 2**24, so float32 holds every partial sum of it.

    >>> e = np.zeros((2, 64), np.int8); c = np.zeros((3, 64), np.int8)
    >>> e[1, 0] = c[1, 0] = c[2, 0] = 5
    >>> list_of_each(e, c).tolist()
    [0, 1]
    """
    turned = np.ascontiguousarray(centroids.T.astype(np.float32))
    out = np.empty(len(embeddings), dtype=np.int32)
    for start in range(0, len(embeddings), ROWS_AT_ONCE):
        part = embeddings[start : start + ROWS_AT_ONCE].astype(np.float32)
        out[start : start + ROWS_AT_ONCE] = (part @ turned).argmax(axis=1)
    return out

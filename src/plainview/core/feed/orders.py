"""Orders of rows that are nearly as they were: what moved is taken out and put in again."""

import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.integers import Ints, in_order


def reordered(
    order: NDArray[np.intp],
    *keys: Ints,
    moved: NDArray[np.intp],
    place: NDArray[np.intp] | None,
) -> NDArray[np.intp]:
    """What `in_order(*keys)` says, from the order before.

    Args:
        order: of the rows before, by keys of which only those of `moved` have changed.
        moved: places after, ascending; new rows are among them.
        place: where each row before stands after, ascending; None: where it stood.
    Cost: a few passes over the rows, and log2(rows) over those that moved.

    >>> order, keys, moved = np.array([2, 0, 1]), np.array([5, 7, 6]), np.array([2])
    >>> reordered(order, keys, moved=moved, place=None).tolist()
    [0, 2, 1]
    """
    is_moved = np.zeros(len(keys[0]), dtype=np.bool_)
    is_moved[moved] = True
    kept = order if place is None else place[order]
    kept = kept[~is_moved[kept]]
    moved = moved[in_order(*(key[moved] for key in keys))]
    low, high = np.zeros(len(moved), np.intp), np.full(len(moved), len(kept), np.intp)
    while (is_open := low < high).any():
        middle = (low + high) // 2
        there = kept[np.minimum(middle, len(kept) - 1)]
        stands_before = there < moved
        for key in reversed(keys):
            mine, other = key[moved], key[there]
            stands_before = (other < mine) | ((other == mine) & stands_before)
        low = np.where(is_open & stands_before, middle + 1, low)
        high = np.where(is_open & ~stands_before, middle, high)
    return np.insert(kept, low, moved)

"""Finding ids among sorted ones gives the same places whichever way it is done."""

import numpy as np
import pytest

from plainview.core.feed.search import places, places_numpy

WAYS = {"the one in use": places, "numpy": places_numpy}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8, 63, 64, 65, 1000])
def test_places_are_how_many_are_below(way: str, count: int) -> None:
    """For ids that are known, between, below all and above all, in any order and twice."""
    rng = np.random.Generator(np.random.PCG64(count))
    known = np.cumsum(rng.integers(1, 4, size=count)).astype(np.int64)
    wanted = np.concatenate([np.arange(-1, 3 * count + 3), [5, 5, 1 << 62, 0]]).astype(np.int64)
    wanted = rng.permutation(wanted)
    expected = [int((known < one).sum()) for one in wanted]
    assert WAYS[way](known, wanted).tolist() == expected


@pytest.mark.parametrize("way", WAYS)
def test_nothing_wanted_is_found_nowhere(way: str) -> None:
    """No ids, no places; and every second one of a larger array is read as what it is."""
    known = np.arange(10, dtype=np.int64)
    assert WAYS[way](known, np.zeros(0, dtype=np.int64)).tolist() == []
    assert WAYS[way](known, np.arange(20, dtype=np.int64)[::4]).tolist() == [0, 4, 8, 10, 10]

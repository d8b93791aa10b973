"""Watch time as quantiles: labels, the read-out's whole numbers, and what a file may carry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load

from plainview.core.learn import BadFile, load_weights, starting_weights
from plainview.core.learn.watch_time import (
    MS_MAX,
    median_times,
    quantile_labels,
    take_watch_times,
    watch_tensors,
)
from plainview.core.learn.weights_file import with_watch_times
from plainview.core.terms.watch_time import WatchTimes, watched_ms
from plainview.core.terms.weights import HEAD_ONE

TIMES = WatchTimes(
    bounds=np.array([10_000], dtype=np.int32),
    ms=np.array([[0, 1000, 9000], [500, 4000, 60_000]], dtype=np.int32),
)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_a_label_is_the_share_of_shorter_watches_of_like_length() -> None:
    """Of four short videos' watches 1, 2, 2 and 5 s: 2 s has one below and two like it, so 2 of 4;
    a long video is measured among long ones, and in a bucket nobody watched all is one half."""
    labels = quantile_labels(
        ints(2000, 9000, 7000, 50),
        ints(8000, 8000, 20_000, 100_000),
        among_ms=ints(1000, 2000, 2000, 5000, 3000, 8000),
        among_length_ms=ints(8000, 8000, 8000, 8000, 20_000, 20_000),
        bounds=(10_000, 50_000),
    )
    assert labels.tolist() == [2048, 4096, 2048, 2048]


def test_a_time_stands_on_the_line_between_two_entries_of_its_bucket() -> None:
    """By hand: 0 and 1 are the ends; 1/4 of a short video is half way from 0 to 1000; 3/4 of a long
    one half way from 4000 to 60000; the bound itself is the longer bucket's."""
    quarter = HEAD_ONE // 4
    given_ = ints(0, HEAD_ONE, quarter, 3 * quarter, HEAD_ONE)
    lengths = ints(5000, 5000, 9999, 10_000, 90_000)
    assert watched_ms(given_, lengths, times=TIMES).tolist() == [0, 9000, 500, 32_000, 60_000]


@given(
    st.lists(st.integers(0, HEAD_ONE), min_size=2, max_size=2),
    st.integers(0, 100_000),
    st.lists(st.integers(0, MS_MAX), min_size=2, max_size=12),
)
def test_more_is_never_less(predicted: list[int], length: int, row: list[int]) -> None:
    """A higher quantile of the same length is at least as long, and all stay within the table."""
    times = WatchTimes(
        bounds=np.zeros(0, dtype=np.int32), ms=np.array([sorted(row)], dtype=np.int32)
    )
    low, high = watched_ms(ints(*sorted(predicted)), ints(length, length), times=times).tolist()
    assert min(row) <= low <= high <= max(row)


def test_the_table_is_the_median_of_those_predicted_alike() -> None:
    """Two kinds of watch told apart by what is predicted of them get each its own median, and
    in between the table only rises; an empty bucket has what the one below it has."""
    n = 300
    predictions = np.repeat(ints(HEAD_ONE // 8, HEAD_ONE * 7 // 8), n)
    ms = np.concatenate([np.arange(n) * 10, 40_000 + np.arange(n) * 10]).astype(np.int64)
    times = median_times(
        predictions, ms, np.full(2 * n, 8000, dtype=np.int64), bounds=(10_000,), steps=8
    )
    assert (np.diff(times.ms, axis=1) >= 0).all()
    assert 0 <= times.ms[0, 0] < 3000
    assert 40_000 <= times.ms[0, 8] < 43_000
    assert (times.ms[1] == times.ms[0]).all()


def test_a_table_never_falls_even_if_the_examples_do() -> None:
    """Those predicted low were watched for longest: the first step has their median, and every
    later one no less."""
    predictions = np.repeat(ints(HEAD_ONE // 8, HEAD_ONE * 7 // 8), 300)
    ms = np.repeat(ints(50_000, 1000), 300)
    times = median_times(predictions, ms, np.full(600, 8000, dtype=np.int64), bounds=(), steps=4)
    assert times.ms.tolist() == [[50_000] * 5]


def test_a_median_by_hand() -> None:
    """Three examples are fewer than are asked for, so each step has the middle one of all three."""
    times = median_times(ints(5, 9, 1), ints(700, 100, 400), ints(1, 1, 1), bounds=(), steps=2)
    assert times.ms.tolist() == [[400, 400, 400]]


def test_a_weights_file_carries_the_times() -> None:
    """What went in comes out, read-only; the network stays as it was; a file without has none."""
    data = with_watch_times(starting_weights(), times=TIMES)
    weights, before = load_weights(data), load_weights(starting_weights())
    assert before.watch_times is None
    assert weights.watch_times is not None
    assert weights.digest != before.digest
    assert (weights.watch_times.ms == TIMES.ms).all()
    assert (weights.watch_times.bounds == TIMES.bounds).all()
    assert not weights.watch_times.ms.flags.writeable
    assert (weights.heads.weight == before.heads.weight).all()
    assert set(load(data)) - set(load(starting_weights())) == {"watch.bounds", "watch.ms"}
    assert with_watch_times(data, times=TIMES) == data


@pytest.mark.parametrize(
    ("bounds", "ms"),
    [
        ([10_000], [[0, 1], [3, 2]]),
        ([10_000], [[0, 1]]),
        ([9000, 9000], [[0, 1], [0, 1], [0, 1]]),
        ([-1], [[0, 1], [0, 1]]),
        ([10_000], [[-1, 1], [0, 1]]),
        ([10_000], [[0, MS_MAX + 1], [0, 1]]),
        ([10_000], [[0], [0]]),
        (list(range(64)), [[0, 1]] * 65),
    ],
)
def test_times_out_of_bounds_are_refused(bounds: list[int], ms: list[list[int]]) -> None:
    """A row that falls, a bucket too few or too many, bounds that do not rise, a time below 0 or
    above a day, a single step: no weights file carries them."""
    times = WatchTimes(bounds=np.array(bounds, dtype=np.int32), ms=np.array(ms, dtype=np.int32))
    with pytest.raises(BadFile, match="watch"):
        load_weights(with_watch_times(starting_weights(), times=times))


def test_one_tensor_without_the_other_or_of_another_type_is_refused() -> None:
    """Bounds and times come together, as whole numbers of 32 bits."""
    tensors = watch_tensors(TIMES)
    with pytest.raises(BadFile, match="together"):
        take_watch_times({"watch.ms": tensors["watch.ms"]})
    with pytest.raises(BadFile, match="int32"):
        take_watch_times(tensors | {"watch.ms": tensors["watch.ms"].astype(np.int64)})

"""The network in exact integers, and what its predictions are worth."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.core.feed import build_index
from plainview.core.feed.kernels import NUMBA, NUMPY, NUMPY_F64, NUMPY_INT64, Kernels
from plainview.core.feed.rank import newest_values, value_terms, watch_seconds
from plainview.core.learn.weights_file import encode_weights, load_weights
from plainview.core.terms.canonical import INT_BOUND
from plainview.core.terms.watch_time import WatchTimes
from plainview.core.terms.weights import (
    EXACT_BOUND,
    FEATURES,
    HEAD_ONE,
    HEADS,
    TABLE_SIZE,
    VIDEO_FEATURES,
    VIEWER_FEATURES,
    Weights,
)
from tests.unit.core.feed.parts import FOR_YOU, WEIGHTS
from tests.worlds import NOW_MIN, epoch_of, video

FAST = [kernels for kernels in (NUMPY, NUMPY_F64, NUMBA) if kernels is not None]
TABLE = np.tile(np.arange(TABLE_SIZE, dtype=np.int32) * 4096, (len(HEADS), 1))


def weights_of(seed: int, *, hidden: tuple[int, ...], at_bound: bool = False) -> Weights:
    """Random weights of int8, with biases that fill the certificate to its last unit if asked."""
    rng = np.random.Generator(np.random.PCG64(seed))
    layers = []
    width, input_max = len(FEATURES), 128
    for units in (*hidden, len(HEADS)):
        weight = rng.integers(-128, 128, size=(width, units)).astype(np.int8)
        reach = np.abs(weight.astype(np.int64)).sum(axis=0) * input_max
        room = EXACT_BOUND - 1 - reach
        bias = room * rng.choice([-1, 1], size=units) if at_bound else rng.integers(-9, 9, units)
        shift = rng.integers(0, 16, size=units)
        layers.append((weight, bias.astype(np.int32), shift.astype(np.uint8)))
        width, input_max = units, 255
    data = encode_weights(
        name="random", hidden=layers[:-1], heads=layers[-1], table=TABLE, offsets=[0] * len(HEADS)
    )
    return load_weights(data)


def inputs_of(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs, most of them at the ends of int8."""
    rng = np.random.Generator(np.random.PCG64(seed))
    values = np.array([-128, -127, 127, 127, 0, 3], dtype=np.int8)
    viewer = values[rng.integers(0, 6, size=len(VIEWER_FEATURES))]
    return viewer, values[rng.integers(0, 6, size=(n, len(VIDEO_FEATURES)))]


def test_a_network_of_one_unit_by_hand() -> None:
    """The unit is clip((3 * 10 + 2 * 20 - 6 + 2) >> 2) = 16; finish is (-4 * 16 + 1) >> 1 = -32,
    floor, and the table's entry for it 4096 * 2016."""
    weight = np.zeros((len(FEATURES), 1), dtype=np.int8)
    weight[FEATURES.index("history_log")] = 3
    weight[FEATURES.index("sim_recent")] = 2
    heads = np.zeros((1, len(HEADS)), dtype=np.int8)
    heads[0, 0] = -4
    bias, shift = np.zeros(len(HEADS), dtype=np.int32), np.zeros(len(HEADS), dtype=np.uint8)
    bias[0], shift[0] = 1, 1
    data = encode_weights(
        name="one",
        hidden=[(weight, np.array([-4], dtype=np.int32), np.array([2], dtype=np.uint8))],
        heads=(heads, bias, shift), table=TABLE, offsets=[0] * len(HEADS),
    )  # fmt: skip
    viewer = np.zeros(len(VIEWER_FEATURES), dtype=np.int8)
    viewer[VIEWER_FEATURES.index("history_log")] = 10
    videos = np.zeros((2, len(VIDEO_FEATURES)), dtype=np.int8)
    videos[0, VIDEO_FEATURES.index("sim_recent")] = 20
    videos[1, VIDEO_FEATURES.index("sim_recent")] = -20
    for kernels in (NUMPY_INT64, *FAST):
        out = kernels.forward(load_weights(data), viewer, videos)
        # The second unit is clipped at 0: (1 >> 1) = 0, the middle of the table.
        assert out[:, 0].tolist() == [4096 * 2016, 4096 * 2048]
        assert out[:, 1].tolist() == [4096 * 2048] * 2


@pytest.mark.parametrize("kernels", FAST, ids=lambda k: k.name)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(0, 9), depth=st.integers(0, 2))
def test_every_kernel_gives_the_bits_of_int64(
    kernels: Kernels, seed: int, n: int, depth: int
) -> None:
    """Over random weights and extreme inputs, folding and floats change nothing."""
    weights = weights_of(seed, hidden=(24, 17)[:depth])
    viewer, videos = inputs_of(seed + 1, n)
    expected = NUMPY_INT64.forward(weights, viewer, videos)
    assert (kernels.forward(weights, viewer, videos) == expected).all()
    assert expected.shape == (n, len(HEADS))


@pytest.mark.parametrize("kernels", FAST, ids=lambda k: k.name)
def test_sums_at_the_very_bound_of_the_certificate_are_exact(kernels: Kernels) -> None:
    """With biases that let sums reach 2**24 - 1 the bits are still those of int64."""
    for seed in range(5):
        weights = weights_of(seed, hidden=(31,), at_bound=True)
        assert weights.bound == EXACT_BOUND - 1
        viewer, videos = inputs_of(seed, 200)
        expected = NUMPY_INT64.forward(weights, viewer, videos)
        assert (kernels.forward(weights, viewer, videos) == expected).all()


def test_the_control_in_ordinary_floats_differs() -> None:
    """Beyond the certificate float32 does go wrong: with weights scaled up it misses int64."""
    rng = np.random.Generator(np.random.PCG64(1))
    a = rng.integers(-128, 128, size=(50, 256)) * 517
    W = rng.integers(-128, 128, size=(256, 8))
    assert ((a.astype(np.float32) @ W.astype(np.float32)).astype(np.int64) != a @ W).any()


def test_value_by_hand() -> None:
    """Half a finish at 1 point, a quarter like at 4, half of two playings of 8 s at 0.01 a second,
    less 0.5 if sensitive."""
    index = build_index(epoch_of([video(1, length_ms=8000, flags=8), video(2, length_ms=8000)]))
    predictions = np.zeros((2, len(HEADS)), dtype=np.int64)
    predictions[:, HEADS.index("finish")] = HEAD_ONE // 2
    predictions[:, HEADS.index("like")] = HEAD_ONE // 4
    predictions[:, HEADS.index("watch")] = HEAD_ONE // 2
    terms = value_terms(predictions, rows=np.array([0, 1]), index=index, policy=FOR_YOU, times=None)
    plain = (500 + 1000 + 80) * HEAD_ONE
    assert terms.sum(axis=1).tolist() == [plain - 500 * HEAD_ONE, plain]
    assert terms[0].tolist()[-2:] == [-500 * HEAD_ONE, 0]
    against = np.array([7, 0], dtype=np.int64)
    with_them = value_terms(
        predictions, rows=np.array([0, 1]), index=index, policy=FOR_YOU, times=None,
        rejected=against,
    )  # fmt: skip
    assert (terms - with_them).sum(axis=1).tolist() == [7, 0]


def test_seconds_by_hand() -> None:
    """A quarter is half of an 8 s video, but the quantile at a quarter of a table for like lengths
    half a second; from 10 s on that is 2.25 s; what is beyond an hour is an hour."""
    times = WatchTimes(
        bounds=np.array([10_000], dtype=np.int32),
        ms=np.array([[0, 1000, 9000], [500, 4000, 4_000_000]], dtype=np.int32),
    )
    quarter = np.full(3, HEAD_ONE // 4, dtype=np.int64)
    quarter[2] = HEAD_ONE
    lengths = np.array([8000, 10_000, 10_000], dtype=np.int64)
    shares = watch_seconds(quarter, lengths, times=None)
    assert shares.tolist() == [4 * HEAD_ONE, 5 * HEAD_ONE, 20 * HEAD_ONE]
    read = watch_seconds(quarter, lengths, times=times)
    assert read.tolist() == [HEAD_ONE // 2, HEAD_ONE * 9 // 4, 3600 * HEAD_ONE]


def test_a_value_by_the_weights_table() -> None:
    """Of two videos with the same quantile the one whose like are watched for longer is worth more,
    0.01 points for each of its 3 s more, though it is the shorter."""
    times = WatchTimes(
        bounds=np.array([20_000], dtype=np.int32), ms=np.array([[0, 8000], [0, 2000]], np.int32)
    )
    index = build_index(epoch_of([video(1, length_ms=9000), video(2, length_ms=30_000)]))
    predictions = np.zeros((2, len(HEADS)), dtype=np.int64)
    predictions[:, HEADS.index("watch")] = HEAD_ONE // 2
    rows = np.array([0, 1])
    terms = value_terms(predictions, rows=rows, index=index, policy=FOR_YOU, times=times)
    assert terms.sum(axis=1).tolist() == [40 * HEAD_ONE, 10 * HEAD_ONE]


LONGEST = WatchTimes(bounds=np.zeros(0, dtype=np.int32), ms=np.array([[0, 86_400_000]], "i4"))


@pytest.mark.parametrize("times", [None, LONGEST], ids=["share", "quantile"])
def test_no_value_reaches_2_to_the_53(times: WatchTimes | None) -> None:
    """With every number of a policy at its bound and every head certain, an hour-long video stays
    exact for JavaScript; longer ones count as an hour, and so do longer medians."""
    worst = msgspec.structs.replace(
        FOR_YOU,
        worth_milli=(*[100_000] * (len(HEADS) - 1), 1000),
        demote_milli=(100_000,) * 4,
    )
    index = build_index(epoch_of([video(1, length_ms=2**32 - 1, flags=4 | 8 | 16 | 32)]))
    certain = np.full((1, len(HEADS)), HEAD_ONE, dtype=np.int64)
    terms = value_terms(certain, rows=np.array([0]), index=index, policy=worst, times=times)
    assert int(np.abs(terms).sum()) < INT_BOUND
    assert terms[0, HEADS.index("watch")] == 1000 * HEAD_ONE * 3600


def test_under_the_order_newest_the_value_is_the_minute() -> None:
    """The later a publication, the larger its value."""
    index = build_index(epoch_of([video(1, age_min=9), video(2, age_min=4)]))
    assert newest_values(rows=np.array([1, 0]), index=index).tolist() == [NOW_MIN - 4, NOW_MIN - 9]


@pytest.mark.parametrize("kernels", FAST, ids=lambda k: k.name)
def test_the_starting_weights_agree_too(kernels: Kernels) -> None:
    """The weights that are really served give the same bits under every kernel."""
    viewer, videos = inputs_of(3, 500)
    expected = NUMPY_INT64.forward(WEIGHTS, viewer, videos)
    assert (kernels.forward(WEIGHTS, viewer, videos) == expected).all()

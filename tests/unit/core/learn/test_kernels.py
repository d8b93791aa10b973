"""The loops that learn, against the definition written with matrices in double precision."""

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.kernels import (
    INPUT_SCALE,
    TOP,
    WEIGHT_MAX,
    Floats,
    learn,
    logits_and_peaks,
)
from plainview.core.learn.network import layer_slices

WIDTHS = (5, 4, 3, 2)
ONE, TINY = np.float32(1), np.float32(1e-6)
HEADS_ALIKE = np.ones(2, dtype=np.float32)
RNG = np.random.Generator(np.random.PCG64(3))
X = RNG.integers(-127, 128, size=(6, 5)).astype(np.int8)
Y = RNG.choice([0, 1024, 4096], size=(6, 2)).astype(np.uint16)
COUNT = layer_slices(WIDTHS)[-1][1].stop
THETA = RNG.normal(0, 0.6, size=COUNT).astype(np.float32)
SIZES = np.array(WIDTHS, dtype=np.int64)


def logits_of(theta: NDArray[np.float64], rows: NDArray[np.int8] = X) -> NDArray[np.float64]:
    """The network as its definition has it."""
    a = rows / 64
    slices = layer_slices(WIDTHS)
    for l, (ws, bs) in enumerate(slices):
        a = a @ theta[ws].reshape(WIDTHS[l], WIDTHS[l + 1]) + theta[bs]
        if l < len(slices) - 1:
            a = np.clip(a, 0, float(TOP))
    return a


def loss_of(theta: NDArray[np.float64], weights: NDArray[np.float64], i: int) -> float:
    p = 1 / (1 + np.exp(-logits_of(theta, X[i : i + 1])[0]))
    y = Y[i] / 4096
    return float((weights * -(y * np.log(p) + (1 - y) * np.log(1 - p))).sum())


def gradient_of(i: int, weights: Floats) -> NDArray[np.float64]:
    """What `learn` took for the gradient of one example: with nothing seen before, the square root
    of what it has seen after."""
    theta, seen = THETA.copy(), np.zeros_like(THETA)
    learn(theta, seen, SIZES, X, Y, weights, np.array([i]), 1, ONE, TINY)
    return np.asarray(np.sqrt(seen.astype(np.float64)) * np.sign(THETA - theta))


def test_the_forward_pass_is_the_definition() -> None:
    """Logits agree with matrices in double precision; the peaks are the columns' largest."""
    logits = np.zeros((6, 2), dtype=np.float32)
    peaks = np.zeros((2, 5), dtype=np.float32)
    logits_and_peaks(THETA, SIZES, X, logits, peaks)
    assert np.abs(logits - logits_of(THETA.astype(np.float64))).max() < 1e-5
    ws, bs = layer_slices(WIDTHS)[0]
    first = np.clip(X / 64 @ THETA[ws].reshape(5, 4) + THETA[bs], 0, float(TOP))
    assert np.abs(peaks[0, :4] - first.max(axis=0)).max() < 1e-5
    assert (peaks[0, 4:] == 0).all()


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    """For each example and each number, the gradient is what finite differences say, with heads
    weighted."""
    weights = np.array([1, 0.25], dtype=np.float32)
    for i in range(len(X)):
        found = gradient_of(i, weights)
        for t in range(len(THETA)):
            up, down = THETA.astype(np.float64), THETA.astype(np.float64)
            up[t] += 1e-6
            down[t] -= 1e-6
            wide = weights.astype(np.float64)
            slope = (loss_of(up, wide, i) - loss_of(down, wide, i)) / 2e-6
            is_fixed = t < WIDTHS[0] * WIDTHS[1] and THETA[t] == 0
            assert is_fixed or abs(found[t] - slope) < 1e-4


def test_a_step_by_hand() -> None:
    """One input at 64, one unit at 1, one head: p is 1/2 at first, the label 1. Its weight's
    gradient is -1/2, so with rate 1/10 and nothing seen it moves by 1/10, and 1/4 is seen."""
    theta = np.array([1, 0, 0, 0], dtype=np.float32)  # weight, bias, head's weight, head's bias
    seen = np.zeros_like(theta)
    learn(
        theta, seen, np.array([1, 1, 1]), np.array([[64]], np.int8), np.array([[4096]], np.uint16),
        np.ones(1, np.float32), np.array([0]), 1, np.float32(0.1), np.float32(0),
    )  # fmt: skip
    assert seen[2:].tolist() == [0.25, 0.25]
    assert np.abs(theta[2:] - 0.1).max() < 1e-7


def test_a_clipped_unit_learns_nothing() -> None:
    """A unit far above TOP and one below 0 get no gradient; their head's weights get what they
    stand at."""
    theta = np.array([10, -10, 0, 0, 1, 1, 0], dtype=np.float32)  # 2 weights, 2 biases, 2 + 1
    seen = np.zeros_like(theta)
    learn(
        theta, seen, np.array([1, 2, 1]), np.array([[64]], np.int8), np.array([[0]], np.uint16),
        np.ones(1, np.float32), np.array([0]), 1, np.float32(0.1), TINY,
    )  # fmt: skip
    assert seen[:4].tolist() == [0, 0, 0, 0]
    p = 1 / (1 + np.exp(-float(TOP)))
    assert abs(float(seen[4]) - (p * float(TOP)) ** 2) < 1e-4
    assert seen[5] == 0


def test_batches_average_and_the_last_may_be_short() -> None:
    """Two equal examples in one batch teach what one does; a batch larger than what is left ends
    with it."""
    twice, once = THETA.copy(), THETA.copy()
    learn(twice, np.zeros_like(twice), SIZES, X, Y, HEADS_ALIKE, np.array([2, 2]), 9, ONE, TINY)
    learn(once, np.zeros_like(once), SIZES, X, Y, HEADS_ALIKE, np.array([2]), 1, ONE, TINY)
    assert np.abs(twice - once).max() < 1e-5


def test_a_first_layers_zero_stays_zero() -> None:
    """What a hand-written unit does not speak of, learning does not make it speak of."""
    theta = THETA.copy()
    theta[[1, 7, 19]] = 0
    before = theta.copy()
    learn(theta, np.zeros_like(theta), SIZES, X, Y, HEADS_ALIKE, np.arange(6), 2, ONE, TINY)
    assert (theta[[1, 7, 19]] == 0).all()
    assert (theta != before).sum() > len(theta) // 2


def test_numbers_stay_within_their_bound() -> None:
    """However large the rate, nothing leaves +-31."""
    theta = THETA.copy()
    learn(theta, np.zeros_like(theta), SIZES, X, Y, HEADS_ALIKE, np.arange(6), 1,
          np.float32(1000), TINY)  # fmt: skip
    assert np.abs(theta).max() == WEIGHT_MAX


def test_an_input_of_64_is_one() -> None:
    """The scale of inputs that both the float and the integer network rely on."""
    assert float(INPUT_SCALE) * 64 == 1

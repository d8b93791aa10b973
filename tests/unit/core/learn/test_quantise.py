"""The integer form of a float network: near it, within the certificate, by hand where small."""

import msgspec
import numpy as np

from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.judge import outputs
from plainview.core.learn.network import Network, begin, layer_slices, network_of
from plainview.core.learn.quantise import (
    activation_bits,
    centre_steps,
    powers,
    quantise,
    weights_bytes,
)
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.rounding import SWEEPS_MAX, moments, settle
from plainview.core.learn.tick import run
from plainview.core.terms.weights import EXACT_BOUND, FEATURES, HEADS
from tests.lessons import drawn_examples

EXAMPLES = drawn_examples(400)
INPUTS = np.ascontiguousarray(EXAMPLES["features"])


def drawn_network(spread: float) -> Network:
    """40 units and heads, all drawn: nothing of the starting weights, whose odd weights in 1/64
    make halves that the integers always round up."""
    recipe = msgspec.structs.replace(STARTING_RECIPE, begin="draws", hidden=(40,))
    network = begin(network_of(starting_weights()), recipe=recipe, seed=bytes(32))
    theta = network.theta.copy()
    rng = np.random.Generator(np.random.PCG64(5))
    ws, _ = layer_slices(network.widths)[1]
    theta[ws] += rng.normal(0, spread, size=ws.stop - ws.start).astype(np.float32)
    return msgspec.structs.replace(network, theta=theta)


def test_the_integers_say_what_the_floats_say() -> None:
    """Of a drawn network the outputs that serve are within 0.02 of a logit, root mean square, and
    no head leans one way by more than 0.001."""
    network = drawn_network(0.3)
    logits, peaks = run(network, EXAMPLES)
    made = quantise(network, inputs=INPUTS, peaks=peaks, logits=logits)
    weights = load_weights(weights_bytes(made, name="drawn"))
    served = (outputs(weights, INPUTS) + np.array(made.offsets)) / 256
    assert np.sqrt(((served - logits) ** 2).mean(axis=0)).max() < 0.02
    assert np.abs((served - logits).mean(axis=0)).max() < 0.001
    assert weights.bound < EXACT_BOUND


def test_the_starting_weights_survive_their_own_quantisation() -> None:
    """Floats and back: predictions stay within a few steps of a logit's 256."""
    network = network_of(starting_weights())
    logits, peaks = run(network, EXAMPLES)
    made = quantise(network, inputs=INPUTS, peaks=peaks, logits=logits)
    again = outputs(load_weights(weights_bytes(made, name="again")), INPUTS)
    served = again / 256 + np.array(made.offsets) / 256
    assert np.sqrt(((served - logits) ** 2).mean()) < 0.02


def test_the_largest_network_has_an_integer_form() -> None:
    """With every number at its bound of 31 the certificate still holds, by smaller shifts."""
    network = drawn_network(0.3)
    signs = np.where(np.arange(len(network.theta)) % 3 == 0, -31, 31).astype(np.float32)
    full = msgspec.structs.replace(network, theta=signs)
    logits, peaks = run(full, EXAMPLES)
    made = quantise(full, inputs=INPUTS, peaks=peaks, logits=logits)
    assert load_weights(weights_bytes(made, name="full")).bound < EXACT_BOUND


def test_the_middle_of_a_table_is_the_mean_logit() -> None:
    """Logits of 1 and 2 have their middle at 384 steps; far ones are held at 4096."""
    logits = np.array([[1, 99], [2, 99]], dtype=np.float32)
    assert centre_steps(logits) == (384, 4096)


def test_a_units_scale_by_hand() -> None:
    """A peak of 3 leaves 6 bits (3 * 64 = 192); one of 1.5 takes 7; one of 0 takes all 12, unless
    its weights would no longer fit: 2 per unit of 64 inputs times 2**11 / 64 is 64, twice that
    more than 127."""
    weight = np.array([[0.5, 0.5, 0.5, 2.0]])
    peaks = np.array([3, 1.5, 0, 0], dtype=np.float32)
    bits = activation_bits(peaks, weight, input_bits=np.array([6]))
    assert bits.tolist() == [6, 7, 12, 11]


def test_powers_of_two() -> None:
    """Up and down from 0."""
    assert powers(np.array([3, 0, -2])).tolist() == [8.0, 1.0, 0.25]


def test_moments_by_hand() -> None:
    """Inputs (1, 2) and (3, 4): sums of products, with the constant last."""
    assert moments(np.array([[1, 2], [3, 4]])).tolist() == [[10, 14, 4], [14, 20, 6], [4, 6, 2]]


def test_settling_by_hand() -> None:
    """Two inputs that are always equal, both weights 0.4: rounded alone they are 0 and the sum is
    0.8 off; settled, one of them is 1 and the sum 0.2 off."""
    products = moments(np.array([[1, 1], [2, 2], [-3, -3]]))
    whole, exact = np.zeros((3, 1)), np.array([[0.4], [0.4], [0.0]])
    settle(whole, exact, products, 127.0, SWEEPS_MAX)
    assert whole.ravel().tolist() == [1, 0, 0]


def test_settling_keeps_to_its_limit_and_leaves_what_is_right() -> None:
    """A weight at 127 goes no further; whole numbers stay as they are; the bias has no limit."""
    products = moments(np.array([[1, 1], [2, 1]]))
    whole = np.array([[127.0], [127.0], [500.0]])
    settle(whole, np.array([[140.0], [127.0], [500.0]]), products, 127.0, 8)
    assert whole[:2].ravel().tolist() == [127, 127]
    assert whole[2, 0] > 500
    right = np.array([[5.0], [-7.0], [900.0]])
    settle(right, right.copy(), products, 127.0, 8)
    assert right.ravel().tolist() == [5, -7, 900]


def test_settling_lowers_the_error_of_correlated_inputs() -> None:
    """On inputs of low rank the mean squared error of the sums falls to under a quarter."""
    rng = np.random.Generator(np.random.PCG64(9))
    A = np.clip(rng.integers(-3, 4, (300, 6)) @ rng.integers(-9, 10, (6, 40)), -127, 127)
    exact = rng.normal(0, 4, (41, 5))
    near = np.floor(exact + 0.5)
    settled = near.copy()
    settle(settled, exact, moments(A), 127.0, SWEEPS_MAX)
    full = np.hstack([A, np.ones((300, 1))])
    before = ((full @ (near - exact)) ** 2).mean()
    assert ((full @ (settled - exact)) ** 2).mean() < before / 4


def test_a_quantised_file_names_its_heads_and_features() -> None:
    """What comes out is an ordinary weights file of this program's features and heads."""
    network = drawn_network(0.3)
    logits, peaks = run(network, EXAMPLES)
    made = quantise(network, inputs=INPUTS, peaks=peaks, logits=logits)
    weights = load_weights(weights_bytes(made, name="n"))
    assert weights.hidden[0].weight.shape == (len(FEATURES), 40)
    assert weights.heads.weight.shape == (40, len(HEADS))

"""Networks side by side say the mean of what each says, and become one file that serves."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from plainview.core.feed.kernels import BEST
from plainview.core.learn import NotAlike, load_weights, starting_weights
from plainview.core.learn.judge import judge, outputs
from plainview.core.learn.network import Network, begin, network_of
from plainview.core.learn.recipe import STARTING_RECIPE, WIDTH_MAX
from plainview.core.learn.side_by_side import one_file, side_by_side
from plainview.core.learn.tick import Parent, Tick, learn_tick, run
from plainview.core.learn.window import window_of
from plainview.core.terms.weights import (
    EXACT_BOUND,
    FEATURES,
    HEADS,
    SERVING,
    TABLE_MIDDLE,
    TABLE_SIZE,
)
from tests.lessons import drawn_examples

WINDOW = window_of(drawn_examples(800))
RECIPE = msgspec.structs.replace(STARTING_RECIPE, begin="draws", hidden=(12,))
HELD_OUT = drawn_examples(600, seed=2)


def ticks_of(*seeds: str) -> list[Tick]:
    parent = Parent(weights=starting_weights())
    return [
        learn_tick(parent, WINDOW, msgspec.structs.replace(RECIPE, seed=seed)) for seed in seeds
    ]


TICKS = ticks_of("one", "two", "three")


def blank(*hidden: int, inputs: int = len(FEATURES)) -> Network:
    widths = (inputs, *hidden, len(HEADS))
    count = sum((K + 1) * J for K, J in pairwise(widths))
    zeros = np.zeros(count, dtype=np.float32)
    return Network(widths=widths, theta=zeros, seen=zeros)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_what_it_says_is_the_mean(k: int) -> None:
    """Logits of k networks side by side are the mean of theirs, but for float32's rounding, though
    each alone says something else."""
    networks = [tick.network for tick in TICKS[:k]]
    joined = side_by_side(networks)
    assert joined.widths == (len(FEATURES), 12 * k, len(HEADS))
    each = np.array([run(network, HELD_OUT)[0] for network in networks], dtype=np.float64)
    assert np.abs(run(joined, HELD_OUT)[0] - each.mean(axis=0)).max() < 1e-5
    if k > 1:
        assert np.abs(each - each.mean(axis=0)).max() > 0.1


def test_networks_of_other_widths_stand_side_by_side() -> None:
    """Each has one voice, however many units it has."""
    wide = msgspec.structs.replace(STARTING_RECIPE, hidden=(40,))
    start = network_of(starting_weights())
    two = [begin(start, recipe=wide, seed=bytes(32)), TICKS[0].network]
    mean = np.mean([run(network, HELD_OUT)[0] for network in two], axis=0)
    assert np.abs(run(side_by_side(two), HELD_OUT)[0] - mean).max() < 1e-5


def test_one_file_is_certified_and_says_about_the_mean() -> None:
    """It loads, so each sum of any input stays below 2**24; what it says in whole numbers is within
    a tenth of a logit of the mean nine times in ten, and its loss is below the draws' mean loss, as
    that of a mean must be where the loss is convex."""
    data = one_file(TICKS, WINDOW.examples, name="three")
    weights = load_weights(data)
    assert weights.name.startswith("three-")
    assert 0 < weights.bound < EXACT_BOUND
    assert weights.hidden[0].weight.shape == (len(FEATURES), 36)
    mean = np.mean([run(tick.network, HELD_OUT)[0] for tick in TICKS], axis=0)
    entry = np.clip(outputs(weights, HELD_OUT["features"]) + TABLE_MIDDLE, 0, TABLE_SIZE - 1)
    said = weights.table[np.arange(len(HEADS)), entry] / 2**24
    off = np.abs(np.log(said / (1 - said)) - mean)
    assert np.quantile(off, 0.9) < 0.1
    losses = [judge(load_weights(tick.weights), HELD_OUT).loss_q24 for tick in TICKS]
    assert judge(weights, HELD_OUT).loss_q24 * len(TICKS) < sum(losses)


def test_the_kernel_that_serves_gives_what_the_judge_gives() -> None:
    """One file of several draws is served as any other: bit for bit its definition."""
    weights = load_weights(one_file(TICKS, WINDOW.examples, name="three"))
    X = np.ascontiguousarray(HELD_OUT["features"][:40])
    split = len(SERVING.viewer)
    entry = np.clip(outputs(weights, X) + TABLE_MIDDLE, 0, TABLE_SIZE - 1)
    plain = weights.table[np.arange(len(HEADS)), entry]
    for row in range(len(X)):
        served = BEST.forward(weights, X[row, :split], X[row : row + 1, split:])
        assert (served[0] == plain[row]).all()


def test_it_hangs_on_its_ticks_alone() -> None:
    """The same ticks give the same bytes, another draw among them other ones under another name."""
    first = one_file(TICKS, WINDOW.examples, name="three")
    again = one_file(ticks_of("one", "two", "three"), WINDOW.examples, name="three")
    assert again == first
    other = one_file([*TICKS[:2], *ticks_of("four")], WINDOW.examples, name="three")
    assert other != first
    assert load_weights(other).name != load_weights(first).name


@pytest.mark.parametrize(
    ("networks", "words"),
    [
        ([], "one hidden layer"),
        ([blank(4, 4)], "one hidden layer"),
        ([blank()], "one hidden layer"),
        ([blank(4), blank(4, inputs=5)], "one hidden layer"),
        ([blank(WIDTH_MAX), blank(1)], "hidden units side by side"),
    ],
)
def test_what_cannot_stand_side_by_side_is_refused(networks: list[Network], words: str) -> None:
    """None, deep ones, ones of other inputs, and more units than a file holds."""
    with pytest.raises(NotAlike, match=words):
        side_by_side(networks)

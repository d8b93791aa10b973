"""Another schema goes the same way: what a network reads and predicts is data."""

import msgspec
import numpy as np
import pytest

from plainview.core.feed.kernels import BEST, NUMPY_INT64
from plainview.core.learn import BadFile, BadRecipe, BadWindow, load_weights, starting_weights
from plainview.core.learn.gate import gate
from plainview.core.learn.network import blank_weights, network_of
from plainview.core.learn.recipe import STARTING_RECIPE, encode_recipe, parse_recipe, recipe_digest
from plainview.core.learn.tick import Parent, learn_tick, run
from plainview.core.learn.window import EXAMPLE, LABEL_ONE, Examples, example_type, window_of
from plainview.core.terms.weights import FEATURES, HEAD_ONE, SERVING, Schema

SMALL = Schema(viewer=("mood", "hour"), epoch=("length",), pair=("liking", "seen"), heads=("long",))
RECIPE = msgspec.structs.replace(
    STARTING_RECIPE, begin="draws", hidden=(6,), head_weights_milli=(1000,), passes=6,
    rate_micro=20_000, seen_kept_milli=500,
    held_out_min=10, positives_min=10,
)  # fmt: skip


def lessons(count: int, *, seed: int) -> Examples:
    """Examples whose label says whether `mood` and `liking` together are above 0."""
    rng = np.random.Generator(np.random.PCG64(seed))
    out = np.zeros(count, dtype=example_type(SMALL))
    X = rng.integers(-64, 65, size=(count, len(SMALL.features)))
    out["features"], out["length_ms"] = X, 5000
    out["viewer"][:, 0] = 1 + np.arange(count) % 50
    out["labels"][:, 0] = np.where(X[:, 0] + X[:, 3] > 0, LABEL_ONE, 0)
    return out


def test_the_service_is_one_schema_of_many() -> None:
    """Its names in three groups are all the features, in order, and its records its layout."""
    assert SERVING.features == FEATURES
    assert example_type(SERVING) == EXAMPLE
    assert load_weights(starting_weights()).schema == SERVING


def test_a_network_of_another_schema_learns_and_is_served_by_the_same_kernels() -> None:
    """Five features and one head: the tick learns them, the gate judges them, and the kernel that
    serves slates predicts the same integers as the definition."""
    parent = Parent(weights=blank_weights(SMALL))
    window = window_of(lessons(3000, seed=1), schema=SMALL)
    tick = learn_tick(parent, window, RECIPE)
    weights = load_weights(tick.weights, schema=SMALL)
    held_out = lessons(400, seed=2)
    logits, _ = run(tick.network, held_out)
    verdict = gate(
        weights, parent=load_weights(parent.weights, schema=SMALL), held_out=held_out,
        float_logits=logits, recipe=RECIPE,
    )  # fmt: skip
    assert verdict.reason == ""
    assert verdict.candidate.heads[0].auc_ppm > 950_000
    X = np.ascontiguousarray(held_out["features"])
    for row in X[:20]:
        served = BEST.forward(weights, row[:2], row[None, 2:])
        assert (served == NUMPY_INT64.forward(weights, row[:2], row[None, 2:])).all()
        assert 0 <= served[0, 0] <= HEAD_ONE


def test_learning_goes_on_from_the_state_of_a_schema() -> None:
    """A second tick takes up the first's files, and from the same files makes the same bytes."""
    recipe = msgspec.structs.replace(RECIPE, begin="parent")
    first = learn_tick(
        Parent(weights=blank_weights(SMALL)), window_of(lessons(500, seed=1), schema=SMALL), RECIPE
    )
    parent = Parent(weights=first.weights, state=first.state)
    window = window_of(lessons(500, seed=3), schema=SMALL)
    again = [learn_tick(parent, window, recipe) for _ in range(2)]
    assert again[0].weights == again[1].weights != first.weights


def test_blank_weights_say_one_half() -> None:
    """Of anything, of every head, and the float network behind them says the same."""
    weights = load_weights(blank_weights(SMALL), schema=SMALL)
    X = np.full((1, 3), 99, dtype=np.int8)
    assert BEST.forward(weights, np.array([5, -7], dtype=np.int8), X).tolist() == [[HEAD_ONE // 2]]
    assert not network_of(blank_weights(SMALL), schema=SMALL).theta.any()


def test_files_of_another_schema_are_refused() -> None:
    """Weights, recipes and examples of one schema do not pass for those of another."""
    with pytest.raises(BadFile, match="another features"):
        load_weights(blank_weights(SMALL))
    other = msgspec.structs.replace(SMALL, heads=("short",))
    with pytest.raises(BadFile, match="another heads"):
        load_weights(blank_weights(other), schema=SMALL)
    with pytest.raises(BadRecipe, match="heads"):
        parse_recipe(encode_recipe(RECIPE, schema=SMALL))
    with pytest.raises(BadRecipe, match="head_weights_milli"):
        encode_recipe(RECIPE)
    with pytest.raises(BadWindow, match="layout"):
        window_of(lessons(3, seed=1))
    assert recipe_digest(RECIPE, schema=SMALL) != recipe_digest(RECIPE, schema=other)

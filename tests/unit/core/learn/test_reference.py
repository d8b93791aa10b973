"""The spec is enough: a second implementation, written from its text, makes the same files."""

import ast
from pathlib import Path

import msgspec
import numpy as np
from safetensors.numpy import load

from plainview.core.learn import starting_weights
from plainview.core.learn.recipe import STARTING_RECIPE, encode_recipe
from plainview.core.learn.tick import Parent, learn_tick
from plainview.core.learn.weights_file import offsets_of
from plainview.core.learn.window import window_of
from tests import learn_reference
from tests.learn_reference import Reference
from tests.lessons import drawn_examples

RECIPE = msgspec.structs.replace(
    STARTING_RECIPE, hidden=(23,), batch=8, viewer_examples_max=6,
    head_weights_milli=(1000, 500, 3000, 1000, 1000, 700, 1000, 1000, 0),
)  # fmt: skip


def test_a_second_implementation_makes_the_same_files() -> None:
    """Seed, choice, float state and every integer of a tick of 90 examples agree to the bit."""
    examples = drawn_examples(90, viewers=14)
    tick = learn_tick(Parent(weights=starting_weights()), window_of(examples), RECIPE)
    reference = Reference(starting_weights(), examples, encode_recipe(RECIPE))
    assert (reference.seed, len(reference.chosen)) == (tick.seed, tick.chosen)
    assert tick.chosen < 90
    state = load(tick.state)
    for l, ((W, b), (seen_W, seen_b)) in enumerate(
        zip(reference.layers, reference.seen, strict=True)
    ):
        assert state[f"layer{l}.weight"].tobytes() == W.tobytes()
        assert state[f"layer{l}.bias"].tobytes() == b.tobytes()
        assert state[f"layer{l}.weight_seen"].tobytes() == seen_W.tobytes()
        assert state[f"layer{l}.bias_seen"].tobytes() == seen_b.tobytes()
    made, file = reference.integers(), load(tick.weights)
    assert list(offsets_of(tick.weights)) == made.pop("offsets")
    for name, values in made.items():
        assert np.array_equal(file[name].astype(np.int64), values), name


def test_the_reference_shares_no_code() -> None:
    """It imports nothing of plainview."""
    assert learn_reference.__file__ is not None
    module = ast.parse(Path(learn_reference.__file__).read_text(encoding="utf-8"))
    names = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name for name in names if name.startswith(("plainview", "tests"))} == set()

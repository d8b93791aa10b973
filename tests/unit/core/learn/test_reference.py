"""The spec is enough: a second implementation, written from its text, makes the same files."""

import ast
from pathlib import Path

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load

from plainview.core.learn import starting_weights
from plainview.core.learn.recipe import QUANTILE, STARTING_RECIPE, Recipe, encode_recipe
from plainview.core.learn.tick import Parent, learn_tick
from plainview.core.learn.weights_file import offsets_of, with_watch_times
from plainview.core.learn.window import window_of
from plainview.core.terms.watch_time import WatchTimes
from tests import learn_reference
from tests.learn_reference import Reference
from tests.lessons import timed_examples

RECIPE = msgspec.structs.replace(
    STARTING_RECIPE, hidden=(23,), batch=8, viewer_examples_max=6,
    head_weights_milli=(1000, 500, 3000, 1000, 1000, 700, 1300, 1000, 1000, 0),
)  # fmt: skip


TIMED = msgspec.structs.replace(
    RECIPE, watch=QUANTILE, watch_bounds_ms=(15_000, 40_000, 41_000, 95_000), watch_steps=7,
    head_weights_milli=(1000,) * 10, viewer_examples_max=20,
)  # fmt: skip


def of_other_kinds() -> bytes:
    """A parent with watch times."""
    times = WatchTimes(bounds=np.zeros(0, dtype=np.int32), ms=np.array([[0, 9000]], dtype=np.int32))
    return with_watch_times(starting_weights(), times=times)


@pytest.mark.parametrize(
    ("parent", "recipe"),
    [(starting_weights(), RECIPE), (starting_weights(), TIMED), (of_other_kinds(), TIMED),
     (of_other_kinds(), RECIPE)],
    ids=["shares", "shares to quantiles", "quantiles", "quantiles to shares"],
)  # fmt: skip
def test_a_second_implementation_makes_the_same_files(parent: bytes, recipe: Recipe) -> None:
    """Seed, choice, float state and every integer of a tick of 90 or 500 examples agree to the bit,
    and so do the times that quantiles stand for, of buckets full and empty."""
    count, viewers = (500, 22) if recipe is TIMED else (90, 14)
    examples = timed_examples(count, viewers=viewers)
    tick = learn_tick(Parent(weights=parent), window_of(examples), recipe)
    reference = Reference(parent, examples, encode_recipe(recipe))
    assert (reference.seed, len(reference.chosen)) == (tick.seed, tick.chosen)
    assert tick.chosen < len(examples)
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
    assert ("watch.ms" in file) == (recipe is TIMED)
    if recipe is TIMED:
        assert file["watch.bounds"].tolist() == list(recipe.watch_bounds_ms)
        rows = file["watch.ms"].tolist()
        assert rows == reference.watch_times(file["heads.table"][-1].tolist())
        assert rows[4] == rows[3] != rows[0]
        assert any(row[0] < row[-1] for row in rows), "of more than 60 each step has its own"


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

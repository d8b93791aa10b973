"""A recipe is one sequence of bytes, and a number out of place is refused."""

import json
from typing import Any

import msgspec
import pytest

from plainview.core.learn import BadRecipe
from plainview.core.learn.recipe import (
    BOUNDS,
    QUANTILE,
    STARTING_RECIPE,
    encode_recipe,
    parse_recipe,
    recipe_digest,
)
from plainview.core.terms.weights import Schema


def altered(**changes: Any) -> bytes:
    fields = json.loads(encode_recipe(STARTING_RECIPE)) | changes
    left = {name: value for name, value in fields.items() if value is not ...}
    return json.dumps(left, sort_keys=True, separators=(",", ":")).encode()


def test_a_recipe_is_read_back_as_it_was() -> None:
    """What encode_recipe writes, parse_recipe reads, and one changed number is another digest."""
    assert parse_recipe(encode_recipe(STARTING_RECIPE)) == STARTING_RECIPE
    other = msgspec.structs.replace(STARTING_RECIPE, passes=STARTING_RECIPE.passes + 1)
    assert recipe_digest(other) != recipe_digest(STARTING_RECIPE)


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_each_number_has_bounds(name: str) -> None:
    """A number one below its least or one above its most is refused by name."""
    least, most = BOUNDS[name]
    for value in (least - 1, most + 1):
        with pytest.raises(BadRecipe, match=name):
            parse_recipe(altered(**{name: value}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spec": "learn-v0"}, "not a recipe of learn-v1"),
        ({"heads": ["finish"]}, "not a recipe of learn-v1"),
        ({"passes": ...}, "missing or unknown"),
        ({"more": 1}, "missing or unknown"),
        ({"passes": "2"}, "not a recipe"),
        ({"begin": "anew"}, "begin is"),
        ({"hidden": []}, "hidden is"),
        ({"hidden": [8, 8, 8, 8, 8]}, "hidden is"),
        ({"hidden": [0]}, "hidden is"),
        ({"hidden": [1025]}, "hidden is"),
        ({"head_weights_milli": [1000]}, "head_weights_milli"),
        ({"head_weights_milli": [-1] + [1000] * 9}, "head_weights_milli"),
        ({"watch": "seconds"}, "watch is 'seconds'"),
        ({"watch_bounds_ms": [7000, 7000]}, "watch_bounds_ms"),
        ({"watch_bounds_ms": [-1]}, "watch_bounds_ms"),
        ({"watch_bounds_ms": [2**31]}, "watch_bounds_ms"),
        ({"watch_bounds_ms": list(range(64))}, "watch_bounds_ms"),
        ({"name": ""}, "name and seed"),
        ({"seed": "s" * 65}, "name and seed"),
    ],
)
def test_what_is_no_recipe_is_refused(changes: dict[str, Any], words: str) -> None:
    """Another spec, other heads, a field too many or too few, or a value out of place."""
    with pytest.raises(BadRecipe, match=words):
        parse_recipe(altered(**changes))


def test_bounds_at_their_bounds_are_taken() -> None:
    """One bucket for all lengths, 64 of them, and a bound at either end."""
    for bounds in ([], list(range(63)), [0, 2**31 - 1]):
        assert parse_recipe(altered(watch_bounds_ms=bounds)).watch_bounds_ms == tuple(bounds)


def test_only_a_head_called_watch_predicts_quantiles() -> None:
    """For heads without it such a recipe is refused, and one of shares is not."""
    schema = Schema(viewer=("a",), epoch=("b",), pair=("c",), heads=("click",))
    share = msgspec.structs.replace(STARTING_RECIPE, head_weights_milli=(1000,))
    assert parse_recipe(encode_recipe(share, schema=schema), schema=schema) == share
    with pytest.raises(BadRecipe, match="no head is called watch"):
        encode_recipe(msgspec.structs.replace(share, watch=QUANTILE), schema=schema)


def test_bytes_in_another_form_are_refused() -> None:
    """The same recipe with white space is not the recipe that a release names."""
    with pytest.raises(BadRecipe):
        parse_recipe(encode_recipe(STARTING_RECIPE).replace(b",", b", "))
    with pytest.raises(BadRecipe):
        encode_recipe(msgspec.structs.replace(STARTING_RECIPE, batch=0))

"""The recipe that the service learns by: the one that comes with it, or a file; and those that an
experiment tries beside it."""

import json
import re
from pathlib import Path

from plainview.core.learn.errors import BadRecipe
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe, encode_recipe, parse_recipe
from plainview.core.terms.canonical import NotCanonical, canonical_json

ON = "on"
LOGGED_AS = re.compile("[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23}")


def read_recipe(name: str) -> Recipe:
    """The recipe of the setting `learn`.

    Raises: BadRecipe: the file is none, or its name has no form in the log. OSError.
    """
    recipe = STARTING_RECIPE if name == ON else parse_recipe(Path(name).read_bytes())
    if LOGGED_AS.fullmatch(recipe.name) is None:
        raise BadRecipe(
            f"the log names a recipe in 1 to 24 of a-z, 0-9 and single hyphens, not {recipe.name!r}"
        )
    return recipe


def recipe_to_edit(name: str) -> str:
    """The recipe of the setting `learn`, laid out for people. Raises: as `read_recipe`."""
    return json.dumps(json.loads(encode_recipe(read_recipe(name))), indent=2)


def canonical_recipe(path: Path) -> tuple[Recipe, bytes]:
    """The recipe in a file of JSON, however it is laid out, and the bytes whose digest names it.

    Raises: BadRecipe: as `read_recipe`. OSError.
    """
    try:
        data = canonical_json(json.loads(path.read_bytes()))
    except (ValueError, NotCanonical) as error:
        raise BadRecipe(f"{path} is not JSON of whole numbers and texts: {error}") from error
    recipe = parse_recipe(data)
    if LOGGED_AS.fullmatch(recipe.name) is None:
        raise BadRecipe(f"an experiment names a recipe in 1 to 24 of a-z, 0-9, -: {recipe.name!r}")
    return recipe, data

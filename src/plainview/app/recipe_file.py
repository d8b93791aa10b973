"""The recipe that the service learns by: the one that comes with it, or a file."""

import re
from pathlib import Path

from plainview.core.learn.errors import BadRecipe
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe, parse_recipe

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

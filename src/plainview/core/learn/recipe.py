"""A recipe: every number that learning goes by, as a file that a release can name by hash."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

from plainview.core.learn.embed_recipe import STARTING_EMBEDDINGS, EmbedRecipe, embed_amiss
from plainview.core.learn.errors import BadRecipe
from plainview.core.learn.watch_time import BUCKETS_MAX, LENGTH_MS_MAX, STEPS_MAX
from plainview.core.terms.canonical import NotCanonical, canonical_json, parse_canonical
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import HEADS, SERVING, Schema

LEARN_SPEC: Final = "learn-v1"
BEGINNINGS: Final = ("parent", "draws")
SHARE, QUANTILE = "share", "quantile"
MICRO: Final = 1_000_000
WIDTH_MAX: Final = 1024
DEPTH_MAX: Final = 4


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a tick learns and when its result may be published; `specs/learn-v1.md` has each field.

    `_milli` are thousandths, `_micro` and `_ppm` millionths.
    """

    name: str
    seed: str
    begin: str
    hidden: tuple[int, ...]
    label_ms: int
    offered_max: int
    examples_max: int
    viewer_examples_max: int
    viewer_share_milli: int
    passes: int
    batch: int
    rate_micro: int
    seen_kept_milli: int
    head_weights_milli: tuple[int, ...]
    held_out_min: int
    positives_min: int
    clipped_ppm_max: int
    quantised_ppm_max: int
    head_worse_ppm_max: int
    watch: str
    watch_bounds_ms: tuple[int, ...]
    watch_steps: int
    embeddings: EmbedRecipe


BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "label_ms": (1, 86_400_000),
    "offered_max": (1, 1_000_000),
    "examples_max": (1, 1_000_000),
    "viewer_examples_max": (1, 10_000),
    "viewer_share_milli": (1, 1000),
    "passes": (1, 20),
    "batch": (1, 4096),
    "rate_micro": (1, MICRO),
    "seen_kept_milli": (0, 1000),
    "held_out_min": (1, 1_000_000),
    "positives_min": (1, 1_000_000),
    "clipped_ppm_max": (0, MICRO),
    "quantised_ppm_max": (0, MICRO),
    "head_worse_ppm_max": (0, MICRO),
    "watch_steps": (1, STEPS_MAX),
}

STARTING_RECIPE: Final = Recipe(
    name="steady-1",
    seed="plainview steady-1",
    begin="parent",
    hidden=(32,),
    label_ms=600_000,
    offered_max=200_000,
    examples_max=50_000,
    viewer_examples_max=256,
    viewer_share_milli=100,
    passes=4,
    batch=32,
    rate_micro=15_000,
    seen_kept_milli=800,
    head_weights_milli=(1000,) * len(HEADS),
    held_out_min=200,
    positives_min=30,
    clipped_ppm_max=10_000,
    quantised_ppm_max=1_000,
    head_worse_ppm_max=20_000,
    watch="share",
    watch_bounds_ms=(7_000, 12_000, 20_000, 30_000, 45_000, 60_000, 120_000),
    watch_steps=32,
    embeddings=STARTING_EMBEDDINGS,
)
"""What an edition learns by until it publishes another. Tuned on simulated worlds; see
`decisions/0012-a-tick-and-its-float-state.md`; why shares of watch time and not quantiles,
`bench/README.md`. The bounds and steps are what quantiles would go by."""


def encode_recipe(recipe: Recipe, *, schema: Schema = SERVING) -> bytes:
    """The one file for `recipe`, which learns the heads of `schema`.

    Raises: BadRecipe: a number out of its bounds.
    """
    fields: dict[str, Any] = msgspec.to_builtins(recipe)
    data = canonical_json({"spec": LEARN_SPEC, **fields, "heads": list(schema.heads)})
    parse_recipe(data, schema=schema)
    return data


def recipe_digest(recipe: Recipe, *, schema: Schema = SERVING) -> Digest:
    """SHA-256 of the recipe's file."""
    return digest_of(encode_recipe(recipe, schema=schema))


def parse_recipe(data: bytes, *, schema: Schema = SERVING) -> Recipe:
    """Read a recipe.

    Raises: BadRecipe: not canonical JSON, another spec or other heads, a field missing, unknown or
        out of its bounds.
    """
    try:
        fields = dict(parse_canonical(data))
        heads = list(schema.heads)
        if fields.pop("spec", None) != LEARN_SPEC or fields.pop("heads", None) != heads:
            raise BadRecipe(f"not a recipe of {LEARN_SPEC} for the heads {', '.join(heads)}")
        if fields.keys() != set(Recipe.__struct_fields__):
            raise BadRecipe(f"missing or unknown: {fields.keys() ^ set(Recipe.__struct_fields__)}")
        recipe = msgspec.convert(fields, Recipe, strict=True)
    except (NotCanonical, msgspec.ValidationError) as error:
        raise BadRecipe(f"not a recipe: {error}") from error
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(recipe, name) <= most:
            raise BadRecipe(f"{name} is {getattr(recipe, name)}, not {least} .. {most}")
    if words := embed_amiss(recipe.embeddings):
        raise BadRecipe(f"embeddings: {words}")
    if words := _watch_amiss(recipe, heads=heads):
        raise BadRecipe(words)
    if recipe.begin not in BEGINNINGS:
        raise BadRecipe(f"begin is {recipe.begin!r}, not one of {BEGINNINGS}")
    if not 1 <= len(recipe.hidden) <= DEPTH_MAX or not all(
        1 <= width <= WIDTH_MAX for width in recipe.hidden
    ):
        raise BadRecipe(f"hidden is {recipe.hidden}: 1 to {DEPTH_MAX} layers of 1 to {WIDTH_MAX}")
    weights = recipe.head_weights_milli
    if len(weights) != len(heads) or not all(0 <= weight <= 100_000 for weight in weights):
        raise BadRecipe(f"head_weights_milli: {len(heads)} of 0 .. 100000")
    if not recipe.name or len(recipe.name) > 64 or len(recipe.seed) > 64:
        raise BadRecipe("name and seed are of at most 64 characters, and the name is not empty")
    return recipe


def _watch_amiss(recipe: Recipe, *, heads: Sequence[str]) -> str:
    """What is wrong with what `watch` is to predict, or ""."""
    if recipe.watch not in (SHARE, QUANTILE):
        return f"watch is {recipe.watch!r}, not {SHARE!r} or {QUANTILE!r}"
    if recipe.watch == QUANTILE and "watch" not in heads:
        return f"watch is {QUANTILE!r}, and no head is called watch"
    bounds = recipe.watch_bounds_ms
    rises = all(low < high for low, high in pairwise((-1, *bounds, LENGTH_MS_MAX + 1)))
    if len(bounds) >= BUCKETS_MAX or not rises:
        return f"watch_bounds_ms: at most {BUCKETS_MAX - 1}, rising, of 0 .. {LENGTH_MS_MAX}"
    return ""

"""The part of a recipe by which videos move, and by which lists are made."""

from typing import Final

import msgspec


class EmbedRecipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How embeddings learn and when they may be published; `specs/learn-v1.md` §11 has each field.

    `_milli` are thousandths, `_micro` and `_ppm` millionths.
    """

    context_max: int
    decay_milli: int
    negatives: int
    passes: int
    scale: int
    drawn_milli: int
    rate_micro: int
    seen_first_micro: int
    step_max: int
    saturated_ppm_max: int
    held_out_min: int
    lists_from: int
    lists: int
    probes: int
    rounds: int


BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "context_max": (1, 64),
    "decay_milli": (1, 1000),
    "negatives": (1, 1024),
    "passes": (1, 20),
    "scale": (1, 64),
    "drawn_milli": (0, 1000),
    "rate_micro": (1, 1_000_000),
    "seen_first_micro": (1, 1_000_000_000),
    "step_max": (1, 127),
    "saturated_ppm_max": (0, 1_000_000),
    "held_out_min": (1, 1_000_000),
    "lists_from": (1, 1_000_000_000),
    "lists": (1, 65_536),
    "probes": (1, 65_536),
    "rounds": (0, 64),
}

STARTING_EMBEDDINGS: Final = EmbedRecipe(
    context_max=12,
    decay_milli=875,
    negatives=24,
    passes=2,
    scale=6,
    drawn_milli=1000,
    rate_micro=20_000,
    seen_first_micro=100_000,
    step_max=8,
    saturated_ppm_max=1_000,
    held_out_min=50,
    lists_from=300_000,
    lists=1024,
    probes=64,
    rounds=6,
)
"""What STARTING_RECIPE has."""


def embed_amiss(recipe: EmbedRecipe) -> str:
    """What is out of bounds, "" where nothing is."""
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(recipe, name) <= most:
            return f"{name} is {getattr(recipe, name)}, not {least} .. {most}"
    if recipe.probes > recipe.lists:
        return f"probes is {recipe.probes}, of {recipe.lists} lists"
    return ""

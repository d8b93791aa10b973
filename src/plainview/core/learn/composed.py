"""What the network learned and where videos moved, as the one file that is published."""

import msgspec

from plainview.core.learn.embed import EmbedTick
from plainview.core.learn.embed_gate import moved
from plainview.core.learn.lists import made_centroids
from plainview.core.learn.network import encode_state
from plainview.core.learn.recipe import Recipe
from plainview.core.learn.tick import Tick
from plainview.core.learn.weights_file import load_weights, with_places
from plainview.core.terms.weights import Places


def composed(tick: Tick, embed: EmbedTick, *, known: Places, recipe: Recipe) -> Tick:
    """`tick` with the videos where `embed` puts them, and centroids if the catalogue is large.

    Both must be of one parent. What comes out goes the way of any tick: its weights are published,
    its state is what the next tick begins from.

    Args:
        known: where all rows of the epoch stand that the tick is made under.
    """
    how, centroids = recipe.embeddings, None
    if len(known.ids) >= how.lists_from:
        centroids = made_centroids(
            moved(known, embed.places).table,
            seed=embed.seed, lists=how.lists, probes=how.probes, rounds=how.rounds,
        )  # fmt: skip
    weights = with_places(tick.weights, places=embed.places, centroids=centroids)
    digest = load_weights(weights).digest
    state = encode_state(tick.network, weights=digest, places=embed.state)
    return msgspec.structs.replace(tick, weights=weights, state=state)


def ranker_only(tick: Tick) -> Tick:
    """`tick` without where videos stand: what a line of an experiment publishes, whose rows stand
    by the main weights. Its next tick begins from the network alone."""
    weights = with_places(tick.weights, places=None, centroids=None)
    state = encode_state(tick.network, weights=load_weights(weights).digest, places=None)
    return msgspec.structs.replace(tick, weights=weights, state=state)

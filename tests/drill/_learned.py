"""One digest of what ticks learn, network and embeddings, computed by the process it runs in.

    python -m tests.drill._learned EXAMPLES

Prints the digest over weights and states of two ticks, each of EXAMPLES drawn examples.
"""

import sys
from hashlib import sha256

import msgspec

from plainview.core.learn import starting_weights
from plainview.core.learn.composed import composed
from plainview.core.learn.embed import embed_tick
from plainview.core.learn.embed_gate import moved
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.tick import Parent, learn_tick
from plainview.core.learn.window import window_of
from tests.embed_worlds import drawn_catalogue, drawn_histories
from tests.lessons import drawn_examples


def learned_digest(count: int) -> str:
    """SHA-256 over the files of two ticks, the second of which learns on from the first's state.

    Each has moved videos by as many showings, and made centroids.
    """
    embeddings = msgspec.structs.replace(
        STARTING_RECIPE.embeddings, passes=1, lists_from=1, lists=5, probes=2
    )
    recipe = msgspec.structs.replace(STARTING_RECIPE, hidden=(24,), passes=1, embeddings=embeddings)
    known, history = drawn_catalogue(50), window_of(drawn_histories(drawn_catalogue(50), 0))
    parent, total = Parent(weights=starting_weights()), sha256()
    for number in (1, 2):
        window = window_of(drawn_examples(count, seed=number))
        shown = window_of(drawn_histories(known, count, viewers=12, seed=number))
        places = embed_tick(parent, known=known, history=history, window=shown, recipe=recipe)
        tick = composed(learn_tick(parent, window, recipe), places, known=known, recipe=recipe)
        known = moved(known, places.places)
        parent = Parent(weights=tick.weights, state=tick.state)
        total.update(tick.weights + tick.state)
    return total.hexdigest()


if __name__ == "__main__":
    print(learned_digest(int(sys.argv[1])))

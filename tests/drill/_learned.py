"""One digest of what ticks learn, computed by the process it runs in.

    python -m tests.drill._learned EXAMPLES

Prints the digest over weights and states of two ticks, each of EXAMPLES drawn examples.
"""

import sys
from hashlib import sha256

import msgspec

from plainview.core.learn import starting_weights
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.tick import Parent, learn_tick
from plainview.core.learn.window import window_of
from tests.lessons import drawn_examples


def learned_digest(count: int) -> str:
    """SHA-256 over the files of two ticks, the second of which learns on from the first's state."""
    recipe = msgspec.structs.replace(STARTING_RECIPE, hidden=(24,), passes=1)
    parent, total = Parent(weights=starting_weights()), sha256()
    for number in (1, 2):
        window = window_of(drawn_examples(count, seed=number))
        tick = learn_tick(parent, window, recipe)
        parent = Parent(weights=tick.weights, state=tick.state)
        total.update(tick.weights + tick.state)
    return total.hexdigest()


if __name__ == "__main__":
    print(learned_digest(int(sys.argv[1])))

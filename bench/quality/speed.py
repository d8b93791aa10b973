"""Model calls alone, for 500 candidates of one request, on one thread."""

import time
from collections.abc import Callable, Iterator

import numpy as np

from bench.quality.ours import drawn
from bench.quality.peers import boosted, logistic
from bench.quality.race import Race
from plainview.core.feed.kernels import BEST
from plainview.core.learn.weights_file import load_weights

CANDIDATES = 500
ROUNDS = 40


def _best_ms(call: Callable[[], object]) -> float:
    """The least of ROUNDS, in milliseconds: what the machine can do when it is let."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return min(taken) * 1000


def speeds(race: Race) -> Iterator[str]:
    """A line for each model."""
    given = race.given("A")
    rows = race.train[-CANDIDATES:]
    weights = load_weights(drawn(race.log, given, race.train), schema=given.schema)
    split = len(given.schema.viewer)
    viewer, video = given.X[rows[0], :split], np.ascontiguousarray(given.X[rows, split:])
    task = race.task("A")
    trees, lines = (fit(task, race.train[-20_000:]) for fit in (boosted, logistic))
    for name, call in (
        ("ours", lambda: BEST.forward(weights, viewer, video)),
        ("lightgbm", lambda: trees(rows)),
        ("logistic", lambda: lines(rows)),
    ):
        yield f"{name}: {_best_ms(call):.2f} ms for {CANDIDATES} candidates, all heads"

"""Where the time of a slate goes, by stage, as in `slates`.

    python -m bench.stages [VIDEOS]          100,000 by default

Each stage's function is wrapped in a clock of the thread's processor time, which costs each call
about half a microsecond. What `slate` and `kernels` do is part of `pocket.make_slate`, and what
`retrieve` does part of `slate.retrieve`. Of eight rounds over all viewers the cheapest is shown.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from bench._world import START_MS, busy_pocket, viewer_of
from plainview.core.feed import retrieve, slate
from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.receipts import answer
from plainview.sim import pocket

VIEWERS, WATCHED, ROUNDS = 100, 64, 8
STAGES: tuple[tuple[Any, str], ...] = (
    (pocket, "parse_event"), (pocket, "fold"), (answer, "slate_seed"), (pocket, "make_slate"),
    (slate, "decide"), (slate, "retrieve"), (retrieve, "near"), (retrieve, "offered"),
    (retrieve, "_each_once"), (slate, "viewer_features"), (slate, "value_terms"),
    (slate, "pool_of"), (slate, "with_viewer"), (slate, "candidates_digest"), (slate, "digest_of"),
    (pocket, "build_receipt"), (pocket, "sign"), (pocket, "encode_event"),
)  # fmt: skip
KERNELS = ("profile", "features", "forward", "arrange")

SPENT: Counter[str] = Counter()
"""Nanoseconds by the line that is printed."""


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, adding what each call takes to its line of SPENT."""

    def call(*args: Any, **named: Any) -> Any:
        began = time.thread_time_ns()
        try:
            return function(*args, **named)
        finally:
            SPENT[name] += time.thread_time_ns() - began

    return call


def watched_kernels(kernels: Kernels) -> Kernels:
    """`kernels`, each of them timed; `near` is timed where it is asked for."""
    clocks = {name: timed(f"kernels.{name}", getattr(kernels, name)) for name in KERNELS}
    return msgspec.structs.replace(kernels, **clocks)


def main() -> int:
    """Measure and print."""
    videos = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for module, name in STAGES:
        line = f"{module.__name__.rpartition('.')[2]}.{name.lstrip('_')}"
        setattr(module, name, timed(line, getattr(module, name)))
    world = busy_pocket(
        videos=videos, viewers=VIEWERS, watched=WATCHED, kernels=watched_kernels(BEST)
    )
    now_ms = START_MS + 10_000_000
    world.freeze(now_ms)
    rounds: list[tuple[int, Counter[str]]] = []
    for turn in range(ROUNDS):
        SPENT.clear()
        began = time.thread_time_ns()
        for k in range(VIEWERS):
            world.serve(viewer_of(k), policy="for-you", now_ms=now_ms + 1 + turn * 60_000)
        rounds.append((time.thread_time_ns() - began, SPENT.copy()))
    whole, spent = min(rounds, key=lambda entry: entry[0])
    print(f"{videos:,} videos, kernels {BEST.name}: microseconds of processor time a slate")
    print(f"{'whole':<24}{whole / VIEWERS / 1e3:8.1f}")
    for line, total in spent.most_common():
        print(f"{line:<24}{total / VIEWERS / 1e3:8.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Slates per second and per core in one process, distinct viewers, signed receipts.

    python -m bench.slates [VIDEOS]          100,000 by default

A slate is: fold what the viewer did since, retrieve, filter, rank about 400 candidates, arrange 8,
build and sign the receipt, append the `served` event. Kept in memory; nothing is written to disk
and nothing goes over a network (see `http_slates` for that). Distinct viewers in turn, each with a
history of their own, so that no cache holds what the next one needs. One thread.
"""

import sys
import time

from bench._world import START_MS, busy_pocket, slates
from plainview.core.feed.kernels import BEST

VIEWERS, WATCHED, ROUNDS = 100, 64, 8


def main() -> int:
    """Measure and print."""
    videos = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    began = time.perf_counter()
    pocket = busy_pocket(videos=videos, viewers=VIEWERS, watched=WATCHED)
    print(f"set up   {videos:,} videos, {VIEWERS} viewers with {WATCHED} videos behind them,"
          f" {time.perf_counter() - began:.0f} s, kernels {BEST.name}")  # fmt: skip
    began = time.perf_counter()
    pocket.freeze(START_MS + 10_000_000)
    print(f"epoch    frozen and indexed in {time.perf_counter() - began:.2f} s")
    now_ms = START_MS + 10_000_001
    print(f"slates   {slates(pocket, viewers=VIEWERS, rounds=ROUNDS, now_ms=now_ms)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Slates replayed per second and per core: every byte of the receipt recomputed and compared.

    python -m bench.replay [VIDEOS]          2,400 and 100,000 by default

Includes parsing, the signature, hashing and folding the viewers' events, opening each epoch once,
the slate, and encoding the receipt again. One thread.
"""

import sys
import time

from bench._world import START_MS, busy_pocket, viewer_of
from plainview.audit.replay import replay_many
from plainview.core.feed.kernels import BEST
from tests.pocket_evidence import PocketEvidence, signed_receipts

VIEWERS, WATCHED = 40, 64


def measure(videos: int) -> bool:
    """Serve, then replay all of it; whether everything came out the same."""
    pocket = busy_pocket(videos=videos, viewers=VIEWERS, watched=WATCHED)
    for turn in range(4):
        now_ms = START_MS + 10_000_000 + turn * 60_000
        pocket.freeze(now_ms)
        for policy in sorted(pocket.policies):
            for k in range(VIEWERS):
                pocket.serve(viewer_of(k), policy=policy, now_ms=now_ms + 1)
    signed = signed_receipts(pocket)
    cpu = time.process_time()
    verdicts = list(
        replay_many(signed, evidence=PocketEvidence(pocket), public_keys=[pocket.public_key])
    )
    cpu = time.process_time() - cpu
    same = sum(verdict.is_same for verdict in verdicts)
    epochs = len(pocket.epochs)
    print(
        f"{videos:>7,} videos  {same:,} of {len(signed):,} slates the same over {epochs} epochs:"
        f" {len(signed) / cpu:,.0f} a second of processor time, kernels {BEST.name}",
        flush=True,
    )
    return same == len(signed)


def main() -> int:
    """Measure and print; 1 if a slate differs."""
    sizes = [int(text) for text in sys.argv[1:]] or [2_400, 100_000]
    outcomes = [measure(videos) for videos in sizes]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())

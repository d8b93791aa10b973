"""Many slates served in one process and replayed, byte for byte, in another.

    python -m tests.drill.many_slates --slates 10000

The first process is an edition in memory with simulated viewers: four policies, an epoch after each
few hundred slates, restarts in between. It writes a bundle. The second is `plainview replay FILE`,
which is given nothing else.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from plainview.audit.bundle import encode_bundle, gather_bundle
from plainview.core.receipts import parse_receipt
from tests.pocket_evidence import PocketEvidence, worked_pocket

SEED = 20261122


def serve(
    path: Path, *, slates: int, videos: int, epochs: int, viewers: int, restarts: int
) -> None:
    """Serve and write the bundle; prints what was served."""
    began = time.perf_counter()
    pocket = worked_pocket(
        seed=SEED, videos=videos, slates=slates, viewers=viewers,
        slates_per_epoch=max(1, slates // epochs), restarts=restarts,
    )  # fmt: skip
    took = time.perf_counter() - began
    receipts = [parse_receipt(slate.receipt) for slate in pocket.slates]
    print(
        f"served   {len(receipts):,} slates to {viewers} viewers over {videos:,} videos in"
        f" {took:.0f} s: {len({r.epoch for r in receipts})} epochs,"
        f" {len({r.policy for r in receipts})} policies, {restarts} restarts,"
        f" {sum(len(chain) for chain in pocket.chains.values()):,} events,"
        f" {sum(r.caught_up for r in receipts)} slates at the catalogue's end",
        flush=True,
    )
    bundle = gather_bundle(
        [(slate.receipt, slate.signature) for slate in pocket.slates],
        evidence=PocketEvidence(pocket),
        public_key=pocket.public_key,
    )
    path.write_bytes(encode_bundle(bundle))


def replay_elsewhere(path: Path, *, timeout_s: int = 3_600) -> tuple[int, str]:
    """Exit status and output of `plainview replay FILE` in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "plainview.app.cli", "replay", str(path)],
        capture_output=True, text=True, check=False, timeout=timeout_s,
    )  # fmt: skip
    return run.returncode, run.stdout + run.stderr


def main() -> int:
    """Serve in one process, replay in another; exit 1 on any mismatch."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slates", type=int, default=10_000)
    parser.add_argument("--videos", type=int, default=2_400)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--viewers", type=int, default=60)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    asked = {
        name: getattr(options, name)
        for name in ("slates", "videos", "epochs", "viewers", "restarts")
    }
    if options.serve:
        serve(options.serve, **asked)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.json"
        flags = [part for name, value in asked.items() for part in (f"--{name}", str(value))]
        subprocess.run(
            [sys.executable, "-m", "tests.drill.many_slates", *flags, "--serve", str(path)],
            check=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        print(f"bundle   {path.stat().st_size / 2**20:.1f} MiB")
        status, said = replay_elsewhere(path)
    print("replayed " + said.replace("\n", "\n         ").rstrip())
    return status


if __name__ == "__main__":
    sys.exit(main())

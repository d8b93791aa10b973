"""The same bits everywhere: one digest of 220 receipts under every way of computing them here.

    python -m tests.drill.portability

OpenBLAS kernels from Nehalem to AVX-512 with one thread and two, numba for this processor and for
any x86-64, numpy without its vector units, float32, float64 and int64, and no numba at all; each in
a process of its own. A network of 256-128 drawn whole numbers gives BLAS real sums to reorder. Ten
of the slates are also recomputed by the pure-Python reference. The negative control, an ordinary
float32 network of the same shape under the same settings, must differ between them.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from plainview.audit.bundle import gather_bundle
from tests.golden.test_slates import recomputed, stated
from tests.pocket_evidence import PocketEvidence

NEEDS = {
    "Prescott": "pni", "Nehalem": "sse4_2", "Sandybridge": "avx", "Haswell": "avx2", "Zen": "avx2",
    "SkylakeX": "avx512f",
}  # fmt: skip
"""OpenBLAS kernels, and what the processor must have to run them; without it they crash."""


def processor_flags() -> set[str]:
    """What the processor says it has."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("flags"):
            return set(line.partition(":")[2].split())
    return set()


CORES = (*(core for core, flag in NEEDS.items() if flag in processor_flags()), "")
SETTINGS: list[tuple[str, str, dict[str, str]]] = [
    *(
        (f"OpenBLAS {core or 'its own choice'}, {threads} thread{'s' * (threads > 1)}", "numpy",
         {"OPENBLAS_CORETYPE": core, "OPENBLAS_NUM_THREADS": str(threads)})
        for core in CORES for threads in (1, 2)
    ),
    ("float64", "numpy-f64", {}),
    ("int64, no BLAS", "numpy-int64", {}),
    ("numpy without AVX2 and AVX-512", "numpy",
     {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL"}),
    ("numba for this processor", "numba", {}),
    ("numba for any x86-64", "numba",
     {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": ""}),
    ("numba generic", "numba", {"NUMBA_CPU_NAME": "generic"}),
    ("numba not installed", "numpy", {"PLAINVIEW_DRILL_WITHOUT": "numba"}),
]  # fmt: skip


def run(kernels: str, settings: dict[str, str]) -> tuple[str, str, str]:
    """(golden digest, control digest, OpenBLAS kernels) of a fresh process."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "NUMBA_", "NPY_"))}
    env |= {name: value for name, value in settings.items() if value}
    hide = "import sys; sys.modules['numba'] = None; " if "PLAINVIEW_DRILL_WITHOUT" in env else ""
    program = f"{hide}from tests.drill._portable import main; raise SystemExit(main({kernels!r}))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True, text=True, check=False, env=env,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{kernels} {settings}: {done.returncode} {done.stderr[-2000:]}")
    golden, control, blas = done.stdout.split(maxsplit=2)
    return golden, control, blas.strip()


def reference_agrees(count: int) -> int:
    """How many of `count` of the drill's slates the pure-Python reference gives alike."""
    from plainview.core.feed.kernels import NUMPY
    from plainview.sim.errand import put_to_work
    from plainview.sim.pocket import Pocket
    from plainview.sim.world import make_world
    from tests.drill._portable import pinned_policies, wide_weights
    from tests.pocket_evidence import START_MS

    pocket = Pocket(
        make_world(4, videos=160, start_ms=START_MS),
        weights=wide_weights(),
        policies=pinned_policies(),
        now_ms=START_MS,
        kernels=NUMPY,
    )
    put_to_work(
        pocket, seed=6, slates=40, viewers=4, start_ms=START_MS,
        policies=sorted(pocket.policies), slates_per_epoch=20,
    )  # fmt: skip
    pairs = [(slate.receipt, slate.signature) for slate in pocket.slates[:: 40 // count]][:count]
    bundle = gather_bundle(pairs, evidence=PocketEvidence(pocket), public_key=pocket.public_key)
    return sum(recomputed(data, bundle) == stated(data) for data, _ in pairs)


def main() -> int:
    """Compare."""
    for core in NEEDS.keys() - set(CORES):
        print(f"OpenBLAS {core:<24} left out: this processor lacks {NEEDS[core]}")
    goldens: set[str] = set()
    controls: set[str] = set()
    for name, kernels, settings in SETTINGS:
        began = time.perf_counter()
        golden, control, blas = run(kernels, settings)
        goldens.add(golden)
        controls.add(control)
        print(
            f"{name:<34} {golden[:16]}  control {control[:8]}  BLAS {blas:<12}"
            f" {time.perf_counter() - began:5.1f} s",
            flush=True,
        )
    agreed = reference_agrees(10)
    print(f"one digest     {len(goldens) == 1} ({len(goldens)} over {len(SETTINGS)} settings)")
    print(f"reference      {agreed} of 10 slates of the same network alike")
    print(f"control        {len(controls)} different results of ordinary float32")
    return 0 if len(goldens) == 1 and agreed == 10 and len(controls) > 1 else 1


if __name__ == "__main__":
    sys.exit(main())

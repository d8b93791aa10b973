"""Digests of slates and of what ticks learn, computed by the process it runs in.

    python -m tests.drill._crossed PART...

Prints a line for each part: its name, the digest, the seconds it took, and of ticks what the
compiled loops are made of.
"""

import re
import sys
import time
from collections.abc import Callable
from hashlib import sha256

from plainview.core.feed.kernels import BEST
from plainview.core.learn.embed_kernels import move
from plainview.core.learn.kernels import learn
from plainview.sim.pocket import Pocket
from tests.drill._learned import learned_digest
from tests.drill._portable import blas_in_use, float_digest, golden_digest
from tests.placed_slates import placed

FUSED = re.compile(r"\b(?:fn?m(?:add|sub)|fml[as]|fn?mad|fn?msb|fnml[as]|vfn?m(?:add|sub)\w*)\b")
"""Multiply-adds that round once, of x86-64 and of aarch64."""

UNITS = {
    "AVX-512": re.compile(r"\bzmm\d"), "AVX": re.compile(r"\bymm\d"), "SSE": re.compile(r"\bxmm\d"),
    "SVE": re.compile(r"\bz\d+\.[sd]"), "Neon": re.compile(r"\bv\d+\.[248]"),
}  # fmt: skip
"""Registers by which a vector unit is known, the widest of each processor first."""


def receipts_of(pocket: Pocket) -> str:
    """SHA-256 over the receipts of all that it served."""
    return sha256(b"".join(sha256(slate.receipt).digest() for slate in pocket.slates)).hexdigest()


def code_of_loops() -> str:
    """How many fused multiply-adds the compiled learning loops hold, and their vector unit."""
    texts = [t for loop in (learn, move) for t in getattr(loop, "inspect_asm", dict)().values()]
    if not texts:
        return "plain Python"
    code = "".join(texts)
    if "mul" not in code:
        return "not seen, compiled before"
    unit = next((name for name, register in UNITS.items() if register.search(code)), "no vectors")
    return f"{len(FUSED.findall(code))} fused, {unit}"


PARTS: dict[str, Callable[[], str]] = {
    "slates": lambda: golden_digest(BEST),
    "lists": lambda: receipts_of(placed(BEST)),
    "ticks-24": lambda: learned_digest(24),
    "ticks-300": lambda: learned_digest(300),
    "float32": float_digest,
}
"""220 slates; 150 slates, 50 of them of weights that place videos and bring lists; two ticks of so
many examples, network, embeddings and centroids; an ordinary float32 network."""


def main(parts: list[str]) -> int:
    """Print the digests."""
    for part in parts:
        began = time.perf_counter()
        digest = PARTS[part]()
        made_of = {"t": code_of_loops, "f": blas_in_use}.get(part[0], lambda: BEST.name)()
        print(part, digest, f"{time.perf_counter() - began:.1f}", made_of, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

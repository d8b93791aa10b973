"""One golden digest, computed by the process it runs in: `python -m tests.drill._portable KERNELS`.

Prints the digest of 220 receipts made with the given kernels, then a control: what an ordinary
float32 network of the same shape gives under the same settings.
"""

import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plainview.audit.bundle import parse_bundle
from plainview.core.feed.kernels import NUMBA, NUMPY, NUMPY_F64, NUMPY_INT64, Kernels
from plainview.core.learn import encode_weights, largest_sum
from plainview.core.learn.tables import logistic_table
from plainview.core.terms.weights import FEATURES, HEADS
from plainview.sim.chance import Chance
from plainview.sim.errand import put_to_work
from plainview.sim.pocket import Pocket
from plainview.sim.world import make_world
from tests.golden.slates import PATH
from tests.pocket_evidence import START_MS

WIDTHS = (256, 128)
OFFSETS = dict(
    zip(HEADS, (0, 104, -814, -1071, -1176, -1268, -1412, -255, -1355, 104), strict=True)
)
SLATES = 220
VIDEOS = 500


def pinned_policies() -> list[bytes]:
    """The policies of the golden slates, which stay as they are while the published ones change."""
    files = parse_bundle(PATH.read_bytes()).policy_files
    return [files[digest] for digest in sorted(files)]


def _numbers(name: str, count: int, spread: int) -> list[int]:
    chance = Chance(20261122, name)
    return [chance.bell(spread) for _ in range(count)]


@cache
def wide_weights() -> bytes:
    """A 256-128 network of drawn whole numbers, so that BLAS has real sums to reorder."""
    layers = []
    inputs = len(FEATURES)
    for depth, outputs in enumerate((*WIDTHS, len(HEADS))):
        weight = np.array(_numbers(f"w{depth}", inputs * outputs, 60), np.int8)
        bias = np.array(_numbers(f"b{depth}", outputs, 4_000), np.int32)
        shift = np.full(outputs, 9 if depth == 0 else 8, np.uint8)
        weight = weight.reshape(inputs, outputs)
        bound = largest_sum(weight, bias, input_max=128 if depth == 0 else 255, where=f"w{depth}")
        assert bound < 1 << 24
        layers.append((weight, bias, shift))
        inputs = outputs
    return encode_weights(
        name="drill-wide",
        hidden=layers[:-1],
        heads=layers[-1],
        table=np.stack([logistic_table(OFFSETS[head]) for head in HEADS]),
        offsets=[OFFSETS[head] for head in HEADS],
    )


def golden_digest(kernels: Kernels) -> str:
    """SHA-256 over the receipts of SLATES slates under four policies, with `kernels`."""
    pocket = Pocket(
        make_world(4, videos=VIDEOS, start_ms=START_MS),
        weights=wide_weights(),
        policies=pinned_policies(),
        now_ms=START_MS,
        kernels=kernels,
    )
    put_to_work(
        pocket, seed=4, slates=SLATES, viewers=9, start_ms=START_MS,
        policies=sorted(pocket.policies), slates_per_epoch=70, restarts=1,
    )  # fmt: skip
    total = sha256()
    for slate in pocket.slates:
        total.update(sha256(slate.receipt).digest())
    return total.hexdigest()


def float_digest() -> str:
    """The negative control: the same shape with weights that are no whole numbers, in float32."""
    a: NDArray[np.float32] = _floats("input", 5_001, len(FEATURES))
    for depth, outputs in enumerate((*WIDTHS, len(HEADS))):
        a = a @ _floats(f"control {depth}", a.shape[1], outputs)
        if depth < len(WIDTHS):
            a = np.maximum(a, np.float32(0))
    return sha256(np.ascontiguousarray(a).tobytes()).hexdigest()


def _floats(name: str, rows: int, columns: int) -> NDArray[np.float32]:
    generator = np.random.Generator(np.random.PCG64(int(sha256(name.encode()).hexdigest()[:8], 16)))
    return generator.standard_normal((rows, columns), dtype=np.float32)


def blas_in_use() -> str:
    """The OpenBLAS kernels that were loaded, as the library says itself."""
    import ctypes

    folder = Path(np.__file__).parent.parent / "numpy.libs"
    for path in sorted(folder.glob("*openblas*")):
        library = ctypes.CDLL(str(path))
        for name in ("scipy_openblas_get_corename64_", "openblas_get_corename"):
            function = getattr(library, name, None)
            if function is not None:
                function.restype = ctypes.c_char_p
                return str(function().decode())
    return "unknown"


def main(kernels: str) -> int:
    """Print the two digests and what computed them."""
    known = {"numpy": NUMPY, "numpy-f64": NUMPY_F64, "numpy-int64": NUMPY_INT64, "numba": NUMBA}
    chosen = known[kernels]
    if chosen is None:
        print("numba is not installed", file=sys.stderr)
        return 1
    print(golden_digest(chosen), float_digest(), blas_in_use())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

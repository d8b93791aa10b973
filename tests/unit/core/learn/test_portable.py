"""One tick, the same bytes: compiled for any processor, for this one, and not compiled at all."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from plainview.core.learn.kernels import logits_and_peaks
from tests.drill._learned import learned_digest

ROOT = Path(__file__).parents[4]
SETTINGS: list[dict[str, str]] = [
    {"NUMBA_CPU_NAME": "generic"},
    {"NUMBA_CPU_NAME": "generic", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL"},
    {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_NUM_THREADS": "2"},
]


def elsewhere(count: int, settings: dict[str, str], *, before: str = "") -> str:
    """The digest that a fresh process prints under `settings`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "NUMBA_", "NPY_"))}
    env |= {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"} | settings
    program = f"{before}from tests.drill._learned import learned_digest as d; print(d({count}))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True, text=True, check=False, env=env, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_the_same_bytes_on_any_processor() -> None:
    """Compiled for a generic processor, with numpy's vector units off, with another BLAS: one
    digest of two ticks of 300 examples."""
    assert {elsewhere(300, settings) for settings in SETTINGS} == {learned_digest(300)}


def test_the_same_bytes_without_numba() -> None:
    """The loops as plain Python, where numba is not installed, give the digest of the compiled
    ones: what the source says is what was computed."""
    hide = "import sys; sys.modules['numba'] = None; "
    assert elsewhere(24, {}, before=hide) == learned_digest(24)


def test_the_order_of_adding_matters() -> None:
    """The control: the same sums in another order have other bits, so that one digest proves that
    the order is kept."""
    rng = np.random.Generator(np.random.PCG64(1))
    X = rng.integers(-127, 128, size=(50, 64)).astype(np.int8)
    theta = rng.normal(0, 0.3, size=64 + 1).astype(np.float32)
    turned = np.concatenate([theta[:64][::-1], theta[64:]])
    found = []
    for rows, numbers in ((X, theta), (np.ascontiguousarray(X[:, ::-1]), turned)):
        logits = np.zeros((50, 1), dtype=np.float32)
        logits_and_peaks(numbers, np.array([64, 1]), rows, logits, np.zeros((1, 64), np.float32))
        found.append(logits)
    assert np.abs(found[0] - found[1]).max() < 1e-4
    assert found[0].tobytes() != found[1].tobytes()

"""Slates, the same bytes: compiled for any processor, for this one, and not compiled at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plainview.core.feed.kernels import BEST
from tests.drill._crossed import receipts_of
from tests.placed_slates import placed

ROOT = Path(__file__).parents[2]
NO_VECTORS = {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL"}


@pytest.mark.parametrize(
    ("kernels", "settings"),
    [
        ("numba", {"NUMBA_CPU_NAME": "generic"}),
        ("numpy", NO_VECTORS | {"OPENBLAS_NUM_THREADS": "2"}),
    ],
)
def test_the_same_slates_on_any_processor(kernels: str, settings: dict[str, str]) -> None:
    """Compiled for a generic processor, and without numba, numpy's vector units off: 150 slates,
    some with lists and places that were learned, have the digest that they have here."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "NUMBA_", "NPY_"))}
    env |= {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"} | settings
    hide = "import sys; sys.modules['numba'] = None; " if kernels == "numpy" else ""
    program = f"{hide}from tests.drill._crossed import main; main(['lists'])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True, text=True, check=False, env=env, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    part, digest, _, ran = done.stdout.split()
    assert (part, digest, ran) == ("lists", receipts_of(placed(BEST)), kernels)

"""Where kernels come from: numba where it can be had, numpy alone where it cannot."""

import subprocess
import sys
from typing import Any

import pytest

from plainview.core.feed.kernels import BEST, NUMBA, NUMPY

WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
from plainview.core.feed.kernels import BEST, NUMBA
assert NUMBA is None
print(BEST.name)
"""


def test_without_numba_the_feed_runs_on_numpy() -> None:
    """The base install has no numba: importing the feed still works, and takes numpy."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMBA], capture_output=True, text=True, check=True
    )
    assert done.stdout == "numpy\n"


def test_the_best_kernels_are_numba_where_it_is_installed() -> None:
    """With numba installed it is what serves."""
    assert BEST is (NUMBA or NUMPY)


@pytest.mark.parametrize("refusal", [RuntimeError("no locator available"), PermissionError(13)])
def test_a_cache_that_cannot_be_kept_costs_time_only(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    """Where numba may write no cache, the function is compiled anew and works."""
    import numba

    from plainview.core.feed.compiling import compiled

    real = numba.njit
    asked = []

    def njit(signature: Any, **options: Any) -> Any:
        asked.append(options.get("cache", False))
        if options.get("cache"):
            raise refusal
        return real(signature, **options)

    monkeypatch.setattr(numba, "njit", njit)
    double = compiled(numba.types.int64(numba.types.int64))(lambda n: 2 * n)
    assert double(21) == 42
    assert asked == [True, False]

"""Compiled code keeps off SVE where there is any, and is otherwise as numba would have it."""

import pytest
from numba.core import codegen, config

from plainview.core.terms.vector_units import leave_sve_alone


@pytest.mark.parametrize(
    ("here", "asked", "given"),
    [
        ("+neon,+dotprod,+sve", None, "+neon,+dotprod,+sve,-sve"),
        ("+neon,+sve2,-sve", "", "-sve"),
        ("+neon,+sve", "+sve", "+sve,-sve"),
        ("+avx2,+fma", None, None),
        ("+avx2,+fma", "", ""),
    ],
)
def test_what_numba_is_told(
    monkeypatch: pytest.MonkeyPatch, here: str, asked: str | None, given: str | None
) -> None:
    """On aarch64 the last word is that there is no SVE, whoever asked for it; on x86-64 nothing
    is said."""
    monkeypatch.setattr(codegen, "get_host_cpu_features", lambda: here)
    monkeypatch.setattr(config, "CPU_FEATURES", asked)
    leave_sve_alone.__wrapped__()
    told = vars(config)["CPU_FEATURES"]
    assert told == given

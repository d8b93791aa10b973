"""A compiled function is kept under a name that says what it reads."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from plainview.core.terms.kept_code import stamp_of, stamped

SOURCE = """
def called(n):
    return n + DEEP
def kernel(n):
    return called(n) * STEP + sum(TABLE[i] for i in range(LAST))
"""


class Compiled:
    """As numba's dispatchers are, to whoever looks for the function behind one."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.py_func = function


def kernel(**changed: object) -> Callable[..., Any]:
    """A kernel that names an integer, an array, one in an inner function, and another kernel."""
    names: dict[str, Any] = {"STEP": 3, "DEEP": 1, "LAST": 2, "TABLE": np.arange(4), **changed}
    exec(SOURCE, names)
    names["called"] = Compiled(names["called"])
    found: Callable[..., Any] = names["kernel"]
    return found


@pytest.mark.parametrize(
    "changed",
    [{"STEP": 4}, {"DEEP": 2}, {"LAST": 3}, {"TABLE": np.arange(4) + 1}, {"STEP": 3.0}],
    ids=str,
)
def test_another_constant_is_another_name(changed: dict[str, object]) -> None:
    """A constant changed where it is imported from, an array's values, or what a called kernel
    reads: each makes another name; the same again makes the same."""
    assert stamp_of(kernel()) == stamp_of(kernel())
    assert stamp_of(kernel(**changed)) != stamp_of(kernel())


def test_the_name_carries_it() -> None:
    """What numba keeps a function by ends in the stamp."""
    one = kernel()
    stamp = stamp_of(one)
    assert stamped(one).__qualname__ == f"kernel_{stamp}"

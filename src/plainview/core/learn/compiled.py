"""Loops compiled where numba is installed; the same functions, as they stand, where it is not.

Compiled or not, the bits are the same: one thread, each operation IEEE 754 single precision in the
order in which it is written. LLVM fuses or reorders none of them unless told to, and is not told.
Compiled at the first call, so that who only serves never waits for it.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from plainview.core.terms.kept_code import stamped
from plainview.core.terms.vector_units import leave_sve_alone

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """`function`, compiled at its first call if numba is there."""
    try:
        import numba
    except ImportError:
        return function
    stamped(function)
    leave_sve_alone()
    try:
        fast = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    except (RuntimeError, OSError):
        # No folder to keep a cache in: an installation that this user may not write to.
        fast = numba.njit(nogil=True, error_model="numpy")(function)
    return cast("F", fast)

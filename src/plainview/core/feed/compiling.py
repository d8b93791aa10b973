"""How kernels are compiled: at import, from numba's cache where there can be one, else anew.

So nothing is compiled inside a request. numba keeps what it compiled beside the source, by the
function's name, which says what it reads (see `stamped`), and by the time and size of its file.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba import types

from plainview.core.terms.kept_code import stamped
from plainview.core.terms.vector_units import leave_sve_alone

P = ParamSpec("P")
R = TypeVar("R")


def given(dtype: Any, dimensions: int = 1) -> Any:
    """An array that is only read: frozen ones come in too."""
    return types.Array(dtype, dimensions, "C", readonly=True)


def filled(dtype: Any, dimensions: int = 1) -> Any:
    """An array that is written."""
    return types.Array(dtype, dimensions, "C")


def compiled(signature: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile for `signature` now, without the interpreter lock, cached where that is possible."""

    def compile_now(function: Callable[P, R]) -> Callable[P, R]:
        stamped(function)
        leave_sve_alone()
        try:
            fast = numba.njit(signature, nogil=True, cache=True)(function)
        except (RuntimeError, OSError):
            # No folder to keep a cache in: an installation that this user may not write to.
            fast = numba.njit(signature, nogil=True)(function)
        return cast("Callable[P, R]", fast)

    return compile_now

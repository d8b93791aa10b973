"""The name under which a compiled function is kept, so that no stale one is ever taken for it."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from types import CodeType
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

STAMP_CHARS = 12


def stamped(function: F) -> F:
    """`function`, its qualified name ending in a digest of what it reads beside its arguments.

    numba compiles the values of global names in, and keeps the result by the name of the function
    and by the time and size of its own file. A constant that was changed where it is imported from
    would leave the old one in use: other slates from the same source.

    >>> def twice(n: int) -> int:
    ...     return n * STAMP_CHARS
    >>> stamped(twice).__qualname__ == "twice_" + stamp_of(twice)
    True
    """
    function.__qualname__ = f"{function.__qualname__}_{stamp_of(function)}"
    return function


def stamp_of(function: Callable[..., Any]) -> str:
    """A digest of the function's own code and of all constants and functions that it names."""
    code: CodeType = function.__code__
    lines = [sha256(code.co_code).hexdigest()]
    for name in sorted(set(_names(code))):
        value = function.__globals__.get(name)
        compiled = getattr(value, "py_func", None)
        if compiled is not None:
            lines.append(f"{name} {compiled.__qualname__} {stamp_of(compiled)}")
        elif isinstance(value, np.ndarray | np.generic):
            lines.append(f"{name} {value.dtype.str} {sha256(value.tobytes()).hexdigest()}")
        elif isinstance(value, int | float | str | bytes | tuple):
            lines.append(f"{name} {value!r}")
    return sha256("\n".join(lines).encode()).hexdigest()[:STAMP_CHARS]


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)

"""Freed memory, to the system."""

import ctypes


def give_back() -> None:
    """Of many small pieces glibc keeps what it was given, whether or not it is used again."""
    ctypes.CDLL(None).malloc_trim(0)

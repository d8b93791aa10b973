"""Time and chance, the two things no value can be."""

from typing import Protocol


class Clock(Protocol):
    """Milliseconds since 1970 UTC by the machine's clock. May step back; never more than asked."""

    def now_ms(self) -> int:
        """Now."""
        ...

    def sleep_ms(self, ms: int) -> None:
        """Return after at least `ms` milliseconds."""
        ...


class Chance(Protocol):
    """Bytes nobody can guess: ids, tokens, keys. Never an input of a slate."""

    def token(self, size_bytes: int) -> bytes:
        """`size_bytes` fresh random bytes."""
        ...

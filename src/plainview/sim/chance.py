"""Seeded chance in integers: the same seed and name give the same draws on any machine."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")
_MASK = 2**64 - 1


class Chance:
    """A stream of draws (SplitMix64). Streams of different names do not depend on each other.

    >>> Chance(7, "a").below(1000) == Chance(7, "a").below(1000)
    True
    """

    def __init__(self, seed: int, *names: str | int) -> None:
        text = "\n".join(("plainview sim", str(seed), *(str(name) for name in names)))
        self._state = int.from_bytes(sha256(text.encode()).digest()[:8], "big")

    def bits(self) -> int:
        """64 bits. Source: Steele, Lea and Flood, "Fast splittable pseudorandom generators"."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, count: int) -> int:
        """One of 0 .. count-1 (count >= 1)."""
        return self.bits() * count >> 64

    def between(self, least: int, most: int) -> int:
        """One of least .. most, both included."""
        return least + self.below(most - least + 1)

    def happens(self, per_mille: int) -> bool:
        """True in `per_mille` of 1000 draws; never at 0 or less, always at 1000 or more."""
        return self.below(1000) < per_mille

    def bell(self, spread: int) -> int:
        """Around 0, within ±2 * spread, bell shaped: four even draws added up."""
        return sum(self.below(spread + 1) for _ in range(4)) - 2 * spread

    def one_of(self, things: Sequence[T]) -> T:
        """One of `things`, each as likely."""
        return things[self.below(len(things))]

    def some_of(self, things: Sequence[T], count: int) -> list[T]:
        """`count` different ones of `things`, or all of them, in drawn order."""
        left = list(things)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

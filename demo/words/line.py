"""One caption with its tags and length."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A caption, its tags separated by blanks, and how many seconds the clip runs."""

    caption: str
    tags: str
    length_s: float = 6.0

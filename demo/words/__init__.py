"""What the creators write under their clips, a file per topic."""

from . import marbles, sorting
from .line import Line

__all__ = ["LINES", "Line"]

LINES: dict[str, tuple[Line, ...]] = {**marbles.LINES, **sorting.LINES}

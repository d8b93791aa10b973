"""What the creators write under their clips, a file per topic."""

from . import chance, dishes, eyes, marbles, pendulums, sorting, weather, zooms
from .line import Line

__all__ = ["LINES", "Line"]

LINES: dict[str, tuple[Line, ...]] = {
    name: lines
    for topic in (marbles, sorting, pendulums, dishes, zooms, weather, eyes, chance)
    for name, lines in topic.LINES.items()
}

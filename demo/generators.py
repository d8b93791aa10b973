"""Every generator by name, with the topic it belongs to."""

from collections.abc import Callable

from .marbles import ring
from .scene import Scene
from .sorting import bars
from .spec import ClipSpec

Generator = Callable[[ClipSpec], Scene]

GENERATORS: dict[str, tuple[str, Generator]] = {
    "marble-ring": ("marbles", ring.build),
    "sort-bars": ("sorting", bars.build),
}

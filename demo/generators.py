"""Every generator by name, with the topic it belongs to."""

from collections.abc import Callable

from .chance import galton
from .dishes import cells
from .eyes import size
from .marbles import ring
from .pendulums import wave
from .scene import Scene
from .sorting import bars
from .spec import ClipSpec
from .weather import day
from .zooms import beads

Generator = Callable[[ClipSpec], Scene]

GENERATORS: dict[str, tuple[str, Generator]] = {
    "marble-ring": ("marbles", ring.build),
    "sort-bars": ("sorting", bars.build),
    "pendulum-wave": ("pendulums", wave.build),
    "dish-cells": ("dishes", cells.build),
    "zoom-beads": ("zooms", beads.build),
    "weather-day": ("weather", day.build),
    "eyes-size": ("eyes", size.build),
    "chance-galton": ("chance", galton.build),
}

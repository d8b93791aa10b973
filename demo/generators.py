"""Every generator by name, with the topic it belongs to."""

from collections.abc import Callable

from .chance import galton, monty
from .dishes import cells, reaction
from .eyes import size, straight
from .marbles import ring, steps
from .pendulums import arcs, wave
from .scene import Scene
from .sorting import bars, race
from .spec import ClipSpec
from .weather import day, rain
from .zooms import beads, julia

Generator = Callable[[ClipSpec], Scene]

GENERATORS: dict[str, tuple[str, Generator]] = {
    "marble-ring": ("marbles", ring.build),
    "marble-steps": ("marbles", steps.build),
    "sort-bars": ("sorting", bars.build),
    "sort-race": ("sorting", race.build),
    "pendulum-wave": ("pendulums", wave.build),
    "pendulum-arcs": ("pendulums", arcs.build),
    "dish-cells": ("dishes", cells.build),
    "dish-reaction": ("dishes", reaction.build),
    "zoom-beads": ("zooms", beads.build),
    "zoom-julia": ("zooms", julia.build),
    "weather-day": ("weather", day.build),
    "weather-rain": ("weather", rain.build),
    "eyes-size": ("eyes", size.build),
    "eyes-straight": ("eyes", straight.build),
    "chance-galton": ("chance", galton.build),
    "chance-monty": ("chance", monty.build),
}

"""Every generator by name, with the topic it belongs to."""

from collections.abc import Callable

from .chance import darts, galton, monty
from .dishes import boids, cells, reaction
from .eyes import motion, size, straight
from .marbles import jar, ring, steps
from .pendulums import arcs, harmonograph, wave
from .scene import Scene
from .sorting import bars, faces, race
from .spec import ClipSpec
from .weather import day, fireflies, rain
from .zooms import beads, julia, mandel

Generator = Callable[[ClipSpec], Scene]

GENERATORS: dict[str, tuple[str, Generator]] = {
    "marble-ring": ("marbles", ring.build),
    "marble-steps": ("marbles", steps.build),
    "marble-jar": ("marbles", jar.build),
    "sort-bars": ("sorting", bars.build),
    "sort-race": ("sorting", race.build),
    "sort-faces": ("sorting", faces.build),
    "pendulum-wave": ("pendulums", wave.build),
    "pendulum-arcs": ("pendulums", arcs.build),
    "pendulum-harmonograph": ("pendulums", harmonograph.build),
    "dish-cells": ("dishes", cells.build),
    "dish-reaction": ("dishes", reaction.build),
    "dish-boids": ("dishes", boids.build),
    "zoom-beads": ("zooms", beads.build),
    "zoom-julia": ("zooms", julia.build),
    "zoom-mandel": ("zooms", mandel.build),
    "weather-day": ("weather", day.build),
    "weather-rain": ("weather", rain.build),
    "weather-fireflies": ("weather", fireflies.build),
    "eyes-size": ("eyes", size.build),
    "eyes-straight": ("eyes", straight.build),
    "eyes-motion": ("eyes", motion.build),
    "chance-galton": ("chance", galton.build),
    "chance-monty": ("chance", monty.build),
    "chance-darts": ("chance", darts.build),
}

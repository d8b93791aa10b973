"""Every generator by name, with the topic it belongs to."""

from collections.abc import Callable

from .chance import darts, galton, monty, tumble, walk
from .dishes import boids, cells, life, reaction, slime
from .eyes import motion, shade, size, straight
from .marbles import escape, jar, ring, steps
from .pendulums import arcs, double, harmonograph, orbits, wave
from .scene import Scene
from .sorting import bars, faces, grid, race
from .spec import ClipSpec
from .weather import aurora, day, fireflies, rain, snow
from .zooms import beads, droste, julia, mandel

Generator = Callable[[ClipSpec], Scene]

GENERATORS: dict[str, tuple[str, Generator]] = {
    "marble-ring": ("marbles", ring.build),
    "marble-steps": ("marbles", steps.build),
    "marble-jar": ("marbles", jar.build),
    "marble-escape": ("marbles", escape.build),
    "sort-bars": ("sorting", bars.build),
    "sort-race": ("sorting", race.build),
    "sort-faces": ("sorting", faces.build),
    "sort-grid": ("sorting", grid.build),
    "pendulum-wave": ("pendulums", wave.build),
    "pendulum-arcs": ("pendulums", arcs.build),
    "pendulum-harmonograph": ("pendulums", harmonograph.build),
    "pendulum-double": ("pendulums", double.build),
    "pendulum-orbits": ("pendulums", orbits.build),
    "dish-cells": ("dishes", cells.build),
    "dish-reaction": ("dishes", reaction.build),
    "dish-boids": ("dishes", boids.build),
    "dish-slime": ("dishes", slime.build),
    "dish-life": ("dishes", life.build),
    "zoom-beads": ("zooms", beads.build),
    "zoom-julia": ("zooms", julia.build),
    "zoom-mandel": ("zooms", mandel.build),
    "zoom-droste": ("zooms", droste.build),
    "weather-day": ("weather", day.build),
    "weather-rain": ("weather", rain.build),
    "weather-fireflies": ("weather", fireflies.build),
    "weather-snow": ("weather", snow.build),
    "weather-aurora": ("weather", aurora.build),
    "eyes-size": ("eyes", size.build),
    "eyes-straight": ("eyes", straight.build),
    "eyes-motion": ("eyes", motion.build),
    "eyes-shade": ("eyes", shade.build),
    "chance-galton": ("chance", galton.build),
    "chance-monty": ("chance", monty.build),
    "chance-darts": ("chance", darts.build),
    "chance-walk": ("chance", walk.build),
    "chance-tumble": ("chance", tumble.build),
}

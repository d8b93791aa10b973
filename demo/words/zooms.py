"""Captions of the zoom clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "zoom-beads": (
        Line("The necklace that is eating me", "spiral infinite hypnotic", 6),
        Line(
            "Count the arms. Now the other way. Different number, right? Fibonacci says hi.",
            "spiral fibonacci maths",
            7,
        ),
        Line("Falling into a candy drain", "spiral infinite", 6),
        Line("Hexagons all the way in", "spiral tiling infinite", 6),
        Line("The tone rises for ever and so does my rent", "spiral shepardtone", 7),
        Line("One way in. There is no number two.", "spiral infinite", 6),
    ),
    "zoom-julia": (
        Line("Julia, where are you going? In.", "fractal julia infinite", 6),
        Line("Every turn is the same turn. Very therapeutic.", "fractal julia spiral", 7),
        Line("I dropped my keys in here in March", "fractal julia deep", 6),
        Line("Backing out slowly so it doesn't notice", "fractal julia", 7),
        Line(
            "The neighbours downstairs are identical to the neighbours downstairs",
            "fractal julia selfsimilar",
            7,
        ),
        Line("Screensaver of a cathedral", "fractal julia", 6),
    ),
    "zoom-mandel": (
        Line("Went all the way in and found: the outside", "fractal mandelbrot infinite", 7),
        Line("The bug has a bug with a bug on it", "fractal mandelbrot deep", 7),
        Line("Much, much smaller and still judging me", "fractal mandelbrot", 8),
        Line("I keep arriving", "fractal mandelbrot loop", 7),
        Line("Somewhere in there is a smaller me posting this", "fractal mandelbrot recursion", 8),
        Line("Needle, haystack, needle, haystack", "fractal mandelbrot deep", 7),
    ),
    "zoom-droste": (
        Line("Cat looking at cat looking at cat looking at", "droste cat recursion", 7),
        Line("There's a window in the planet in the window", "droste planet spiral", 7),
        Line("The museum of this museum", "droste painting recursion", 7),
        Line("What the eye saw: an eye", "droste eye recursion", 7),
        Line("Cat, but it goes round the corner", "droste cat spiral", 7),
        Line("Leaving the planet by the small door", "droste planet", 8),
    ),
}

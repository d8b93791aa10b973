"""Captions of the pendulum clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "pendulum-wave": (
        Line(
            "They leave together, they come home together. In between: drama.",
            "physics chord harmony",
            6,
        ),
        Line("A snake that only exists because nobody can keep time", "physics wave", 7),
        Line("My family arriving at a wedding", "physics timing", 7),
        Line("Flower with commitment issues (it comes back)", "physics wave bloom", 6),
        Line("Wait for the chord. Everything is about the chord.", "physics chord harmony", 8),
        Line(
            "Twenty brass balls, zero coordination, one miracle per clip", "physics wave brass", 6
        ),
    ),
    "pendulum-arcs": (
        Line("Everyone hits the table together exactly once per rehearsal", "polyrhythm chord", 7),
        Line("Clock with twelve opinions", "polyrhythm rings", 8),
        Line("Popcorn, but it went to music school", "polyrhythm bounce", 6),
        Line("Triangular commute", "polyrhythm geometry", 7),
        Line("Listen for the pile-up at the end", "polyrhythm chord harmony", 8),
        Line("The line between them is doing all the emotional work", "polyrhythm wave", 7),
    ),
    "pendulum-harmonograph": (
        Line(
            "Two to three: a perfect fifth, drawn with a shaky hand", "harmonograph fifth line", 7
        ),
        Line("My handwriting, if I had talent", "harmonograph line art", 8),
        Line("It never lifts the pen. It never needs to.", "harmonograph line", 7),
        Line("A nest, drawn by a clock", "harmonograph line calm", 7),
        Line(
            "Someone gave the pendulum a gold pen and now it's unbearable", "harmonograph gold", 8
        ),
        Line("Whole figure at the chord, then it eats its own tail", "harmonograph chord", 7),
    ),
    "pendulum-double": (
        Line("Forty twins, one bad idea, then we rewind", "chaos doublependulum", 8),
        Line("They agree. They agree. They do not agree.", "chaos butterfly", 7),
        Line("A tiny difference of opinion ruined this friendship", "chaos doublependulum", 7),
        Line("Undo", "chaos timereversal", 8),
        Line("Free will, as performed by sticks", "chaos doublependulum", 7),
    ),
    "pendulum-orbits": (
        Line("Venus and Earth have been doing this the whole time", "orbits weaving planets", 8),
        Line("String art by two fools on a roundabout", "orbits weaving", 7),
        Line("I knitted you a flower. The sheep are planets.", "orbits weaving", 7),
        Line("Nine laps against four", "orbits weaving rhythm", 7),
        Line("Somebody has to hold the other end", "orbits weaving", 8),
        Line("Round, around, a-round, done", "orbits weaving", 7),
    ),
}

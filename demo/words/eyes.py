"""Captions of the illusion clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "eyes-size": (
        Line("Pick a dot. You picked wrong. You'd have been wrong either way.", "illusion ebbinghaus quiz", 6),
        Line("I measured this four times and I'm still cross", "illusion mullerlyer quiz", 6),
        Line("Trains, rails, lies", "illusion ponzo perspective", 6),
        Line("Hat science: is it taller than it is wide?", "illusion quiz", 6),
        Line("Your brain grades on a curve", "illusion ebbinghaus", 7),
        Line("Arrows should be illegal", "illusion mullerlyer", 7),
    ),
    "eyes-straight": (
        Line("I tiled this wall myself and I'm being sued", "illusion cafewall quiz", 6),
        Line("Seven lines walk into a bar, lean, deny it", "illusion zollner quiz", 6),
        Line("It's the spokes. It's always the spokes.", "illusion hering", 6),
        Line("Hold still, you", "illusion breathing motion", 7),
        Line("Spirit level says yes. Eyes say absolutely not.", "illusion cafewall", 7),
        Line("My fence contractor's portfolio", "illusion zollner", 6),
    ),
}

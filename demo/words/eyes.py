"""Captions of the illusion clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "eyes-size": (
        Line(
            "Pick a dot. You picked wrong. You'd have been wrong either way.",
            "illusion ebbinghaus quiz",
            6,
        ),
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
    "eyes-motion": (
        Line("Follow ONE dot. Just one. Told you.", "illusion motion quiz", 6),
        Line("Left, right, left, right: no they aren't", "illusion footsteps motion", 7),
        Line("The barber pole has been lying since 1800", "illusion barberpole motion", 6),
        Line(
            "Stare at the dot, then tell me the wall is not breathing",
            "illusion aftereffect stare",
            8,
        ),
        Line("Every single one goes straight. Infuriating.", "illusion motion", 7),
        Line("Walk like you mean it", "illusion footsteps", 7),
    ),
    "eyes-shade": (
        Line(
            "A and B have a joint bank account and the same grey", "illusion checkershadow quiz", 7
        ),
        Line("One of us is lying and it's not the paint", "illusion munker colour quiz", 7),
        Line("One bar. One grey. One argument at dinner.", "illusion gradient quiz", 6),
        Line("Count them. Faster. Faster. Sorry.", "illusion grid sparkle", 6),
        Line("The ball did it", "illusion checkershadow", 8),
        Line("Two discs, identical, not speaking", "illusion munker colour", 7),
    ),
}

"""Captions of the marble clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "marble-ring": (
        Line("It eats the sound and gets bigger. Same.", "strings physics oddlysatisfying", 7),
        Line(
            "One marble walks into a circle. You will not believe the rest of the family.",
            "physics doubling",
            6,
        ),
        Line(
            "Every bounce gets a string attached. Like my nephew's loans.",
            "strings physics music",
            7,
        ),
        Line("Three marbles, no plan, somehow a tune", "physics music", 6),
        Line("Drew a star by missing the middle repeatedly", "geometry strings", 8),
        Line("He was a small boy once", "physics growth", 6),
        Line("Mitosis, but make it a xylophone", "doubling music", 7),
        Line("Tangled. Not sorry.", "strings physics", 8),
        Line("These three have never once agreed on a tempo", "music trails", 6),
    ),
    "marble-steps": (
        Line("He believes the stairs end. We have not told him.", "music stairs physics", 7),
        Line("Two marbles, one canon, no rehearsals", "music canon stairs", 8),
        Line("Please do not wake the xylophone", "music stairs sleepy", 6),
        Line("Commuting, but each step is a song", "music stairs", 6),
        Line("Down is just up with better rhythm", "music physics", 7),
        Line(
            "The downstairs neighbours wrote this tune, against their will",
            "music stairs neighbours",
            7,
        ),
    ),
    "marble-jar": (
        Line("Everybody out of the funnel. Say hi to the faces.", "physics bumpers music", 6),
        Line("Pinball with no paddle and no stakes", "physics bumpers", 7),
        Line(
            "They queue, they fall, they sing, the floor betrays them",
            "physics bumpers trapdoor",
            7,
        ),
        Line("Four bumpers started a string quartet", "physics quartet music", 6),
        Line("Rush hour at the marble office", "physics bumpers", 7),
        Line("The ring of faces did not ask for this", "physics bumpers ring", 8),
    ),
    "marble-escape": (
        Line("Six doors, one marble, no map", "physics rings escape", 7),
        Line("Locked out of the inside", "physics rings", 7),
        Line("He asked the walls nicely", "physics rings escape", 8),
        Line("Prison break, but polite and in a minor key", "physics rings escape", 7),
        Line("Every wall had a door. It kept moving, that's all.", "physics rings", 8),
    ),
}

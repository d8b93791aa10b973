"""Captions of the marble clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "marble-ring": (
        Line("It eats the sound and gets bigger. Same.", "strings physics oddlysatisfying", 7),
        Line("One marble walks into a circle. You will not believe the rest of the family.", "physics doubling", 6),
        Line("Every bounce gets a string attached. Like my nephew's loans.", "strings physics music", 7),
        Line("Three marbles, no plan, somehow a tune", "physics music", 6),
        Line("Drew a star by missing the middle repeatedly", "geometry strings", 8),
        Line("He was a small boy once", "physics growth", 6),
        Line("Mitosis, but make it a xylophone", "doubling music", 7),
        Line("Tangled. Not sorry.", "strings physics", 8),
        Line("These three have never once agreed on a tempo", "music trails", 6),
    ),
}

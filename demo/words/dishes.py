"""Captions of the living-dish clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "dish-cells": (
        Line(
            "Day 1: got a roommate. Also day 1: got everyone's roommates.",
            "microlife cells growth",
            6,
        ),
        Line(
            "Two families move into the same dish. Please be nice.", "microlife cells neighbours", 7
        ),
        Line("Three founders, one dish, no planning permission", "microlife cells city", 6),
        Line("Everyone here is technically the same guy", "microlife cells family", 7),
        Line("They blink. I have checked. They blink.", "microlife cells", 6),
    ),
    "dish-reaction": (
        Line("Coral speedrun, any percent", "chemistry turing coral", 6),
        Line("This is how leopards are printed", "chemistry turing spots", 7),
        Line("Fed it at noon. By 12:06 it had architecture.", "chemistry turing growth", 7),
        Line("Holes. It makes holes. We respect it.", "chemistry turing", 6),
        Line("A maze with no minotaur (looked twice)", "chemistry turing maze", 7),
        Line("It waves back if you are patient", "chemistry turing waves", 6),
    ),
    "dish-boids": (
        Line("I said ONE crumb", "microlife shoal feeding", 7),
        Line("The big one only wants friends", "microlife shoal chase", 7),
        Line("Ninety-five fish, one brain cell, shared nicely", "microlife shoal", 6),
        Line("A very small swim team", "microlife shoal chase", 8),
        Line("Yum count: adequate", "microlife feeding", 7),
    ),
    "dish-slime": (
        Line("No brain. Better commute than yours.", "microlife slimemould network", 7),
        Line("They all came in for dinner at once", "microlife slimemould", 7),
        Line(
            "Designed the metro in eight seconds, fee: oats", "microlife slimemould network oats", 8
        ),
        Line("It isn't looking for you. It's looking for oats.", "microlife slimemould oats", 7),
        Line("Consensus, but sticky", "microlife slimemould network", 7),
    ),
    "dish-life": (
        Line("Three neighbours: a party. Four: overcrowded. Relatable.", "microlife gameoflife", 7),
        Line("Snowflake, if snowflakes paid rent", "microlife gameoflife symmetry", 7),
        Line("They never asked to be symmetrical", "microlife gameoflife", 7),
        Line("Rules: two lines. Drama: seven seconds.", "microlife gameoflife rules", 7),
        Line("It's a maze now. Nobody voted.", "microlife gameoflife maze", 7),
        Line("Doily with ambitions", "microlife gameoflife", 6),
    ),
}

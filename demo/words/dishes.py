"""Captions of the living-dish clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "dish-cells": (
        Line("Day 1: got a roommate. Also day 1: got sixty roommates.", "microlife cells growth", 6),
        Line("Two families move into the same dish. Please be nice.", "microlife cells neighbours", 7),
        Line("Three founders, one dish, no planning permission", "microlife cells city", 6),
        Line("Everyone here is technically the same guy", "microlife cells family", 7),
        Line("They blink. I have checked. They blink.", "microlife cells", 6),
    ),
}

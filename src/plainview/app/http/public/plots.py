"""Plots that need no script: marks of SVG, each with the words that say the same.

Units are those of a drawing WIDTH wide; the page scales it to a column or a phone, and `look.css`
sets the letters. Every figure that is drawn stands beside its mark or in a table too.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from plainview.app.http.public.html import Child, Html, el

WIDTH: Final = 440
ROW: Final = 40
LEFT: Final = 124
RIGHT: Final = 64
"""Room for a row's name, and for its figure."""
LETTERS: Final = 14
OWN_LINE: Final = 20
"""Names of more letters than LEFT has room for stand on a line of their own, so high."""

COLOURS: Final = ("#8c8c94", "#4f9de8", "#e0a13c", "#c86bd0", "#58b27a")
"""The first is grey, for what others are held against. Each mark is named beside it or in the
words below, so colour only repeats it."""

TALL: Final = 190
EDGE: Final = 12
INDENT: Final = 58
FOOT: Final = 26


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `bars`: `due` is where a line crosses it, such as what was declared."""

    name: str
    value: float
    words: str
    colour: str = COLOURS[1]
    due: float | None = None


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `pairs`: a figure before and after; None is what cannot be told."""

    name: str
    before: float | None
    after: float | None
    words: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `lines` through its points (x, y) in order; at `hollow` x its dots are rings."""

    colour: str
    points: tuple[tuple[float, float], ...]
    hollow: frozenset[float] = frozenset()


def bars(rows: Sequence[Bar], *, label: str, note: Child = None) -> Html:
    """A bar for each row, all to one scale that begins at nothing."""
    most = max((max(one.value, one.due or 0) for one in rows), default=0) or 1
    left, above = beside([one.name for one in rows])
    scale = (WIDTH - left - RIGHT) / most
    marks: list[Child] = []
    for i, one in enumerate(rows):
        y, end = i * (ROW + above) + above, left + scale * one.value
        marks += [
            text(one.name, 0, y + (2 if above else 26)),
            el("rect", x=left, y=y + 12, width=n(scale * one.value), height=18, rx=3,
               fill=one.colour),
        ]  # fmt: skip
        if one.due is not None:
            at = left + scale * one.due
            marks.append(
                el("line", x1=n(at), x2=n(at), y1=y + 6, y2=y + 36, stroke="currentColor",
                   stroke_width=2)
            )  # fmt: skip
            end = max(end, at)
        marks.append(text(one.words, end + 8, y + 26))
    return plot(marks, height=max(1, len(rows)) * (ROW + above), label=label, note=note)


def beside(names: Sequence[str]) -> tuple[int, int]:
    """Where marks begin beside names, and how much room each name takes above its own.

    >>> beside(["for-you"]), beside(["for-you", "for-you+bold-1"])
    ((124, 0), (0, 20))
    """
    return (LEFT, 0) if all(len(one) <= LETTERS for one in names) else (0, OWN_LINE)


def pairs(rows: Sequence[Pair], *, low: float, high: float, label: str, note: Child = None) -> Html:
    """For each row where a figure was, grey, and where it is, between `low` and `high`."""
    scale = (WIDTH - LEFT - RIGHT) / (high - low)
    marks: list[Child] = []
    for i, one in enumerate(rows):
        y = i * ROW + 21
        marks.append(text(one.name, 0, y + 5))
        if one.after is None:
            marks.append(text(one.words, LEFT, y + 5))
            continue
        marks.append(
            el("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, stroke="currentColor",
               opacity="0.18")
        )  # fmt: skip
        for value, r, colour in ((one.before, 8, COLOURS[0]), (one.after, 6, COLOURS[1])):
            if value is not None:
                at = LEFT + scale * (min(max(value, low), high) - low)
                marks.append(el("circle", cx=n(at), cy=y, r=r, fill=colour))
        marks.append(text(one.words, WIDTH - RIGHT + 12, y + 5))
    return plot(marks, height=max(1, len(rows)) * ROW, label=label, note=note)


def lines(
    drawn: Sequence[Line], *, ends: tuple[str, str], y_words: tuple[str, str],
    y_range: tuple[float, float], label: str, note: Child = None,
) -> Html:  # fmt: skip
    """Lines over one another. `ends`: what stands under the first x and the last; `y_words`: what
    stands beside the bottom and the top of `y_range`."""
    points = [point for line in drawn for point in line.points]
    first, last = min(x for x, _ in points), max(x for x, _ in points)
    low, high = y_range
    x_scale = (WIDTH - INDENT - EDGE) / max(last - first, 1)
    y_scale = (TALL - FOOT - 2 * EDGE) / ((high - low) or 1)
    bottom = TALL - FOOT - EDGE

    def place(x: float, y: float) -> tuple[float, float]:
        return INDENT + (x - first) * x_scale, bottom - (y - low) * y_scale

    marks: list[Child] = []
    for y, words in zip((bottom, EDGE), y_words, strict=True):
        marks += [
            el("line", x1=INDENT - 6, x2=WIDTH, y1=n(y), y2=n(y), stroke="currentColor",
               opacity="0.18"),
            text(words, 0, y + 5),
        ]  # fmt: skip
    for line in drawn:
        placed = [place(x, y) for x, y in line.points]
        path = " ".join(f"{n(x)},{n(y)}" for x, y in placed)
        marks.append(
            el("polyline", points=path, fill="none", stroke=line.colour, stroke_width=2,
               stroke_linejoin="round")
        )  # fmt: skip
        for (x, _), (at_x, at_y) in zip(line.points, placed, strict=True):
            ring = x in line.hollow
            marks.append(
                el("circle", cx=n(at_x), cy=n(at_y), r=4, stroke=line.colour, stroke_width=2,
                   fill="var(--raised)" if ring else line.colour)
            )  # fmt: skip
    marks.append(text(ends[0], INDENT, TALL - 6))
    if last > first:
        marks.append(text(ends[1], WIDTH, TALL - 6, anchor="end"))
    return plot(marks, height=TALL, label=label, note=note)


def plot(marks: Sequence[Child], *, height: float, label: str, note: Child = None) -> Html:
    """The drawing, named for who does not see it, over its caption; `note` says how to read it."""
    return el(
        "figure",
        el("svg", marks, viewBox=f"0 0 {WIDTH} {n(height)}", width="100%", role="img",
           aria_label=label),
        el("figcaption", label, [". ", note] if note else None, class_="dim"),
        class_="plot",
    )  # fmt: skip


def text(words: str, x: float, y: float, *, anchor: str | None = None) -> Html:
    """Words in a drawing."""
    return el("text", words, x=n(x), y=n(y), fill="currentColor", text_anchor=anchor)


def key(colour: str, words: str) -> Html:
    """What a colour means, in a line of words."""
    return el("span", el("i", style=f"background:{colour}"), f" {words}", class_="key")


def n(value: float) -> str:
    """A place in a drawing."""
    return f"{value:.1f}"

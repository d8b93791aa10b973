"""The closed loop's figure as SVG: seconds watched a showing around the turn, one panel a taste."""

from collections.abc import Sequence
from html import escape

import numpy as np

from bench.closed_loop.judge import Run
from plainview.sim.society import BEFORE_MS, MINUTE_MS

COLOURS = ("#999999", "#c2185b", "#f2a6c4", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b",
           "#cccccc")  # fmt: skip
WIDTH, HEIGHT, LEFT, TOP = 300, 220, 40, 30


def drawn(runs: Sequence[Run], *, tastes: Sequence[str], who: Sequence[str]) -> str:
    """The whole figure."""
    curves = {
        (taste, name): smooth(
            np.mean([r.minutes for r in runs if r.taste == taste and r.who == name], axis=0)
        )
        for taste in tastes
        for name in who
    }
    highest = max(float(curve.max()) for curve in curves.values())
    wide = LEFT + (WIDTH + LEFT) * len(tastes) + 190
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{HEIGHT + 2 * TOP + 14}">',
        "<style>text { font: 11px sans-serif }</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for i, taste in enumerate(tastes):
        parts += panel(
            LEFT + i * (WIDTH + LEFT), taste, {w: curves[taste, w] for w in who}, highest
        )
    for i, name in enumerate(who):
        x, y = wide - 175, TOP + 12 + 18 * i
        parts.append(f'<path d="M{x} {y}h18" stroke="{COLOURS[i]}" stroke-width="2"/>')
        parts.append(f'<text x="{x + 24}" y="{y + 4}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def smooth(curve: np.ndarray) -> np.ndarray:
    """The mean of three minutes; the turn itself is not smoothed over."""
    zero, out = BEFORE_MS // MINUTE_MS, curve.copy()
    for part in (slice(0, zero), slice(zero, len(curve))):
        own = np.pad(curve[part], 1, mode="edge")
        out[part] = (own[:-2] + own[1:-1] + own[2:]) / 3
    return out


def panel(
    left: int, title: str, curves: dict[str, np.ndarray], highest: float
) -> list[str]:  # fmt: skip
    """One set of axes with its lines."""
    zero = BEFORE_MS // MINUTE_MS
    count = len(next(iter(curves.values())))

    def x(minute: float) -> float:
        return left + WIDTH * minute / (count - 1)

    def y(value: float) -> float:
        return TOP + HEIGHT * (1 - value / highest)

    parts = [
        f'<text x="{left}" y="{TOP - 10}" font-weight="bold">{escape(title)}</text>',
        f'<path d="M{left} {TOP}v{HEIGHT}h{WIDTH}" stroke="#333" fill="none"/>',
        f'<path d="M{x(zero):.1f} {TOP}v{HEIGHT}" stroke="#333" stroke-dasharray="3 3"/>',
        f'<text x="{x(zero) + 4:.1f}" y="{TOP + 10}">tastes turn</text>',
    ]
    parts += [
        f'<text x="{x(minute):.1f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">'
        f"{minute - zero:+d} min</text>"
        for minute in range(0, count, 12)
    ]
    parts += [
        f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value} s</text>'
        for value in range(0, int(highest) + 1, 2)
    ]
    for i, curve in enumerate(curves.values()):
        points = " ".join(f"{x(m):.1f},{y(v):.1f}" for m, v in enumerate(curve))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{COLOURS[i]}" stroke-width="1.6"/>'
        )
    return parts

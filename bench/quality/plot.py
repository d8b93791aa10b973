"""The lines as a picture: how far ours stands from the best single peer, with its interval."""

from bench.quality.compare import OURS, Row

TITLE = (
    "Ours (dot, 95 % interval), best peer run here (ring), the protocol's blend (bar), "
    "beside its best single peer"
)
WIDTH, LINE, LEFT = 860, 26, 250
SPAN = 0.008
"""What the half width of the picture stands for, in the line's own unit."""


def plotted(rows: list[Row]) -> str:
    """An SVG: a dot for ours with its 95 % interval, a ring for the best peer run here, a bar for
    the protocol's, all beside the protocol's best single peer in the middle."""
    shown = [row for row in rows if row.line.kind != "mae"]
    height = LINE * (len(shown) + 3)
    middle = LEFT + (WIDTH - LEFT - 20) / 2
    unit = (WIDTH - LEFT - 20) / 2 / SPAN
    view = f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {view}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="20" font-weight="bold">{TITLE}</text>',
        f'<line x1="{middle}" y1="{LINE}" x2="{middle}" y2="{height - LINE}" stroke="#999"/>',
    ]

    def x(value: float, row: Row) -> float:
        return min(max(middle + (value - row.line.best) * unit, LEFT), WIDTH - 12)

    for number, row in enumerate(shown):
        y = LINE * (number + 2)
        ours, peer = row.values[OURS], row.values[row.best]
        low, high = x(ours - row.half_width, row), x(ours + row.half_width, row)
        blend = x(row.line.blend, row)
        out += [
            f'<text x="12" y="{y + 4}">{row.line.name} {row.line.mode}</text>',
            f'<path d="M{low:.1f} {y}H{high:.1f}" stroke="#9bb8d8" stroke-width="5"/>',
            f'<line x1="{blend:.1f}" y1="{y - 7}" x2="{blend:.1f}" y2="{y + 7}" stroke="#333"/>',
            f'<circle cx="{x(peer, row):.1f}" cy="{y}" r="5" fill="none" stroke="#c60"/>',
            f'<circle cx="{x(ours, row):.1f}" cy="{y}" r="5" fill="#1f5fa8"/>',
        ]
    y = height - 8
    for value in (-SPAN, -SPAN / 2, 0.0, SPAN / 2, SPAN):
        place = middle + value * unit
        out.append(f'<text x="{place:.1f}" y="{y}" text-anchor="middle">{value:+.3f}</text>')
    return "\n".join([*out, "</svg>", ""])

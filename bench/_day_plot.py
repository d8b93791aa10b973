"""A day as a picture: memory of each process and the time of a tick, hour by hour."""

from collections.abc import Mapping, Sequence

WIDTH, PANEL, LEFT, RIGHT, GAP = 860, 220, 70, 150, 46
COLOURS = {
    "together": "#333", "web": "#1f5fa8", "learner": "#c60", "worker": "#2a8a4a", "writer": "#999",
    "tick": "#c60", "gathering": "#e0a050", "freezing": "#2a8a4a", "opening": "#1f5fa8",
}  # fmt: skip


def plotted(hours: Sequence[Mapping[str, float]], *, videos: int, viewers: int) -> str:
    """An SVG with two panels over the hours: PSS in MB, and processor seconds an hour."""
    memory = {
        name: [hour[f"pss {name}"] for hour in hours]
        for name in ("together", "web", "learner", "worker", "writer")
    }
    seconds = {
        name: [hour[key] for hour in hours]
        for name, key in (
            ("tick", "tick_s"), ("gathering", "gather_s"), ("freezing", "freeze_s"),
            ("opening", "open_s"),
        )
    }  # fmt: skip
    height = 2 * (PANEL + GAP) + 40
    view = f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13"'
    title = f"A simulated day at {videos:,} videos and {viewers:,} viewers"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {view}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="20" font-weight="bold">{title}</text>',
        *_panel(memory, top=50, words="Most memory in the hour (PSS), MB"),
        *_panel(seconds, top=50 + PANEL + GAP, words="Seconds of processor in the hour"),
        "</svg>", "",
    ])  # fmt: skip


def _panel(lines: Mapping[str, Sequence[float]], *, top: int, words: str) -> list[str]:
    """Axes, a line for each, and its name at its end."""
    most = max((value for values in lines.values() for value in values), default=0.0) or 1.0
    count = max(len(values) for values in lines.values())
    across, down = WIDTH - LEFT - RIGHT, PANEL - 30
    bottom = top + 10 + down
    out = [f'<text x="{LEFT}" y="{top}">{words}</text>']
    for part in range(5):
        y = bottom - down * part / 4
        out.append(f'<path d="M{LEFT} {y:.1f}H{LEFT + across}" stroke="#ddd"/>')
        label = f"{most * part / 4:,.0f}" if most >= 20 else f"{most * part / 4:.1f}"
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    taken: list[float] = []
    for name, values in sorted(lines.items(), key=lambda line: -line[1][-1] if line[1] else 0.0):
        points = [
            (LEFT + across * k / max(count - 1, 1), bottom - down * value / most)
            for k, value in enumerate(values)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" '
                   'stroke-width="2"/>')  # fmt: skip
        y = max(points[-1][1] if points else top, taken[-1] + 15 if taken else 0.0)
        taken.append(y)
        place = LEFT + across + 8
        out.append(f'<text x="{place}" y="{y + 4:.1f}" fill="{COLOURS[name]}">{name}</text>')
    step = max(1, count // 8)
    for k in range(0, count, step):
        x = LEFT + across * k / max(count - 1, 1)
        out.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{k + 1}</text>')
    return out

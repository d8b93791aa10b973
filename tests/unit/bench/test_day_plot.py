"""The picture of a simulated day."""

from xml.etree import ElementTree as ET

from bench._day_plot import PANEL, plotted

NAMES = ("together", "web", "learner", "worker", "writer")


def hour(scale: float) -> dict[str, float]:
    """What an hour is told by."""
    memory = {f"pss {name}": 100.0 * scale * (k + 1) for k, name in enumerate(NAMES)}
    return memory | {"tick_s": 3.0 * scale, "gather_s": 2.0, "freeze_s": 1.0, "open_s": 0.5}


def test_each_line_stands_in_its_panel_and_higher_is_more() -> None:
    """Two panels, nine lines of three points; what grows goes up, the most of all at the top."""
    drawn = plotted([hour(0.2), hour(0.5), hour(1.0)], videos=1_000, viewers=20)
    root = ET.fromstring(drawn)
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == len(NAMES) + 4
    points = [[float(p.split(",")[1]) for p in line.attrib["points"].split()] for line in lines]
    assert all(len(heights) == 3 for heights in points)
    writer = points[0]
    assert writer[0] > writer[1] > writer[2]
    assert min(min(heights) for heights in points[:5]) == writer[2]
    assert all(50 <= y <= 50 + PANEL for heights in points[:5] for y in heights)
    assert "1,000 videos and 20 viewers" in drawn

"""What a declaration may say, field by field, and how it is refused."""

import pytest

from plainview.core.experiments import BadPlan, StopRule, parse_plan

GOOD = """\
name = "softer"
question = "Does the softer feed keep people longer?"
arms = ["for-you", "popular"]
shares = [700, 300]
from = 2026-12-01T10:00:00+01:00
to = 2026-12-08T09:00:00Z
window_min = 60

[[stop]]
metric = "rejects"
rises_milli = 200

[[stop]]
metric = "watch_ms"
falls_milli = 50
"""


def test_a_declaration_is_read() -> None:
    """Moments become ms UTC, minutes ms, each stop rule its side."""
    plan = parse_plan(GOOD.encode())
    assert (plan.name, plan.arms, plan.shares_milli) == (
        "softer",
        ("for-you", "popular"),
        (700, 300),
    )
    assert plan.from_ms == 1_796_115_600_000
    assert plan.to_ms - plan.from_ms == 7 * 86_400_000
    assert plan.window_ms == 3_600_000
    assert plan.stops == (
        StopRule(metric="rejects", is_rise=True, milli=200),
        StopRule(metric="watch_ms", is_rise=False, milli=50),
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('name = "softer"', 'name = "Softer"', "name"),
        ('name = "softer"', 'name = "softer"\naudience = "women"', "who is in it is not a field"),
        ("question =", "# question =", "missing"),
        ('"Does the softer feed keep people longer?"', '""', "question"),
        ('["for-you", "popular"]', '["for-you"]', "arms"),
        ('["for-you", "popular"]', '["for-you", "for-you"]', "each once"),
        ('["for-you", "popular"]', '["a", "b", "c", "d", "e", "f"]', "2 to 5"),
        ('["for-you", "popular"]', '["for-you", "Popular!"]', "names of policies"),
        ("[700, 300]", "[700, 200]", "1000 in all"),
        ("[700, 300]", "[1000, 0]", "thousandths"),
        ("[700, 300]", "[700, 200, 100]", "one number for each arm"),
        ("[700, 300]", "[0.7, 0.3]", "one number for each arm"),
        ("to = 2026-12-08", "to = 2026-11-08", "after from"),
        ("to = 2026-12-08", "to = 2027-12-08", "at most 90 days"),
        ("09:00:00Z", "09:00:00", "with its zone"),
        ("window_min = 60", "window_min = 0", "window_min"),
        ("window_min = 60", "window_min = true", "window_min"),
        ('metric = "rejects"', 'metric = "clicks"', "metric is one of"),
        ("rises_milli = 200", "rises_milli = 200\nfalls_milli = 1", "one of rises_milli"),
        ("rises_milli = 200", "rises_milli = -1", "0 .. 10000"),
        ("window_min = 60", "window_min =", "not TOML"),
    ],
)
def test_what_is_no_declaration_is_refused_with_its_field(
    before: str, after: str, said: str
) -> None:
    """Each change makes it no declaration, and the message says which field it was."""
    assert GOOD.count(before) == 1
    with pytest.raises(BadPlan, match=said):
        parse_plan(GOOD.replace(before, after).encode())

"""What a declaration may say, field by field, and how it is refused."""

import pytest

from plainview.core.experiments import BadPlan, StopRule, parse_plan
from plainview.core.terms.ids import NO_DIGEST

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


RECIPES = GOOD.replace('"popular"]', '"for-you+bold"]') + f'\n[recipes]\nbold = "{"ab" * 32}"\n'


def test_an_arm_may_name_a_recipe() -> None:
    """Its digest stands beside the arm, zeros beside others; without recipes nothing."""
    plan = parse_plan(RECIPES.encode())
    assert plan.arms == ("for-you", "for-you+bold")
    assert plan.recipes == (NO_DIGEST, "ab" * 32)
    assert plan.recipes_by_name == {"bold": "ab" * 32}
    assert parse_plan(GOOD.encode()).recipes == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"for-you+bold"', '"for-you+bold+calm"', "POLICY.RECIPE"),
        ('"for-you+bold"', '"for-you+"', "POLICY.RECIPE"),
        ('"for-you+bold"', '"for-you+calm"', "no arm names bold; arms name calm"),
        ('"for-you+bold"', '"popular"', "no arm names bold; an arm would as"),
        ('"for-you", "for-you+bold"', '"for-you+calm", "for-you+bold"', r"calm names calm, which"),
        ("[recipes]", "[recipe]", "unknown fields"),
        ('"abab', '"bab', "names and digests"),
        ("bold =", "bold = 7\nbald =", "names and digests"),
    ],
)
def test_recipes_that_are_not_those_of_the_arms_are_refused(
    before: str, after: str, said: str
) -> None:
    """Two recipes in an arm, none after the plus, one without a digest, one too many, no digest."""
    assert RECIPES.count(before) == 1
    changed = RECIPES.replace(before, after).encode()
    with pytest.raises(BadPlan, match=said):
        parse_plan(changed)


def test_what_receipts_have_no_room_for_is_refused() -> None:
    """Name, policy and recipe of 24 letters each, with slash and plus 74, where a receipt has 64;
    and five recipes, where an epoch names four."""
    long = RECIPES.replace('"softer"', f'"{"s" * 24}"').replace("for-you+bold", "p" * 24 + "+bold")
    assert parse_plan(long.encode()).arms[1] == "p" * 24 + "+bold"
    longer = long.replace("bold", "b" * 24)
    with pytest.raises(BadPlan, match="at most 64"):
        parse_plan(longer.encode())
    arms = [f"for-you+{name}" for name in "abcde"]
    five = GOOD.replace('["for-you", "popular"]', str(arms).replace("'", '"'))
    five = five.replace("[700, 300]", "[200, 200, 200, 200, 200]") + "\n[recipes]\n"
    five += "".join(f'{name} = "{"ab" * 32}"\n' for name in "abcde")
    with pytest.raises(BadPlan, match="at most 4"):
        parse_plan(five.encode())

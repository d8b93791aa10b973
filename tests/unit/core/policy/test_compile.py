"""Policy files: what they compile to, and what is refused on which line."""

from pathlib import Path

import pytest

from plainview.core.policy import (
    MissingKey,
    NeverFires,
    NotToml,
    OutOfRange,
    PolicyRefused,
    UnknownKey,
    WrongType,
    compile_policy,
)
from plainview.core.policy.source import read_source
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.policy import SOURCES
from plainview.core.terms.weights import HEADS

POLICIES = Path(__file__).parents[4] / "policies"
FOR_YOU = (POLICIES / "for-you.toml").read_text()
FOLLOWING = (POLICIES / "following.toml").read_text()
POPULAR = (POLICIES / "popular.toml").read_text()

FRESH_OFF = '[fresh]\nfirst_audience = "off"\ndays = "off"'
REFUSALS = [
    # what is replaced in for-you.toml, by what, the kind, words of the reason
    ("finish = 1.0", "finsh = 1.0", UnknownKey, "worth.finsh"),
    ("[fresh]\n", "[frsh]\n", UnknownKey, "frsh"),
    ('order = "value" ', 'ordre = "value" ', UnknownKey, "ordre"),
    ("finish = 1.0", "", MissingKey, "finish is missing from [worth]"),
    ('title = "For you"', "", MissingKey, "title is missing from the top"),
    ("finish = 1.0", 'finish = "a lot"', WrongType, "a number"),
    ("finish = 1.0", "finish = true", WrongType, "a number"),
    ("uses_profile = true", 'uses_profile = "yes"', WrongType, "true or false"),
    ("uses_profile = true", "uses_profile = 1", WrongType, "true or false"),
    ("following = 60", "following = 60.0", WrongType, "a whole number"),
    ("following = 60", "following = true", WrongType, "a whole number"),
    ('title = "For you"', "title = 4", WrongType, "text"),
    ('restricted = "hide"', "restricted = false", WrongType, "demote POINTS"),
    ('order = "value" ', "order = 1 ", WrongType, '"value", "newest"'),
    ("finish = 1.0", "finish = 100.001", OutOfRange, "from -100 to 100"),
    ("reject = -20.0", "reject = -101", OutOfRange, "from -100 to 100"),
    ("finish = 1.0", "finish = 1.0005", OutOfRange, "three decimals"),
    ("finish = 1.0", "finish = nan", OutOfRange, "from -100 to 100"),
    ("finish = 1.0", "finish = inf", OutOfRange, "from -100 to 100"),
    ("watch_second = 0.01", "watch_second = 1.5", OutOfRange, "from -1 to 1"),
    ("near_recent = 200", "near_recent = 401", OutOfRange, "from 1 to 400"),
    ("near_recent = 200", "near_recent = 400", OutOfRange, "700 candidates"),
    ("\nshare = 0.05", "\nshare = 0.6", OutOfRange, "0.5"),
    ("owed_share = 0.015", "owed_share = 0.501", OutOfRange, "0.5"),
    ("first_audience = 100", "first_audience = 256", OutOfRange, "from 1 to 255"),
    ("best_of = 2", "best_of = 4", OutOfRange, "from 1 to 3"),
    ("doubt = 0.5", "doubt = 11", OutOfRange, "from 0.001 to 10"),
    ("days = 7", "days = 366", OutOfRange, "from 1 to 365"),
    ("points = 2.0", "points = 100.5", OutOfRange, "from 0.001 to 100"),
    ("topics_lately = 0.5", "topics_lately = 0.05", OutOfRange, "from 0.1 to 1"),
    ('order = "value" ', 'order = "best" ', OutOfRange, '"best"'),
    ('title = "For you"', 'title = ""', OutOfRange, "1 to 32"),
    ('spec = "policy-v1"', 'spec = "policy-v2"', OutOfRange, "policy-v1"),
    ('sensitive = "demote 0.5"', 'sensitive = "demote"', OutOfRange, "demote 0.5"),
    ('sensitive = "demote 0.5"', 'sensitive = "demote -1"', OutOfRange, "demote 0.5"),
    ('sensitive = "demote 0.5"', 'sensitive = "demote 101"', OutOfRange, "from 0 to 100"),
    ('sensitive = "demote 0.5"', 'sensitive = "demote 0.0"', NeverFires, "takes off nothing"),
    ("following = 60", "following = 0", NeverFires, 'write "off"'),
    ("creators_apart = 4", "creators_apart = 1", NeverFires, "always 1 apart"),
    ("topics_share = 0.5", "topics_share = 1.0", NeverFires, "more than all"),
    ("topic_tires = 0.5", "topic_tires = 0.0", NeverFires, "does nothing"),
    ("topics_lately = 0.5", "topics_lately = 1.0", NeverFires, "more than all"),
    ("owed_share = 0.015", "owed_share = 0", NeverFires, "does nothing"),
    ("points = 2.0", 'points = "off"', NeverFires, "takes off nothing"),
    ("doubt = 0.5", 'doubt = "off"', NeverFires, "finds nothing in doubt"),
    ("\nshare = 0.05", '\nshare = "off"', NeverFires, "read by no share"),
    ("best_of = 2", 'best_of = "off"', NeverFires, "at least 1"),
    ("uses_profile = true", "uses_profile = false", NeverFires, "uses_profile = false"),
    ("fresh = 40", 'fresh = "off"', NeverFires, "nothing asks"),
    ("first_audience = 100", 'first_audience = "off"', NeverFires, "fresh.first_audience is off"),
    ("days = 30", 'days = "off"', NeverFires, "fresh.days is off"),
]


def line_of(text: str, part: str) -> int:
    """The line of `text` on which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1


def test_for_you_compiles_to_the_integers_one_reads_in_it() -> None:
    """Each decimal of for-you.toml comes out in whole thousandths; the digest is the file's."""
    policy = compile_policy(FOR_YOU.encode())
    assert policy.name == "for-you"
    assert policy.digest == digest_of(FOR_YOU.encode())
    assert dict(zip(HEADS, policy.worth_milli, strict=True)) == {
        "finish": 1000, "long": 500, "like": 4000, "save": 5000, "share": 5000, "follow": 6000,
        "comment": 4000, "skip": -1500, "reject": -20000, "watch": 10,
    }  # fmt: skip
    assert dict(zip(SOURCES, policy.sources, strict=True)) == {
        "following": 60, "near_recent": 200, "near_lasting": 120, "rising": 40, "popular": 40,
        "fresh": 40, "newest": 0,
    }  # fmt: skip
    assert (policy.first_audience, policy.fresh_days) == (100, 30)
    assert (policy.length_s_max, policy.same_language) == (0, False)
    assert policy.hidden_labels == 4
    assert policy.demote_milli == (0, 500, 0, 500)
    assert (policy.creators_apart, policy.topics_share_milli) == (4, 500)
    assert (policy.topic_tires_milli, policy.lookalike_bits) == (500, 8)
    assert (policy.topics_lately_milli, policy.rejected_days) == (500, 7)
    assert policy.rejected_milli == 2000
    assert (policy.owed_share_milli, policy.explore_share_milli) == (15, 50)
    assert (policy.doubt_milli, policy.best_of) == (500, 2)
    assert policy.repeats
    assert policy.uses_profile


@pytest.mark.parametrize("name", ["for-you", "following", "popular", "fresh"])
def test_each_published_policy_compiles_under_its_own_name(name: str) -> None:
    """A published file carries the name that its file name says."""
    assert compile_policy((POLICIES / f"{name}.toml").read_bytes()).name == name


def test_only_popular_and_fresh_use_no_profile() -> None:
    """The files say which feeds rank by what the viewer did."""
    used = {p.stem: compile_policy(p.read_bytes()).uses_profile for p in POLICIES.glob("*.toml")}
    assert used == {"for-you": True, "following": True, "popular": False, "fresh": False}


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"), REFUSALS, ids=[r[1] or r[0] for r in REFUSALS]
)
def test_a_mistake_is_refused_with_its_kind_reason_and_line(
    old: str, new: str, kind: type[PolicyRefused], words: str
) -> None:
    """Each single mistake in a good file is refused for what it is, on the line where it stands."""
    assert old in FOR_YOU
    text = FOR_YOU.replace(old, new, 1)
    with pytest.raises(PolicyRefused) as refused:
        compile_policy(text.encode())
    assert type(refused.value) is kind
    assert words in refused.value.reason
    expected = {
        "finish": line_of(FOR_YOU, "[worth]"),
        "title": 1,
        "near_recent = 400": line_of(FOR_YOU, "[sources]"),
        "uses_profile = false": line_of(FOR_YOU, "following = 60"),
        'fresh = "off"': line_of(FOR_YOU, "first_audience"),
        'first_audience = "off"': line_of(FOR_YOU, "fresh = 40"),
        'days = "off"': line_of(FOR_YOU, "fresh = 40"),
        'points = "off"': line_of(FOR_YOU, "days = 7"),
        'doubt = "off"': line_of(FOR_YOU, "\nshare = 0.05") + 1,
        '\nshare = "off"': line_of(FOR_YOU, "doubt = 0.5"),
        'best_of = "off"': line_of(FOR_YOU, "best_of = 2"),
    }
    key = new or old.split(" ", maxsplit=1)[0]
    at = line_of(text, new) + new.startswith("\n") if new else 0
    assert refused.value.line == expected.get(key, at)
    assert str(refused.value).startswith(f"line {refused.value.line}: ")


def test_points_for_no_time_never_fire() -> None:
    """Points taken off for what was turned down are refused where the days are off."""
    text = FOR_YOU.replace("days = 7", 'days = "off"')
    with pytest.raises(NeverFires, match="for no time") as refused:
        compile_policy(text.encode())
    assert refused.value.line == line_of(text, "points = 2.0")


def test_points_against_a_profile_nobody_reads_never_fire() -> None:
    """What was turned down takes off nothing where no profile is used, and saying so is refused."""
    text = POPULAR.replace('days = "off"', "days = 7").replace('points = "off"', "points = 1.0")
    text = text.replace('[fresh]\nfirst_audience = "off"\ndays = 7', FRESH_OFF)
    text = text.replace('[not_interested]\ndays = "off"', "[not_interested]\ndays = 7")
    with pytest.raises(NeverFires, match="uses_profile = false") as refused:
        compile_policy(text.encode())
    assert refused.value.line == line_of(text, "points = 1.0")


def test_a_budget_without_the_fresh_source_never_fires() -> None:
    """A share for videos owed an audience is refused where no fresh videos are asked for."""
    text = FOR_YOU.replace("fresh = 40", 'fresh = "off"').replace(
        "first_audience = 100", 'first_audience = "off"'
    ).replace("days = 30", 'days = "off"')  # fmt: skip
    with pytest.raises(NeverFires, match=r"exploration\.owed_share") as refused:
        compile_policy(text.encode())
    assert refused.value.line == line_of(text, "owed_share = 0.015")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[sources]", "[worth]\nfinish = 1.0\n[sources]", "nothing reads [worth]"),
        ('share = "off"\ndoubt', "share = 0.1\ndoubt", "points do not count"),
        ('doubt = "off"', "doubt = 0.1", "points do not count"),
        ('points = "off"', "points = 0.1", "points do not count"),
        ('sensitive = "allow"', 'sensitive = "demote 1"', "points do not count"),
        ('topic_tires = "off"', "topic_tires = 0.1", "points do not count"),
    ],
)
def test_points_are_refused_where_time_is_the_order(old: str, new: str, words: str) -> None:
    """Under order = "newest" whatever is said in points never fires, and is refused."""
    text = FOLLOWING.replace(old, new, 1)
    with pytest.raises(NeverFires) as refused:
        compile_policy(text.encode())
    assert words in refused.value.reason
    assert refused.value.line == line_of(text, new)


def test_no_sources_at_all_are_refused() -> None:
    """A policy whose sources are all off can fill no slate."""
    with pytest.raises(OutOfRange, match="0 candidates"):
        compile_policy(FOLLOWING.replace("following = 200", 'following = "off"').encode())


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a = 1\nb = = 2\n", 2),
        (b"a = 1\na = 2\n", 2),
        (b"a = 1\n\xff\n", 2),
        (b"a = [1,\n2", 2),
    ],
)
def test_what_is_not_toml_is_refused_on_the_line_at_fault(data: bytes, line: int) -> None:
    """Text that TOML cannot read names the line where reading stopped."""
    with pytest.raises(NotToml) as refused:
        compile_policy(data)
    assert refused.value.line == line


def test_a_section_that_is_a_plain_value_is_refused() -> None:
    """`exploration = 3` at the top is not the section [exploration]."""
    text = FOR_YOU[: FOR_YOU.index("[exploration]")]
    text += FOR_YOU[FOR_YOU.index("[repeats]") :]
    with pytest.raises(WrongType, match=r"\[exploration\]") as refused:
        compile_policy(("exploration = 3\n" + text).encode())
    assert refused.value.line == 1


def test_a_line_is_found_under_its_own_section() -> None:
    """The same key in two sections has two lines, and quoted or indented keys are found too."""
    source = read_source(b'top = 1\n[a]\n  share = 1\n["b"]\n[c]\n"share" = 2.50\n')
    assert source.line("a", "share") == 3
    assert source.line("c", "share") == 6
    assert source.line("c", "absent") == 5
    assert source.line("nowhere", "x") == 1
    assert str(source.values["c"]["share"]) == "2.50"


def test_a_decimal_is_read_exactly() -> None:
    """0.3 is 300 thousandths, not the nearest binary fraction of it."""
    policy = compile_policy(POPULAR.replace("like = 6.0", "like = 0.3").encode())
    assert policy.worth_milli[HEADS.index("like")] == 300

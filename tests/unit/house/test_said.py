"""What code defines for others is written down where they look, and nothing else is."""

import re

import pytest

import plainview.app.http.application  # noqa: F401  (its parts add their errors to the table)
from plainview.app import cli
from plainview.app.http.errors import ERRORS
from plainview.app.settings import SETTINGS
from plainview.core.events.kinds import FIELDS
from plainview.core.receipts import Receipt
from plainview.core.terms.policy import RULES
from tests.unit.house.tree import ROOT


def page(name: str) -> str:
    return (ROOT / name).read_text()


def rows(text: str) -> set[tuple[str, ...]]:
    """The rows of a document's tables, without head and ruler, code marks taken off."""
    found = [line.strip("| ") for line in re.findall(r"^\|.+\|$", text, re.M)]
    cells = [tuple(c.strip().strip("`") for c in re.split(r" *\| *", line)) for line in found]
    return {row for row in cells if not set("".join(row)) <= {"-", " "}}


def test_every_setting_is_explained() -> None:
    """docs/settings.md has a row for each setting, with its flag, variable, default and help."""
    said = rows(page("docs/settings.md")) - {("flag", "variable", "default", "what it is")}
    assert said == {(s.flag, s.variable, s.default, s.help) for s in SETTINGS}


def test_every_event_is_specified() -> None:
    """specs/events-v1.md names each kind of event and each of its fields."""
    spec = page("specs/events-v1.md")
    words = {*FIELDS, *(name for fields in FIELDS.values() for name in fields)}
    assert {word for word in words if f"`{word}`" not in spec} == set()


def test_every_field_of_a_receipt_is_specified() -> None:
    """specs/receipt-v1.md names each field of a receipt."""
    spec = page("specs/receipt-v1.md")
    fields = set(Receipt.__struct_fields__) - {"events_n", "events_head"} | {"events", "spec"}
    assert {name for name in fields if f"`{name}`" not in spec} == set()


def test_every_filter_rule_is_specified() -> None:
    """specs/policy-v1.md or specs/feed-v1.md names each rule by which a video leaves a slate."""
    spec = page("specs/policy-v1.md") + page("specs/feed-v1.md")
    assert {rule for rule in RULES if f"`{rule}`" not in spec} == set()


def test_every_error_of_the_api_is_explained() -> None:
    """docs/errors.md has a row for each error code, with its status and what to do."""
    said = rows(page("docs/errors.md")) - {("code", "status", "what to do")}
    assert said == {(code, str(kind.status), kind.what_to_do) for code, kind in ERRORS.items()}


def test_every_command_is_named_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    """README.md lists the commands of `plainview`, all of them and no other."""
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    helped = set(re.findall(r"^    ([a-z]+)(?:  |$)", capsys.readouterr().out, re.M))
    listed = re.search(r"`plainview ([a-z| A-Z]+)`", page("README.md"))
    assert listed
    assert {word.split()[0] for word in listed[1].split("|")} == helped

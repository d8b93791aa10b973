"""The report: what it says, that it needs nothing else, that no word in it is taken for markup."""

import json
import re
from html.parser import HTMLParser

import msgspec
import pytest

from plainview.audit.check.findings import (
    EVIDENCE,
    LACKING,
    MISBEHAVIOUR,
    NOT_ENOUGH,
    OK,
    WITHHELD,
    Finding,
    Report,
    Section,
    verdict_of,
)
from plainview.audit.check.report_pages import HEADLINES, report_html, report_json

REPORT = Report(
    source="https://video.example", verdict=OK, edition="home", origin="plainview/home", size=12345,
    root="ab" * 32, trust="cd" * 32, sections=(Section(title="The log", words="12,345 entries."),),
    counts={"receipts": 1000},
)  # fmt: skip
MADE = "2026-11-25 12:00 UTC"


def page(report: Report, **proofs: str) -> str:
    """The report as a page."""
    names = {int(place[1:]): name for place, name in proofs.items()}
    return report_html(report, proofs=names, made_at=MADE, seed=7)


@pytest.mark.parametrize("verdict", [OK, MISBEHAVIOUR, NOT_ENOUGH])
def test_the_verdict_stands_at_the_top(verdict: str) -> None:
    """Before any table, in one sentence."""
    text = page(msgspec.structs.replace(REPORT, verdict=verdict))
    assert text.index(HEADLINES[verdict]) < text.index("<table>")


def test_the_page_needs_nothing_else() -> None:
    """No script, no address to fetch, no form; every tag is closed."""
    text = page(REPORT)
    assert not re.search(r"<script|<link|<img|src=|url\(|@import|<form|\son[a-z]+=", text)
    opened: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in {"meta", "br"}:
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag != "p":
                while opened and opened[-1] == "p":
                    opened.pop()
            assert opened
            assert opened.pop() == tag

    Tags().feed(text)
    assert opened == []


def test_kinds_are_told_apart_and_proofs_named() -> None:
    """What is proven, what is not shown and what could not be checked stand under their names."""
    found = tuple(
        Finding(kind=kind, rule=f"rule_{kind}", words=f"words of {kind}")
        for kind in (LACKING, WITHHELD, EVIDENCE)
    )
    report = msgspec.structs.replace(REPORT, verdict=MISBEHAVIOUR, findings=found)
    text = page(report, p2="proof-x-1.json")
    titles = ["Proven by signatures", "Not shown though promised", "Could not be checked"]
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert text.count("proof-x-1.json") == 1
    fields = json.loads(report_json(report, proofs={2: "proof-x-1.json"}, made_at=MADE, seed=7))
    assert [one["proof"] for one in fields["findings"]] == ["", "", "proof-x-1.json"]
    assert fields["verdict"] == MISBEHAVIOUR
    assert fields["counts"] == {"receipts": 1000}


def test_what_a_service_says_is_never_markup() -> None:
    """Words, names and addresses from outside are escaped."""
    evil = "<script>alert(1)</script>"
    report = Report(
        source=evil, verdict=MISBEHAVIOUR, edition=evil, origin=evil, trust=evil, root=evil,
        sections=(Section(title=evil, words=evil),), counts={evil: 1},
        findings=(Finding(kind=EVIDENCE, rule=evil, words=evil),),
    )  # fmt: skip
    assert "<script" not in page(report, p0=evil)


def test_a_root_of_trust_seen_once_is_to_be_compared() -> None:
    """Whoever was not told it elsewhere is told to compare it."""
    assert "Compare it" in page(REPORT)
    assert "Compare it" not in page(msgspec.structs.replace(REPORT, is_trust_pinned=True))


def test_misbehaviour_outweighs_what_is_lacking() -> None:
    """By hand: each mix of kinds and its verdict."""
    kinds = {
        (): OK, (LACKING,): NOT_ENOUGH, (WITHHELD,): MISBEHAVIOUR, (EVIDENCE,): MISBEHAVIOUR,
        (LACKING, EVIDENCE): MISBEHAVIOUR,
    }  # fmt: skip
    for mix, verdict in kinds.items():
        found = [Finding(kind=kind, rule="r", words="w") for kind in mix]
        assert verdict_of(found, is_complete=True) == verdict
    assert verdict_of([], is_complete=False) == NOT_ENOUGH

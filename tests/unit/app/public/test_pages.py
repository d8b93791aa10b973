"""The public pages as a reader meets them: whole, readable, and not to be broken from inside."""

import doctest
import re
from collections.abc import Iterator
from html import escape
from importlib import import_module
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from plainview.app.http.public.document_pages import (
    address_of,
    read_spec,
    spec_names,
    spec_page,
    specs_page,
    threat_page,
)
from plainview.app.http.public.entry_page import Proven, entry_page, proof_steps
from plainview.app.http.public.frame import page
from plainview.app.http.public.html import el, join
from plainview.app.http.public.log_page import log_page
from plainview.app.http.public.markdown import render
from plainview.app.http.public.policy_pages import (
    Listing,
    PolicyCard,
    Version,
    line_diff,
    policies_page,
    policy_page,
    versions_of,
)
from plainview.app.http.public.sentences import Line
from plainview.app.http.public.witness_page import Cosigned, quorum_words, witnesses_page
from plainview.core.history import encode_entry
from plainview.core.terms.hashing import inclusion_proof, leaf_hash, merkle_root
from plainview.core.terms.ids import Digest
from plainview.core.tlog import (
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    witness_key,
)
from tests.unit.app.public.examples import (
    LOG_KEY,
    NOW,
    A,
    B,
    C,
    Reader,
    every_entry,
    line,
    offers,
    state,
)

EVIL = "<script>alert(1)</script>\"'&"
SITE = "http://here"
NAMES = ("attic", "barn", "cellar")
WITNESSES = tuple(
    PolicyWitness(name, witness_key(f"w.example/{name}", bytes([n]) * 32), "https://w.example")
    for n, name in enumerate(NAMES)
)
TWO_OF_THREE = Policy(
    (PolicyLog(LOG_KEY),), WITNESSES, (PolicyGroup("some", 2, NAMES),), "some"
)  # fmt: skip


def proven(entries: list[bytes], index: int, checkpoint: str = "checkpoint") -> Proven:
    """The proof of one of `entries`, by the tree of terms."""
    leaves = [leaf_hash(entry) for entry in entries]
    path = tuple(inclusion_proof(leaves, index))
    return Proven(size=len(leaves), root=merkle_root(leaves), path=path, checkpoint=checkpoint)


def explorer(size: int, *, shown: str = "all", evil: str = "") -> str:
    """The explorer's first page over a log of `size` entries of all types in turn."""
    kinds = list(every_entry().values())
    first = max(0, size - 50)
    lines = [line(kinds[n % len(kinds)], index=n) for n in reversed(range(first, size))]
    if evil:
        lines.append(Line(index=0, body=evil.encode()))
    free = {"origin": evil, "vkey": evil, "witness": evil} if evil else {}
    told = state(size, checkpoint=evil or "c", free=free)
    return log_page(
        told, lines, shown=shown, before=size, has_older=first > 0, now_ms=NOW, address=evil or SITE
    )


def every_page(evil: str = "") -> Iterator[tuple[str, str]]:
    """Each page there is, with `evil` in every text that is free to be anything."""
    bodies = [encode_entry(entry) for entry in every_entry().values()]
    for size in (0, 1, 300, 100_000):
        yield f"log {size}", explorer(size, evil=evil)
    for index, kind in enumerate(every_entry()):
        told = Line(index=index, body=bodies[index], before=offers(a=C), videos=3)
        yield kind, entry_page(told, proven(bodies, index, evil), address=evil or SITE)
    odd = Line(index=0, body=evil.encode() or b"?")
    yield "no entry", entry_page(odd, proven([odd.body], 0, evil), address=SITE)
    card = PolicyCard(
        name=evil or "fresh", title=evil or "Fresh", blurb=evil or "New.", uses_profile=False,
        digest=Digest(A), entry=3,
    )  # fmt: skip
    listings = [Listing(index=9, policies=offers(fresh=A)), Listing(index=3, policies=offers(a=B))]
    yield "policies", policies_page([card], listings)
    yield "no policies", policies_page([], [])
    versions = [
        Version(digest=Digest(B), text=f"# {evil}\na = 1\n", entry=3, at_ms=NOW),
        Version(digest=Digest(A), text=f'# {evil}\na = "#2" # {evil}\n', entry=9, at_ms=NOW),
        Version(digest=Digest(C), text=None, entry=None, at_ms=None),
    ]
    for n in (1, 2, 3):
        yield (
            f"policy {n}",
            policy_page(evil or "fresh", versions[:n], title=evil or "Fresh", is_offered=n < 3),
        )
    seen = {"attic": Cosigned(size=7, at_ms=NOW)}
    none = Policy((), (), (), "none")
    for policy in (None, none, TWO_OF_THREE):
        yield "witnesses", witnesses_page(policy, seen, version=1, entry=0, size=9, now_ms=NOW)
    text = f"# Title {evil}\n\n{evil} `{evil}`\n\n| a {evil} | b |\n|---|---|\n| {evil} | 2 |\n"
    yield "threat", threat_page(text)
    yield "spec", spec_page(evil or "x", f"{text}\n    {evil}\n\n- {evil}\n\n[x]({evil})")
    yield "specs", specs_page(spec_names(), text)


@pytest.mark.parametrize("evil", ["", EVIL], ids=["plain", "hostile"])
def test_every_page_is_whole(evil: str) -> None:
    """Each page closes what it opens, has one h1, and skips no level of heading."""
    for name, text in every_page(evil):
        read = Reader(text)
        assert read.open == [], name
        levels = read.headings
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(b - a <= 1 for a, b in pairwise(levels)), (name, levels)


def test_what_is_put_into_a_page_stays_text() -> None:
    """A script in every free text becomes no element and no attribute of any page."""
    for name, text in every_page(EVIL):
        read = Reader(text)
        assert "script" not in read.names, name
        assert [key for key, _ in read.attributes if key.startswith("on")] == [], name
        assert text.count("<style>") == 1, name
    assert EVIL in Reader(policies_page([], []) + dict(every_page(EVIL))["policies"]).text


def test_a_link_leads_here_or_to_the_web() -> None:
    """No page has a link that runs something instead of leading somewhere."""
    assert el("a", "x", href=" javascript:alert(1)") == "<a>x</a>"
    title, body = render("# T\n\n[x](javascript:alert(1)) [y](https://y.example)")
    assert title == "T"
    assert "javascript" not in body.split(">x<")[0]
    assert 'href="https://y.example"' in body


def test_pages_need_no_script() -> None:
    """No page has a script, and none loads anything from another site."""
    for name, text in every_page():
        read = Reader(text)
        assert "script" not in read.names, name
        sources = [value for key, value in read.attributes if key == "src"]
        assert all(value.startswith("/") for value in sources), name


def test_tables_have_heads() -> None:
    """Each table names its columns, and the witnesses' table its rows too."""
    for name, text in every_page():
        read = Reader(text)
        if "table" in read.names:
            assert ("scope", "col") in read.attributes, name
    rows = witnesses_page(TWO_OF_THREE, {}, version=1, entry=0, size=9, now_ms=NOW)
    assert Reader(rows).attributes.count(("scope", "row")) == 3


@pytest.mark.parametrize(("size", "shown"), [(0, 0), (1, 1), (300, 50), (100_000, 50)])
def test_the_explorer_shows_a_page_of_any_log(size: int, shown: int) -> None:
    """At every size the newest entries are listed, at most a page of them."""
    read = Reader(explorer(size))
    links = [value for key, value in read.attributes if key == "href"]
    entries = [link for link in links if link.removeprefix("/log/").isdecimal()]
    assert len(entries) == shown
    assert entries[:1] == ([f"/log/{size - 1}"] if size else [])
    assert ("/log?show=all&before=99950" in links) == (size == 100_000)
    assert "check http://here" in read.text


def test_a_chosen_type_stays_chosen_on_the_next_page() -> None:
    """Paging keeps the filter, and the filter's link is marked as the one that is on."""
    text = explorer(300, shown="decision")
    assert 'href="/log?show=decision&amp;before=250"' in text
    assert '<a href="/log?show=decision" aria-current="true">' in text
    assert 'href="/log?before=250"' in explorer(300, shown="decided")


def test_a_stalled_log_says_so() -> None:
    """A log that stands still is said to stand still, with what follows from it."""
    args = {"shown": "all", "before": 9, "has_older": False, "now_ms": NOW, "address": SITE}
    text = Reader(log_page(state(9, stalled_ms=61_000), [], **args)).text  # type: ignore[arg-type]
    assert "The log stands still." in text
    assert "has waited 1 minute to be published" in text
    assert "The log is running." not in text


def test_the_steps_of_a_proof_lead_to_the_root() -> None:
    """At sizes 1 to 40 each entry's steps, worked out one by one, end in the tree's root."""
    for size in range(1, 41):
        leaves = [leaf_hash(bytes([n])) for n in range(size)]
        for index in range(size):
            path = inclusion_proof(leaves, index)
            steps = proof_steps(leaves[index], index=index, size=size, path=path)
            assert (steps[-1].gives if steps else leaves[0]) == merkle_root(leaves)


def test_an_entry_is_proven_only_when_it_is() -> None:
    """The page says that an entry is in the log exactly if its proof leads to the root."""
    bodies = [encode_entry(entry) for entry in every_entry().values()]
    told = Line(index=2, body=bodies[2])
    assert "It is in the log." in entry_page(told, proven(bodies, 2), address=SITE)
    forged = Line(index=2, body=bodies[3])
    text = entry_page(forged, proven(bodies, 2), address=SITE)
    assert "It is in the log." not in text
    assert "The proof does not hold" in text


def test_a_policy_has_the_versions_that_were_offered() -> None:
    """Versions are the different texts in their order; one offered again later counts again."""
    listings = [
        Listing(index=n, policies=offers(x=digest, other=C))
        for n, digest in enumerate([A, A, B, A])
    ]
    gone = Listing(index=4, policies=offers(other=C))
    back = Listing(index=5, policies=offers(x=A))
    found = versions_of("x", [*listings, gone, back])
    assert [(digest, at.index) for digest, at in found] == [(A, 0), (B, 2), (A, 3), (A, 5)]
    assert versions_of("nobody", listings) == []


def test_a_difference_reads_without_colour() -> None:
    """Each changed line bears its sign, and lines far from a change are left out."""
    old = "".join(f"line {n}\n" for n in range(20))
    new = old.replace("line 9\n", "line nine\n")
    pieces = line_diff(old, new)
    assert [piece.sign for piece in pieces] == ["…", " ", " ", "-", "+", " ", " "]
    assert pieces[0].text == "line 8"
    versions = [
        Version(digest=Digest(A), text=old, entry=1, at_ms=NOW),
        Version(digest=Digest(B), text=new, entry=2, at_ms=NOW),
    ]
    read = Reader(policy_page("x", versions, title="X", is_offered=True)).text
    assert "− line 9" in read
    assert "+ line nine" in read
    assert "1 line out (−), 1 line in (+)." in read


def test_a_comment_is_told_from_a_value() -> None:
    """A number sign inside quotes begins no comment."""
    versions = [Version(digest=Digest(A), text='a = "#1" # why\n', entry=1, at_ms=NOW)]
    text = policy_page("x", versions, title="X", is_offered=True)
    assert "<code>a = &quot;#1&quot;</code><span>why</span>" in text


@pytest.mark.parametrize(
    ("groups", "quorum", "words"),
    [
        ((), "none", "No witness is needed"),
        ((), "attic", "“attic” must have signed"),
        ((("g", 2, NAMES),), "g", "2 of “attic”, “barn” and “cellar” must have signed"),
        ((("g", 3, NAMES),), "g", "all of “attic”, “barn” and “cellar” must have signed"),
        ((("g", 1, NAMES[:2]),), "g", "one of “attic” or “barn” must have signed"),
        (
            (("g", 1, NAMES[:2]), ("h", 2, ("g", "cellar"))),
            "h",
            "all of (one of “attic” or “barn”) and “cellar” must have signed",
        ),
    ],
)
def test_a_quorum_is_said_in_words(
    groups: tuple[tuple[str, int, tuple[str, ...]], ...], quorum: str, words: str
) -> None:
    """Each form of quorum has its words."""
    policy = Policy((), WITNESSES, tuple(PolicyGroup(*group) for group in groups), quorum)
    assert quorum_words(policy) == words


def test_witnesses_are_shown_with_what_they_signed() -> None:
    """A witness stands with its key and its last signature, or with having signed nothing."""
    seen = {
        "attic": Cosigned(size=9, at_ms=NOW - 3000),
        "barn": Cosigned(size=7, at_ms=NOW - 120_000),
    }
    text = Reader(
        witnesses_page(TWO_OF_THREE, seen, version=2, entry=4, size=9, now_ms=NOW)
    ).text  # fmt: skip
    for said in (
        WITNESSES[0].key.vkey(), "9 entries, the newest", "(3 s ago)", "7 entries, 2 behind",
        "(2 minutes ago)", "nothing yet", "“cellar” has not signed anything yet.",
        "not witnessed by enough of them yet", "entry № 4 of the log",
    ):  # fmt: skip
        assert said in text
    seen["barn"] = Cosigned(size=9, at_ms=NOW)
    text = witnesses_page(TWO_OF_THREE, seen, version=2, entry=4, size=9, now_ms=NOW)
    assert "The newest checkpoint is witnessed." in text


def test_no_witnesses_is_said_with_what_it_means() -> None:
    """Without witnesses the page says that there are none and what stays open."""
    none = Policy((), (), (), "none")
    text = Reader(witnesses_page(none, {}, version=1, entry=0, size=9, now_ms=NOW)).text
    assert "There are no witnesses yet." in text
    assert "could show one history to some and another to others" in text


def test_each_specification_is_a_page() -> None:
    """Each document of specs/ is read without remains of its marks, and links to the others."""
    for name in spec_names():
        text = read_spec(name)
        assert text is not None
        title, body = render(text)
        assert title, name
        read = Reader(page(body, title=title))
        assert read.open == [], name
        assert "**" not in read.text.replace("2**", ""), name
        assert not any(part.startswith(("# ", "|--")) for part in read.texts), name
    assert read_spec("../README") is None
    assert address_of("threat-model") == "/threat-model"


def test_text_is_escaped_unless_it_was_made_here() -> None:
    """Strings are text, whatever they look like; only elements are elements."""
    assert join("<b>", el("b", "<i>")) == "&lt;b&gt;<b>&lt;i&gt;</b>"
    assert el("p", title='"><script>') == '<p title="&quot;&gt;&lt;script&gt;"></p>'


def test_the_rules_are_read_part_by_part() -> None:
    """What a policy says of a part stands under the part's name, each value with its comment."""
    text = (
        '# All.\n#\n# More.\n\nspec = "x"\n\n# Of points,\n# these.\n[worth]\n'
        "like = 4.0  # a like\n"
    )
    versions = [Version(digest=Digest(A), text=text, entry=1, at_ms=NOW)]
    shown = policy_page("x", versions, title="X", is_offered=True)
    read = (
        "<p>All.</p><p>More.</p><ul><li><code>spec = &quot;x&quot;</code></li></ul>"
        "<h3>worth</h3><p>Of points,\nthese.</p>"
        "<ul><li><code>like = 4.0</code><span>a like</span></li></ul>"
    )
    assert f'<div class="rules">{read}</div>' in shown
    assert f"<pre>{escape(text)}</pre>" in shown


def test_one_gets_back_to_the_newest_entries() -> None:
    """Behind the first page there is a way back to it, and on the first page there is none."""
    args = {"shown": "decided", "has_older": False, "now_ms": NOW, "address": SITE}
    older = log_page(state(300), [], before=250, **args)  # type: ignore[arg-type]
    newest = log_page(state(300), [], before=300, **args)  # type: ignore[arg-type]
    assert "← Newest" in older
    assert "← Newest" not in newest


def luminance(colour: tuple[float, ...]) -> float:
    """WCAG 2.2, relative luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def colour_of(text: str, ground: tuple[float, ...]) -> tuple[float, ...]:
    """A colour of the sheet as it looks on `ground`."""
    if text.startswith("#"):
        return tuple(int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    *parts, alpha = map(int, re.findall(r"\d+", text))
    mixed = zip(parts, ground, strict=True)
    return tuple(c / 255 * alpha / 100 + g * (1 - alpha / 100) for c, g in mixed)


@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
def test_text_stands_out_from_its_ground(scheme: int) -> None:
    """Every colour of text has a contrast of at least 4.5 on every ground it is set on."""
    css = (Path(str(files("plainview.app.http.public"))) / "look.css").read_text()
    block = re.findall(r":root \{(.*?)\}", css, re.S)[scheme]
    colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6}|rgb\([^)]*\));", block))
    base = colour_of(colours["ground"], ())
    for ground in ("ground", "raised", "sunk", "alarm-deep", "plus", "minus"):
        under = colour_of(colours[ground], base)
        inks = ["text", "alarm"] if ground == "alarm-deep" else ["text", "dim", "proof"]
        for ink in inks if ground not in ("plus", "minus") else ["text"]:
            pair = sorted([luminance(colour_of(colours[ink], under)), luminance(under)])
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (ink, ground)


@pytest.mark.parametrize(
    "name", ["html", "words", "markdown", "policy_pages", "entry_page", "witness_page"]
)
def test_the_examples_in_docstrings_hold(name: str) -> None:
    """Each example in a docstring of the pages gives what it says."""
    tried = doctest.testmod(import_module(f"plainview.app.http.public.{name}"))
    assert tried.attempted > 0
    assert tried.failed == 0

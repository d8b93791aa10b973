"""The rules of the feeds: those in use, every change to them, and each as its author wrote it."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Final, NamedTuple

import msgspec

from plainview.app.http.public.fields import OBJECTS
from plainview.app.http.public.frame import facts, page
from plainview.app.http.public.html import Child, Html, el, join
from plainview.app.http.public.sentences import policies_sentence
from plainview.app.http.public.words import digest, moment, plural
from plainview.core.history import Policies
from plainview.core.terms.ids import Digest

CONTEXT_LINES: Final = 2
LONG_LETTERS: Final = 40
PROFILE_WORDS: Final = (
    "Learns nothing about the viewer: reads only what they were shown, turned down or blocked.",
    "Looks at what the viewer did.",
)


class PolicyCard(msgspec.Struct, frozen=True, kw_only=True):
    """A policy on offer. `entry` is the log entry that offered this text, None before one did."""

    name: str
    title: str
    blurb: str
    uses_profile: bool
    digest: Digest
    entry: int | None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A `policies` entry with its index."""

    index: int
    policies: Policies


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a policy; `text` is None when its bytes are not kept here any more.

    `entry` and `at_ms` are of the log entry that first offered it, None before one did.
    """

    digest: Digest
    text: str | None
    entry: int | None
    at_ms: int | None


class Piece(NamedTuple):
    """A line of a difference: "+", "-", " " for one that stayed, "…" for lines left out."""

    sign: str
    text: str


def versions_of(name: str, listings: Sequence[Listing]) -> list[tuple[Digest, Listing]]:
    """The texts a policy had, oldest first, each with the entry that brought it.

    Args: listings: oldest first.
    """
    found: list[tuple[Digest, Listing]] = []
    last = ""
    for listing in listings:
        now = {one.name: one.digest for one in listing.policies.offered}.get(name, "")
        if now and now != last:
            found.append((Digest(now), listing))
        last = now
    return found


def line_diff(old: str, new: str) -> list[Piece]:
    """What stands in `new` that did not in `old` and the reverse, line by line, with context.

    >>> [tuple(piece) for piece in line_diff("a\\nb\\n", "a\\nc\\n")]
    [(' ', 'a'), ('-', 'b'), ('+', 'c')]
    """
    was, now = old.splitlines(), new.splitlines()
    pieces: list[Piece] = []
    for group in SequenceMatcher(None, was, now, autojunk=False).get_grouped_opcodes(CONTEXT_LINES):
        if pieces or group[0][1] or group[0][3]:
            pieces.append(Piece("…", f"line {group[0][3] + 1}"))
        for kind, a, b, c, d in group:
            if kind == "equal":
                pieces += [Piece(" ", text) for text in was[a:b]]
            else:
                pieces += [Piece("-", text) for text in was[a:b]]
                pieces += [Piece("+", text) for text in now[c:d]]
    return pieces


def policies_page(cards: Sequence[PolicyCard], listings: Sequence[Listing]) -> str:
    """All policies. Args: listings: newest first."""
    return page(
        el("h2", "In use"),
        el("ul", [_card(card) for card in cards], class_="cards")
        if cards
        else el("p", "The service is still starting: no feed is on offer yet.", class_="dim"),
        el("h2", "Over time"),
        _timeline(listings),
        title="The rules of each feed",
        here="/policies",
        lead="A feed follows its published rules and nothing else. A viewer chooses among them;"
        " every page of videos names the rules it was made by, with their hash.",
    )


def _card(card: PolicyCard) -> Html:
    return el(
        "li",
        el("h3", el("a", card.title, href=f"/policies/{card.name}")),
        el("p", card.blurb, " ", PROFILE_WORDS[card.uses_profile]),
        el("p", el("small", _source(card.digest, card.entry))),
    )


def _source(text: Digest, entry: int | None) -> Html:
    return join("SHA-256 ", digest(text, at=OBJECTS), ", from ", _offered(entry), ".")


def _offered(entry: int | None) -> Html:
    if entry is None:
        return join("not in the log yet")
    return el("a", f"entry № {entry:,} of the log", href=f"/log/{entry}")


def _timeline(listings: Sequence[Listing]) -> Html:
    if not listings:
        return el("p", "No rules are in the log yet.", class_="dim")
    rows = []
    for newer, older in zip(listings, [*listings[1:], None], strict=True):
        told = policies_sentence(newer.policies, older.policies if older else None)
        number = el("span", f"№ {newer.index:,}", class_="no")
        words = el("span", told, class_="words")
        link = el("a", number, words, moment(newer.policies.at_ms), href=f"/log/{newer.index}")
        rows.append(el("li", link))
    return el("ol", rows, class_="lines")


def policy_page(name: str, versions: Sequence[Version], *, title: str, is_offered: bool) -> str:
    """One policy. Args: versions: at least one, oldest first."""
    newest = versions[-1]
    since = moment(newest.at_ms) if newest.at_ms is not None else "not in the log yet"
    return page(
        facts(
            ("State", "In use" if is_offered else "No longer on offer"),
            ("These rules since", since),
            ("SHA-256", digest(newest.digest, at=OBJECTS)),
            ("Where from", _offered(newest.entry)),
        ),
        el("h2", "The rules"),
        _rules(newest.text),
        el("h2", "What changed"),
        _changes(versions),
        title=title,
        here="/policies",
        eyebrow=[el("a", "The rules of each feed", href="/policies"), f" · {name}"],
    )


def _rules(text: str | None) -> Html:
    """The file as it is meant to be read: what its comments say, and each value beside its own."""
    if text is None:
        return el("p", "This text is not kept here any more. Its hash stands in the log.")
    blocks = [(kind, list(lines)) for kind, lines in groupby(text.splitlines(), key=_kind)]
    for at, (one, other) in enumerate(pairwise(blocks)):
        if (one[0], other[0]) == ("said", "part"):
            blocks[at : at + 2] = other, one  # what is said of a part stands under its name
    parts: list[Child] = []
    for kind, lines in blocks:
        if kind == "part":
            parts += [el("h3", line.strip("[] ")) for line in lines]
        elif kind == "said":
            told = "\n".join(line.lstrip("# ") for line in lines).split("\n\n")
            parts += [el("p", words) for words in told]
        elif kind == "value":
            parts.append(el("ul", [_setting(line) for line in lines]))
    exact = el("details", el("summary", "The file itself, byte for byte"), el("pre", text))
    return join(el("div", parts, class_="rules"), exact)


def _kind(line: str) -> str:
    if line.lstrip().startswith("#"):
        return "said"
    if line.startswith("["):
        return "part"
    return "value" if line.strip() else "blank"


def _setting(line: str) -> Html:
    value, comment = _cut_comment(line)
    words = el("span", comment.strip()) if comment else None
    is_long = len(value) > LONG_LETTERS
    return el("li", el("code", value.strip()), words, class_="long" if is_long else None)


def _cut_comment(line: str) -> tuple[str, str]:
    """A line of TOML up to its comment, and the comment; a `#` inside quotes begins none."""
    is_quoted = False
    for at, letter in enumerate(line):
        if letter == '"':
            is_quoted = not is_quoted
        if letter == "#" and not is_quoted:
            return line[:at], line[at + 1 :]
    return line, ""


def _changes(versions: Sequence[Version]) -> Html:
    if len(versions) == 1:
        return el("p", "Nothing since it was first offered.", class_="dim")
    parts: list[Child] = []
    for old, new in reversed(list(pairwise(versions))):
        when = moment(new.at_ms) if new.at_ms is not None else "not in the log yet"
        parts.append(el("h3", when))
        parts.append(el("p", el("small", "Now ", _source(new.digest, new.entry))))
        parts.append(_diff(old, new))
    return join(parts)


def _diff(old: Version, new: Version) -> Html:
    if old.text is None or new.text is None:
        return el("p", "One of the two texts is not kept here any more.", class_="dim")
    pieces = line_diff(old.text, new.text)
    if not pieces:
        return el("p", "No line differs; only how the lines end.", class_="dim")
    added = sum(piece.sign == "+" for piece in pieces)
    removed = sum(piece.sign == "-" for piece in pieces)
    return join(
        el("p", f"{plural(removed, 'line')} out (−), {plural(added, 'line')} in (+)."),
        el("pre", [_signed(piece) for piece in pieces], class_="diff"),
    )


def _signed(piece: Piece) -> Html:
    match piece.sign:
        case "+":
            return el("span", el("ins", f"+ {piece.text}"), class_="added")
        case "-":
            return el("span", el("del", f"− {piece.text}"), class_="removed")
        case "…":
            return el("span", f"… {piece.text}", class_="gap")
    return el("span", f"  {piece.text}")

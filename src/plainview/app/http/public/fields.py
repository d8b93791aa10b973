"""Every field of every entry: what it is, as it is read, and where what it names can be had."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from plainview.app.http.public.html import Html, el, join
from plainview.app.http.public.sentences import (
    ACCESS_WORDS,
    ACTION_WORDS,
    AUTHOR_WORDS,
    BOOST_WORDS,
    COMMENT_WORDS,
    REASON_WORDS,
    REFUSAL_WORDS,
    TYPE_OF,
    TYPE_WORDS,
)
from plainview.app.http.public.words import code, digest, hour_words, milli_words, moment, plural
from plainview.core.history import Batch, Entry, Offer, RootSignature

OBJECTS: Final = "/tlog/objects/"
VALUES_SHOWN: Final = 48
DIGEST_LETTERS: Final = 64

EVERYWHERE: Final[Mapping[str, str]] = {
    "type": "What kind of entry this is.",
    "spec": "The document that says what the fields mean and in which order entries may come.",
    "at_ms": "When it was written, by the service's clock, which never goes back in the log.",
}

COMMITMENT = (
    "Nobody can tell from these 32 bytes what they stand for; whoever was given the salt can show"
    " that they stand for one record and for no other."
)

MEANINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "trust": {
        "version": "Counts up by one with each change, so that none can be left out.",
        "document": "The keys that sign receipts and checkpoints, the witnesses asked, how many of"
        " them must have signed, and what the service promises.",
        "signatures": "By the keys that may change this document. A new version needs those of"
        " the old keepers and of the new ones.",
    },
    "source": {
        "digest": "SHA-256 of the list of all files with their own hashes. Receipts name it as"
        " their release; list and files can be downloaded.",
        "files": "How many files the list has.",
    },
    "policies": {
        "offered": "Every feed one can choose from here on, with the SHA-256 of its rules.",
    },
    "weights": {
        "digest": "SHA-256 of the file with all the numbers the ranking uses besides the rules.",
        "parent": "The weights these were made from.",
        "recipe": "The name of the published way in which they were made.",
        "origin": "Starting: before anything was learned. Learned: from what viewers did, by the"
        " recipe. Imported: made elsewhere, so that nobody can make them again from here.",
        "lineage": "The document that says which events went in and what was left out.",
    },
    "line_weights": {
        "experiment": "The experiment whose arms are ranked by these weights.",
        "recipe": "The recipe that learned them; arms that name it are ranked by them.",
        "digest": "SHA-256 of the file with all the numbers the ranking uses besides the rules.",
        "parent": "The weights these were made from: those of the line before, or at its beginning"
        " the weights that everybody else is ranked by.",
        "lineage": "The document that says which events went in; zeros where the line begins.",
    },
    "hours": {
        "first": "The first hour these are for.",
        "commitments": "SHA-256 over each hour's key: it fixes the key before the hour begins and"
        " does not tell it. From the key follow the draws of chance in that hour.",
    },
    "hour_key": {
        "hour": "The hour that is over.",
        "key": "The key itself. It must be the one that was committed to; with it, all draws of"
        " chance of that hour can be made again.",
    },
    "decision": {
        "n": "Counts all decisions of this service, so that none can be left out.",
        "video": "The video it is about.",
        "action": "What was decided.",
        "author": "Who decided.",
        "reason_code": "Why, from a closed list.",
        "reason": "A commitment to the words that are shown where the video was. Anyone can have"
        " the words and the salt, and hold them against it.",
    },
    "comment_decision": {
        "comment": "A commitment to the comment and to the words given for it, under a salt of its"
        " writer's: whoever wrote it is told all three and can hold them against it.",
        "action": "What was decided.",
        "author": "Who decided.",
        "reason_code": "Why, from a closed list.",
    },
    "epoch": {
        "number": "Counts the frozen catalogues.",
        "root": "The root over every video's row. One changed number anywhere gives another root.",
        "previous_root": "The root of the epoch before.",
        "weights": "The weights it is ranked with.",
        "line_weights": "In the arms of an experiment that name a recipe: each line, and the"
        " weights it is ranked with there.",
        "decisions": "How many decisions are applied in it: all up to that number, no others.",
        "frozen_ms": "When it was frozen.",
    },
    "interval": {
        "number": "Counts the intervals.",
        "from_ms": "Where the interval before ended.",
        "to_ms": "Up to when records are in it.",
        "receipts": "How many pages of videos were signed, and the root over commitments to their"
        " receipts. Whoever holds a receipt gets a proof that it is one of them.",
        "events": "How many actions of viewers were taken, and the root over commitments to them.",
    },
    "promise": {
        "upload": f"A commitment to the receipt the uploader got. {COMMITMENT}",
        "deadline_ms": "By then another entry must say that it is published, or why not.",
    },
    "promise_kept": {
        "upload": "The same commitment as in the promise.",
        "video": "The video it became.",
        "epoch": "The first epoch with its row.",
    },
    "promise_refused": {
        "upload": "The same commitment as in the promise.",
        "reason_code": "Why, from a closed list; the uploader holds the signed reason.",
    },
    "boost": {
        "video": "The video whose value is changed.",
        "policy": "In which feed.",
        "amount_milli": "By how many points of that feed's rules.",
        "from_ms": "From when on.",
        "to_ms": "Until when.",
        "reason_code": "Why, from a closed list.",
    },
    "experiment": {
        "name": "What it is called; receipts name the arm a viewer is in.",
        "arms": "The feeds that viewers are divided among; after a plus the recipe by whose weights"
        " an arm is ranked.",
        "recipes": "Beside each arm the SHA-256 of the recipe it names, zeros where it names none.",
        "shares_milli": "How large a part of viewers each arm gets.",
        "from_ms": "From when on.",
        "to_ms": "Until when.",
        "salt": "A commitment to what the division is drawn from, so that nobody is moved later.",
        "plan": "The SHA-256 of the declaration: what is measured, and when it is stopped early.",
    },
    "experiment_end": {
        "name": "Which experiment.",
        "ended_ms": "Since when nobody is divided by it.",
        "salt": "What the division was drawn from: anyone can work out whose arm was which.",
        "reason_code": "Why, from a closed list.",
    },
    "access": {
        "subject": f"A commitment to the person's id. {COMMITMENT}",
        "reason_code": "Why, from a closed list.",
        "by": "In which role.",
    },
    "erasure": {
        "subject": f"A commitment to the person's id. {COMMITMENT}",
        "request": "A commitment to the person's own request, without which nothing is erased.",
        "receipts": "How many receipts can no longer be shown because of it.",
    },
}  # fmt: skip
"""Under each type: what each of its own fields means."""

DOWNLOADS: Final = {
    ("source", "digest"), ("weights", "digest"), ("weights", "parent"), ("weights", "lineage"),
    ("epoch", "weights"), ("line_weights", "digest"), ("line_weights", "parent"),
    ("line_weights", "lineage"),
}  # fmt: skip
CODES: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("decision", "action"): ACTION_WORDS,
    ("decision", "author"): AUTHOR_WORDS,
    ("decision", "reason_code"): REASON_WORDS,
    ("comment_decision", "action"): COMMENT_WORDS,
    ("comment_decision", "author"): AUTHOR_WORDS,
    ("comment_decision", "reason_code"): REASON_WORDS,
    ("promise_refused", "reason_code"): REFUSAL_WORDS,
    ("boost", "reason_code"): BOOST_WORDS,
    ("access", "reason_code"): ACCESS_WORDS,
}


def entry_fields(entry: Entry) -> Html:
    """All fields of an entry: name, value, meaning."""
    kind = TYPE_OF[type(entry)]
    meanings = MEANINGS[kind]
    rows = [_row("type", join(code(kind), f" {TYPE_WORDS[kind]}"), EVERYWHERE["type"])]
    rows += [
        _row(name, _value(kind, name, getattr(entry, name)), words)
        for name, words in meanings.items()
    ]
    rows.append(_row("at_ms", moment(entry.at_ms), EVERYWHERE["at_ms"]))
    spec = el("a", code(entry.spec), href="/specs/log-entries")
    rows.append(_row("spec", spec, EVERYWHERE["spec"]))
    return el("dl", rows, class_="fields")


def _row(name: str, value: Html, meaning: str) -> Html:
    return el("div", el("dt", code(name)), el("dd", value), el("dd", meaning, class_="dim"))


def _value(kind: str, name: str, value: Any) -> Html:
    if (kind, name) in CODES:
        return join(code(value), " ", CODES[kind, name][value])
    if name.endswith("_ms"):
        return moment(value)
    if name in FORMS:
        return FORMS[name](value)
    if isinstance(value, Batch):
        return join(plural(value.count, "record"), ", root ", digest(value.root))
    if isinstance(value, tuple):
        return _sequence([code(_listed(one)) for one in value]) if value else join("none")
    if isinstance(value, int):
        return join(f"{value:,}")
    if len(value) != DIGEST_LETTERS:
        return code(value)
    return digest(value, at=OBJECTS if (kind, name) in DOWNLOADS else "")


def _listed(one: object) -> str:
    return " ".join(one) if isinstance(one, tuple) else str(one)


def _hour(hour: int) -> Html:
    return join(hour_words(hour), " ", el("span", f"(number {hour})", class_="dim"))


def _offered(offers: Sequence[Offer]) -> Html:
    return _sequence([
        join(el("a", one.name, href=f"/policies/{one.name}"), " ", digest(one.digest, at=OBJECTS))
        for one in offers
    ])  # fmt: skip


def _document(text: str) -> Html:
    shown = el("pre", pretty(text.encode()))
    return el("details", el("summary", "Show the document"), shown)


def _signatures(signatures: Sequence[RootSignature]) -> Html:
    return _sequence([join("key ", code(one.key), " ", code(one.signature)) for one in signatures])


def _sequence(parts: Sequence[Html]) -> Html:
    more = len(parts) - VALUES_SHOWN
    rest = el("li", f"and {more} more, in the bytes below") if more > 0 else None
    return el("ul", [el("li", one) for one in parts[:VALUES_SHOWN]], rest)


FORMS: Final[Mapping[str, Callable[[Any], Html]]] = {
    "hour": _hour,
    "first": _hour,
    "amount_milli": lambda amount: join(f"{milli_words(amount)} points"),
    "video": lambda video: el("a", video, href=f"/v/{video}"),
    "offered": _offered,
    "document": _document,
    "signatures": _signatures,
}
"""How the values of a field of that name are shown, in whatever entry it stands."""


def pretty(body: bytes) -> str:
    """JSON with a line for each value, for eyes; the bytes as text where they are not JSON."""
    try:
        return msgspec.json.format(body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode(errors="backslashreplace")

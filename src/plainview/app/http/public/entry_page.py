"""One entry: in words, field by field, proven, and to the byte."""

from collections.abc import Sequence

import msgspec

from plainview.app.http.public.fields import entry_fields, pretty
from plainview.app.http.public.frame import box, check_yourself, page
from plainview.app.http.public.html import Child, Html, el, join
from plainview.app.http.public.sentences import TYPE_OF, TYPE_WORDS, Line, sentence
from plainview.app.http.public.words import code, moment, plural
from plainview.core.terms.hashing import leaf_hash, node_hash
from plainview.ports.tlog import DecisionReason


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """The way from an entry to the checkpoint of `size` entries with that `root`."""

    size: int
    root: bytes
    path: tuple[bytes, ...]
    checkpoint: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A hash of the path, on which side it stands, and what the two give together."""

    other: bytes
    is_left: bool
    gives: bytes


def proof_steps(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> list[Step]:
    """Each step of an inclusion proof as it is worked out (RFC 9162, section 2.1.3.2).

    Whether it ends in the root is for who compares the last one.

    >>> proof_steps(b"leaf", index=0, size=1, path=[])
    []
    """
    steps, fn, sn, node = [], index, size - 1, leaf
    for other in path:
        is_left = bool(fn & 1 or fn == sn)
        node = node_hash(other, node) if is_left else node_hash(node, other)
        if is_left:
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        steps.append(Step(other=other, is_left=is_left, gives=node))
        fn, sn = fn >> 1, sn >> 1
    return steps


def entry_page(line: Line, proven: Proven, *, address: str) -> str:
    """The page of one published entry."""
    entry = line.entry
    kind = TYPE_WORDS[TYPE_OF[type(entry)]] if entry else "Not an entry"
    where: list[Child] = [el("a", "The public log", href="/log"), f" · № {line.index:,} · {kind}"]
    return page(
        _changed(line),
        el("h2", "What it says, field by field"),
        entry_fields(entry)
        if entry
        else el("p", "Its bytes follow no schema of the log, so no field can be named."),
        _reason(line.reason),
        _proof(line, proven),
        el("h2", "Its bytes"),
        el("p", "This is what is hashed, exactly: ", plural(len(line.body), "byte"), "."),
        el("pre", line.body.decode(errors="backslashreplace")),
        el(
            "details",
            el("summary", "The same with line breaks, for eyes"),
            el("pre", pretty(line.body)),
        ),
        el("p", _button("Download the bytes", f"/log/{line.index}/entry"), class_="row"),
        _turn(line.index, proven.size),
        check_yourself(address),
        title=sentence(line).removesuffix("."),
        here="/log",
        eyebrow=where,
        lead=join("Written ", moment(entry.at_ms), ".") if entry else None,
    )


def _button(words: str, href: str) -> Html:
    return el("a", words, href=href, class_="button")


def _reason(reason: DecisionReason | None) -> Html | None:
    """The words of a decision; the log holds only a commitment to them."""
    if reason is None:
        return None
    return join(
        el("h2", "Its words"),
        el("p", el("b", f"“{reason.words}”")),
        el(
            "p",
            "They stood where the video was. The entry commits to them: its ",
            code("reason"),
            " is the SHA-256 of the 32 bytes of this salt and the words after them. ",
            code(reason.salt.hex()),
        ),
    )


def _changed(line: Line) -> Html | None:
    if line.before is None or line.entry is None:
        return None
    links = [
        el("li", el("a", f"What changed in “{one.name}”", href=f"/policies/{one.name}"))
        for one in getattr(line.entry, "offered", ())
        if one not in line.before.offered
    ]
    return el("ul", links, class_="chips") if links else None


def _proof(line: Line, proven: Proven) -> Html:
    leaf = leaf_hash(line.body)
    steps = proof_steps(leaf, index=line.index, size=proven.size, path=proven.path)
    last = steps[-1].gives if steps else leaf
    holds = last == proven.root
    rows = [el("li", el("span", "leaf", class_="dim"), code(leaf.hex()))]
    rows += [
        el(
            "li",
            el("span", f"{'left' if step.is_left else 'right'} {n}", class_="dim"),
            join(code(step.other.hex()), el("br"), el("small", "gives ", code(step.gives.hex()))),
        )
        for n, step in enumerate(steps, 1)
    ]
    state = "It is in the log." if holds else "The proof does not hold: that is a finding."
    told = (
        f"Hashed together with {plural(len(steps), 'other hash', 'other hashes')} it gives the root"
        f" that the checkpoint over {plural(proven.size, 'entry', 'entries')} signs. Had one"
        " character of it been changed, it would not."
    )
    return el(
        "section",
        el("h2", "Proof that it is in the log"),
        box(
            el("p", told),
            el("p", "Leaf hash ", code(leaf.hex())),
            el("p", "Root ", code(proven.root.hex())),
            state=state,
            is_good=holds,
        ),
        el(
            "p",
            el("a", "Download the proof", href=f"/log/{line.index}/proof", class_="button main"),
            class_="row",
        ),
        el(
            "p",
            "A ",
            code("c2sp.org/tlog-proof@v1"),
            " file, which programs that are not ours read too. It says the same to anyone, offline,"
            " also if this service is gone.",
            class_="dim",
        ),
        el(
            "details",
            el("summary", "Step by step"),
            el(
                "p",
                "Each hash is SHA-256 of the byte 01, the left one and the right one; the leaf, of"
                " the byte 00 and the entry.",
            ),
            el("ol", rows, class_="steps"),
        ),
        el("details", el("summary", "The checkpoint it leads to"), el("pre", proven.checkpoint)),
    )


def _turn(index: int, size: int) -> Html:
    parts = [
        _button("← The one before", f"/log/{index - 1}") if index else el("span"),
        _button("The next →", f"/log/{index + 1}") if index + 1 < size else None,
    ]
    return el("nav", parts, class_="turn", aria_label="Entries beside this one")

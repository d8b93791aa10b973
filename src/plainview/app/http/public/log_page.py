"""The log explorer: how the log stands, and its entries in words, newest first.

What people decided comes first: most entries tick by themselves, up to one a second, and bury it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from plainview.app.http.public.frame import box, check_yourself, facts, page
from plainview.app.http.public.html import Html, el, join
from plainview.app.http.public.sentences import TYPE_OF, TYPE_WORDS, Line, sentence
from plainview.app.http.public.words import ago_words, code, day_words, moment, plural, span_words
from plainview.core.terms.ids import Digest

PAGE_LINES: Final = 50
TICKING: Final = ("epoch", "interval", "promise", "promise_kept", "hours", "hour_key")
"""What is written without anybody's having decided anything."""
DECIDED: Final = tuple(name for name in TYPE_WORDS if name not in TICKING)
DECIDED_ONLY: Final = "decided"
ALL: Final = "all"
CHOICES: Final[Mapping[str, str]] = {
    DECIDED_ONLY: "What people decided",
    **{kind: TYPE_WORDS[kind] for kind in ("epoch", "interval")},
    ALL: "Everything",
}
"""What one can choose at once; any other type of entry stands behind one more step."""


class LogState(msgspec.Struct, frozen=True, kw_only=True):
    """How the log stands. `checkpoint` is the signed note that is handed out, "" before the first.

    `stalled_ms` is for how long the oldest entry has waited to be published, 0 when none waits
    longer than it may. `cosigned_by` names the witnesses whose signatures the checkpoint has.
    """

    origin: str
    vkey: str
    size: int
    root: Digest
    at_ms: int
    checkpoint: str
    stalled_ms: int
    cosigned_by: tuple[str, ...]
    witnesses: int


def log_page(
    state: LogState,
    lines: Sequence[Line],
    *,
    shown: str,
    before: int,
    has_older: bool,
    now_ms: int,
    address: str,
) -> str:
    """The explorer.

    Args:
        lines: at most PAGE_LINES entries with index < before, newest first.
        shown: a type of entry, DECIDED_ONLY or ALL.
        has_older: whether there are more behind the last of `lines`.
    """
    return page(
        _state(state, now_ms),
        el("h2", _heading(shown)),
        _filters(shown),
        _left_out() if shown == DECIDED_ONLY else None,
        _lines(lines),
        _turns(lines, shown=shown, is_newest=before >= state.size, has_older=has_older),
        check_yourself(address),
        title="The public log",
        here="/log",
        lead="Everything that decides what people are shown here is written down before it is used:"
        " rules, catalogues, removals, keys. What is written cannot be changed or taken out later"
        " without its showing to everyone who looked before.",
    )


def _heading(shown: str) -> str:
    return CHOICES.get(shown) or TYPE_WORDS[shown]


def _left_out() -> Html:
    return el(
        "p",
        "Removals, rules, weights, program code, keys and witnesses, staff reading data, boosts and"
        " experiments. What is written without anybody's deciding, such as frozen catalogues,"
        " receipts, and keys of chance, stands between them under ",
        el("a", CHOICES[ALL].lower(), href=_address_of(ALL)),
        ".",
        class_="dim",
    )


def _address_of(shown: str) -> str:
    return "/log" if shown == DECIDED_ONLY else f"/log?show={shown}"


def _state(state: LogState, now_ms: int) -> Html:
    if not state.size:
        return box(
            el("p", "The log begins when the service is first started, within seconds. "),
            state="Nothing is published yet.",
        )
    if state.stalled_ms:
        title = "The log stands still."
        told = (
            f"An entry has waited {span_words(state.stalled_ms)} to be published. The service goes"
            " on with what was published before; after a short grace it shows no more videos."
        )
    else:
        title = "The log is running."
        told = "What is written is published and signed at once."
    return box(
        el("p", told),
        facts(
            ("Entries", f"{state.size:,}"),
            ("Last signed", join(moment(state.at_ms), f" ({ago_words(state.at_ms, now_ms)})")),
            ("Root over all", code(state.root)),
            ("Signed by", code(state.origin)),
            ("Seen by", _seen_by(state)),
        ),
        el(
            "details",
            el("summary", "The last checkpoint, in words and as it is"),
            el("p", _checkpoint_words(state)),
            el("pre", state.checkpoint or "none"),
            el("p", "The key that its first signature is made with: ", code(state.vkey)),
            el("p", el("a", "Fetch it", href="/tlog/checkpoint"), class_="row"),
        ),
        state=title,
        is_good=not state.stalled_ms,
    )


def _seen_by(state: LogState) -> Html:
    if not state.witnesses:
        return join("no witness yet, ", el("a", "and what that means", href="/witnesses"))
    names = f" ({', '.join(state.cosigned_by)})" if state.cosigned_by else ""
    return el(
        "a",
        f"{len(state.cosigned_by)} of {plural(state.witnesses, 'witness', 'witnesses')}{names}",
        href="/witnesses",
    )


def _checkpoint_words(state: LogState) -> str:
    return (
        f"“I am {state.origin}. My log has {plural(state.size, 'entry', 'entries')}, and one"
        " number, the root, follows from all of them in their order.” That is what its three lines"
        " say, the root in base64; below them stand the signatures. Two such notes with one size"
        " and two roots would prove that two histories were told."
    )


def _filters(shown: str) -> Html:
    def chip(kind: str, words: str) -> Html:
        is_here = "true" if kind == shown else None
        return el("li", el("a", words, href=_address_of(kind), aria_current=is_here))

    main = [chip(kind, words) for kind, words in CHOICES.items()]
    if shown not in CHOICES:
        main.append(chip(shown, TYPE_WORDS[shown]))
    return el(
        "nav",
        el("ul", main, class_="chips"),
        el(
            "details",
            el("summary", "Only one kind of entry"),
            el("ul", [chip(kind, words) for kind, words in TYPE_WORDS.items()], class_="chips"),
        ),
        aria_label="Which entries",
    )


def _lines(lines: Sequence[Line]) -> Html:
    if not lines:
        return el("p", "There are none.", class_="dim")
    rows, day = [], ""
    for line in lines:
        entry = line.entry
        words = day_words(entry.at_ms) if entry else day
        if words != day:
            rows.append(el("li", words, class_="day"))
            day = words
        rows.append(_line(line))
    return el("ol", rows, class_="lines")


def _line(line: Line) -> Html:
    entry = line.entry
    told = sentence(line)
    when = None
    if entry is not None:
        second = entry.at_ms // 1000 % 86_400
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        when = el("time", clock, datetime=f"{clock}Z")
    number = el("span", f"№ {line.index:,}", class_="no")
    words = el("span", told if entry else el("b", told), class_="words")
    kind = TYPE_OF[type(entry)] if entry else "odd"
    return el("li", el("a", number, words, when, href=f"/log/{line.index}"), class_=kind)


def _turns(lines: Sequence[Line], *, shown: str, is_newest: bool, has_older: bool) -> Html | None:
    only = f"show={shown}&" if shown != DECIDED_ONLY else ""
    newest = _address_of(shown)
    parts = [
        el("a", "← Newest", class_="button", href=newest) if not is_newest else None,
        el("a", "Older →", class_="button", href=f"/log?{only}before={lines[-1].index}")
        if has_older and lines
        else None,
    ]
    return el("nav", parts, class_="turn", aria_label="Pages") if any(parts) else None

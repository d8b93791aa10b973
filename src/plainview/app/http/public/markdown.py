"""As much of Markdown as our own documents use: headings, text, lists, tables, code, links."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from plainview.app.http.public.html import Html, el, join

INLINE: Final = re.compile(
    r"`(?P<code>[^`]+)`|\[(?P<words>[^\]]+)\]\((?P<to>[^)\s]+)\)"
    r"|\*\*(?P<strong>(?:[^*]|\*(?!\*))+)\*\*|\*(?P<em>[^*\s](?:[^*]*[^*\s])?)\*"
)
HEADING: Final = re.compile(r"^(#{1,4}) (.+)$")
ITEM: Final = re.compile(r"^(?P<mark>[-*]|\d+\.) +")
RULE: Final = re.compile(r"^\|[\s:|-]+\|?$")
CELL_BREAK: Final = re.compile(r"(?<!\\)\|")

Rewrite = Callable[[str], str]


def blocks(text: str) -> list[list[str]]:
    """The lines of each block: a heading, a paragraph, a table, a list, or indented code."""
    found: list[list[str]] = [[]]
    for line in text.expandtabs(4).splitlines():
        last = found[-1]
        is_code = bool(last) and last[0].startswith("    ")
        if not line.strip():
            if is_code:
                last.append("")
            else:
                found.append([])
        elif HEADING.match(line):
            found.extend([[line], []])
        elif is_code and not line.startswith("    "):
            found.append([line])
        else:
            last.append(line)
    return [block for block in found if block]


def render(text: str, *, link: Rewrite = str) -> tuple[str, Html]:
    """The document's title (its first h1) and the rest. Args: link: where its links shall lead."""
    title, parts = "", []
    for lines in blocks(text):
        heading = HEADING.match(lines[0])
        if heading and len(heading[1]) == 1 and not title:
            title = heading[2].replace("`", "")
        elif heading:
            parts.append(el(f"h{max(len(heading[1]), 2)}", spans(heading[2], link=link)))
        elif lines[0].startswith("|"):
            parts.append(_table(lines, link))
        elif lines[0].startswith("    "):
            code = "\n".join(line.removeprefix("    ") for line in lines).rstrip()
            parts.append(el("pre", code))
        else:
            parts += _running(lines, link)
    return title, join(parts)


def spans(text: str, *, link: Rewrite = str) -> Html:
    """Running text with its emphasis, code and links.

    >>> spans("a `<b>` and *c*")
    'a <code>&lt;b&gt;</code> and <em>c</em>'
    """
    parts: list[str] = []
    at = 0
    for found in INLINE.finditer(text):
        parts.append(text[at : found.start()])
        at = found.end()
        if (code := found["code"]) is not None:
            parts.append(el("code", code))
        elif (words := found["words"]) is not None:
            parts.append(el("a", spans(words), href=link(found["to"])))
        elif (strong := found["strong"]) is not None:
            parts.append(el("strong", spans(strong, link=link)))
        else:
            parts.append(el("em", spans(found["em"], link=link)))
    return join(parts, text[at:])


def _running(lines: Sequence[str], link: Rewrite) -> list[Html]:
    """A paragraph, and the list that may follow it without a blank line."""
    pieces: list[tuple[str, list[str]]] = []
    for line in lines:
        item = ITEM.match(line)
        if item:
            pieces.append(("ol" if item["mark"][0].isdigit() else "ul", [line[item.end() :]]))
        elif pieces:
            pieces[-1][1].append(line.strip())
        else:
            pieces.append(("p", [line.strip()]))
    done: list[Html] = []
    for kind in ("p", "ul", "ol"):
        words = [spans(" ".join(piece), link=link) for held, piece in pieces if held == kind]
        if words:
            inner = words if kind == "p" else [el("li", one) for one in words]
            done.append(el(kind, inner))
    return done


def _table(lines: Sequence[str], link: Rewrite) -> Html:
    rows = [_cells(line) for line in lines if not RULE.match(line)]
    head, body = rows[0], rows[1:]
    names = [re.sub(r"[`*]", "", name) or None for name in head]
    heads = [el("th", spans(cell, link=link), scope="col") for cell in head]
    lines_shown = [_row(row, names, link) for row in body]
    table = el("table", el("thead", el("tr", heads)), el("tbody", lines_shown))
    return el("div", table, class_="wide stacks", tabindex=0)


def _row(row: Sequence[str], names: Sequence[str | None], link: Rewrite) -> Html:
    cells = zip(names, row, strict=False)
    return el("tr", [el("td", spans(cell, link=link), data_head=name) for name, cell in cells])


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in CELL_BREAK.split(inner)]

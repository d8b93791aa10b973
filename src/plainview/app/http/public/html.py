"""HTML that cannot be broken by what is put into it: text is escaped unless `el` made it."""

from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias

VOID: Final = frozenset({"br", "hr", "img", "link", "meta"})
SAFE_STARTS: Final = ("/", "#", "?", "https://", "http://")


class Html(str):
    """Text that is HTML already. Only this module makes it, from what it has escaped itself."""

    __slots__ = ()


Child: TypeAlias = "str | int | Iterable[Child] | None"
"""What goes into an element: text is escaped, `Html` is not, None is nothing."""


def el(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element. Attributes that are None or False are left out, True stands without a value;
    `class_` is written `class`, `aria_label` is written `aria-label`.

    An address that is not on this site or http(s) is left out, so that none runs script.

    >>> el("p", "1 < 2", el("b", "&"), class_='a"b')
    '<p class="a&quot;b">1 &lt; 2<b>&amp;</b></p>'
    >>> el("a", "x", href="javascript:alert(1)")
    '<a>x</a>'
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        if key == "href" and not str(value).startswith(SAFE_STARTS):
            continue
        shown = key.rstrip("_").replace("_", "-")
        parts.append(f" {shown}" if value is True else f' {shown}="{escape(str(value))}"')
    parts.append(">")
    if name not in VOID:
        parts.extend((join(*children), f"</{name}>"))
    return Html("".join(parts))


def join(*children: Child) -> Html:
    """The children one after the other, each escaped unless it is `Html`.

    >>> join("<", [el("br"), 3], None)
    '&lt;<br>3'
    """
    done: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            done.append(child)
        elif isinstance(child, str | int):
            done.append(escape(str(child)))
        else:
            done.append(join(*child))
    return Html("".join(done))


def sheet(css: str) -> Html:
    """A style element over our own CSS, which holds no `<`."""
    assert "<" not in css, "CSS that could end its element"
    return Html(f"<style>{css}</style>")

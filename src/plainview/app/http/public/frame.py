"""The frame that all public pages share: one look, one way around, one line on checking."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from plainview.app.http.public.html import Child, Html, el, join, sheet

PAGES: Final = (
    ("/log", "Log"),
    ("/policies", "Policies"),
    ("/witnesses", "Witnesses"),
    ("/threat-model", "What this proves"),
)
OPERATOR_PAGES: Final = (
    ("/operator", "Operator"),
    ("/operator/learning", "What it learns"),
    ("/operator/experiments", "Experiments"),
)
FACES: Final = (
    ("Instrument Sans", "instrument-sans-latin-wght-normal", "400 700", "normal"),
    ("Instrument Serif", "instrument-serif-latin-400-normal", "400", "normal"),
    ("Instrument Serif", "instrument-serif-latin-400-italic", "400", "italic"),
)
ASSETS: Final = Path(str(files("plainview"))) / "app" / "static" / "assets"


@cache
def look() -> Html:
    """Our look, and the app's own typefaces where the app is built."""
    faces: list[str] = []
    for family, stem, weight, style in FACES:
        faces += [
            f'@font-face {{ font-family: "{family}"; src: url("/assets/{file.name}")'
            f' format("woff2"); font-weight: {weight}; font-style: {style};'
            " font-display: swap; }\n"
            for file in sorted(ASSETS.glob(f"{stem}-*.woff2"))[:1]
        ]
    css = (files("plainview.app.http.public") / "look.css").read_text("utf-8")
    return sheet("".join(faces) + css)


def page(
    *body: Child,
    title: str,
    here: str = "",
    ways: Child = None,
    eyebrow: Child = None,
    lead: Child = None,
    head: Child = None,
    foot: Child = None,
) -> str:
    """A whole page.

    Args:
        body: what follows the heading; its own headings begin at h2.
        title: the only h1, and the window's title.
        here: which of PAGES it belongs to.
        ways: the way to its neighbours, above all else.
        eyebrow, lead: small above the heading, larger below it.
        head: more for the head element.
        foot: instead of the line on checking, where a page says what cannot be checked.
    """
    links = [
        el("a", words, href=path, aria_current="page" if path == here else None)
        for path, words in PAGES
    ]
    mark = el("img", src="/mark.svg", alt="", width=32, height=32)
    heading = el("h1", title, class_="long" if len(title) > 40 else None)
    document = el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("meta", name="color-scheme", content="dark light"),
            el("title", f"{title} · Plainview"),
            el("link", rel="icon", href="/mark.svg", type="image/svg+xml"),
            head,
            look(),
        ),
        el(
            "body",
            el("a", "To the content", class_="skip", href="#content"),
            el(
                "header",
                el("a", mark, "Plainview", class_="brand", href="/"),
                el("nav", links, aria_label="Public pages"),
                class_="bar",
            ),
            el(
                "main",
                ways,
                el("p", eyebrow, class_="eyebrow") if eyebrow else None,
                heading,
                el("p", lead, class_="lead") if lead else None,
                *body,
                id="content",
                tabindex=-1,
            ),
            el("footer", foot or _foot(), class_="foot"),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{document}\n"


def operator_ways(here: str = "") -> Html:
    """One line from each of the operator's pages to the others."""
    links = [
        [" · " if i else None, words if path == here else el("a", words, href=path)]
        for i, (path, words) in enumerate(OPERATOR_PAGES)
    ]
    return el("nav", links, class_="ways", aria_label="Operator's pages")


def _foot() -> Html:
    return el(
        "p",
        "These pages are made by the service they speak of. What they say, ",
        el("code", "plainview check"),
        " works out on a machine of your own: ",
        el("a", "how the log is built", href="/specs/tlog"),
        ", ",
        el("a", "what its entries mean", href="/specs/log-entries"),
        ", ",
        el("a", "all specifications", href="/specs"),
        ".",
    )


def check_yourself(address: str) -> Html:
    """How to work all of this out without trusting the page."""
    return el(
        "section",
        el("h2", "Check it yourself"),
        el(
            "p",
            "On any machine with Python and a copy of Plainview, without an account. It fetches"
            " the log, checks every signature and every step of its growth, recomputes what can be"
            " recomputed, and ends in a report. Run again later, it shows whether anything it saw"
            " was changed since.",
        ),
        el("pre", f"plainview check {address}"),
        el(
            "p",
            el("a", "How to set it up and read its report", href="/docs/checking"),
            "; what it can find and what it cannot: ",
            el("a", "what this proves", href="/threat-model"),
            ".",
            class_="dim",
        ),
    )


def box(*body: Child, state: str, is_good: bool | None = None) -> Html:
    """A framed finding; its state is said in words, the colour only repeats it."""
    kind = {True: "box good", False: "box bad", None: "box"}[is_good]
    return el("div", el("p", state, class_="state"), body, class_=kind)


def facts(*pairs: tuple[str, Child]) -> Html:
    """Names with their values."""
    return el(
        "dl", [join(el("dt", name), el("dd", value)) for name, value in pairs], class_="facts"
    )

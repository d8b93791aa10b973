"""Specifications, threat model and guides, as they stand in the source, to be read here."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from plainview.app.http.public.frame import page
from plainview.app.http.public.html import el
from plainview.app.http.public.markdown import render

THREATS: Final = "threat-model"
INDEX: Final = "README"
GUIDES: Final = ("checking", "witness")
SERVED_FOLDERS: Final = ("", ".", "..", "specs", "docs")


def _folder(name: str) -> Path:
    """Where documents are: in the package, else the checkout."""
    packaged = Path(str(files("plainview"))) / name
    return packaged if packaged.is_dir() else Path(__file__).parents[5] / name


def spec_names() -> list[str]:
    """The specifications there are, by name."""
    return sorted(path.stem for path in _folder("specs").glob("*.md"))


def read_spec(name: str) -> str | None:
    """The text of a specification; None when there is none of that name."""
    return (_folder("specs") / f"{name}.md").read_text("utf-8") if name in spec_names() else None


def read_guide(name: str) -> str | None:
    """The text of a guide; None when there is none of that name."""
    return (_folder("docs") / f"{name}.md").read_text("utf-8") if name in GUIDES else None


def address_of(name: str) -> str:
    """Where a document is read."""
    if name == THREATS:
        return "/threat-model"
    if name in GUIDES:
        return f"/docs/{name}"
    return "/specs" if name == INDEX else f"/specs/{name}"


def threat_page(text: str) -> str:
    """What all of this proves, input by input, and what it does not."""
    title, body = render(text, link=_lead_to)
    return page(
        el("div", body, class_="prose"),
        title=title,
        here="/threat-model",
        eyebrow="What this does and does not prove",
    )


def spec_page(name: str, text: str) -> str:
    """One specification."""
    title, body = render(text, link=_lead_to)
    return page(
        el("div", body, class_="prose"),
        title=title or name,
        eyebrow=el("a", "Specifications", href="/specs"),
    )


def specs_page(names: Sequence[str], text: str) -> str:
    """The index: what README.md says, and a link to each document."""
    title, body = render(text, link=_lead_to)
    links = [el("li", el("a", name, href=address_of(name))) for name in names if name != INDEX]
    return page(
        el("ul", links, class_="chips"),
        el("div", body, class_="prose"),
        title=title or "Specifications",
    )


def guide_page(text: str) -> str:
    """A guide for who checks or witnesses."""
    title, body = render(text, link=_lead_to)
    return page(el("div", body, class_="prose"), title=title, eyebrow="Guide")


def _lead_to(target: str) -> str:
    """A link of a document as an address here; one to a file that is not served leads nowhere."""
    if target.startswith(("https://", "http://")):
        return target
    path, _, part = target.partition("#")
    folder, _, file = path.rpartition("/")
    name = file.removesuffix(".md")
    is_served = file.endswith(".md") and name in (*spec_names(), *GUIDES)
    if is_served and folder.rpartition("/")[2] in SERVED_FOLDERS:
        return address_of(name)
    return f"#{part}" if not path else ""


def not_found_page(words: str) -> str:
    """Nothing is at this address."""
    return page(el("p", el("a", "To the log", class_="button", href="/log"), class_="row"),
                title="There is nothing at this address.", lead=words)  # fmt: skip

"""What the documents say of the checkout is so, and what the checkout has is in the documents."""

import re
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT, committed, settings, short, wrong

MAKEFILE = ROOT / "Makefile"
SPOKEN = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"]
QUESTIONS = ["Question", "Answer", "Figures", "What would change our mind"]
PAGES = [path for path in committed() if path.parent == ROOT / "decisions"]


def targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE.read_text(), re.M)
    assert phony
    return set(phony[1].split())


def folders_on_the_map() -> set[str]:
    """What stands first in the rows of ARCHITECTURE.md's map."""
    chapter = (ROOT / "ARCHITECTURE.md").read_text().split("## The map")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+/)` \|", chapter, re.M))


def folders_in_the_checkout() -> set[str]:
    """The top folders, the rooms of the package, and the steps of its core."""
    found = set()
    for path in committed():
        parts = path.relative_to(ROOT).parts[:-1]
        if not parts or parts[0].startswith("."):
            continue
        if parts[0] != "src":
            found.add(f"{parts[0]}/")
        elif len(parts) > 2:
            depth = 4 if parts[2] == "core" else 3
            found.add("/".join(parts[:depth]) + "/")
    return found


def test_every_make_target_is_explained() -> None:
    """Each target of the Makefile stands in README.md or CONTRIBUTING.md as `make NAME`."""
    said = "".join((ROOT / page).read_text() for page in SPOKEN[:2])
    assert {name for name in targets() if f"make {name}" not in said} == set()


@pytest.mark.parametrize("page", SPOKEN)
def test_every_make_command_in_a_document_exists(page: str) -> None:
    """Each `make NAME` in backticks or in an indented block is a target of the Makefile."""
    said = re.findall(r"(?:`|^    |&& )make ([a-z0-9]+)", (ROOT / page).read_text(), re.M)
    assert set(said) - targets() == set()


def test_help_lists_every_target() -> None:
    """Each target has its line of help beside it in the Makefile."""
    helped = re.findall(r"^([a-z0-9-]+):[^#\n]*## .+$", MAKEFILE.read_text(), re.M)
    assert set(helped) == targets()


def test_every_folder_on_the_map_exists() -> None:
    """Each folder that ARCHITECTURE.md's map names is in the checkout."""
    assert {name for name in folders_on_the_map() if not (ROOT / name).is_dir()} == set()


def test_every_folder_is_on_the_map() -> None:
    """Each top folder, each room of the package and each step of its core is on the map."""
    assert folders_in_the_checkout() - folders_on_the_map() == set()


def test_decisions_are_numbered_without_gaps() -> None:
    """The pages of decisions/ are NNNN-some-words.md, counted from 0001, each number once."""
    numbers = [re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", path.name) for path in PAGES]
    assert None not in numbers
    counted = sorted(int(number[1]) for number in numbers if number)
    assert counted == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_a_decision_asks_answers_and_can_be_changed(path: Path) -> None:
    """A page of decisions/ has its four headings in order and is short enough to be read."""
    text = path.read_text()
    assert re.findall(r"^## (.+)$", text, re.M) == QUESTIONS
    assert text.count("\n") <= 90


def test_the_changelog_leads_with_what_is_unreleased() -> None:
    """CHANGELOG.md has an Unreleased chapter first, then versions, newest first, with dates."""
    text = (ROOT / "CHANGELOG.md").read_text()
    chapters = re.findall(r"^## (.+)$", text, re.M)
    assert text.startswith("# Changelog\n")
    assert chapters[0] == "Unreleased"
    versions = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) \(\d{4}-\d\d-\d\d\)", c) for c in chapters[1:]]
    assert None not in versions
    order = [tuple(map(int, version.groups())) for version in versions if version]
    assert order == sorted(order, reverse=True)


def test_the_version_is_said_once() -> None:
    """The package and pyproject.toml give the same version."""
    said = re.search(r'__version__ = "(.+)"', (ROOT / "src/plainview/__init__.py").read_text())
    assert said
    assert said[1] == settings()["project"]["version"]


def dead_links(path: Path) -> list[str]:
    """The relative links of a document that point at nothing in the checkout."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text())
    return [link for link in links if not (path.parent / link).exists()]


def test_links_between_documents_lead_somewhere() -> None:
    """Each relative link or picture in a document points at a file of the checkout."""
    assert wrong([path for path in committed() if path.suffix == ".md"], dead_links) == {}

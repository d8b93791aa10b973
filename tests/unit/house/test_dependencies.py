"""Every package is there for a reason, is pinned by hash, and is used."""

import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.house.tree import ROOT, imported_roots, parsed, python_under, settings, short

PINS = sorted((ROOT / "requirements").glob("*.txt"))
BESIDE_DEV = [path for path in PINS if path.name in ("peers-sim.txt", "quality.txt")]
"""What only a comparison with peers installs."""
NOT_THE_NAME = {"PIL": "pillow"}  # imported name -> package, where they differ in more than - and _
NOT_IMPORTED = {"uvloop", "wordllama"}  # granian takes one by name; of the other, files are read


def declared(group: list[str]) -> dict[str, Requirement]:
    found = [Requirement(line) for line in group]
    return {canonicalize_name(r.name): r for r in found if r.name != "plainview"}


def runtime() -> dict[str, Requirement]:
    project = settings()["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    return declared([*project["dependencies"], *extras])


def pinned(path: Path) -> dict[str, tuple[str, int]]:
    """What a file of pins holds: package -> (version, number of hashes)."""
    entries = re.split(r"\n(?=[a-z0-9])", path.read_text())
    found = {}
    for entry in entries:
        if match := re.match(r"([a-z0-9.-]+)==([^\s;]+)", entry):
            found[match[1]] = (match[2], entry.count("--hash=sha256:"))
    return found


def test_every_runtime_dependency_says_what_it_saves() -> None:
    """Each package the product installs has a row in the decision about dependencies."""
    page = (ROOT / "decisions" / "0002-runtime-dependencies.md").read_text()
    rows = set(re.findall(r"^\| `([^`]+)` \|", page, re.M))
    assert rows == set(runtime())


@pytest.mark.parametrize("path", PINS, ids=short)
def test_every_pin_has_hashes_and_names_no_index(path: Path) -> None:
    """A file of pins holds exact versions with hashes and tells pip nothing else."""
    assert pinned(path)
    assert [name for name, (_, hashes) in pinned(path).items() if not hashes] == []
    options = re.findall(r"^\s*(--?[a-z][a-z-]*)", path.read_text(), re.M)
    assert set(options) == {"--hash"}
    assert "://" not in path.read_text()


@pytest.mark.parametrize("path", PINS, ids=short)
def test_the_files_of_pins_agree(path: Path) -> None:
    """Each pin is the same version in dev.txt, so that what is tested is what is run; what the
    peers of a comparison need may be missing there, and is the same for all comparisons."""
    dev = pinned(ROOT / "requirements" / "dev.txt")
    for beside in BESIDE_DEV if path in BESIDE_DEV else ():
        dev = pinned(beside) | dev
    assert {n: v for n, (v, _) in pinned(path).items() if dev.get(n, ("",))[0] != v} == {}


def test_what_is_declared_is_pinned_within_its_bounds() -> None:
    """Each declared package is pinned to a version that its bounds allow."""
    groups = settings()["dependency-groups"]
    wanted = runtime() | declared([line for group in groups.values() for line in group])
    have = pinned(ROOT / "requirements" / "dev.txt")
    for beside in BESIDE_DEV:
        have = pinned(beside) | have
    assert wanted.keys() - have.keys() == set()
    assert [name for name, r in wanted.items() if have[name][0] not in r.specifier] == []


def test_what_is_imported_is_declared() -> None:
    """The product imports no package that it only happens to find installed."""
    roots: set[str] = set()
    for path in python_under("src/", "demo/"):
        roots |= imported_roots(parsed(path))
    foreign = roots - set(sys.stdlib_module_names) - {"plainview", "demo"}
    packages = {canonicalize_name(NOT_THE_NAME.get(root, root)) for root in foreign}
    assert packages - runtime().keys() == set()


def test_what_is_declared_is_imported() -> None:
    """The product declares no package that nothing in it uses."""
    roots: set[str] = set()
    for path in python_under("src/", "demo/"):
        roots |= imported_roots(parsed(path))
    packages = {canonicalize_name(NOT_THE_NAME.get(root, root)) for root in roots}
    assert runtime().keys() - packages - NOT_IMPORTED == set()

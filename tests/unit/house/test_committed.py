"""What is committed would mean the same on any machine."""

import json
import re
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT, committed, short, text_of, wrong

# Spelled in pieces, or this file would find itself.
REGISTRIES = re.compile(
    "|".join(
        first + r"\." + last
        for first, last in [
            ("pypi", "org"),
            ("python" + "hosted", "org"),
            ("registry.npm" + "js", "org"),
            ("registry.yarn" + "pkg", "com"),
            ("deb.debian", "org"),
            ("archive.ubuntu", "com"),
        ]
    )
)
SOMEBODYS_FOLDER = re.compile(
    r"(?<![\w.~$}>-])/(?:home|root|Users)/[\w.]|/wor" + r"k/(?:main|shared|plan)\b"
)
LOCKS = [path for path in committed() if path.name == "package-lock.json"]
SIZE_BYTES_MAX = 4_000_000


def places(path: Path) -> list[str]:
    """The registries and the folders of one machine that a file names."""
    text = text_of(path) or ""
    return REGISTRIES.findall(text) + SOMEBODYS_FOLDER.findall(text)


def test_no_file_names_a_registry_or_somebodys_folder() -> None:
    """No committed text names the host of a package registry or a folder of one machine."""
    assert wrong(committed(), places) == {}


def test_every_file_is_small_enough_to_clone() -> None:
    """No committed file is larger than 4 MB."""
    assert [short(path) for path in committed() if path.stat().st_size > SIZE_BYTES_MAX] == []


def test_there_is_one_lock_for_the_client() -> None:
    """The client's packages are pinned in client/package-lock.json and nowhere else."""
    assert [short(path) for path in LOCKS] == ["client/package-lock.json"]


@pytest.mark.parametrize("path", LOCKS, ids=short)
def test_the_clients_lock_has_hashes_and_no_addresses(path: Path) -> None:
    """Each package of the client's lock has an integrity hash, and none says where it came from."""
    packages = json.loads(path.read_text())["packages"]
    outside = {name: entry for name, entry in packages.items() if name and "link" not in entry}
    assert outside
    assert [name for name, entry in outside.items() if "resolved" in entry] == []
    assert [name for name, entry in outside.items() if "integrity" not in entry] == []


def test_python_is_pinned_by_one_tool() -> None:
    """No second lock stands beside requirements/."""
    assert not (ROOT / "uv.lock").exists()


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("cd /" + "home/ada/plainview", True),
        ("see /" + "root/.npmrc", True),
        ("../../wor" + "k/main/x", True),
        ("/wor" + "k/out.mp4 inside the jail", False),
        ("a route /" + "homes/1", False),
        ("../" + "home/x", False),
    ],
)
def test_somebodys_folder_is_seen(text: str, is_found: bool) -> None:
    """An absolute path into a person's folder is found, and what only looks like one is not."""
    assert bool(SOMEBODYS_FOLDER.search(text)) == is_found

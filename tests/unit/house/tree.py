"""The checkout as the house's tests see it: its files, its Python parsed once, its settings."""

import ast
import subprocess
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "src" / "plainview"


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is committed or about to be: not what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return tuple(path for path in (ROOT / name for name in names) if path.is_file())


def text_of(path: Path) -> str | None:
    """The file's text, or None when it is a picture or another binary."""
    data = path.read_bytes()
    return None if b"\0" in data[:8192] else data.decode(errors="replace")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def python_under(*folders: str) -> list[Path]:
    """The Python files below these folders of the checkout, by name."""
    return [p for p in committed() if p.suffix == ".py" and short(p).startswith(folders)]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def wrong(paths: Iterable[Path], look: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    """What `look` finds in each file, for the files in which it finds anything."""
    return {short(path): found for path in paths if (found := look(path))}


@cache
def settings() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def imported_roots(module: ast.Module) -> set[str]:
    """The first names of all that a module imports, wherever in it the import stands.

    >>> sorted(imported_roots(ast.parse("import os.path\\nfrom time import time")))
    ['os', 'time']
    """
    roots: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            roots.add(node.module.partition(".")[0])
    return roots

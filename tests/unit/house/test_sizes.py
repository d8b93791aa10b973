"""Files and functions that a reader can hold; names that say something; nothing left half done."""

import ast
import re
from pathlib import Path

from tests.unit.house.tree import ROOT, parsed, python_under, settings, short, wrong

LINES_PER_FUNCTION = 80
LINES_PER_STORYBOARD = 120  # a demonstration clip is drawn in one function, first second to last
LINES_PER_FILE = 450
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}
CODE = ("src/", "demo/", "bench/", "scripts/", "tests/")

# Spelled in two halves, or this file would find itself.
UNFINISHED = re.compile(
    "|".join(a + b for a, b in [("TO", "DO"), ("FIX", "ME"), ("HA", "CK"), ("NotImp", "lemented")])
    + r"|\b(place" + "holder|for" + r" now)\b"
)  # fmt: skip


def too_long(module: ast.Module, lines: int, *, most: int = LINES_PER_FUNCTION) -> list[str]:
    """What is over the limits and does not say in its docstring why it is one idea."""
    found = []
    if lines > LINES_PER_FILE and "one idea" not in (ast.get_docstring(module) or ""):
        found.append(f"the file has {lines} lines")
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > most and "one idea" not in (ast.get_docstring(node) or ""):
                found.append(f"{node.name} has {length} lines")
    return found


def long_pieces(path: Path) -> list[str]:
    most = LINES_PER_STORYBOARD if short(path).startswith("demo/") else LINES_PER_FUNCTION
    return too_long(parsed(path), path.read_text().count("\n"), most=most)


def half_done(path: Path) -> list[str]:
    """The lines that say that something is unfinished."""
    lines = enumerate(path.read_text().splitlines(), 1)
    return [f"{n}: {line.strip()}" for n, line in lines if UNFINISHED.search(line)]


def test_a_long_piece_says_why_it_is_one_idea() -> None:
    """No function or file is long without a docstring that calls it one idea and says why."""
    found = wrong(python_under(*CODE), long_pieces)
    assert found == {}


def test_nothing_is_left_half_done() -> None:
    """No Python file holds a note that something is unfinished: that is what issues are for."""
    assert wrong(python_under(*CODE), half_done) == {}


def test_a_module_is_named_for_what_it_holds() -> None:
    """No module has a name that would fit any other."""
    assert [short(path) for path in python_under("src/") if path.stem in EMPTY_NAMES] == []


def test_every_lint_rule_has_its_reason() -> None:
    """Each rule that ruff is told to apply or to leave is followed by a comment on its line."""
    ruff = settings()["tool"]["ruff"]["lint"]
    rules = {*ruff["select"], *ruff["ignore"]}
    reasons = dict(
        re.findall(r'^  "([A-Z]+[0-9]*)",? +# (.+)$', (ROOT / "pyproject.toml").read_text(), re.M)
    )
    assert rules - reasons.keys() == set()


def test_the_limits_are_seen() -> None:
    """A function over the limit is reported, and let through once it says it is one idea."""
    body = "".join(f"    x{i} = {i}\n" for i in range(LINES_PER_FUNCTION))
    assert too_long(ast.parse("def f():\n" + body), 81) == ["f has 81 lines"]
    assert too_long(ast.parse("def f():\n    '''It is one idea.'''\n" + body), 82) == []
    assert too_long(ast.parse("x = 1"), LINES_PER_FILE + 1) == ["the file has 451 lines"]

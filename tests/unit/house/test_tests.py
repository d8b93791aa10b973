"""Tests say in one sentence what is true, and all of them run."""

import ast
from collections.abc import Iterator

from tests.unit.house.tree import parsed, python_under, wrong

Function = ast.FunctionDef | ast.AsyncFunctionDef
EXCUSES = {"skip", "skipif", "xfail", "importorskip"}


def written_in(module: ast.Module) -> Iterator[Function]:
    for node in ast.walk(module):
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield node


def complaint(function: Function) -> str | None:
    """What is wrong with a test's docstring, or None."""
    said = ast.get_docstring(function)
    if not said:
        return f"{function.name}: no docstring"
    if "\n\n" in said:
        return f"{function.name}: more than one sentence"
    if not said.endswith("."):
        return f"{function.name}: the sentence has no full stop"
    return None


def excuses(module: ast.Module) -> list[str]:
    """Where a module of tests lets a test not count."""
    found = []
    for node in ast.walk(module):
        match node:
            case ast.Attribute(value=ast.Name(id="pytest"), attr=name) if name in EXCUSES:
                found.append(f"{node.lineno}: pytest.{name}")
            case ast.Attribute(value=ast.Attribute(attr="mark"), attr=name) if name in EXCUSES:
                found.append(f"{node.lineno}: pytest.mark.{name}")
            case ast.Assert(test=ast.Constant(value=value)) if value:
                found.append(f"{node.lineno}: an assertion of a constant")
    return found


def complaints(module: ast.Module) -> list[str]:
    return [said for said in map(complaint, written_in(module)) if said]


def test_every_test_says_what_is_true() -> None:
    """Every test of the tree has a docstring of one sentence."""
    assert wrong(python_under("tests/"), lambda path: complaints(parsed(path))) == {}


def test_no_test_is_excused() -> None:
    """No test of the tree is skipped, expected to fail, or asserts a constant."""
    assert wrong(python_under("tests/"), lambda path: excuses(parsed(path))) == {}


def test_the_checks_see_what_they_look_for() -> None:
    """A test without a sentence, one with two paragraphs and three excuses are each reported."""
    code = (
        "def test_a(): pass\n"
        "def test_b():\n    '''One.\n\n    Two.'''\n"
        "@pytest.mark.skip\ndef test_c():\n    '''It holds'''\n    pytest.skip()\n    assert 1\n"
    )
    module = ast.parse(code)
    assert complaints(module) == [
        "test_a: no docstring",
        "test_b: more than one sentence",
        "test_c: the sentence has no full stop",
    ]
    assert sorted(excuses(module)) == [
        "10: an assertion of a constant",
        "6: pytest.mark.skip",
        "9: pytest.skip",
    ]

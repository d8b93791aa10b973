"""What lies below `flows` knows no clock, chance, files, network, processes or logging.

One exception: a port may name a Path in a signature, for programs that want a file by name.
import-linter follows the imports; this reads the source as well, so that a builtin is caught too.
"""

import ast
import sys
from pathlib import Path

import pytest

from tests.unit.house.tree import imported_roots, parsed, python_under, settings, short

REPLAYED = [
    f"src/plainview/core/{step}/"
    for step in ("terms", "catalogue", "events", "policy", "feed", "learn", "receipts")
]
PURE = ("src/plainview/core/", "src/plainview/sim/", "src/plainview/audit/", "src/plainview/ports/")
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "hash", "breakpoint", "__import__"}
EXACT_MATH = {"isqrt", "gcd", "lcm", "comb", "perm", "factorial", "prod"}
BASE = {"numpy", "cryptography", "msgspec", "safetensors", "numba", "plainview"}
ROUNDED = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "power", "float_power"),
    *("sin", "cos", "tan", "tanh", "arctan", "sinh", "cosh", "hypot", "sqrt"),
}


def contract(name: str) -> dict[str, list[str]]:
    contracts = settings()["tool"]["importlinter"]["contracts"]
    found: dict[str, list[str]] = next(c for c in contracts if c["name"] == name)
    return found


def impurities(module: ast.Module) -> list[str]:
    """What in a module reaches outside its arguments, as `line: what`."""
    forbidden = set(contract("what the feed is computed from is pure")["forbidden_modules"])
    found = [f"imports {name}" for name in sorted(imported_roots(module) & forbidden)]
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                found.append(f"{node.lineno}: calls {name}()")
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random"):
                found.append(f"{node.lineno}: draws from numpy's random")
    return found


def roundings(module: ast.Module) -> list[str]:
    """Where a module of the replay path asks libm, whose last bit differs between machines."""
    found = []
    for node in ast.walk(module):
        match node:
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in EXACT_MATH:
                found.append(f"{node.lineno}: math.{name}")
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name) if name in ROUNDED:
                found.append(f"{node.lineno}: np.{name}")
            case ast.ImportFrom(module="math", names=names):
                wrong = [alias.name for alias in names if alias.name not in EXACT_MATH]
                found += [f"{node.lineno}: math.{name}" for name in wrong]
    return found


@pytest.mark.parametrize("path", python_under(*PURE), ids=short)
def test_below_flows_nothing_reaches_outside(path: Path) -> None:
    """A module under core, sim, audit or ports neither imports nor calls anything impure."""
    allowed = ["imports pathlib"] if short(path).startswith("src/plainview/ports/") else []
    assert [found for found in impurities(parsed(path)) if found not in allowed] == []


@pytest.mark.parametrize("path", python_under(*REPLAYED), ids=short)
def test_the_replay_path_asks_no_libm(path: Path) -> None:
    """A module that slates are computed by takes from math only what is exact in integers."""
    assert roundings(parsed(path)) == []


@pytest.mark.parametrize("path", python_under(*PURE), ids=short)
def test_a_check_needs_the_base_install_alone(path: Path) -> None:
    """A pure module imports, besides the standard library, only what the base install brings."""
    foreign = imported_roots(parsed(path)) - set(sys.stdlib_module_names)
    assert foreign <= BASE


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import time", "imports time"),
        ("def f():\n    from os import path", "imports os"),
        ("x = open('a')", "1: calls open()"),
        ("np.random.default_rng(1)", "1: draws from numpy's random"),
    ],
)
def test_an_impure_line_is_seen(line: str, said: str) -> None:
    """Each kind of impurity is reported by the check that should see it."""
    assert impurities(ast.parse(line)) == [said]


def test_a_rounding_is_seen() -> None:
    """The logarithm is refused by name, by module and in numpy; isqrt is let through."""
    code = "from math import log, isqrt\nmath.log(2)\nnp.exp(1)\nmath.isqrt(9)"
    assert roundings(ast.parse(code)) == ["1: math.log", "2: math.log", "3: np.exp"]

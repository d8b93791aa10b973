"""What lies below `flows` knows no clock, chance, files, network, processes or logging.

One exception: a port may name a Path in a signature, for programs that want a file by name.
import-linter follows the imports; this reads the source as well, so that a builtin is caught too.
"""

import ast
import sys

import pytest

from tests.unit.house.tree import imported_roots, parsed, python_under, settings, wrong

STEPS = "terms catalogue events policy feed learn tlog receipts lessons"
REPLAYED = [f"src/plainview/core/{step}/" for step in STEPS.split()]
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


CORRECTLY_ROUNDED = {
    "src/plainview/core/learn/kernels.py": "np.sqrt",
    "src/plainview/core/learn/embed_kernels.py": "np.sqrt",
}
"""IEEE 754 rounds a square root correctly, as it does + - * and /, and processors have it as one
instruction: the same bits everywhere. Where learning needs it, and nowhere else."""


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


def foreign(module: ast.Module) -> list[str]:
    """What a module imports that neither Python nor the base install brings."""
    return sorted(imported_roots(module) - set(sys.stdlib_module_names) - BASE)


def test_below_flows_nothing_reaches_outside() -> None:
    """No module under core, sim, audit or ports imports or calls anything impure."""
    found = wrong(python_under(*PURE), lambda path: impurities(parsed(path)))
    paths_named = {f for f in found if f.startswith("src/plainview/ports/")}
    assert {f: found[f] for f in found if f not in paths_named} == {}
    assert all(found[f] == ["imports pathlib"] for f in paths_named)


def test_the_replay_path_asks_no_libm() -> None:
    """A module that slates are computed by takes from math only what is exact in integers."""
    found = wrong(python_under(*REPLAYED), lambda path: roundings(parsed(path)))
    for file, name in CORRECTLY_ROUNDED.items():
        assert [line.split(": ")[1] for line in found.pop(file, [])] == [name]
    assert found == {}


def test_a_check_needs_the_base_install_alone() -> None:
    """A pure module imports, besides the standard library, only what the base install brings."""
    assert wrong(python_under(*PURE), lambda path: foreign(parsed(path))) == {}


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

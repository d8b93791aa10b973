"""Runs of a drill that takes long, a line each in a file, so that it goes on where it broke off."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec


class Named(Protocol):
    """What a run is known by."""

    @property
    def taste(self) -> str:
        """The process of taste."""

    @property
    def seed(self) -> int:
        """Of the society."""

    @property
    def who(self) -> str:
        """The recommender."""


Key = tuple[str, int, str]
R = TypeVar("R", bound=Named)


def runs_of(
    keep: Path | None, kind: type[R], *, wanted: Iterable[Key], run: Callable[[str, int, str], R]
) -> list[R]:
    """A run for each of `wanted`, (taste, seed, who); those that `keep` holds are not run again."""
    lines = keep.read_bytes().splitlines() if keep and keep.exists() else []
    held = [msgspec.json.decode(line, type=kind) for line in lines]
    done = {(one.taste, one.seed, one.who): one for one in held}
    asked = list(wanted)
    for key in asked:
        if key not in done:
            done[key] = run(*key)
            if keep:
                with keep.open("ab") as file:
                    file.write(msgspec.json.encode(done[key]) + b"\n")
    return [done[key] for key in asked]

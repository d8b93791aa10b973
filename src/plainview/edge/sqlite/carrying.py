"""Which function carries out which command."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar, get_args

from plainview.ports.commands import Command

A = TypeVar("A")
C = TypeVar("C", bound=Command[Any])

Carry = Callable[[sqlite3.Cursor, Any], Any]
CARRIED_OUT_BY: dict[type[Command[Any]], Carry] = {}


def carries_out(
    command: type[C],
) -> Callable[[Callable[[sqlite3.Cursor, C], A]], Callable[[sqlite3.Cursor, C], A]]:
    """Mark the function that carries out `command` inside the writer's transaction.

    It runs between a savepoint and its release: raise `Refused` and nothing it did remains. It
    must not commit, sleep, or read the clock (times are in the command). Rows are tuples.
    """

    def mark(carry: Callable[[sqlite3.Cursor, C], A]) -> Callable[[sqlite3.Cursor, C], A]:
        assert command not in CARRIED_OUT_BY, f"two functions carry out {command.__name__}"
        CARRIED_OUT_BY[command] = carry
        return carry

    return mark


def answer_type(command: type[Command[Any]]) -> Any:
    """The type that `command` is answered with: the argument of its base `Command[...]`."""
    (base,) = (b for b in command.__dict__["__orig_bases__"] if get_args(b))
    return get_args(base)[0]


def changed_catalogue(db: sqlite3.Cursor, *, is_urgent: bool = False) -> int:
    """Count one more change to the catalogue and return its number, for `videos.changed`.

    The freezer freezes once a change is waiting; at once if it is urgent (a removal).
    """
    names = ("catalogue_changes", "urgent_changes") if is_urgent else ("catalogue_changes",)
    for name in names:
        db.execute("UPDATE facts SET value = CAST(value AS INTEGER) + 1 WHERE name = ?", (name,))
    (value,) = db.execute("SELECT value FROM facts WHERE name = 'catalogue_changes'").fetchone()
    return int(value)

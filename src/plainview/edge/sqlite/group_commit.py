"""Many commands, one fsync: the transaction that all commands which arrived together share."""

import logging
import sqlite3
from collections.abc import Sequence
from typing import Any

from plainview.edge.sqlite.carrying import CARRIED_OUT_BY
from plainview.ports.commands import Command, Refused

LOG = logging.getLogger(__name__)


STOP_AT = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
}
"""Errors after which the transaction cannot be trusted; the process must not go on."""

FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""Faults of a command's own code, which may cost that command and no other."""


class NotCarriedOut(Exception):
    """A command broke on its own (a fault of ours, not of who asked) and left nothing behind."""


Outcome = Any | Refused | NotCarriedOut


class GroupCommit:
    """The only object that changes the database. One thread owns it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def carry_out(self, commands: Sequence[Command[Any]]) -> list[Outcome]:
        """Carry out `commands` in order in one transaction; durable when it returns.

        A command that is refused or breaks is undone alone. If the transaction itself cannot be
        committed (a full disk), nothing of it remains and the error goes up: the process must
        stop, because nobody may be answered.
        """
        cursor = self.db.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [self._one(cursor, command) for command in commands]
            cursor.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                cursor.execute("ROLLBACK")
            raise
        return outcomes

    def _one(self, cursor: sqlite3.Cursor, command: Command[Any]) -> Outcome:
        cursor.execute("SAVEPOINT one")
        try:
            outcome = CARRIED_OUT_BY[type(command)](cursor, command)
        except Refused as refusal:
            cursor.execute("ROLLBACK TO one")
            outcome = refusal
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in STOP_AT:
                raise
            cursor.execute("ROLLBACK TO one")
            outcome = self._broken(command, error)
        except FAULTS as error:
            cursor.execute("ROLLBACK TO one")
            outcome = self._broken(command, error)
        cursor.execute("RELEASE one")
        return outcome

    @staticmethod
    def _broken(command: Command[Any], error: Exception) -> NotCarriedOut:
        LOG.error("%s was not carried out", type(command).__name__, exc_info=error)
        return NotCarriedOut(f"{type(command).__name__}: {type(error).__name__}: {error}")


class DirectWriter:
    """A `Writer` in this process, for the command line while no service runs, and for tests."""

    def __init__(self, group: GroupCommit) -> None:
        self._group = group

    def submit(self, command: Command[Any]) -> Any:
        """Carry out `command` in a transaction of its own."""
        (outcome,) = self._group.carry_out([command])
        if isinstance(outcome, Refused | NotCarriedOut):
            raise outcome
        return outcome

"""A database whose commits fail when told."""

import sqlite3
from typing import Any


class FailingConnection(sqlite3.Connection):
    """A connection whose next COMMIT fails, before or after it took effect."""

    fails = ""

    def cursor(self, *_: Any, **__: Any) -> "FailingCursor":  # type: ignore[override]
        """A cursor that fails when told."""
        return super().cursor(FailingCursor)


class FailingCursor(sqlite3.Cursor):
    """Fails as its connection says."""

    def execute(self, sql: str, *arguments: Any) -> "FailingCursor":
        """Carry out `sql`, or fail."""
        connection = self.connection
        assert isinstance(connection, FailingConnection)
        how, connection.fails = connection.fails, "" if sql == "COMMIT" else connection.fails
        if sql != "COMMIT" or not how:
            return super().execute(sql, *arguments)
        if how == "failed but persisted":
            super().execute(sql)
        raise sqlite3.OperationalError("disk I/O error")

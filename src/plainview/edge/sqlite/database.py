"""Opening the database: its settings, and its numbered migrations in plain SQL."""

import secrets
import sqlite3
from importlib.resources import files
from pathlib import Path

SCHEMA_NAME = "plainview.db"
BUSY_MS = 5_000
SECRET_BYTES = 32
WAL_PAGES = 4_000
"""The log file is folded back after this many pages (16 MB), so that one commit rarely pays."""


class NewerSchema(Exception):
    """The data folder was written by a newer Plainview. Run that version, or use another folder."""


def _migrations() -> list[tuple[int, str]]:
    folder = files("plainview.edge.sqlite") / "migrations"
    found = [(int(f.name[:4]), f.read_text()) for f in folder.iterdir() if f.name.endswith(".sql")]
    return sorted(found)


OLDEST_SCHEMA = 8
"""Data of an earlier one was made by specifications that were changed since."""


def newest_schema() -> int:
    """The number of the last migration this program knows."""
    return _migrations()[-1][0]


def open_to_write(path: Path) -> sqlite3.Connection:
    """The writer's connection: what it commits is fsynced. Brings the schema up to date first.

    Raises: NewerSchema.
    """
    db = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA cache_size = -32768")
    db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    db.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
    # For a migration: the database's own source of chance is not meant for secrets.
    db.create_function("fresh_secret", 0, lambda: secrets.token_bytes(SECRET_BYTES))
    migrate(db)
    return db


def migrate(db: sqlite3.Connection) -> None:
    """Apply, each in its own transaction, the migrations that the database has not seen.

    Raises: NewerSchema: it has seen one that this program does not know.
    """
    (seen,) = db.execute("PRAGMA user_version").fetchone()
    if seen > newest_schema():
        raise NewerSchema(f"the data is of schema {seen}, this Plainview knows {newest_schema()}")
    for number, script in _migrations():
        if number > seen:
            db.executescript(
                f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
            )


def open_to_read(path: Path) -> sqlite3.Connection:
    """A reader's connection: it sees what was committed before each statement or transaction."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    db.execute("PRAGMA query_only = ON")
    db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    db.execute("PRAGMA cache_size = -4096")
    return db

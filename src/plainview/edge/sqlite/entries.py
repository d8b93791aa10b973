"""Appending to the public log, inside the transaction of the fact that an entry states."""

import sqlite3

import msgspec

from plainview.core.history import Entry, Trust, encode_entry


def has_begun(db: sqlite3.Cursor) -> bool:
    """Whether there is a log. What an edition has before there is one, `BeginLog` states."""
    return db.execute("SELECT 1 FROM log_entries LIMIT 1").fetchone() is not None


def append_entry(db: sqlite3.Cursor, entry: Entry) -> int:
    """Append `entry`; its index. The first is a root of trust: see `has_begun` before any other.

    An entry's time never goes back: one that is late gets the time of the entry before it.
    Raises: BadEntry: it has no form in the log; the whole command is undone.
    """
    last = db.execute("SELECT n, at_ms FROM log_entries ORDER BY n DESC LIMIT 1").fetchone()
    assert last is not None or isinstance(entry, Trust), "a log begins with its root of trust"
    n, at_ms = (last[0] + 1, max(last[1], entry.at_ms)) if last else (0, entry.at_ms)
    if at_ms != entry.at_ms:
        entry = msgspec.structs.replace(entry, at_ms=at_ms)
    db.execute(
        "INSERT INTO log_entries (n, type, body, at_ms) VALUES (?, ?, ?, ?)",
        (n, entry.__struct_config__.tag, encode_entry(entry), at_ms),
    )
    return n

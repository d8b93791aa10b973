"""Appending to the public log, inside the transaction of the fact that an entry states."""

import sqlite3

import msgspec

from plainview.core.history import Entry, Trust, encode_entry


def append_entry(db: sqlite3.Cursor, entry: Entry) -> int | None:
    """Append `entry`; its index. None, and nothing is appended, before the log has begun: what an
    edition has until then is stated by `BeginLog`.

    An entry's time never goes back: one that is late gets the time of the entry before it.
    Raises: BadEntry: it has no form in the log; the whole command is undone.
    """
    last = db.execute("SELECT n, at_ms FROM log_entries ORDER BY n DESC LIMIT 1").fetchone()
    if last is None and not isinstance(entry, Trust):
        return None
    n, at_ms = (last[0] + 1, max(last[1], entry.at_ms)) if last else (0, entry.at_ms)
    if at_ms != entry.at_ms:
        entry = msgspec.structs.replace(entry, at_ms=at_ms)
    db.execute(
        "INSERT INTO log_entries (n, type, body, at_ms) VALUES (?, ?, ?, ?)",
        (n, entry.__struct_config__.tag, encode_entry(entry), at_ms),
    )
    return n

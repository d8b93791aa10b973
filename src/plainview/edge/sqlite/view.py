"""Carries out what viewers do: sessions, events, slates."""

import sqlite3

from plainview.core.terms.ids import NO_DIGEST, ViewerId
from plainview.edge.sqlite.carrying import carries_out
from plainview.ports.view import OpenSession, Session


@carries_out(OpenSession)
def open_session(db: sqlite3.Cursor, command: OpenSession) -> Session:
    """Add the session and its viewer, or answer with the one the token has."""
    known = db.execute(
        "SELECT viewers.id, is_operator FROM sessions JOIN viewers ON no = viewer"
        " WHERE token_hash = ?",
        (command.token_hash,),
    ).fetchone()
    if known:
        return Session(viewer=ViewerId(known[0]), is_operator=bool(known[1]))
    db.execute(
        "INSERT INTO viewers (id, created_ms, head, receipt) VALUES (?, ?, ?, ?)",
        (command.viewer, command.at_ms, b"", NO_DIGEST),
    )
    db.execute(
        "INSERT INTO sessions (token_hash, viewer, created_ms) VALUES (?, ?, ?)",
        (command.token_hash, db.lastrowid, command.at_ms),
    )
    return Session(viewer=command.viewer, is_operator=False)

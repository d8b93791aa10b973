"""Carries out the villain's commands."""

import sqlite3

import msgspec

from plainview.core.terms.hashing import digest_of
from plainview.edge.sqlite.carrying import carries_out
from plainview.ports.commands import Done, Refused
from plainview.ports.levers import LeverRecord, ReplaceReceipt, SetLever


@carries_out(SetLever)
def set_lever(db: sqlite3.Cursor, command: SetLever) -> Done:
    """Remember where the lever stands."""
    lever = command.lever
    db.execute(
        "INSERT OR REPLACE INTO levers (name, is_pulled, pulled_by, detail, at_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            lever.name,
            lever.is_pulled,
            lever.pulled_by,
            msgspec.json.encode(lever.detail).decode(),
            lever.at_ms,
        ),
    )
    return Done()


@carries_out(ReplaceReceipt)
def replace_receipt(db: sqlite3.Cursor, command: ReplaceReceipt) -> Done:
    """Rewrite the row; what other rows and the viewer's chain say of it stays as it was."""
    found = db.execute(
        "UPDATE receipts SET id = ?, body = ?, signature = ? WHERE id IN (?, ?)",
        (
            digest_of(command.body),
            command.body,
            command.signature,
            command.receipt,
            digest_of(command.body),
        ),
    ).rowcount
    if not found:
        raise Refused("no_receipt", "There is no receipt of that id.")
    return Done()


def read_levers(db: sqlite3.Connection) -> dict[str, LeverRecord]:
    """For `LeverReads`."""
    rows = db.execute("SELECT name, is_pulled, pulled_by, detail, at_ms FROM levers ORDER BY name")
    return {
        name: LeverRecord(
            name=name,
            is_pulled=bool(is_pulled),
            pulled_by=pulled_by,
            detail=msgspec.json.decode(detail, type=dict[str, str]),
            at_ms=at_ms,
        )
        for name, is_pulled, pulled_by, detail, at_ms in rows
    }

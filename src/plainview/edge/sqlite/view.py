"""Carries out what viewers do: sessions, events, slates."""

import secrets
import sqlite3
from collections.abc import Iterable

import msgspec

from plainview.core.events import encode_event, extend, genesis, served_draft
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId
from plainview.core.terms.viewer import Event
from plainview.edge.sqlite.carrying import carries_out
from plainview.ports.commands import Done, Refused
from plainview.ports.view import (
    EventsTaken,
    Issued,
    IssueSlate,
    MakeOperatorLink,
    OpenSession,
    Session,
    TakeEvents,
    UseOperatorLink,
)

KEYS_PER_QUERY = 500
SECRET_BYTES = 32


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
        (command.viewer, command.at_ms, bytes.fromhex(genesis(command.viewer)), NO_DIGEST),
    )
    no = db.lastrowid
    db.execute(
        "INSERT INTO sessions (token_hash, viewer, created_ms) VALUES (?, ?, ?)",
        (command.token_hash, no, command.at_ms),
    )
    # Drawn here and not by who asks: a repeat finds the first, and no other process ever has it.
    db.execute(
        "INSERT INTO viewer_salts (viewer, secret) VALUES (?, ?)",
        (no, secrets.token_bytes(SECRET_BYTES)),
    )
    return Session(viewer=command.viewer, is_operator=False)


@carries_out(MakeOperatorLink)
def make_operator_link(db: sqlite3.Cursor, command: MakeOperatorLink) -> Done:
    """Void the links nobody used, and keep this one."""
    db.execute(
        "DELETE FROM operator_links WHERE used_by IS NULL AND key_hash <> ?", (command.key_hash,)
    )
    db.execute(
        "INSERT OR IGNORE INTO operator_links (key_hash, made_ms) VALUES (?, ?)",
        (command.key_hash, command.at_ms),
    )
    return Done()


@carries_out(UseOperatorLink)
def use_operator_link(db: sqlite3.Cursor, command: UseOperatorLink) -> Done:
    """Tie the link to the session that came with it first."""
    link = db.execute(
        "SELECT used_by FROM operator_links WHERE key_hash = ?", (command.key_hash,)
    ).fetchone()
    if link is None or link[0] not in (None, command.token_hash):
        raise Refused("link_used", "This operator link was used already or is out of date.")
    changed = db.execute(
        "UPDATE sessions SET is_operator = 1 WHERE token_hash = ?", (command.token_hash,)
    ).rowcount
    if not changed:
        raise Refused("no_session", "There is no such session.")
    db.execute(
        "UPDATE operator_links SET used_by = ? WHERE key_hash = ?",
        (command.token_hash, command.key_hash),
    )
    return Done()


def viewer_end(db: sqlite3.Cursor, viewer: ViewerId) -> tuple[int, int, Digest, int, Digest]:
    """(no, n, head, number, receipt). Raises: Refused: no_viewer."""
    row = db.execute(
        "SELECT no, n, head, number, receipt FROM viewers WHERE id = ?", (viewer,)
    ).fetchone()
    if row is None:
        raise Refused("no_viewer", "There is no such viewer.")
    no, n, head, number, receipt = row
    return no, n, Digest(head.hex()), number, receipt


def append_events(
    db: sqlite3.Cursor, no: int, n: int, head: Digest, events: Iterable[Event]
) -> tuple[int, Digest, list[bytes]]:
    """Number `events` on from `n`, chain them to `head`, store them; the new n, head and bytes."""
    rows: list[tuple[int, int, str | None, bytes]] = []
    for event in events:
        n += 1
        body = encode_event(msgspec.structs.replace(event, n=n))
        head = extend(head, body)
        rows.append((no, n, event.key or None, body))
    db.executemany("INSERT INTO events (viewer, n, key, body) VALUES (?, ?, ?, ?)", rows)
    return n, head, [row[3] for row in rows]


def _known_keys(db: sqlite3.Cursor, no: int, keys: list[str]) -> dict[str, bytes]:
    known: dict[str, bytes] = {}
    for start in range(0, len(keys), KEYS_PER_QUERY):
        some = keys[start : start + KEYS_PER_QUERY]
        marks = ",".join("?" * len(some))
        known.update(
            db.execute(
                f"SELECT key, body FROM events WHERE viewer = ? AND key IN ({marks})",  # noqa: S608
                (no, *some),
            )
        )
    return known


@carries_out(TakeEvents)
def take_events(db: sqlite3.Cursor, command: TakeEvents) -> EventsTaken:
    """Append what is new; a key that is in the chain, or twice in the command, counts once."""
    no, n, head, _, _ = viewer_end(db, command.viewer)
    known = _known_keys(db, no, [event.key for event in command.events])
    fresh = {event.key: event for event in reversed(command.events) if event.key not in known}
    in_order = [fresh.pop(event.key) for event in command.events if event.key in fresh]
    n, head, bodies = append_events(db, no, n, head, in_order)
    if in_order:
        db.execute("UPDATE viewers SET n = ?, head = ? WHERE no = ?", (n, bytes.fromhex(head), no))
    both = sorted((_number_of(body), body) for body in (*known.values(), *bodies))
    return EventsTaken(events=tuple(body for _, body in both), n=n, head=head)


class _Numbered(msgspec.Struct):
    n: int


_NUMBERED = msgspec.json.Decoder(_Numbered)


def _number_of(body: bytes) -> int:
    return _NUMBERED.decode(body).n


@carries_out(IssueSlate)
def issue_slate(db: sqlite3.Cursor, command: IssueSlate) -> Issued:
    """Store the receipt and its `served` event, or answer with what this number has already."""
    no, n, head, number, _ = viewer_end(db, command.viewer)
    if command.number <= number:
        nonce, stored = stored_slate(db, no, command.number)
        if nonce == command.nonce:
            return stored
        raise Refused(
            "number_taken",
            f"Request number {command.number} was answered already.",
            {"next_number": number + 1},
        )
    if command.number != number + 1:
        raise Refused(
            "number_gap", f"The next request number is {number + 1}.", {"next_number": number + 1}
        )
    receipt = digest_of(command.receipt)
    draft = served_draft(
        number=command.number, receipt=receipt, epoch=command.epoch, videos=command.videos
    )
    draft = msgspec.structs.replace(draft, at_ms=command.at_ms)
    n, head, (served,) = append_events(db, no, n, head, [draft])
    db.execute(
        "INSERT INTO receipts (viewer, number, id, nonce, body, signature, served_n, issued_ms,"
        " arm) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            no, command.number, receipt, command.nonce, command.receipt, command.signature, n,
            command.at_ms, command.arm,
        ),
    )  # fmt: skip
    db.execute(
        "UPDATE viewers SET n = ?, head = ?, number = ?, receipt = ? WHERE no = ?",
        (n, bytes.fromhex(head), command.number, receipt, no),
    )
    return Issued(receipt=command.receipt, signature=command.signature, served=served)


def stored_slate(db: sqlite3.Cursor, no: int, number: int) -> tuple[str, Issued]:
    """The nonce and bytes of a slate that is stored. Raises: LookupError: it is not."""
    row = db.execute(
        "SELECT nonce, receipts.body, signature, events.body FROM receipts"
        " JOIN events ON events.viewer = receipts.viewer AND events.n = served_n"
        " WHERE receipts.viewer = ? AND number = ?",
        (no, number),
    ).fetchone()
    if row is None:
        raise LookupError(f"slate {number} of viewer {no}")
    return row[0], Issued(receipt=row[1], signature=row[2], served=row[3])

"""Carries out what is written about the log itself: its begin, heads, intervals, trust."""

import secrets
import sqlite3
from typing import Any

import msgspec

from plainview.core.history import (
    Access,
    HourKey,
    Source,
    commitment,
    record_salt,
)
from plainview.core.terms.ids import NO_DIGEST
from plainview.edge.sqlite.carrying import carries_out
from plainview.edge.sqlite.entries import append_entry, has_begun
from plainview.edge.sqlite.reads import EPOCH, epoch_record
from plainview.edge.stating import (
    signatures_of,
    state_decision,
    state_epoch,
    state_hours,
    state_interval,
    state_policies,
    state_trust,
    state_weights,
)
from plainview.ports.commands import Done, Refused
from plainview.ports.serving import HourKey as StoredHourKey
from plainview.ports.serving import PolicyRecord
from plainview.ports.tlog import (
    BeginLog,
    KeepCosignatures,
    NoteAccess,
    RecordHead,
    RecordInterval,
    RecordSource,
    RecordTrust,
    RevealHourKeys,
    TrustRecord,
)

HOUR_MS = 3_600_000
SECRET_BYTES = 32


@carries_out(BeginLog)
def begin_log(db: sqlite3.Cursor, command: BeginLog) -> Done:
    """Append the state from which the rest of the log follows."""
    if has_begun(db):
        return Done()
    # Intervals begin with what comes after this.
    db.execute(
        "INSERT INTO facts SELECT 'log_after_seq', coalesce(max(seq), 0) FROM events",
    )
    _keep_trust(db, command.trust, command.at_ms)
    _keep_source(db, command.source, command.files, command.at_ms)
    policies = [
        PolicyRecord(*row) for row in db.execute("SELECT name, digest FROM policies ORDER BY place")
    ]
    if policies:
        append_entry(db, state_policies(policies, at_ms=command.at_ms))
    parent = None
    for digest, recipe, origin, lineage in db.execute(
        "SELECT digest, recipe, origin, lineage FROM weights ORDER BY n"
    ).fetchall():
        append_entry(
            db,
            state_weights(
                digest, parent=parent, recipe=recipe, origin=origin, lineage=lineage,
                at_ms=command.at_ms,
            ),
        )  # fmt: skip
        parent = digest
    log_hours(db, [
        StoredHourKey(*row)
        for row in db.execute(
            "SELECT hour, key, commitment FROM hour_keys WHERE hour >= ? AND entry IS NULL",
            (command.at_ms // HOUR_MS,),
        ).fetchall()
    ], at_ms=command.at_ms)  # fmt: skip
    for row in db.execute(
        "SELECT n, video, action, author, reason_code, public_reason FROM decisions ORDER BY n"
    ).fetchall():
        log_decision(db, *row, at_ms=command.at_ms)
    _log_newest_epoch(db)
    return Done()


def _log_newest_epoch(db: sqlite3.Cursor) -> None:
    newest = epoch_record(
        db.execute(f"SELECT {EPOCH} FROM epochs ORDER BY number DESC LIMIT 1").fetchone()  # noqa: S608
    )
    if newest is not None:
        log_epoch(db, newest.number)


def log_epoch(db: sqlite3.Cursor, number: int) -> None:
    """Append the entry of a stored epoch."""
    if not has_begun(db):
        return
    epoch = epoch_record(
        db.execute(f"SELECT {EPOCH} FROM epochs WHERE number = ?", (number,)).fetchone()  # noqa: S608
    )
    assert epoch is not None, "an epoch is stored before it is logged"
    before = db.execute("SELECT root FROM epochs WHERE number = ?", (number - 1,)).fetchone()
    entry = append_entry(db, state_epoch(epoch, previous_root=before[0] if before else NO_DIGEST))
    db.execute("UPDATE epochs SET entry = ? WHERE number = ?", (entry, number))


def log_hours(db: sqlite3.Cursor, keys: list[StoredHourKey], *, at_ms: int) -> None:
    """Append the commitments to these keys, which are stored."""
    if not has_begun(db):
        return
    for stated, hours in state_hours(keys, at_ms=at_ms):
        entry = append_entry(db, stated)
        db.executemany(
            "UPDATE hour_keys SET entry = ? WHERE hour = ?", [(entry, hour) for hour in hours]
        )


def log_decision(
    db: sqlite3.Cursor, n: int, video: int, action: str, author: str, reason_code: str,
    public_reason: str, *, at_ms: int,
) -> None:  # fmt: skip
    """Append the decision `n`, which is stored, and keep the salt of its reason."""
    if not has_begun(db):
        return
    secret = secret_of_creator(db, video)
    salt = (
        record_salt(secret, label="reason", number=n)
        if secret
        else secrets.token_bytes(SECRET_BYTES)
    )
    append_entry(
        db,
        state_decision(
            n, video=video, action=action, author=author, reason_code=reason_code,
            public_reason=public_reason, salt=salt, at_ms=at_ms,
        ),
    )  # fmt: skip
    db.execute("UPDATE decisions SET salt = ? WHERE n = ?", (salt, n))


def secret_of_creator(db: sqlite3.Cursor, video: int) -> bytes | None:
    """What the salts of a video's creator are derived from; None for one who is no viewer."""
    row = db.execute(
        "SELECT secret FROM videos JOIN creators ON creators.id = videos.creator"
        " JOIN viewer_salts ON viewer_salts.viewer = creators.viewer WHERE videos.id = ?",
        (video,),
    ).fetchone()
    return row[0] if row else None


def _keep_trust(db: sqlite3.Cursor, trust: TrustRecord, at_ms: int) -> None:
    entry = append_entry(db, state_trust(trust, at_ms=at_ms))
    db.execute(
        "INSERT INTO trust (version, document, signatures, entry) VALUES (?, ?, ?, ?)",
        (
            trust.version, trust.document.decode(),
            msgspec.json.encode(signatures_of(trust.signatures)).decode(), entry,
        ),
    )  # fmt: skip


@carries_out(RecordTrust)
def record_trust(db: sqlite3.Cursor, command: RecordTrust) -> Done:
    """Add the version after the last."""
    trust = command.trust
    version, document = db.execute(
        "SELECT version, document FROM trust ORDER BY version DESC LIMIT 1"
    ).fetchone() or (0, "")
    if (version, document) == (trust.version, trust.document.decode()):
        return Done()
    if trust.version != version + 1:
        raise Refused("trust_taken", f"The next version of the trust document is {version + 1}.")
    _keep_trust(db, trust, command.at_ms)
    return Done()


def _keep_source(db: sqlite3.Cursor, digest: str, files: int, at_ms: int) -> None:
    entry = append_entry(db, Source(digest=digest, files=files, at_ms=at_ms))
    db.execute(
        "INSERT INTO sources (digest, entry) VALUES (?, ?)"
        " ON CONFLICT (digest) DO UPDATE SET entry = excluded.entry",
        (digest, entry),
    )


@carries_out(RecordSource)
def record_source(db: sqlite3.Cursor, command: RecordSource) -> Done:
    """Append it unless it is what runs already."""
    if not has_begun(db):
        raise Refused("no_log", "The log has not begun.")
    last = db.execute("SELECT digest FROM sources ORDER BY entry DESC LIMIT 1").fetchone()
    if last is None or last[0] != command.digest:
        _keep_source(db, command.digest, command.files, command.at_ms)
    return Done()


@carries_out(RecordHead)
def record_head(db: sqlite3.Cursor, command: RecordHead) -> Done:
    """Compare, then set."""
    known = db.execute("SELECT root FROM log_heads WHERE size = ?", (command.size,)).fetchone()
    if known is not None:
        if known[0] == command.root:
            return Done()
        raise Refused("head_differs", f"Another root is recorded for size {command.size}.")
    last, entries = db.execute(
        "SELECT (SELECT coalesce(max(size), 0) FROM log_heads),"
        " (SELECT coalesce(max(n) + 1, 0) FROM log_entries)"
    ).fetchone()
    if not last < command.size <= entries:
        raise Refused("head_behind", f"Size {last} is recorded, of {entries} entries.")
    db.execute(
        "INSERT INTO log_heads (size, root, at_ms) VALUES (?, ?, ?)",
        (command.size, command.root, command.at_ms),
    )
    return Done()


@carries_out(RecordInterval)
def record_interval(db: sqlite3.Cursor, command: RecordInterval) -> Done:
    """Append the roots; keep the commitments they are over."""
    begins = db.execute("SELECT value FROM facts WHERE name = 'log_after_seq'").fetchone()
    if begins is None:
        raise Refused("no_log", "The log has not begun.")
    last: tuple[Any, ...] = db.execute(
        "SELECT number, upto_seq FROM intervals ORDER BY number DESC LIMIT 1"
    ).fetchone() or (0, int(begins[0]))
    if last == (command.number, command.upto_seq):
        return Done()
    if (command.number, command.after_seq) != (last[0] + 1, last[1]):
        raise Refused("interval_taken", f"The next interval is {last[0] + 1}, after {last[1]}.")
    entry = append_entry(db, state_interval(command))
    db.execute(
        "INSERT INTO intervals (number, after_seq, upto_seq, receipts, leaves, entry)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            command.number, command.after_seq, command.upto_seq, command.receipts_count,
            command.leaves, entry,
        ),
    )  # fmt: skip
    return Done()


@carries_out(RevealHourKeys)
def reveal_hour_keys(db: sqlite3.Cursor, command: RevealHourKeys) -> Done:
    """Append each key whose hour is over."""
    over = db.execute(
        "SELECT hour, key FROM hour_keys WHERE entry IS NOT NULL AND revealed IS NULL AND hour < ?"
        " ORDER BY hour",
        (command.at_ms // HOUR_MS,),
    ).fetchall()
    for hour, key in over:
        entry = append_entry(db, HourKey(hour=hour, key=key.hex(), at_ms=command.at_ms))
        db.execute("UPDATE hour_keys SET revealed = ? WHERE hour = ?", (entry, hour))
    return Done()


@carries_out(NoteAccess)
def note_access(db: sqlite3.Cursor, command: NoteAccess) -> Done:
    """Append that it happened, naming the person by a commitment alone."""
    if not has_begun(db):
        raise Refused("no_log", "The log has not begun.")
    row = db.execute(
        "SELECT secret FROM viewers JOIN viewer_salts ON viewer = no WHERE id = ?",
        (command.viewer,),
    ).fetchone()
    if row is None:
        raise Refused("no_viewer", "There is no such viewer.")
    (number,) = db.execute("SELECT coalesce(max(n), 0) + 1 FROM log_entries").fetchone()
    salt = record_salt(row[0], label="subject", number=number)
    append_entry(
        db,
        Access(
            subject=commitment(salt, command.viewer.encode()),
            reason_code=command.reason_code,  # type: ignore[arg-type]  # encode_entry refuses others
            by=command.by,  # type: ignore[arg-type]
            at_ms=command.at_ms,
        ),
    )
    return Done()


@carries_out(KeepCosignatures)
def keep_cosignatures(db: sqlite3.Cursor, command: KeepCosignatures) -> Done:
    """Keep each witness's last."""
    db.executemany(
        "INSERT INTO cosignatures (witness, size, line, at_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (witness) DO UPDATE SET size = excluded.size, line = excluded.line,"
        " at_ms = excluded.at_ms WHERE excluded.size >= size",
        [(one.witness, one.size, one.line, one.at_ms) for one in command.cosignatures],
    )
    return Done()

"""Carries out what the worker writes: epochs with their counts, hour keys, policies, weights."""

import sqlite3

from plainview.core.history import PromiseKept
from plainview.core.terms.epoch import COUNTERS
from plainview.edge.sqlite.carrying import carries_out
from plainview.edge.sqlite.entries import append_entry, has_begun
from plainview.edge.sqlite.experiments import stop_unoffered
from plainview.edge.sqlite.tlog import log_epoch, log_hours
from plainview.edge.stating import state_policies, state_weights
from plainview.ports.commands import Done, Refused
from plainview.ports.serving import (
    EpochRecord,
    KeepHourKeys,
    NameEdition,
    OfferPolicies,
    PolicyRecord,
    PublishWeights,
    RecordEpoch,
)

_ADD_COUNTS = (
    f"INSERT INTO counts (video, {', '.join(COUNTERS)})"  # noqa: S608 - names of our own
    f" SELECT ?, {', '.join(['max(0, ?)'] * len(COUNTERS))} WHERE EXISTS"
    " (SELECT 1 FROM videos WHERE id = ?)"
    " ON CONFLICT (video) DO UPDATE SET "
    + ", ".join(f"{name} = max(0, {name} + ?)" for name in COUNTERS)
)


@carries_out(RecordEpoch)
def record_epoch(db: sqlite3.Cursor, command: RecordEpoch) -> Done:
    """Add the epoch's row and its counts."""
    epoch = command.epoch
    known = db.execute("SELECT root FROM epochs WHERE number = ?", (epoch.number,)).fetchone()
    if known is not None and known[0] == epoch.root:
        return Done()
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM epochs").fetchone()
    if epoch.number != last + 1:
        raise Refused("epoch_taken", f"The next epoch is {last + 1}.", {"next_number": last + 1})
    db.execute(
        "INSERT INTO epochs (number, root, header, file, starts_from, rows, seq, changed,"
        " frozen_ms, served_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            epoch.number, epoch.root, epoch.header, epoch.file, epoch.starts_from, epoch.rows,
            epoch.seq, epoch.changed, epoch.frozen_ms, epoch.served_ms,
        ),
    )  # fmt: skip
    db.executemany(
        _ADD_COUNTS,
        [(d.video, *d.gains, d.video, *d.gains) for d in command.deltas],
    )
    log_epoch(db, epoch.number)
    _keep_promises(db, epoch)
    return Done()


def _keep_promises(db: sqlite3.Cursor, epoch: EpochRecord) -> None:
    """Uploads whose row is in this epoch for the first time are promises kept."""
    kept = db.execute(
        "SELECT promises.upload, commitment, videos.id FROM promises"
        " JOIN videos ON videos.upload = promises.upload"
        " WHERE ended IS NULL AND promises.changed <= ? ORDER BY promises.changed",
        (epoch.changed,),
    ).fetchall()
    for upload, commitment, video in kept:
        entry = append_entry(
            db,
            PromiseKept(
                upload=commitment, video=str(video), epoch=epoch.number, at_ms=epoch.served_ms
            ),
        )
        db.execute("UPDATE promises SET ended = ? WHERE upload = ?", (entry, upload))


@carries_out(KeepHourKeys)
def keep_hour_keys(db: sqlite3.Cursor, command: KeepHourKeys) -> Done:
    """Add the keys of hours that have none, and log the commitments to them."""
    new = [
        key
        for key in command.keys
        if db.execute(
            "INSERT OR IGNORE INTO hour_keys (hour, key, commitment, committed_ms)"
            " VALUES (?, ?, ?, ?)",
            (key.hour, key.key, key.commitment, command.at_ms),
        ).rowcount
    ]
    log_hours(db, new, at_ms=command.at_ms)
    return Done()


@carries_out(OfferPolicies)
def offer_policies(db: sqlite3.Cursor, command: OfferPolicies) -> Done:
    """Replace the list, and log it if it is another."""
    before = db.execute("SELECT name, digest FROM policies ORDER BY place").fetchall()
    if [PolicyRecord(*row) for row in before] == list(command.policies):
        return Done()
    db.execute("DELETE FROM policies")
    db.executemany(
        "INSERT INTO policies (place, name, digest) VALUES (?, ?, ?)",
        [(place, p.name, p.digest) for place, p in enumerate(command.policies)],
    )
    stop_unoffered(db, {policy.name for policy in command.policies}, at_ms=command.at_ms)
    if has_begun(db):
        append_entry(db, state_policies(command.policies, at_ms=command.at_ms))
    return Done()


@carries_out(PublishWeights)
def publish_weights(db: sqlite3.Cursor, command: PublishWeights) -> Done:
    """Add them to the end of the list, unless they are its end."""
    last = db.execute("SELECT digest FROM weights ORDER BY n DESC LIMIT 1").fetchone()
    if last is None or last[0] != command.digest:
        db.execute(
            "INSERT INTO weights (digest, published_ms, recipe, origin, lineage, ticks)"
            " SELECT ?, ?, ?, ?, ?, coalesce(max(number), 0) FROM ticks",
            (command.digest, command.at_ms, command.recipe, command.origin, command.lineage),
        )
        if has_begun(db):
            stated = state_weights(
                command.digest,
                parent=last[0] if last else None,
                recipe=command.recipe,
                origin=command.origin,
                lineage=command.lineage,
                at_ms=command.at_ms,
            )
            append_entry(db, stated)
    return Done()


@carries_out(NameEdition)
def name_edition(db: sqlite3.Cursor, command: NameEdition) -> Done:
    """Keep the name if there is none."""
    db.execute("INSERT OR IGNORE INTO facts VALUES ('edition', ?)", (command.edition,))
    return Done()

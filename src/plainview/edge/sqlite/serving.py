"""Carries out what the worker writes: epochs with their counts, hour keys, policies, weights."""

import sqlite3

from plainview.core.terms.epoch import COUNTERS
from plainview.edge.sqlite.carrying import carries_out
from plainview.ports.commands import Done, Refused
from plainview.ports.serving import (
    KeepHourKeys,
    NameEdition,
    OfferPolicies,
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
    return Done()


@carries_out(KeepHourKeys)
def keep_hour_keys(db: sqlite3.Cursor, command: KeepHourKeys) -> Done:
    """Add the keys of hours that have none."""
    db.executemany(
        "INSERT OR IGNORE INTO hour_keys (hour, key, commitment, committed_ms) VALUES (?, ?, ?, ?)",
        [(key.hour, key.key, key.commitment, command.at_ms) for key in command.keys],
    )
    return Done()


@carries_out(OfferPolicies)
def offer_policies(db: sqlite3.Cursor, command: OfferPolicies) -> Done:
    """Replace the list."""
    db.execute("DELETE FROM policies")
    db.executemany(
        "INSERT INTO policies (place, name, digest) VALUES (?, ?, ?)",
        [(place, p.name, p.digest) for place, p in enumerate(command.policies)],
    )
    return Done()


@carries_out(PublishWeights)
def publish_weights(db: sqlite3.Cursor, command: PublishWeights) -> Done:
    """Add them to the end of the list, unless they are its end."""
    last = db.execute("SELECT digest FROM weights ORDER BY n DESC LIMIT 1").fetchone()
    if last is None or last[0] != command.digest:
        db.execute(
            "INSERT INTO weights (digest, published_ms) VALUES (?, ?)",
            (command.digest, command.at_ms),
        )
    return Done()


@carries_out(NameEdition)
def name_edition(db: sqlite3.Cursor, command: NameEdition) -> Done:
    """Keep the name if there is none."""
    db.execute("INSERT OR IGNORE INTO facts VALUES ('edition', ?)", (command.edition,))
    return Done()

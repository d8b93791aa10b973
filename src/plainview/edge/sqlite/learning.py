"""Carries out what learning writes: lessons, ticks with what they publish, weights restored."""

import sqlite3

import msgspec

from plainview.core.terms.ids import Digest
from plainview.edge.sqlite.carrying import carries_out
from plainview.edge.sqlite.entries import append_entry, has_begun
from plainview.edge.stating import state_weights
from plainview.ports.commands import Done, Refused
from plainview.ports.learning import KeepLessons, PruneLessons, RecordTick, RestoreWeights

UPTO, RECEIPTS, PASSED_OVER, PRUNED, BYTES = (
    "lessons_upto", "lessons_receipts", "lessons_passed_over", "lessons_pruned", "lessons_bytes",
)  # fmt: skip


def fact(db: sqlite3.Cursor, name: str) -> int:
    """A counter among the facts."""
    (value,) = db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return int(value)


def _add(db: sqlite3.Cursor, name: str, more: int) -> None:
    db.execute("UPDATE facts SET value = CAST(value AS INTEGER) + ? WHERE name = ?", (more, name))


def learned_upto(db: sqlite3.Cursor) -> int:
    """Where the last tick's window ends."""
    row = db.execute("SELECT upto_seq FROM ticks ORDER BY number DESC LIMIT 1").fetchone()
    return int(row[0]) if row else 0


@carries_out(KeepLessons)
def keep_lessons(db: sqlite3.Cursor, command: KeepLessons) -> Done:
    """Compare the cursor, add the rows, move it."""
    upto = fact(db, UPTO)
    if upto == command.upto_seq:
        return Done()
    if upto != command.after_seq or command.upto_seq < upto:
        raise Refused("lessons_taken", f"Receipts were gathered up to {upto}.", {"upto_seq": upto})
    db.executemany(
        "INSERT INTO lessons (seq, viewer, count, at_ms, records)"
        " SELECT ?, no, ?, ?, ? FROM viewers WHERE id = ?",
        [(one.seq, one.count, one.at_ms, one.records, one.viewer) for one in command.lessons],
    )
    db.executemany(
        "INSERT INTO lesson_faults (seq, receipt, reason, at_ms) VALUES (?, ?, ?, ?)",
        [(one.seq, one.receipt, one.reason, one.at_ms) for one in command.faults],
    )
    size_bytes = sum(len(one.records) for one in command.lessons)
    for name, more in (
        (RECEIPTS, command.receipts), (PASSED_OVER, command.passed_over), (BYTES, size_bytes),
    ):  # fmt: skip
        _add(db, name, more)
    db.execute("UPDATE facts SET value = ? WHERE name = ?", (command.upto_seq, UPTO))
    return Done()


@carries_out(RecordTick)
def record_tick(db: sqlite3.Cursor, command: RecordTick) -> Done:
    """Compare number, cursor and parent; add the tick's row and publish what it may publish."""
    tick, order = command.tick, command.tick.order
    body = msgspec.json.encode(tick).decode()
    last = db.execute("SELECT number, tick FROM ticks ORDER BY number DESC LIMIT 1").fetchone()
    if last == (order.number, body):
        return Done()
    number, cursor = (last[0] if last else 0), learned_upto(db)
    if order.number != number + 1 or order.after_seq != cursor:
        raise Refused("tick_taken", f"The next tick is {number + 1}, after {cursor}.")
    if order.upto_seq < cursor or order.held_upto_seq > fact(db, UPTO):
        raise Refused("tick_taken", "Its window is not of what was gathered.")
    if _in_use(db) != (order.parent, order.since):
        raise Refused("parent_moved", "Other weights were published meanwhile.")
    db.execute(
        "INSERT INTO ticks (number, tick, upto_seq, examples, at_ms) VALUES (?, ?, ?, ?, ?)",
        (order.number, body, order.upto_seq, tick.made.examples, tick.at_ms),
    )
    if tick.is_published:
        _publish(
            db, tick.made.weights, parent=order.parent, recipe=command.recipe_name,
            origin="learned", lineage=tick.made.lineage, at_ms=tick.at_ms, ticks=order.number,
        )  # fmt: skip
    return Done()


@carries_out(RestoreWeights)
def restore_weights(db: sqlite3.Cursor, command: RestoreWeights) -> Done:
    """Compare what is in use, then publish."""
    last = db.execute("SELECT digest, lineage FROM weights ORDER BY n DESC LIMIT 1").fetchone()
    if last == (command.digest, command.lineage):
        return Done()
    if last is None or last[0] != command.parent:
        raise Refused("parent_moved", "Other weights were published meanwhile.")
    if not db.execute("SELECT 1 FROM weights WHERE digest = ?", (command.digest,)).fetchone():
        raise Refused("never_published", "Those weights were never published.")
    (ticks,) = db.execute("SELECT coalesce(max(number), 0) FROM ticks").fetchone()
    _publish(
        db, command.digest, parent=command.parent, recipe=command.recipe_name, origin="restored",
        lineage=command.lineage, at_ms=command.at_ms, ticks=ticks,
    )  # fmt: skip
    return Done()


@carries_out(PruneLessons)
def prune_lessons(db: sqlite3.Cursor, command: PruneLessons) -> Done:
    """Delete the rows, and remember up to where."""
    if command.upto_seq > learned_upto(db):
        raise Refused("not_learned", "Some of them wait for a tick.")
    (size_bytes,) = db.execute(
        "SELECT coalesce(sum(length(records)), 0) FROM lessons WHERE seq <= ?", (command.upto_seq,)
    ).fetchone()
    db.execute("DELETE FROM lessons WHERE seq <= ?", (command.upto_seq,))
    _add(db, BYTES, -size_bytes)
    upto = max(fact(db, PRUNED), command.upto_seq)
    db.execute("UPDATE facts SET value = ? WHERE name = ?", (upto, PRUNED))
    return Done()


def _in_use(db: sqlite3.Cursor) -> tuple[str, int] | None:
    row: tuple[str, int] | None = db.execute(
        "SELECT digest, ticks FROM weights ORDER BY n DESC LIMIT 1"
    ).fetchone()
    return row


def _publish(
    db: sqlite3.Cursor, digest: Digest, *, parent: Digest, recipe: str, origin: str,
    lineage: Digest, at_ms: int, ticks: int,
) -> None:  # fmt: skip
    db.execute(
        "INSERT INTO weights (digest, published_ms, recipe, origin, lineage, ticks)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (digest, at_ms, recipe, origin, lineage, ticks),
    )
    if has_begun(db):
        stated = state_weights(
            digest, parent=parent, recipe=recipe, origin=origin, lineage=lineage, at_ms=at_ms
        )
        append_entry(db, stated)

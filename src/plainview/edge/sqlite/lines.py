"""Carries out what lines of experiments write, and reads them."""

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from plainview.core.history import LineWeights
from plainview.core.receipts import arm_text, line_of
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.edge.sqlite.carrying import carries_out
from plainview.edge.sqlite.entries import append_entry
from plainview.edge.sqlite.experiments import Connected, experiment_at, experiment_named
from plainview.ports.commands import Done, Refused
from plainview.ports.experiments import ExperimentRecord
from plainview.ports.learning import Published, TickRecord
from plainview.ports.lines import BeginLines, LineRecord, RecordLineTick

_TICK = msgspec.json.Decoder(TickRecord)
_LINES = (
    "SELECT lines.line, experiment, recipe, digest, begun, ticks,"
    " coalesce((SELECT max(number) FROM line_ticks WHERE line_ticks.line = lines.line), begun)"
    " FROM lines JOIN line_weights ON n ="
    " (SELECT max(n) FROM line_weights WHERE line_weights.line = lines.line)"
)
_WINDOW = ("after_seq", "upto_seq", "held_after_seq", "held_upto_seq")


@carries_out(BeginLines)
def begin_lines(db: sqlite3.Cursor, command: BeginLines) -> Done:
    """Add each line with its first weights, and log them."""
    one = experiment_named(db, command.experiment)
    if one is None:
        raise Refused("no_experiment", f"There is no experiment {command.experiment!r}.")
    if one.is_ended or not one.from_ms <= command.at_ms < one.over_ms:
        raise Refused("not_under_way", f"Experiment {one.name!r} is not under way.")
    row = db.execute("SELECT digest FROM weights ORDER BY n DESC LIMIT 1").fetchone()
    known = {line for (line,) in db.execute("SELECT line FROM lines")}
    (ticks,) = db.execute("SELECT coalesce(max(number), 0) FROM ticks").fetchone()
    for line, recipe in recipes_by_line(one).items():
        if row is not None and line not in known:
            db.execute(
                "INSERT INTO lines (line, experiment, recipe, begun) VALUES (?, ?, ?, ?)",
                (line, one.name, recipe, ticks),
            )
            _publish(db, line, row[0], parent=row[0], lineage=NO_DIGEST, ticks=ticks,
                     at_ms=command.at_ms)  # fmt: skip
    return Done()


@carries_out(RecordLineTick)
def record_line_tick(db: sqlite3.Cursor, command: RecordLineTick) -> Done:
    """Compare number, window and parent; add the tick's row and publish what it may publish."""
    tick, order = command.tick, command.tick.order
    body = msgspec.json.encode(tick).decode()
    known = db.execute(
        "SELECT tick FROM line_ticks WHERE line = ? AND number = ?", (command.line, order.number)
    ).fetchone()
    if known == (body,):
        return Done()
    row = db.execute(f"{_LINES} WHERE lines.line = ?", (command.line,)).fetchone()
    main = db.execute("SELECT tick FROM ticks WHERE number = ?", (order.number,)).fetchone()
    if row is None or main is None or order.number != _line(row).learned + 1:
        raise Refused("tick_taken", f"That is not the next tick of line {command.line!r}.")
    line = _line(row)
    of_main = _TICK.decode(main[0]).order
    if any(getattr(order, name) != getattr(of_main, name) for name in _WINDOW):
        raise Refused("tick_taken", f"Tick {order.number} has another window.")
    if (order.parent, order.recipe) != (line.weights, line.recipe):
        raise Refused("parent_moved", f"Line {line.line!r} has other weights or another recipe.")
    one = experiment_named(db, line.experiment)
    if one is None or one.is_ended or tick.at_ms >= one.over_ms:
        raise Refused("line_ended", f"Experiment {line.experiment!r} is over.")
    db.execute(
        "INSERT INTO line_ticks (line, number, tick, at_ms) VALUES (?, ?, ?, ?)",
        (line.line, order.number, body, tick.at_ms),
    )
    if tick.is_published:
        _publish(
            db, line.line, tick.made.weights, parent=order.parent, lineage=tick.made.lineage,
            ticks=order.number, at_ms=tick.at_ms,
        )  # fmt: skip
    return Done()


def _publish(
    db: sqlite3.Cursor, line: str, digest: Digest, *, parent: Digest, lineage: Digest, ticks: int,
    at_ms: int,
) -> None:  # fmt: skip
    db.execute(
        "INSERT INTO line_weights (line, digest, lineage, ticks, published_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (line, digest, lineage, ticks, at_ms),
    )
    experiment, _, recipe = line.partition("/")
    stated = LineWeights(
        experiment=experiment, recipe=recipe, digest=digest, parent=parent, lineage=lineage,
        at_ms=at_ms,
    )  # fmt: skip
    append_entry(db, stated)


def recipes_by_line(one: ExperimentRecord) -> dict[str, Digest]:
    """Line -> the digest of its recipe, sorted by line."""
    named = zip(one.arms, one.recipes, strict=False)
    found = {line_of(arm_text(one.name, arm)): recipe for arm, recipe in named}
    return {line: found[line] for line in sorted(found) if line}


def _line(row: tuple[Any, ...]) -> LineRecord:
    return LineRecord(**dict(zip(LineRecord.__struct_fields__, row, strict=True)))


class SqliteLineReads:
    """`LineReads` over the connections of another reader."""

    def __init__(self, reads: Connected) -> None:
        self._reads = reads

    def lines_at(self, now_ms: int) -> Sequence[LineRecord]:
        """See `LineReads`."""
        one = experiment_at(self._reads.db, now_ms)
        if one is None or not one.recipes:
            return []
        rows = self._reads.db.execute(
            f"{_LINES} WHERE experiment = ? ORDER BY lines.line", (one.name,)
        )
        return [_line(row) for row in rows.fetchall()]

    def lines(self) -> Sequence[LineRecord]:
        """See `LineReads`."""
        rows = self._reads.db.execute(
            f"{_LINES} ORDER BY (SELECT min(n) FROM line_weights AS w"  # noqa: S608
            " WHERE w.line = lines.line)"
        )
        return [_line(row) for row in rows.fetchall()]

    def line_tick(self, line: str, number: int) -> TickRecord | None:
        """See `LineReads`."""
        row = self._reads.db.execute(
            "SELECT tick FROM line_ticks WHERE line = ? AND number = ?", (line, number)
        ).fetchone()
        return None if row is None else _TICK.decode(row[0])

    def line_ticks(self, line: str, *, before: int, count: int) -> Sequence[TickRecord]:
        """See `LineReads`."""
        rows = self._reads.db.execute(
            "SELECT tick FROM line_ticks WHERE line = ? AND number < ?"
            " ORDER BY number DESC LIMIT ?",
            (line, before, count),
        )
        return [_TICK.decode(body) for (body,) in rows.fetchall()]

    def line_published(self, line: str) -> Sequence[Published]:
        """See `LineReads`."""
        rows = self._reads.db.execute(
            "SELECT digest, lineage, ticks, published_ms FROM line_weights WHERE line = ?"
            " ORDER BY n",
            (line,),
        ).fetchall()
        return [
            Published(
                n=place, digest=digest, recipe=line.partition("/")[2], lineage=lineage,
                origin="beginning" if lineage == NO_DIGEST else "learned", ticks=ticks,
                at_ms=at_ms,
            )
            for place, (digest, lineage, ticks, at_ms) in enumerate(rows, 1)
        ]  # fmt: skip

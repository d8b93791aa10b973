"""Carries out what is asked of experiments, and reads them."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Protocol

from plainview.core.history import Experiment, ExperimentEnded
from plainview.core.receipts import policy_of, salt_commitment
from plainview.core.terms.ids import Digest, ViewerId
from plainview.edge.sqlite.carrying import carries_out
from plainview.edge.sqlite.entries import append_entry, has_begun
from plainview.ports.commands import Done, Refused
from plainview.ports.experiments import (
    DeclareExperiment,
    EndExperiment,
    ExperimentRecord,
    Exposure,
    StopExperiment,
)

_COLUMNS = (
    "name, plan, arms, shares, recipes, from_ms, to_ms, salt, stop_ms, reason_code,"
    " end_entry IS NOT NULL"
)


def _record(row: tuple[str, str, str, str, str, int, int, bytes, int | None, str, int]) -> (
    ExperimentRecord
):  # fmt: skip
    name, plan, arms, shares, recipes, from_ms, to_ms, salt, stop_ms, reason, is_ended = row
    return ExperimentRecord(
        name=name, plan=Digest(plan), arms=tuple(json.loads(arms)),
        shares_milli=tuple(json.loads(shares)), recipes=tuple(json.loads(recipes)),
        from_ms=from_ms, to_ms=to_ms, salt=salt,
        stop_ms=stop_ms, reason_code=reason, is_ended=bool(is_ended),  # type: ignore[arg-type]
    )  # fmt: skip


def experiment_named(db: sqlite3.Cursor, name: str) -> ExperimentRecord | None:
    """The experiment of that name."""
    row = db.execute(f"SELECT {_COLUMNS} FROM experiments WHERE name = ?", (name,)).fetchone()  # noqa: S608
    return None if row is None else _record(row)


@carries_out(DeclareExperiment)
def declare_experiment(db: sqlite3.Cursor, command: DeclareExperiment) -> Done:
    """Keep it and log it, unless it is kept already."""
    one = command.experiment
    known = experiment_named(db, one.name)
    if known is not None:
        if (known.plan, known.salt) == (one.plan, one.salt):
            return Done()
        raise Refused("experiment_exists", f"An experiment {one.name!r} was declared before.")
    if not has_begun(db):
        raise Refused("no_log", "There is no public log yet to declare an experiment in.")
    if one.from_ms < command.at_ms:
        raise Refused("too_late", "An experiment is declared before it begins.")
    offered = {row[0] for row in db.execute("SELECT name FROM policies")}
    lacks = sorted({policy_of(arm) for arm in one.arms} - offered)
    if lacks:
        raise Refused("policy_unknown", f"No policies on offer: {', '.join(lacks)}.")
    for other in read_experiments(db):
        if one.from_ms < other.over_ms and other.from_ms < one.to_ms:
            raise Refused("experiment_overlaps", f"Experiment {other.name!r} runs at that time.")
    stated = Experiment(
        at_ms=command.at_ms, name=one.name, arms=one.arms, shares_milli=one.shares_milli,
        recipes=one.recipes,
        from_ms=one.from_ms, to_ms=one.to_ms, salt=salt_commitment(one.salt), plan=one.plan,
    )  # fmt: skip
    entry = append_entry(db, stated)
    db.execute(
        "INSERT INTO experiments (name, plan, arms, shares, recipes, from_ms, to_ms, salt, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.name, one.plan, json.dumps(one.arms), json.dumps(one.shares_milli),
            json.dumps(one.recipes), one.from_ms, one.to_ms, one.salt, entry,
        ),
    )  # fmt: skip
    return Done()


@carries_out(StopExperiment)
def stop_experiment(db: sqlite3.Cursor, command: StopExperiment) -> Done:
    """Bring its end forward, if it is not over by then."""
    known = experiment_named(db, command.name)
    if known is None:
        raise Refused("no_experiment", f"There is no experiment {command.name!r}.")
    if not known.is_ended and max(command.stop_ms, known.from_ms) < known.over_ms:
        db.execute(
            "UPDATE experiments SET stop_ms = ?, reason_code = ? WHERE name = ?",
            (max(command.stop_ms, known.from_ms), command.reason_code, command.name),
        )
    return Done()


@carries_out(EndExperiment)
def end_experiment(db: sqlite3.Cursor, command: EndExperiment) -> Done:
    """Log its end and its salt, unless they are logged."""
    known = experiment_named(db, command.name)
    if known is None:
        raise Refused("no_experiment", f"There is no experiment {command.name!r}.")
    if known.is_ended:
        return Done()
    if command.at_ms < known.over_ms:
        raise Refused("not_over", f"Experiment {command.name!r} is not over.")
    entry = append_entry(
        db,
        ExperimentEnded(
            at_ms=command.at_ms, name=known.name, ended_ms=known.over_ms, salt=known.salt.hex(),
            reason_code=known.reason_code,
        ),
    )  # fmt: skip
    db.execute("UPDATE experiments SET end_entry = ? WHERE name = ?", (entry, command.name))
    return Done()


def stop_unoffered(db: sqlite3.Cursor, offered: set[str], *, at_ms: int) -> None:
    """An experiment with an arm that is no longer on offer is over at once: nobody can be served
    what was declared. The processes that serve start anew with the new policies."""
    for one in read_experiments(db):
        if not one.is_ended and not offered.issuperset(map(policy_of, one.arms)):
            db.execute(
                "UPDATE experiments SET stop_ms = ?, reason_code = 'operator' WHERE name = ?",
                (min(one.over_ms, max(at_ms, one.from_ms)), one.name),
            )


def read_experiments(db: sqlite3.Connection | sqlite3.Cursor) -> list[ExperimentRecord]:
    """For `ExperimentReads`."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM experiments ORDER BY from_ms, name")  # noqa: S608
    return [_record(row) for row in rows.fetchall()]


def experiment_at(db: sqlite3.Connection, now_ms: int) -> ExperimentRecord | None:
    """For `ExperimentReads`."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM experiments"  # noqa: S608
        " WHERE from_ms <= ?1 AND ?1 < min(to_ms, coalesce(stop_ms, to_ms))",
        (now_ms,),
    ).fetchone()
    return None if row is None else _record(row)


class Connected(Protocol):
    """Whoever has a connection for this thread."""

    @property
    def db(self) -> sqlite3.Connection: ...


class SqliteExperimentReads:
    """`ExperimentReads` over the connections of another reader."""

    def __init__(self, reads: Connected) -> None:
        self._reads = reads

    def experiments(self) -> Sequence[ExperimentRecord]:
        """See `ExperimentReads`."""
        return read_experiments(self._reads.db)

    def experiment_at(self, now_ms: int) -> ExperimentRecord | None:
        """See `ExperimentReads`."""
        return experiment_at(self._reads.db, now_ms)

    def exposures(self, name: str) -> Sequence[Exposure]:
        """See `ExperimentReads`."""
        rows = self._reads.db.execute(
            "SELECT viewers.id, receipts.arm, issued_ms, served_n, min(receipts.number)"
            " FROM receipts JOIN viewers ON viewers.no = receipts.viewer"
            # In ASCII 0 comes after the slash, so these are the arms of this experiment. The first
            # condition is what lets the partial index be used.
            " WHERE receipts.arm <> '' AND receipts.arm > ?1 || '/' AND receipts.arm < ?1 || '0'"
            " GROUP BY receipts.viewer ORDER BY receipts.viewer",
            (name,),
        )
        return [
            Exposure(viewer=ViewerId(viewer), arm=arm.partition("/")[2], at_ms=at_ms, n=n)
            for viewer, arm, at_ms, n, _ in rows
        ]

    def recent_receipts(self, count: int) -> Sequence[bytes]:
        """See `ExperimentReads`."""
        rows = self._reads.db.execute(
            "SELECT body FROM receipts ORDER BY issued_ms DESC, id LIMIT ?", (count,)
        )
        return [row[0] for row in rows]

    def events_since(self, viewer: ViewerId, n: int) -> Sequence[bytes]:
        """See `ExperimentReads`."""
        rows = self._reads.db.execute(
            "SELECT body FROM events JOIN viewers ON viewers.no = events.viewer"
            " WHERE viewers.id = ? AND events.n >= ? ORDER BY events.n",
            (viewer, n),
        )
        return [row[0] for row in rows]

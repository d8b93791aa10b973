"""Carries out the leasing of work: a row a job, in the same database as what it serves."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from plainview.edge.sqlite.carrying import carries_out
from plainview.ports.commands import Done, Refused
from plainview.ports.intake import (
    Claimed,
    ClaimJob,
    FinishJob,
    Job,
    QueueJobs,
    RenewLease,
    ReturnJob,
)

_JOB = "id, kind, subject, payload, priority, attempts, failures"
DUE = "(stage = 'waiting' AND not_before_ms <= :at_ms OR stage = 'leased' AND lease_ms <= :at_ms)"


def _job(row: Sequence[Any]) -> Job:
    return Job(**dict(zip(Job.__struct_fields__, row, strict=True)))


@carries_out(QueueJobs)
def queue_jobs(db: sqlite3.Cursor, command: QueueJobs) -> Done:
    """Add the rows that are not there, finished ones counting as there."""
    db.executemany(
        "INSERT OR IGNORE INTO jobs (kind, subject, payload, priority, created_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        [(job.kind, job.subject, job.payload, job.priority, command.at_ms) for job in command.jobs],
    )
    return Done()


@carries_out(ClaimJob)
def claim_job(db: sqlite3.Cursor, command: ClaimJob) -> Claimed:
    """Take the first due job, or the one this owner has."""
    mine = db.execute(
        f"SELECT {_JOB} FROM jobs WHERE stage = 'leased' AND owner = ?",  # noqa: S608
        (command.owner,),
    ).fetchone()
    if mine is not None:
        return Claimed(job=_job(mine))
    kinds = ", ".join(f":kind{i}" for i in range(len(command.kinds)))
    due = db.execute(
        "SELECT id FROM jobs WHERE stage IN ('waiting', 'leased') AND priority >= :priority_min"  # noqa: S608
        f" AND {DUE} AND kind IN ({kinds}) ORDER BY priority DESC, id LIMIT 1",
        {
            "at_ms": command.at_ms,
            "priority_min": command.priority_min,
            **{f"kind{i}": kind for i, kind in enumerate(command.kinds)},
        },
    ).fetchone()
    if due is None:
        return Claimed(job=None)
    db.execute(
        "UPDATE jobs SET stage = 'leased', owner = ?, lease_ms = ?, attempts = attempts + 1"
        " WHERE id = ?",
        (command.owner, command.at_ms + command.lease_ms, due[0]),
    )
    return Claimed(
        job=_job(db.execute(f"SELECT {_JOB} FROM jobs WHERE id = ?", due).fetchone())  # noqa: S608
    )


@carries_out(RenewLease)
def renew_lease(db: sqlite3.Cursor, command: RenewLease) -> Done:
    """Move the lease's end, also of one that ran out while nobody else came."""
    changed = db.execute(
        "UPDATE jobs SET lease_ms = ? WHERE id = ? AND owner = ? AND stage = 'leased'",
        (command.at_ms + command.lease_ms, command.job, command.owner),
    ).rowcount
    if not changed:
        raise Refused("lease_lost", "Another has this job, or it is finished.")
    return Done()


@carries_out(FinishJob)
def finish_job(db: sqlite3.Cursor, command: FinishJob) -> Done:
    """Close the row."""
    db.execute(
        "UPDATE jobs SET stage = 'done', owner = NULL, finished_ms = ?"
        " WHERE id = ? AND owner = ? AND stage = 'leased'",
        (command.at_ms, command.job, command.owner),
    )
    return Done()


@carries_out(ReturnJob)
def return_job(db: sqlite3.Cursor, command: ReturnJob) -> Done:
    """Put the row back in line, or close it as failed."""
    db.execute(
        "UPDATE jobs SET stage = ?, owner = NULL, last_error = ?, priority = ?, not_before_ms = ?,"
        " failures = failures + ?, finished_ms = ? WHERE id = ? AND owner = ? AND stage = 'leased'",
        (
            "failed" if command.is_final else "waiting", command.error, command.priority,
            command.not_before_ms, 1 if command.error else 0,
            command.at_ms if command.is_final else None, command.job, command.owner,
        ),
    )  # fmt: skip
    return Done()

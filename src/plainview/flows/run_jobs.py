"""Run jobs: claim one, keep its lease while it is done, finish it or give it back.

A job is claimed for LEASE_MS and the claim renewed every RENEW_MS. When its process dies the lease
runs out and another claim gets it, so a doer must be safe to begin again at any point.
"""

import logging
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from plainview.ports.clock import Chance, Clock
from plainview.ports.commands import Refused, Writer, WriterGone
from plainview.ports.intake import ClaimJob, FinishJob, IntakeReads, Job, RenewLease, ReturnJob

LOG = logging.getLogger(__name__)

LEASE_MS = 30_000
RENEW_MS = 10_000
FAILURES_MAX = 5
CLAIMS_MAX = 60
"""A job that was claimed so often takes its process down each time: it is given up."""
RETRY_MS = 2_000
RETRY_MS_MAX = 60_000
LOWEST = -(2**31)

FAULTS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError,
    ValueError, sqlite3.Error, subprocess.SubprocessError,
)  # fmt: skip
"""Faults of a doer's own code, which may cost that job and no other."""


class JobError(Exception):
    """A doer stopped before the job was done.

    JobError
    |- TryLater    something on our side failed: the job is tried again, up to FAILURES_MAX times
    |- MadeWay     more urgent work waits: the job goes back in line with another priority
    |- LeaseLost   another has the job now: stop, and write nothing more
    """


class TryLater(JobError):
    """Something on our side failed."""


class LeaseLost(JobError):
    """Another has the job now."""


class MadeWay(JobError):
    """More urgent work waits."""

    def __init__(self, priority: int) -> None:
        super().__init__(f"goes on with priority {priority}")
        self.priority = priority


class Lease:
    """Whether the job is still ours; a doer checks between steps."""

    def __init__(self) -> None:
        self._lost = threading.Event()

    def lose(self) -> None:
        """It is another's now."""
        self._lost.set()

    def check(self) -> None:
        """Raises: LeaseLost."""
        if self._lost.is_set():
            raise LeaseLost


@dataclass(frozen=True)
class Doer:
    """How a kind of job is done, and what is left to do when it is given up for good."""

    do: Callable[[Job, Lease], None]
    give_up: Callable[[Job], None]


class JobRunner:
    """Does jobs, one per thread that calls `run_next`."""

    def __init__(
        self,
        doers: Mapping[str, Doer],
        *,
        reads: IntakeReads,
        writer: Writer,
        clock: Clock,
        chance: Chance,
        renew_ms: int = RENEW_MS,
        lease_ms: int = LEASE_MS,
    ) -> None:
        self._doers = doers
        self._kinds = tuple(sorted(doers))
        self._reads = reads
        self._writer = writer
        self._clock = clock
        self._chance = chance
        self._renew_ms = renew_ms
        self._lease_ms = lease_ms

    def run_next(self, *, priority_min: int = LOWEST) -> bool:
        """Do one due job of at least that priority; whether there was one.

        Raises: WriterGone: the job, if one was claimed, comes back when its lease runs out.
        """
        now_ms = self._clock.now_ms()
        if not self._reads.is_more_urgent(self._kinds, priority=priority_min - 1, at_ms=now_ms):
            return False
        owner = self._chance.token(16).hex()
        claimed = self._writer.submit(
            ClaimJob(
                owner=owner,
                kinds=self._kinds,
                priority_min=priority_min,
                at_ms=now_ms,
                lease_ms=self._lease_ms,
            )
        )
        if claimed.job is None:
            return False
        self._run(claimed.job, owner)
        return True

    def _run(self, job: Job, owner: str) -> None:
        doer = self._doers[job.kind]
        if job.attempts > CLAIMS_MAX:
            self._give_up(job, owner, "it took its process down each time")
            return
        try:
            with self._kept(job, owner) as lease:
                doer.do(job, lease)
        except MadeWay as way:
            self._return(job, owner, priority=way.priority)
        except LeaseLost:
            LOG.warning("job %s (%s %s) was taken over", job.id, job.kind, job.subject)
        except TryLater as error:
            self._fail(job, owner, str(error))
        except Refused as error:
            self._fail(job, owner, f"{error.code}: {error.message}")
        except FAULTS as error:
            LOG.exception("job %s (%s %s) failed", job.id, job.kind, job.subject)
            self._fail(job, owner, f"{type(error).__name__}: {error}")
        else:
            self._writer.submit(FinishJob(job=job.id, owner=owner, at_ms=self._clock.now_ms()))

    def _fail(self, job: Job, owner: str, error: str) -> None:
        if job.failures + 1 >= FAILURES_MAX:
            self._give_up(job, owner, error)
            return
        wait_ms = min(RETRY_MS << job.failures, RETRY_MS_MAX)
        self._return(job, owner, error=error or "failed", wait_ms=wait_ms)

    def _give_up(self, job: Job, owner: str, error: str) -> None:
        LOG.error("job %s (%s %s) is given up: %s", job.id, job.kind, job.subject, error)
        self._doers[job.kind].give_up(job)
        self._return(job, owner, error=error or "failed", is_final=True)

    def _return(
        self,
        job: Job,
        owner: str,
        *,
        error: str = "",
        priority: int | None = None,
        wait_ms: int = 0,
        is_final: bool = False,
    ) -> None:
        now_ms = self._clock.now_ms()
        self._writer.submit(
            ReturnJob(
                job=job.id,
                owner=owner,
                error=error[:400],
                priority=job.priority if priority is None else priority,
                not_before_ms=now_ms + wait_ms,
                is_final=is_final,
                at_ms=now_ms,
            )
        )

    @contextmanager
    def _kept(self, job: Job, owner: str) -> Iterator[Lease]:
        """Renew the lease from a thread of its own while the job is done."""
        lease, done = Lease(), threading.Event()

        def renew() -> None:
            while not done.wait(self._renew_ms / 1_000):
                try:
                    self._writer.submit(
                        RenewLease(
                            job=job.id,
                            owner=owner,
                            at_ms=self._clock.now_ms(),
                            lease_ms=self._lease_ms,
                        )
                    )
                except Refused:
                    lease.lose()
                    return
                except WriterGone:
                    LOG.warning("the lease of job %s could not be renewed in time", job.id)

        thread = threading.Thread(target=renew, name=f"lease-{job.id}", daemon=True)
        thread.start()
        try:
            yield lease
        finally:
            done.set()
            thread.join()

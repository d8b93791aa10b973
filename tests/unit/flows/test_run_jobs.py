"""Running jobs: leases are kept and lost, failures retried, faults contained."""

import threading
from collections.abc import Callable

import pytest

from plainview.edge.memory import CountedChance, SetClock
from plainview.edge.memory_intake import MemoryIntake
from plainview.flows.run_jobs import (
    CLAIMS_MAX,
    FAILURES_MAX,
    LEASE_MS,
    RETRY_MS,
    Doer,
    JobRunner,
    Lease,
    LeaseLost,
    MadeWay,
    TryLater,
)
from plainview.ports.commands import Refused
from plainview.ports.intake import Job, JobRecord, NewJob, QueueJobs


class Bench:
    """A store, a clock, a runner whose one kind of job does what the test says."""

    def __init__(self, do: Callable[[Job, Lease], None], *, renew_ms: int = 3_600_000) -> None:
        self.store = MemoryIntake()
        self.clock = SetClock(1_000)
        self.given_up: list[Job] = []
        self.runner = JobRunner(
            {"work": Doer(do, self.given_up.append)},
            reads=self.store,  # type: ignore[arg-type]
            writer=self.store,
            clock=self.clock,
            chance=CountedChance(),
            renew_ms=renew_ms,
        )
        self.store.submit(QueueJobs(jobs=(NewJob("work", "a", 5),), at_ms=1))

    @property
    def job(self) -> JobRecord:
        return self.store.jobs(count=1)[0]


def raises(error: BaseException) -> Callable[[Job, Lease], None]:
    def do(job: Job, lease: Lease) -> None:
        lease.check()
        assert job.subject == "a"
        raise error

    return do


def test_a_job_is_done_once() -> None:
    """It is done, then nothing is due."""
    done: list[str] = []
    bench = Bench(lambda job, _: done.append(job.subject))
    assert bench.runner.run_next()
    assert not bench.runner.run_next()
    assert (done, bench.job.stage) == (["a"], "done")


def test_a_floor_leaves_lesser_jobs() -> None:
    """A runner that keeps free for what cannot wait does not touch the rest."""
    bench = Bench(lambda *_: None)
    assert not bench.runner.run_next(priority_min=6)
    assert bench.job.attempts == 0
    assert bench.runner.run_next(priority_min=5)


@pytest.mark.parametrize(
    "error", [TryLater("later"), ValueError("bug"), OSError("disk"), Refused("no_video", "gone")]
)
def test_failures_are_tried_again_later_and_at_last_given_up(error: Exception) -> None:
    """Each wait is twice the one before; the last failure ends it and tells who waits for it."""
    bench = Bench(raises(error))
    for n in range(FAILURES_MAX - 1):
        assert bench.runner.run_next()
        assert bench.job.stage == "waiting"
        assert not bench.runner.run_next()
        bench.clock.now += RETRY_MS << n
    assert bench.runner.run_next()
    assert (bench.job.stage, len(bench.given_up)) == ("failed", 1)
    assert str(error) in bench.job.last_error or "gone" in bench.job.last_error


def test_making_way_is_no_failure() -> None:
    """The job goes back in line with its new priority, at once and uncounted."""
    bench = Bench(raises(MadeWay(2)))
    bench.runner.run_next()
    assert (bench.job.stage, bench.job.priority, bench.job.failures) == ("waiting", 2, 0)
    assert bench.runner.run_next()


def test_a_dead_process_leaves_the_job_to_its_lease() -> None:
    """Nobody else gets it before the lease runs out, anybody after, with no failure counted."""
    bench = Bench(raises(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        bench.runner.run_next()
    bench.clock.now += LEASE_MS - 1
    assert not bench.runner.run_next()
    bench.clock.now += 1
    with pytest.raises(KeyboardInterrupt):
        bench.runner.run_next()
    assert (bench.job.attempts, bench.job.failures) == (2, 0)


def test_a_job_that_always_kills_is_given_up() -> None:
    """After CLAIMS_MAX claims it is not begun again."""
    bench = Bench(raises(KeyboardInterrupt()))
    for _ in range(CLAIMS_MAX):
        with pytest.raises(KeyboardInterrupt):
            bench.runner.run_next()
        bench.clock.now += LEASE_MS
    assert bench.runner.run_next()
    assert (bench.job.stage, len(bench.given_up)) == ("failed", 1)


def test_a_lease_is_renewed_while_the_work_goes_on() -> None:
    """Work longer than the lease keeps its job, since the end is moved from a thread beside it."""
    renewed = threading.Event()

    def work(job: Job, lease: Lease) -> None:
        bench.clock.now += LEASE_MS - 1
        while bench.job.lease_ms < bench.clock.now + LEASE_MS:
            assert not renewed.wait(0.002)
        lease.check()
        assert job.id == 1

    bench = Bench(work, renew_ms=2)
    assert bench.runner.run_next()
    assert bench.job.stage == "done"


def test_who_lost_the_lease_stops_and_writes_nothing() -> None:
    """The doer learns of it at its next check, and the job is left to whoever has it."""

    def work(job: Job, lease: Lease) -> None:
        bench.clock.now += LEASE_MS
        other = JobRunner(
            {"work": Doer(raises(KeyboardInterrupt()), bench.given_up.append)},
            reads=bench.store,  # type: ignore[arg-type]
            writer=bench.store,
            clock=bench.clock,
            chance=CountedChance(b"other"),
            renew_ms=3_600_000,
        )
        with pytest.raises(KeyboardInterrupt):
            other.run_next()
        assert job.attempts == 1
        for _ in range(2_000):
            lease.check()
            threading.Event().wait(0.002)

    bench = Bench(work, renew_ms=2)
    assert bench.runner.run_next()
    assert (bench.job.stage, bench.job.attempts) == ("leased", 2)
    lost = Lease()
    lost.check()
    lost.lose()
    with pytest.raises(LeaseLost):
        lost.check()

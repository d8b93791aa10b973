"""One behaviour suite for what leases work: in memory, and in SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.ports.intake import (
    FinishJob,
    NewJob,
    RenewLease,
)
from tests.intake_store import Store, open_store, refusal


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    yield from open_store(request.param, tmp_path)


# ------------------------------------------------------------------------------------------- jobs


def test_the_largest_priority_goes_first(store: Store) -> None:
    """Then the oldest; a claim with a floor leaves what is below it; other kinds are left alone."""
    store.queue(
        NewJob("work", "a", 1), NewJob("work", "b", 5), NewJob("work", "c", 5, b"pay"),
        NewJob("other", "d", 9),
    )  # fmt: skip
    claimed = [store.claim(f"o{n}") for n in range(4)]
    assert [job and job.subject for job in claimed] == ["b", "c", "a", None]
    assert claimed[1] is not None
    assert (claimed[1].payload, claimed[1].attempts) == (b"pay", 1)
    store.queue(NewJob("work", "e", 1))
    assert store.claim("o9", priority_min=2) is None


def test_a_job_is_queued_once_ever(store: Store) -> None:
    """Queueing it again does nothing, also when it is done."""
    store.queue(NewJob("work", "a", 1), NewJob("work", "a", 8))
    job = store.claim("o1")
    assert job is not None
    store.writer.submit(FinishJob(job=job.id, owner="o1", at_ms=110))
    store.queue(NewJob("work", "a", 1))
    assert store.claim("o2", at_ms=999) is None
    assert [job.stage for job in store.reads.jobs(count=9)] == ["done"]


def test_open_jobs_are_counted_by_kind(store: Store) -> None:
    """Waiting and leased ones count; one that is done does not, nor one of another kind."""
    store.queue(NewJob("work", "a", 1), NewJob("work", "b", 1), NewJob("other", "c", 1))
    job = store.claim("o1")
    assert job is not None
    assert [store.reads.count_open(kinds) for kinds in (("work",), ("work", "other"))] == [2, 3]
    store.writer.submit(FinishJob(job=job.id, owner="o1", at_ms=110))
    assert [store.reads.count_open(kinds) for kinds in (("work",), ("none",))] == [1, 0]


def test_claiming_again_gives_the_same_job(store: Store) -> None:
    """A claim whose answer was lost is repeated, not doubled."""
    store.queue(NewJob("work", "a", 1), NewJob("work", "b", 1))
    assert store.claim("o1") == store.claim("o1")
    assert store.reads.is_more_urgent(("work",), priority=0, at_ms=100)
    store.claim("o2")
    assert not store.reads.is_more_urgent(("work",), priority=0, at_ms=100)


def test_a_lease_that_runs_out_is_anybodys(store: Store) -> None:
    """Until then nobody else gets it; renewing moves the end; who lost it can do nothing."""
    store.queue(NewJob("work", "a", 1))
    job = store.claim("o1", at_ms=100)
    assert job is not None
    store.writer.submit(RenewLease(job=job.id, owner="o1", at_ms=120, lease_ms=30))
    assert store.claim("o2", at_ms=149) is None
    again = store.claim("o2", at_ms=150)
    assert again is not None
    assert (again.id, again.attempts, again.failures) == (job.id, 2, 0)
    renew = RenewLease(job=job.id, owner="o1", at_ms=151, lease_ms=30)
    assert refusal(store, renew) == "lease_lost"
    store.writer.submit(FinishJob(job=job.id, owner="o1", at_ms=152))
    store.give_back(job, "o1", "late")
    assert [(found.stage, found.last_error) for found in store.reads.jobs(count=9)] == [
        ("leased", "")
    ]


def test_a_job_that_is_given_back_waits(store: Store) -> None:
    """It counts as a failure if there was an error, comes back in time, or never."""
    store.queue(NewJob("work", "a", 5))
    job = store.claim("o1")
    assert job is not None
    store.give_back(job, "o1", "oops")
    assert store.claim("o2", at_ms=199) is None
    job = store.claim("o2", at_ms=200)
    assert job is not None
    assert (job.failures, job.attempts, job.priority) == (1, 2, 4)
    store.give_back(job, "o2", "")
    job = store.claim("o3", at_ms=300)
    assert job is not None
    assert (job.failures, job.priority) == (1, 3)
    store.give_back(job, "o3", "for good", is_final=True)
    assert store.claim("o4", at_ms=9_999) is None
    (found,) = store.reads.jobs(count=9)
    assert (found.stage, found.failures, found.last_error) == ("failed", 2, "for good")


def test_jobs_are_listed_as_they_will_be_done(store: Store) -> None:
    """Running ones, then waiting ones by priority, then what ended, newest first."""
    store.queue(*(NewJob("work", name, n) for n, name in enumerate("abcd")))
    d, c = store.claim("o1"), store.claim("o2")
    assert d is not None
    assert c is not None
    store.writer.submit(FinishJob(job=d.id, owner="o1", at_ms=120))
    assert [job.subject for job in store.reads.jobs(count=9)] == ["c", "b", "a", "d"]
    assert len(store.reads.jobs(count=2)) == 2

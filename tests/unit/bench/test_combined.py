"""The arithmetic of the combined run, beside sums written out."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bench._arrivals import Due, arrive, told_of
from bench._happened import not_kept
from bench._machine import TICKS, busy_s, descendants
from bench.combined import EVENTS_MOST, events_each
from plainview.edge.data_folder import DataFolder

VIDEOS = [{"id": str(k), "length_ms": 9_000} for k in range(1, 9)]


def test_what_was_never_had_is_late_for_ever() -> None:
    """Two answers of three due between 10 and 12: asked 1.5 a second, and until the last answer at
    14 they are 0.5; the third counts where it was due."""
    due = Due(took=[(10.0, 1.0), (12.0, 2.0)], refused=[11.0])
    assert due.rates() == (1.5, 0.5)
    assert due.seconds() == [1.0, 2.0, float("inf")]
    assert due.seconds(after=10.5, before=11.5) == [float("inf")]
    assert due.seconds(after=11.5) == [2.0]
    assert Due().rates() == (0.0, 0.0)


def test_a_report_goes_through_the_slate_in_order() -> None:
    """Ten events are five videos shown and watched; those of the viewer's mood to the end, others
    for a glance; each has a key of its own."""
    told = told_of(VIDEOS, number=7, mood=0, count=10)
    assert [(one["kind"], one["video"]) for one in told] == [
        (kind, str(k)) for k in range(1, 6) for kind in ("shown", "watch")
    ]
    watched = {one["video"]: (one["ms"], one["loops"]) for one in told if one["kind"] == "watch"}
    assert watched == {str(k): (9_000, 1) if k == 3 else (400, 0) for k in range(1, 6)}
    assert {one["number"] for one in told} == {7}
    most = told_of(VIDEOS, number=7, mood=0, count=EVENTS_MOST)
    assert len({one["key"] for one in most}) == len(most) == EVENTS_MOST
    assert [one["kind"] for one in most[16:]].count("like") == 2


@pytest.mark.parametrize(("rate", "each"), [(200, 10), (150, 13), (100, 20), (25, EVENTS_MOST)])
def test_as_many_events_come_of_fewer_slates(rate: float, each: int) -> None:
    """2,000 a second are so many of each slate, as far as a slate has so much to tell."""
    assert events_each(rate, 2_000) == each


def test_latencies_begin_when_something_was_due() -> None:
    """Where each answer keeps all others waiting for 20 ms, the k-th comes no sooner than k times
    that after the first was due, and its latency says so, whenever it was asked."""

    async def run() -> Due:
        free: asyncio.Queue[int] = asyncio.Queue()
        for one in range(100):
            free.put_nowait(one)

        async def do(_: int) -> None:
            time.sleep(0.02)  # noqa: ASYNC251 - the whole client stands still

        return await arrive(free, do, per_s=100, seconds=0.2)

    due = asyncio.run(run())
    assert len(due.took) > 5
    first = due.took[0][0]
    for k, (at, took) in enumerate(due.took, 1):
        assert at + took >= first + 0.02 * k


def test_what_nobody_was_free_for_is_missed() -> None:
    """One asker who does not come back answers one of what is due; the rest is told."""

    async def run(count: int) -> Due:
        free: asyncio.Queue[int] = asyncio.Queue()
        for one in range(count):
            free.put_nowait(one)

        async def do(_: int) -> None:
            return

        return await arrive(free, do, per_s=100, seconds=0.2)

    all_due = len(asyncio.run(run(100)).took)
    due = asyncio.run(run(1))
    assert (len(due.took), len(due.missed)) == (1, all_due - 1)
    assert all_due > 5


def test_a_refusal_is_counted_and_a_fault_is_not() -> None:
    """A service that cannot now is refusing; anything else ends the benchmark."""

    async def run(words: str) -> Due:
        free: asyncio.Queue[int] = asyncio.Queue()
        for one in range(100):
            free.put_nowait(one)

        async def do(_: int) -> None:
            raise RuntimeError(words)

        return await arrive(free, do, per_s=100, seconds=0.1)

    due = asyncio.run(run("/api/v1/slate: not_ready"))
    assert (due.took, due.missed) == ([], [])
    assert due.refused
    with pytest.raises(RuntimeError, match="bad_field"):
        asyncio.run(run("/api/v1/events: bad_field"))


def test_a_machine_s_time_is_busy_idle_or_taken() -> None:
    """Of 1,300 ticks 400 were busy in some way, 100 went to the host, and the rest was idle or
    waited for a disk."""
    found = busy_s("cpu  200 50 100 700 100 20 30 100 0 0")
    assert found == (400 / TICKS, 100 / TICKS, 1_300 / TICKS)


def test_children_of_children_are_found() -> None:
    """A process that a child of ours started is one of ours."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'], stdin=0)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        found: list[int] = []
        while len(found) < 2:
            assert child.poll() is None
            found = descendants(os.getpid())
        assert child.pid in found
        assert child.stdin is not None
        child.stdin.close()


def folder_with(root: Path, *chains: tuple[str, int, list[tuple[int, str | None]]]) -> Path:
    """A data folder of viewers, each with the length of their chain and (number, key) of events."""
    DataFolder(root).prepare()
    with sqlite3.connect(DataFolder(root).database) as db:
        db.execute("CREATE TABLE viewers (no INTEGER PRIMARY KEY, id TEXT, n INTEGER)")
        db.execute("CREATE TABLE events (viewer INTEGER, n INTEGER, key TEXT)")
        for no, (viewer, n, events) in enumerate(chains, 1):
            db.execute("INSERT INTO viewers VALUES (?, ?, ?)", (no, viewer, n))
            rows: list[Any] = [(no, *event) for event in events]
            db.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
    db.close()
    return root


def test_an_event_that_was_acknowledged_and_is_not_there_is_lost(tmp_path: Path) -> None:
    """Told by how many are the viewer's own, and by where their chain ends."""
    whole = folder_with(tmp_path, ("a", 3, [(1, None), (2, "x"), (3, "y")]), ("b", 1, [(1, "x")]))
    assert not_kept(whole, {"a": (2, 3), "b": (1, 1)}) == (3, 0, 0)
    assert not_kept(whole, {"a": (3, 4), "b": (1, 1)}) == (4, 1, 0)
    assert not_kept(whole, {"a": (2, 5), "c": (2, 2)}) == (4, 4, 0)
    assert not_kept(whole, {"a": (1, 2)}) == (1, 0, 1)

"""Commitments and entries a second with fsync on, and the time to inclusion, beside a plain file.

    python -m bench.log [--commitments 20000] [--events 60000] [--entries 4000] [--receipts 60]

*Commitments*: receipts (each with its `served` event), then events alone, that wait in the database
are committed to in intervals of 20,000 and their roots logged; what is timed is reading, hashing
and the writer's fsynced transaction. *Entries*: the
publisher takes entries that wait from the table to durable tiles, a recorded head and a signed
checkpoint, in batches. *Inclusion*: from a slate's answer over HTTP until its receipt's proof is to
be had, on a running service. *Plain file*: the same bytes appended to one file with an fsync for
each batch, which is as fast as anything durable on this disk can be.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bench._published import say_published_logs
from bench._world import percentile
from plainview.core.receipts import receipt_id
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.viewer import Event
from plainview.edge.memory import CountedChance
from plainview.edge.sqlite.group_commit import GroupCommit
from plainview.flows.log_interval import RECORDS_MAX, IntervalLogger
from plainview.flows.publish_checkpoint import ENTRIES_MAX
from plainview.flows.verify_log import verify_log
from plainview.ports.intake import DecideVideo
from plainview.ports.view import Issued, IssueSlate, OpenSession, TakeEvents
from tests.edition import Edition, serve
from tests.live import LiveService
from tests.stock import stock


def timed(work: Callable[[], int]) -> tuple[int, float, float]:
    """How many, in how many seconds on the clock, and of processor time."""
    began, worked = time.perf_counter(), time.process_time()
    count = work()
    return count, time.perf_counter() - began, time.process_time() - worked


def say(what: str, count: int, seconds: float, cpu_s: float) -> None:
    """One line of figures."""
    print(
        f"{what:<44} {count / seconds:9.0f}/s on the clock   {count / cpu_s:9.0f}/s of processor"
        f" time   n {count}"
    )


def fill_events(edition: Edition, count: int) -> None:
    """Events of 200 viewers that no interval holds."""
    for k in range(200):
        viewer = ViewerId(f"{k:032x}")
        edition.writer.submit(
            OpenSession(token_hash=digest_of(viewer.encode()), viewer=viewer, at_ms=1)
        )
        events = tuple(
            Event(
                n=0, kind="watch", at_ms=5, author="viewer", key=f"{i}", video=VideoId(1 + i % 97)
            )
            for i in range(count // 200)
        )
        edition.writer.submit(TakeEvents(viewer=viewer, events=events))


def fill_receipts(edition: Edition, count: int) -> int:
    """Receipts of 200 viewers that no interval holds, each as large as a real one; how large."""
    real = serve(edition, edition.viewer(1_000), 1).receipt
    writer, now_ms = GroupCommit(edition.db), edition.clock.now_ms()
    viewers = [edition.viewer(2_000 + k) for k in range(200)]
    videos = tuple(facts.id for facts in edition.world.videos[:8])
    for number in range(1, count // len(viewers) + 1):
        made: list[IssueSlate] = [
            IssueSlate(
                viewer=viewer, number=number, nonce="0" * 32, epoch=1, videos=videos, at_ms=now_ms,
                receipt=real + f"{viewer}{number}".encode(), signature=bytes(64),
            )
            for viewer in viewers
        ]  # fmt: skip
        assert all(isinstance(outcome, Issued) for outcome in writer.carry_out(made))
    return len(real)


def receipt_commitments(edition: Edition, count: int) -> None:
    """Receipt commitments a second, each beside its event's, and a plain append of the bytes."""
    edition.freezer.freeze_if_due()
    log_all(edition)
    edition.publish()
    size = fill_receipts(edition, count)
    say("receipts committed to and logged, fsynced", *timed(lambda: log_all(edition)))
    print(f"  each of {size:,} bytes, and the commitment to its event besides")


def log_all(edition: Edition) -> int:
    """Log what no interval holds; how many events (a receipt has one)."""
    logger = IntervalLogger(
        reads=edition.log_reads, writer=edition.writer, clock=edition.clock, chance=CountedChance()
    )
    end = edition.log_reads.intervals_end()
    assert end is not None
    return logger.log(end, now_ms=edition.clock.now_ms())


def event_commitments(edition: Edition, count: int) -> None:
    """Event commitments a second."""
    fill_events(edition, count)
    say("events committed to and logged, fsynced", *timed(lambda: log_all(edition)))


def append_plainly(folder: Path, *, count: int, size: int, batch: int) -> tuple[int, float, float]:
    """So many records of `size` bytes appended to one file, fsynced after every batch."""
    record, batch = bytes(size), min(batch, count)

    def append() -> int:
        with (folder / "plain").open("wb") as file:
            for _ in range(count // batch):
                file.write(record * batch)
                file.flush()
                os.fsync(file.fileno())
        return count // batch * batch

    return timed(append)


def entries(edition: Edition, count: int) -> None:
    """Entries a second from the table to the signed checkpoint."""
    edition.publish()
    ids = [facts.id for facts in edition.world.videos]
    for k in range(count):
        edition.writer.submit(
            DecideVideo(
                id=f"d{k}", video=ids[k % len(ids)], action="mark_sensitive", author="operator",
                reason_code="labelled", public_reason="words", at_ms=edition.clock.now_ms(),
            )
        )  # fmt: skip

    def publish() -> int:
        before = edition.log_reads.newest_head()
        assert before is not None
        while edition.publisher.publish_if_due() is not None:
            pass
        after = edition.log_reads.newest_head()
        assert after is not None
        return after.size - before.size

    say(f"entries published, batches of {ENTRIES_MAX}", *timed(publish))
    facts = verify_log(
        reads=edition.log_reads, serving=edition.reads, files=edition.log_files,
        keys=edition.publisher.keys,
    )  # fmt: skip
    assert facts.entries == facts.shown


def inclusion(service: LiveService, receipts: int) -> None:
    """From a slate's answer until its proof can be had."""
    viewer, waits = service.viewer(), []
    for _ in range(receipts):
        viewer.slate()
        began, receipt = time.perf_counter(), receipt_id(viewer.receipts[-1][0])
        while httpx.get(f"{service.base}/api/v1/receipts/{receipt}/proof").status_code != 200:
            time.sleep(0.005)
        waits.append((time.perf_counter() - began) * 1_000)
        time.sleep(0.137)
    waits.sort()
    print(
        f"time to inclusion of a receipt, over HTTP      p50 {statistics.median(waits):.0f} ms,"
        f" p99 {percentile(waits, 99):.0f} ms, most {waits[-1]:.0f} ms   n {receipts}"
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--commitments", type=int, default=20_000)
    parser.add_argument("--entries", type=int, default=4_000)
    parser.add_argument("--receipts", type=int, default=60)
    options: Any = parser.parse_args(arguments)
    print(f"load before {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        edition = Edition(Path(folder), videos=100)
        receipt_commitments(edition, options.commitments)
        event_commitments(edition, options.events)
        plain = append_plainly(Path(folder), count=options.events, size=32, batch=RECORDS_MAX)
        say(f"plain file, 32 bytes, batches of {RECORDS_MAX}", *plain)
        entries(edition, options.entries)
        plain = append_plainly(Path(folder), count=options.entries, size=300, batch=1_000)
        say("plain file, 300 bytes, batches of 1000", *plain)
        edition.close()
    with tempfile.TemporaryDirectory() as folder:
        stock(Path(folder), videos=1_000)
        with LiveService(Path(folder), web=1) as service:
            inclusion(service, options.receipts)
    say_published_logs()
    print(f"load after {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

"""Memory, disk and time of the whole service at 1,000,000 videos and 1,500,000 viewers.

    python -m bench.large_day [VIDEOS [VIEWERS [SECONDS]]]     1,000,000, 1,500,000 and 90 as a rule

A data folder is filled first, without the service: rows of videos and viewers in the database, the
first epoch, and a weights file that places every video and holds the lists. Then real processes,
with the learner on: 400 new viewers ask for slates and watch what they are shown for SECONDS, over
HTTP, from a client on the same machine. What a day is by the clock is not waited for: what grows is
told by the slate, and a viewer's day is taken to be 10 slates of 8, all watched.

After that, in processes of their own: what a freezer and a learner take for those receipts and a
tick at this size, with a clock set so that they are old enough; and what is kept in memory of
viewers who have been served 2,000 videos each, until there is room for no more.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from bench._large import TOPICS, large_rows, lists_for
from bench.http_client import Connection
from bench.http_slates import cpu_s
from bench.learning import writer_of
from plainview.app.wire import Wired, policy_files
from plainview.core.catalogue import freeze, rows_bytes
from plainview.core.events import genesis
from plainview.core.learn import starting_weights
from plainview.core.learn.places import places_of
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.weights_file import load_weights, with_places
from plainview.core.terms.epoch import Rows
from plainview.core.terms.hashing import digest_of, leaf_hash
from plainview.core.terms.ids import NO_DIGEST, ViewerId
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import make_keys
from plainview.edge.sqlite.database import open_to_write
from plainview.flows.prepare_edition import prepare_edition
from plainview.ports.clock import Clock
from plainview.ports.serving import EpochRecord, RecordEpoch
from tests.live import LiveService

EDITION = "home"
CLIENTS, AT_ONCE, EVERY_S = 400, 4, 5.0
SLATES_A_DAY = 10
MB = 1 << 20


def fill_database(root: Path, rows: Rows, viewers: int) -> None:
    """Videos, creators, and viewers with a session each who have not done anything yet."""
    db = open_to_write(DataFolder(root).database)
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO creators (id, handle, name, created_ms) VALUES (?, ?, ?, 1)",
        ((c, f"c{c}", f"Creator {c}") for c in np.unique(rows["creator"]).tolist()),
    )
    columns = [rows[name].tolist() for name in ("id", "creator", "length_ms", "published_min")]
    topics = [json.dumps([[f"topic-{t - 1:03d}", 1]]) for t in rows["topics"][:, 0].tolist()]
    db.executemany(
        "INSERT INTO videos (id, creator, caption, tags, topics, language, length_ms, width,"
        " height, has_sound, looks, thumbhash, poster, published_ms, changed)"
        " VALUES (?, ?, 'A video nobody filmed, of a kind.', '[]', ?, 'en', ?, 540, 960, 1, ?,"
        " x'00', '', ?, ?)",
        (
            (video, creator, topic, length_ms, int(looks).to_bytes(8, "big"), minute * 60_000, n)
            for n, (video, creator, length_ms, minute, topic, looks) in enumerate(
                zip(*columns, topics, rows["looks"].tolist(), strict=True), 1
            )
        ),
    )
    db.execute("UPDATE facts SET value = ? WHERE name = 'catalogue_changes'", (len(rows),))
    db.executemany(
        "INSERT INTO viewers (no, id, created_ms, head, receipt) VALUES (?, ?, 1, ?, ?)",
        ((no, one, bytes.fromhex(genesis(one)), NO_DIGEST) for no, one in _viewers(viewers)),
    )
    db.executemany(
        "INSERT INTO sessions (token_hash, viewer, created_ms) VALUES (?, ?, 1)",
        ((digest_of(one.encode()), no) for no, one in _viewers(viewers)),
    )
    db.execute("COMMIT")
    db.close()


def _viewers(count: int) -> Iterator[tuple[int, ViewerId]]:
    for no in range(1, count + 1):
        yield no, ViewerId(sha256(b"large day %d" % no).hexdigest()[:32])


def first_epoch(root: Path, rows: Rows, *, clock: Clock | None = None) -> int:
    """Name the edition, publish weights that place every video, and record the epoch of `rows`; the
    size of the weights file."""
    table = np.ascontiguousarray(rows["embedding"])
    how = STARTING_RECIPE.embeddings
    centroids = (
        lists_for(table, lists=how.lists, probes=how.probes)
        if len(rows) >= how.lists_from
        else None
    )
    places = places_of(rows["id"].astype(np.uint64), table)
    weights = with_places(starting_weights(), places=places, centroids=centroids)
    with writer_of(root):
        wired = Wired(DataFolder(root))
        wired.clock = clock or wired.clock  # type: ignore[assignment]
        prepare_edition(
            edition=EDITION, policies=policy_files(), weights=weights, reads=wired.reads,
            writer=wired.writer, objects=wired.objects, clock=wired.clock,
        )  # fmt: skip
        frozen = freeze(
            None, rows=rows, topics=tuple(f"topic-{i:03d}" for i in range(TOPICS)),
            edition=EDITION, weights=digest_of(weights), decisions=0, events_counted=0,
            events_root=NO_DIGEST, frozen_ms=wired.clock.now_ms(),
            centroids=load_weights(weights).centroids_digest,
        )  # fmt: skip
        epoch = frozen.epoch
        name = f"{1:010d}-{epoch.root[:16]}.rows"
        wired.epoch_files.keep(name, rows_bytes(epoch.rows))
        leaves = [i.to_bytes(4, "little") + leaf for i, leaf in enumerate(frozen.leaves.hashes)]
        wired.epoch_files.keep(
            f"{name}.leaves", b"".join((leaf_hash(frozen.header_bytes), *leaves))
        )
        record = EpochRecord(
            number=1, root=epoch.root, header=frozen.header_bytes, file=name, starts_from=1,
            rows=len(rows), seq=0, changed=len(rows), frozen_ms=epoch.header.frozen_ms,
            served_ms=wired.clock.now_ms(),
        )  # fmt: skip
        wired.writer.submit(RecordEpoch(epoch=record, deltas=()))
        wired.writer.close()
    return len(weights)


def pss_mb(pids: Mapping[str, int]) -> dict[str, float]:
    """The share of memory of each process."""
    found = {}
    for name, pid in pids.items():
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        found[name] = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return found


def told(found: Mapping[str, float], unit: str = "MB") -> str:
    """Numbers by process, and their sum."""
    parts = "  ".join(f"{name} {value:,.0f}" for name, value in sorted(found.items()))
    return f"{parts}  together {sum(found.values()):,.0f} {unit}"


def sizes(root: Path) -> dict[str, float]:
    """Megabytes by part of the data folder; of the database what its pages take."""
    name = DataFolder(root).database.name
    with closing(sqlite3.connect(DataFolder(root).database)) as db:
        pages, page = (
            db.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size")
        )
    found = {"database": pages * page / MB}
    for path in root.rglob("*"):
        if path.is_file() and not path.name.startswith(name):
            part = path.relative_to(root).parts[0]
            found[part] = found.get(part, 0.0) + path.stat().st_size / MB
    return {name: size for name, size in found.items() if size >= 1}


async def sit(
    base: str, seconds: float, service: LiveService
) -> tuple[int, list[dict[str, float]]]:
    """Viewers ask and watch, AT_ONCE of them at once; slates served and memory as time went by."""
    parts = urlsplit(base)
    assert parts.hostname is not None
    assert parts.port is not None
    viewers = [await Connection(parts.hostname, parts.port).open() for _ in range(CLIENTS)]
    until, count, refused = time.perf_counter() + seconds, 0, 0
    memory: list[dict[str, float]] = []

    async def swipe(mine: list[Connection]) -> None:
        nonlocal count, refused
        turn = 0
        while time.perf_counter() < until:
            one = mine[turn % len(mine)]
            try:
                slate = await one.slate()
            except RuntimeError as error:  # an epoch too old to serve from, on a machine this slow
                if "not_ready" not in str(error):
                    raise
                refused += 1
                await asyncio.sleep(1)
                continue
            number, events = one.number - 1, []
            for place, video in enumerate(slate["videos"]):
                about = {"video": video["id"], "number": number}
                ms = 700 if (place + turn) % 3 else 20_000
                events += [
                    {"key": f"{number}-{place}-s", "kind": "shown", "position": place, **about},
                    {"key": f"{number}-{place}-w", "kind": "watch", "ms": ms, "loops": 0, **about},
                ]
            await one.send(events)
            count, turn = count + 1, turn + 1

    async def look() -> None:
        while time.perf_counter() < until:
            await asyncio.sleep(min(EVERY_S, max(until - time.perf_counter(), 0.1)))
            memory.append(pss_mb(service.pids()))

    await asyncio.gather(look(), *(swipe(viewers[k::AT_ONCE]) for k in range(AT_ONCE)))
    for one in viewers:
        one.close()
    if refused:
        print(f"          {refused} times there was nothing fresh enough to serve from")
    return count, memory


def live(root: Path, seconds: float) -> None:
    """Start the service and print what it takes."""
    began = time.perf_counter()
    with LiveService(root, "--learn", "on", web=1, ready_s=600.0) as service:
        print(f"ready     {time.perf_counter() - began:.0f} s after it was started; PSS at rest"
              f" {told(pss_mb(service.pids()))}", flush=True)  # fmt: skip
        size, pids = sizes(root), service.pids()
        before = {name: cpu_s([pid]) for name, pid in pids.items()}
        wall = time.perf_counter()
        count, memory = asyncio.run(sit(service.base, seconds, service))
        wall = time.perf_counter() - wall
        spent = {name: (cpu_s([pid]) - before[name]) / count * 1e3 for name, pid in pids.items()}
        milliseconds = "  ".join(f"{one} {spent[one]:.2f}" for one in sorted(spent))
        print(f"served    {count:,} slates and {17 * count:,} events in {wall:.0f} s,"
              f" {count / wall:.0f} slates a second on the clock; ms of processor a slate with its"
              f" events: {milliseconds}")  # fmt: skip
        most = {name: max(one[name] for one in memory) for name in memory[0]}
        third = memory[: max(1, len(memory) // 3)]
        print(f"          PSS, the most {told(most)}")
        first, last = (
            np.mean([sum(one.values()) for one in part])
            for part in (third, memory[-len(third) :])
        )  # fmt: skip
        print(f"          on average {first:,.0f} MB in the first third, {last:,.0f} in the last")
        epochs = len(list((root / "epochs").glob("*.leaves"))) - 1
    after = sizes(root)
    grown = {name: after[name] - size.get(name, 0.0) for name in after}
    each = grown["database"] * 1024 / count
    print(f"disk      {told(after)}; new {told(grown)}")
    print(f"          {each:.1f} KB of database a slate with its events,"
          f" {each * SLATES_A_DAY:.0f} KB a viewer's day; {epochs} epochs of"
          f" {grown.get('epochs', 0.0) / max(epochs, 1):.1f} MB", flush=True)  # fmt: skip


def main() -> int:
    """Fill, serve, learn, and look at each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("videos", type=int, nargs="?", default=1_000_000)
    parser.add_argument("viewers", type=int, nargs="?", default=1_500_000)
    parser.add_argument("seconds", type=float, nargs="?", default=90.0)
    options: Any = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root, began = Path(name), time.perf_counter()
        DataFolder(root).prepare()
        make_keys(DataFolder(root).keys)
        rows, _ = large_rows(options.videos)
        fill_database(root, rows, options.viewers)
        weights = first_epoch(root, rows)
        del rows
        print(f"filled    {options.videos:,} videos, {options.viewers:,} viewers, weights of"
              f" {weights / MB:.0f} MB, in {time.perf_counter() - began:.0f} s; load"
              f" {os.getloadavg()[0]:.1f}; {told(sizes(root))}", flush=True)  # fmt: skip
        live(root, options.seconds)
        now_ms = time.time_ns() // 1_000_000 + STARTING_RECIPE.label_ms + 60_000
        with writer_of(root) as pid:
            command = [sys.executable, "-m", "bench._learner", "day", name, str(now_ms), str(pid)]
            status = subprocess.run(command, check=False).returncode
    command = [sys.executable, "-m", "bench._kept_viewers"]
    return status or subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

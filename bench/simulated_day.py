"""A day at 1,000,000 videos and 1,500,000 viewers, by a clock that is set.

    python -m bench.simulated_day [--videos N] [--viewers N] [--slates N] [--epochs N] [--stop-s S]

A data folder is filled as for `large_day`. Then four processes with the parts of the real ones
(writer, web, worker, learner; see `_day_roles`) go through 24 hours: in each of the day's epochs
some viewers, ever others, ask for five slates each and watch them; a video is published; the worker
logs and freezes; the web process opens the epoch; the learner gathers what is ten minutes old and
makes a tick an hour. Requests do not come over HTTP, and a new video comes as rows of the database.

Told by the hour: the most memory (PSS) of each process, looked at every two seconds; processor
seconds of a tick, of gathering, of freezing and opening; bytes on disk. When S seconds are over the
day ends where it is, and says so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench._day_plot import plotted
from bench._day_roles import viewer_id
from bench._large import large_rows
from bench._world import START_MS
from bench.http_slates import cpu_s
from bench.large_day import MB, fill_database, first_epoch, pss_mb, sizes, told
from bench.learning import writer_of
from plainview.core.terms.epoch import Rows
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import make_keys
from plainview.edge.memory import SetClock
from plainview.edge.sqlite.database import open_to_write

DAY_MS, HOURS = 86_400_000, 24
EACH = 5
"""Slates of a viewer, one after the other."""
LOOK_S = 2.0
FIGURE = Path(__file__).parent / "figures" / "simulated_day.svg"


class Role:
    """A process that does what it is told; `ask` and `answer` apart, so that two work at once."""

    def __init__(self, name: str, root: Path, now_ms: int) -> None:
        command = [sys.executable, "-m", "bench._day_roles", name, str(root), str(now_ms)]
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, do: str, now_ms: int, **call: int) -> None:
        """Begin."""
        assert self.process.stdin is not None, "it was asked for"
        self.process.stdin.write(json.dumps({"do": do, "now_ms": now_ms, **call}) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What that took. Raises: RuntimeError: the process has ended."""
        assert self.process.stdout is not None, "it was asked for"
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the {self.name} process has ended")
        found: dict[str, Any] = json.loads(line)
        return found

    def call(self, do: str, now_ms: int, **call: int) -> dict[str, Any]:
        """Both."""
        self.ask(do, now_ms, **call)
        return self.answer()

    def end(self) -> None:
        """Let it go."""
        assert self.process.stdin is not None, "it was asked for"
        self.process.stdin.close()
        self.process.wait(60)


class Watch:
    """Looks at the memory of processes every LOOK_S; `most` since it was last asked."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._most: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            try:
                now = pss_mb(self._pids)
            except (FileNotFoundError, ProcessLookupError, StopIteration):
                return
            with self._lock:
                now["together"] = sum(now.values())
                for name, value in now.items():
                    self._most[name] = max(self._most[name], value)
            time.sleep(LOOK_S)

    def most(self) -> dict[str, float]:
        """Of each process, and of all at one moment."""
        with self._lock:
            found, self._most = dict(self._most), defaultdict(float)
        return found


def publish(root: Path, like: Rows, number: int, now_ms: int) -> None:
    """One more video, as the worker would record it: alike to a row that is there."""
    db = open_to_write(DataFolder(root).database)
    db.execute("BEGIN IMMEDIATE")
    (changed,) = db.execute("SELECT value FROM facts WHERE name = 'catalogue_changes'").fetchone()
    db.execute(
        "INSERT INTO videos (id, creator, caption, tags, topics, language, length_ms, width,"
        " height, has_sound, looks, thumbhash, poster, published_ms, changed)"
        " VALUES (?, ?, 'A new video nobody filmed.', '[]', ?, 'en', ?, 540, 960, 1, ?, x'00', '',"
        " ?, ?)",
        (
            int(like["id"][0]) + 1 + number, int(like["creator"][0]),
            json.dumps([[f"topic-{int(like['topics'][0, 0]) - 1:03d}", 1]]),
            int(like["length_ms"][0]), (number + 1).to_bytes(8, "big"), now_ms, int(changed) + 1,
        ),
    )  # fmt: skip
    db.execute("UPDATE facts SET value = ? WHERE name = 'catalogue_changes'", (int(changed) + 1,))
    db.execute("COMMIT")
    db.close()


class Day:
    """The processes, the clock, and what was measured by the hour."""

    def __init__(self, root: Path, writer: int, rows: Rows, begins_ms: int) -> None:
        self._root, self._rows, self._writer = root, rows, writer
        self.worker = Role("worker", root, begins_ms)
        self.worker.call("publish", begins_ms)
        self.web, self.learner = (Role(name, root, begins_ms) for name in ("web", "learner"))
        self.web.call("refresh", begins_ms)
        roles = {"web": self.web, "worker": self.worker, "learner": self.learner}
        self.pids = {"writer": writer} | {name: one.process.pid for name, one in roles.items()}
        self.watch = Watch(self.pids)
        self.hours: list[dict[str, float]] = []
        self.reasons: dict[str, int] = defaultdict(int)

    def step(self, number: int, now_ms: int, viewers: int, hour: dict[str, float]) -> None:
        """One epoch: slates beside learning, then the freeze, then its opening."""
        like = self._rows[number * 997 % (len(self._rows) - 1) :][:1]
        publish(self._root, like, 1 + number % 500, now_ms)
        before = cpu_s([self._writer])
        self.web.ask("slates", now_ms, first=1 + number * viewers, viewers=viewers, each=EACH)
        gathered = self.learner.call("gather", now_ms)
        learned = self.learner.call("tick", now_ms)
        served = self.web.answer()
        frozen = self.worker.call("freeze", now_ms + 3_000)
        published = self.worker.call("publish", now_ms + 3_100)
        opened = self.web.call("refresh", now_ms + 3_200)
        for name, value in {
            "slates": served["slates"], "events": served["events"], "slates_s": served["cpu"],
            "gather_s": gathered["cpu"], "receipts": gathered["receipts"],
            "faults": gathered["faults"] - hour["faults"], "ticks": learned["ticks"],
            "examples": learned.get("examples", 0), "freeze_s": frozen["cpu"],
            "epoch_mb": frozen["bytes"] / MB, "wholes": frozen["whole"],
            "publish_s": published["cpu"], "open_s": opened["cpu"], "epochs": 1,
            "writer_s": cpu_s([self._writer]) - before,
        }.items():  # fmt: skip
            hour[name] += value
        if learned["ticks"]:
            hour["tick_s"] = max(hour["tick_s"], learned["cpu"])
            self.reasons[learned["reason"]] += 1

    def close(self, hour: dict[str, float], at: int) -> None:
        """End an hour: note memory and disk, and tell."""
        hour |= {f"pss {name}": value for name, value in self.watch.most().items()}
        hour |= {f"disk {name}": value for name, value in sizes(self._root).items()}
        self.hours.append(hour)
        n = max(hour["epochs"], 1)
        per_s = hour["events"] / max(hour["gather_s"], 1e-3)
        memory = {name[4:]: value for name, value in hour.items() if name.startswith("pss ")}
        print(f"hour {at + 1:2}   {hour['slates']:,.0f} slates, {hour['events']:,.0f} events; tick"
              f" {hour['tick_s']:.1f} s; gathering {hour['gather_s']:.1f} s, {per_s:,.0f} events a"
              f" second; an epoch: frozen {hour['freeze_s'] / n:.2f} s, opened"
              f" {hour['open_s'] / n:.2f} s, {hour['epoch_mb'] / n:.2f} MB; slates"
              f" {hour['slates_s'] / max(hour['slates'], 1) * 1e3:.1f} ms; PSS"
              f" {'  '.join(f'{name} {value:,.0f}' for name, value in sorted(memory.items()))} MB;"
              f" load {os.getloadavg()[0]:.0f}", flush=True)  # fmt: skip

    def end(self) -> None:
        """Let all processes go."""
        for one in (self.web, self.worker, self.learner):
            one.end()


def live(day: Day, *, begins_ms: int, epochs: int, viewers: int, stop_s: float) -> None:
    """Go through the day, or as far as `stop_s` allows."""
    until, each_ms = time.perf_counter() + stop_s, DAY_MS // epochs
    hour: dict[str, float] = defaultdict(float)
    for number in range(epochs):
        now_ms = begins_ms + (number + 1) * each_ms
        day.step(number, now_ms, viewers, hour)
        is_over = time.perf_counter() > until
        if (number + 1) * HOURS % epochs < HOURS or is_over:
            day.close(hour, (number * HOURS) // epochs)
            hour = defaultdict(float)
        if is_over:
            print(f"stopped   after {number + 1} of {epochs} epochs: its time was over")
            return


def summary(day: Day) -> None:
    """What the hours amount to: rates, and whether memory grows."""
    hours = day.hours
    total: dict[str, float] = defaultdict(float)
    for hour in hours:
        for name, value in hour.items():
            total[name] += value
    ticks = [hour["tick_s"] for hour in hours if hour["tick_s"]]
    learning_s = total["gather_s"] + sum(ticks)
    n = max(total["epochs"], 1)
    print(f"day       {total['slates']:,.0f} slates and {total['events']:,.0f} events in {n:.0f}"
          f" epochs; {total['receipts']:,.0f} receipts gathered with {total['faults']:.0f} faults;"
          f" {total['ticks']:.0f} ticks: {dict(day.reasons)}")  # fmt: skip
    learned = total["events"] * total["receipts"] / max(total["slates"], 1)
    print(
        f"learning  a tick takes {min(ticks, default=0):.1f} to {max(ticks, default=0):.1f} s of"
        f" processor ({np.mean(ticks or [0]):.1f} on average); {learned / learning_s:,.0f} events"
        f" learned a second of processor, {learned / max(total['gather_s'], 1e-3):,.0f} gathered"
    )
    print(f"epochs    frozen in {total['freeze_s'] / n:.2f} s of processor, opened by a web process"
          f" in {total['open_s'] / n:.2f}; {total['epoch_mb'] / n:.2f} MB each,"
          f" {total['wholes']:.0f} of them whole")  # fmt: skip
    third = max(1, len(hours) // 3)
    for name in sorted(name[4:] for name in hours[0] if name.startswith("pss ")):
        first, last = (
            float(np.mean([hour[f"pss {name}"] for hour in part]))
            for part in (hours[1 : third + 1] or hours, hours[-third:])
        )
        most = max(hour[f"pss {name}"] for hour in hours)
        print(f"PSS       {name}: {first:,.0f} MB in the first third without its first hour,"
              f" {last:,.0f} in the last, {most:,.0f} at most")  # fmt: skip


def main() -> int:
    """Fill, live, tell, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=1_000_000)
    parser.add_argument("--viewers", type=int, default=1_500_000)
    parser.add_argument("--slates", type=int, default=24_000)
    parser.add_argument("--epochs", type=int, default=144)
    parser.add_argument("--stop-s", type=float, default=3_600.0)
    options: Any = parser.parse_args()
    begins_ms = (START_MS // DAY_MS + 1) * DAY_MS
    with tempfile.TemporaryDirectory() as name:
        root, began = Path(name), time.perf_counter()
        DataFolder(root).prepare()
        make_keys(DataFolder(root).keys)
        rows, _ = large_rows(options.videos)
        fill_database(root, rows, options.viewers)
        first_epoch(root, rows, clock=SetClock(begins_ms))
        print(f"filled    {options.videos:,} videos, {options.viewers:,} viewers in"
              f" {time.perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f};"
              f" {told(sizes(root))}", flush=True)  # fmt: skip
        with writer_of(root) as pid:
            day = Day(root, pid, rows, begins_ms)
            viewers = max(1, options.slates // options.epochs // EACH)
            before = sizes(root)
            print(f"ready     PSS {told(pss_mb(day.pids))}", flush=True)
            live(day, begins_ms=begins_ms, epochs=options.epochs, viewers=viewers,
                 stop_s=options.stop_s)  # fmt: skip
            summary(day)
            grown = {name: size - before.get(name, 0.0) for name, size in sizes(root).items()}
            print(f"disk      new {told(grown)}; load {os.getloadavg()[0]:.1f}")
            day.end()
    FIGURE.write_text(plotted(day.hours, videos=options.videos, viewers=options.viewers))
    return 0


if __name__ == "__main__":
    assert viewer_id(1), "the viewers of large_day"
    sys.exit(main())

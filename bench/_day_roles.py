"""One process of a simulated day: `python -m bench._day_roles ROLE FOLDER NOW_MS`.

ROLE is "web", "worker" or "learner": each is wired as the process of that name is, but for a clock
that stands where it is told and for threads, since the day tells each of them when to do what. A
line of JSON in is a call, a line out is what it took: processor seconds, and counts.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from plainview.app.processes.worker import prepare
from plainview.app.wire import Wired
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.receipts import parse_receipt
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.slate import Context
from plainview.edge.data_folder import DataFolder
from plainview.edge.memory import SetClock
from plainview.flows.prepare_edition import commit_hours, reveal_hours
from plainview.flows.serve_slate import Serving, SlateAsked, serve_slate
from plainview.flows.take_events import read_events
from plainview.ports.view import TakeEvents

EDITION, SIZE, TOPICS = "home", 8, 100
AT_ONCE = 4
HOUR_MS = 3_600_000
LOVED = 5
"""Topics that each viewer watches to the end, of TOPICS."""


def viewer_id(no: int) -> ViewerId:
    """The viewer with that number, from 1."""
    return ViewerId(sha256(b"large day %d" % no).hexdigest()[:32])


class Web:
    """Slates, and viewers who watch what they are shown."""

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        self._shelf = wired.epochs()
        self._serving: Serving | None = None
        self._numbers: dict[int, int] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE)

    def refresh(self) -> dict[str, Any]:
        """Open the newest epoch."""
        self._shelf.refresh()
        self._serving = self._serving or self._wired.serving(self._shelf)
        return {}

    def slates(self, first: int, viewers: int, each: int) -> dict[str, Any]:
        """Let `viewers` from number `first` on ask and watch, `each` times."""
        taken = list(self._pool.map(lambda no: self._sit(no, each), range(first, first + viewers)))
        return {"slates": viewers * each, "events": sum(taken)}

    def _sit(self, no: int, each: int) -> int:
        assert self._serving is not None, "an epoch was opened"
        viewer, taken = viewer_id(no), 0
        for _ in range(each):
            number = self._numbers.get(no, 0) + 1
            asked = SlateAsked(
                viewer=viewer, policy="for-you", chosen_by="viewer", number=number,
                nonce=f"{number:032x}", last_event=0, context=Context(size=SIZE),
            )  # fmt: skip
            issued = serve_slate(asked, by=self._serving)
            self._numbers[no] = number
            shown = [VideoId(one.video) for one in parse_receipt(issued.receipt).slate]
            events, refused = read_events(
                self._watched(no, number, shown), at_ms=self._wired.clock.now_ms()
            )
            assert not refused, refused
            self._wired.writer.submit(TakeEvents(viewer=viewer, events=events))
            taken += 1 + len(events)
        return taken

    def _watched(self, no: int, number: int, shown: list[VideoId]) -> list[dict[str, object]]:
        """Videos of topics that the viewer loves to the end, others for 0.7 s; every fourth of
        the former is liked."""
        index = self._shelf.newest().index
        topics = index.topics[np.searchsorted(index.ids, shown), 0] - 1
        events: list[dict[str, object]] = []
        for place, (video, topic) in enumerate(zip(shown, topics.tolist(), strict=True)):
            is_loved = (topic - no * 7) % TOPICS < LOVED
            about = {"video": str(video), "number": number}
            ms = 20_000 if is_loved else 700
            events += [
                {"key": f"{number}-{place}-s", "kind": "shown", "position": place, **about},
                {"key": f"{number}-{place}-w", "kind": "watch", "ms": ms, "loops": 0, **about},
            ]
            if is_loved and (number + place) % 4 == 0:
                events.append({"key": f"{number}-{place}-l", "kind": "like", "video": str(video)})
        return events


class Worker:
    """The freezer, the log, and the keys of hours."""

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        prepare(wired, EDITION)
        self._freezer, self._publisher = wired.freezer(), wired.publisher()
        self._intervals = wired.interval_logger()

    def freeze(self) -> dict[str, Any]:
        """Log what was done, and freeze what is due."""
        wired = self._wired
        reveal_hours(reads=wired.log_reads, writer=wired.writer, clock=wired.clock)
        commit_hours(reads=wired.reads, writer=wired.writer, clock=wired.clock, chance=wired.chance)
        self._intervals.log_if_due()
        record = self._freezer.freeze_if_due()
        size = 0
        if record is not None:
            size = len(wired.epoch_files.read(record.file))
            size += len(wired.epoch_files.read(f"{record.file}.leaves"))
        return {"bytes": size, "whole": int(record is not None and record.file.endswith("rows"))}

    def publish(self) -> dict[str, Any]:
        """Bring the log out."""
        while self._publisher.publish_if_due() is not None:
            pass
        return {}


class Learner:
    """What makes examples of receipts, and ticks of examples."""

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        self._gatherer = wired.lesson_gatherer(STARTING_RECIPE)
        self._learner = wired.learner(
            STARTING_RECIPE, every_ms=HOUR_MS, examples_min=500, gatherer=self._gatherer
        )

    def gather(self) -> dict[str, Any]:
        """All receipts that are old enough."""
        total = 0
        while count := self._gatherer.gather():
            total += count
        return {"receipts": total, "faults": self._wired.learning_reads.gathered().faults}

    def tick(self) -> dict[str, Any]:
        """A tick if one is due."""
        record = self._learner.learn_if_due()
        if record is None:
            return {"ticks": 0}
        made = record.made
        return {"ticks": 1, "examples": made.chosen, "reason": made.reason or "published"}


ROLES = {"web": Web, "worker": Worker, "learner": Learner}


def main(arguments: list[str]) -> int:
    """Do what each line says until there are no more."""
    role, folder, now_ms = arguments
    clock = SetClock(int(now_ms))
    wired = Wired(DataFolder(Path(folder)))
    wired.clock = clock  # type: ignore[assignment]
    one: Any = ROLES[role](wired)
    for line in sys.stdin:
        call = msgspec.json.decode(line)
        clock.now = call.pop("now_ms")
        wall, spent = time.perf_counter(), time.process_time()
        found = getattr(one, call.pop("do"))(**call)
        found |= {"cpu": time.process_time() - spent, "wall": time.perf_counter() - wall}
        print(msgspec.json.encode(found).decode(), flush=True)
    wired.writer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

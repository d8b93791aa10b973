"""The learner process with clocks in it: `python -m bench._learner PART FOLDER NOW_MS WRITER`.

PART is "gather" or "learn", what a learner does by turns, or "day". It is wired as the learner
process is, but for a clock that stands at NOW_MS. WRITER is the pid of the writer process, whose
time is told apart.
"""

import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from bench._peers import lightgbm_fit, numpy_sgd
from bench.http_slates import cpu_s
from bench.stages import SPENT, timed
from plainview.app.wire import Wired
from plainview.core.learn import kernels, tick
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.tick import tick_seed
from plainview.core.learn.window import choose, window_of
from plainview.edge.data_folder import DataFolder
from plainview.edge.memory import SetClock
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.flows import gather_lessons, learn_tick
from plainview.flows.learn_tick import examples_in, parent_of
from plainview.ports.learning import TickRecord

SIZES = (2_000, 20_000, 200_000)
ALL = 1 << 60
STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "features": ((gather_lessons, "examples_of"),),
    "fold": ((gather_lessons, "fold"),),
    "read events": ((gather_lessons.EventsRead, "part"),),
    "replays": ((gather_lessons.LessonGatherer, "_replay"),),
    "receipts": ((gather_lessons, "parse_receipt"),),
    "window": ((learn_tick, "examples_in"), (learn_tick, "window_of")),
    "network": ((kernels, "learn"),),
    "choose": ((tick, "choose"), (learn_tick, "choose")),
    "quantise": ((tick, "quantise"), (tick, "run")),
    "embeddings": ((learn_tick, "embed_tick"), (learn_tick, "composed")),
    "judge": ((learn_tick, "gate"), (learn_tick, "run"), (learn_tick, "place_gate")),
    "shifts": ((learn_tick, "_shifts"),),
    "epoch": ((learn_tick, "_epoch"),),
    "lineage": ((learn_tick, "lineage_record"),),
    "plan": ((learn_tick.Learner, "_plan"), (learn_tick, "_history")),
    "stored examples": ((SqliteLearningReads, "lessons"),),
}


def watch_stages() -> None:
    """Put a clock around each function of STAGES."""
    for line, functions in STAGES.items():
        for where, name in functions:
            setattr(where, name, timed(line, getattr(where, name)))


def told(total_s: float) -> str:
    """The stages by what they took, in per cent of `total_s`."""
    parts = [f"{line} {spent / 1e7 / total_s:.0f} %" for line, spent in SPENT.most_common()]
    return ", ".join(parts)


def pss_mb() -> float:
    """The share of memory of this process now."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


class Clocks:
    """Seconds since it was made: on the clock, of this process, of the writer."""

    def __init__(self, writer: int) -> None:
        self._writer, self._wall = writer, time.perf_counter()
        self._mine, self._theirs = time.process_time(), cpu_s([writer])
        SPENT.clear()

    def read(self) -> tuple[float, float, float]:
        """(wall, mine, the writer's)."""
        return (
            time.perf_counter() - self._wall, time.process_time() - self._mine,
            cpu_s([self._writer]) - self._theirs,
        )  # fmt: skip


def gather(wired: Wired, writer: int) -> None:
    """Gather all receipts; the first step is not counted, which compiles what it needs."""
    gatherer = wired.lesson_gatherer(STARTING_RECIPE)
    first = gatherer.gather()
    upto = wired.learning_reads.gathered().upto_seq
    clocks, receipts = Clocks(writer), 0
    while count := gatherer.gather():
        receipts += count
    wall, mine, theirs = clocks.read()
    examples = sum(one.count for one in wired.learning_reads.waiting(upto))
    events = sum(n for (n,) in wired.reads.db.execute("SELECT n FROM viewers").fetchall())
    events = events * receipts // (first + receipts)
    faults = wired.learning_reads.gathered().faults
    print(
        f"gather    {receipts:,} receipts with {events:,} events gave {examples:,} examples in"
        f" {wall:.1f} s on the clock, {mine:.1f} of processor and {theirs:.1f} of the writer's:"
        f" {events / (mine + theirs):,.0f} events and {examples / (mine + theirs):,.0f} examples a"
        f" second of processor, {events / wall:,.0f} events on the clock; {faults} faults"
    )
    print(f"          of the learner's own: {told(mine)}")
    print(f"          PSS {pss_mb():.0f} MB", flush=True)
    Path(wired.folder.root / "gathered.json").write_bytes(
        msgspec.json.encode([events, examples, mine + theirs])
    )


def learn(wired: Wired, writer: int) -> None:
    """Ticks of three sizes; a small one before them compiles what they need."""
    gathered = wired.folder.root / "gathered.json"
    events, examples, gathering = msgspec.json.decode(gathered.read_bytes())
    print(f"copied    until {sum(one.count for one in wired.learning_reads.waiting(0)):,} wait")
    one_tick(wired, 1_500, writer)
    for size in SIZES:
        record, (wall, mine, theirs) = one_tick(wired, size, writer)
        made, stages = record.made, told(mine)
        seconds = mine + theirs + gathering * made.examples / examples
        per_s = made.examples * events / examples / seconds
        print(
            f"tick      {made.examples:,} examples offered, {made.chosen:,} chosen of"
            f" {made.viewers:,} viewers, judged on {made.held_out:,}: {made.reason or 'published'};"
            f" {wall:.2f} s on the clock, {mine:.2f} of processor,"
            f" {made.examples / (mine + theirs):,.0f} examples a second of processor"
        )
        print(f"          {stages}")
        print(f"          with gathering {per_s:,.0f} events learned a second of processor;"
              f" PSS {pss_mb():.0f} MB", flush=True)  # fmt: skip
    peers(wired, record)


def day(wired: Wired, writer: int) -> None:
    """What one learner and one freezer take of a large edition: what waits, in one tick."""
    freezer, clocks = wired.freezer(), Clocks(writer)
    freezer.freeze_if_due()
    wall, mine, _ = clocks.read()
    print(f"freezer   read the epoch back and froze what waited in {wall:.1f} s, {mine:.1f} of"
          f" processor; PSS {pss_mb():,.0f} MB", flush=True)  # fmt: skip
    gatherer, clocks, receipts = wired.lesson_gatherer(STARTING_RECIPE), Clocks(writer), 0
    while count := gatherer.gather():
        receipts += count
    wall, mine, _ = clocks.read()
    newest = wired.reads.newest_epoch()
    print(f"gather    {receipts:,} receipts of {newest.number if newest else 0} epochs at most in"
          f" {wall:.1f} s, {mine:.1f} of processor ({told(mine)});"
          f" {wired.learning_reads.gathered().faults} faults; PSS {pss_mb():,.0f} MB",
          flush=True)  # fmt: skip
    learner = wired.learner(STARTING_RECIPE, every_ms=0, examples_min=1)
    clocks = Clocks(writer)
    record = learner.learn_if_due()
    wall, mine, _ = clocks.read()
    words = "none was due"
    if record is not None:
        made = record.made
        words = f"{made.examples:,} examples offered, {made.chosen:,} chosen:"
        words += f" {made.reason or 'published'}"
    print(f"tick      {words}; {wall:.1f} s on the clock, {mine:.1f} of processor ({told(mine)});"
          f" PSS {pss_mb():,.0f} MB", flush=True)  # fmt: skip
    wired.clock.sleep_ms(60_000)
    clocks = Clocks(writer)
    words = "for those weights" if freezer.freeze_if_due() else "nothing to freeze"
    wall, mine, _ = clocks.read()
    print(f"freezer   {words}: {wall:.1f} s, {mine:.1f} of processor; PSS of one process with all"
          f" of the above {pss_mb():,.0f} MB", flush=True)  # fmt: skip


def one_tick(wired: Wired, size: int, writer: int) -> tuple[TickRecord, tuple[float, float, float]]:
    """A tick of a full window of `size`, and what it took; then the epoch for what it published."""
    recipe = msgspec.structs.replace(STARTING_RECIPE, offered_max=size)
    learner = wired.learner(recipe, every_ms=0, examples_min=1)
    clocks = Clocks(writer)
    record = learner.learn_if_due()
    took = clocks.read()
    assert record is not None, "a full window waits"
    wired.clock.sleep_ms(60_000)
    wired.freezer().freeze_if_due()
    return record, took


def peers(wired: Wired, record: TickRecord) -> None:
    """Others on the examples that the last tick chose."""
    order = record.order
    lessons = wired.learning_reads.lessons(order.after_seq, order.upto_seq)
    window, parent = window_of(examples_in(lessons)), parent_of(order, objects=wired.objects)
    recipe = msgspec.structs.replace(STARTING_RECIPE, offered_max=SIZES[-1])
    seed = tick_seed(parent=parent, window=window, recipe=recipe)
    picked = window.examples[choose(window, recipe=recipe, seed=seed)]
    print(f"beside it {numpy_sgd(picked, recipe=recipe)}")
    print(f"          {lightgbm_fit(picked)}", flush=True)


def main(arguments: list[str]) -> int:
    """One part, in a process of its own."""
    part, folder, now_ms, writer = arguments
    wired = Wired(DataFolder(Path(folder)))
    wired.clock = SetClock(int(now_ms))  # type: ignore[assignment]
    watch_stages()
    {"gather": gather, "learn": learn, "day": day}[part](wired, int(writer))
    wired.writer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

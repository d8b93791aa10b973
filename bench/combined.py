"""All at once on one machine: slates, events, the learner, epochs, one transcode; and its price.

    python -m bench.combined [--videos 100000] [--viewers 800] [--rate 200] [--events 2000]
                             [--seconds 60] [--alone 15] [--clip 16] [--web N ...]

`plainview up` as a user gets it on this machine, over HTTP, from one client process that shares its
cores. First, with the learner off, each part alone: slates arriving RATE a second; the reports of
those slates, EVENTS a second; one upload of a hard clip of CLIP seconds. Then the service is
started again with the learner on, and all of it goes on at once for SECONDS, while the catalogue
changes, so that an epoch is frozen every ten seconds. Viewers take turns; each reports what they
watched of the slate they were served, a second after it on average, in one batch.

Slates and reports are due at chance moments that wait for nothing (Poisson), and a latency begins
when it was due. The learner goes by the starting recipe, but does not wait as long: it learns from
what is 20 s old, where the recipe and its margin say ten minutes, and makes a tick every 15 s where
a service makes one in five minutes. Beside the crowd somebody acts once a second and asks for the
slate that must know of it. At the end all events acknowledged are looked for in the database.

Where slates have a p99 of 100 ms and more, the highest rate is sought that has less, with the clip
sent again each time and as many events a second as before. What a row of processors calls ffmpeg is
looked at four times a second, so the last quarter of a second of each of its programs is missing.
"""

import argparse
import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import uvloop

from bench._arrivals import Crowd, Due, Viewer, is_refusal
from bench._happened import (
    Epochs,
    Learned,
    epochs_between,
    gathered_upto,
    learned_since,
    not_kept,
)
from bench._machine import Spent, Taken
from bench._upload import Outcome, Upload, outcome, send
from bench.http_slates import HISTORY, act_and_ask, crowd, per_mille
from bench.transcode import HARD, make_source
from plainview.core.learn.recipe import STARTING_RECIPE, encode_recipe
from plainview.edge.ffmpeg import find_ffmpeg
from plainview.flows.gather_lessons import SETTLE_MS
from tests.live import LiveService
from tests.stock import stock

LABEL_S, TICK_S, TICK_MIN = 10, 15, 2_000
READY_S = 900.0
P99_S = 0.1
ACTS_S, LOOK_S, WARM_S = 1.0, 0.25, 2.0
STEP, PROBE_S, PROBES = 25, 15.0, 3
UPLOAD_S = 300.0
ROUND_S = 4
EVENTS_MOST = 32
"""That one slate of eight has to tell."""


def now_ms() -> int:
    """By the clock that the service goes by."""
    return time.time_ns() // 1_000_000


def figures(name: str, due: Due, *, each: int = 1) -> str:
    """One row: what was asked, what was reached, and how late."""
    asked, reached = (each * rate for rate in due.rates())
    lacking = f"   refused {len(due.refused)}, nobody free {len(due.missed)}"
    return (
        f"{name:26} asked {asked:5.0f}/s  reached {reached:5.0f}/s{spread(due.seconds())}"
        f"{lacking if due.refused or due.missed else ''}"
    )


def spread(seconds: Sequence[float]) -> str:
    """p50, p99 and the most, in milliseconds."""
    if not seconds:
        return "   none"
    p50, p99 = (per_mille(list(seconds), share) * 1e3 for share in (500, 990))
    return f"  p50 {p50:6.1f} ms  p99 {p99:6.1f}  max {max(seconds) * 1e3:7.1f}   n {len(seconds)}"


def since(value: float | None) -> str:
    """Seconds, or that it is not there yet."""
    return "not yet" if value is None else f"{value:.1f} s"


def told_upload(name: str, found: Outcome, clip_s: float) -> str:
    """A row about an upload."""
    parts = [f"in an epoch after {since(found.in_epoch_s)}"]
    for words, value in (("playable", found.playable_s), ("whole ladder", found.whole_s)):
        share = "" if value is None else f" ({value / clip_s:.2f} x its {clip_s:.0f} s)"
        parts.append(f"{words} after {since(value)}{share}")
    return f"{name:26} " + ", ".join(parts[1:] + parts[:1])


def told_spent(taken: Taken, wall_s: float) -> str:
    """Two rows about processors."""
    ours = sum(taken.by_process.values())
    each = "  ".join(f"{name} {value:.1f}" for name, value in sorted(taken.by_process.items()))
    return (
        f"{'  processor seconds':26} {each}  together {ours:.1f} in {wall_s:.0f} s\n"
        f"{'  share of the machine':26} {ours / taken.whole_s:.0%} by these,"
        f" {taken.busy_s / taken.whole_s:.0%} busy in all, {taken.stolen_s / taken.whole_s:.0%}"
        f" taken by its host; load {os.getloadavg()[0]:.1f}"
    )


def told_epochs(epochs: Epochs) -> str:
    """A row about epochs."""
    ages = sorted(epochs.ages_s) or [0.0]
    return (
        f"{'epochs':26} {epochs.frozen} frozen, {epochs.apart_s_max:.1f} s apart at most, slates"
        f" made from {epochs.used}; its age at a slate p50 {per_mille(ages, 500):.1f} s, p99"
        f" {per_mille(ages, 990):.1f}, max {ages[-1]:.1f}"
    )


def told_learned(learned: Learned, wall_s: float) -> str:
    """Two rows about the learner."""
    took = ", ".join(f"{one.took_ms / 1e3:.1f} s" for one in learned.ticks) or "nothing"
    examples = sum(one.made.examples for one in learned.ticks)
    outcomes = ", ".join(f"{count} {what}" for what, count in learned.outcomes.items())
    return (
        f"{'learner':26} {learned.receipts:,} receipts with {learned.events:,} events gathered,"
        f" {learned.events / wall_s:,.0f} events a second; the oldest that waits is"
        f" {learned.behind_s:.0f} s old ({LABEL_S + SETTLE_MS // 1000} by rule);"
        f" {learned.faults} faults\n"
        f"{'  ticks':26} {len(learned.ticks)} of {examples:,} examples, {outcomes or 'none due'};"
        f" each took {took}"
    )


@dataclass
class Parts:
    """What came of slates, reports and an upload, each alone or all together."""

    slates: Due
    reports: Due
    upload: Outcome


def told_price(alone: Parts, both: Parts) -> str:
    """What being together costs, in one row."""

    def step(share: int, of: str) -> str:
        before, after = (
            per_mille(getattr(one, of).seconds(), share) * 1e3 for one in (alone, both)
        )
        return f"{before:.1f} -> {after:.1f} ms"

    return (
        f"{'alone -> together':26} slates p50 {step(500, 'slates')}, p99 {step(990, 'slates')};"
        f" events p50 {step(500, 'reports')}, p99 {step(990, 'reports')}; playable after"
        f" {since(alone.upload.playable_s)} -> {since(both.upload.playable_s)}, whole ladder"
        f" {since(alone.upload.whole_s)} -> {since(both.upload.whole_s)}"
    )


def hard_clip(folder: Path, length_s: int) -> Path:
    """As `transcode` makes them, ROUND_S long and then over again: drawing it takes long."""
    part, whole = folder / "part.mp4", folder / "hard.mp4"
    make_source(part, HARD, length_s=min(ROUND_S, length_s))
    again = ("-stream_loop", str(-(-length_s // ROUND_S) - 1), "-i", str(part))
    command = [str(find_ffmpeg()), "-v", "error", *again, "-c", "copy", "-t", str(length_s)]
    subprocess.run([*command, "-y", str(whole)], check=True)
    return whole


@dataclass
class Bench:
    """What all parts need."""

    root: Path
    options: Any
    clip: bytes
    crowd: Crowd
    actors: list[Viewer]

    @property
    def each(self) -> int:
        """Events that are told of each slate."""
        return events_each(self.options.rate, self.options.events)


def events_each(rate: float, events: float) -> int:
    """How many events a report holds, so that so many a second come of so many slates."""
    return min(max(1, round(events / rate)), EVENTS_MOST)


async def looked_at(spent: Spent, upload: "asyncio.Future[Any]") -> None:
    """Note what jobs use until told to stop."""
    while not upload.done():
        spent.look()
        await asyncio.sleep(LOOK_S)


async def ended(root: Path, upload: Upload, *, within_s: float = UPLOAD_S) -> Outcome:
    """Wait until its ladder is whole and the video is in an epoch."""
    until = time.perf_counter() + within_s
    while True:
        found = await asyncio.to_thread(outcome, root, upload)
        is_done = found.whole_s is not None and found.in_epoch_s is not None
        if is_done or time.perf_counter() > until:
            return found
        await asyncio.sleep(LOOK_S)


async def measured(spent: Spent, part: Any) -> tuple[Any, float]:
    """What `part` gives, and how long it took, looking at jobs meanwhile."""
    began = time.perf_counter()
    doing = asyncio.ensure_future(part)
    await looked_at(spent, doing)
    return await doing, time.perf_counter() - began


async def each_alone(service: LiveService, bench: Bench) -> Parts:
    """Slates, events, an upload, one after the other."""
    options, crowd = bench.options, bench.crowd
    await crowd.slates(per_s=options.rate, seconds=WARM_S)
    spent = Spent(service.pids())
    slates, wall_s = await measured(spent, crowd.slates(per_s=options.rate, seconds=options.alone))
    print(figures("slates alone", slates))
    print(told_spent(spent.read(), wall_s), flush=True)
    spent = Spent(service.pids())
    per_s, seconds = options.events / bench.each, 0.9 * options.alone
    reports, wall_s = await measured(
        spent, crowd.reports(per_s=per_s, seconds=seconds, count=bench.each)
    )
    print(figures("events alone", reports, each=bench.each) + f" reports of {bench.each}")
    print(told_spent(spent.read(), wall_s), flush=True)
    spent = Spent(service.pids())
    upload = await asyncio.to_thread(send, service, bench.clip, name="alone")
    found, wall_s = await measured(spent, ended(bench.root, upload))
    print(told_upload("upload alone", found, options.clip))
    print(told_spent(spent.read(), wall_s), flush=True)
    return Parts(slates=slates, reports=reports, upload=found)


async def acting(actors: Sequence[Viewer], seconds: float) -> list[float]:
    """One after the other acts and asks, every ACTS_S; for ever where there was no slate."""
    took: list[float] = []
    until = time.perf_counter() + seconds
    for one in actors:
        began = time.perf_counter()
        if began > until:
            break
        try:
            took += await act_and_ask([one.connection], 1)
            one.taken += 1
        except RuntimeError as error:
            if not is_refusal(error):
                raise
            took.append(float("inf"))
        await asyncio.sleep(max(0.0, began + ACTS_S - time.perf_counter()))
    return took


async def together(service: LiveService, bench: Bench) -> Parts:
    """The combined run."""
    options, root, crowd = bench.options, bench.root, bench.crowd
    warm_s = len(crowd.viewers) / options.rate + WARM_S
    await crowd.sit(per_s=options.rate, seconds=warm_s, count=bench.each)
    spent, from_ms, upto = Spent(service.pids()), now_ms(), gathered_upto(root)
    began = time.perf_counter()
    sending = asyncio.ensure_future(asyncio.to_thread(send, service, bench.clip, name="together"))
    parts = asyncio.gather(
        crowd.sit(per_s=options.rate, seconds=options.seconds, count=bench.each),
        acting(bench.actors, options.seconds),
    )
    ((slates, reports), acted), wall_s = await measured(spent, parts)
    taken, to_ms, upload = spent.read(), now_ms(), await sending
    learned = learned_since(root, upto, from_ms=from_ms, now_ms=to_ms)
    found = await ended(root, upload)
    whole = began + (upload.sent_ms - from_ms) / 1e3
    whole += UPLOAD_S if found.whole_s is None else found.whole_s
    print(figures("slates", slates))
    print(f"{'  until the clip was made':26}{spread(slates.seconds(before=whole))}")
    print(f"{'  and after that':26}{spread(slates.seconds(whole))}")
    print(figures("events", reports, each=bench.each) + f" reports of {bench.each}")
    print(f"{'action to changed slate':26}{spread(acted)}")
    print(told_epochs(epochs_between(root, from_ms, to_ms)))
    print(told_learned(learned, wall_s))
    print(told_upload("upload", found, options.clip))
    print(told_spent(taken, wall_s), flush=True)
    return Parts(slates=slates, reports=reports, upload=found)


async def highest(service: LiveService, bench: Bench) -> None:
    """Print the highest rate of slates found whose p99 stays below P99_S with all the rest."""
    low, high, words = 0, int(bench.options.rate), []
    for probe in range(PROBES):
        rate = (low + high) // 2 // STEP * STEP
        if rate in (low, high):
            break
        upload = await asyncio.to_thread(send, service, bench.clip, name=f"probe{probe}")
        count = events_each(rate, bench.options.events)
        slates, _ = await bench.crowd.sit(per_s=rate, seconds=PROBE_S, count=count)
        p99 = per_mille(slates.seconds(), 990)
        words.append(f"{rate}/s p99 {p99 * 1e3:.0f} ms")
        low, high = (rate, high) if p99 < P99_S else (low, rate)
        await ended(bench.root, upload)
    if words:
        print(
            f"{'highest rate found':26} {low or 'none'} slates a second with a p99 below"
            f" {P99_S * 1e3:.0f} ms, of rates {STEP} apart ({', '.join(words)})"
        )


async def measure(root: Path, options: Any, clip: bytes, *, processes: int) -> None:
    """Both services, with so many web processes, and what was kept of it all."""
    began = time.perf_counter()
    with LiveService(root, "--learn", "off", web=processes, ready_s=READY_S) as service:
        made = await crowd(service.base, options.viewers + int(options.seconds / ACTS_S))
        viewers = [Viewer(k, one, taken=HISTORY) for k, one in enumerate(made)]
        bench = Bench(
            root=root, options=options, clip=clip, crowd=Crowd(viewers[: options.viewers]),
            actors=viewers[options.viewers :],
        )  # fmt: skip
        print(f"{len(viewers)} viewers with {HISTORY} events each, started in"
              f" {time.perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f}\n")  # fmt: skip
        alone = await each_alone(service, bench)
    recipe = root / "recipe.json"
    recipe.write_bytes(
        encode_recipe(msgspec.structs.replace(STARTING_RECIPE, label_ms=LABEL_S * 1000))
    )
    learns = ("--learn", str(recipe), "--learn-every", str(TICK_S), "--learn-min", str(TICK_MIN))
    print(f"\ntogether, the learner on (what is {LABEL_S + SETTLE_MS // 1000} s old, a tick every"
          f" {TICK_S} s from {TICK_MIN:,} examples); load {os.getloadavg()[0]:.1f}")  # fmt: skip
    with LiveService(root, *learns, web=processes, ready_s=READY_S) as service:
        parts = urlsplit(service.base)
        for one in viewers:
            await one.connection.move(str(parts.hostname), int(parts.port or 0))
        both = await together(service, bench)
        print(told_price(alone, both))
        if per_mille(both.slates.seconds(), 990) >= P99_S:
            await highest(service, bench)
        for one in viewers:
            one.connection.close()
    acknowledged = {one.connection.viewer: (one.taken, one.connection.n) for one in viewers}
    count, lost, beyond = not_kept(root, acknowledged)
    print(f"{'events kept':26} {count:,} acknowledged, {lost} of them lost; {beyond} more kept")


def main(arguments: list[str] | None = None) -> None:
    """For each number of web processes: stock a folder, make a clip, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=100_000)
    parser.add_argument("--viewers", type=int, default=800)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--events", type=float, default=2_000.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--alone", type=float, default=15.0)
    parser.add_argument("--clip", type=int, default=16)
    parser.add_argument("--web", type=int, nargs="+", default=[1, 2])
    options: Any = parser.parse_args(arguments)
    for processes in options.web:
        print(f"{'web processes':26} {processes}, of {os.cpu_count()} cores; load before"
              f" {os.getloadavg()[0]:.1f}")  # fmt: skip
        with tempfile.TemporaryDirectory() as name:
            root, began = Path(name) / "data", time.perf_counter()
            root.mkdir()
            clip = hard_clip(Path(name), options.clip).read_bytes()
            stock(root, videos=options.videos, start_ms=now_ms())
            print(f"{options.videos:,} videos stocked, a clip of {options.clip} s and"
                  f" {len(clip) / 1e6:.0f} MB made in {time.perf_counter() - began:.0f} s",
                  flush=True)  # fmt: skip
            uvloop.run(measure(root, options, clip, processes=processes))
        print(f"load after {os.getloadavg()[0]:.1f}\n", flush=True)


if __name__ == "__main__":
    main()

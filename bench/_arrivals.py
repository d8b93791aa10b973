"""Viewers who ask and tell at moments of their own, and do not wait for one another.

What is due is due at chance moments (Poisson), so many a second on average; a latency begins at
the moment drawn, so that what had to queue, here or there, counts in full.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from random import Random
from typing import Any, TypeVar

from bench.http_client import Connection

Who = TypeVar("Who")

MOODS = 3
"""Each viewer watches to the end what is of one mood of so many, and glances at the rest; the mood
of a video goes by its id alone, so that there is something to learn that no row says."""
GLANCE_MS = 400
THINK_S, THINK_S_MAX = 1.0, 3.0
"""From a slate to the report of it, on average and at most."""


@dataclass
class Due:
    """What was due. `took`: (the moment it was due, seconds from then to its answer); `refused`:
    when that was due to which the service said that it cannot now; `missed`: when that was which
    nobody was free to ask until the end."""

    took: list[tuple[float, float]] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)

    def seconds(self, after: float = 0.0, before: float = float("inf")) -> list[float]:
        """The latencies of what was due between two moments; what was not to be had took for
        ever."""
        never = [(at, float("inf")) for at in (*self.refused, *self.missed)]
        return [took for at, took in (*self.took, *never) if after <= at < before]

    def rates(self) -> tuple[float, float]:
        """(asked, answered) a second: from the first moment to the last, and to the last answer."""
        moments = [at for at, _ in self.took] + self.refused + self.missed
        if len(moments) < 2:
            return 0.0, 0.0
        answered = max((at + took for at, took in self.took), default=max(moments))
        began = min(moments)
        asked_s, answered_s = max(moments) - began, max(answered, *moments) - began
        return len(moments) / asked_s, len(self.took) / answered_s


def is_refusal(error: RuntimeError) -> bool:
    """Whether the service said that it cannot now; anything else is a fault of the benchmark."""
    return "not_ready" in str(error)


async def arrive(
    free: "asyncio.Queue[Who]", do: Callable[[Who], Awaitable[object]], *, per_s: float,
    seconds: float, seed: int = 1,
) -> Due:  # fmt: skip
    """Let those of `free` `do` something at chance moments, `per_s` of them on average. Where all
    are busy the next one free is late; `do` puts them back."""
    due, moments, asked = Due(), Random(seed), []
    at = time.perf_counter()
    until = at + seconds

    async def ask(one: Who, at: float) -> None:
        try:
            await do(one)
        except RuntimeError as error:
            if not is_refusal(error):
                raise
            due.refused.append(at)
        else:
            due.took.append((at, time.perf_counter() - at))

    while (at := at + moments.expovariate(per_s)) < until:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        try:
            one = free.get_nowait()
        except asyncio.QueueEmpty:
            try:
                one = await asyncio.wait_for(free.get(), max(until - time.perf_counter(), 0.001))
            except TimeoutError:
                due.missed.append(at)
                continue
        asked.append(asyncio.ensure_future(ask(one, at)))
    await asyncio.gather(*asked)
    return due


def told_of(videos: Sequence[Any], *, number: int, mood: int, count: int) -> list[dict[str, Any]]:
    """The first `count` events of somebody who goes through the slate of that number: each video
    shown and watched, and, where that is not enough, liked and saved if it is of their mood, saved
    and put back if not."""

    def watched(place: int, video: Any) -> list[dict[str, Any]]:
        about, key = {"video": video["id"], "number": number}, f"{number}-{place}"
        is_mine = int(video["id"]) % MOODS == mood
        ms = video["length_ms"] if is_mine else min(GLANCE_MS, video["length_ms"] - 1)
        return [
            {"key": f"{key}-s", "kind": "shown", "position": place, **about},
            {"key": f"{key}-w", "kind": "watch", "ms": ms, "loops": int(is_mine), **about},
        ]

    def pressed(place: int, video: Any) -> list[dict[str, Any]]:
        kinds = ("like", "save") if int(video["id"]) % MOODS == mood else ("save", "unsave")
        return [
            {"key": f"{number}-{place}-{kind}", "kind": kind, "video": video["id"]}
            for kind in kinds
        ]

    through = chain.from_iterable(
        do(place, video) for do in (watched, pressed) for place, video in enumerate(videos)
    )
    return [event for event, _ in zip(through, range(count), strict=False)]


class Viewer:
    """One who asks for slates and tells what they watched."""

    def __init__(self, k: int, connection: Connection, *, taken: int) -> None:
        """`taken`: events of theirs that were acknowledged before."""
        self.connection = connection
        self.taken = taken
        self.untold: deque[tuple[int, list[Any]]] = deque()
        self._mood = k % MOODS

    async def slate(self) -> None:
        """Ask for the next, and have something to tell."""
        slate = await self.connection.slate()
        self.untold.append((self.connection.number - 1, slate["videos"]))

    async def tell(self, count: int) -> None:
        """Report `count` events of the oldest slate that nothing was told of."""
        number, videos = self.untold.popleft()
        events = told_of(videos, number=number, mood=self._mood, count=count)
        answer = await self.connection.send(events)
        if answer["refused"] or len(answer["events"]) != len(events):
            raise AssertionError(f"not taken: {answer['refused']}")
        self.taken += len(events)


class Crowd:
    """Viewers, those of them who are free, and what became of their reports."""

    def __init__(self, viewers: Sequence[Viewer]) -> None:
        self.viewers = viewers
        self.free: asyncio.Queue[Viewer] = asyncio.Queue()
        for one in viewers:
            self.free.put_nowait(one)
        self.told = Due()
        self._thinking: set[asyncio.Task[None]] = set()
        self._moments = Random(2)

    async def slates(self, *, per_s: float, seconds: float) -> Due:
        """Slates alone; nothing is told of them yet."""

        async def ask(one: Viewer) -> None:
            try:
                await one.slate()
            finally:
                self.free.put_nowait(one)

        return await arrive(self.free, ask, per_s=per_s, seconds=seconds)

    async def reports(self, *, per_s: float, seconds: float, count: int) -> Due:
        """Reports alone, `count` events each, of slates that nothing was told of."""
        waiting: asyncio.Queue[Viewer] = asyncio.Queue()
        for one in self.viewers:
            if one.untold:
                waiting.put_nowait(one)

        async def tell(one: Viewer) -> None:
            await one.tell(count)
            if one.untold:
                waiting.put_nowait(one)

        return await arrive(waiting, tell, per_s=per_s, seconds=seconds)

    async def sit(self, *, per_s: float, seconds: float, count: int) -> tuple[Due, Due]:
        """Slates, and after each a report of it of `count` events, due when its viewer has seen
        enough; (slates, reports)."""
        self.told = Due()

        async def ask(one: Viewer) -> None:
            try:
                await one.slate()
            except RuntimeError:
                self.free.put_nowait(one)
                raise
            think_s = min(self._moments.expovariate(1 / THINK_S), THINK_S_MAX)
            task = asyncio.ensure_future(self._report(one, time.perf_counter() + think_s, count))
            self._thinking.add(task)
            task.add_done_callback(self._thinking.discard)

        slates = await arrive(self.free, ask, per_s=per_s, seconds=seconds)
        await asyncio.gather(*self._thinking)
        return slates, self.told

    async def _report(self, one: Viewer, at: float, count: int) -> None:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        await one.tell(count)
        self.free.put_nowait(one)
        self.told.took.append((at, time.perf_counter() - at))

"""See what was shown lately and to how much of the catalogue: for an operator's page."""

from collections import Counter
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.catalogue.counts import count_floor
from plainview.core.terms.epoch import (
    COUNTERS,
    FLAG_REMOVED,
    FLAG_UNLISTED,
    FLAG_WITHDRAWN,
    Epoch,
    Rows,
)
from plainview.flows.read_epoch import read_rows
from plainview.ports.clock import Clock
from plainview.ports.learning import LearningReads
from plainview.ports.serving import EpochFiles, EpochRecord, ServingReads

EVENTS_BACK: Final = 16_000
"""Slates are looked for among so many of the newest events, and no further back."""

DAY_MS: Final = 86_400_000
COVERAGE_EVERY_MS: Final = 30_000
SHOWN: Final = COUNTERS.index("shown")
NOT_LISTED: Final = FLAG_REMOVED | FLAG_WITHDRAWN | FLAG_UNLISTED


class ShownLately(msgspec.Struct, frozen=True, kw_only=True):
    """What the newest slates held: places by who decided them and by where their videos came from,
    the most first. Times are of the first of these slates and the last, 0 without any."""

    slates: int
    places: int
    by_slot: tuple[tuple[str, int], ...]
    by_source: tuple[tuple[str, int], ...]
    from_ms: int
    to_ms: int


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what is listed was shown since `since_ms`, as two epochs tell it.

    An epoch's counts are exact to 255 and then to 3 %, so `shown` is at least so many. `gini` is of
    the showings of all listed videos: 0 is all alike, near 1 is all on one.
    """

    since_ms: int
    listed: int
    shown: int
    showings: int
    gini: float


class _Place(msgspec.Struct):
    slot: str
    source: str


class _Slate(msgspec.Struct):
    now_ms: int
    slate: tuple[_Place, ...]


_SLATE: Final = msgspec.json.Decoder(_Slate)
_FLOORS: Final = np.array([count_floor(code) for code in range(1_900)], dtype=np.int64)
"""What codes stand for: up to 2**59, more than is ever shown."""


def shown_lately(*, learning: LearningReads, reads: ServingReads) -> ShownLately:
    """What the slates among the last EVENTS_BACK events held. Cost: grows with these alone."""
    after = max(reads.pending().seq - EVENTS_BACK, 0)
    served = learning.receipts_after(after, count=EVENTS_BACK)
    slates = [_SLATE.decode(one.receipt) for one in served]
    places = [place for one in slates for place in one.slate]
    return ShownLately(
        slates=len(slates),
        places=len(places),
        by_slot=tuple(Counter(one.slot for one in places).most_common()),
        by_source=tuple(Counter(one.source for one in places).most_common()),
        from_ms=min((one.now_ms for one in slates), default=0),
        to_ms=max((one.now_ms for one in slates), default=0),
    )


class CoverageReader:
    """Works coverage out no more often than each COVERAGE_EVERY_MS, however many ask.

    Two threads that ask at once may both do it; either's answer is right.
    """

    def __init__(self, *, reads: ServingReads, files: EpochFiles, clock: Clock) -> None:
        self._reads = reads
        self._files = files
        self._clock = clock
        self._last: tuple[int, Coverage] | None = None

    def coverage(self, epoch: Epoch) -> Coverage:
        """That of `epoch`, the newest, since the whole epoch before the last day began."""
        now_ms = self._clock.now_ms()
        if self._last is None or now_ms >= self._last[0] + COVERAGE_EVERY_MS:
            before = self._whole_before(now_ms - DAY_MS, newest=epoch.header.number)
            rows = read_rows(before, reads=self._reads, files=self._files) if before else None
            since_ms = before.frozen_ms if before else 0
            self._last = now_ms, coverage_of(epoch.rows, rows, since_ms=since_ms)
        return self._last[1]

    def _whole_before(self, at_ms: int, *, newest: int) -> EpochRecord | None:
        """The last epoch that is stored whole and was frozen before; None: none is kept."""
        low, high = 0, newest
        while low < high:
            middle = (low + high + 1) // 2
            record = self._reads.epoch(middle)
            if record is not None and record.frozen_ms > at_ms:
                high = middle - 1
            else:
                low = middle
        record = self._reads.epoch(low) if low else None
        while record is not None and record.starts_from != record.number:
            record = self._reads.epoch(record.starts_from)
        return record


def coverage_of(rows: Rows, before: Rows | None, *, since_ms: int) -> Coverage:
    """What `rows` count more than `before`; without it, all that they count.

    Cost: a sort of the listed videos.
    """
    now = _shown(rows)
    gains = now.copy()
    if before is not None and len(before):
        at = np.minimum(np.searchsorted(before["id"], rows["id"]), len(before) - 1)
        was = np.where(before["id"][at] == rows["id"], _shown(before)[at], 0)
        gains = np.maximum(now - was, 0)
    listed = gains[(rows["flags"] & NOT_LISTED) == 0]
    return Coverage(
        since_ms=since_ms,
        listed=len(listed),
        shown=int(np.count_nonzero(listed)),
        showings=int(listed.sum()),
        gini=gini_of(listed),
    )


def _shown(rows: Rows) -> NDArray[np.int64]:
    codes = np.minimum(rows["counters"][:, SHOWN], len(_FLOORS) - 1)
    return np.asarray(_FLOORS[codes], dtype=np.int64)


def gini_of(counts: NDArray[np.int64]) -> float:
    """How unevenly `counts` are spread; 0 of none.

    >>> gini_of(np.array([1, 1, 1, 1])), gini_of(np.array([0, 0, 0, 4]))
    (0.0, 0.75)
    """
    n, total = len(counts), int(counts.sum())
    if total == 0:
        return 0.0
    ranked = int((np.sort(counts) * np.arange(1, n + 1)).sum())
    return 2 * ranked / (n * total) - (n + 1) / n

"""Whether anything leaks: features must not hang on what was not known yet."""

from collections.abc import Iterator

import msgspec
import numpy as np

from bench.quality.features import features_at
from bench.quality.known import Known
from bench.quality.log import Log


def turned_round(log: Log, cut_ms: int) -> Log:
    """`log` with every outcome that is not known before `cut_ms` turned round, and every play that
    has not ended by then of another length, ending no sooner."""
    is_open = log.known_ms >= cut_ms
    outcomes = np.where(is_open[:, None], 1 - log.outcomes, log.outcomes)
    rest = np.maximum(cut_ms - log.time_ms, 0)
    play_ms = np.where(is_open, rest + (log.play_ms * 7 + 1234) % 60_000, log.play_ms)
    return msgspec.structs.replace(log, outcomes=outcomes, play_ms=play_ms)


def changed_by_what_comes_after(log: Log, *, cuts: int) -> Iterator[tuple[int, int]]:
    """For some moments, and the slates of their day too, how many features of impressions up to
    each change when all that came after it is turned round. 0, or something leaks."""
    for number in range(1, cuts + 1):
        cut = int(np.quantile(log.time_ms, number / (cuts + 1)))
        rows = np.flatnonzero(log.time_ms <= cut)
        tables = []
        for each in (log, turned_round(log, cut)):
            made = features_at(Known(each), each.time_ms)
            tables.append(made.table(made.schema(("any",)))[rows])
        yield cut, int((tables[0] != tables[1]).sum())

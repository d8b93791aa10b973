"""Forget lessons: examples that were learned, once they are older than is kept, or too many."""

from typing import Final

from plainview.flows.begin_log import trust_in_force
from plainview.ports.clock import Clock
from plainview.ports.commands import Writer
from plainview.ports.learning import LearningReads, PruneLessons
from plainview.ports.tlog import LogReads

DAY_MS: Final = 86_400_000
BYTES_MAX: Final = 2 << 30
"""Examples kept, at most; above it the oldest that were learned go, however young."""


def forget_lessons(
    *,
    learning: LearningReads,
    log: LogReads,
    writer: Writer,
    clock: Clock,
    bytes_max: int = BYTES_MAX,
) -> bool:
    """Forget what only the oldest ticks were made from, if it is time; whether something was.

    A tick whose examples are gone cannot be made again: until then it could be, for as many days
    as the root of trust says that epochs are kept. So of the window of an old tick stays what a
    later one has as its history. Raises: WriterGone.
    """
    pruned = learning.pruned_seq()
    tick = learning.first_tick_after(pruned)
    trust = trust_in_force(log)
    kept_ms = (trust[1].retention_days if trust else 0) * DAY_MS
    is_full = learning.lessons_bytes() > bytes_max
    while tick is not None:
        is_old = trust is not None and clock.now_ms() - tick.at_ms > kept_ms
        if not is_old and not is_full:
            return False
        later = learning.tick(tick.order.number + 1)
        upto = later.order.history_after_seq if later else tick.order.upto_seq
        if upto > pruned:
            writer.submit(PruneLessons(upto_seq=upto))
            return True
        tick = later
    return False

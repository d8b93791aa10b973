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
    """Forget the window of the oldest tick of which it is time; whether one was forgotten.

    A tick whose examples are gone cannot be made again: until then it could be, for as many days
    as the root of trust says that epochs are kept. Raises: WriterGone.
    """
    tick = learning.first_tick_after(learning.pruned_seq())
    if tick is None:
        return False
    trust = trust_in_force(log)
    kept_ms = (trust[1].retention_days if trust else 0) * DAY_MS
    is_old = trust is not None and clock.now_ms() - tick.at_ms > kept_ms
    if not is_old and learning.lessons_bytes() <= bytes_max:
        return False
    writer.submit(PruneLessons(upto_seq=tick.order.upto_seq))
    return True

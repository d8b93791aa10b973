"""Hour keys: revealed, pending, or withheld."""

from bisect import bisect_left
from typing import Final

from plainview.audit.check.findings import WITHHELD, Finding
from plainview.audit.check.log_view import LogView

HOUR_MS: Final = 3_600_000
REVEAL_MS: Final = 3_600_000
"""How long the log may go on after an hour's end, counted from its next entry, without its key."""


def check_hours(view: LogView) -> tuple[list[Finding], dict[str, int]]:
    """Findings for keys that are overdue, and how many keys stand where.

    A service that stood still reveals nothing, so the time runs from the first entry after the
    hour. What was revealed is held against its commitment by the order of entries.
    """
    history = view.history
    counts = {"hour keys revealed": len(history.hour_keys), "hour keys pending": 0}
    findings: list[Finding] = []
    for _, entry in history.hours:
        for hour in range(entry.first, entry.first + len(entry.commitments)):
            end_ms = (hour + 1) * HOUR_MS
            if hour in history.hour_keys or end_ms > view.newest_ms:
                continue
            counts["hour keys pending"] += 1
            after = bisect_left(view.times_ms, end_ms)
            if view.newest_ms - view.times_ms[after] > REVEAL_MS:
                words = f"The key of hour {hour} ({clock_of(hour)} UTC) is overdue."
                findings.append(Finding(kind=WITHHELD, rule="hour_key_withheld", words=words))
    return findings[:20], counts


def clock_of(hour: int) -> str:
    """The beginning of an hour since 1970 on the clock, UTC.

    >>> clock_of(497_222)
    '14:00'
    """
    return f"{hour % 24:02}:00"

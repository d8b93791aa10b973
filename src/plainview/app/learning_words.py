"""Learning in words, for the operator's page."""

from typing import Final

REASON_WORDS: Final = {
    "": "Published",
    "held_out_small": "Dropped: too little was held out to judge it by",
    "clips": "Dropped: too many outputs are past the end of a table",
    "quantised": "Dropped: in whole numbers it tells too much less than in decimals",
    "worse": "Dropped: no better than its parent",
    "head_worse": "Dropped: one prediction got worse",
    "times_worse": "Dropped: expected watch times got worse",
    "not_exact": "Dropped: it cannot be computed exactly in whole numbers",
    "too_few_viewers": "Passed over: examples of too few viewers",
}
"""By what a tick's record gives as reason."""

SLOT_WORDS: Final = {
    "ranked": "ranked", "explore": "explored", "owed": "owed", "repeat": "repeated",
}  # fmt: skip
SLOT_NOTES: Final = {
    "ranked": "the best by value",
    "explore": "drawn among those in doubt",
    "owed": "a new video's first audience",
    "repeat": "seen before, when all was seen",
}


def reason_words(reason: str) -> str:
    """What became of a tick."""
    return REASON_WORDS.get(reason, f"Dropped: {reason}")


def source_words(source: str) -> str:
    """Where a video came from.

    >>> source_words("near_recent")
    'near recent'
    """
    return source.replace("_", " ")


def age_words(ms: int) -> str:
    """An age or a while, in the unit that is read at a glance.

    >>> [age_words(ms) for ms in (40, 4_210, 95_000, 5_400_000, 200_000_000)]
    ['40 ms', '4.2 s', '95 s', '90 min', '55 h']
    """
    if ms < 1_000:
        return f"{ms} ms"
    if ms < 10_000:
        return f"{ms / 1000:.1f} s"
    if ms < 180_000:
        return f"{ms // 1000} s"
    return f"{ms // 60_000} min" if ms < 10_800_000 else f"{ms // 3_600_000} h"


def points_words(milli: int) -> str:
    """Thousandths of a point with their sign.

    >>> points_words(1_250), points_words(-40), points_words(0)
    ('+1.25', '-0.04', '0.00')
    """
    return f"{'+' if milli > 0 else ''}{milli / 1000:.2f}"


def share_words(part: int, whole: int) -> str:
    """A share in per cent; what is there is never said to be nothing.

    >>> share_words(1, 8), share_words(1, 5_000), share_words(0, 0)
    ('12.5 %', '< 0.1 %', '0.0 %')
    """
    share = 100 * part / whole if whole else 0.0
    return "< 0.1 %" if part and share < 0.1 else f"{share:.1f} %"

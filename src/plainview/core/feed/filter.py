"""Which videos may be in this slate, and for each that may not, the rule that decided."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.index import Index
from plainview.core.feed.interests import creator_ids, rows_of, rows_of_creators
from plainview.core.terms.epoch import (
    FLAG_ADVERT,
    FLAG_REMOVED,
    FLAG_RESTRICTED,
    FLAG_SENSITIVE,
    FLAG_SYNTHETIC,
    FLAG_UNLISTED,
    FLAG_WITHDRAWN,
)
from plainview.core.terms.ids import VideoId
from plainview.core.terms.policy import RULE_CODES, RULES, Policy
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import ViewerState

Decided = NDArray[np.uint8]
"""(N,) the code of the rule that keeps each row out, 0 = eligible."""

ADULT = "adult"
FOR_ADULTS = FLAG_RESTRICTED | FLAG_SENSITIVE


def decide(*, index: Index, policy: Policy, state: ViewerState, context: Context) -> Decided:
    """(N,) for each row of the epoch the code of the first rule that keeps it out, or 0.

    The rules are RULES, in that order. They look at one video at a time, so what is decided about
    one never depends on which others there are.
    """
    decided = np.zeros(index.size, dtype=np.uint8)
    flagged = index.flagged
    decided[flagged] = flag_rules(policy=policy, age=context.age)[index.flags[flagged]]
    _close(decided, rows_of_creators(creator_ids(state.blocks), index=index), "creator_blocked")
    _close(decided, rows_of_creators(creator_ids(state.mutes), index=index), "creator_muted")
    for videos, rule in ((state.reported, "video_reported"), (state.rejected, "video_rejected")):
        _close(decided, _known_rows(videos.keys(), index=index), rule)
    if policy.length_s_max:
        longer = np.flatnonzero(index.length_ms > policy.length_s_max * 1000)
        _close(decided, longer, "too_long")
    if policy.same_language:
        mine = language_code(context.language)
        others = (index.language != mine) & (index.language != 0)
        _close(decided, np.flatnonzero(others), "other_language")
    _close(decided, _known_rows(state.seen.keys(), index=index), "seen")
    return decided


def flag_rules(*, policy: Policy, age: str) -> Decided:
    """(256,) the rule that decides each combination of flags, 0 where none does."""
    tests = (
        ("removed", FLAG_REMOVED),
        ("withdrawn", FLAG_WITHDRAWN),
        ("unlisted", FLAG_UNLISTED),
        ("too_young", FOR_ADULTS if age != ADULT else 0),
        ("label_restricted", policy.hidden_labels & FLAG_RESTRICTED),
        ("label_sensitive", policy.hidden_labels & FLAG_SENSITIVE),
        ("label_synthetic", policy.hidden_labels & FLAG_SYNTHETIC),
        ("label_advert", policy.hidden_labels & FLAG_ADVERT),
    )
    flags = np.arange(256)
    out = np.zeros(256, dtype=np.uint8)
    for rule, mask in reversed(tests):
        out[(flags & mask) != 0] = RULE_CODES[rule]
    return out


def language_code(language: str) -> int:
    """The first two letters, big end first, as an epoch row has them; 0 when there are none.

    >>> hex(language_code("en-GB"))
    '0x656e'
    """
    letters = language[:2].lower()
    if len(letters) < 2 or not (letters.isascii() and letters.isalpha()):
        return 0
    return int.from_bytes(letters.encode(), "big")


def counts_by_rule(decided: Decided) -> dict[str, int]:
    """How many videos each rule kept out; rules that kept out none are left off."""
    counts = np.bincount(decided, minlength=len(RULES) + 1)
    return {rule: int(counts[code]) for rule, code in RULE_CODES.items() if counts[code]}


def _known_rows(videos: Collection[VideoId], *, index: Index) -> NDArray[np.intp]:
    wanted = np.fromiter(videos, dtype=np.int64, count=len(videos))
    wanted.sort()
    rows, is_known = rows_of(wanted, index=index)
    return rows[is_known]


def _close(decided: Decided, rows: NDArray[np.intp], rule: str) -> None:
    """Let `rule` decide those of `rows` that no earlier rule decided."""
    if len(rows):
        decided[rows] = np.where(decided[rows] == 0, RULE_CODES[rule], decided[rows])

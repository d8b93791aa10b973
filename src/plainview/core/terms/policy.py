"""The published rules of a feed, compiled to integers. The file format is `specs/policy-v1.md`."""

import msgspec

from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import HEADS

POLICY_SPEC = "policy-v1"
MILLI = 1000
"""Decimals of a policy file become whole thousandths."""

SOURCES = ("following", "near_recent", "near_lasting", "rising", "popular", "fresh", "newest")
"""Where candidates come from, in the order in which they are asked."""

SOURCE_CODES = {name: code for code, name in enumerate((*SOURCES, "rest"), start=1)}
"""`rest` is asked only when the others leave a slate short."""

PROFILE_SOURCES = ("following", "near_recent", "near_lasting")

RULES = (
    "removed", "withdrawn", "unlisted", "too_young",
    "label_restricted", "label_sensitive", "label_synthetic", "label_advert",
    "creator_blocked", "creator_muted", "video_reported", "video_rejected",
    "too_long", "other_language", "seen",
)  # fmt: skip
"""Why a video is not eligible, in the order in which they are tried; the first that fits decides.
The code of a rule is its place here plus one; 0 is eligible."""

RULE_CODES = {name: code for code, name in enumerate(RULES, start=1)}

LABELS = ("restricted", "sensitive", "synthetic", "advert")

SIZE_MAX = 20
CANDIDATES_MAX = 600
AUDIENCE_MAX = 255
"""Counters are exact up to here, so nobody is owed a showing that cannot be told from another."""
BEST_OF_MAX = 3
"""How many even draws a draw may be the best of; with it all odds stay exact below 2**53."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One feed's rules. Every number is a whole one; `_milli` are thousandths of what people wrote.

    `worth_milli` follows HEADS; that of `watch` is per second watched. `hidden_labels` is a mask of
    epoch flags. Points taken off: `demote_milli` follows LABELS, `rejected_milli` is for what is as
    like a rejected video as can be. `doubt_milli` are those added, when exploring, to what nobody
    saw yet. A rule or a filter of 0 is off.
    """

    name: str
    title: str
    blurb: str
    digest: Digest
    uses_profile: bool
    order: str
    worth_milli: tuple[int, ...]
    sources: tuple[int, ...]
    first_audience: int
    fresh_days: int
    length_s_max: int
    same_language: bool
    hidden_labels: int
    demote_milli: tuple[int, ...]
    creators_apart: int
    topics_share_milli: int
    topic_tires_milli: int
    topics_lately_milli: int
    lookalike_bits: int
    rejected_days: int
    rejected_milli: int
    owed_share_milli: int
    explore_share_milli: int
    doubt_milli: int
    best_of: int
    repeats: bool

    def __post_init__(self) -> None:
        assert len(self.worth_milli) == len(HEADS)
        assert len(self.sources) == len(SOURCES)
        assert len(self.demote_milli) == len(LABELS)

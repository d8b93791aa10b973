"""What is asked of the feed and what it answers."""

import msgspec

from plainview.core.terms.ids import Digest, VideoId


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the client says of itself; all of it is in the receipt."""

    size: int
    language: str = "en"
    tz_min: int = 0
    age: str = "adult"


class SlateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs of one slate that are neither catalogue, weights, policy nor viewer state."""

    number: int
    now_ms: int
    seed: bytes
    context: Context


class SlateItem(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a slate.

    `slot` is "ranked", "explore", "owed" or "repeat". `propensity` is the exact probability of this
    video at this place given the places before it, in units of 2**-40 (2**40 = certain).
    """

    video: VideoId
    source: str
    slot: str
    propensity: int
    value: int


class Slate(msgspec.Struct, frozen=True, kw_only=True):
    """The page of videos, and digests of what it was chosen from. `caught_up` is 1 when nothing
    unseen was left and repeats were used, else 0."""

    items: tuple[SlateItem, ...]
    candidates: Digest
    values: Digest
    features: Digest
    caught_up: int

"""What viewers did, and what the feed knows of a viewer: the fold of that viewer's own events."""

from collections.abc import Mapping

import msgspec

from plainview.core.terms.ids import NO_DIGEST, CommentId, CreatorId, Digest, VideoId, ViewerId

WATCHES_MAX = 200
LATELY_MAX = 200
"""How many of the videos served last a state holds."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One link of a viewer's chain. Which fields a kind uses is in `specs/events-v1.md`."""

    n: int
    kind: str
    at_ms: int
    author: str
    key: str = ""
    video: VideoId = VideoId(0)
    creator: CreatorId = CreatorId(0)
    comment: CommentId = CommentId(0)
    number: int = 0
    position: int = 0
    ms: int = 0
    loops: int = 0
    reason: str = ""
    receipt: Digest = NO_DIGEST
    epoch: int = 0
    videos: tuple[VideoId, ...] = ()


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """One watch: the last report of (request number, video) wins and keeps its first place."""

    video: VideoId
    number: int
    ms: int
    loops: int
    at_ms: int


class ViewerState(msgspec.Struct, frozen=True, kw_only=True):
    """The fold of one viewer's events 1..n. Mappings are never modified after construction.

    `seen` maps a video to the request number of the last slate that served it. `watches` is oldest
    first, at most WATCHES_MAX, and so is `lately`: the last LATELY_MAX videos served, in the order
    of their places. `rejected_ms` says when each of `rejected` was. The other mappings map to the
    event number that set them; an undoing removes the key. `followed_from` maps a followed creator
    to the video the follow was made on, 0 if on none. `number`, `receipt` and `epoch` are those of
    the last served slate.
    """

    viewer: ViewerId
    n: int
    head: Digest
    number: int = 0
    receipt: Digest = NO_DIGEST
    epoch: int = 0
    watches: tuple[Watch, ...] = ()
    lately: tuple[VideoId, ...] = ()
    seen: Mapping[VideoId, int] = {}
    shown: Mapping[VideoId, int] = {}
    liked: Mapping[VideoId, int] = {}
    saved: Mapping[VideoId, int] = {}
    shared: Mapping[VideoId, int] = {}
    rejected: Mapping[VideoId, int] = {}
    rejected_ms: Mapping[VideoId, int] = {}
    reported: Mapping[VideoId, int] = {}
    follows: Mapping[CreatorId, int] = {}
    followed_from: Mapping[CreatorId, VideoId] = {}
    blocks: Mapping[CreatorId, int] = {}
    mutes: Mapping[CreatorId, int] = {}

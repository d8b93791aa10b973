"""What goes over the wire about videos and creators. Ids are decimal strings."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

import msgspec

from plainview.core.terms.epoch import COUNTERS, FLAG_REMOVED, FLAG_WITHDRAWN
from plainview.core.terms.ids import VideoId
from plainview.core.terms.viewer import ViewerState
from plainview.ports.catalogue import CreatorRecord, VideoRecord

GONE = FLAG_REMOVED | FLAG_WITHDRAWN
FOLLOWING = "following"
"""The policy of whom one follows, which goes on with others when theirs are all sent."""
NOBODY_FOLLOWED = "You follow nobody yet. Here is what is popular."
ALL_SENT = "You had all of theirs; this is popular"
_SHOWN = {name: COUNTERS.index(name) for name in ("shown", "liked", "saved", "shared")}


class CreatorShape(msgspec.Struct, frozen=True, kw_only=True):
    """Who made it."""

    id: str
    handle: str
    name: str
    bio: str
    avatar: str


class RenditionShape(msgspec.Struct, frozen=True, kw_only=True):
    """One form it can be played in; the client picks by measured throughput."""

    short_edge: int
    width: int
    height: int
    size_bytes: int
    url: str


class CountsShape(msgspec.Struct, frozen=True, kw_only=True):
    """As of the newest epoch."""

    shown: int
    liked: int
    saved: int
    shared: int
    commented: int


class VideoShape(msgspec.Struct, frozen=True, kw_only=True):
    """A video as the client shows it. One that was removed has no renditions and `is_removed`.
    `remark` is said beside it as long as its creator is not followed; mostly empty."""

    id: str
    creator: CreatorShape
    caption: str
    tags: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    length_ms: int
    width: int
    height: int
    has_sound: bool
    poster: str
    thumbhash: str
    renditions: tuple[RenditionShape, ...]
    counts: CountsShape
    is_liked: bool
    is_saved: bool
    is_followed: bool
    is_repeat: bool
    is_removed: bool
    takes_comments: bool
    slot: str
    remark: str
    published_ms: int
    permalink: str


def creator_shape(record: CreatorRecord) -> CreatorShape:
    """A creator for the wire."""
    return CreatorShape(
        id=str(record.id),
        handle=record.handle,
        name=record.name,
        bio=record.bio,
        avatar=f"/avatars/{record.handle}.png",
    )


def video_shape(
    record: VideoRecord, *, state: ViewerState | None, slot: str = "", policy: str = ""
) -> VideoShape:
    """A video for the wire, as `state`'s viewer sees it; `slot` is that of its place in a slate,
    `policy` the name of the rules that slate was made by."""
    is_removed = bool(record.flags & GONE)
    is_followed = state is not None and record.creator.id in state.follows
    return VideoShape(
        id=str(record.id),
        creator=creator_shape(record.creator),
        caption=record.caption,
        tags=record.tags,
        topics=tuple(label.topic for label in record.topics),
        language=record.language,
        length_ms=record.length_ms,
        width=record.width,
        height=record.height,
        has_sound=record.has_sound,
        poster=f"/media/{record.id}/poster.jpg",
        thumbhash=b64encode(record.thumbhash).decode(),
        renditions=() if is_removed else tuple(
            RenditionShape(
                short_edge=form.short_edge,
                width=form.width,
                height=form.height,
                size_bytes=form.size_bytes,
                url=f"/media/{record.id}/{form.short_edge}.mp4",
            )
            for form in record.renditions
        ),
        counts=CountsShape(
            **{name: record.counts[at] for name, at in _SHOWN.items()}, commented=record.comments
        ),
        is_liked=state is not None and record.id in state.liked,
        is_saved=state is not None and record.id in state.saved,
        is_followed=is_followed,
        is_repeat=slot == "repeat",
        is_removed=is_removed,
        takes_comments=record.takes_comments,
        slot=slot,
        remark="" if is_followed else _remark(policy, state),
        published_ms=record.published_ms,
        permalink=f"/v/{record.id}",
    )  # fmt: skip


def _remark(policy: str, state: ViewerState | None) -> str:
    """Why a feed of follows shows what nobody followed made."""
    if policy != FOLLOWING or state is None:
        return ""
    return ALL_SENT if state.follows else NOBODY_FOLLOWED


def slate_shapes(
    places: Sequence[tuple[VideoId, str]],
    records: Mapping[VideoId, VideoRecord],
    *,
    state: ViewerState | None,
    policy: str = "",
) -> tuple[VideoShape, ...]:
    """The videos of a slate in its order; an id nobody knows any more is left out."""
    return tuple(
        video_shape(records[video], state=state, slot=slot, policy=policy)
        for video, slot in places
        if video in records
    )

"""The catalogue as it is shown and as it is frozen: what can be read of videos and creators."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from plainview.core.catalogue import Counts, TopicLabel, VideoFacts
from plainview.core.terms.ids import CreatorId, Digest, VideoId


class CreatorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Who publishes. `avatar` is the digest of a PNG, None when they have none."""

    id: CreatorId
    handle: str
    name: str
    bio: str
    avatar: Digest | None


class RenditionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One encoded form, named by its object."""

    short_edge: int
    width: int
    height: int
    size_bytes: int
    object: Digest


class VideoRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a video. `flags` are the fold of its decisions as they stand now, `comments`
    how many everybody sees under it; as of the newest epoch, like `counts`."""

    id: VideoId
    creator: CreatorRecord
    caption: str
    tags: tuple[str, ...]
    topics: tuple[TopicLabel, ...]
    language: str
    length_ms: int
    width: int
    height: int
    has_sound: bool
    thumbhash: bytes
    poster: Digest
    published_ms: int
    renditions: tuple[RenditionRecord, ...]
    counts: Counts
    flags: int
    comments: int = 0
    takes_comments: bool = True


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's last decision to remove a video."""

    reason_code: str
    public_reason: str
    at_ms: int


class CatalogueReads(Protocol):
    """What is read of the catalogue. Each call sees all that was acknowledged before it."""

    def videos(self, ids: Iterable[VideoId]) -> Mapping[VideoId, VideoRecord]:
        """Those of `ids` that exist, removed ones too."""
        ...

    def creator(self, handle: str) -> CreatorRecord | None:
        """By handle, whatever its case."""
        ...

    def creator_of(self, viewer: str) -> CreatorRecord | None:
        """The creator that a viewer is, if any."""
        ...

    def videos_of(self, creator: CreatorId, *, count: int) -> Sequence[VideoId]:
        """That creator's newest videos, newest first, removed ones too."""
        ...

    def removals(self, ids: Iterable[VideoId]) -> Mapping[VideoId, Removal]:
        """The last removal of each that ever was removed, restored since or not."""
        ...

    def facts_changed_after(self, changed: int) -> Sequence[VideoFacts]:
        """Facts, with their counts, of the videos changed since that catalogue change."""
        ...

    def facts_of(self, ids: Iterable[VideoId]) -> Mapping[VideoId, VideoFacts]:
        """The same facts of those of `ids` that exist."""
        ...

    def counts(self, ids: Iterable[VideoId]) -> Mapping[VideoId, Counts]:
        """The uncapped counts as of the newest epoch; a video without any is left out."""
        ...

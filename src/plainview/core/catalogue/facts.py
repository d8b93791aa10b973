"""A video's life: its facts, the decisions taken about it, and the flags they fold into."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

import msgspec

from plainview.core.catalogue.counts import NO_COUNTS, Counts
from plainview.core.terms.canonical import Canonical, canonical_json
from plainview.core.terms.epoch import (
    EMBED_DIM,
    FLAG_ADVERT,
    FLAG_REMOVED,
    FLAG_RESTRICTED,
    FLAG_SENSITIVE,
    FLAG_SYNTHETIC,
    FLAG_UNLISTED,
    FLAG_WITHDRAWN,
)
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, CreatorId, Digest, VideoId

LABELLER_CREATOR = 1
LABELLER_OPERATOR = 2
LABELLER_MACHINE = 3

ACTIONS: dict[str, tuple[int, bool]] = {
    "remove": (FLAG_REMOVED, True),
    "restore": (FLAG_REMOVED, False),
    "withdraw": (FLAG_WITHDRAWN, True),
    "restrict": (FLAG_RESTRICTED, True),
    "unrestrict": (FLAG_RESTRICTED, False),
    "mark_sensitive": (FLAG_SENSITIVE, True),
    "unmark_sensitive": (FLAG_SENSITIVE, False),
    "mark_synthetic": (FLAG_SYNTHETIC, True),
    "unmark_synthetic": (FLAG_SYNTHETIC, False),
    "mark_advert": (FLAG_ADVERT, True),
    "unmark_advert": (FLAG_ADVERT, False),
    "unlist": (FLAG_UNLISTED, True),
    "list": (FLAG_UNLISTED, False),
}
"""What a decision can do: the flag it concerns, and whether it raises it or takes it down. A
withdrawal by the creator is final."""


class TopicLabel(msgspec.Struct, frozen=True):
    """A topic and who said so (LABELLER_*)."""

    topic: str
    labeller: int


class RenditionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One encoded form of a video, named by the SHA-256 of its bytes."""

    digest: Digest
    short_edge: int
    width: int
    height: int
    size_bytes: int


class VideoFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a row of the epoch is made of. `flags` is `fold_decisions` of its decisions.

    `sound` is what its sound is known by (specs/media-v1.md section 5), `meaning` what its words
    mean to the model named by `meaning_by`: 64 integers in -127..127 each, or () and NO_DIGEST.
    """

    id: VideoId
    creator: CreatorId
    published_ms: int
    length_ms: int
    caption: str
    tags: tuple[str, ...] = ()
    topics: tuple[TopicLabel, ...] = ()
    language: str = ""
    has_sound: bool = True
    looks: int = 0
    sound: tuple[int, ...] = ()
    meaning: tuple[int, ...] = ()
    meaning_by: Digest = NO_DIGEST
    poster: Digest = NO_DIGEST
    renditions: tuple[RenditionFacts, ...] = ()
    flags: int = 0
    counts: Counts = NO_COUNTS


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One act on one video, never edited. `n` orders all decisions of an edition, from 1."""

    n: int
    video: VideoId
    action: str
    reason_code: str
    public_reason: str = ""
    author: str = "operator"
    at_ms: int = 0


def fold_decisions(decisions: Iterable[Decision]) -> int:
    """The flags that a video's decisions amount to, applied in the order of `n`.

    Raises: KeyError: an action that is not in ACTIONS.

    >>> act = lambda n, action: Decision(n=n, video=VideoId(1), action=action, reason_code="spam")
    >>> fold_decisions([act(2, "restore"), act(1, "remove"), act(3, "mark_sensitive")])
    8
    """
    flags = 0
    for decision in sorted(decisions, key=lambda d: d.n):
        flag, raises = ACTIONS[decision.action]
        flags = flags | flag if raises else flags & ~flag
    return flags


def encode_facts(facts: VideoFacts) -> bytes:
    """What a row's digest and embedding are made of, as it is published: `video-v1`.

    Caption and tags are base64 of their UTF-8, since canonical JSON is ASCII.
    """
    return canonical_json(
        {
            "spec": "video-v1",
            "id": str(facts.id),
            "creator": str(facts.creator),
            "caption": b64encode(facts.caption.encode()).decode(),
            "tags": [b64encode(tag.encode()).decode() for tag in facts.tags],
            "topics": [[label.topic, label.labeller] for label in facts.topics],
            "language": facts.language,
            "length_ms": facts.length_ms,
            "published_ms": facts.published_ms,
            "has_sound": int(facts.has_sound),
            "looks": f"{facts.looks:016x}",
            "sound": sketch_bytes(facts.sound).hex(),
            "meaning": sketch_bytes(facts.meaning).hex(),
            "meaning_by": facts.meaning_by,
            "poster": facts.poster,
            "renditions": _renditions(facts),
        }
    )


def sketch_bytes(sketch: tuple[int, ...]) -> bytes:
    """64 integers as signed bytes, as they are stored; nothing for ().

    >>> sketch_bytes((1, -1)).hex()
    '01ff'
    """
    return bytes(value & 0xFF for value in sketch)


def read_sketch(data: bytes) -> tuple[int, ...]:
    """What `sketch_bytes` gave.

    Raises: ValueError: neither nothing nor 64 signed bytes in -127..127.
    """
    if len(data) not in (0, EMBED_DIM) or 0x80 in data:
        raise ValueError(f"{len(data)} bytes are no sketch of {EMBED_DIM} integers in -127..127")
    return tuple(byte - 256 if byte > 127 else byte for byte in data)


def rendition_digest(facts: VideoFacts) -> Digest:
    """SHA-256 over what a viewer is shown: renditions, poster, caption and tags.

    The canonical JSON of {caption, poster, renditions, tags}: caption and tags as SHA-256 of their
    UTF-8 (tags joined by line feeds), renditions sorted by (short edge, digest).
    """
    return digest_of(
        canonical_json(
            {
                "caption": sha256(facts.caption.encode()).hexdigest(),
                "poster": facts.poster,
                "renditions": _renditions(facts),
                "tags": sha256("\n".join(facts.tags).encode()).hexdigest(),
            }
        )
    )


def _renditions(facts: VideoFacts) -> list[Canonical]:
    ordered = sorted(facts.renditions, key=lambda one: (one.short_edge, one.digest))
    return [[r.short_edge, r.width, r.height, r.size_bytes, r.digest] for r in ordered]

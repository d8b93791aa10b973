"""Events as bytes: what a client may send, the canonical form, and the chain over it."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec

from plainview.core.events.kinds import (
    CLIENT_KINDS,
    DIGEST,
    FIELDS,
    ID,
    ID_MAX,
    INT_MAX,
    KEY,
    OPTIONAL,
    REASON,
    SERVED_MAX,
)
from plainview.core.terms.ids import (
    NO_DIGEST,
    CommentId,
    CreatorId,
    Digest,
    VideoId,
    ViewerId,
)
from plainview.core.terms.viewer import Event

_ENCODER = msgspec.json.Encoder(order="sorted")


def _at_most(name: str) -> msgspec.Meta:
    return msgspec.Meta(ge=0, le=INT_MAX[name])


def _whole(pattern: re.Pattern[str]) -> msgspec.Meta:
    return msgspec.Meta(pattern=rf"\A(?:{pattern.pattern})\Z")


_ID = Annotated[str, _whole(ID)]


class _Wire(msgspec.Struct):
    """Any event as JSON; what a kind does not have shows when it is encoded again."""

    n: Annotated[int, _at_most("n")]
    kind: str
    at_ms: Annotated[int, _at_most("at_ms")]
    author: Literal["viewer", "server", "operator"]
    key: Annotated[str, msgspec.Meta(pattern=rf"\A(?:{KEY.pattern})?\Z")]
    video: _ID = "0"
    creator: _ID = "0"
    comment: _ID = "0"
    number: Annotated[int, _at_most("number")] = 0
    position: Annotated[int, _at_most("position")] = 0
    ms: Annotated[int, _at_most("ms")] = 0
    loops: Annotated[int, _at_most("loops")] = 0
    reason: Annotated[str, _whole(REASON)] = ""
    receipt: Annotated[Digest, _whole(DIGEST)] = NO_DIGEST
    epoch: Annotated[int, _at_most("epoch")] = 0
    videos: Annotated[list[_ID], msgspec.Meta(max_length=SERVED_MAX)] = []


_DECODER = msgspec.json.Decoder(_Wire)
_IDS = frozenset({"video", "creator", "comment"})


class EventRefused(ValueError):
    """An event that cannot stand in a chain. `code` is for programs, the message for people.

    EventRefused
    |- UnknownKind    no such kind, or one that only the server makes: the client is out of date
    |- MissingField   the kind needs a field that is not there: drop the event, it cannot be mended
    |- UnknownField   a field this kind does not have: drop the event
    |- BadField       a field of the wrong type or out of bounds: drop the event
    |- NotAnEvent     stored bytes that are not the canonical form of an event: stop, it is evidence
    """

    code = "event_refused"


class UnknownKind(EventRefused):
    """No such kind, or not for a client to send."""

    code = "unknown_kind"


class MissingField(EventRefused):
    """A field the kind needs is not there."""

    code = "missing_field"


class UnknownField(EventRefused):
    """A field the kind does not have."""

    code = "unknown_field"


class BadField(EventRefused):
    """A field of the wrong type or out of bounds."""

    code = "bad_field"


class NotAnEvent(EventRefused):
    """Bytes that are not the canonical form of any event."""

    code = "not_an_event"


def _read_int(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= INT_MAX[name]:
        raise BadField(f"{name}: must be an integer from 0 to {INT_MAX[name]}")
    return value


def _read_id(name: str, value: object, *, least: int = 1) -> int:
    if not isinstance(value, str) or not ID.fullmatch(value) or not least <= int(value) <= ID_MAX:
        raise BadField(f"{name}: must be an id in decimal, as a string")
    return int(value)


def _read_text(name: str, value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadField(f"{name}: must match {pattern.pattern}")
    return value


def _read_field(kind: str, name: str, value: object) -> Any:
    if name in _IDS:
        return _read_id(name, value, least=0 if (kind, name) in OPTIONAL else 1)
    if name == "reason":
        return _read_text(name, value, REASON)
    return _read_int(name, value)


def parse_client_event(value: Mapping[str, object], *, at_ms: int = 0) -> Event:
    """The event a client sent, not yet numbered (`n` is 0), by author "viewer".

    Raises: UnknownKind, MissingField, UnknownField, BadField: see EventRefused.

    >>> parse_client_event({"kind": "like", "key": "a1", "video": "7"}, at_ms=5).video
    7
    """
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in CLIENT_KINDS:
        raise UnknownKind(f"kind: {kind!r} is not one that a client sends")
    wanted = FIELDS[kind]
    for name in value:
        if name not in wanted and name not in ("kind", "key"):
            raise UnknownField(f"{name}: a {kind} event has no such field")
    fields: dict[str, Any] = {"key": _read_text("key", value.get("key"), KEY)}
    for name in wanted:
        if name in value:
            fields[name] = _read_field(kind, name, value[name])
        elif (kind, name) not in OPTIONAL:
            raise MissingField(f"{name}: a {kind} event needs it")
    return Event(n=0, kind=kind, at_ms=_read_int("at_ms", at_ms), author="viewer", **fields)


def encode_event(event: Event) -> bytes:
    """The canonical JSON of `event`: the fields of its kind and no others, ids as strings.

    Raises: UnknownKind: no such kind. Other fields are taken as they stand.

    >>> encode_event(Event(n=1, kind="like", at_ms=5, author="viewer", key="a", video=VideoId(7)))
    b'{"at_ms":5,"author":"viewer","key":"a","kind":"like","n":1,"video":"7"}'
    """
    fields: dict[str, object] = {
        "at_ms": event.at_ms,
        "author": event.author,
        "key": event.key,
        "kind": event.kind,
        "n": event.n,
    }
    names = FIELDS.get(event.kind)
    if names is None:
        raise UnknownKind(f"kind: {event.kind!r}")
    for name in names:
        value = getattr(event, name)
        if name in _IDS:
            value = str(value)
        elif name == "videos":
            value = [str(video) for video in value]
        fields[name] = value
    return _ENCODER.encode(fields)


def parse_event(data: bytes) -> Event:
    """The event whose canonical form is `data`.

    Raises: NotAnEvent: anything else.
    """
    try:
        wire = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAnEvent(f"not an event: {error}") from error
    if wire.kind not in FIELDS or (wire.author == "viewer") != bool(wire.key):
        raise NotAnEvent(f"not a {wire.author}'s event of a known kind")
    event = Event(
        n=wire.n,
        kind=wire.kind,
        at_ms=wire.at_ms,
        author=wire.author,
        key=wire.key,
        video=VideoId(int(wire.video)),
        creator=CreatorId(int(wire.creator)),
        comment=CommentId(int(wire.comment)),
        number=wire.number,
        position=wire.position,
        ms=wire.ms,
        loops=wire.loops,
        reason=wire.reason,
        receipt=wire.receipt,
        epoch=wire.epoch,
        videos=tuple([VideoId(int(video)) for video in wire.videos]),
    )
    for name in _IDS.intersection(FIELDS[wire.kind]):
        least = 0 if (wire.kind, name) in OPTIONAL else 1
        if not least <= getattr(event, name) <= ID_MAX:
            raise NotAnEvent(f"{name}: out of bounds")
    if any(not 1 <= video <= ID_MAX for video in event.videos):
        raise NotAnEvent("videos: out of bounds")
    if encode_event(event) != data:
        raise NotAnEvent("not in canonical form, or not with exactly the fields of its kind")
    return event


def genesis(viewer: ViewerId) -> Digest:
    """The head of `viewer`'s chain before its first event."""
    return Digest(sha256(b"plainview events-v1 " + viewer.encode()).hexdigest())


def extend(head: Digest, event_bytes: bytes) -> Digest:
    """The head once `event_bytes` is appended: `SHA256(head, 32 bytes || event bytes)`."""
    return Digest(sha256(bytes.fromhex(head) + event_bytes).hexdigest())


def comment_draft(*, key: str, video: VideoId, comment: CommentId, at_ms: int) -> Event:
    """The viewer's event for a comment that is stored, to be numbered when it is appended. It
    names the comment and holds nothing of its text, which can therefore be erased."""
    return Event(
        n=0, kind="comment", at_ms=at_ms, author="viewer", key=key, video=video, comment=comment
    )


def served_draft(*, number: int, receipt: Digest, epoch: int, videos: tuple[VideoId, ...]) -> Event:
    """The server's own event for a slate, to be numbered and timed when it is appended."""
    return Event(
        n=0, kind="served", at_ms=0, author="server",
        number=number, receipt=receipt, epoch=epoch, videos=videos,
    )  # fmt: skip

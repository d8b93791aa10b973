"""What viewers did: parse, check, chain, fold into a viewer's state, count (events-v1)."""

from plainview.core.events.encode import (
    BadField,
    EventRefused,
    MissingField,
    NotAnEvent,
    UnknownField,
    UnknownKind,
    comment_draft,
    encode_event,
    extend,
    genesis,
    parse_client_event,
    parse_event,
    served_draft,
)
from plainview.core.events.fold import (
    BrokenChain,
    CountedVideo,
    count_events,
    empty_state,
    fold,
    watch_outcome,
    watched_ms,
)
from plainview.core.events.kinds import CLIENT_KINDS, FIELDS

__all__ = [
    "CLIENT_KINDS", "FIELDS", "BadField", "BrokenChain", "CountedVideo", "EventRefused",
    "MissingField", "NotAnEvent", "UnknownField", "UnknownKind", "comment_draft", "count_events",
    "empty_state", "encode_event", "extend", "fold", "genesis", "parse_client_event", "parse_event",
    "served_draft", "watch_outcome", "watched_ms",
]  # fmt: skip

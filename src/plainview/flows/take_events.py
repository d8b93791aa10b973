"""Take events: parse what a client sent; the good ones for the writer, an answer for the others."""

from collections.abc import Mapping, Sequence

import msgspec

from plainview.core.events import EventRefused, parse_client_event
from plainview.core.terms.viewer import Event

EVENTS_MAX = 200


class RefusedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that cannot stand in the chain, by the client's key if it has one."""

    key: str
    code: str
    message: str


def read_events(
    sent: Sequence[Mapping[str, object]], *, at_ms: int
) -> tuple[tuple[Event, ...], list[RefusedEvent]]:
    """The good ones of `sent`, for a `TakeEvents`, and why the others cannot be taken: one that is
    refused takes no other with it. 2 us each."""
    events, refused = [], []
    for one in sent:
        try:
            events.append(parse_client_event(one, at_ms=at_ms))
        except EventRefused as error:
            key = one.get("key")
            refused.append(
                RefusedEvent(
                    key=key if isinstance(key, str) else "", code=error.code, message=str(error)
                )
            )
    return tuple(events), refused

"""Take events: parse what a client sent, have the good ones chained, answer for each."""

from collections.abc import Mapping, Sequence

import msgspec

from plainview.core.events import EventRefused, parse_client_event
from plainview.core.terms.ids import ViewerId
from plainview.core.terms.viewer import Event
from plainview.ports.commands import Writer
from plainview.ports.view import EventsTaken, TakeEvents

EVENTS_MAX = 200


class RefusedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that cannot stand in the chain, by the client's key if it has one."""

    key: str
    code: str
    message: str


def read_events(
    sent: Sequence[Mapping[str, object]], *, at_ms: int
) -> tuple[tuple[Event, ...], list[RefusedEvent]]:
    """The good ones of `sent`, and why the others cannot be taken. 2 us each."""
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


def take_events(
    sent: Sequence[Mapping[str, object]], *, viewer: ViewerId, at_ms: int, writer: Writer
) -> tuple[EventsTaken, list[RefusedEvent]]:
    """Append the good ones of `sent` to the viewer's chain; durable on return.

    One that is refused takes no other with it. Sending an event again (same key) changes nothing
    and answers with the one that is there.

    Raises: Refused: `no_viewer`. WriterGone.
    """
    events, refused = read_events(sent, at_ms=at_ms)
    return writer.submit(TakeEvents(viewer=viewer, events=events)), refused

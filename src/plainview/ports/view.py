"""A view: sessions, events, receipts, as commands to the writer and as what can be read."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from plainview.core.terms.ids import Digest, VideoId, ViewerId
from plainview.core.terms.viewer import Event
from plainview.ports.commands import Command, Done


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who a cookie stands for."""

    viewer: ViewerId
    is_operator: bool


class OpenSession(Command[Session], frozen=True, kw_only=True):
    """Begin a session for `viewer`, who begins with it, unless the token is known already."""

    token_hash: Digest
    viewer: ViewerId
    at_ms: int


class MakeOperatorLink(Command[Done], frozen=True, kw_only=True):
    """Let whoever holds the key become operator, once; links made before are void."""

    key_hash: Digest
    at_ms: int


class UseOperatorLink(Command[Done], frozen=True, kw_only=True):
    """Make the session an operator's. Refused: `link_used`: by another session or never made."""

    key_hash: Digest
    token_hash: Digest


class EventsTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The canonical bytes of each event handed in, in chain order, and the chain's end."""

    events: tuple[bytes, ...]
    n: int
    head: Digest


class TakeEvents(Command[EventsTaken], frozen=True, kw_only=True):
    """Append events to the viewer's chain, leaving out those whose key the chain has.

    The writer numbers them (`n` is ignored on the way in) and hashes them into the chain. The
    answer holds also those that were there already. Refused: `no_viewer`.
    """

    viewer: ViewerId
    events: tuple[Event, ...]


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A stored slate: exact receipt bytes, their signature, the canonical `served` event."""

    receipt: bytes
    signature: bytes
    served: bytes


class IssueSlate(Command[Issued], frozen=True, kw_only=True):
    """Store a receipt and append its `served` event, in one transaction.

    If (viewer, number) is stored with the same nonce, the stored one is the answer and this one
    is forgotten. `arm` is what the receipt says of an experiment. Refused: `no_viewer`;
    `number_taken` (another nonce; detail next_number); `number_gap` (number is not last + 1;
    detail next_number).
    """

    viewer: ViewerId
    number: int
    nonce: str
    receipt: bytes
    signature: bytes
    epoch: int
    videos: tuple[VideoId, ...]
    at_ms: int
    arm: str = ""


class ViewerHead(msgspec.Struct, frozen=True, kw_only=True):
    """Where a viewer's chain and slates end."""

    n: int
    head: Digest
    number: int
    receipt: Digest


class ViewReads(Protocol):
    """What serving reads about viewers. Each call sees all that was acknowledged before it."""

    def session(self, token_hash: Digest) -> Session | None:
        """Whose session it is."""
        ...

    def viewer_head(self, viewer: ViewerId) -> ViewerHead | None:
        """None when there is no such viewer."""
        ...

    def chain_after(self, viewer: ViewerId, n: int) -> tuple[ViewerHead, Sequence[bytes]] | None:
        """From one snapshot: the head, and the canonical events n+1 .. head.n in order."""
        ...

    def issued(self, viewer: ViewerId, number: int) -> tuple[str, Issued] | None:
        """The stored slate and its nonce."""
        ...

    def receipt(self, receipt: Digest) -> tuple[ViewerId, Issued] | None:
        """A stored slate by its receipt's id."""
        ...

    def last_receipts(self, viewer: ViewerId, count: int) -> Sequence[Issued]:
        """The viewer's newest `count` slates, newest first."""
        ...


class Invented(msgspec.Struct, frozen=True, kw_only=True):
    """The demonstration's invented viewers: all of them, those invented since some time, and the
    events that they left since then."""

    viewers: int
    viewers_recent: int
    events_recent: int

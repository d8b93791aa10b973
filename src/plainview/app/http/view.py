"""A view over HTTP: session, slate, events, receipts."""

from base64 import b64encode
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import Parameter

from plainview.app.http.errors import ApiError
from plainview.app.http.service import COOKIE, SLATE_SIZE, Service, service_of, token_of, viewer_of
from plainview.app.http.shapes import CreatorShape, VideoShape, creator_shape, slate_shapes
from plainview.core.media.plan import MediaLimits
from plainview.core.terms.ids import Digest, VideoId, ViewerId
from plainview.core.terms.slate import Context
from plainview.flows.open_session import open_session
from plainview.flows.read_epoch import NoEpoch
from plainview.flows.serve_slate import (
    EventsNotHere,
    Serving,
    SlateAsked,
    make_issue,
    serve_slate,
    slate_refusal,
)
from plainview.flows.take_events import EVENTS_MAX, RefusedEvent, read_events
from plainview.ports.commands import Refused
from plainview.ports.view import Issued, IssueSlate, Session, TakeEvents

COOKIE_S = 400 * 24 * 3600
RECEIPTS_MAX = 200
EVENTS_SHOWN_MAX = 1_000
_Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
_Count = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
_After = Annotated[int, Parameter(ge=0, lt=2**53)]


class EventsEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Where the viewer's chain ends."""

    n: int
    head: str


class PolicyShape(msgspec.Struct, frozen=True, kw_only=True):
    """A feed one can switch to."""

    name: str
    title: str
    blurb: str
    uses_profile: bool


class LimitsShape(msgspec.Struct, frozen=True, kw_only=True):
    """What an upload may be."""

    size_bytes_max: int
    length_ms_max: int


class SessionShape(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs to begin. `public_key` is the raw Ed25519 key in base64."""

    viewer: str
    next_number: int
    previous: str
    events: EventsEnd
    public_key: str
    edition: str
    release: str
    policies: tuple[PolicyShape, ...]
    creator: CreatorShape | None
    is_operator: bool
    is_demo: bool
    limits: LimitsShape
    slate_size: int


class ContextBody(msgspec.Struct, frozen=True, kw_only=True):
    """What the client says of itself."""

    language: Annotated[str, msgspec.Meta(pattern="^([a-z]{2})?$")] = ""
    tz_min: Annotated[int, msgspec.Meta(ge=-1440, le=1440)] = 0
    age: Annotated[str, msgspec.Meta(pattern="^(adult|teen|child)$")] = "adult"


class SlateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request for a slate. Repeat it, unchanged, until it is answered.

    Without `policy` the first one on offer is used and the receipt says that nobody chose it.
    """

    number: Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
    nonce: _Hex32
    last_event: _Count = 0
    policy: str = ""
    size: Annotated[int, msgspec.Meta(ge=1, le=20)] = SLATE_SIZE
    context: ContextBody = ContextBody()


class SlateShape(msgspec.Struct, frozen=True, kw_only=True):
    """A slate: the receipt's exact bytes as text, its signature, the `served` event in canonical
    form, and what the client shows for each place."""

    receipt: str
    signature: str
    served: str
    videos: tuple[VideoShape, ...]
    caught_up: bool


class _StatedPlace(msgspec.Struct, frozen=True):
    video: str
    slot: str


class _Stated(msgspec.Struct, frozen=True):
    """What the answer needs of a receipt. Only of our own, just made or stored: nothing else is
    looked at, where `parse_receipt` refuses what is not a receipt."""

    policy: str
    slate: tuple[_StatedPlace, ...]
    caught_up: int


_STATED = msgspec.json.Decoder(_Stated)


class EventsBody(msgspec.Struct, frozen=True, kw_only=True):
    """What the viewer did, in order. Kinds and fields: specs/events-v1.md."""

    events: Annotated[list[dict[str, Any]], msgspec.Meta(max_length=EVENTS_MAX)]


class EventsShape(msgspec.Struct, frozen=True, kw_only=True):
    """The canonical events, in chain order, so that the client extends its own head."""

    events: tuple[str, ...]
    n: int
    head: str
    refused: tuple[RefusedEvent, ...]


class ReceiptShape(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt's exact bytes as text and its signature in base64."""

    receipt: str
    signature: str


class ReceiptsShape(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    receipts: tuple[ReceiptShape, ...]


def receipt_shape(issued: Issued) -> ReceiptShape:
    """A stored receipt for the wire."""
    return ReceiptShape(
        receipt=issued.receipt.decode(), signature=b64encode(issued.signature).decode()
    )


@post("/api/v1/session", status_code=200, summary="Who am I here")
async def post_session(request: Request[Any, Any, Any]) -> Response[SessionShape]:
    """Answer with the cookie's session, or begin one when there is none or it is unknown."""
    service = service_of(request)
    wired = service.wired
    token, session = await service.in_pool(
        open_session,
        token_of(request),
        views=wired.reads,
        writer=wired.writer,
        chance=wired.chance,
        clock=wired.clock,
    )
    shape = await service.in_pool(_session_shape, service, session)
    cookie = Cookie(
        key=COOKIE, value=token, httponly=True, samesite="lax", path="/", max_age=COOKIE_S
    )
    return Response(shape, cookies=[cookie])


def _session_shape(service: Service, session: Session) -> SessionShape:
    serving, reads = service.serving, service.wired.reads
    head = reads.viewer_head(session.viewer)
    assert head is not None, "a session's viewer exists"
    creator = reads.creator_of(session.viewer)
    limits = MediaLimits()
    return SessionShape(
        viewer=session.viewer,
        next_number=head.number + 1,
        previous=head.receipt,
        events=EventsEnd(n=head.n, head=head.head),
        public_key=b64encode(serving.signer.public_key()).decode(),
        edition=serving.edition,
        release=serving.release,
        policies=tuple(
            PolicyShape(name=p.name, title=p.title, blurb=p.blurb, uses_profile=p.uses_profile)
            for p in serving.policies.values()
        ),
        creator=creator_shape(creator) if creator else None,
        is_operator=session.is_operator,
        is_demo=service.is_demo,
        limits=LimitsShape(
            size_bytes_max=limits.size_bytes_max, length_ms_max=limits.length_ms_max
        ),
        slate_size=SLATE_SIZE,
    )


@post("/api/v1/slate", status_code=200, summary="The next slate, with its receipt")
async def post_slate(request: Request[Any, Any, Any], data: SlateBody) -> SlateShape:
    """Serve the slate of this number; asking again with the same nonce gives the same bytes."""
    service, viewer = service_of(request), viewer_of(request)
    serving = service.serving_at_once(viewer)
    if serving is not None:
        # On the event loop, where nothing is waited for: threads that make slates beside each
        # other and beside the loop pay for handing the interpreter's lock round.
        try:
            made = make_issue(_asked(viewer, data, serving), by=serving)
        except (EventsNotHere, NoEpoch):
            pass
        else:
            issued = await _committed(made, service)
            return _slate_shape(issued, viewer, service)
    return await service.in_pool(_slate, viewer, data, service)


async def _committed(made: IssueSlate | Issued, service: Service) -> Issued:
    if isinstance(made, Issued):
        return made
    try:
        return await service.wired.loop_writer.ask(made)
    except Refused as refusal:
        raise slate_refusal(refusal) from None


def _slate(viewer: ViewerId, data: SlateBody, service: Service) -> SlateShape:
    serving = service.serving_for(viewer)
    issued = serve_slate(_asked(viewer, data, serving), by=serving)
    return _slate_shape(issued, viewer, service)


def _asked(viewer: ViewerId, data: SlateBody, serving: Serving) -> SlateAsked:
    context = Context(
        size=data.size,
        language=data.context.language,
        tz_min=data.context.tz_min,
        age=data.context.age,
    )
    return SlateAsked(
        viewer=viewer,
        policy=data.policy or next(iter(serving.policies)),
        chosen_by="viewer" if data.policy else "default",
        number=data.number,
        nonce=data.nonce,
        last_event=data.last_event,
        context=context,
    )


def _slate_shape(issued: Issued, viewer: ViewerId, service: Service) -> SlateShape:
    stated = _STATED.decode(issued.receipt)
    places = [(VideoId(int(place.video)), place.slot) for place in stated.slate]
    return SlateShape(
        receipt=issued.receipt.decode(),
        signature=b64encode(issued.signature).decode(),
        served=issued.served.decode(),
        videos=slate_shapes(
            places,
            service.wired.reads.videos(video for video, _ in places),
            state=service.serving.folds.kept(viewer),
            policy=stated.policy,
        ),
        caught_up=bool(stated.caught_up),
    )


@post("/api/v1/events", status_code=200, summary="What the viewer did")
async def post_events(request: Request[Any, Any, Any], data: EventsBody) -> EventsShape:
    """Chain the events; durable when answered. Sending one again (same key) changes nothing."""
    # On the event loop, as slates are: a thread for it would take the lock from theirs.
    wired = service_of(request).wired
    viewer = viewer_of(request)
    events, refused = read_events(data.events, at_ms=wired.clock.now_ms())
    taken = await wired.loop_writer.ask(TakeEvents(viewer=viewer, events=events))
    return EventsShape(
        events=tuple(event.decode() for event in taken.events),
        n=taken.n,
        head=taken.head,
        refused=tuple(refused),
    )


@get("/api/v1/events", summary="My own events", sync_to_thread=True)
def get_events(request: Request[Any, Any, Any], after: _After = 0) -> EventsShape:
    """The viewer's chain from event `after` + 1 on, EVENTS_SHOWN_MAX at most: what stands in it
    under their name, whoever wrote it."""
    found = service_of(request).wired.reads.chain_after(viewer_of(request), after)
    assert found is not None, "a session's viewer exists"
    head, bodies = found
    events = tuple(body.decode() for body in bodies[:EVENTS_SHOWN_MAX])
    return EventsShape(events=events, n=head.n, head=head.head, refused=())


@get("/api/v1/receipts", summary="My newest receipts", sync_to_thread=True)
def get_receipts(
    request: Request[Any, Any, Any],
    last: Annotated[int, Parameter(ge=1, le=RECEIPTS_MAX)] = 20,
) -> ReceiptsShape:
    """The viewer's own, newest first."""
    viewer = viewer_of(request)
    issued = service_of(request).wired.reads.last_receipts(viewer, last)
    return ReceiptsShape(receipts=tuple(receipt_shape(one) for one in issued))


@get("/api/v1/receipts/{receipt_id:str}", summary="One of my receipts", sync_to_thread=True)
def get_receipt(request: Request[Any, Any, Any], receipt_id: str) -> ReceiptShape:
    """The viewer's own, by its id."""
    return receipt_shape(own_receipt(request, receipt_id))


def own_receipt(request: Request[Any, Any, Any], receipt_id: str) -> Issued:
    """The receipt of that id if it is the asker's. Raises: ApiError: not_found."""
    viewer = viewer_of(request)
    found = service_of(request).wired.reads.receipt(Digest(receipt_id))
    if found is None or found[0] != viewer:
        raise ApiError("not_found", "You have no receipt of that id.")
    return found[1]


VIEW_ROUTES = [post_session, post_slate, post_events, get_events, get_receipts, get_receipt]

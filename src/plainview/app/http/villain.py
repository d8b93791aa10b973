"""Be the villain over HTTP: where the levers stand, pulling one, putting it back, the evidence."""

import binascii
from base64 import b64decode
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post, put

from plainview.app.http.errors import ERRORS, ApiError, ErrorKind
from plainview.app.http.service import Service, asker_of, books_of, service_of, session_of
from plainview.app.http.shapes import VideoShape, slate_shapes
from plainview.app.villain import CATCHERS, LEVERS, NothingToDo, Villain
from plainview.app.villain.outsider import OutsiderFailed, Told, ask_outsider
from plainview.ports.levers import LeverRecord

ERRORS["not_a_demo"] = ErrorKind(404, "Start the demonstration: plainview demo.")
ERRORS["nothing_to_do"] = ErrorKind(409, "Watch a few videos, then pull the lever again.")

ERRORS["outsider_failed"] = ErrorKind(503, "Run it again, or by hand: plainview check ADDRESS.")

HANDED_OVER_MAX = 50
THREAT_MODEL = "/threat-model"


class LeverShape(msgspec.Struct, frozen=True, kw_only=True):
    """A lever and where it stands; `note` says what it acts on while it is pulled, `wait_ms` how
    long it takes until that can be seen (-1: not known yet).

    `caught_by` names the group it stands under, `catcher` in words. Of one that is not possible
    there is nothing to pull.
    """

    name: str
    title: str
    what_it_does: str
    who_catches: str
    caught_by: str
    catcher: str
    is_pulled: bool
    wait_ms: int
    is_possible: bool
    catchable: bool
    note: str
    more: str


class LeversShape(msgspec.Struct, frozen=True, kw_only=True):
    """All levers, those with one catcher together."""

    levers: tuple[LeverShape, ...]


class LeverBody(msgspec.Struct, frozen=True, kw_only=True):
    """Where the lever is to stand."""

    is_pulled: bool


class ExhibitShape(msgspec.Struct, frozen=True, kw_only=True):
    """Two statements side by side, with who says each; the right one may be empty."""

    title: str
    left_label: str
    left: str
    right_label: str
    right: str


class EvidenceShape(msgspec.Struct, frozen=True, kw_only=True):
    """What tells a pulled lever from the truth. `served` and `honest` are empty where the lever
    is not about a slate, or no slate was served under it yet."""

    number: int
    served: tuple[VideoShape, ...]
    honest: tuple[VideoShape, ...]
    exhibits: tuple[ExhibitShape, ...]


class HeldBody(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt's exact bytes as text and its signature in base64, as the browser kept them."""

    receipt: str
    signature: str


class HandedOver(msgspec.Struct, frozen=True, kw_only=True):
    """What a viewer gives an outsider: receipts in order of number, and heads of the log."""

    receipts: Annotated[list[HeldBody], msgspec.Meta(max_length=HANDED_OVER_MAX)]
    checkpoints: Annotated[list[str], msgspec.Meta(max_length=8)]


@get("/api/v1/villain", summary="The villain's levers", sync_to_thread=True)
def get_villain(request: Request[Any, Any, Any]) -> LeversShape:
    """Where each lever stands. In the demonstration alone."""
    return _levers(_villain(request))


@put("/api/v1/villain/{lever:str}", summary="Pull a lever, or put it back")
async def put_villain(request: Request[Any, Any, Any], lever: str, data: LeverBody) -> LeversShape:
    """Do what the lever does, or undo it. In the demonstration alone."""
    villain = _villain(request)
    if lever not in {one.name for one in LEVERS if one.is_possible}:
        raise ApiError("not_found", "There is no such lever.")
    return await service_of(request).in_pool(_move, request, villain, lever, data)


def _move(
    request: Request[Any, Any, Any], villain: Villain, lever: str, data: LeverBody
) -> LeversShape:
    session_of(request)
    try:
        if data.is_pulled:
            villain.pull(lever, asker_of(request), service_of(request).serving)
        else:
            villain.let_go(lever)
    except NothingToDo as error:
        raise ApiError("nothing_to_do", str(error)) from error
    return _levers(villain)


@get(
    "/api/v1/villain/{lever:str}/evidence",
    summary="What tells a lever from the truth",
    sync_to_thread=True,
)
def get_evidence(request: Request[Any, Any, Any], lever: str) -> EvidenceShape:
    """My last slate under the lever, beside what an honest service had served, and statements that
    contradict each other. In the demonstration alone."""
    villain, service = _villain(request), service_of(request)
    standing = villain.standing().get(lever)
    if standing is None or not standing.is_pulled:
        raise ApiError("not_found", "That lever is not pulled.")
    viewer = session_of(request).viewer
    number, served, honest = villain.slates(viewer, standing)
    records = service.wired.reads.videos([*served, *honest])
    return EvidenceShape(
        number=number,
        served=slate_shapes([(video, "") for video in served], records, state=None),
        honest=slate_shapes([(video, "") for video in honest], records, state=None),
        exhibits=tuple(
            ExhibitShape(
                title=one.title,
                left_label=one.left_label,
                left=one.left,
                right_label=one.right_label,
                right=one.right,
            )
            for one in villain.exhibits(viewer, standing)
        ),
    )


@post("/api/v1/villain/check", status_code=200, summary="Run the outsider's check")
async def post_outsider(request: Request[Any, Any, Any], data: HandedOver) -> Told:
    """Run `plainview check` against this service's own address, in a process of its own, with what
    the viewer hands over. In the demonstration alone."""
    _villain(request)
    return await service_of(request).in_pool(_ask, request, data)


def _ask(request: Request[Any, Any, Any], data: HandedOver) -> Told:
    try:
        return ask_outsider(
            service_of(request).address,
            viewer=session_of(request).viewer,
            receipts=[(one.receipt.encode(), b64decode(one.signature)) for one in data.receipts],
            checkpoints=data.checkpoints,
            books=books_of(request),
        )
    except (OutsiderFailed, binascii.Error) as error:
        raise ApiError("outsider_failed", f"The check did not end: {error}") from error


def _villain(request: Request[Any, Any, Any]) -> Villain:
    service: Service = service_of(request)
    if service.villain is None:
        raise ApiError("not_a_demo", "There are no levers here: this is not the demonstration.")
    return service.villain


def _levers(villain: Villain) -> LeversShape:
    standing = villain.standing()
    return LeversShape(
        levers=tuple(
            LeverShape(
                name=lever.name,
                title=lever.title,
                what_it_does=lever.what_it_does,
                who_catches=lever.who_catches,
                caught_by=lever.caught_by,
                catcher=CATCHERS[lever.caught_by],
                is_pulled=lever.name in standing and standing[lever.name].is_pulled,
                wait_ms=_wait_ms(villain, standing.get(lever.name)),
                is_possible=lever.is_possible,
                catchable=lever.catchable,
                note=_note(villain, standing.get(lever.name)),
                more="" if lever.catchable else THREAT_MODEL,
            )
            for lever in LEVERS
        )
    )


def _note(villain: Villain, standing: LeverRecord | None) -> str:
    return villain.note(standing) if standing is not None and standing.is_pulled else ""


def _wait_ms(villain: Villain, standing: LeverRecord | None) -> int:
    return villain.wait_ms(standing) if standing is not None and standing.is_pulled else 0


VILLAIN_ROUTES = [get_villain, put_villain, get_evidence, post_outsider]

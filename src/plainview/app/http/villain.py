"""Be the villain over HTTP: where the levers stand, pulling one, putting it back."""

from typing import Any

import msgspec
from litestar import Request, get, put

from plainview.app.http.errors import ERRORS, ApiError, ErrorKind
from plainview.app.http.service import Service, service_of, session_of
from plainview.app.villain import (
    BURY_TOPIC,
    EDIT_RECEIPT,
    INVENT_CROWD,
    LEVERS,
    NothingToDo,
    Villain,
)
from plainview.ports.levers import LeverRecord

ERRORS["not_a_demo"] = ErrorKind(404, "Start the demonstration: plainview demo.")
ERRORS["nothing_to_do"] = ErrorKind(409, "Watch a few videos, then pull the lever again.")

THREAT_MODEL = "/threat-model"


class LeverShape(msgspec.Struct, frozen=True, kw_only=True):
    """A lever and where it stands; `note` says what it acts on while it is pulled."""

    name: str
    title: str
    what_it_does: str
    who_catches: str
    is_pulled: bool
    catchable: bool
    note: str
    more: str


class LeversShape(msgspec.Struct, frozen=True, kw_only=True):
    """All levers."""

    levers: tuple[LeverShape, ...]


class LeverBody(msgspec.Struct, frozen=True, kw_only=True):
    """Where the lever is to stand."""

    is_pulled: bool


@get("/api/v1/villain", summary="The villain's levers", sync_to_thread=True)
def get_villain(request: Request[Any, Any, Any]) -> LeversShape:
    """Where each lever stands. In the demonstration alone."""
    return _levers(_villain(request))


@put("/api/v1/villain/{lever:str}", summary="Pull a lever, or put it back")
async def put_villain(request: Request[Any, Any, Any], lever: str, data: LeverBody) -> LeversShape:
    """Do what the lever does, or undo it. In the demonstration alone."""
    villain = _villain(request)
    if lever not in {one.name for one in LEVERS}:
        raise ApiError("not_found", "There is no such lever.")
    return await service_of(request).in_pool(_move, request, villain, lever, data)


def _move(
    request: Request[Any, Any, Any], villain: Villain, lever: str, data: LeverBody
) -> LeversShape:
    viewer = session_of(request).viewer
    try:
        if data.is_pulled:
            villain.pull(lever, viewer, service_of(request).serving)
        else:
            villain.let_go(lever, viewer)
    except NothingToDo as error:
        raise ApiError("nothing_to_do", str(error)) from error
    return _levers(villain)


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
                is_pulled=lever.name in standing and standing[lever.name].is_pulled,
                catchable=lever.catchable,
                note=_note(standing.get(lever.name)),
                more="" if lever.catchable else THREAT_MODEL,
            )
            for lever in LEVERS
        )
    )


def _note(standing: LeverRecord | None) -> str:
    if standing is None or not standing.is_pulled:
        return ""
    detail = standing.detail
    return {
        EDIT_RECEIPT: f"Slate number {detail.get('number')} was edited.",
        BURY_TOPIC: f"The topic is {detail.get('topic')}.",
        INVENT_CROWD: f"The creator is @{detail.get('handle')}.",
    }[standing.name]


VILLAIN_ROUTES = [get_villain, put_villain]

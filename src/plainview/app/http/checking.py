"""Checking over HTTP: replay my last slates, why one video stood in one, and all to take along."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post

from plainview.app.http.books import Books
from plainview.app.http.errors import ERRORS, ApiError, ErrorKind
from plainview.app.http.service import Service, books_of, service_of, session_of
from plainview.app.http.shapes import VideoShape, slate_shapes
from plainview.app.http.view import own_receipt
from plainview.app.http.words import WhyShape, why_shape
from plainview.audit.check.receipts_file import receipts_lines
from plainview.audit.verdict import Verdict
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.flows.explain_video import NoReason, SlateDiffers, explain_video
from plainview.flows.hand_over_receipts import hand_over_receipts

LAST_MAX = 200
ERRORS["slate_differs"] = ErrorKind(409, "Check this receipt: it is evidence. Keep it.")


class CheckBody(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the newest slates to recompute."""

    last: Annotated[int, msgspec.Meta(ge=1, le=LAST_MAX)] = 20


class FailureShape(msgspec.Struct, frozen=True, kw_only=True):
    """A slate that is not what its receipt's inputs give; `honest` is what they do give."""

    receipt: str
    number: int
    stage: str
    message: str
    served: tuple[VideoShape, ...]
    honest: tuple[VideoShape, ...]


class CheckShape(msgspec.Struct, frozen=True, kw_only=True):
    """What recomputing them gave; `ok` counts those that came out the same, byte for byte."""

    checked: int
    ok: int
    failures: tuple[FailureShape, ...]


@post("/api/v1/check", status_code=200, summary="Recompute my last slates")
async def post_check(request: Request[Any, Any, Any], data: CheckBody) -> CheckShape:
    """Replay the viewer's newest receipts from stored inputs and say which differ, and where."""
    session = session_of(request)
    service = service_of(request)
    return await service.in_pool(_check, service, books_of(request), session.viewer, data.last)


def _check(service: Service, books: Books, viewer: ViewerId, last: int) -> CheckShape:
    verdicts = books.verdicts(viewer, last=last)
    return CheckShape(
        checked=len(verdicts),
        ok=sum(verdict.is_same for verdict in verdicts),
        failures=tuple(_failure(service, one) for one in verdicts if not one.is_same),
    )


def _failure(service: Service, verdict: Verdict) -> FailureShape:
    honest = verdict.honest or ()
    records = service.wired.reads.videos([*verdict.served, *honest])
    return FailureShape(
        receipt=verdict.receipt,
        number=verdict.number,
        stage=verdict.stage,
        message=verdict.message,
        served=slate_shapes([(video, "") for video in verdict.served], records, state=None),
        honest=slate_shapes([(video, "") for video in honest], records, state=None),
    )


@get(
    "/api/v1/receipts/{receipt_id:str}/why/{video_id:str}",
    summary="Why this video",
    sync_to_thread=True,
)
def get_why(request: Request[Any, Any, Any], receipt_id: str, video_id: str) -> WhyShape:
    """Recompute the slate of one's own receipt and say why the video stood in it."""
    service = service_of(request)
    issued = own_receipt(request, receipt_id)
    if not video_id.isdecimal():
        raise ApiError("not_found", "There is no such video.")
    try:
        why = explain_video(
            issued.receipt,
            VideoId(int(video_id)),
            evidence=books_of(request).evidence_for(issued.receipt),
        )
    except SlateDiffers as error:
        raise ApiError("slate_differs", str(error)) from error
    except NoReason as error:
        raise ApiError("not_found", str(error)) from error
    policy = service.serving.policies.get(why.policy)
    return why_shape(why, title=policy.title if policy else why.policy)


@get(
    "/api/v1/receipts/file",
    summary="My receipts, to be checked elsewhere",
    media_type="application/jsonl",
    sync_to_thread=True,
)
def get_receipts_file(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The viewer's own receipts, events and places in the log (specs/receipts-file.md). It names no
    heads: those that count are the ones that a viewer kept."""
    viewer, books = session_of(request).viewer, books_of(request)
    newest_first = books.wired.reads.last_receipts(viewer, 2**31)
    file = hand_over_receipts(
        viewer,
        [(one.receipt, one.signature) for one in reversed(newest_first)],
        views=books.wired.reads,
        log=books.published,
    )
    edition = books.wired.reads.edition() or ""
    lines = receipts_lines([file], edition=edition, count=len(file.receipts))
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="plainview-{viewer[:8]}.receipts"',
    }
    return Response(b"".join(lines), headers=headers, media_type="application/jsonl")


CHECK_ROUTES = [post_check, get_why, get_receipts_file]

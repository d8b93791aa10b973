"""Every error a client can get: its code, its status, and what to do about it."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from plainview.app.http.public.frame import box, page
from plainview.app.http.public.html import el
from plainview.flows.fold_viewer import ChainDiffers, NoViewer
from plainview.flows.read_epoch import NoEpoch
from plainview.flows.serve_slate import SlateRefused
from plainview.ports.commands import Refused, WriterGone


class ErrorKind(msgspec.Struct, frozen=True):
    """How one code is answered."""

    status: int
    what_to_do: str


ERRORS: dict[str, ErrorKind] = {
    "bad_request": ErrorKind(400, "Correct the request; the message says where it is wrong."),
    "unknown_policy": ErrorKind(400, "Choose a feed from the session's list of policies."),
    "no_session": ErrorKind(401, "Ask POST /api/v1/session for a session first."),
    "no_viewer": ErrorKind(401, "Ask POST /api/v1/session for a session first."),
    "csrf": ErrorKind(
        403, "Send the header x-plainview: 1 with every request that changes things."
    ),
    "not_yours": ErrorKind(403, "Only its creator may do this."),
    "not_operator": ErrorKind(403, "Open a link that `plainview operator link` prints."),
    "link_used": ErrorKind(403, "Run `plainview operator link` for a new one."),
    "not_found": ErrorKind(404, "Check the address."),
    "method_not_allowed": ErrorKind(405, "Use a method that the API's description lists."),
    "events_not_here": ErrorKind(409, "Ask again in a moment with the same number and nonce."),
    "number_taken": ErrorKind(409, "Go on with next_number and a new nonce."),
    "number_gap": ErrorKind(409, "Go on with next_number."),
    "removed": ErrorKind(410, "Drop it and play the next video."),
    "too_large": ErrorKind(413, "Send less at once."),
    "broken": ErrorKind(500, "Try again. If it happens again, tell the operator the time of day."),
    "chain_differs": ErrorKind(500, "The stored events were altered; the operator must look."),
    "not_ready": ErrorKind(503, "Try again in a second."),
    "writer_gone": ErrorKind(503, "Try again in a second; nothing is lost by asking twice."),
}
"""By code. A module with codes of its own adds them where it is defined."""

BY_STATUS = {
    400: "bad_request", 401: "no_session", 403: "not_yours", 404: "not_found",
    405: "method_not_allowed", 413: "too_large",
}  # fmt: skip


class ApiError(Exception):
    """An answer that is an error; `code` is a key of ERRORS, `detail` goes into the body."""

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        super().__init__(message)
        assert code in ERRORS, f"{code} is not in the table of errors"
        self.code = code
        self.message = message
        self.detail = detail


def error_response(error: ApiError) -> Response[dict[str, Any]]:
    """The body every error has."""
    kind = ERRORS[error.code]
    body = {"code": error.code, "message": error.message, "what_to_do": kind.what_to_do}
    return Response(
        {"error": {**body, **error.detail}}, status_code=kind.status, media_type=MediaType.JSON
    )


def as_api_error(error: Exception) -> ApiError:
    """The answer that stands for `error`; `broken` for one that nobody foresaw."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, SlateRefused):
        detail = {"next_number": error.next_number} if error.next_number else {}
        return ApiError(error.code, str(error), **detail)
    if isinstance(error, NoViewer):
        return ApiError("no_viewer", "This session's viewer is unknown here.")
    if isinstance(error, NoEpoch):
        return ApiError("not_ready", f"Nothing to serve yet: {error}.")
    if isinstance(error, ChainDiffers):
        return ApiError("chain_differs", "This viewer's stored events do not fit their chain.")
    if isinstance(error, WriterGone):
        return ApiError("writer_gone", "The answer did not come in time.")
    if isinstance(error, Refused) and error.code in ERRORS:
        return ApiError(error.code, error.message, **error.detail)
    if isinstance(error, HTTPException):
        return ApiError(BY_STATUS.get(error.status_code, "bad_request"), _words(error))
    return ApiError("broken", "Something broke on our side.")


def _words(error: HTTPException) -> str:
    """What Litestar says, with what it found wrong, field by field."""
    found = error.extra if isinstance(error.extra, list) else []
    parts = [
        f"{one.get('key', '')}: {one.get('message', '')}" for one in found if isinstance(one, dict)
    ]
    return "; ".join([error.detail, *parts])


NOT_THE_OPERATOR = ("no_session", "not_operator")


def operators_only() -> str:
    """What a browser is shown at an operator's page that it may not have."""
    return page(
        box(
            el(
                "p",
                "A link makes a browser the operator's, once. The service printed one when it"
                " started. For a new one, on its machine, in its folder:",
            ),
            el("pre", ".venv/bin/plainview operator link"),
            el(
                "p",
                "If it was started with a data folder or port of its own, give them here too.",
                class_="dim",
            ),
            state="What to do",
        ),
        title="This page is for the operator.",
        eyebrow="Operator",
        foot=el("p", el("a", "Back to the feed", href="/")),
    )


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Litestar's exception handler for all errors; for a browser at an operator's page, a page."""
    answer = as_api_error(error)
    if answer.code == "broken":
        request.app.state.service.log.error(
            "%s %s", request.method, request.url.path, exc_info=error
        )
    is_page = request.url.path.startswith("/operator/")
    if (
        is_page
        and answer.code in NOT_THE_OPERATOR
        and "text/html" in request.headers.get("accept", "")
    ):
        return Response(operators_only(), status_code=403, media_type=MediaType.HTML)
    return error_response(answer)

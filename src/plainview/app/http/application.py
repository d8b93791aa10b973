"""The application: all routes, with what holds for each of them."""

import re
from collections.abc import Mapping
from typing import Any

from litestar import Litestar, Request, get
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from plainview import __version__
from plainview.app.http.checking import CHECK_ROUTES
from plainview.app.http.comments import COMMENT_ROUTES
from plainview.app.http.creators import CREATOR_ROUTES
from plainview.app.http.errors import ApiError, answer_error
from plainview.app.http.experiments import EXPERIMENT_ROUTES
from plainview.app.http.learning import LEARNING_ROUTES
from plainview.app.http.media import MEDIA_ROUTES
from plainview.app.http.operator import OPERATOR_ROUTES
from plainview.app.http.pages import PAGE_ROUTES
from plainview.app.http.public.routes import PUBLIC_ROUTES
from plainview.app.http.service import Service
from plainview.app.http.tlog import TLOG_ROUTES
from plainview.app.http.turns import TURN_ROUTES
from plainview.app.http.uploads import UPLOAD_ROUTES
from plainview.app.http.view import VIEW_ROUTES
from plainview.app.http.villain import VILLAIN_ROUTES

BODY_BYTES_MAX = 256 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
GUARD_HEADER = "x-plainview"

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:;"
        " style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


PUBLIC = re.compile(r"/tlog/|/api/v1/log(?:/|$)|/api/v1/receipts/[0-9a-f]{64}/proof$")
OPEN_TO_ANYONE = {"access-control-allow-origin": "*"}
"""Whoever checks the log may do so from a page of anybody's; no cookie goes with that."""


def _raw(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


_SECURED, _OPENED = _raw(SECURITY_HEADERS), _raw(OPEN_TO_ANYONE)


async def guard_writes(request: Request[Any, Any, Any]) -> None:
    """Refuse what changes things without our header: another site's page cannot send it.

    Runs before each request's handler and not as a Litestar guard, which gets a fresh copy of
    that handler every time, nor in a thread of its own, as whatever is not async does.
    """
    if request.method not in SAFE_METHODS and request.headers.get(GUARD_HEADER) != "1":
        raise ApiError("csrf", f"The header {GUARD_HEADER}: 1 is missing.")


@get("/api/v1/openapi.json", include_in_schema=False, sync_to_thread=False)
def get_description(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """This API in OpenAPI, from which the client's types are made."""
    return request.app.openapi_schema.to_schema()


def operation_id(_: object, method: object, path: list[Any]) -> str:
    """An operation's name, as `get_api_v1_videos_video_id`; Litestar's own are not unique for
    handlers that run in threads."""
    parts = [str(getattr(part, "name", part)) for part in path]
    return "_".join([str(getattr(method, "value", method)).lower(), *parts]).replace(".", "_")


def build_application(service: Service) -> Litestar:
    """The ASGI application over `service`."""
    return Litestar(
        route_handlers=[
            *VIEW_ROUTES,
            *CHECK_ROUTES,
            get_description,
            *VILLAIN_ROUTES,
            *CREATOR_ROUTES,
            *COMMENT_ROUTES,
            *UPLOAD_ROUTES,
            *MEDIA_ROUTES,
            *OPERATOR_ROUTES,
            *EXPERIMENT_ROUTES,
            *LEARNING_ROUTES,
            *TURN_ROUTES,
            *TLOG_ROUTES,
            *PUBLIC_ROUTES,
            *PAGE_ROUTES,
        ],
        state=State({"service": service}),
        before_request=guard_writes,
        exception_handlers={Exception: answer_error},
        before_send=[add_security_headers],
        request_max_body_size=BODY_BYTES_MAX,
        request_class=Request,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="Plainview",
            version=__version__,
            path="/api/v1/openapi",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            use_handler_docstrings=True,
            operation_id_creator=operation_id,
        ),
    )


async def add_security_headers(message: Any, scope: Any) -> None:
    """Put SECURITY_HEADERS on every answer, errors too, and open the public log to any page."""
    if message["type"] == "http.response.start" and scope["type"] == "http":
        opened = _OPENED if PUBLIC.match(scope["path"]) else ()
        message["headers"] = [*message["headers"], *_SECURED, *opened]

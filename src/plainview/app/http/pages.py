"""Health, the app's own files, and a video's page with its preview."""

import gzip
import mimetypes
from functools import lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from litestar import MediaType, Request, Response, get

from plainview.app.http.errors import ApiError
from plainview.app.http.service import Health, service_of
from plainview.app.http.shapes import GONE
from plainview.core.terms.ids import VideoId

STATIC = Path(str(files("plainview"))) / "app" / "static"
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
COMPRESSIBLE = (".css", ".html", ".js", ".json", ".map", ".svg", ".webmanifest")
INDEX = "index.html"


@get("/healthz", summary="Whether a full slate can be served", sync_to_thread=True)
def get_health(request: Request[Any, Any, Any]) -> Response[Health]:
    """200 when a full slate can be served now, else 503 with the reason."""
    health = service_of(request).health()
    return Response(
        health, status_code=200 if health.ready else 503, headers={"cache-control": "no-store"}
    )


@lru_cache(maxsize=512)
def _asset(name: str, stamp: int) -> tuple[bytes, bytes | None]:
    """An asset's bytes, and gzipped when that pays. `stamp` is its time of change."""
    assert stamp >= 0
    data = (STATIC / name).read_bytes()
    if not name.endswith(COMPRESSIBLE) or len(data) < 512:
        return data, None
    return data, gzip.compress(data, 9, mtime=0)


def asset_response(request: Request[Any, Any, Any], name: str, *, cache: str) -> Response[bytes]:
    """A file of the app, gzipped for who takes it. Raises: ApiError: not_found."""
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC.resolve()) or not path.is_file():
        raise ApiError("not_found", f"There is no {name} here.")
    data, packed = _asset(name, path.stat().st_mtime_ns)
    headers = {"cache-control": cache, "vary": "accept-encoding"}
    if packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        data, headers["content-encoding"] = packed, "gzip"
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith(("javascript", "json")):
        kind += "; charset=utf-8"
    return Response(data, media_type=kind, headers=headers)


@get("/assets/{name:path}", include_in_schema=False, sync_to_thread=True)
def get_asset(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """A built file, whose name changes with its bytes."""
    return asset_response(request, f"assets/{str(name).lstrip('/')}", cache=FOREVER)


@get("/v/{video_id:int}", include_in_schema=False, sync_to_thread=True)
def get_video_page(request: Request[Any, Any, Any], video_id: int) -> Response[Any]:
    """The app, with the video's caption and poster for those who only preview links."""
    index = STATIC / INDEX
    record = service_of(request).wired.reads.videos([VideoId(video_id)]).get(VideoId(video_id))
    if record is None or record.flags & GONE or not index.is_file():
        return asset_response(request, INDEX, cache=ASK_AGAIN)
    base = str(request.base_url).rstrip("/")
    tags = {
        "og:type": "video.other",
        "og:title": f"{record.creator.name}: {record.caption}"[:120],
        "og:description": record.caption[:200],
        "og:url": f"{base}/v/{video_id}",
        "og:image": f"{base}/media/{video_id}/poster.jpg",
        "og:image:width": str(record.width),
        "og:image:height": str(record.height),
        "og:video:type": "video/mp4",
    }
    if record.renditions:
        best = record.renditions[-1].short_edge
        tags["og:video"] = f"{base}/media/{video_id}/{best}.mp4"
    lines = [f'<meta property="{name}" content="{escape(text)}">' for name, text in tags.items()]
    page = index.read_text().replace("</head>", "\n".join([*lines, "</head>"]), 1)
    return Response(page, media_type=MediaType.HTML, headers={"cache-control": ASK_AGAIN})


@get("/", include_in_schema=False, sync_to_thread=True)
def get_root(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The app."""
    return get_page(request, "")


@get("/{path:path}", include_in_schema=False, sync_to_thread=True)
def get_app(request: Request[Any, Any, Any], path: str) -> Response[bytes]:
    """A file at the app's root, or the app."""
    return get_page(request, path)


def get_page(request: Request[Any, Any, Any], path: str) -> Response[bytes]:
    """A file at the app's root, or the app itself, which reads the rest of the address."""
    name = str(path).strip("/")
    if name.startswith(("api/", "media/", "avatars/", "operator/", "tlog/")):
        raise ApiError("not_found", f"There is nothing at /{name}.")
    if name and (STATIC / name).is_file():
        return asset_response(request, name, cache=ASK_AGAIN)
    if not (STATIC / INDEX).is_file():
        raise ApiError("not_found", "The app was not built. Run `make run`, which builds it.")
    return asset_response(request, INDEX, cache=ASK_AGAIN)


PAGE_ROUTES = [get_health, get_asset, get_video_page, get_root, get_app]

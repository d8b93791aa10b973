"""Media over HTTP: renditions, posters and faces, with ranges, and 410 once removed."""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request, Response, route
from litestar.enums import HttpMethod
from litestar.response import Stream

from plainview.app.http.errors import ERRORS, ApiError, ErrorKind
from plainview.app.http.faces import draw_face
from plainview.app.http.service import Service, service_of
from plainview.app.http.shapes import GONE
from plainview.core.terms.ids import Digest, VideoId
from plainview.ports.objects import NoObject

ERRORS.update({"bad_range": ErrorKind(416, "Ask for bytes that are there.")})

KNOWN_S = 0.15
"""How long a video's files are believed without asking again: a removal shows within this."""
KNOWN_MAX = 4_096
PIECE_BYTES = 512 * 1024
IMMUTABLE = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=300"


class Held(msgspec.Struct, frozen=True):
    """A video's files by name; None in their place when it was removed."""

    files: dict[str, Digest] | None
    until: float


class MediaShelf:
    """What is known of videos' files for a moment, so that the ranges of one play ask once."""

    def __init__(self, service: Service) -> None:
        self._reads = service.wired.reads
        self._objects = service.wired.objects
        self._held: OrderedDict[VideoId, Held] = OrderedDict()

    def path_of(self, video: VideoId, name: str) -> tuple[str, Digest]:
        """The file's path and digest. Raises: ApiError: not_found, removed."""
        held = self._held.get(video)
        if held is None or held.until < time.monotonic():
            held = self._look_up(video)
        if held.files is None:
            raise ApiError("removed", "This video was removed.")
        digest = held.files.get(name)
        if digest is None:
            raise ApiError("not_found", f"Video {video} has no {name}.")
        try:
            return str(self._objects.path_of(digest)), digest
        except NoObject as error:
            raise ApiError("removed", "This video's files were removed.") from error

    def _look_up(self, video: VideoId) -> Held:
        record = self._reads.videos([video]).get(video)
        if record is None:
            raise ApiError("not_found", f"There is no video {video}.")
        files = None
        if not record.flags & GONE:
            files = {f"{form.short_edge}.mp4": form.object for form in record.renditions}
            files["poster.jpg"] = record.poster
        held = Held(files, time.monotonic() + KNOWN_S)
        self._held[video] = held
        self._held.move_to_end(video)
        while len(self._held) > KNOWN_MAX:
            self._held.popitem(last=False)
        return held


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """The half-open span that a Range header asks for; None for the whole file.

    Several ranges, other units and malformed headers are ignored, as RFC 9110 allows.
    Raises: ApiError: bad_range: nothing of it is there.

    >>> parse_range("bytes=2-5", 10), parse_range("bytes=-3", 10), parse_range("bytes=4-", 10)
    ((2, 6), (7, 10), (4, 10))
    """
    unit, _, spec = header.partition("=")
    first, dash, last = spec.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or "," in spec:
        return None
    if not all(part.isascii() and part.isdecimal() for part in (first, last) if part):
        return None
    if not first:
        if not last:
            return None
        start, end = max(size - int(last), 0), size
    else:
        start = int(first)
        end = min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise ApiError("bad_range", f"The file has {size} bytes.", size_bytes=size)
    return start, end


def _read(path: str, start: int, end: int) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - the shelf hands out plain strings
        file.seek(start)
        return file.read(end - start)


async def _pieces(service: Service, path: str, start: int, end: int) -> AsyncIterator[bytes]:
    for at in range(start, end, PIECE_BYTES):
        yield await service.in_pool(_read, path, at, min(at + PIECE_BYTES, end))


def _size(path: str) -> int:
    with open(path, "rb") as file:  # noqa: PTH123 - the shelf hands out plain strings
        return file.seek(0, 2)


@route(
    "/media/{video_id:int}/{name:str}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    include_in_schema=False,
)
async def get_media(
    request: Request[Any, Any, Any], video_id: int, name: str
) -> Response[bytes] | Stream:
    """A rendition (`360.mp4`) or the poster (`poster.jpg`), whole or in part."""
    service = service_of(request)
    shelf: MediaShelf | None = request.app.state.get("media")
    if shelf is None:
        shelf = request.app.state.media = MediaShelf(service)
    path, digest = await service.in_pool(shelf.path_of, VideoId(video_id), name)
    size = await service.in_pool(_size, path)
    tag = f'"{digest[:32]}"'
    headers = {"etag": tag, "cache-control": IMMUTABLE, "accept-ranges": "bytes"}
    kind = "video/mp4" if name.endswith(".mp4") else "image/jpeg"
    asked = request.headers
    if tag in (part.strip() for part in asked.get("if-none-match", "").split(",")):
        return Response(b"", status_code=304, headers=headers, media_type=kind)
    span, status = (0, size), 200
    if "range" in asked and asked.get("if-range", tag) == tag:
        part = parse_range(asked["range"], size)
        if part is not None:
            span, status = part, 206
            headers["content-range"] = f"bytes {span[0]}-{span[1] - 1}/{size}"
    if request.method == "HEAD":
        headers["content-length"] = str(span[1] - span[0])
        return Response(b"", status_code=status, headers=headers, media_type=kind)
    if span[1] - span[0] <= PIECE_BYTES:
        data = await service.in_pool(_read, path, *span)
        return Response(data, status_code=status, headers=headers, media_type=kind)
    headers["content-length"] = str(span[1] - span[0])
    return Stream(
        _pieces(service, path, *span), status_code=status, headers=headers, media_type=kind
    )


@route(
    "/avatars/{name:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], include_in_schema=False
)
async def get_avatar(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """A creator's picture (`HANDLE.png`); who has none gets one drawn from the handle."""
    service = service_of(request)
    handle, dot, kind = name.rpartition(".")
    if not dot or kind != "png":
        raise ApiError("not_found", f"There is no picture {name}.")
    data = await service.in_pool(_avatar, service, handle)
    return Response(data, media_type="image/png", headers={"cache-control": A_WHILE})


def _avatar(service: Service, handle: str) -> bytes:
    record = service.wired.reads.creator(handle)
    if record is None:
        raise ApiError("not_found", f"There is no creator @{handle}.")
    if record.avatar is None:
        return draw_face(record.handle)
    return service.wired.objects.get(record.avatar)


MEDIA_ROUTES = [get_media, get_avatar]

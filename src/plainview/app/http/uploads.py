"""Uploads over HTTP: tus 1.0 (core, creation, creation-with-upload, expiration, termination)."""

import asyncio
import binascii
from base64 import b64decode, b64encode
from email.utils import formatdate
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, patch, post, route
from litestar.enums import HttpMethod

from plainview.app.http.errors import ERRORS, ApiError, ErrorKind
from plainview.app.http.service import Service, service_of, session_of
from plainview.core.catalogue import BadWords
from plainview.core.media.refusals import Refusal
from plainview.core.terms.ids import ViewerId
from plainview.flows.take_upload import (
    OffsetDiffers,
    TooMuchSent,
    begin_upload,
    cancel_upload,
    finish_if_whole,
    receiving,
)
from plainview.ports.intake import NewVideo, NoRoom, PartBusy, UploadRecord
from plainview.ports.tlog import upload_salt

ERRORS.update({
    "bad_words": ErrorKind(400, "Change the text and send it again."),
    "bad_upload": ErrorKind(400, "Correct the request; the message says where it is wrong."),
    "empty_file": ErrorKind(400, "Choose the video itself and send that."),
    "no_creator": ErrorKind(403, "Give your page a name and a handle first, then upload."),
    "no_upload": ErrorKind(404, "Begin the upload again."),
    "offset_differs": ErrorKind(409, "Ask with HEAD for the offset and go on from there."),
    "tus_version": ErrorKind(412, "Use tus 1.0.0."),
    "too_big": ErrorKind(413, "Export it at a lower quality or size and send that."),
    "bad_media_type": ErrorKind(415, "Send application/offset+octet-stream."),
    "busy": ErrorKind(423, "Another request is sending this upload; try again in a second."),
    "too_many_uploads": ErrorKind(429, "Finish or cancel some of your uploads first."),
    "no_room": ErrorKind(507, "Try later: the machine's disk is nearly full."),
})  # fmt: skip

TUS = "1.0.0"
TUS_HEADERS = {"tus-resumable": TUS, "cache-control": "no-store"}
TUS_EXTENSIONS = "creation,creation-with-upload,expiration,termination"
PLAIN = "text/plain"
CHUNK_TYPE = "application/offset+octet-stream"
WRITE_BYTES = 1 << 20
"""Gathered from the socket before one write on another thread."""


class ReasonShape(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file was refused, in words for who sent it."""

    code: str
    message: str
    what_to_do: str


class UploadShape(msgspec.Struct, frozen=True, kw_only=True):
    """How far an upload is. `receipt` (exact bytes as text) and `signature` come once all bytes are
    here, `video` once it can be played."""

    id: str
    filename: str
    stage: str
    progress_per_mille: int
    video: str | None
    reason: ReasonShape | None
    receipt: str | None
    signature: str | None


def upload_shape(record: UploadRecord) -> UploadShape:
    """An upload for the wire; while bytes arrive, the progress is theirs."""
    progress = record.progress_per_mille
    if record.stage == "receiving":
        progress = 1_000 * record.received_bytes // record.size_bytes
    reason = record.reason
    return UploadShape(
        id=record.id,
        filename=record.filename,
        stage=record.stage,
        progress_per_mille=progress,
        video=str(record.video) if record.video is not None else None,
        reason=ReasonShape(code=reason.code, message=reason.message, what_to_do=reason.what_to_do)
        if reason
        else None,
        receipt=record.receipt.decode() if record.receipt else None,
        signature=b64encode(record.signature).decode() if record.signature else None,
    )


def words_error(error: BadWords) -> ApiError:
    """The answer to words that cannot be kept."""
    return ApiError("bad_words", f"{error.message} {error.what_to_do}", field=error.code)


@route(
    ["/api/v1/uploads", "/api/v1/uploads/{upload_id:str}"],
    http_method=HttpMethod.OPTIONS,
    include_in_schema=False,
    sync_to_thread=False,
)
def options_uploads(request: Request[Any, Any, Any]) -> Response[None]:
    """What of tus is spoken here."""
    limits = service_of(request).wired.intake().limits
    headers = {
        **TUS_HEADERS,
        "tus-version": TUS,
        "tus-extension": TUS_EXTENSIONS,
        "tus-max-size": str(limits.size_bytes_max),
    }
    return Response(None, status_code=204, headers=headers)


@post(
    "/api/v1/uploads", status_code=201, summary="Begin an upload (tus)", request_max_body_size=None
)
async def post_upload(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Begin an upload of `Upload-Length` bytes; `Upload-Metadata` may hold filename, caption, tags,
    topics (lists with commas) and language. A body is taken as its first bytes."""
    service, viewer = _asker(request)
    size_bytes = _whole_number(request, "upload-length")
    new = _new_video(request.headers.get("upload-metadata", ""))
    intake = service.wired.intake()
    upload = intake.chance.token(16).hex()
    try:
        record = await service.in_pool(
            begin_upload, new, upload=upload, viewer=viewer, size_bytes=size_bytes, intake=intake
        )
    except BadWords as error:
        raise words_error(error) from error
    except Refusal as refusal:
        raise ApiError(refusal.code, refusal.message) from refusal
    headers = {"location": f"/api/v1/uploads/{upload}", **_expiry(record)}
    if request.headers.get("content-type", "").startswith(CHUNK_TYPE):
        headers["upload-offset"] = str(await _receive(request, service, upload, 0))
    return Response(b"", media_type=PLAIN, status_code=201, headers={**TUS_HEADERS, **headers})


@route(
    "/api/v1/uploads/{upload_id:str}",
    http_method=HttpMethod.HEAD,
    summary="Where an upload goes on (tus)",
)
async def head_upload(request: Request[Any, Any, Any], upload_id: str) -> Response[bytes]:
    """The offset up to which bytes are durable here."""
    service, viewer = _asker(request)
    await _own(service, viewer, upload_id)
    record = await service.in_pool(finish_if_whole, upload_id, intake=service.wired.intake())
    if record is None:
        raise ApiError("no_upload", "There is no such upload.")
    headers = {
        **TUS_HEADERS,
        **_expiry(record),
        "upload-offset": str(record.received_bytes),
        "upload-length": str(record.size_bytes),
    }
    return Response(b"", media_type=PLAIN, status_code=200, headers=headers)


@patch(
    "/api/v1/uploads/{upload_id:str}",
    status_code=204,
    summary="Send more of an upload (tus)",
    request_max_body_size=None,
)
async def patch_upload(request: Request[Any, Any, Any], upload_id: str) -> Response[None]:
    """Take the bytes from `Upload-Offset` on. What was acknowledged is fsynced; what came before a
    broken connection is kept too, and HEAD tells how much that is."""
    service, viewer = _asker(request)
    if not request.headers.get("content-type", "").startswith(CHUNK_TYPE):
        raise ApiError("bad_media_type", f"The body must be {CHUNK_TYPE}.")
    at_bytes = _whole_number(request, "upload-offset")
    record = await _own(service, viewer, upload_id)
    offset = await _receive(request, service, upload_id, at_bytes)
    headers = {**TUS_HEADERS, **_expiry(record), "upload-offset": str(offset)}
    return Response(None, status_code=204, headers=headers)


@delete("/api/v1/uploads/{upload_id:str}", status_code=204, summary="Cancel an upload (tus)")
async def delete_upload(request: Request[Any, Any, Any], upload_id: str) -> Response[None]:
    """Forget an upload that is not whole yet."""
    service, viewer = _asker(request)
    await _own(service, viewer, upload_id)
    await service.in_pool(cancel_upload, upload_id, intake=service.wired.intake())
    return Response(None, status_code=204, headers=TUS_HEADERS)


@get("/api/v1/uploads/{upload_id:str}/state", summary="What became of an upload")
async def get_upload_state(request: Request[Any, Any, Any], upload_id: str) -> UploadShape:
    """Its stage: receiving, queued, probing, encoding, published or refused."""
    service = service_of(request)
    viewer = (await service.in_pool(session_of, request)).viewer
    return upload_shape(await _own(service, viewer, upload_id))


class PromiseShape(msgspec.Struct, frozen=True, kw_only=True):
    """What the public log says about one's own upload. `salt` (hex) and the upload receipt's bytes
    make `commitment`; `entry` and `ended` are indexes in the log, `ended` -1 until settled."""

    salt: str
    commitment: str
    deadline_ms: int
    entry: int
    ended: int


@get(
    "/api/v1/uploads/{upload_id:str}/promise",
    summary="What was promised about an upload",
)
async def get_upload_promise(request: Request[Any, Any, Any], upload_id: str) -> PromiseShape:
    """For the uploader: with it the log shows that the video was published, or refused, in time."""
    service = service_of(request)
    viewer = (await service.in_pool(session_of, request)).viewer
    record = await _own(service, viewer, upload_id)
    promise = await service.in_pool(service.wired.log_reads.promise, record.id)
    if promise is None or promise.secret is None:
        raise ApiError("not_found", "Nothing was promised about this upload.")
    return PromiseShape(
        salt=upload_salt(promise.secret, record.id).hex(),
        commitment=promise.commitment,
        deadline_ms=promise.deadline_ms,
        entry=promise.entry,
        ended=-1 if promise.ended is None else promise.ended,
    )


def _asker(request: Request[Any, Any, Any]) -> tuple[Service, ViewerId]:
    """Who speaks tus to us. Raises: ApiError: tus_version, no_session."""
    version = request.headers.get("tus-resumable")
    if version != TUS:
        raise ApiError("tus_version", f"This is tus {TUS}, not {version or 'none'}.")
    return service_of(request), session_of(request).viewer


async def _own(service: Service, viewer: ViewerId, upload: str) -> UploadRecord:
    record = await service.in_pool(service.wired.reads.upload, upload)
    if record is None or record.viewer != viewer:
        raise ApiError("no_upload", "There is no such upload.")
    return record


def _whole_number(request: Request[Any, Any, Any], name: str) -> int:
    text = request.headers.get(name, "")
    if not text.isdecimal() or not text.isascii() or len(text) > 15:
        raise ApiError("bad_upload", f"The header {name} must be a whole number.")
    return int(text)


def _expiry(record: UploadRecord) -> dict[str, str]:
    """The header that says when an unfinished upload is forgotten."""
    if record.stage != "receiving":
        return {}
    return {"upload-expires": formatdate(record.expires_ms / 1_000, usegmt=True)}


def _new_video(metadata: str) -> NewVideo:
    """What `Upload-Metadata` says: pairs of a key and base64 text. Raises: ApiError: bad_upload."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in metadata.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise ApiError("bad_upload", f"Upload-Metadata: {key} is not base64 text.") from error
    return NewVideo(
        filename=found.get("filename", ""),
        caption=found.get("caption", ""),
        tags=tuple(found.get("tags", "").split(",")),
        topics=tuple(found.get("topics", "").split(",")),
        language=found.get("language", ""),
    )


async def _receive(
    request: Request[Any, Any, Any], service: Service, upload: str, at_bytes: int
) -> int:
    """Write the body from `at_bytes` on; the durable offset then."""
    intake = service.wired.intake()
    held = receiving(upload, at_bytes=at_bytes, intake=intake)
    try:
        taking = await service.in_pool(held.__enter__)
        try:
            async for piece in _body(request):
                await service.in_pool(taking.write, piece)
        finally:
            # Also when the sender is gone: what came is made durable, and the file let go.
            await asyncio.shield(service.in_pool(held.__exit__, None, None, None))
    except OffsetDiffers as error:
        raise ApiError(
            "offset_differs", f"{error.have_bytes} bytes are here.", have_bytes=error.have_bytes
        ) from error
    except TooMuchSent as error:
        raise ApiError("bad_upload", f"More bytes came than were announced: {error}.") from error
    except PartBusy as error:
        raise ApiError("busy", "This upload is being written already.") from error
    except NoRoom as error:
        raise ApiError("no_room", f"The bytes could not be kept: {error}.") from error
    except FileNotFoundError as error:
        raise ApiError("no_upload", "The bytes of this upload are gone.") from error
    await service.in_pool(finish_if_whole, upload, intake=intake)
    return taking.offset


async def _body(request: Request[Any, Any, Any]) -> Any:
    """The body in pieces of about WRITE_BYTES; it ends early when the sender is gone."""
    gathered = bytearray()
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            break
        gathered += message.get("body", b"")
        if len(gathered) >= WRITE_BYTES:
            yield bytes(gathered)
            gathered.clear()
        if not message.get("more_body", False):
            break
    if gathered:
        yield bytes(gathered)


UPLOAD_ROUTES = [
    options_uploads,
    post_upload,
    head_upload,
    patch_upload,
    delete_upload,
    get_upload_state,
    get_upload_promise,
]

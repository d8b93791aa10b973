"""The public log over HTTP: its static files, what it names by hash, and proofs. No account."""

from base64 import b64encode
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import Parameter, QueryParameter

from plainview.app.http.books import Books
from plainview.app.http.errors import ERRORS, ApiError, ErrorKind
from plainview.app.http.public_files import PublicFiles
from plainview.app.http.service import Service, books_of, service_of
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest, VideoId
from plainview.core.tlog import BadPath, parse_path
from plainview.flows.prove_receipt import NeverLogged, NotLoggedYet, OutsideLog

ERRORS.update({
    "not_logged_yet": ErrorKind(409, "Ask again in a second or two."),
    "no_such_epoch": ErrorKind(404, "Check the number: no epoch of that number was frozen."),
    "outside_log": ErrorKind(404, "Ask for entries and sizes that the checkpoint covers."),
})  # fmt: skip

IMMUTABLE = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
BYTES = "application/octet-stream"
TEXT = "text/plain"
JSON = "application/json"
_Size = Annotated[int, Parameter(ge=0, lt=2**53)]


class WitnessShape(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness cosigned last; size and time are 0 before the first."""

    name: str
    size: int
    at_ms: int


class LogShape(msgspec.Struct, frozen=True, kw_only=True):
    """How the log stands. `trust` is the version of the root of trust in force."""

    origin: str
    vkey: str
    size: int
    root: str
    at_ms: int
    is_stalled: bool
    trust: int
    witnesses: tuple[WitnessShape, ...]


class PathShape(msgspec.Struct, frozen=True, kw_only=True):
    """Hashes in base64."""

    proof: tuple[str, ...]


class InclusionShape(PathShape, frozen=True, kw_only=True):
    """The entry's bytes in base64, and its path."""

    entry: str


class IndexShape(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the log an entry stands."""

    index: int


class EpochIndexShape(msgspec.Struct, frozen=True, kw_only=True):
    """Index of an entry of the log; null: not in the published log yet."""

    index: int | None


class DecisionReasonShape(msgspec.Struct, frozen=True, kw_only=True):
    """The words that a decision was given, and the salt in hex: SHA-256 over salt and words is the
    `reason` of its entry."""

    reason: str
    salt: str


class ReceiptProofShape(msgspec.Struct, frozen=True, kw_only=True):
    """Where a receipt stands: salt and `path` in hex, for the interval's tree of `count` receipts;
    `proof` in base64, of the entry at index `entry` in the log's tree of `size`."""

    salt: str
    interval: int
    index: int
    count: int
    path: tuple[str, ...]
    entry: int
    size: int
    proof: tuple[str, ...]


def answer(
    request: Request[Any, Any, Any], data: bytes, *, kind: str, cache: str, tag: str = ""
) -> Response[bytes]:
    """Bytes for anyone, with a validator; 304 for who has them."""
    etag = f'"{tag or digest_of(data)[:32]}"'
    headers = {"etag": etag, "cache-control": cache}
    asked = request.headers.get("if-none-match", "")
    if etag in (part.strip() for part in asked.split(",")):
        return Response(b"", status_code=304, headers=headers, media_type=kind)
    return Response(data, headers=headers, media_type=kind)


def _files(request: Request[Any, Any, Any]) -> PublicFiles:
    return books_of(request).public


def _outside(error: Exception) -> ApiError:
    return ApiError("outside_log", f"{str(error).capitalize()}.")


@get("/tlog/checkpoint", include_in_schema=False, sync_to_thread=True)
def get_checkpoint(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The newest signed head, with what witnesses cosigned of it."""
    data = books_of(request).wired.log_files.checkpoint()
    if data is None:
        raise ApiError("not_found", "Nothing has been published yet.")
    return answer(request, data, kind=TEXT, cache=ASK_AGAIN)


@get("/tlog/tile/{path:path}", include_in_schema=False, sync_to_thread=True)
def get_tile(request: Request[Any, Any, Any], path: str) -> Response[bytes]:
    """A tile or an entry bundle. A partial one that was removed is cut from the full one."""
    try:
        tile = parse_path(f"tile/{str(path).lstrip('/')}")
    except BadPath as error:
        raise ApiError("not_found", "There is no such tile.") from error
    data = _files(request).tile(tile)
    if data is None:
        raise ApiError("not_found", "There is no such tile, or not yet.")
    return answer(request, data, kind=BYTES, cache=IMMUTABLE)


@get("/tlog/objects/{digest:str}", include_in_schema=False, sync_to_thread=True)
def get_object(request: Request[Any, Any, Any], digest: str) -> Response[bytes]:
    """What an entry names by hash: a policy, weights, lineage, a root of trust, the source."""
    data = _files(request).object(Digest(digest))
    if data is None:
        raise ApiError("not_found", "No entry of the log names an object of that hash.")
    return answer(request, data, kind=BYTES, cache=IMMUTABLE, tag=digest[:32])


@get("/tlog/epochs/{number:int}/{part:str}", include_in_schema=False, sync_to_thread=True)
def get_epoch_part(request: Request[Any, Any, Any], number: int, part: str) -> Response[bytes]:
    """The header, all rows, or the leaf hashes (header first) of an epoch that is logged."""
    data = _files(request).epoch(number, part)
    if data is None:
        raise ApiError("not_found", f"There is no {part} of an epoch {number} here.")
    return answer(request, data, kind=JSON if part == "header" else BYTES, cache=IMMUTABLE)


@get("/tlog/videos/{video_id:int}", include_in_schema=False, sync_to_thread=True)
def get_video_facts(request: Request[Any, Any, Any], video_id: int) -> Response[bytes]:
    """What a video's row is made of, as it stands now; 410 with the reason once removed."""
    files = _files(request)
    reason = files.removal(VideoId(video_id))
    if reason is not None:
        raise ApiError("removed", "This video was removed.", reason_code=reason)
    data = files.video(VideoId(video_id))
    if data is None:
        raise ApiError("not_found", f"There is no video {video_id}.")
    return answer(request, data, kind=JSON, cache=ASK_AGAIN)


@get("/tlog/retention", include_in_schema=False, sync_to_thread=True)
def get_retention(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Which epochs are kept, and for how long the root of trust says that they are."""
    return answer(request, _files(request).retention(), kind=JSON, cache=ASK_AGAIN)


@get("/api/v1/log", summary="How the public log stands", sync_to_thread=True)
def get_log(request: Request[Any, Any, Any]) -> Response[LogShape]:
    """Its newest head, whether it moves, and what its witnesses cosigned. No session needed."""
    return Response(
        _log(service_of(request), books_of(request)), headers={"cache-control": "no-store"}
    )


def _log(service: Service, books: Books) -> LogShape:
    reads = books.wired.log_reads
    head = reads.newest_head()
    trust = service.trust()
    if head is None or trust is None:
        raise ApiError("not_ready", "Nothing has been published yet.")
    stored, document, policy = trust
    last = {one.witness: one for one in reads.cosignatures()}
    return LogShape(
        origin=policy.logs[0].key.name,
        vkey=document.log_keys[-1],
        size=head.size,
        root=b64encode(bytes.fromhex(head.root)).decode(),
        at_ms=head.at_ms,
        is_stalled=bool(service.stall_ms()),
        trust=stored.version,
        witnesses=tuple(
            WitnessShape(
                name=witness.name,
                size=last[witness.name].size if witness.name in last else 0,
                at_ms=last[witness.name].at_ms if witness.name in last else 0,
            )
            for witness in policy.witnesses
        ),
    )


@get("/api/v1/log/consistency", summary="That the log only grew", sync_to_thread=True)
def get_consistency(
    request: Request[Any, Any, Any],
    size_from: Annotated[int, QueryParameter(name="from", ge=0, lt=2**53)],
    size_to: Annotated[int, QueryParameter(name="to", ge=0, lt=2**53)],
) -> Response[PathShape]:
    """The path that shows the tree of size `to` to begin with the tree of size `from`."""
    try:
        path = books_of(request).published.consistency(size_from, size_to)
    except OutsideLog as error:
        raise _outside(error) from error
    return Response(PathShape(proof=_base64(path)))


@get("/api/v1/log/inclusion", summary="An entry of the log, and its proof", sync_to_thread=True)
def get_inclusion(
    request: Request[Any, Any, Any], index: _Size, size: _Size
) -> Response[InclusionShape]:
    """The entry at `index` and its path in the tree of `size` entries."""
    try:
        entry, path = books_of(request).published.inclusion(index, size=size)
    except OutsideLog as error:
        raise _outside(error) from error
    shape = InclusionShape(entry=b64encode(entry).decode(), proof=_base64(path))
    return Response(shape)


@get("/api/v1/log/epoch/{number:int}", summary="Where an epoch is logged", sync_to_thread=True)
def get_epoch_index(request: Request[Any, Any, Any], number: int) -> Response[EpochIndexShape]:
    """The index of the epoch's entry; null while it is not in the published log, and for the one
    that comes next: clients look for it every few seconds, and a browser notes each refusal."""
    wired = books_of(request).wired
    index, head = wired.log_reads.epoch_entry(number), wired.log_reads.newest_head()
    if index is not None and head is not None and index < head.size:
        return Response(EpochIndexShape(index=index))
    newest = wired.reads.newest_epoch()
    if number > (newest.number if newest else 0) + 1:
        raise ApiError("no_such_epoch", f"There is no epoch {number}.")
    return Response(EpochIndexShape(index=None))


@get("/api/v1/log/trust/{version:int}", summary="Where a root of trust is", sync_to_thread=True)
def get_trust_index(request: Request[Any, Any, Any], version: int) -> Response[IndexShape]:
    """The index of the entry with that version of the root of trust."""
    index = books_of(request).wired.log_reads.trust_entry(version)
    if index is None:
        raise ApiError("not_found", f"There is no version {version} of the root of trust.")
    return Response(IndexShape(index=index))


@get("/api/v1/log/reason/{n:int}", summary="The words of a decision", sync_to_thread=True)
def get_reason(request: Request[Any, Any, Any], n: int) -> Response[DecisionReasonShape]:
    """What decision `n` was given as its reason, which is what stands where the video was."""
    found = books_of(request).wired.log_reads.decision_reason(n)
    if found is None:
        raise ApiError("not_found", f"There is no decision {n} with words of its own.")
    return Response(DecisionReasonShape(reason=found.words, salt=found.salt.hex()))


@get(
    "/api/v1/receipts/{receipt_id:str}/proof",
    summary="That a receipt is in the log",
    sync_to_thread=True,
)
def get_receipt_proof(
    request: Request[Any, Any, Any], receipt_id: str
) -> Response[ReceiptProofShape]:
    """For whoever holds the receipt: without its bytes the salt says nothing."""
    try:
        found = books_of(request).published.receipt(Digest(receipt_id))
    except (NotLoggedYet, OutsideLog) as error:
        raise ApiError("not_logged_yet", f"{str(error).capitalize()}.") from error
    except NeverLogged as error:
        raise ApiError("not_found", f"{str(error).capitalize()}.") from error
    place = found.place
    shape = ReceiptProofShape(
        salt=place.salt.hex(),
        interval=place.interval,
        index=place.index,
        count=found.count,
        path=tuple(step.hex() for step in place.path),
        entry=place.entry,
        size=found.size,
        proof=_base64(found.path),
    )
    return Response(shape)


def _base64(path: "list[bytes] | tuple[bytes, ...]") -> tuple[str, ...]:
    return tuple(b64encode(step).decode() for step in path)


TLOG_ROUTES = [
    get_checkpoint, get_tile, get_object, get_epoch_part, get_video_facts, get_retention, get_log,
    get_consistency, get_inclusion, get_epoch_index, get_trust_index, get_reason, get_receipt_proof,
]  # fmt: skip

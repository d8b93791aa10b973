"""The operator's page over HTTP: the one-time link, what goes on, removing and restoring."""

from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect

from plainview.app.http.creators import shapes_of
from plainview.app.http.pages import ASK_AGAIN, INDEX, asset_response
from plainview.app.http.service import COOKIE, Service, operator_of, service_of, token_of
from plainview.app.http.shapes import VideoShape
from plainview.app.http.uploads import words_error
from plainview.core.catalogue import BadWords
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import VideoId
from plainview.flows.open_session import open_session
from plainview.flows.publish_video import MAKE_VIDEO
from plainview.flows.remove_video import REASON_CODES, remove_video, restore_video
from plainview.flows.run_jobs import LEASE_MS
from plainview.ports.commands import Refused
from plainview.ports.intake import JobRecord
from plainview.ports.view import UseOperatorLink

JOBS_MAX = 100
VIDEOS_MAX = 100
COOKIE_S = 400 * 24 * 3600
MINUTE_MS = 60_000
STATES = {"waiting": "queued", "leased": "running", "done": "done", "failed": "failed"}

LINK_USED = """\
<!doctype html><title>Plainview: link used</title>
<meta name="viewport" content="width=device-width">
<body style="font:16px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem">
<h1>This operator link was used already</h1>
<p>It works once, so that nobody who finds it later becomes the operator.
For a new one, on the machine of the service: <code>.venv/bin/plainview operator link</code></p>
"""


class JobsTally(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs by where they are."""

    queued: int
    running: int
    failed: int


class VideosTally(msgspec.Struct, frozen=True, kw_only=True):
    """Videos, and how many of them were taken down at some time."""

    published: int
    removed: int


class EpochsTally(msgspec.Struct, frozen=True, kw_only=True):
    """The newest epoch, and how long ago it was frozen."""

    newest: int
    age_ms: int


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What goes on. `reports_open`: reports of comments that no operator hid, not settled yet.
    `invented_…`: what of the counts is the demonstration's invented viewers'; None without any."""

    jobs: JobsTally
    videos: VideosTally
    epochs: EpochsTally
    events_per_min: int
    invented_events_per_min: int | None
    slates_per_min: int
    viewers: int
    invented_viewers: int | None
    creators: int
    uploads_refused: int
    reports_open: int


class JobShape(msgspec.Struct, frozen=True, kw_only=True):
    """A job: what it works on, its video once there is one, how far it is, and its last error."""

    id: str
    kind: str
    subject: str
    state: str
    video: str | None
    attempts: int
    progress_per_mille: int
    error: str | None
    updated_ms: int


class JobsShape(msgspec.Struct, frozen=True, kw_only=True):
    """Running and queued ones first, then the newest that ended."""

    jobs: tuple[JobShape, ...]


class VideosShape(msgspec.Struct, frozen=True, kw_only=True):
    """Videos found, newest first, removed ones marked."""

    videos: tuple[VideoShape, ...]
    reason_codes: dict[str, str]


class RemoveBody(msgspec.Struct, frozen=True, kw_only=True):
    """Why. `public_reason` is shown to whoever meets the gap; empty: the code's own words."""

    reason_code: str
    public_reason: str = ""


class RestoreBody(msgspec.Struct, frozen=True, kw_only=True):
    """Why the removal is undone, for the record."""

    public_reason: str = ""


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The decision is durable; feeds follow within a second."""

    id: str
    is_removed: bool


@get("/operator", include_in_schema=False)
async def get_operator(request: Request[Any, Any, Any], key: str = "") -> Response[Any]:
    """The operator's page; with a fresh key, make this session the operator's first."""
    service = service_of(request)
    if not key:
        return await service.in_pool(asset_response, request, INDEX, cache=ASK_AGAIN)
    wired = service.wired
    token, _ = await service.in_pool(
        open_session,
        token_of(request),
        views=wired.reads,
        writer=wired.writer,
        chance=wired.chance,
        clock=wired.clock,
    )
    link = UseOperatorLink(key_hash=digest_of(key.encode()), token_hash=digest_of(token.encode()))
    try:
        await service.in_pool(wired.writer.submit, link)
    except Refused:
        return Response(LINK_USED, status_code=403, media_type=MediaType.HTML)
    cookie = Cookie(
        key=COOKIE, value=token, httponly=True, samesite="lax", path="/", max_age=COOKIE_S
    )
    return Redirect("/operator", status_code=303, cookies=[cookie])


@get("/api/v1/operator/overview", summary="What goes on", sync_to_thread=True)
def get_overview(request: Request[Any, Any, Any]) -> Overview:
    """Counts of everything, for the operator."""
    operator_of(request)
    service = service_of(request)
    wired = service.wired
    now_ms = wired.clock.now_ms()
    invented = service.invented(since_ms=now_ms - MINUTE_MS)
    tally = wired.reads.tally(since_ms=now_ms - MINUTE_MS)
    epoch = wired.reads.newest_epoch()
    return Overview(
        jobs=JobsTally(
            queued=tally["jobs_waiting"], running=tally["jobs_leased"], failed=tally["jobs_failed"]
        ),
        videos=VideosTally(published=tally["videos"], removed=tally["removed"]),
        epochs=EpochsTally(
            newest=epoch.number if epoch else 0, age_ms=now_ms - epoch.frozen_ms if epoch else 0
        ),
        events_per_min=tally["events_recent"],
        invented_events_per_min=invented.events_recent if invented else None,
        slates_per_min=tally["slates_recent"],
        viewers=tally["viewers"],
        invented_viewers=invented.viewers if invented else None,
        creators=tally["creators"],
        uploads_refused=tally["uploads_refused"],
        reports_open=tally["reports_open"],
    )


@get("/api/v1/operator/jobs", summary="Jobs", sync_to_thread=True)
def get_jobs(request: Request[Any, Any, Any]) -> JobsShape:
    """What the worker does and did."""
    operator_of(request)
    service = service_of(request)
    jobs = service.wired.reads.jobs(count=JOBS_MAX)
    return JobsShape(jobs=tuple(_job_shape(service, job) for job in jobs))


def _job_shape(service: Service, job: JobRecord) -> JobShape:
    upload = service.wired.reads.upload(job.subject) if job.kind == MAKE_VIDEO else None
    is_leased = job.stage == "leased"
    return JobShape(
        id=str(job.id),
        kind=job.kind,
        subject=(upload.filename or upload.caption) if upload else job.subject,
        state=STATES[job.stage],
        video=str(upload.video) if upload and upload.video is not None else None,
        attempts=job.attempts,
        progress_per_mille=upload.progress_per_mille if upload else 0,
        error=job.last_error or None,
        updated_ms=job.finished_ms or (job.lease_ms - LEASE_MS if is_leased else job.created_ms),
    )


@get("/api/v1/operator/videos", summary="Find videos", sync_to_thread=True)
def get_videos(
    request: Request[Any, Any, Any],
    asked: Annotated[str, QueryParameter(name="query", max_length=100)] = "",
) -> VideosShape:
    """Videos whose caption, tags, creator or number hold `query`."""
    viewer = operator_of(request).viewer
    service = service_of(request)
    ids = service.wired.reads.videos_by_query(asked, count=VIDEOS_MAX)
    return VideosShape(
        videos=shapes_of(service, ids, viewer, hidden=0), reason_codes=dict(REASON_CODES)
    )


@post(
    "/api/v1/operator/videos/{video_id:int}/remove",
    status_code=200,
    summary="Remove a video",
    sync_to_thread=True,
)
def post_remove(request: Request[Any, Any, Any], video_id: int, data: RemoveBody) -> Decided:
    """Take a video out of every feed and of the media, with a reason that stays on record."""
    operator_of(request)
    wired = service_of(request).wired
    try:
        remove_video(
            VideoId(video_id),
            reason_code=data.reason_code,
            public_reason=data.public_reason,
            decision=wired.chance.token(16).hex(),
            at_ms=wired.clock.now_ms(),
            writer=wired.writer,
        )
    except BadWords as error:
        raise words_error(error) from error
    return Decided(id=str(video_id), is_removed=True)


@post(
    "/api/v1/operator/videos/{video_id:int}/restore",
    status_code=200,
    summary="Restore a video",
    sync_to_thread=True,
)
def post_restore(
    request: Request[Any, Any, Any], video_id: int, data: RestoreBody | None = None
) -> Decided:
    """Undo a removal."""
    operator_of(request)
    wired = service_of(request).wired
    restore_video(
        VideoId(video_id),
        public_reason=data.public_reason if data else "",
        decision=wired.chance.token(16).hex(),
        at_ms=wired.clock.now_ms(),
        writer=wired.writer,
    )
    return Decided(id=str(video_id), is_removed=False)


OPERATOR_ROUTES = [
    get_operator,
    get_overview,
    get_jobs,
    get_videos,
    post_remove,
    post_restore,
]

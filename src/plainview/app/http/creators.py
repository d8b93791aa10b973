"""Creators over HTTP: their page, becoming one, and changing or withdrawing one's own videos."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, patch, put

from plainview.app.http.errors import ERRORS, ApiError, ErrorKind
from plainview.app.http.service import Service, service_of, session_of
from plainview.app.http.shapes import (
    GONE,
    CreatorShape,
    VideoShape,
    creator_shape,
    video_shape,
)
from plainview.app.http.uploads import UploadShape, upload_shape, words_error
from plainview.core.catalogue import BadWords
from plainview.core.terms.epoch import FLAG_WITHDRAWN
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.flows.become_creator import become_creator
from plainview.flows.edit_video import edit_video
from plainview.flows.remove_video import withdraw_video
from plainview.flows.write_comment import allow_comments
from plainview.ports.catalogue import CreatorRecord

ERRORS.update({
    "no_video": ErrorKind(404, "Check the address; it may have been removed."),
    "handle_taken": ErrorKind(409, "Choose another handle."),
})  # fmt: skip

VIDEOS_MAX = 200
UPLOADS_MAX = 50


class CreatorPage(msgspec.Struct, frozen=True, kw_only=True):
    """A creator and what can be played of theirs, newest first."""

    creator: CreatorShape
    videos: tuple[VideoShape, ...]


class KeptShape(msgspec.Struct, frozen=True, kw_only=True):
    """What the asker saved and liked, marked last first, VIDEOS_MAX of each at most, and how many
    of those were removed or withdrawn since and are left out."""

    saved: tuple[VideoShape, ...]
    liked: tuple[VideoShape, ...]
    saved_gone: int
    liked_gone: int


class RemovalShape(msgspec.Struct, frozen=True, kw_only=True):
    """Why and when the operator removed one of the asker's videos."""

    video: str
    reason_code: str
    public_reason: str
    removed_ms: int


class MeShape(msgspec.Struct, frozen=True, kw_only=True):
    """The asker's own page: removed videos are marked, withdrawn ones are gone."""

    creator: CreatorShape | None
    videos: tuple[VideoShape, ...]
    removals: tuple[RemovalShape, ...]
    uploads: tuple[UploadShape, ...]


class MeBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a creator's page says."""

    name: str
    handle: str
    bio: str = ""


class VideoBody(msgspec.Struct, frozen=True, kw_only=True):
    """New words under a video, and whether viewers may add theirs; what is left out stays."""

    caption: str | None = None
    takes_comments: bool | None = None
    tags: Annotated[list[str], msgspec.Meta(max_length=100)] | None = None


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """The video is out of every feed."""

    id: str


def shapes_of(
    service: Service, ids: Iterable[VideoId], viewer: ViewerId | None, *, hidden: int
) -> tuple[VideoShape, ...]:
    """Videos for the wire in the order of `ids`, without those that have one of the flags."""
    wanted = list(ids)
    records = service.wired.reads.videos(wanted)
    state = service.serving.folds.state(viewer) if viewer is not None else None
    return tuple(
        video_shape(records[video], state=state)
        for video in wanted
        if video in records and not records[video].flags & hidden
    )


@get("/api/v1/creators/{handle:str}", summary="A creator's page", sync_to_thread=True)
def get_creator(request: Request[Any, Any, Any], handle: str) -> CreatorPage:
    """Whoever publishes under that handle, and their videos."""
    service = service_of(request)
    viewer = session_of(request).viewer
    creator = service.wired.reads.creator(handle.lstrip("@"))
    if creator is None:
        raise ApiError("not_found", f"There is no creator @{handle}.")
    ids = service.wired.reads.videos_of(creator.id, count=VIDEOS_MAX)
    return CreatorPage(
        creator=creator_shape(creator), videos=shapes_of(service, ids, viewer, hidden=GONE)
    )


@get("/api/v1/kept", summary="What I saved and liked", sync_to_thread=True)
def get_kept(request: Request[Any, Any, Any]) -> KeptShape:
    """The videos the asker saved and liked, read from the asker's own events."""
    service, viewer = service_of(request), session_of(request).viewer
    state = service.serving.folds.state(viewer)
    saved, liked = _kept(service, viewer, state.saved), _kept(service, viewer, state.liked)
    return KeptShape(
        saved=saved,
        liked=liked,
        saved_gone=min(len(state.saved), VIDEOS_MAX) - len(saved),
        liked_gone=min(len(state.liked), VIDEOS_MAX) - len(liked),
    )


def _kept(
    service: Service, viewer: ViewerId, marks: Mapping[VideoId, int]
) -> tuple[VideoShape, ...]:
    """What was marked last first, `marks` being the event of each mark."""
    newest = sorted(marks, key=lambda video: (-marks[video], video))[:VIDEOS_MAX]
    return shapes_of(service, newest, viewer, hidden=GONE)


@get("/api/v1/me", summary="My own page")
async def get_me(request: Request[Any, Any, Any]) -> MeShape:
    """The asker as a creator, if they are one, with uploads under way."""
    return await service_of(request).in_pool(_get_me, request)


def _get_me(request: Request[Any, Any, Any]) -> MeShape:
    service = service_of(request)
    reads, viewer = service.wired.reads, session_of(request).viewer
    creator = reads.creator_of(viewer)
    ids = reads.videos_of(creator.id, count=VIDEOS_MAX) if creator else ()
    videos = shapes_of(service, ids, viewer, hidden=FLAG_WITHDRAWN) if ids else ()
    removed = reads.removals([VideoId(int(one.id)) for one in videos if one.is_removed])
    return MeShape(
        creator=creator_shape(creator) if creator else None,
        videos=videos,
        removals=tuple(
            RemovalShape(
                video=str(video),
                reason_code=one.reason_code,
                public_reason=one.public_reason,
                removed_ms=one.at_ms,
            )
            for video, one in removed.items()
        ),
        uploads=tuple(upload_shape(one) for one in reads.uploads_of(viewer, count=UPLOADS_MAX)),
    )


@put("/api/v1/me", summary="Become a creator, or change my page")
async def put_me(request: Request[Any, Any, Any], data: MeBody) -> CreatorShape:
    """Give the asker's page a name, a handle and a line about them."""
    return await service_of(request).in_pool(_put_me, request, data)


def _put_me(request: Request[Any, Any, Any], data: MeBody) -> CreatorShape:
    wired, viewer = service_of(request).wired, session_of(request).viewer
    try:
        record = become_creator(
            viewer,
            handle=data.handle,
            name=data.name,
            bio=data.bio,
            at_ms=wired.clock.now_ms(),
            writer=wired.writer,
        )
    except BadWords as error:
        raise words_error(error) from error
    return creator_shape(record)


@get("/api/v1/videos/{video_id:int}", summary="One video")
async def get_video(request: Request[Any, Any, Any], video_id: int) -> VideoShape:
    """What a permalink shows."""
    return await service_of(request).in_pool(_get_video, request, video_id)


def _get_video(request: Request[Any, Any, Any], video_id: int) -> VideoShape:
    viewer = session_of(request).viewer
    return _video(service_of(request), VideoId(video_id), viewer)


@patch("/api/v1/videos/{video_id:int}", summary="Edit my video")
async def patch_video(
    request: Request[Any, Any, Any], video_id: int, data: VideoBody
) -> VideoShape:
    """Change caption, tags or the taking of comments of the asker's own video."""
    return await service_of(request).in_pool(_patch_video, request, video_id, data)


def _patch_video(request: Request[Any, Any, Any], video_id: int, data: VideoBody) -> VideoShape:
    service = service_of(request)
    wired, viewer = service.wired, session_of(request).viewer
    creator = _creator_of(service, viewer)
    record = wired.reads.videos([VideoId(video_id)]).get(VideoId(video_id))
    if record is None:
        raise ApiError("no_video", f"There is no video {video_id}.")
    try:
        edit_video(
            VideoId(video_id),
            creator=creator.id,
            caption=record.caption if data.caption is None else data.caption,
            tags=record.tags if data.tags is None else tuple(data.tags),
            at_ms=wired.clock.now_ms(),
            writer=wired.writer,
        )
    except BadWords as error:
        raise words_error(error) from error
    if data.takes_comments is not None:
        allow_comments(
            VideoId(video_id),
            creator=creator.id,
            is_allowed=data.takes_comments,
            writer=wired.writer,
        )
    return _video(service, VideoId(video_id), viewer)


@delete(
    "/api/v1/videos/{video_id:int}",
    status_code=200,
    summary="Withdraw my video",
)
async def delete_video(request: Request[Any, Any, Any], video_id: int) -> Gone:
    """Take the asker's own video out of every feed for good; its files follow."""
    return await service_of(request).in_pool(_delete_video, request, video_id)


def _delete_video(request: Request[Any, Any, Any], video_id: int) -> Gone:
    service = service_of(request)
    wired = service.wired
    creator = _creator_of(service, session_of(request).viewer)
    withdraw_video(
        VideoId(video_id),
        creator=creator.id,
        decision=wired.chance.token(16).hex(),
        at_ms=wired.clock.now_ms(),
        writer=wired.writer,
    )
    return Gone(id=str(video_id))


def _creator_of(service: Service, viewer: ViewerId) -> CreatorRecord:
    creator = service.wired.reads.creator_of(viewer)
    if creator is None:
        raise ApiError("not_yours", "Only the creator of a video can do that.")
    return creator


def _video(service: Service, video: VideoId, viewer: ViewerId) -> VideoShape:
    record = service.wired.reads.videos([video]).get(video)
    if record is None:
        raise ApiError("no_video", f"There is no video {video}.")
    if record.flags & GONE:
        raise ApiError("removed", "This video was removed.")
    return video_shape(record, state=service.serving.folds.state(viewer))


CREATOR_ROUTES = [get_creator, get_kept, get_me, put_me, get_video, patch_video, delete_video]

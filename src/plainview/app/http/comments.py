"""Comments over HTTP: reading, writing, deleting, reporting; hiding, by creator or operator."""

from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, post
from litestar.params import Parameter

from plainview.app.http.errors import ERRORS, ApiError, ErrorKind
from plainview.app.http.service import Service, operator_of, service_of, session_of, viewer_of
from plainview.app.http.shapes import GONE, CreatorShape, VideoShape, creator_shape, video_shape
from plainview.app.http.view import EventsShape
from plainview.core.social import COMMENT_MAX, BadComment
from plainview.core.terms.ids import CommentId, VideoId, ViewerId
from plainview.flows.hide_comment import (
    hide_as_creator,
    hide_as_operator,
    leave_comment,
    show_as_operator,
)
from plainview.flows.remove_video import REASON_CODES
from plainview.flows.write_comment import (
    REPORT_REASONS,
    delete_comment,
    report_comment,
    write_comment,
)
from plainview.ports.comments import CommentRecord, decided_record

ERRORS.update({
    "bad_comment": ErrorKind(400, "Correct the text; the message says what is wrong."),
    "no_comment": ErrorKind(404, "It was deleted; read the comments again."),
    "comments_off": ErrorKind(403, "Its creator takes no comments on this video."),
    "key_taken": ErrorKind(409, "Send it again with a new key."),
    "too_many_comments": ErrorKind(429, "Wait wait_ms milliseconds, then send it again."),
    "too_many_reports": ErrorKind(429, "Report again tomorrow."),
})  # fmt: skip

PAGE = 20
PAGE_MAX = 100
REPORTED_MAX = 100
TEXT_MAX = 20 * COMMENT_MAX
"""What is read of a text before it is cleaned; a longer one is refused unread."""

_Key = Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z_-]{1,32}$")]
_Before = Annotated[int | None, Parameter(ge=1, le=2**63 - 1)]
_Page = Annotated[int, Parameter(ge=1, le=PAGE_MAX)]


class LoggedShape(msgspec.Struct, frozen=True, kw_only=True):
    """Where the public log has the decision that hides a comment, and what its commitment is the
    SHA-256 of: the salt (in hex), then the record."""

    entry: int
    salt: str
    record: str


class CommentShape(msgspec.Struct, frozen=True, kw_only=True):
    """A comment. `creator` is the page it was said under; without one `alias` tells its writer
    apart under this video, for good: a page made later is not told. `hidden_by` is creator,
    operator or empty; hidden ones go to their writer, the video's creator and the operator alone.
    `reason_code` and `public_reason` are the operator's; `logged` goes to their writer alone."""

    id: str
    video: str
    text: str
    at_ms: int
    alias: str
    creator: CreatorShape | None
    is_mine: bool
    is_creators: bool
    hidden_by: str
    reason_code: str
    public_reason: str
    logged: LoggedShape | None


class CommentsShape(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first. `next` is the `before` of the next page, null where there is none.
    `hide_reasons` are the codes an operator hides by, empty for everybody else."""

    comments: tuple[CommentShape, ...]
    next: str | None
    count: int
    takes_comments: bool
    may_hide: bool
    report_reasons: dict[str, str]
    hide_reasons: dict[str, str]


class MyCommentsShape(msgspec.Struct, frozen=True, kw_only=True):
    """The asker's own under any video, newest first, hidden ones too."""

    comments: tuple[CommentShape, ...]
    next: str | None


class CommentBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is said. Repeat it with the same key until it is answered."""

    text: Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
    key: _Key


class WrittenShape(msgspec.Struct, frozen=True, kw_only=True):
    """The comment as everybody sees it, and its event, by which the client extends its own head."""

    comment: CommentShape
    events: EventsShape


class ReportBody(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with it: one of `report_reasons`."""

    reason: str


class HideBody(msgspec.Struct, frozen=True, kw_only=True):
    """Why. The operator gives a `reason_code`; `public_reason` is shown to who wrote it."""

    reason_code: str = ""
    public_reason: str = ""


class CommentDone(msgspec.Struct, frozen=True, kw_only=True):
    """It is durable."""

    id: str


class ReportedShape(msgspec.Struct, frozen=True, kw_only=True):
    """A reported comment: how often for which reason, the newest at `newest_ms`, by reports that
    are open, and the video it is under."""

    comment: CommentShape
    reasons: dict[str, int]
    newest_ms: int
    video: VideoShape | None


class LeaveBody(msgspec.Struct, frozen=True, kw_only=True):
    """The `newest_ms` of what was read: reports that came since stay open."""

    newest_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class ReportedListShape(msgspec.Struct, frozen=True, kw_only=True):
    """Those not hidden first, the most often reported first."""

    reported: tuple[ReportedShape, ...]
    reason_codes: dict[str, str]


def _comment(number: int) -> CommentId:
    """The id in an address. Raises: ApiError: no_comment: no comment has such a number."""
    if not 0 < number < 2**63:
        raise ApiError("no_comment", "There is no such comment.")
    return CommentId(number)


def _video(number: int) -> VideoId:
    """The id in an address. Raises: ApiError: no_video: no video has such a number."""
    if not 0 < number < 2**63:
        raise ApiError("no_video", f"There is no video {number}.")
    return VideoId(number)


def comment_error(error: BadComment) -> ApiError:
    """The answer to a text or reason that cannot be kept."""
    return ApiError("bad_comment", f"{error.message} {error.what_to_do}", field=error.code)


def _shape(one: CommentRecord, *, viewer: ViewerId, author: int = 0) -> CommentShape:
    """`author` is the creator of the video."""
    is_mine, logged = one.viewer == viewer, None
    if is_mine and one.logged is not None:
        record = decided_record(
            one.id, video=one.video, text=one.text, public_reason=one.public_reason
        )
        entry, salt = one.logged
        logged = LoggedShape(entry=entry, salt=salt.hex(), record=record.decode())
    return CommentShape(
        id=str(one.id),
        video=str(one.video),
        text=one.text,
        at_ms=one.at_ms,
        alias=one.alias,
        creator=creator_shape(one.creator) if one.creator else None,
        is_mine=is_mine,
        is_creators=one.creator is not None and one.creator.id == author,
        hidden_by=one.hidden_by,
        reason_code=one.reason_code,
        public_reason=one.public_reason,
        logged=logged,
    )


def _page(records: list[CommentRecord], *, count: int) -> tuple[list[CommentRecord], str | None]:
    """One page of `records`, of which one more than a page was asked for, and where to go on."""
    page = records[:count]
    return page, str(page[-1].id) if len(records) > count else None


@get("/api/v1/videos/{video_id:int}/comments", summary="Comments", sync_to_thread=True)
def get_comments(
    request: Request[Any, Any, Any], video_id: int, before: _Before = None, count: _Page = PAGE
) -> CommentsShape:
    """What is said under a video, newest first; `before` is a comment's id, from `next`. What those
    say whom the asker blocked or muted is left out, so that a page may be shorter."""
    service, session = service_of(request), session_of(request)
    wired, viewer = service.wired, session.viewer
    asked = _video(video_id)
    video = wired.reads.videos([asked]).get(asked)
    if video is None:
        raise ApiError("no_video", f"There is no video {video_id}.")
    if video.flags & GONE:
        raise ApiError("removed", "This video was removed.")
    found = wired.comments.comments(
        video.id,
        before=CommentId(before) if before else None,
        count=count + 1,
        viewer=viewer,
        with_hidden=session.is_operator,
    )
    page, next_before = _page(list(found), count=count)
    state = service.serving.folds.state(viewer)
    unseen = {*state.blocks, *state.mutes}
    page = [one for one in page if one.creator is None or one.creator.id not in unseen]
    mine = wired.reads.creator_of(viewer)
    return CommentsShape(
        comments=tuple(_shape(one, viewer=viewer, author=video.creator.id) for one in page),
        next=next_before,
        count=wired.comments.count(video.id),
        takes_comments=video.takes_comments,
        may_hide=session.is_operator or (mine is not None and mine.id == video.creator.id),
        report_reasons=dict(REPORT_REASONS),
        hide_reasons=dict(REASON_CODES) if session.is_operator else {},
    )


@get("/api/v1/me/comments", summary="My comments", sync_to_thread=True)
def get_my_comments(
    request: Request[Any, Any, Any], before: _Before = None, count: _Page = PAGE
) -> MyCommentsShape:
    """All that the asker said and did not delete."""
    viewer = viewer_of(request)
    found = service_of(request).wired.comments.comments_by(
        viewer, before=CommentId(before) if before else None, count=count + 1
    )
    page, next_before = _page(list(found), count=count)
    return MyCommentsShape(
        comments=tuple(_shape(one, viewer=viewer) for one in page), next=next_before
    )


@post("/api/v1/videos/{video_id:int}/comments", status_code=201, summary="Write a comment")
async def post_comment(
    request: Request[Any, Any, Any], video_id: int, data: CommentBody
) -> WrittenShape:
    """Keep it and chain its event; both durable when answered. Again with its key: the same."""
    return await service_of(request).in_pool(_post_comment, request, video_id, data)


def _post_comment(
    request: Request[Any, Any, Any], video_id: int, data: CommentBody
) -> WrittenShape:
    service, viewer = service_of(request), viewer_of(request)
    wired = service.wired
    try:
        written = write_comment(
            data.text,
            video=_video(video_id),
            viewer=viewer,
            key=data.key,
            at_ms=wired.clock.now_ms(),
            writer=wired.writer,
        )
    except BadComment as error:
        raise comment_error(error) from error
    record = wired.comments.comment(written.comment)
    if record is None:
        raise ApiError("no_comment", "You deleted this comment.")
    return WrittenShape(
        comment=_shape(record, viewer=viewer, author=_author(service, record.video)),
        events=EventsShape(
            events=(written.event.decode(),), n=written.n, head=written.head, refused=()
        ),
    )


def _author(service: Service, video: VideoId) -> int:
    record = service.wired.reads.videos([video]).get(video)
    return record.creator.id if record else 0


@delete("/api/v1/comments/{comment_id:int}", status_code=200, summary="Delete my comment")
async def delete_comment_route(request: Request[Any, Any, Any], comment_id: int) -> CommentDone:
    """Erase what the asker said."""
    wired, viewer = service_of(request).wired, viewer_of(request)
    await service_of(request).in_pool(
        delete_comment, _comment(comment_id), viewer=viewer, writer=wired.writer
    )
    return CommentDone(id=str(comment_id))


@post("/api/v1/comments/{comment_id:int}/report", status_code=200, summary="Report a comment")
async def post_comment_report(
    request: Request[Any, Any, Any], comment_id: int, data: ReportBody
) -> CommentDone:
    """Put it before the operator, once."""
    wired, viewer = service_of(request).wired, viewer_of(request)
    try:
        await service_of(request).in_pool(
            report_comment,
            _comment(comment_id),
            viewer=viewer,
            reason=data.reason,
            at_ms=wired.clock.now_ms(),
            writer=wired.writer,
        )
    except BadComment as error:
        raise comment_error(error) from error
    return CommentDone(id=str(comment_id))


@post("/api/v1/comments/{comment_id:int}/hide", status_code=200, summary="Hide a comment")
async def post_hide(
    request: Request[Any, Any, Any], comment_id: int, data: HideBody
) -> CommentDone:
    """As the operator, with a reason code, for the log; else as the creator of the video."""
    return await service_of(request).in_pool(_decide, request, _comment(comment_id), data)


@post("/api/v1/comments/{comment_id:int}/show", status_code=200, summary="Show a comment again")
async def post_show(request: Request[Any, Any, Any], comment_id: int) -> CommentDone:
    """Undo a hiding: the operator anybody's, a creator their own."""
    return await service_of(request).in_pool(_decide, request, _comment(comment_id), None)


def _decide(
    request: Request[Any, Any, Any], comment: CommentId, data: HideBody | None
) -> CommentDone:
    """Hide for `data`, or show for None."""
    wired, session = service_of(request).wired, session_of(request)
    decision, at_ms = wired.chance.token(16).hex(), wired.clock.now_ms()
    creator = wired.reads.creator_of(session.viewer)
    record = wired.comments.comment(comment)
    author = _author(service_of(request), record.video) if record else 0
    is_own = creator is not None and creator.id == author
    if session.is_operator and not (is_own and data is not None and not data.reason_code):
        if data is None:
            show_as_operator(comment, decision=decision, at_ms=at_ms, writer=wired.writer)
        else:
            try:
                hide_as_operator(
                    comment, reason_code=data.reason_code, public_reason=data.public_reason,
                    decision=decision, at_ms=at_ms, writer=wired.writer,
                )  # fmt: skip
            except BadComment as error:
                raise comment_error(error) from error
    elif creator is None:
        raise ApiError("not_yours", "Only the creator of a video can do that.")
    else:
        hide_as_creator(
            comment, creator=creator.id, is_hidden=data is not None, decision=decision,
            at_ms=at_ms, writer=wired.writer,
        )  # fmt: skip
    return CommentDone(id=str(comment))


@get("/api/v1/operator/comments", summary="Reported comments", sync_to_thread=True)
def get_reported(request: Request[Any, Any, Any]) -> ReportedListShape:
    """What viewers reported, for the operator."""
    viewer = operator_of(request).viewer
    wired = service_of(request).wired
    found = wired.comments.reported_comments(count=REPORTED_MAX)
    videos = wired.reads.videos({one.comment.video for one in found})
    return ReportedListShape(
        reported=tuple(
            ReportedShape(
                comment=_shape(one.comment, viewer=viewer),
                reasons=dict(one.reasons),
                newest_ms=one.newest_ms,
                video=video_shape(videos[one.comment.video], state=None)
                if one.comment.video in videos
                else None,
            )
            for one in found
        ),
        reason_codes=dict(REASON_CODES),
    )


@post(
    "/api/v1/operator/comments/{comment_id:int}/leave",
    status_code=200,
    summary="Leave a reported comment as it is",
)
async def post_leave(
    request: Request[Any, Any, Any], comment_id: int, data: LeaveBody
) -> CommentDone:
    """Settle the reports that the operator read; who and when is kept, and a later one shows."""
    return await service_of(request).in_pool(_leave, request, _comment(comment_id), data)


def _leave(request: Request[Any, Any, Any], comment: CommentId, data: LeaveBody) -> CommentDone:
    operator, wired = operator_of(request).viewer, service_of(request).wired
    leave_comment(
        comment, operator=operator, until_ms=data.newest_ms, at_ms=wired.clock.now_ms(),
        writer=wired.writer,
    )  # fmt: skip
    return CommentDone(id=str(comment))


COMMENT_ROUTES = [
    get_comments, get_my_comments, post_comment, delete_comment_route, post_comment_report,
    post_hide, post_show, get_reported, post_leave,
]  # fmt: skip

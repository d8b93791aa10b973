"""Write a comment, take one's own back, report one, and say whether a video takes any."""

from typing import Final

from plainview.core.social import BadComment, clean_comment
from plainview.core.terms.ids import CommentId, CreatorId, VideoId, ViewerId
from plainview.ports.commands import Writer
from plainview.ports.comments import (
    AllowComments,
    CommentWritten,
    DeleteComment,
    ReportComment,
    WriteComment,
)

REPORT_REASONS: Final = {
    "hateful": "It is hateful or harasses somebody",
    "dangerous": "It threatens or endangers people",
    "sexual": "It is sexual",
    "privacy": "It shows private matters",
    "spam": "It is spam or a scam",
    "other": "Something else",
}
"""What a viewer may say is wrong with a comment, in words to choose from."""


def write_comment(
    text: str, *, video: VideoId, viewer: ViewerId, key: str, at_ms: int, writer: Writer
) -> CommentWritten:
    """Keep what the viewer says under the video, with its event; durable on return.

    Args: text: as typed. key: the client's own for this comment, so that a repeat writes one.
    Raises: BadComment. Refused: see `WriteComment`. WriterGone.
    """
    return writer.submit(
        WriteComment(viewer=viewer, video=video, key=key, text=clean_comment(text), at_ms=at_ms)
    )


def delete_comment(comment: CommentId, *, viewer: ViewerId, writer: Writer) -> None:
    """Erase what the viewer said. Raises: Refused: `no_comment`, `not_yours`. WriterGone."""
    writer.submit(DeleteComment(viewer=viewer, comment=comment))


def report_comment(
    comment: CommentId, *, viewer: ViewerId, reason: str, at_ms: int, writer: Writer
) -> None:
    """Put it before the operator.

    Raises: BadComment: `bad_reason`. Refused: `no_comment`, `too_many_reports`. WriterGone.
    """
    if reason not in REPORT_REASONS:
        raise BadComment(
            "bad_reason", f"{reason!r} is no reason.", f"Use one of {', '.join(REPORT_REASONS)}."
        )
    writer.submit(ReportComment(viewer=viewer, comment=comment, reason=reason, at_ms=at_ms))


def allow_comments(video: VideoId, *, creator: CreatorId, is_allowed: bool, writer: Writer) -> None:
    """Let the creator's own video be commented on, or not.

    Raises: Refused: `no_video`, `not_yours`. WriterGone.
    """
    writer.submit(AllowComments(video=video, creator=creator, is_allowed=is_allowed))

"""Hide a comment or show it again, a creator under their own video, the operator anywhere; or leave
it as it is."""

from typing import Final

from plainview.core.social import BadComment
from plainview.core.terms.ids import CommentId, CreatorId, ViewerId
from plainview.flows.remove_video import reason_in_words
from plainview.ports.commands import Writer
from plainview.ports.comments import DecideComment, SettleReports

BY_CREATOR: Final = "by_creator"
RESTORED: Final = "restored"


def hide_as_creator(
    comment: CommentId, *, creator: CreatorId, is_hidden: bool, decision: str, at_ms: int,
    writer: Writer,
) -> None:  # fmt: skip
    """Hide or show a comment under the creator's own video.

    Args: decision: 32 hex digits, fresh, so that a repeat decides once.
    Raises: Refused: `no_comment`; `not_yours`: another's video, or the operator hides it.
        WriterGone.
    """
    writer.submit(
        DecideComment(
            id=decision,
            comment=comment,
            action="hide" if is_hidden else "restore",
            author="creator",
            creator=creator,
            reason_code=BY_CREATOR,
            at_ms=at_ms,
        )
    )


def hide_as_operator(
    comment: CommentId, *, reason_code: str, public_reason: str, decision: str, at_ms: int,
    writer: Writer,
) -> None:  # fmt: skip
    """Hide a comment from everybody but who wrote it, who is told why; a logged decision.

    Raises: BadComment: `bad_reason`. Refused: `no_comment`. WriterGone.
    """
    words = reason_in_words(reason_code, public_reason, refused=BadComment)
    writer.submit(
        DecideComment(
            id=decision,
            comment=comment,
            action="hide",
            author="operator",
            reason_code=reason_code,
            public_reason=words,
            at_ms=at_ms,
        )
    )


def show_as_operator(comment: CommentId, *, decision: str, at_ms: int, writer: Writer) -> None:
    """Undo whoever's hiding of it; a logged decision. Raises: Refused: `no_comment`. WriterGone."""
    writer.submit(
        DecideComment(
            id=decision,
            comment=comment,
            action="restore",
            author="operator",
            reason_code=RESTORED,
            at_ms=at_ms,
        )
    )


def leave_comment(
    comment: CommentId, *, operator: ViewerId, until_ms: int, at_ms: int, writer: Writer
) -> None:
    """Settle the reports of a comment that the operator saw, and leave it as it is.

    Args: until_ms: when the newest report that the operator was shown was made.
    Raises: Refused: `no_viewer`, `no_comment`. WriterGone.
    """
    writer.submit(SettleReports(operator=operator, comment=comment, until_ms=until_ms, at_ms=at_ms))

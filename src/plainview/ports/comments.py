"""What is said under videos, as commands and reads. Rules of the text: `core.social`."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from plainview.core.terms.ids import CommentId, CreatorId, Digest, VideoId, ViewerId
from plainview.ports.catalogue import CreatorRecord
from plainview.ports.commands import Command, Done


class CommentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A comment that is not deleted.

    `creator` is the page under which it was said, as that page is now; None where its writer had
    none then, even if they have one by now. `alias` tells such comments' writers apart under one
    video and says nothing elsewhere; under a page it is empty. `reason_code` and `public_reason`
    are those of the operator who hides it, else empty. `hidden_by` is "creator", "operator" or "",
    nobody. `logged` is where the log has that decision
    and the salt of its commitment to `decided_record`, None where nothing is logged.
    """

    id: CommentId
    video: VideoId
    viewer: ViewerId
    creator: CreatorRecord | None
    alias: str
    text: str
    at_ms: int
    hidden_by: str
    reason_code: str
    public_reason: str
    logged: tuple[int, bytes] | None = None


def decided_record(comment: CommentId, *, video: VideoId, text: str, public_reason: str) -> bytes:
    """What the log's entry of a decision commits to (`specs/log-entries.md` §2).

    >>> decided_record(CommentId(3), video=VideoId(7), text="Buy!", public_reason="It sells.")
    b'3\\n7\\nBuy!\\nIt sells.'
    """
    return f"{comment}\n{video}\n{text}\n{public_reason}".encode()


class CommentWritten(msgspec.Struct, frozen=True, kw_only=True):
    """The comment's id, its event in canonical form, and where the viewer's chain ends."""

    comment: CommentId
    event: bytes
    n: int
    head: Digest


class WriteComment(Command[CommentWritten], frozen=True, kw_only=True):
    """Keep a comment and append its event to the viewer's chain, in one transaction.

    It is said under the writer's page as it stands in that transaction, or under none, for good.
    If the chain has the key, the comment it stands for is the answer. The event holds the comment's
    id and nothing of its text. Refused: `no_viewer`; `key_taken`: the key is another event's;
    `no_video`; `removed`: the video is; `comments_off`; `too_many_comments` (detail wait_ms).
    """

    viewer: ViewerId
    video: VideoId
    key: str
    text: str
    at_ms: int


class DeleteComment(Command[Done], frozen=True, kw_only=True):
    """Erase the text of the viewer's own comment for good; its event stays in their chain.

    Deleting it again changes nothing. Refused: `no_comment`; `not_yours`.
    """

    viewer: ViewerId
    comment: CommentId


class DecideComment(Command[Done], frozen=True, kw_only=True):
    """Hide a comment or show it again, once per `id`; `action` is "hide" or "restore".

    By author "creator" under a video of theirs, by "operator" anywhere: what the operator decides
    is logged, and a creator cannot show what the operator hides. Refused: `no_comment`;
    `not_yours`.
    """

    id: str
    comment: CommentId
    action: str
    author: str
    creator: CreatorId = CreatorId(0)
    reason_code: str = ""
    public_reason: str = ""
    at_ms: int


class ReportComment(Command[Done], frozen=True, kw_only=True):
    """Put a comment before the operator, once per viewer. Refused: `no_viewer`, `no_comment`,
    `too_many_reports`: REPORTS_A_DAY were made within a day."""

    viewer: ViewerId
    comment: CommentId
    reason: str
    at_ms: int


REPORTS_A_DAY = 100


class SettleReports(Command[Done], frozen=True, kw_only=True):
    """Leave a comment as it is: its open reports made until `until_ms` are settled by `operator`.

    A later one is open, and brings the comment back before the operator. Settling again changes
    nothing. Refused: `no_viewer`, `no_comment`.
    """

    operator: ViewerId
    comment: CommentId
    until_ms: int
    at_ms: int


class AllowComments(Command[Done], frozen=True, kw_only=True):
    """Let a creator's own video be commented on, or not. What is there stays and is shown again
    when they are. Refused: `no_video`, `not_yours`."""

    video: VideoId
    creator: CreatorId
    is_allowed: bool


class ReportedComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment with how often it was reported for which reason, by reports that are open, the
    newest of them made at `newest_ms`."""

    comment: CommentRecord
    reasons: Mapping[str, int]
    newest_ms: int


class CommentReads(Protocol):
    """What is read of comments. Each call sees all that was acknowledged before it."""

    def comments(
        self,
        video: VideoId,
        *,
        before: CommentId | None,
        count: int,
        viewer: ViewerId | None,
        with_hidden: bool = False,
    ) -> Sequence[CommentRecord]:
        """The newest `count` under a video whose id is below `before`, newest first.

        Hidden ones only where `viewer` wrote them or is the video's creator, or `with_hidden`.
        """
        ...

    def comment(self, comment: CommentId) -> CommentRecord | None:
        """None when there is none of that id, or it was deleted."""
        ...

    def count(self, video: VideoId) -> int:
        """How many comments everybody sees under it."""
        ...

    def comments_by(
        self, viewer: ViewerId, *, before: CommentId | None, count: int
    ) -> Sequence[CommentRecord]:
        """The viewer's own under any video, newest first, hidden ones too."""
        ...

    def reported_comments(self, *, count: int) -> Sequence[ReportedComment]:
        """Those of which reports are open: those the operator does not hide first, the most often
        reported first."""
        ...

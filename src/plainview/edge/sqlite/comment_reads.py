"""What is read of comments."""

# ruff: noqa: S608 - the pieces of statements are constants of this module

from collections.abc import Sequence
from typing import Any

import msgspec

from plainview.core.terms.ids import CommentId, VideoId, ViewerId
from plainview.edge.sqlite.reads import SqliteReads
from plainview.ports.catalogue import CreatorRecord
from plainview.ports.comments import CommentRecord, ReportedComment

_COMMENT = (
    "c.id, c.video, viewers.id, alias, text, c.at_ms, hidden_by, creators.id, handle, name, bio,"
    " avatar,"
    " reason_code, public_reason, entry, salt"
    " FROM comments AS c JOIN viewers ON no = c.viewer"
    " LEFT JOIN creators ON creators.id = c.creator"
    " LEFT JOIN comment_decisions AS d ON hidden_by = 'operator' AND d.n ="
    " (SELECT max(n) FROM comment_decisions WHERE comment = c.id)"
)
NEWEST = 2**63 - 1
_REASONS = msgspec.json.Decoder(dict[str, int])


def _comment(row: Sequence[Any]) -> CommentRecord:
    creator = None
    if row[7] is not None:
        creator = CreatorRecord(id=row[7], handle=row[8], name=row[9], bio=row[10], avatar=row[11])
    return CommentRecord(
        id=row[0], video=row[1], viewer=row[2], creator=creator, alias=row[3], text=row[4],
        at_ms=row[5], hidden_by=row[6], reason_code=row[12] or "", public_reason=row[13] or "",
        logged=None if row[15] is None else (row[14], row[15]),
    )  # fmt: skip


class SqliteCommentReads:
    """`CommentReads` over the connections of `reads`. Safe to share between threads."""

    def __init__(self, reads: SqliteReads) -> None:
        self._reads = reads

    def comments(
        self,
        video: VideoId,
        *,
        before: CommentId | None,
        count: int,
        viewer: ViewerId | None,
        with_hidden: bool = False,
    ) -> Sequence[CommentRecord]:
        """See `CommentReads`."""
        rows = self._reads.db.execute(
            f"SELECT {_COMMENT} WHERE c.video = :video AND c.id < :before AND NOT is_deleted"
            " AND (hidden_by = '' OR :hidden OR viewers.id = :viewer"
            " OR EXISTS (SELECT 1 FROM videos AS v JOIN creators AS own ON own.id = v.creator"
            " JOIN viewers AS w ON w.no = own.viewer"
            " WHERE v.id = c.video AND w.id = :viewer)) ORDER BY c.id DESC LIMIT :count",
            {
                "video": video,
                "before": before or NEWEST,
                "viewer": viewer,
                "count": count,
                "hidden": with_hidden,
            },
        )
        return [_comment(row) for row in rows]

    def comment(self, comment: CommentId) -> CommentRecord | None:
        """See `CommentReads`."""
        row = self._reads.db.execute(
            f"SELECT {_COMMENT} WHERE c.id = ? AND NOT is_deleted", (comment,)
        ).fetchone()
        return row and _comment(row)

    def count(self, video: VideoId) -> int:
        """See `CommentReads`."""
        row = self._reads.db.execute("SELECT comments FROM videos WHERE id = ?", (video,))
        return int((row.fetchone() or (0,))[0])

    def comments_by(
        self, viewer: ViewerId, *, before: CommentId | None, count: int
    ) -> Sequence[CommentRecord]:
        """See `CommentReads`."""
        rows = self._reads.db.execute(
            f"SELECT {_COMMENT} WHERE c.viewer = (SELECT no FROM viewers WHERE id = ?)"
            " AND c.id < ? AND NOT is_deleted ORDER BY c.id DESC LIMIT ?",
            (viewer, before or NEWEST, count),
        )
        return [_comment(row) for row in rows]

    def reported_comments(self, *, count: int) -> Sequence[ReportedComment]:
        """See `CommentReads`."""
        rows = self._reads.db.execute(
            "SELECT comment, json_group_object(reason, times), sum(times) AS reports, max(newest)"
            " FROM (SELECT comment, reason, count(*) AS times, max(at_ms) AS newest"
            " FROM comment_reports WHERE settled_ms IS NULL GROUP BY comment, reason)"
            " JOIN comments ON comments.id = comment WHERE NOT is_deleted GROUP BY comment"
            " ORDER BY hidden_by = 'operator', reports DESC, comment DESC LIMIT ?",
            (count,),
        ).fetchall()
        found = ((self.comment(CommentId(row[0])), row) for row in rows)
        return [
            ReportedComment(comment=one, reasons=_REASONS.decode(row[1]), newest_ms=row[3])
            for one, row in found
            if one is not None
        ]

"""Carries out what is said under videos: writing, deleting, hiding, reporting, settling."""

import sqlite3

from plainview.core.events import comment_draft, parse_event
from plainview.core.history import CommentDecided, commitment, record_salt
from plainview.core.social import COMMENTS_A_DAY, DAY_MS, wait_ms
from plainview.core.terms.ids import CommentId, Digest, VideoId
from plainview.edge.sqlite.carrying import carries_out, changed_catalogue
from plainview.edge.sqlite.entries import append_entry, has_begun
from plainview.edge.sqlite.view import append_events, viewer_end
from plainview.ports.commands import Done, Refused
from plainview.ports.comments import (
    REPORTS_A_DAY,
    AllowComments,
    CommentWritten,
    DecideComment,
    DeleteComment,
    ReportComment,
    SettleReports,
    WriteComment,
    decided_record,
)

ALIAS_BYTES = 2


@carries_out(WriteComment)
def write_comment(db: sqlite3.Cursor, command: WriteComment) -> CommentWritten:
    """Add the row, then the event that names it."""
    no, n, head, _, _ = viewer_end(db, command.viewer)
    known = db.execute(
        "SELECT body FROM events WHERE viewer = ? AND key = ?", (no, command.key)
    ).fetchone()
    if known is not None:
        event = parse_event(known[0])
        if event.kind != "comment":
            raise Refused("key_taken", "This key stands for something else you did.")
        return CommentWritten(comment=event.comment, event=known[0], n=n, head=head)
    _check_open(db, command.video)
    _check_pace(db, no, command.at_ms)
    creator, alias = _said_as(db, no, command.video)
    db.execute(
        "INSERT INTO comments (video, viewer, creator, alias, text, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (command.video, no, creator, alias, command.text, command.at_ms),
    )
    comment = CommentId(db.lastrowid or 0)
    draft = comment_draft(
        key=command.key, video=command.video, comment=comment, at_ms=command.at_ms
    )
    n, head, (body,) = append_events(db, no, n, head, [draft])
    db.execute("UPDATE viewers SET n = ?, head = ? WHERE no = ?", (n, bytes.fromhex(head), no))
    _count(db, command.video, 1)
    return CommentWritten(comment=comment, event=body, n=n, head=Digest(head))


def _said_as(db: sqlite3.Cursor, no: int, video: VideoId) -> tuple[int | None, str]:
    """The writer's page as of now, or the alias of who has none: never both, since one alias on two
    comments would name who said the earlier one before they had a page."""
    row = db.execute("SELECT id FROM creators WHERE viewer = ?", (no,)).fetchone()
    if row is not None:
        return row[0], ""
    (secret,) = db.execute("SELECT secret FROM viewer_salts WHERE viewer = ?", (no,)).fetchone()
    return None, record_salt(secret, label="alias", number=video)[:ALIAS_BYTES].hex()


def _check_open(db: sqlite3.Cursor, video: VideoId) -> None:
    row = db.execute("SELECT takes_comments FROM videos WHERE id = ?", (video,)).fetchone()
    if row is None:
        raise Refused("no_video", f"There is no video {video}.")
    taken = [
        action
        for (action,) in db.execute(
            "SELECT action FROM decisions WHERE video = ?"
            " AND action IN ('remove', 'restore', 'withdraw') ORDER BY n",
            (video,),
        )
    ]
    if "withdraw" in taken or taken[-1:] == ["remove"]:
        raise Refused("removed", "This video was removed.")
    if not row[0]:
        raise Refused("comments_off", "Its creator takes no comments on this video.")


def _check_pace(db: sqlite3.Cursor, no: int, at_ms: int) -> None:
    written = db.execute(
        "SELECT at_ms FROM comments WHERE viewer = ? AND at_ms > ? ORDER BY id DESC LIMIT ?",
        (no, at_ms - DAY_MS, COMMENTS_A_DAY),
    ).fetchall()
    wait = wait_ms([one for (one,) in written], now_ms=at_ms)
    if wait > 0:
        raise Refused(
            "too_many_comments",
            f"That is many comments in a short time; go on in {-(-wait // 1000)} s.",
            {"wait_ms": wait},
        )


def _count(db: sqlite3.Cursor, video: VideoId, change: int) -> None:
    db.execute("UPDATE videos SET comments = comments + ? WHERE id = ?", (change, video))


def _found(db: sqlite3.Cursor, comment: CommentId) -> tuple[VideoId, int, str, bool]:
    """(video, writer, hidden_by, is_deleted). Raises: Refused: no_comment."""
    row = db.execute(
        "SELECT video, viewer, hidden_by, is_deleted FROM comments WHERE id = ?", (comment,)
    ).fetchone()
    if row is None:
        raise Refused("no_comment", "There is no such comment.")
    return VideoId(row[0]), row[1], row[2], bool(row[3])


@carries_out(DeleteComment)
def delete_comment(db: sqlite3.Cursor, command: DeleteComment) -> Done:
    """Erase what was said, who reported it, and what could tie the log's commitments to it."""
    no = viewer_end(db, command.viewer)[0]
    video, writer, hidden_by, is_deleted = _found(db, command.comment)
    if writer != no:
        raise Refused("not_yours", "Only who wrote a comment can delete it.")
    if not is_deleted:
        db.execute(
            "UPDATE comments SET text = '', alias = '', creator = NULL, is_deleted = 1"
            " WHERE id = ?",
            (command.comment,),
        )
        db.execute("DELETE FROM comment_reports WHERE comment = ?", (command.comment,))
        db.execute(
            "UPDATE comment_decisions SET salt = NULL, public_reason = '' WHERE comment = ?",
            (command.comment,),
        )
        if not hidden_by:
            _count(db, video, -1)
    return Done()


@carries_out(DecideComment)
def decide_comment(db: sqlite3.Cursor, command: DecideComment) -> Done:
    """Add the decision, and hide or show the comment by it."""
    if db.execute("SELECT 1 FROM comment_decisions WHERE id = ?", (command.id,)).fetchone():
        return Done()
    video, _, hidden_by, is_deleted = _found(db, command.comment)
    if is_deleted:
        raise Refused("no_comment", "This comment was deleted.")
    if command.author == "creator":
        (creator,) = db.execute("SELECT creator FROM videos WHERE id = ?", (video,)).fetchone()
        if creator != command.creator or hidden_by == "operator":
            raise Refused("not_yours", "Only the creator of a video can do that.")
    hides = command.author if command.action == "hide" else ""
    db.execute(
        "INSERT INTO comment_decisions (id, comment, action, author, reason_code, public_reason,"
        " at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            command.id, command.comment, command.action, command.author, command.reason_code,
            command.public_reason, command.at_ms,
        ),
    )  # fmt: skip
    if command.author == "operator":
        _log_decision(db, db.lastrowid or 0, command)
    db.execute("UPDATE comments SET hidden_by = ? WHERE id = ?", (hides, command.comment))
    if bool(hides) != bool(hidden_by):
        _count(db, video, -1 if hides else 1)
    return Done()


def _log_decision(db: sqlite3.Cursor, n: int, command: DecideComment) -> None:
    """Append the decision `n`, which is stored, and keep where, and the salt of what it names."""
    if not has_begun(db):
        return
    secret, video, text = db.execute(
        "SELECT secret, video, text FROM comments JOIN viewer_salts USING (viewer) WHERE id = ?",
        (command.comment,),
    ).fetchone()
    salt = record_salt(secret, label="comment", number=n)
    record = decided_record(
        command.comment, video=video, text=text, public_reason=command.public_reason
    )
    entry = append_entry(
        db,
        CommentDecided(
            comment=commitment(salt, record),
            action=command.action,  # type: ignore[arg-type]  # encode_entry refuses others
            author=command.author,  # type: ignore[arg-type]
            reason_code=command.reason_code,  # type: ignore[arg-type]
            at_ms=command.at_ms,
        ),
    )
    db.execute("UPDATE comment_decisions SET entry = ?, salt = ? WHERE n = ?", (entry, salt, n))


@carries_out(ReportComment)
def report_comment(db: sqlite3.Cursor, command: ReportComment) -> Done:
    """Add the viewer's report, if it is their first of this comment."""
    no = viewer_end(db, command.viewer)[0]
    if _found(db, command.comment)[3]:
        raise Refused("no_comment", "This comment was deleted.")
    (lately,) = db.execute(
        "SELECT count(*) FROM comment_reports WHERE viewer = ? AND at_ms > ? AND comment <> ?",
        (no, command.at_ms - DAY_MS, command.comment),
    ).fetchone()
    if lately >= REPORTS_A_DAY:
        raise Refused("too_many_reports", f"You reported {lately} comments within a day.")
    db.execute(
        "INSERT OR IGNORE INTO comment_reports (comment, viewer, reason, at_ms)"
        " VALUES (?, ?, ?, ?)",
        (command.comment, no, command.reason, command.at_ms),
    )
    return Done()


@carries_out(SettleReports)
def settle_reports(db: sqlite3.Cursor, command: SettleReports) -> Done:
    """Mark the open reports that were seen, with who settled them and when."""
    no = viewer_end(db, command.operator)[0]
    if _found(db, command.comment)[3]:
        raise Refused("no_comment", "This comment was deleted.")
    db.execute(
        "UPDATE comment_reports SET settled_ms = ?, settled_by = ?"
        " WHERE comment = ? AND settled_ms IS NULL AND at_ms <= ?",
        (command.at_ms, no, command.comment, command.until_ms),
    )
    return Done()


@carries_out(AllowComments)
def allow_comments(db: sqlite3.Cursor, command: AllowComments) -> Done:
    """Change the mark, and tell readers that a video's record is another."""
    row = db.execute("SELECT creator FROM videos WHERE id = ?", (command.video,)).fetchone()
    if row is None:
        raise Refused("no_video", f"There is no video {command.video}.")
    if row[0] != command.creator:
        raise Refused("not_yours", "Only the creator of a video can do that.")
    changed = db.execute(
        "UPDATE videos SET takes_comments = ? WHERE id = ? AND takes_comments <> ?",
        (command.is_allowed, command.video, command.is_allowed),
    ).rowcount
    if changed:
        changed_catalogue(db)
    return Done()

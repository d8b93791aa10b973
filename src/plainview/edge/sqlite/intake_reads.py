"""What intake reads of the database: uploads, jobs, and what the operator's page shows."""

# ruff: noqa: S608 - the pieces of statements are constants of this module

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from plainview.core.terms.ids import CreatorId, Digest, VideoId, ViewerId
from plainview.edge.sqlite.jobs import DUE
from plainview.edge.sqlite.reads import SqliteReads
from plainview.ports.intake import JobRecord, Reason, UploadId, UploadRecord
from plainview.ports.view import Invented

_UPLOAD = (
    "u.id, viewers.id, u.creator, filename, u.caption, u.tags, u.topics, u.language, size_bytes,"
    " received_bytes, stage, progress_per_mille, priority, digest, u.receipt, signature, refusal,"
    " u.created_ms, expires_ms, finished_ms, videos.id FROM uploads AS u"
    " JOIN viewers ON no = u.viewer LEFT JOIN videos ON videos.upload = u.id"
)
_JOB = (
    "id, kind, subject, priority, stage, attempts, failures, lease_ms, not_before_ms, last_error,"
    " created_ms, finished_ms FROM jobs"
)
_WORDS = msgspec.json.Decoder(tuple[str, ...])
_REASON = msgspec.json.Decoder(Reason)


def _upload(row: Sequence[Any]) -> UploadRecord:
    fields = dict(zip(UploadRecord.__struct_fields__, row, strict=True))
    fields["tags"] = _WORDS.decode(fields["tags"])
    fields["topics"] = _WORDS.decode(fields["topics"])
    fields["reason"] = fields["reason"] and _REASON.decode(fields["reason"])
    return UploadRecord(**fields)


class SqliteIntakeReads(SqliteReads):
    """`IntakeReads` beside all that serving reads. Safe to share between threads."""

    def upload(self, upload: UploadId) -> UploadRecord | None:
        """See `IntakeReads`."""
        row = self.db.execute(f"SELECT {_UPLOAD} WHERE u.id = ?", (upload,)).fetchone()
        return row and _upload(row)

    def uploads_of(self, viewer: ViewerId, *, count: int) -> Sequence[UploadRecord]:
        """See `IntakeReads`."""
        rows = self.db.execute(
            f"SELECT {_UPLOAD} WHERE viewers.id = ? ORDER BY u.created_ms DESC, u.id LIMIT ?",
            (viewer, count),
        )
        return [_upload(row) for row in rows]

    def uploads_in(self, stage: str, *, expired_by_ms: int) -> Sequence[UploadId]:
        """See `IntakeReads`."""
        rows = self.db.execute(
            "SELECT id FROM uploads WHERE stage = ? AND expires_ms <= ? ORDER BY id",
            (stage, expired_by_ms),
        )
        return [upload for (upload,) in rows]

    def viewer_of(self, creator: CreatorId) -> ViewerId | None:
        """See `IntakeReads`."""
        row = self.db.execute(
            "SELECT viewers.id FROM creators JOIN viewers ON no = viewer WHERE creators.id = ?",
            (creator,),
        ).fetchone()
        return ViewerId(row[0]) if row else None

    def is_wanted(self, digest: Digest) -> bool:
        """See `IntakeReads`."""
        (found,) = self.db.execute(
            "SELECT EXISTS (SELECT 1 FROM renditions AS r WHERE r.object = :digest AND NOT EXISTS"
            " (SELECT 1 FROM decisions AS d WHERE d.video = r.video AND action = 'withdraw'))"
            " OR EXISTS (SELECT 1 FROM videos AS v WHERE v.poster = :digest AND NOT EXISTS"
            " (SELECT 1 FROM decisions AS d WHERE d.video = v.id AND action = 'withdraw'))"
            " OR EXISTS (SELECT 1 FROM creators WHERE avatar = :digest)",
            {"digest": digest},
        ).fetchone()
        return bool(found)

    def files_of(self, video: VideoId) -> Sequence[Digest]:
        """See `IntakeReads`."""
        rows = self.db.execute(
            "SELECT object FROM renditions WHERE video = :video UNION"
            " SELECT poster FROM videos WHERE id = :video",
            {"video": video},
        )
        return sorted(Digest(digest) for (digest,) in rows)

    def jobs(self, *, count: int) -> Sequence[JobRecord]:
        """See `IntakeReads`."""
        rows = self.db.execute(
            f"SELECT {_JOB} ORDER BY stage NOT IN ('leased', 'waiting'), stage = 'waiting',"
            " CASE WHEN finished_ms IS NULL THEN -priority ELSE -finished_ms END, id LIMIT ?",
            (count,),
        )
        return [JobRecord(**dict(zip(JobRecord.__struct_fields__, r, strict=True))) for r in rows]

    def open_subjects(self, kind: str) -> Sequence[str]:
        """See `IntakeReads`."""
        rows = self.db.execute(
            "SELECT subject FROM jobs WHERE stage IN ('waiting', 'leased') AND kind = ?", (kind,)
        )
        return sorted(subject for (subject,) in rows)

    def uploads_ahead(self, *, of: int) -> Sequence[UploadId]:
        """See `IntakeReads`."""
        rows = self.db.execute(
            "SELECT id FROM uploads WHERE stage IN ('queued', 'probing', 'encoding')"
            " UNION SELECT upload FROM videos WHERE id > ? AND upload IS NOT NULL",
            (of,),
        )
        return sorted(upload for (upload,) in rows)

    def is_more_urgent(self, kinds: Sequence[str], *, priority: int, at_ms: int) -> bool:
        """See `IntakeReads`."""
        names = {f"kind{i}": kind for i, kind in enumerate(kinds)}
        marks = ", ".join(f":{name}" for name in names)
        (found,) = self.db.execute(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE stage IN ('waiting', 'leased')"
            f" AND priority > :priority AND {DUE} AND kind IN ({marks}))",
            {"priority": priority, "at_ms": at_ms, **names},
        ).fetchone()
        return bool(found)

    def videos_by_query(self, query: str, *, count: int) -> Sequence[VideoId]:
        """See `IntakeReads`."""
        like = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        rows = self.db.execute(
            "SELECT videos.id FROM videos JOIN creators ON creators.id = videos.creator"
            " WHERE caption LIKE :like ESCAPE '\\' OR tags LIKE :like ESCAPE '\\'"
            " OR handle LIKE :like ESCAPE '\\' OR name LIKE :like ESCAPE '\\'"
            " OR CAST(videos.id AS TEXT) = :query ORDER BY videos.id DESC LIMIT :count",
            {"like": like, "query": query.strip(), "count": count},
        )
        return [VideoId(video) for (video,) in rows]

    def tally(self, *, since_ms: int) -> Mapping[str, int]:
        """See `IntakeReads`."""
        names = list(_TALLY)
        row: tuple[int, ...] = self.db.execute(
            "SELECT " + ", ".join(f"({_TALLY[name]})" for name in names), {"since_ms": since_ms}
        ).fetchone()
        return dict(zip(names, row, strict=True))

    def invented(self, *, since_ms: int) -> Invented:
        """See `IntakeReads`."""
        viewers, recent, events = self.db.execute(
            f"WITH crowd AS ({_CROWD}) SELECT count(*), coalesce(sum(created_ms >= :since_ms), 0),"
            f" ({_EVENTS_RECENT} AND viewer IN (SELECT no FROM crowd)) FROM crowd",
            {"since_ms": since_ms},
        ).fetchone()
        return Invented(viewers=viewers, viewers_recent=recent, events_recent=events)


_CROWD = (
    "SELECT no, viewers.created_ms FROM sessions JOIN viewers ON no = viewer"
    " WHERE substr(token_hash, 1, 32) = id"
)
"""As `seed_crowd` names them; anybody else's name and session are drawn apart."""
_EVENTS_RECENT = (
    "SELECT count(*) FROM (SELECT viewer, body FROM events ORDER BY seq DESC LIMIT 20000)"
    " WHERE json_extract(CAST(body AS TEXT), '$.at_ms') >= :since_ms"
)
_TALLY = {
    "videos": "SELECT count(*) FROM videos",
    "removed": "SELECT count(DISTINCT video) FROM decisions WHERE action IN ('remove', 'withdraw')",
    "creators": "SELECT count(*) FROM creators",
    "viewers": "SELECT count(*) FROM viewers",
    "slates": "SELECT count(*) FROM receipts",
    "events": "SELECT coalesce(max(seq), 0) FROM events",
    "epochs": "SELECT coalesce(max(number), 0) FROM epochs",
    "uploads_refused": "SELECT count(*) FROM uploads WHERE stage = 'refused'",
    "reports_open": "SELECT count(*) FROM comment_reports AS r JOIN comments AS c"
    " ON c.id = comment WHERE settled_ms IS NULL AND hidden_by <> 'operator' AND NOT is_deleted",
    "jobs_waiting": "SELECT count(*) FROM jobs WHERE stage = 'waiting'",
    "jobs_leased": "SELECT count(*) FROM jobs WHERE stage = 'leased'",
    "jobs_failed": "SELECT count(*) FROM jobs WHERE stage = 'failed'",
    "events_recent": _EVENTS_RECENT,
    "slates_recent": "SELECT count(*) FROM receipts WHERE issued_ms >= :since_ms",
}

"""Carries out a video's way in: uploads, publishing, decisions, creators."""

import sqlite3

import msgspec

from plainview.core.catalogue import ACTIONS, LABELLER_CREATOR
from plainview.core.history import PromiseRefused
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.edge.sqlite.carrying import carries_out, changed_catalogue
from plainview.edge.sqlite.entries import append_entry, has_begun
from plainview.edge.sqlite.tlog import log_decision
from plainview.edge.stating import state_promise
from plainview.ports.catalogue import CreatorRecord, RenditionRecord
from plainview.ports.commands import Done, Refused
from plainview.ports.intake import (
    OPEN_UPLOADS_MAX,
    AddRenditions,
    BecomeCreator,
    BeginUpload,
    DecideVideo,
    EditVideo,
    FinishReceiving,
    ForgetUpload,
    NoteProgress,
    NoteReceived,
    Published,
    PublishVideo,
    RefuseUpload,
    UploadReceived,
)
from plainview.ports.text import Meaning, SetMeaning

URGENT_ACTIONS = ("remove", "withdraw")
MAKE_VIDEO = "make_video"
FORGET_FILES = "forget_files"
READ_TEXT = "read_text"


def json_text(value: object) -> str:
    """JSON for a TEXT column."""
    return msgspec.json.encode(value).decode()


@carries_out(BeginUpload)
def begin_upload(db: sqlite3.Cursor, command: BeginUpload) -> Done:
    """Add the row."""
    if db.execute("SELECT 1 FROM uploads WHERE id = ?", (command.upload,)).fetchone():
        return Done()
    found = db.execute(
        "SELECT viewers.no, creators.id FROM viewers JOIN creators ON creators.viewer = viewers.no"
        " WHERE viewers.id = ?",
        (command.viewer,),
    ).fetchone()
    if found is None:
        raise Refused("no_creator", "Give your page a name and a handle first, then upload.")
    (unfinished,) = db.execute(
        "SELECT count(*) FROM uploads WHERE viewer = ? AND finished_ms IS NULL", (found[0],)
    ).fetchone()
    if unfinished >= OPEN_UPLOADS_MAX:
        raise Refused("too_many_uploads", f"{unfinished} of your uploads are unfinished.")
    db.execute(
        "INSERT INTO uploads (id, viewer, creator, filename, caption, tags, topics, language,"
        " size_bytes, priority, stage, created_ms, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'receiving', ?, ?)",
        (
            command.upload, *found, command.filename, command.caption, json_text(command.tags),
            json_text(command.topics), command.language, command.size_bytes, command.priority,
            command.at_ms, command.expires_ms,
        ),
    )  # fmt: skip
    return Done()


@carries_out(NoteReceived)
def note_received(db: sqlite3.Cursor, command: NoteReceived) -> Done:
    """Move the durable offset forward."""
    changed = db.execute(
        "UPDATE uploads SET received_bytes = max(received_bytes, ?),"
        " expires_ms = max(expires_ms, ?) WHERE id = ? AND stage = 'receiving'",
        (command.received_bytes, command.expires_ms, command.upload),
    ).rowcount
    if not changed:
        raise Refused("no_upload", "This upload has ended.")
    return Done()


@carries_out(FinishReceiving)
def finish_receiving(db: sqlite3.Cursor, command: FinishReceiving) -> UploadReceived:
    """Keep the first receipt, and queue the work."""
    row = db.execute(
        "SELECT stage, priority, receipt, signature FROM uploads WHERE id = ?", (command.upload,)
    ).fetchone()
    if row is None:
        raise Refused("no_upload", "There is no such upload.")
    stage, priority, receipt, signature = row
    if receipt is not None:
        return UploadReceived(receipt=receipt, signature=signature)
    if stage != "receiving":
        raise Refused("no_upload", "This upload has ended.")
    db.execute(
        "UPDATE uploads SET stage = 'queued', digest = ?, receipt = ?, signature = ?,"
        " received_bytes = size_bytes WHERE id = ?",
        (command.digest, command.receipt, command.signature, command.upload),
    )
    db.execute(
        "INSERT OR IGNORE INTO jobs (kind, subject, priority, created_ms) VALUES (?, ?, ?, ?)",
        (MAKE_VIDEO, command.upload, priority, command.at_ms),
    )
    _promise(db, command)
    return UploadReceived(receipt=command.receipt, signature=command.signature)


def _promise(db: sqlite3.Cursor, command: FinishReceiving) -> None:
    """Log that the upload will be published or refused; nothing before the log has begun."""
    if not has_begun(db):
        return
    (secret,) = db.execute(
        "SELECT secret FROM uploads JOIN viewer_salts ON viewer_salts.viewer = uploads.viewer"
        " WHERE id = ?",
        (command.upload,),
    ).fetchone()
    promise = state_promise(
        command.receipt, secret=secret, upload=command.upload, deadline_ms=command.publish_by_ms,
        at_ms=command.at_ms,
    )  # fmt: skip
    db.execute(
        "INSERT INTO promises (upload, commitment, deadline_ms, entry) VALUES (?, ?, ?, ?)",
        (command.upload, promise.upload, command.publish_by_ms, append_entry(db, promise)),
    )


@carries_out(NoteProgress)
def note_progress(db: sqlite3.Cursor, command: NoteProgress) -> Done:
    """Change what is shown, unless the upload has been ended; a published one keeps its stage."""
    db.execute(
        "UPDATE uploads SET progress_per_mille = ?,"
        " stage = CASE stage WHEN 'published' THEN stage ELSE ? END"
        " WHERE id = ? AND stage IN ('queued', 'probing', 'encoding', 'published')",
        (command.progress_per_mille, command.stage, command.upload),
    )
    return Done()


@carries_out(RefuseUpload)
def refuse_upload(db: sqlite3.Cursor, command: RefuseUpload) -> Done:
    """End it with its reason, and log that if it was promised."""
    changed = db.execute(
        "UPDATE uploads SET stage = 'refused', refusal = ?, finished_ms = ?"
        " WHERE id = ? AND stage NOT IN ('published', 'refused')",
        (json_text(command.reason), command.at_ms, command.upload),
    ).rowcount
    promised = db.execute(
        "SELECT commitment FROM promises WHERE upload = ? AND ended IS NULL", (command.upload,)
    ).fetchone()
    if changed and promised:
        entry = append_entry(
            db,
            PromiseRefused(
                upload=promised[0],
                reason_code=command.reason.code,  # type: ignore[arg-type]  # encode_entry refuses others
                at_ms=command.at_ms,
            ),
        )
        db.execute("UPDATE promises SET ended = ? WHERE upload = ?", (entry, command.upload))
    return Done()


@carries_out(ForgetUpload)
def forget_upload(db: sqlite3.Cursor, command: ForgetUpload) -> Done:
    """Delete the row of an upload that is not whole."""
    db.execute(
        "DELETE FROM uploads WHERE id = ? AND stage = 'receiving' AND (? = 0 OR expires_ms <= ?)",
        (command.upload, command.expired_at_ms, command.expired_at_ms),
    )
    return Done()


@carries_out(PublishVideo)
def publish_video(db: sqlite3.Cursor, command: PublishVideo) -> Published:
    """Add the video with its first renditions, and count a change to the catalogue."""
    known = db.execute("SELECT id FROM videos WHERE upload = ?", (command.upload,)).fetchone()
    if known is not None:
        return Published(video=known[0])
    upload = db.execute(
        "SELECT creator, caption, tags, topics, language FROM uploads"
        " WHERE id = ? AND stage IN ('queued', 'probing', 'encoding')",
        (command.upload,),
    ).fetchone()
    if upload is None:
        raise Refused("no_upload", "This upload has ended.")
    creator, caption, tags, topics, language = upload
    labels = [[topic, LABELLER_CREATOR] for topic in msgspec.json.decode(topics)]
    changed = changed_catalogue(db)
    db.execute(
        "INSERT INTO videos (creator, upload, caption, tags, topics, language, length_ms, width,"
        " height, has_sound, loudness, looks, sound, meaning, meaning_by, thumbhash, poster,"
        " published_ms, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            creator, command.upload, caption, tags, json_text(labels), language,
            command.length_ms, command.width, command.height, command.has_sound, command.loudness,
            command.looks, command.sound, *_columns(command.meaning), command.thumbhash,
            command.poster, command.at_ms, changed,
        ),
    )  # fmt: skip
    video = VideoId(db.lastrowid or 0)
    _keep_renditions(db, video, command.renditions, command.at_ms)
    db.execute("UPDATE promises SET changed = ? WHERE upload = ?", (changed, command.upload))
    db.execute(
        "UPDATE uploads SET stage = 'published', finished_ms = ? WHERE id = ?",
        (command.at_ms, command.upload),
    )
    return Published(video=video)


def _columns(meaning: Meaning | None) -> tuple[bytes, str | None]:
    return (b"", None) if meaning is None else (meaning.numbers, meaning.model)


def _keep_renditions(
    db: sqlite3.Cursor, video: VideoId, renditions: tuple[RenditionRecord, ...], at_ms: int
) -> int:
    """Add those that are not there; how many were not."""
    return db.executemany(
        "INSERT OR IGNORE INTO renditions (video, short_edge, width, height, size_bytes, object,"
        " made_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (video, one.short_edge, one.width, one.height, one.size_bytes, one.object, at_ms)
            for one in renditions
        ],
    ).rowcount


@carries_out(AddRenditions)
def add_renditions(db: sqlite3.Cursor, command: AddRenditions) -> Done:
    """Add what is new, and count a change to the catalogue if anything was."""
    if not db.execute("SELECT 1 FROM videos WHERE id = ?", (command.video,)).fetchone():
        raise Refused("no_video", "There is no such video.")
    if _keep_renditions(db, command.video, command.renditions, command.at_ms):
        _touch(db, command.video, is_urgent=False)
    return Done()


def _touch(db: sqlite3.Cursor, video: VideoId, *, is_urgent: bool) -> int:
    changed = changed_catalogue(db, is_urgent=is_urgent)
    db.execute("UPDATE videos SET changed = ? WHERE id = ?", (changed, video))
    return changed


def _own_video(db: sqlite3.Cursor, video: VideoId, creator: CreatorId | None) -> None:
    """Raises: Refused: `no_video`; `not_yours` when `creator` is given and is another."""
    row = db.execute("SELECT creator FROM videos WHERE id = ?", (video,)).fetchone()
    if row is None:
        raise Refused("no_video", "There is no such video.")
    if creator is not None and row[0] != creator:
        raise Refused("not_yours", "Only the creator of a video can do that.")


@carries_out(DecideVideo)
def decide_video(db: sqlite3.Cursor, command: DecideVideo) -> Done:
    """Add the decision and tell the freezer."""
    if db.execute("SELECT 1 FROM decisions WHERE id = ?", (command.id,)).fetchone():
        return Done()
    assert command.action in ACTIONS, command.action
    _own_video(db, command.video, command.creator if command.author == "creator" else None)
    db.execute(
        "INSERT INTO decisions (id, video, action, author, reason_code, public_reason, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            command.id, command.video, command.action, command.author, command.reason_code,
            command.public_reason, command.at_ms,
        ),
    )  # fmt: skip
    log_decision(
        db, db.lastrowid or 0, command.video, command.action, command.author,
        command.reason_code, command.public_reason, at_ms=command.at_ms,
    )  # fmt: skip
    _touch(db, command.video, is_urgent=command.action in URGENT_ACTIONS)
    if command.action == "withdraw":
        db.execute(
            "INSERT OR IGNORE INTO jobs (kind, subject, priority, created_ms)"
            " VALUES (?, ?, 100, ?)",
            (FORGET_FILES, str(command.video), command.at_ms),
        )
    return Done()


@carries_out(EditVideo)
def edit_video(db: sqlite3.Cursor, command: EditVideo) -> Done:
    """Change the row if anything differs, so that repeating it freezes nothing."""
    _own_video(db, command.video, command.creator)
    read_by = db.execute("SELECT meaning_by FROM videos WHERE id = ?", (command.video,)).fetchone()
    changed = db.execute(
        "UPDATE videos SET caption = ?, tags = ?, meaning = x'', meaning_by = NULL"
        " WHERE id = ? AND (caption, tags) <> (?, ?)",
        (
            command.caption, json_text(command.tags), command.video, command.caption,
            json_text(command.tags),
        ),
    ).rowcount  # fmt: skip
    if changed:
        at = _touch(db, command.video, is_urgent=False)
        if read_by[0] is not None:
            db.execute(
                "INSERT OR IGNORE INTO jobs (kind, subject, priority, created_ms)"
                " VALUES (?, ?, 100, ?)",
                (READ_TEXT, f"{command.video}:{at}", command.at_ms),
            )
    return Done()


@carries_out(SetMeaning)
def set_meaning(db: sqlite3.Cursor, command: SetMeaning) -> Done:
    """Change the row if its words are still those that were read, and it says something else."""
    columns = _columns(command.meaning)
    changed = db.execute(
        "UPDATE videos SET meaning = ?, meaning_by = ? WHERE id = ? AND (caption, tags) = (?, ?)"
        " AND (meaning, meaning_by) IS NOT (?, ?)",
        (*columns, command.video, command.caption, json_text(command.tags), *columns),
    ).rowcount
    if changed:
        _touch(db, command.video, is_urgent=False)
    return Done()


@carries_out(BecomeCreator)
def become_creator(db: sqlite3.Cursor, command: BecomeCreator) -> CreatorRecord:
    """Add or change the viewer's page."""
    viewer = db.execute("SELECT no FROM viewers WHERE id = ?", (command.viewer,)).fetchone()
    if viewer is None:
        raise Refused("no_viewer", "There is no such viewer.")
    taken = db.execute("SELECT viewer FROM creators WHERE handle = ?", (command.handle,)).fetchone()
    if taken is not None and taken[0] != viewer[0]:
        raise Refused("handle_taken", f"@{command.handle} is taken.")
    db.execute(
        "INSERT INTO creators (handle, name, bio, avatar, viewer, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (viewer) DO UPDATE SET handle = excluded.handle,"
        " name = excluded.name, bio = excluded.bio, avatar = coalesce(excluded.avatar, avatar)",
        (
            command.handle, command.name, command.bio, command.avatar, viewer[0], command.at_ms,
        ),
    )  # fmt: skip
    db.execute(
        "INSERT INTO facts VALUES ('creator_changes', '1')"
        " ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )
    row = db.execute(
        "SELECT id, handle, name, bio, avatar FROM creators WHERE viewer = ?", viewer
    ).fetchone()
    return CreatorRecord(id=row[0], handle=row[1], name=row[2], bio=row[3], avatar=row[4])

"""All that is read of the database: `ViewReads`, `ServingReads`, `CatalogueReads` in one.

A connection per thread; statements see what was committed before them.
"""

# ruff: noqa: S608 - the pieces of statements are constants of this module

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from plainview.core.catalogue import (
    Counts,
    Decision,
    RenditionFacts,
    TopicLabel,
    VideoFacts,
    fold_decisions,
    read_sketch,
)
from plainview.core.terms.epoch import COUNTERS
from plainview.core.terms.ids import NO_DIGEST, CreatorId, Digest, VideoId, ViewerId
from plainview.edge.sqlite.database import open_to_read
from plainview.edge.sqlite.kept_videos import KeptVideos
from plainview.edge.sqlite.levers import read_levers
from plainview.ports.catalogue import CreatorRecord, Removal, RenditionRecord, VideoRecord
from plainview.ports.levers import LeverRecord
from plainview.ports.serving import CountedEvent, EpochRecord, HourKey, Pending, PolicyRecord
from plainview.ports.view import Issued, Session, ViewerHead

IDS_PER_QUERY = 500
_TAGS = msgspec.json.Decoder(tuple[str, ...])


class _Label(msgspec.Struct, array_like=True):
    topic: str
    labeller: int


_LABEL_PAIRS = msgspec.json.Decoder(tuple[_Label, ...])


def read_labels(text: str) -> tuple[TopicLabel, ...]:
    """The `topics` column: a JSON list of [topic, labeller]."""
    return tuple(TopicLabel(label.topic, label.labeller) for label in _LABEL_PAIRS.decode(text))


class SqliteReads:
    """Reads the database at `path`. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._kept = KeptVideos()

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = open_to_read(self._path)
        return db

    def _in(self, sql: str, ids: Iterable[int], *before: Any) -> list[tuple[Any, ...]]:
        """Rows of `sql`, whose `{}` stands for the marks of `ids`, asked in bounded pieces."""
        wanted = sorted(set(ids))
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(wanted), IDS_PER_QUERY):
            some = wanted[start : start + IDS_PER_QUERY]
            rows += self.db.execute(sql.format(",".join("?" * len(some))), (*before, *some))
        return rows

    # -------------------------------------------------------------------------------- ViewReads

    def session(self, token_hash: Digest) -> Session | None:
        """See `ViewReads`."""
        row = self.db.execute(
            "SELECT viewers.id, is_operator FROM sessions JOIN viewers ON no = viewer"
            " WHERE token_hash = ?",
            (token_hash,),
        ).fetchone()
        return row and Session(viewer=row[0], is_operator=bool(row[1]))

    def _viewer(self, viewer: ViewerId) -> tuple[int, ViewerHead] | None:
        row = self.db.execute(
            "SELECT no, n, head, number, receipt FROM viewers WHERE id = ?", (viewer,)
        ).fetchone()
        if row is None:
            return None
        no, n, head, number, receipt = row
        return no, ViewerHead(n=n, head=Digest(head.hex()), number=number, receipt=receipt)

    def viewer_head(self, viewer: ViewerId) -> ViewerHead | None:
        """See `ViewReads`."""
        found = self._viewer(viewer)
        return found and found[1]

    def chain_after(self, viewer: ViewerId, n: int) -> tuple[ViewerHead, Sequence[bytes]] | None:
        """See `ViewReads`."""
        # The head is read first: events only grow, so cutting at its n gives one snapshot
        # without a transaction.
        found = self._viewer(viewer)
        if found is None:
            return None
        no, head = found
        if head.n <= n:
            return head, ()
        rows = self.db.execute(
            "SELECT body FROM events WHERE viewer = ? AND n > ? AND n <= ? ORDER BY n",
            (no, n, head.n),
        )
        return head, [body for (body,) in rows]

    def issued(self, viewer: ViewerId, number: int) -> tuple[str, Issued] | None:
        """See `ViewReads`."""
        row = self.db.execute(
            f"SELECT nonce, {_ISSUED} WHERE viewers.id = ? AND receipts.number = ?",
            (viewer, number),
        ).fetchone()
        return row and (row[0], Issued(receipt=row[1], signature=row[2], served=row[3]))

    def receipt(self, receipt: Digest) -> tuple[ViewerId, Issued] | None:
        """See `ViewReads`."""
        row = self.db.execute(
            f"SELECT viewers.id, {_ISSUED} WHERE receipts.id = ?", (receipt,)
        ).fetchone()
        return row and (row[0], Issued(receipt=row[1], signature=row[2], served=row[3]))

    def last_receipts(self, viewer: ViewerId, count: int) -> Sequence[Issued]:
        """See `ViewReads`."""
        rows = self.db.execute(
            f"SELECT {_ISSUED} WHERE viewers.id = ? ORDER BY receipts.number DESC LIMIT ?",
            (viewer, count),
        )
        return [Issued(receipt=row[0], signature=row[1], served=row[2]) for row in rows]

    def levers(self) -> Mapping[str, LeverRecord]:
        """See `LeverReads`."""
        return read_levers(self.db)

    # ----------------------------------------------------------------------------- ServingReads

    def newest_epoch(self) -> EpochRecord | None:
        """See `ServingReads`."""
        return epoch_record(
            self.db.execute(f"SELECT {EPOCH} FROM epochs ORDER BY number DESC LIMIT 1").fetchone()
        )

    def newest_epoch_number(self) -> int:
        """The number of the newest epoch, 0 before the first; cheap enough for every request."""
        (number,) = self.db.execute("SELECT coalesce(max(number), 0) FROM epochs").fetchone()
        return int(number)

    def newest_logged_epoch(self) -> EpochRecord | None:
        """See `ServingReads`."""
        return epoch_record(
            self.db.execute(
                f"SELECT {EPOCH} FROM epochs WHERE entry <"
                " (SELECT coalesce(max(size), 0) FROM log_heads) ORDER BY number DESC LIMIT 1"
            ).fetchone()
        )

    def epoch(self, number: int) -> EpochRecord | None:
        """See `ServingReads`."""
        return epoch_record(
            self.db.execute(f"SELECT {EPOCH} FROM epochs WHERE number = ?", (number,)).fetchone()
        )

    def pending(self) -> Pending:
        """See `ServingReads`."""
        changed, urgent, seq, decisions = self.db.execute(
            "SELECT (SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'catalogue_changes'),"
            " (SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'urgent_changes'),"
            " (SELECT coalesce(max(seq), 0) FROM events),"
            " (SELECT coalesce(max(n), 0) FROM decisions)"
        ).fetchone()
        return Pending(changed=changed, urgent=urgent, seq=seq, decisions=decisions)

    def events_after(self, seq: int, *, count: int) -> Sequence[CountedEvent]:
        """See `ServingReads`."""
        rows = self.db.execute(
            "SELECT seq, viewers.id, body FROM events JOIN viewers ON no = viewer"
            " WHERE seq > ? ORDER BY seq LIMIT ?",
            (seq, count),
        )
        return [CountedEvent(*row) for row in rows]

    def hour_key(self, hour: int) -> HourKey | None:
        """See `ServingReads`."""
        row = self.db.execute(
            "SELECT hour, key, commitment FROM hour_keys WHERE hour = ?", (hour,)
        ).fetchone()
        return row and HourKey(*row)

    def policies(self) -> Sequence[PolicyRecord]:
        """See `ServingReads`."""
        rows = self.db.execute("SELECT name, digest FROM policies ORDER BY place")
        return [PolicyRecord(*row) for row in rows]

    def weights(self) -> Digest | None:
        """See `ServingReads`."""
        row = self.db.execute("SELECT digest FROM weights ORDER BY n DESC LIMIT 1").fetchone()
        return Digest(row[0]) if row else None

    def edition(self) -> str | None:
        """See `ServingReads`."""
        return self.facts().get("edition")

    def facts(self) -> Mapping[str, str]:
        """See `ServingReads`."""
        return dict(self.db.execute("SELECT name, value FROM facts ORDER BY name"))

    # --------------------------------------------------------------------------- CatalogueReads

    def videos(self, ids: Iterable[VideoId]) -> Mapping[VideoId, VideoRecord]:
        """See `CatalogueReads`."""
        return self._kept.videos(ids, db=self.db, read=self._read_videos)

    def _read_videos(self, ids: Iterable[VideoId]) -> Mapping[VideoId, VideoRecord]:
        rows = self._in(f"SELECT {_VIDEO} WHERE videos.id IN ({{}})", ids)
        found = [row[0] for row in rows]
        renditions = defaultdict(list)
        for video, *fields in self._in(f"SELECT {_RENDITION} WHERE video IN ({{}})", found):
            renditions[video].append(_rendition(fields))
        flags, counts = self._flags(found), self.counts(found)
        return {
            row[0]: VideoRecord(
                id=row[0],
                creator=_creator(row[1:6]),
                caption=row[6],
                tags=_TAGS.decode(row[7]),
                topics=read_labels(row[8]),
                language=row[9],
                length_ms=row[10],
                width=row[11],
                height=row[12],
                has_sound=bool(row[13]),
                thumbhash=row[14],
                poster=row[15],
                published_ms=row[16],
                renditions=tuple(renditions[row[0]]),
                counts=counts.get(row[0], (0,) * len(COUNTERS)),
                flags=flags[row[0]],
                comments=row[17],
                takes_comments=bool(row[18]),
            )
            for row in rows
        }

    def creator(self, handle: str) -> CreatorRecord | None:
        """See `CatalogueReads`."""
        row = self.db.execute(
            f"SELECT {_CREATOR} FROM creators WHERE handle = ?", (handle,)
        ).fetchone()
        return row and _creator(row)

    def creator_of(self, viewer: str) -> CreatorRecord | None:
        """See `CatalogueReads`."""
        row = self.db.execute(
            f"SELECT {_CREATOR} FROM creators WHERE viewer ="
            " (SELECT no FROM viewers WHERE viewers.id = ?)",
            (viewer,),
        ).fetchone()
        return row and _creator(row)

    def videos_of(self, creator: CreatorId, *, count: int) -> Sequence[VideoId]:
        """See `CatalogueReads`."""
        rows = self.db.execute(
            "SELECT id FROM videos WHERE creator = ? ORDER BY published_ms DESC, id DESC LIMIT ?",
            (creator, count),
        )
        return [VideoId(video) for (video,) in rows]

    def removals(self, ids: Iterable[VideoId]) -> Mapping[VideoId, Removal]:
        """See `CatalogueReads`."""
        rows = self._in(
            "SELECT video, n, reason_code, public_reason, at_ms FROM decisions"
            " WHERE action = 'remove' AND video IN ({})",
            ids,
        )
        return {
            video: Removal(reason_code=code, public_reason=words, at_ms=at_ms)
            for video, _, code, words, at_ms in sorted(rows)
        }

    def facts_changed_after(self, changed: int) -> Sequence[VideoFacts]:
        """See `CatalogueReads`."""
        rows = self.db.execute(f"SELECT {_FACTS} WHERE changed > ? ORDER BY id", (changed,))
        return self._facts(rows.fetchall())

    def facts_of(self, ids: Iterable[VideoId]) -> Mapping[VideoId, VideoFacts]:
        """See `CatalogueReads`."""
        rows = self._in(f"SELECT {_FACTS} WHERE id IN ({{}})", ids)
        return {facts.id: facts for facts in self._facts(rows)}

    def _facts(self, rows: list[tuple[Any, ...]]) -> list[VideoFacts]:
        ids = [row[0] for row in rows]
        renditions = defaultdict(list)
        for video, *fields in self._in(f"SELECT {_RENDITION} WHERE video IN ({{}})", ids):
            record = _rendition(fields)
            renditions[video].append(
                RenditionFacts(
                    digest=record.object, short_edge=record.short_edge, width=record.width,
                    height=record.height, size_bytes=record.size_bytes,
                )
            )  # fmt: skip
        flags, counts = self._flags(ids), self.counts(ids)
        return [
            VideoFacts(
                id=row[0],
                creator=row[1],
                published_ms=row[2],
                length_ms=row[3],
                caption=row[4],
                tags=_TAGS.decode(row[5]),
                topics=read_labels(row[6]),
                language=row[7],
                has_sound=bool(row[8]),
                looks=int.from_bytes(row[9], "big"),
                sound=read_sketch(row[10]),
                meaning=read_sketch(row[11]),
                meaning_by=row[12] or NO_DIGEST,
                poster=row[13],
                renditions=tuple(renditions[row[0]]),
                flags=flags[row[0]],
                counts=counts.get(row[0], (0,) * len(COUNTERS)),
            )
            for row in rows
        ]

    def counts(self, ids: Iterable[VideoId]) -> Mapping[VideoId, Counts]:
        """See `CatalogueReads`."""
        rows = self._in(
            f"SELECT video, {', '.join(COUNTERS)} FROM counts WHERE video IN ({{}})", ids
        )
        return {row[0]: tuple(row[1:]) for row in rows}

    def _flags(self, ids: Iterable[VideoId]) -> Mapping[VideoId, int]:
        taken: dict[VideoId, list[Decision]] = defaultdict(list)
        rows = self._in(
            "SELECT n, video, action, reason_code FROM decisions WHERE video IN ({})", ids
        )
        for n, video, action, reason_code in rows:
            decision = Decision(n=n, video=video, action=action, reason_code=reason_code)
            taken[video].append(decision)
        return defaultdict(int, {video: fold_decisions(taken[video]) for video in taken})


_ISSUED = (
    "receipts.body, signature, events.body FROM receipts JOIN viewers ON viewers.no ="
    " receipts.viewer JOIN events ON events.viewer = receipts.viewer AND events.n = served_n"
)
EPOCH = "number, root, header, file, starts_from, rows, seq, changed, frozen_ms, served_ms"
_CREATOR = "creators.id, handle, name, bio, avatar"
_VIDEO = (
    f"videos.id, {_CREATOR}, caption, tags, topics, language, length_ms, width, height,"
    " has_sound, thumbhash, poster, published_ms, comments, takes_comments"
    " FROM videos JOIN creators ON creators.id = videos.creator"
)
_FACTS = (
    "id, creator, published_ms, length_ms, caption, tags, topics, language, has_sound, looks,"
    " sound, meaning, meaning_by, poster FROM videos"
)
_RENDITION = "video, short_edge, width, height, size_bytes, object FROM renditions"


def epoch_record(row: tuple[Any, ...] | None) -> EpochRecord | None:
    """The row of EPOCH's columns as a record."""
    if row is None:
        return None
    return EpochRecord(**dict(zip(EpochRecord.__struct_fields__, row, strict=True)))


def _creator(row: Sequence[Any]) -> CreatorRecord:
    return CreatorRecord(id=row[0], handle=row[1], name=row[2], bio=row[3], avatar=row[4])


def _rendition(row: Sequence[Any]) -> RenditionRecord:
    return RenditionRecord(
        short_edge=row[0], width=row[1], height=row[2], size_bytes=row[3], object=row[4]
    )

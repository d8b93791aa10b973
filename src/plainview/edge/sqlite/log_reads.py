"""What is read of the public log: `LogReads`."""

from collections.abc import Sequence
from typing import Any

import msgspec

from plainview.core.terms.ids import Digest
from plainview.edge.sqlite.reads import SqliteReads
from plainview.ports.tlog import (
    Cosignature,
    DecisionReason,
    IntervalRecord,
    IntervalsEnd,
    LogHead,
    PromiseRecord,
    ReceiptPlace,
    RecordToCommit,
    StoredTrust,
)

_SIGNATURES = msgspec.json.Decoder(tuple[tuple[str, str], ...])
_PUBLISHED = "(SELECT coalesce(max(size), 0) FROM log_heads)"


_COMMITTED = (
    "coalesce((SELECT max(upto_seq) FROM intervals),"
    " (SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'log_after_seq'))"
)
"""The last event that an interval holds; NULL before the log has begun."""


class _Event(msgspec.Struct):
    kind: str
    at_ms: int
    number: int = 0


_EVENT = msgspec.json.Decoder(_Event)


class SqliteLogReads:
    """`LogReads` over the database that `reads` reads. Safe to share between threads."""

    def __init__(self, reads: SqliteReads) -> None:
        self._reads = reads

    def _one(self, sql: str, *values: Any) -> Any:
        row = self._reads.db.execute(sql, values).fetchone()
        return row[0] if row else None

    def entries_count(self) -> int:
        """See `LogReads`."""
        return int(self._one("SELECT coalesce(max(n) + 1, 0) FROM log_entries"))

    def log_entries(self, first: int, *, count: int) -> Sequence[bytes]:
        """See `LogReads`."""
        rows = self._reads.db.execute(
            "SELECT body FROM log_entries WHERE n >= ? ORDER BY n LIMIT ?", (first, count)
        )
        return [body for (body,) in rows]

    def entries_of(self, types: Sequence[str], *, first: int, before: int) -> Sequence[bytes]:
        """See `LogReads`."""
        marks = ", ".join("?" * len(types))
        rows = self._reads.db.execute(
            f"SELECT body FROM log_entries WHERE type IN ({marks}) AND n >= ? AND n < ?"  # noqa: S608
            " ORDER BY n",
            (*types, first, before),
        )
        return [body for (body,) in rows]

    def entries_before(
        self, types: Sequence[str], *, before: int, count: int
    ) -> Sequence[tuple[int, bytes]]:
        """See `LogReads`. One search of the index for each type, merged."""
        found: list[tuple[int, bytes]] = []
        for kind in types:
            found += self._reads.db.execute(
                "SELECT n, body FROM log_entries WHERE type = ? AND n < ? ORDER BY n DESC LIMIT ?",
                (kind, before, count),
            )
        return sorted(found, reverse=True)[:count]

    def epoch_entry(self, number: int) -> int | None:
        """See `LogReads`."""
        found = self._one("SELECT entry FROM epochs WHERE number = ?", number)
        return None if found is None else int(found)

    def oldest_epoch(self) -> int:
        """See `LogReads`."""
        return int(self._one("SELECT coalesce(min(number), 0) FROM epochs WHERE entry IS NOT NULL"))

    def trust_entry(self, version: int) -> int | None:
        """See `LogReads`."""
        found = self._one("SELECT entry FROM trust WHERE version = ?", version)
        return None if found is None else int(found)

    def newest_head(self) -> LogHead | None:
        """See `LogReads`."""
        row = self._reads.db.execute(
            "SELECT size, root, at_ms FROM log_heads ORDER BY size DESC LIMIT 1"
        ).fetchone()
        return LogHead(size=row[0], root=row[1], at_ms=row[2]) if row else None

    def heads(self) -> Sequence[LogHead]:
        """See `LogReads`."""
        rows = self._reads.db.execute("SELECT size, root, at_ms FROM log_heads ORDER BY size")
        return [LogHead(size=size, root=root, at_ms=at_ms) for size, root, at_ms in rows]

    def unlogged_since_ms(self) -> int | None:
        """See `LogReads`."""
        entry = self._one(f"SELECT at_ms FROM log_entries WHERE n = {_PUBLISHED}")  # noqa: S608
        event = self._one(
            f"SELECT body FROM events WHERE seq > {_COMMITTED} ORDER BY seq LIMIT 1"  # noqa: S608
        )
        waiting = [] if entry is None else [int(entry)]
        if event is not None:
            waiting.append(_EVENT.decode(event).at_ms)
        return min(waiting, default=None)

    def is_source_logged(self, digest: Digest) -> bool:
        """See `LogReads`."""
        return bool(
            self._one(
                f"SELECT 1 FROM sources WHERE digest = ? AND entry < {_PUBLISHED}",  # noqa: S608
                digest,
            )
        )

    def trust(self) -> StoredTrust | None:
        """See `LogReads`."""
        row = self._reads.db.execute(
            "SELECT version, document, signatures, entry FROM trust ORDER BY version DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        return StoredTrust(
            version=row[0],
            document=row[1].encode(),
            signatures=_SIGNATURES.decode(row[2]),
            entry=row[3],
        )

    def intervals_end(self) -> IntervalsEnd | None:
        """See `LogReads`."""
        row = self._reads.db.execute(
            "SELECT number, upto_seq, at_ms FROM intervals JOIN log_entries ON n = entry"
            " UNION ALL SELECT 0, CAST(value AS INTEGER), at_ms FROM facts"
            " JOIN log_entries ON n = 0 WHERE name = 'log_after_seq'"
            " ORDER BY number DESC LIMIT 1"
        ).fetchone()
        return row and IntervalsEnd(number=row[0], seq=row[1], at_ms=row[2])

    def interval_at(self, seq: int) -> IntervalRecord | None:
        """See `LogReads`."""
        row = self._reads.db.execute(
            "SELECT number, after_seq, upto_seq, receipts, leaves, entry FROM intervals"
            " WHERE upto_seq >= ? ORDER BY upto_seq LIMIT 1",
            (seq,),
        ).fetchone()
        if row is None or row[1] >= seq:
            return None
        return IntervalRecord(**dict(zip(IntervalRecord.__struct_fields__, row, strict=True)))

    def records_after(self, seq: int, *, count: int) -> Sequence[RecordToCommit]:
        """See `LogReads`."""
        rows = self._reads.db.execute(
            "SELECT seq, events.viewer, n, key IS NULL, body, secret FROM events"
            " LEFT JOIN viewer_salts ON viewer_salts.viewer = events.viewer"
            " WHERE seq > ? ORDER BY seq LIMIT ?",
            (seq, count),
        ).fetchall()
        found = []
        for at, viewer, n, is_servers, body, secret in rows:
            number, receipt = 0, None
            if is_servers:
                number, receipt = self._served(viewer, body)
            found.append(RecordToCommit(at, n, body, secret, number, receipt))
        return found

    def _served(self, viewer: int, body: bytes) -> tuple[int, bytes | None]:
        event = _EVENT.decode(body)
        if event.kind != "served":
            return 0, None
        receipt = self._one(
            "SELECT body FROM receipts WHERE viewer = ? AND number = ?", viewer, event.number
        )
        return event.number, receipt

    def receipt_place(self, receipt: Digest) -> ReceiptPlace | None:
        """See `LogReads`."""
        row = self._reads.db.execute(
            "SELECT seq, number, secret FROM receipts JOIN events"
            " ON events.viewer = receipts.viewer AND events.n = served_n"
            " LEFT JOIN viewer_salts ON viewer_salts.viewer = receipts.viewer"
            " WHERE receipts.id = ?",
            (receipt,),
        ).fetchone()
        return row and ReceiptPlace(seq=row[0], number=row[1], secret=row[2])

    def receipts_between(self, after_seq: int, seq: int) -> int:
        """See `LogReads`."""
        rows = self._reads.db.execute(
            "SELECT body FROM events WHERE seq > ? AND seq < ? AND key IS NULL", (after_seq, seq)
        )
        return sum(_EVENT.decode(body).kind == "served" for (body,) in rows)

    def has_keys_to_reveal(self, at_ms: int) -> bool:
        """See `LogReads`."""
        return bool(
            self._one(
                "SELECT 1 FROM hour_keys WHERE entry IS NOT NULL AND revealed IS NULL"
                " AND (hour + 1) * 3600000 <= ? LIMIT 1",
                at_ms,
            )
        )

    def promise(self, upload: str) -> PromiseRecord | None:
        """See `LogReads`."""
        row = self._reads.db.execute(
            "SELECT commitment, deadline_ms, entry, ended, secret FROM promises"
            " JOIN uploads ON uploads.id = upload"
            " LEFT JOIN viewer_salts ON viewer_salts.viewer = uploads.viewer WHERE upload = ?",
            (upload,),
        ).fetchone()
        return row and PromiseRecord(**dict(zip(PromiseRecord.__struct_fields__, row, strict=True)))

    def decision_reason(self, n: int) -> DecisionReason | None:
        """See `LogReads`."""
        row = self._reads.db.execute(
            "SELECT public_reason, salt FROM decisions"
            " WHERE n = ? AND public_reason != '' AND salt IS NOT NULL",
            (n,),
        ).fetchone()
        return row and DecisionReason(words=row[0], salt=row[1])

    def cosignatures(self) -> Sequence[Cosignature]:
        """See `LogReads`."""
        rows = self._reads.db.execute(
            "SELECT witness, size, line, at_ms FROM cosignatures ORDER BY witness"
        )
        return [Cosignature(witness=w, size=s, line=line, at_ms=at) for w, s, line, at in rows]

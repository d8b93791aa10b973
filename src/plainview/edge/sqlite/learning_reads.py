"""What is read of learning: `LearningReads`."""

from collections.abc import Sequence
from typing import Any

import msgspec

from plainview.core.terms.ids import Digest, ViewerId
from plainview.edge.sqlite.reads import SqliteReads
from plainview.ports.learning import (
    Gathered,
    Lesson,
    LessonFault,
    Published,
    ServedReceipt,
    TickRecord,
    Waiting,
)

_TICK = msgspec.json.Decoder(TickRecord)
_FACT = "(SELECT CAST(value AS INTEGER) FROM facts WHERE name = '{}')"
_PUBLISHED = "n, digest, recipe, origin, lineage, ticks, published_ms"


class _Served(msgspec.Struct):
    kind: str
    number: int = 0


_SERVED = msgspec.json.Decoder(_Served)


class SqliteLearningReads:
    """`LearningReads` over the database that `reads` reads. Safe to share between threads."""

    def __init__(self, reads: SqliteReads) -> None:
        self._reads = reads

    def _one(self, sql: str, *values: Any) -> Any:
        row = self._reads.db.execute(sql, values).fetchone()
        return row[0] if row else None

    def gathered(self) -> Gathered:
        """See `LearningReads`."""
        facts = [_FACT.format(f"lessons_{name}") for name in ("upto", "receipts", "passed_over")]
        upto, receipts, passed_over, learned, faults, ticks = self._reads.db.execute(
            f"SELECT {', '.join(facts)},"  # noqa: S608 - names of our own
            " coalesce((SELECT upto_seq FROM ticks ORDER BY number DESC LIMIT 1), 0),"
            " (SELECT count(*) FROM lesson_faults),"
            " (SELECT coalesce(max(number), 0) FROM ticks)"
        ).fetchone()
        return Gathered(
            upto_seq=upto, learned_seq=learned, receipts=receipts, passed_over=passed_over,
            faults=faults, ticks=ticks,
        )  # fmt: skip

    def receipts_after(self, seq: int, *, count: int) -> Sequence[ServedReceipt]:
        """See `LearningReads`."""
        found: list[ServedReceipt] = []
        while len(found) < count:
            rows = self._reads.db.execute(
                "SELECT seq, viewer, body FROM events WHERE seq > ? AND key IS NULL"
                " ORDER BY seq LIMIT ?",
                (seq, count - len(found)),
            ).fetchall()
            for at, viewer, body in rows:
                served = _SERVED.decode(body)
                row = served.kind == "served" and self._receipt(viewer, served.number)
                if row:
                    found.append(
                        ServedReceipt(seq=at, viewer=row[0], receipt=row[1], signature=row[2])
                    )
            if not rows:
                break
            seq = rows[-1][0]
        return found

    def _receipt(self, viewer: int, number: int) -> tuple[ViewerId, bytes, bytes] | None:
        row: tuple[ViewerId, bytes, bytes] | None = self._reads.db.execute(
            "SELECT id_of.id, body, signature FROM receipts JOIN viewers AS id_of ON no = viewer"
            " WHERE viewer = ? AND receipts.number = ?",
            (viewer, number),
        ).fetchone()
        return row

    def chain_part(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:
        """See `LearningReads`."""
        rows = self._reads.db.execute(
            "SELECT body FROM events WHERE viewer = (SELECT no FROM viewers WHERE id = ?)"
            " AND n > ? AND n <= ? ORDER BY n",
            (viewer, after, upto),
        )
        return [body for (body,) in rows]

    def waiting(self, after_seq: int) -> Sequence[Waiting]:
        """See `LearningReads`."""
        rows = self._reads.db.execute(
            "SELECT seq, id, count FROM lessons JOIN viewers ON no = viewer WHERE seq > ?"
            " ORDER BY seq",
            (after_seq,),
        )
        return [Waiting(*row) for row in rows]

    def lessons(self, after_seq: int, upto_seq: int) -> Sequence[Lesson]:
        """See `LearningReads`."""
        rows = self._reads.db.execute(
            "SELECT seq, id, count, at_ms, records FROM lessons JOIN viewers ON no = viewer"
            " WHERE seq > ? AND seq <= ? ORDER BY seq",
            (after_seq, upto_seq),
        )
        return [Lesson(*row) for row in rows]

    def pruned_seq(self) -> int:
        """See `LearningReads`."""
        return int(self._one("SELECT value FROM facts WHERE name = 'lessons_pruned'"))

    def lessons_bytes(self) -> int:
        """See `LearningReads`."""
        return int(self._one("SELECT value FROM facts WHERE name = 'lessons_bytes'"))

    def first_tick_after(self, seq: int) -> TickRecord | None:
        """See `LearningReads`."""
        body = self._one(
            "SELECT tick FROM ticks WHERE upto_seq > ? ORDER BY upto_seq, number LIMIT 1", seq
        )
        return None if body is None else _TICK.decode(body)

    def lesson_faults(self, *, count: int) -> Sequence[LessonFault]:
        """See `LearningReads`."""
        rows = self._reads.db.execute(
            "SELECT seq, receipt, reason, at_ms FROM lesson_faults ORDER BY seq DESC LIMIT ?",
            (count,),
        )
        return [LessonFault(*row) for row in rows]

    def tick(self, number: int) -> TickRecord | None:
        """See `LearningReads`."""
        body = self._one("SELECT tick FROM ticks WHERE number = ?", number)
        return None if body is None else _TICK.decode(body)

    def ticks(self, *, before: int, count: int) -> Sequence[TickRecord]:
        """See `LearningReads`."""
        rows = self._reads.db.execute(
            "SELECT tick FROM ticks WHERE number < ? ORDER BY number DESC LIMIT ?", (before, count)
        )
        return [_TICK.decode(body) for (body,) in rows]

    def published(self) -> Sequence[Published]:
        """See `LearningReads`."""
        rows = self._reads.db.execute(f"SELECT {_PUBLISHED} FROM weights ORDER BY n")  # noqa: S608
        return [_published(row) for row in rows]

    def in_use(self) -> Published | None:
        """See `LearningReads`."""
        row = self._reads.db.execute(
            f"SELECT {_PUBLISHED} FROM weights ORDER BY n DESC LIMIT 1"  # noqa: S608
        ).fetchone()
        return row and _published(row)

    def learned_by(self, weights: Digest) -> TickRecord | None:
        """See `LearningReads`."""
        body = self._one(
            "SELECT tick FROM weights JOIN ticks ON number = ticks"
            " WHERE digest = ? AND origin = 'learned' ORDER BY n DESC LIMIT 1",
            weights,
        )
        return None if body is None else _TICK.decode(body)

    def examples_learned(self, *, since_ms: int) -> int:
        """See `LearningReads`."""
        return int(
            self._one("SELECT coalesce(sum(examples), 0) FROM ticks WHERE at_ms >= ?", since_ms)
        )


def _published(row: tuple[Any, ...]) -> Published:
    return Published(**dict(zip(Published.__struct_fields__, row, strict=True)))

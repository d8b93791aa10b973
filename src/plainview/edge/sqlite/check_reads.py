"""Stored receipts of all viewers, for checking them."""

from collections.abc import Iterator
from hashlib import sha256

from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId
from plainview.edge.sqlite.reads import SqliteReads
from plainview.ports.checking import StoredReceipt


class SqliteCheckReads:
    """`CheckReads` over the database that `reads` reads."""

    def __init__(self, reads: SqliteReads) -> None:
        self._reads = reads

    def receipts_count(self) -> int:
        """See `CheckReads`."""
        (count,) = self._reads.db.execute("SELECT count(*) FROM receipts").fetchone()
        return int(count)

    def newest_receipts(self, count: int, viewer: ViewerId | None) -> Iterator[StoredReceipt]:
        """See `CheckReads`."""
        rows = self._reads.db.execute(
            "SELECT viewers.id, now.number, now.body, now.signature, before.body"
            " FROM receipts AS now JOIN viewers ON viewers.no = now.viewer"
            " LEFT JOIN receipts AS before"
            " ON before.viewer = now.viewer AND before.number = now.number - 1"
            " WHERE ? IS NULL OR viewers.id = ?"
            " ORDER BY now.issued_ms DESC, viewers.id DESC, now.number DESC LIMIT ?",
            (viewer, viewer, count),
        ).fetchall()
        for viewer_id, number, receipt, signature, before in reversed(rows):
            if before is not None:
                previous: Digest | None = Digest(sha256(before).hexdigest())
            else:
                previous = NO_DIGEST if number == 1 else None
            yield StoredReceipt(
                viewer=ViewerId(viewer_id),
                number=number,
                receipt=receipt,
                signature=signature,
                previous=previous,
            )

    def viewers_served(self) -> Iterator[ViewerId]:
        """See `CheckReads`."""
        rows = self._reads.db.execute(
            "SELECT id FROM viewers WHERE no IN (SELECT viewer FROM receipts) ORDER BY id"
        ).fetchall()
        return (ViewerId(viewer) for (viewer,) in rows)

    def receipts_count_of(self, viewer: ViewerId) -> int:
        """See `CheckReads`."""
        (count,) = self._reads.db.execute(
            "SELECT count(*) FROM receipts"
            " WHERE viewer = (SELECT no FROM viewers WHERE viewers.id = ?)",
            (viewer,),
        ).fetchone()
        return int(count)

    def receipts_of(self, viewer: ViewerId) -> Iterator[StoredReceipt]:
        """See `CheckReads`."""
        rows = self._reads.db.execute(
            "SELECT number, body, signature FROM receipts"
            " WHERE viewer = (SELECT no FROM viewers WHERE viewers.id = ?) ORDER BY number",
            (viewer,),
        ).fetchall()
        return (
            StoredReceipt(
                viewer=viewer, number=number, receipt=body, signature=signature, previous=None
            )
            for number, body, signature in rows
        )

"""Videos as they were last read, kept until anything that is shown of one may have changed."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping

from plainview.core.terms.ids import VideoId
from plainview.ports.catalogue import VideoRecord

VIDEOS_KEPT = 4_096

_VERSION = (
    "SELECT (SELECT coalesce(max(number), 0) FROM epochs),"
    " (SELECT value FROM facts WHERE name = 'catalogue_changes'),"
    " (SELECT value FROM facts WHERE name = 'creator_changes')"
)
"""Counts change with the epoch, whatever else belongs to a video counts a change to the catalogue,
and its creator's page one to creators."""

Version = tuple[int, str, str]


class KeptVideos:
    """A page is made of few videos, and the same ones in most pages. Safe to share by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version: Version | None = None
        self._records: dict[VideoId, VideoRecord] = {}

    def videos(
        self,
        ids: Iterable[VideoId],
        *,
        db: sqlite3.Connection,
        read: Callable[[set[VideoId]], Mapping[VideoId, VideoRecord]],
    ) -> Mapping[VideoId, VideoRecord]:
        """Those of `ids` that exist, as of now; `read` reads what is not kept."""
        # The version is read first: what is read after it is of that version or newer, and if it
        # is newer, the version moves on too and it is read again.
        version: Version = db.execute(_VERSION).fetchone()
        wanted = set(ids)
        with self._lock:
            if version != self._version:
                self._version, self._records = version, {}
            kept = self._records
            found = {video: kept[video] for video in wanted if video in kept}
        if len(found) < len(wanted):
            fresh = read(wanted - found.keys())
            found |= fresh
            with self._lock:
                if len(kept) + len(fresh) > VIDEOS_KEPT:
                    kept.clear()
                kept.update(fresh)
        return found

"""Folding the log file back into the database beside the commits, so that none of them pays.

SQLite does it inside the commit that makes the log long: a thousand pages and more are written and
fsynced while everybody waits for that commit. Here a thread does nearly all of it, on a connection
of its own, which readers and the writer pass by. What is committed meanwhile is left to the writer
between two commits: a few pages, after which the log begins anew and does not grow.
"""

import logging
import sqlite3
import threading
from pathlib import Path

LOG = logging.getLogger(__name__)

FOLD_PAGES = 4_000
"""The log is begun anew once it holds as many pages (16 MB)."""
FOLD_POLL_S = 1.0
PASSIVE = "PRAGMA wal_checkpoint(PASSIVE)"


class FoldingBack:
    """Folds back the log of the database at `path`, which `db`, its one writer, commits to.

    `start` and `stop` its thread; whoever owns `db` calls `between_commits` after each. Should the
    thread fail or readers hold it up, `db` folds back within a commit at four times the length.
    """

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path
        self._is_nearly_done = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="folding-back", daemon=True)
        db.execute(f"PRAGMA wal_autocheckpoint = {4 * FOLD_PAGES}")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what is being folded back is."""
        self._stop.set()
        self._thread.join()

    def between_commits(self) -> None:
        """Fold back the little that the thread left, if it has just left little."""
        if self._is_nearly_done.is_set():
            self._is_nearly_done.clear()
            _pages_after(self._db)

    def fold(self, db: sqlite3.Connection) -> None:
        """Fold back, on another connection than the writer's, what was committed until now."""
        if _pages_after(db) >= FOLD_PAGES:
            self._is_nearly_done.set()

    def _run(self) -> None:
        db = sqlite3.connect(self._path, isolation_level=None)
        db.execute("PRAGMA synchronous = FULL")
        while not self._stop.wait(FOLD_POLL_S):
            self.fold(db)
        db.close()


def _pages_after(db: sqlite3.Connection) -> int:
    """Fold back what readers do not hold up; how many pages the log holds. What fails does no
    harm: the log still has it."""
    try:
        (_, pages, _) = db.execute(PASSIVE).fetchone()
    except sqlite3.Error as error:
        LOG.warning("the database's log was not folded back: %s", error)
        return 0
    return int(pages)

"""The data folder: what is where in it, and that one service at a time uses it."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import msgspec

from plainview.edge.files import PART
from plainview.edge.sqlite.database import OLDEST_SCHEMA, newest_schema


class FolderRefused(Exception):
    """The data folder cannot be used; the message says why and what to do.

    FolderRefused
     |- NotWritable   we may not write there: give the folder to this user, or name another
     |- InUse         another service runs on it: stop that one, or name another folder
     |- TooNew        a newer Plainview wrote it: run that version, or name another folder
     |- TooOld        an earlier one wrote it, whose pages this one cannot make again: the same
    """


class NotWritable(FolderRefused):
    """Cannot be created or written."""


class InUse(FolderRefused):
    """Another process holds it."""


class TooNew(FolderRefused):
    """Of a newer schema than this program knows."""


class TooOld(FolderRefused):
    """Of a schema whose epochs and receipts followed specifications that were changed since."""


ORPHANS_S = 10.0
"""So long the children of a killed service are given to end by themselves."""


class DataFolder(msgspec.Struct, frozen=True):
    """Where everything of one edition is kept."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "plainview.db"

    @property
    def objects(self) -> Path:
        """Immutable files named by their SHA-256."""
        return self.root / "objects"

    @property
    def epochs(self) -> Path:
        """Rows of epochs."""
        return self.root / "epochs"

    @property
    def uploads(self) -> Path:
        """Files that are still arriving."""
        return self.root / "uploads"

    @property
    def log(self) -> Path:
        """The public log as it is served: tiles, bundles, the checkpoint."""
        return self.root / "tlog"

    @property
    def keys(self) -> Path:
        """Private keys, for this user alone."""
        return self.root / "keys"

    @property
    def run(self) -> Path:
        """The socket and process ids of a running service."""
        return self.root / "run"

    @property
    def socket(self) -> Path:
        """Where the writer listens."""
        return self.run / "writer.sock"

    def prepare(self) -> None:
        """Make the folders and see that they can be used. Raises: NotWritable, TooNew,
        TooOld."""
        folders = (self.objects, self.epochs, self.uploads, self.log, self.keys, self.run)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            for folder in folders:
                folder.mkdir(exist_ok=True)
            for folder in (self.keys, self.run):
                folder.chmod(0o700)
            probe = self.run / ".probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise NotWritable(
                f"The data folder {self.root} cannot be written: {error.strerror}. Give it to this"
                " user, or name another with --data or PLAINVIEW_DATA_DIR."
            ) from error
        self._check_schema()

    def _check_schema(self) -> None:
        if not self.database.exists():
            return
        db = sqlite3.connect(self.database)
        try:
            (seen,) = db.execute("PRAGMA user_version").fetchone()
        finally:
            db.close()
        if seen > newest_schema():
            raise TooNew(
                f"The data folder {self.root} was written by a newer Plainview (schema {seen}, this"
                f" one knows {newest_schema()}). Run that version, or name another folder."
            )
        if 0 < seen < OLDEST_SCHEMA:
            raise TooOld(
                f"The data folder {self.root} was written by an earlier Plainview, whose pages this"
                " one cannot make again: before 1.0 the specifications may change. Run the version"
                " that wrote it, name another folder, or delete what is in this one:"
                f" .venv/bin/plainview reset --data {quote(str(self.root))}"
            )

    @contextmanager
    def held(self) -> Iterator[int]:
        """Hold the folder, so that no second service starts on it; yields the lock's descriptor.

        The lock is free when all who have the descriptor are gone: handed to the children, it
        outlives a killed parent until they have ended too, and who comes next waits for that.
        Parts of files that a killed process left are cleared away. Raises: InUse.
        """
        fd = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._lock(fd)
            os.ftruncate(fd, 0)
            os.pwrite(fd, str(os.getpid()).encode(), 0)
            self._clear_parts()
            yield fd
        finally:
            os.close(fd)

    def _lock(self, fd: int) -> None:
        until = time.monotonic() + ORPHANS_S
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as error:
                pid = os.pread(fd, 32, 0).decode().strip()
                if not pid or _runs(int(pid)) or time.monotonic() > until:
                    raise InUse(
                        f"Another Plainview (process {pid or 'unknown'}) runs on {self.root}. Stop"
                        " it, or name another folder with --data or PLAINVIEW_DATA_DIR."
                    ) from error
            time.sleep(0.02)

    def _clear_parts(self) -> None:
        for folder in (self.objects, self.epochs, self.log):
            for part in folder.rglob(f"{PART}*"):
                part.unlink(missing_ok=True)

    @property
    def learns(self) -> bool:
        """Whether a service runs on it now that learns: it has a learner among its processes."""
        try:
            lines = (self.run / "pids").read_text().splitlines()
        except OSError:
            return False
        return self.is_held and any(line.startswith("learner ") for line in lines)

    @property
    def is_held(self) -> bool:
        """Whether a service runs on it now."""
        try:
            with self.held():
                return False
        except (InUse, OSError):
            return True


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True

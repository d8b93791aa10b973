"""The public log as files in a folder, in the layout that is served."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plainview.edge.files import write_whole

CHECKPOINT = "checkpoint"
LOCK = ".lock"


class LocalLogFiles:
    """`LogFiles` in a folder. Safe for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, path: str, data: bytes) -> None:
        """See `LogFiles`."""
        kept = self._at(path)
        if not kept.exists():
            write_whole(kept, data)

    def read(self, path: str) -> bytes | None:
        """See `LogFiles`."""
        try:
            return self._at(path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def drop_partials(self, path: str) -> None:
        """See `LogFiles`."""
        full = self._at(path)
        if not full.is_file():
            raise FileNotFoundError(path)
        partials = full.with_name(f"{full.name}.p")
        if partials.is_dir():
            shutil.rmtree(partials, ignore_errors=True)

    def checkpoint(self) -> bytes | None:
        """See `LogFiles`."""
        return self.read(CHECKPOINT)

    def replace_checkpoint(self, data: bytes, *, size: int) -> bool:
        """See `LogFiles`."""
        with self._locked():
            there = self.checkpoint()
            if there is not None and int(there.split(b"\n")[1]) > size:
                return False
            if there != data:
                write_whole(self._folder / CHECKPOINT, data)
            return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fd = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def _at(self, path: str) -> Path:
        parts = path.split("/")
        assert all(part and not part.startswith(".") for part in parts), path
        return self._folder.joinpath(*parts)

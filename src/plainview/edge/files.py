"""Files that appear whole or not at all: objects named by their SHA-256, rows of epochs."""

import mmap
import os
import shutil
import tempfile
from hashlib import file_digest, sha256
from pathlib import Path

from plainview.core.terms.ids import Digest
from plainview.ports.objects import NoObject

PART = ".new-"
"""How the names of files begin that are not whole yet."""


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write `data` at `path`, durable on return; a reader sees the old bytes or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class LocalObjects:
    """`Objects` in a folder, at `ab/cdef…`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> Digest:
        """See `Objects`."""
        digest = Digest(sha256(data).hexdigest())
        path = self._path(digest)
        if not path.exists():
            write_whole(path, data)
        return digest

    def put_file(self, path: Path) -> Digest:
        """See `Objects`."""
        with path.open("rb") as file:
            digest = Digest(file_digest(file, "sha256").hexdigest())
            os.fsync(file.fileno())
        kept = self._path(digest)
        if kept.exists():
            path.unlink()
            return digest
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.rename(kept)
        except OSError:
            # Another file system: copy beside, then the rename is within one.
            part = kept.with_name(f"{PART}{digest}")
            with path.open("rb") as source, part.open("wb") as target:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            part.rename(kept)
            path.unlink()
        sync_folder(kept.parent)
        return digest

    def get(self, digest: Digest) -> bytes:
        """See `Objects`."""
        return self.path_of(digest).read_bytes()

    def path_of(self, digest: Digest) -> Path:
        """See `Objects`."""
        path = self._path(digest)
        if not path.exists():
            raise NoObject(digest)
        return path

    def forget(self, digest: Digest) -> None:
        """See `Objects`."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: Digest) -> Path:
        assert len(digest) == 64, "an object is named by 64 hex digits"
        assert digest.isalnum(), "an object is named by 64 hex digits"
        return self._folder / digest[:2] / digest[2:]


class LocalEpochFiles:
    """`EpochFiles` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, data: bytes) -> None:
        """See `EpochFiles`."""
        path = self._folder / name
        if not path.exists():
            write_whole(path, data)

    def read(self, name: str) -> memoryview:
        """See `EpochFiles`."""
        path = self._folder / name
        if path.stat().st_size == 0:
            return memoryview(b"")
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

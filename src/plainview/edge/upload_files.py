"""Files on their way in: `uploads/ID/source` while it grows, `uploads/ID/work` for what is made."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from plainview.edge.files import sync_folder
from plainview.ports.intake import NoRoom, PartBusy, UploadId

SOURCE = "source"
WORK = "work"
FREE_BYTES_MIN = 256 * 1024 * 1024
"""Left for the database and the epochs: uploads stop first."""
READ_BYTES = 1 << 20


class _LocalPart:
    """`Part` over an open, locked file."""

    def __init__(self, fd: int, length: int) -> None:
        self._fd = fd
        self._length = length

    def write(self, data: bytes | memoryview) -> None:
        """See `Part`. Raises: NoRoom."""
        try:
            left = memoryview(data)
            while left:
                written = os.pwrite(self._fd, left, self._length)
                self._length += written
                left = left[written:]
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoom("the disk is full") from error
            raise

    def sync(self) -> int:
        """See `Part`."""
        os.fsync(self._fd)
        return self._length


class LocalUploadFiles:
    """`UploadFiles` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def open_part(self, upload: UploadId, *, at_bytes: int) -> Iterator[_LocalPart]:
        """See `UploadFiles`."""
        if shutil.disk_usage(self._folder).free < FREE_BYTES_MIN:
            raise NoRoom("the disk is nearly full")
        path = self.part(upload)
        is_new = not path.exists()
        if is_new:
            path.parent.mkdir(exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PartBusy(upload) from error
            if is_new:
                sync_folder(path.parent)
                sync_folder(self._folder)
            length = os.fstat(fd).st_size
            if length < at_bytes:
                raise FileNotFoundError(f"{upload}: {length} bytes where {at_bytes} were kept")
            if length > at_bytes:
                os.ftruncate(fd, at_bytes)
            yield _LocalPart(fd, at_bytes)
        finally:
            os.close(fd)

    def read_part(self, upload: UploadId) -> Iterator[bytes]:
        """See `UploadFiles`."""
        with self.part(upload).open("rb") as file:
            while data := file.read(READ_BYTES):
                yield data

    def part(self, upload: UploadId) -> Path:
        """See `UploadFiles`."""
        assert len(upload) == 32, "an upload is named by 32 hex digits"
        assert upload.isalnum(), "an upload is named by 32 hex digits"
        return self._folder / upload / SOURCE

    def work(self, upload: UploadId) -> Path:
        """See `UploadFiles`."""
        folder = self.part(upload).with_name(WORK)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def forget(self, upload: UploadId) -> None:
        """See `UploadFiles`."""
        shutil.rmtree(self.part(upload).parent, ignore_errors=True)

    def kept(self) -> Sequence[UploadId]:
        """See `UploadFiles`."""
        return sorted(
            path.name
            for path in self._folder.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        )

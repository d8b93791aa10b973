"""A service read from a folder with copies of its public files, as a bucket or a mirror has."""

from pathlib import Path
from typing import Final

from plainview.audit.check.source import Gone, SourceFailed

GONE: Final = ".gone"
"""What is appended to the name of a file that was taken away; in it stands the reason code."""


class FolderSource:
    """`Source` in a folder, under the same paths as over HTTP."""

    is_copy: Final = True
    """Whoever made the copies may have left some out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, *, bytes_max: int) -> bytes | Gone | None:
        """See `Source`."""
        file = self._folder / path
        try:
            with file.open("rb") as opened:
                data = opened.read(bytes_max + 1)
        except FileNotFoundError:
            gone = file.with_name(file.name + GONE)
            return Gone(gone.read_text()[:32].strip()) if gone.is_file() else None
        except OSError as error:
            raise SourceFailed(f"{path}: {error.strerror}.") from error
        if len(data) > bytes_max:
            raise SourceFailed(f"{path}: more than {bytes_max} bytes.")
        return data

"""Where a checker reads a service: an address, or a folder that mirrors one."""

from typing import Final, Protocol

import msgspec

from plainview.core.terms.ids import Digest, VideoId

CHECKPOINT: Final = "tlog/checkpoint"
RETENTION: Final = "tlog/retention"
SMALL_BYTES_MAX: Final = 1 << 20
TILE_BYTES_MAX: Final = 256 * (2 + 65_535)
OBJECT_BYTES_MAX: Final = 64 << 20
ROWS_BYTES_MAX: Final = 1 << 30


class Gone(msgspec.Struct, frozen=True):
    """What stood there was taken away on purpose, under `reason_code`."""

    reason_code: str


class SourceFailed(Exception):
    """The source cannot be read now: not reached, too slow, or more than was asked for. Nothing
    follows from it about the service; try again."""


class Source(Protocol):
    """Bytes under relative paths such as `tlog/checkpoint`, from anyone.

    Nothing that comes back is believed: each answer is checked against what is signed. An address
    and a folder with copies of the same files answer alike.
    """

    def read(self, path: str, *, bytes_max: int) -> bytes | Gone | None:
        """The bytes at `path`; Gone where the source says that they were taken away, None where
        nothing is. Raises: SourceFailed."""
        ...


def is_copy(source: Source) -> bool:
    """Whether it is somebody's copies, such as a folder: what they lack accuses no service."""
    return bool(getattr(source, "is_copy", False))


def object_path(digest: Digest | str) -> str:
    """Where an object lies that an entry names by hash."""
    return f"tlog/objects/{digest}"


def epoch_path(number: int, part: str) -> str:
    """Where `header`, `rows` or `leaves` of an epoch lie."""
    return f"tlog/epochs/{number}/{part}"


def video_path(video: VideoId | int) -> str:
    """Where the facts lie that a video's row is made of."""
    return f"tlog/videos/{video}"


def read_bytes(source: Source, path: str, *, bytes_max: int = SMALL_BYTES_MAX) -> bytes | None:
    """The bytes at `path`, or None where there are none, for whatever reason."""
    data = source.read(path, bytes_max=bytes_max)
    return data if isinstance(data, bytes) else None

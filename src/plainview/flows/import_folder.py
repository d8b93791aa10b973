"""Import a folder: each video in it enters as an upload does, and never twice."""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path

from plainview.core.media.facts import looks_like_video
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from plainview.flows.intake import IMPORT_PRIORITY, Intake
from plainview.flows.take_upload import take_upload
from plainview.ports.intake import NewVideo, UploadId, UploadRecord

READ_BYTES = 1 << 20
HEAD_BYTES = 16
SUFFIXES = frozenset({
    ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg",
    ".mts", ".mxf", ".ogv", ".ts", ".webm", ".wmv",
})  # fmt: skip


def find_videos(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files of `folder` and below that are meant to be videos, and the others, each sorted.

    A name that says so is enough (a broken one is then refused with a reason), and so is a
    beginning that looks like one. Hidden files are left out of both.
    """
    videos: list[Path] = []
    others: list[Path] = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") for part in inside):
            is_video = path.suffix.lower() in SUFFIXES or looks_like_video(_head(path))
            (videos if is_video else others).append(path)
    return videos, others


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def import_file(path: Path, *, viewer: ViewerId, intake: Intake) -> UploadRecord:
    """Take one file as an upload by `viewer`. The same bytes are one upload, however often.

    Raises: Refusal: too big or empty, before anything is kept. Refused, WriterGone, NoRoom.
    """
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    upload: UploadId = digest_of(f"plainview import {viewer} {digest}".encode())[:32]
    words = path.stem.replace("_", " ").replace("-", " ").replace(".", " ")
    return take_upload(
        NewVideo(filename=path.name, caption=words[:200]),
        _pieces(path),
        upload=upload,
        viewer=viewer,
        size_bytes=path.stat().st_size,
        intake=intake,
        priority=IMPORT_PRIORITY,
    )


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            yield piece


def is_finished(record: UploadRecord | None, *, intake: Intake) -> bool:
    """Whether all renditions are made, or the upload was refused or forgotten."""
    if record is None or record.stage == "refused":
        return True
    return record.stage == "published" and not intake.files.part(record.id).exists()

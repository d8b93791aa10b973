"""A video's way in: uploads, leased jobs, publishing and deciding, as commands and reads."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import msgspec

from plainview.core.terms.ids import CreatorId, Digest, VideoId, ViewerId
from plainview.ports.catalogue import CreatorRecord, RenditionRecord
from plainview.ports.commands import Command, Done
from plainview.ports.text import Meaning
from plainview.ports.view import Invented

UploadId = str
"""32 lower-case hex digits, chosen by who asks, so that asking twice begins one upload."""

STAGES = ("receiving", "queued", "probing", "encoding", "published", "refused")
"""What becomes of an upload, in order; the last two are ends. It is `published` as soon as it can
be played, while larger renditions may still be under way."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file was refused, for the person who sent it."""

    code: str
    message: str
    what_to_do: str


class UploadRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An upload as it stands. `received_bytes` are fsynced; `video` is there once published."""

    id: UploadId
    viewer: ViewerId
    creator: CreatorId
    filename: str
    caption: str
    tags: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    size_bytes: int
    received_bytes: int
    stage: str
    progress_per_mille: int
    priority: int
    digest: Digest | None
    receipt: bytes | None
    signature: bytes | None
    reason: Reason | None
    created_ms: int
    expires_ms: int
    finished_ms: int | None
    video: VideoId | None


class BeginUpload(Command[Done], frozen=True, kw_only=True):
    """Open an upload for the viewer's creator, unless its id is known.

    Refused: `no_creator`: the viewer is none; `too_many_uploads`: OPEN_UPLOADS_MAX are unfinished.
    """

    upload: UploadId
    viewer: ViewerId
    filename: str
    caption: str
    tags: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    size_bytes: int
    priority: int
    at_ms: int
    expires_ms: int


OPEN_UPLOADS_MAX = 200


class NoteReceived(Command[Done], frozen=True, kw_only=True):
    """The first `received_bytes` of the upload are fsynced; never goes back, and puts off expiry.

    Refused: `no_upload`: there is none, or it is not `receiving`.
    """

    upload: UploadId
    received_bytes: int
    expires_ms: int


class UploadReceived(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt that stands, which is the first one given."""

    receipt: bytes
    signature: bytes


class FinishReceiving(Command[UploadReceived], frozen=True, kw_only=True):
    """All bytes are there: keep the receipt and queue the making of renditions, in one step.

    With it the promise is logged that by `publish_by_ms` the video stands in an epoch or a reason
    in the log. Refused: `no_upload`: there is none, or it was ended.
    """

    upload: UploadId
    digest: Digest
    receipt: bytes
    signature: bytes
    publish_by_ms: int
    at_ms: int


class NoteProgress(Command[Done], frozen=True, kw_only=True):
    """Show how far an upload is. Nothing happens when it has been ended."""

    upload: UploadId
    stage: str
    progress_per_mille: int


class RefuseUpload(Command[Done], frozen=True, kw_only=True):
    """End an upload that is not published, with the reason. Nothing happens when it is."""

    upload: UploadId
    reason: Reason
    at_ms: int


class ForgetUpload(Command[Done], frozen=True, kw_only=True):
    """Remove an upload that is still `receiving` (cancelled or expired); else nothing happens.

    With `expired_at_ms` above 0, only if it has expired by then.
    """

    upload: UploadId
    expired_at_ms: int = 0


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The video that an upload became."""

    video: VideoId


class PublishVideo(Command[Published], frozen=True, kw_only=True):
    """Make an upload a video in the catalogue, playable with the renditions given.

    Its objects must be durable before. `sound` is 64 signed bytes, or none. Publishing an upload
    again answers with its video and changes nothing. Refused: `no_upload`: there is none, or it was
    refused.
    """

    upload: UploadId
    length_ms: int
    width: int
    height: int
    has_sound: bool
    loudness: int
    looks: bytes
    sound: bytes
    meaning: Meaning | None = None
    thumbhash: bytes
    poster: Digest
    renditions: tuple[RenditionRecord, ...]
    at_ms: int


class AddRenditions(Command[Done], frozen=True, kw_only=True):
    """Add to a video those renditions whose short edge it lacks. Refused: `no_video`."""

    video: VideoId
    renditions: tuple[RenditionRecord, ...]
    at_ms: int


class DecideVideo(Command[Done], frozen=True, kw_only=True):
    """Take a decision on a video (core.catalogue.ACTIONS), once per `id`.

    A removal or withdrawal is urgent to the freezer. A withdrawal also queues the forgetting of
    the video's files. Refused: `no_video`; `not_yours`: author "creator", of another's video.
    """

    id: str
    video: VideoId
    action: str
    author: str
    creator: CreatorId = CreatorId(0)
    reason_code: str
    public_reason: str = ""
    at_ms: int


class EditVideo(Command[Done], frozen=True, kw_only=True):
    """Change caption and tags of a creator's own video. Refused: `no_video`, `not_yours`.

    What the former words meant is forgotten, and, if they were read, a job queued to read these.
    """

    video: VideoId
    creator: CreatorId
    caption: str
    tags: tuple[str, ...]
    at_ms: int


class BecomeCreator(Command[CreatorRecord], frozen=True, kw_only=True):
    """Make the viewer a creator, or change what their page says.

    An `avatar` of None leaves the picture as it is. Refused: `handle_taken`, `no_viewer`.
    """

    viewer: ViewerId
    handle: str
    name: str
    bio: str
    avatar: Digest | None = None
    at_ms: int


# ---------------------------------------------------------------------------------------- jobs


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work. `attempts` counts claims, this one too; `failures` those that ended with an
    error (the rest died or made way). `payload` is the kind's own."""

    id: int
    kind: str
    subject: str
    payload: bytes
    priority: int
    attempts: int
    failures: int


class JobRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A job as the operator sees it. Stage: waiting, leased, done or failed."""

    id: int
    kind: str
    subject: str
    priority: int
    stage: str
    attempts: int
    failures: int
    lease_ms: int
    not_before_ms: int
    last_error: str
    created_ms: int
    finished_ms: int | None


class NewJob(msgspec.Struct, frozen=True, array_like=True):
    """Work to be queued, named by (kind, subject)."""

    kind: str
    subject: str
    priority: int
    payload: bytes = b""


class QueueJobs(Command[Done], frozen=True, kw_only=True):
    """Queue what was never queued before, in this order."""

    jobs: tuple[NewJob, ...]
    at_ms: int


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """The job to do now, or None: nothing is due."""

    job: Job | None


class ClaimJob(Command[Claimed], frozen=True, kw_only=True):
    """Lease the due job of largest priority, the oldest of those.

    Due: waiting and past `not_before_ms`, or leased by somebody who let the lease run out.
    `owner` is fresh for every claim, so that claiming again after a lost answer gives the same.
    """

    owner: str
    kinds: tuple[str, ...]
    priority_min: int
    at_ms: int
    lease_ms: int


class RenewLease(Command[Done], frozen=True, kw_only=True):
    """Keep the job. Refused: `lease_lost`: another has it, or it is finished; stop working."""

    job: int
    owner: str
    at_ms: int
    lease_ms: int


class FinishJob(Command[Done], frozen=True, kw_only=True):
    """The job is done. Nothing happens when the lease was lost."""

    job: int
    owner: str
    at_ms: int


class ReturnJob(Command[Done], frozen=True, kw_only=True):
    """Give the job back: to be tried again from `not_before_ms`, or `is_final`: never.

    It failed unless `error` is empty: then it made way for others, with another `priority`.
    Nothing happens when the lease was lost.
    """

    job: int
    owner: str
    error: str
    priority: int
    not_before_ms: int
    is_final: bool
    at_ms: int


class IntakeReads(Protocol):
    """What intake reads. Each call sees all that was acknowledged before it."""

    def upload(self, upload: UploadId) -> UploadRecord | None:
        """None when it was never begun, or was forgotten."""
        ...

    def uploads_of(self, viewer: ViewerId, *, count: int) -> Sequence[UploadRecord]:
        """The viewer's newest uploads, newest first."""
        ...

    def uploads_in(self, stage: str, *, expired_by_ms: int) -> Sequence[UploadId]:
        """Uploads in that stage whose expiry lies at or before the given time."""
        ...

    def viewer_of(self, creator: CreatorId) -> ViewerId | None:
        """Whose creator it is."""
        ...

    def creator_of(self, viewer: str) -> CreatorRecord | None:
        """The creator that a viewer is, if any."""
        ...

    def creator(self, handle: str) -> CreatorRecord | None:
        """By handle, whatever its case."""
        ...

    def is_wanted(self, digest: Digest) -> bool:
        """Whether a video that is not withdrawn names this object, or a creator's picture does."""
        ...

    def files_of(self, video: VideoId) -> Sequence[Digest]:
        """The objects of a video: its renditions and its poster."""
        ...

    def jobs(self, *, count: int) -> Sequence[JobRecord]:
        """Open jobs in the order in which they will be done, then finished ones, newest first."""
        ...

    def open_subjects(self, kind: str) -> Sequence[str]:
        """What the jobs of that kind work on that are neither done nor given up."""
        ...

    def uploads_ahead(self, *, of: int) -> Sequence[UploadId]:
        """Whole uploads that are not refused and no video yet, or one numbered above `of`."""
        ...

    def is_more_urgent(self, kinds: Sequence[str], *, priority: int, at_ms: int) -> bool:
        """Whether a job of those kinds is due whose priority is larger."""
        ...

    def videos_by_query(self, query: str, *, count: int) -> Sequence[VideoId]:
        """Newest videos whose caption, tags or creator contain `query`, removed ones too."""
        ...

    def tally(self, *, since_ms: int) -> Mapping[str, int]:
        """Counts for the operator's page; names are those of the page's fields."""
        ...

    def invented(self, *, since_ms: int) -> Invented:
        """What of `tally` is the crowd's of `seed_crowd`. Cost: walks over all sessions."""
        ...


class Part(Protocol):
    """An upload's file while it grows, held by one writer at a time."""

    def write(self, data: bytes | memoryview) -> None:
        """Append."""
        ...

    def sync(self) -> int:
        """Make all that was written durable; the length then."""
        ...


class PartBusy(Exception):
    """Another request is writing this upload. Over HTTP: 423, try again in a second."""


class NoRoom(Exception):
    """The disk is (nearly) full: nothing was written. Over HTTP: 507."""


class UploadFiles(Protocol):
    """Files on their way in. A folder of an upload's own, gone when the upload is done."""

    def open_part(self, upload: UploadId, *, at_bytes: int) -> AbstractContextManager[Part]:
        """Hold the upload's file for writing on from `at_bytes`; what lay beyond is cut off.

        Raises: PartBusy; NoRoom.
        """
        ...

    def read_part(self, upload: UploadId) -> Iterator[bytes]:
        """Its bytes in pieces. Raises: FileNotFoundError."""
        ...

    def part(self, upload: UploadId) -> Path:
        """Where the bytes are."""
        ...

    def work(self, upload: UploadId) -> Path:
        """The upload's own folder for files being made; there when this returns."""
        ...

    def forget(self, upload: UploadId) -> None:
        """Remove the file and the folder; harmless when they are gone."""
        ...

    def kept(self) -> Sequence[UploadId]:
        """Uploads that have anything on disk."""
        ...


class NewVideo(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is sent with. Texts as typed; the flow cleans them."""

    filename: str
    caption: str = ""
    tags: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str = ""

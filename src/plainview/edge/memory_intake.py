"""`MemoryStore` with a video's way in: uploads, jobs, publishing, deciding. For tests.

Long, for it is one idea: each of these sees at once what the others did.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from plainview.core.catalogue import LABELLER_CREATOR, NO_COUNTS, Decision, TopicLabel
from plainview.core.catalogue.facts import ACTIONS, fold_decisions
from plainview.core.terms.ids import CreatorId, Digest, VideoId, ViewerId
from plainview.edge.memory import MemoryObjects, MemoryStore
from plainview.ports.catalogue import CreatorRecord, RenditionRecord, VideoRecord
from plainview.ports.commands import Command, Done, Refused
from plainview.ports.intake import (
    OPEN_UPLOADS_MAX,
    AddRenditions,
    BecomeCreator,
    BeginUpload,
    Claimed,
    ClaimJob,
    DecideVideo,
    EditVideo,
    FinishJob,
    FinishReceiving,
    ForgetUpload,
    Job,
    JobRecord,
    NewJob,
    NoteProgress,
    NoteReceived,
    Published,
    PublishVideo,
    QueueJobs,
    RefuseUpload,
    RenewLease,
    ReturnJob,
    UploadId,
    UploadReceived,
    UploadRecord,
)
from plainview.ports.serving import Pending
from plainview.ports.text import Meaning, SetMeaning


class _JobRow(msgspec.Struct):
    record: JobRecord
    payload: bytes
    owner: str | None = None


class MemoryIntake(MemoryStore):
    """`Writer` and `IntakeReads` in one.

    Asserts, when it is given the objects, that what is published was stored before.
    """

    def __init__(self, objects: MemoryObjects | None = None) -> None:
        super().__init__()
        self._objects = objects
        self._creators: dict[ViewerId, CreatorRecord] = {}
        self._uploads: dict[UploadId, UploadRecord] = {}
        self._jobs: list[_JobRow] = []
        self._videos: dict[VideoId, VideoRecord] = {}
        self._meanings: dict[VideoId, Meaning] = {}
        self._decisions: list[tuple[str, Decision]] = []

    def submit(self, command: Command[Any]) -> Any:
        """See `Writer`."""
        carrying: dict[type[Command[Any]], Callable[[Any], Any]] = {
            BeginUpload: self._begin,
            NoteReceived: self._received,
            FinishReceiving: self._finish_receiving,
            NoteProgress: self._progress,
            RefuseUpload: self._refuse,
            ForgetUpload: self._forget,
            PublishVideo: self._publish_video,
            AddRenditions: self._add,
            DecideVideo: self._decide,
            EditVideo: self._edit,
            SetMeaning: self._mean,
            BecomeCreator: self._become,
            QueueJobs: lambda c: self._queue(c.jobs, c.at_ms),
            ClaimJob: self._claim,
            RenewLease: self._renew,
            FinishJob: self._finish_job,
            ReturnJob: self._return,
        }
        carry = carrying.get(type(command))
        return carry(command) if carry else super().submit(command)

    # ------------------------------------------------------------------------------------ uploads

    def _set(self, upload: UploadId, **fields: Any) -> None:
        self._uploads[upload] = msgspec.structs.replace(self._uploads[upload], **fields)

    def _begin(self, command: BeginUpload) -> Done:
        if command.upload in self._uploads:
            return Done()
        creator = self._creators.get(command.viewer)
        if creator is None:
            raise Refused("no_creator", "Not a creator.")
        mine = [u for u in self._uploads.values() if u.viewer == command.viewer]
        if sum(u.finished_ms is None for u in mine) >= OPEN_UPLOADS_MAX:
            raise Refused("too_many_uploads", "Too many.")
        self._uploads[command.upload] = UploadRecord(
            id=command.upload, viewer=command.viewer, creator=creator.id,
            filename=command.filename, caption=command.caption, tags=command.tags,
            topics=command.topics, language=command.language, size_bytes=command.size_bytes,
            received_bytes=0, stage="receiving", progress_per_mille=0, priority=command.priority,
            digest=None, receipt=None, signature=None, reason=None, created_ms=command.at_ms,
            expires_ms=command.expires_ms, finished_ms=None, video=None,
        )  # fmt: skip
        return Done()

    def _received(self, command: NoteReceived) -> Done:
        record = self._uploads.get(command.upload)
        if record is None or record.stage != "receiving":
            raise Refused("no_upload", "Ended.")
        self._set(
            command.upload,
            received_bytes=max(record.received_bytes, command.received_bytes),
            expires_ms=max(record.expires_ms, command.expires_ms),
        )
        return Done()

    def _finish_receiving(self, command: FinishReceiving) -> UploadReceived:
        record = self._uploads.get(command.upload)
        if record is not None and record.receipt is not None and record.signature is not None:
            return UploadReceived(receipt=record.receipt, signature=record.signature)
        if record is None or record.stage != "receiving":
            raise Refused("no_upload", "Ended.")
        self._set(
            command.upload, stage="queued", digest=command.digest, receipt=command.receipt,
            signature=command.signature, received_bytes=record.size_bytes,
        )  # fmt: skip
        self._queue([NewJob("make_video", command.upload, record.priority)], command.at_ms)
        return UploadReceived(receipt=command.receipt, signature=command.signature)

    def _progress(self, command: NoteProgress) -> Done:
        record = self._uploads.get(command.upload)
        if record is not None and record.stage not in ("receiving", "refused"):
            stage = record.stage if record.stage == "published" else command.stage
            self._set(command.upload, stage=stage, progress_per_mille=command.progress_per_mille)
        return Done()

    def _refuse(self, command: RefuseUpload) -> Done:
        record = self._uploads.get(command.upload)
        if record is not None and record.stage not in ("published", "refused"):
            self._set(
                command.upload, stage="refused", reason=command.reason, finished_ms=command.at_ms
            )
        return Done()

    def _forget(self, command: ForgetUpload) -> Done:
        record = self._uploads.get(command.upload)
        is_due = record is not None and (
            command.expired_at_ms == 0 or record.expires_ms <= command.expired_at_ms
        )
        if record is not None and record.stage == "receiving" and is_due:
            del self._uploads[command.upload]
        return Done()

    # ------------------------------------------------------------------------------------- videos

    def _check_stored(self, *digests: Digest) -> None:
        for digest in digests if self._objects is not None else ():
            assert self._objects is not None
            self._objects.get(digest)

    def _change(self, *, is_urgent: bool = False) -> None:
        names = ("catalogue_changes", "urgent_changes") if is_urgent else ("catalogue_changes",)
        for name in names:
            self._facts[name] = str(int(self._facts[name]) + 1)

    def _publish_video(self, command: PublishVideo) -> Published:
        record = self._uploads.get(command.upload)
        if record is not None and record.video is not None:
            return Published(video=record.video)
        if record is None or record.stage not in ("queued", "probing", "encoding"):
            raise Refused("no_upload", "Ended.")
        self._check_stored(command.poster, *(one.object for one in command.renditions))
        video = VideoId(len(self._videos) + 1)
        creator = next(c for c in self._creators.values() if c.id == record.creator)
        self._videos[video] = VideoRecord(
            id=video, creator=creator, caption=record.caption, tags=record.tags,
            topics=tuple(TopicLabel(topic, LABELLER_CREATOR) for topic in record.topics),
            language=record.language, length_ms=command.length_ms, width=command.width,
            height=command.height, has_sound=command.has_sound, thumbhash=command.thumbhash,
            poster=command.poster, published_ms=command.at_ms, renditions=command.renditions,
            counts=NO_COUNTS, flags=0,
        )  # fmt: skip
        if command.meaning is not None:
            self._meanings[video] = command.meaning
        self._set(command.upload, stage="published", video=video, finished_ms=command.at_ms)
        self._change()
        return Published(video=video)

    def _add(self, command: AddRenditions) -> Done:
        video = self._video(command.video)
        self._check_stored(*(one.object for one in command.renditions))
        known = {one.short_edge: one for one in video.renditions}
        new = [one for one in command.renditions if one.short_edge not in known]
        if new:
            forms: tuple[RenditionRecord, ...] = tuple(
                sorted((*video.renditions, *new), key=lambda one: one.short_edge)
            )
            self._videos[command.video] = msgspec.structs.replace(video, renditions=forms)
            self._change()
        return Done()

    def _video(self, video: VideoId, creator: CreatorId | None = None) -> VideoRecord:
        if video not in self._videos:
            raise Refused("no_video", "No such video.")
        found = self._videos[video]
        if creator is not None and found.creator.id != creator:
            raise Refused("not_yours", "Another's.")
        return found

    def _decide(self, command: DecideVideo) -> Done:
        if any(known == command.id for known, _ in self._decisions):
            return Done()
        assert command.action in ACTIONS
        self._video(command.video, command.creator if command.author == "creator" else None)
        decision = Decision(
            n=len(self._decisions) + 1, video=command.video, action=command.action,
            reason_code=command.reason_code, public_reason=command.public_reason,
            author=command.author, at_ms=command.at_ms,
        )  # fmt: skip
        self._decisions.append((command.id, decision))
        self._change(is_urgent=command.action in ("remove", "withdraw"))
        if command.action == "withdraw":
            self._queue([NewJob("forget_files", str(command.video), 100)], command.at_ms)
        return Done()

    def _edit(self, command: EditVideo) -> Done:
        video = self._video(command.video, command.creator)
        edited = msgspec.structs.replace(video, caption=command.caption, tags=command.tags)
        if edited != video:
            self._videos[command.video] = edited
            self._change()
            if self._meanings.pop(command.video, None) is not None:
                at = self._facts["catalogue_changes"]
                job = NewJob("read_text", f"{command.video}:{at}", 100)
                self._queue([job], command.at_ms)
        return Done()

    def _mean(self, command: SetMeaning) -> Done:
        video = self._videos.get(command.video)
        words = (video.caption, video.tags) if video is not None else None
        is_read = words == (command.caption, command.tags)
        if is_read and self._meanings.get(command.video) != command.meaning:
            self._meanings[command.video] = command.meaning
            self._change()
        return Done()

    def _become(self, command: BecomeCreator) -> CreatorRecord:
        self._chain(command.viewer)
        for viewer, creator in self._creators.items():
            if creator.handle.lower() == command.handle.lower() and viewer != command.viewer:
                raise Refused("handle_taken", "Taken.")
        known = self._creators.get(command.viewer)
        made = CreatorRecord(
            id=known.id if known else CreatorId(len(self._creators) + 1),
            handle=command.handle, name=command.name, bio=command.bio,
            avatar=command.avatar or (known.avatar if known else None),
        )  # fmt: skip
        self._creators[command.viewer] = made
        return made

    # --------------------------------------------------------------------------------------- jobs

    def _queue(self, jobs: Sequence[NewJob], at_ms: int) -> Done:
        for job in jobs:
            known = {(row.record.kind, row.record.subject) for row in self._jobs}
            if (job.kind, job.subject) not in known:
                record = JobRecord(
                    id=len(self._jobs) + 1, kind=job.kind, subject=job.subject,
                    priority=job.priority, stage="waiting", attempts=0, failures=0, lease_ms=0,
                    not_before_ms=0, last_error="", created_ms=at_ms, finished_ms=None,
                )  # fmt: skip
                self._jobs.append(_JobRow(record, job.payload))
        return Done()

    def _due(self, kinds: Sequence[str], priority_min: int, at_ms: int) -> list[_JobRow]:
        due = [
            row
            for row in self._jobs
            if row.record.kind in kinds
            and row.record.priority >= priority_min
            and (
                (row.record.stage == "waiting" and row.record.not_before_ms <= at_ms)
                or (row.record.stage == "leased" and row.record.lease_ms <= at_ms)
            )
        ]
        return sorted(due, key=lambda row: (-row.record.priority, row.record.id))

    def _claim(self, command: ClaimJob) -> Claimed:
        row = next((row for row in self._jobs if row.owner == command.owner), None)
        if row is None:
            due = self._due(command.kinds, command.priority_min, command.at_ms)
            if not due:
                return Claimed(job=None)
            row = due[0]
            row.owner = command.owner
            row.record = msgspec.structs.replace(
                row.record,
                stage="leased",
                lease_ms=command.at_ms + command.lease_ms,
                attempts=row.record.attempts + 1,
            )
        record = row.record
        job = Job(
            id=record.id, kind=record.kind, subject=record.subject, payload=row.payload,
            priority=record.priority, attempts=record.attempts, failures=record.failures,
        )  # fmt: skip
        return Claimed(job=job)

    def _mine(self, job: int, owner: str) -> _JobRow | None:
        row = self._jobs[job - 1]
        return row if row.owner == owner and row.record.stage == "leased" else None

    def _renew(self, command: RenewLease) -> Done:
        row = self._mine(command.job, command.owner)
        if row is None:
            raise Refused("lease_lost", "Another's.")
        row.record = msgspec.structs.replace(row.record, lease_ms=command.at_ms + command.lease_ms)
        return Done()

    def _finish_job(self, command: FinishJob) -> Done:
        row = self._mine(command.job, command.owner)
        if row is not None:
            row.owner = None
            row.record = msgspec.structs.replace(
                row.record, stage="done", finished_ms=command.at_ms
            )
        return Done()

    def _return(self, command: ReturnJob) -> Done:
        row = self._mine(command.job, command.owner)
        if row is not None:
            row.owner = None
            row.record = msgspec.structs.replace(
                row.record,
                stage="failed" if command.is_final else "waiting",
                last_error=command.error,
                priority=command.priority,
                not_before_ms=command.not_before_ms,
                failures=row.record.failures + bool(command.error),
                finished_ms=command.at_ms if command.is_final else None,
            )
        return Done()

    # ------------------------------------------------------------------------------------ reading

    def pending(self) -> Pending:
        """See `ServingReads`."""
        return msgspec.structs.replace(
            super().pending(),
            changed=int(self._facts["catalogue_changes"]),
            urgent=int(self._facts["urgent_changes"]),
            decisions=len(self._decisions),
        )

    def upload(self, upload: UploadId) -> UploadRecord | None:
        """See `IntakeReads`."""
        return self._uploads.get(upload)

    def uploads_of(self, viewer: ViewerId, *, count: int) -> Sequence[UploadRecord]:
        """See `IntakeReads`."""
        mine = [record for record in self._uploads.values() if record.viewer == viewer]
        return sorted(mine, key=lambda record: (-record.created_ms, record.id))[:count]

    def uploads_in(self, stage: str, *, expired_by_ms: int) -> Sequence[UploadId]:
        """See `IntakeReads`."""
        return sorted(
            record.id
            for record in self._uploads.values()
            if record.stage == stage and record.expires_ms <= expired_by_ms
        )

    def viewer_of(self, creator: CreatorId) -> ViewerId | None:
        """See `IntakeReads`."""
        return next((v for v, found in self._creators.items() if found.id == creator), None)

    def creator_of(self, viewer: str) -> CreatorRecord | None:
        """See `IntakeReads`."""
        return self._creators.get(ViewerId(viewer))

    def creator(self, handle: str) -> CreatorRecord | None:
        """See `IntakeReads`."""
        found = (c for c in self._creators.values() if c.handle.lower() == handle.lower())
        return next(found, None)

    def videos(self, ids: Sequence[VideoId]) -> Mapping[VideoId, VideoRecord]:
        """See `CatalogueReads`."""
        creators = {creator.id: creator for creator in self._creators.values()}
        return {
            video: msgspec.structs.replace(
                self._videos[video],
                creator=creators[self._videos[video].creator.id],
                flags=fold_decisions(d for _, d in self._decisions if d.video == video),
            )
            for video in sorted(ids)
            if video in self._videos
        }

    def is_wanted(self, digest: Digest) -> bool:
        """See `IntakeReads`."""
        withdrawn = {d.video for _, d in self._decisions if d.action == "withdraw"}
        shown = [video for video in self._videos if video not in withdrawn]
        faces = {creator.avatar for creator in self._creators.values()}
        return digest in faces or any(digest in self.files_of(video) for video in shown)

    def files_of(self, video: VideoId) -> Sequence[Digest]:
        """See `IntakeReads`."""
        if video not in self._videos:
            return []
        record = self._videos[video]
        return sorted({record.poster, *(one.object for one in record.renditions)})

    def jobs(self, *, count: int) -> Sequence[JobRecord]:
        """See `IntakeReads`."""
        places = {"leased": 0, "waiting": 1}

        def place(record: JobRecord) -> tuple[int, int, int]:
            last = -record.priority if record.finished_ms is None else -record.finished_ms
            return places.get(record.stage, 2), last, record.id

        return sorted((row.record for row in self._jobs), key=place)[:count]

    def open_subjects(self, kind: str) -> Sequence[str]:
        """See `IntakeReads`."""
        jobs = [row.record for row in self._jobs]
        is_open = ("waiting", "leased")
        return sorted(job.subject for job in jobs if job.kind == kind and job.stage in is_open)

    def uploads_ahead(self, *, of: int) -> Sequence[UploadId]:
        """See `IntakeReads`."""
        return sorted(
            record.id
            for record in self._uploads.values()
            if record.stage in ("queued", "probing", "encoding")
            or (record.video is not None and record.video > of)
        )

    def is_more_urgent(self, kinds: Sequence[str], *, priority: int, at_ms: int) -> bool:
        """See `IntakeReads`."""
        return bool(self._due(kinds, priority + 1, at_ms))

    def videos_by_query(self, query: str, *, count: int) -> Sequence[VideoId]:
        """See `IntakeReads`."""
        asked = query.lower()
        found = [
            record.id
            for record in self._videos.values()
            if asked in f"{record.caption}\n{record.tags}\n{record.creator.handle}".lower()
            or asked in record.creator.name.lower()
            or asked.strip() == str(record.id)
        ]
        return sorted(found, reverse=True)[:count]

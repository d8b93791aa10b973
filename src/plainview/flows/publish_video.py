"""Publish a video: renditions made, stored, and named in the catalogue, the smallest first."""

import base64
from contextlib import suppress
from pathlib import Path

from plainview.core.catalogue import sketch_bytes
from plainview.core.media.refusals import MediaFault, Refusal
from plainview.core.terms.ids import Digest, VideoId
from plainview.flows.intake import OPENER_UPLOAD_PRIORITY, REST_BEHIND, Intake
from plainview.flows.make_renditions import (
    FirstPlayable,
    MadeRendition,
    MoreMade,
    Planned,
    make_renditions,
)
from plainview.flows.read_text import read_text
from plainview.flows.run_jobs import Lease, MadeWay, TryLater
from plainview.ports.catalogue import RenditionRecord
from plainview.ports.commands import WriterGone
from plainview.ports.intake import (
    AddRenditions,
    Job,
    NoteProgress,
    PublishVideo,
    Reason,
    RefuseUpload,
    UploadRecord,
)
from plainview.ports.media import MediaTools
from plainview.ports.text import TextModel

MAKE_VIDEO = "make_video"
NOTE_EVERY_MS = 400
GAVE_UP = Reason(
    code="our_fault",
    message="We could not make this video playable; the fault is on our side.",
    what_to_do="Send it again later. The operator sees what went wrong.",
)
LOST = Reason(
    code="lost",
    message="The file was lost on our side before it could be published.",
    what_to_do="Send it again. Your receipt proves that we had it.",
)


class VideoMaker:
    """Does the jobs that make an upload a video. `job.subject` is the upload's id.

    Safe to begin again at any point: what was made is kept, what was published stays. The upload's
    files go when all renditions are in the catalogue, or when it is refused.
    """

    def __init__(
        self,
        tools: MediaTools,
        *,
        intake: Intake,
        kinds: tuple[str, ...],
        text: TextModel | None = None,
    ) -> None:
        self._tools = tools
        self._text = text
        self._intake = intake
        self._kinds = kinds

    def do(self, job: Job, lease: Lease) -> None:
        """Make and publish.

        Raises: TryLater: the fault is ours. MadeWay: it can be played, and other uploads cannot
            yet. LeaseLost. WriterGone.
        """
        record = self._intake.reads.upload(job.subject)
        if record is None or record.stage == "refused":
            self._intake.files.forget(job.subject)
            return
        try:
            self._make(record, job, lease)
        except Refusal as refusal:
            self._refuse(
                record,
                Reason(code=refusal.code, message=refusal.message, what_to_do=refusal.what_to_do),
            )
        except MediaFault as error:
            raise TryLater(str(error)) from error

    def give_up(self, job: Job) -> None:
        """End the upload with the reason that the fault is ours; what is published stays."""
        record = self._intake.reads.upload(job.subject)
        if record is not None:
            self._refuse(record, GAVE_UP)

    def _refuse(self, record: UploadRecord, reason: Reason) -> None:
        self._intake.writer.submit(
            RefuseUpload(upload=record.id, reason=reason, at_ms=self._intake.clock.now_ms())
        )
        self._intake.files.forget(record.id)

    def _make(self, record: UploadRecord, job: Job, lease: Lease) -> None:
        source = self._intake.files.part(record.id)
        if not source.exists():
            if record.video is None:
                self._refuse(record, LOST)
            # Or all was done, and whoever did it died while forgetting the files.
            self._intake.files.forget(record.id)
            return
        note = _Progress(record.id, self._intake)
        note.stage("probing")
        plan, video = None, None
        for step in make_renditions(
            source,
            tools=self._tools,
            limits=self._intake.limits,
            work=self._intake.files.work(record.id),
            on_progress=note.per_mille,
            is_background=job.priority < OPENER_UPLOAD_PRIORITY,
        ):
            lease.check()
            if isinstance(step, Planned):
                plan = step
                note.stage("encoding")
            elif isinstance(step, FirstPlayable):
                assert plan is not None, "a plan comes before what was planned"
                video = self._publish(record, plan, step)
                if record.video is None:
                    self._make_way(job, plan)
            elif isinstance(step, MoreMade):
                assert video is not None, "the smallest rendition comes first"
                self._add(video, step)
        note.whole()
        self._intake.files.forget(record.id)

    def _publish(self, record: UploadRecord, planned: Planned, first: FirstPlayable) -> VideoId:
        widest, sound = planned.plan.renditions[-1], planned.loudness
        with self._intake.publishing:
            rendition = self._keep(first.made)
            poster = self._keep_file(first.poster.file.path)
            published = self._intake.writer.submit(
                PublishVideo(
                    upload=record.id,
                    length_ms=planned.plan.length_ms,
                    width=widest.width,
                    height=widest.height,
                    has_sound=sound is not None and not sound.is_silence,
                    loudness=round(sound.integrated_lufs * 100) if sound else 0,
                    looks=first.poster.dhash64.to_bytes(8, "big"),
                    sound=sketch_bytes(first.sound),
                    meaning=read_text(self._text, caption=record.caption, tags=record.tags),
                    thumbhash=base64.b64decode(first.poster.thumbhash_base64),
                    poster=poster,
                    renditions=(rendition,),
                    at_ms=self._intake.clock.now_ms(),
                )
            )
        return published.video

    def _add(self, video: VideoId, more: MoreMade) -> None:
        with self._intake.publishing:
            renditions = tuple(self._keep(made) for made in more.made)
            self._intake.writer.submit(
                AddRenditions(video=video, renditions=renditions, at_ms=self._intake.clock.now_ms())
            )

    def _make_way(self, job: Job, planned: Planned) -> None:
        """Let others become playable before this one gets its larger renditions."""
        rest = job.priority - REST_BEHIND
        if len(planned.plan.renditions) > 1 and self._intake.reads.is_more_urgent(
            self._kinds, priority=rest, at_ms=self._intake.clock.now_ms()
        ):
            raise MadeWay(rest)

    def _keep(self, made: MadeRendition) -> RenditionRecord:
        return RenditionRecord(
            short_edge=made.rendition.short_edge,
            width=made.rendition.width,
            height=made.rendition.height,
            size_bytes=made.file.size_bytes,
            object=self._keep_file(made.file.path),
        )

    def _keep_file(self, path: Path) -> Digest:
        """Store a finished file as an object and leave it in its place too: it lends its sound."""
        twin = path.with_name(f".{path.name}")
        twin.unlink(missing_ok=True)
        twin.hardlink_to(path)
        return self._intake.objects.put_file(twin)


class UploadCloser:
    """Does the same jobs where no jail holds: strangers' files are not opened, but refused."""

    def __init__(self, advice: str, *, intake: Intake) -> None:
        self._reason = Reason(
            code="closed",
            message="Videos cannot be taken on this machine yet; the fault is on our side.",
            what_to_do=advice,
        )
        self._intake = intake

    def do(self, job: Job, lease: Lease) -> None:
        """Refuse the upload, with what the operator should do."""
        lease.check()
        self.give_up(job)

    def give_up(self, job: Job) -> None:
        """The same."""
        self._intake.writer.submit(
            RefuseUpload(upload=job.subject, reason=self._reason, at_ms=self._intake.clock.now_ms())
        )
        self._intake.files.forget(job.subject)


class _Progress:
    """Shows how far an upload is, not more often than people can read."""

    def __init__(self, upload: str, intake: Intake) -> None:
        self._upload = upload
        self._intake = intake
        self._stage = "queued"
        self._noted_ms = 0

    def stage(self, stage: str) -> None:
        self._stage = stage
        self._note(0)

    def per_mille(self, done: int) -> None:
        if self._intake.clock.now_ms() >= self._noted_ms + NOTE_EVERY_MS:
            # Only for show: encoding goes on while the writer starts again.
            with suppress(WriterGone):
                self._note(min(done, 999))

    def whole(self) -> None:
        self._note(1_000)

    def _note(self, done: int) -> None:
        self._noted_ms = self._intake.clock.now_ms()
        self._intake.writer.submit(
            NoteProgress(upload=self._upload, stage=self._stage, progress_per_mille=done)
        )

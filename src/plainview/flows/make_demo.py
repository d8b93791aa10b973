"""Make the demo: clips made one by one, each uploaded by its creator like anybody's."""

import threading
from pathlib import Path

from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from plainview.flows.become_creator import local_creator
from plainview.flows.intake import (
    CLIP_PRIORITY,
    CLIP_UPLOAD_PRIORITY,
    OPENER_PRIORITY,
    OPENER_UPLOAD_PRIORITY,
    Intake,
)
from plainview.flows.run_jobs import Lease, TryLater
from plainview.flows.take_upload import take_upload
from plainview.ports.demo import ClipNotMade, DemoClip, DemoStudio
from plainview.ports.intake import IntakeReads, Job, NewJob, NewVideo, QueueJobs, UploadId

DEMO_CLIP = "make_demo_clip"
OPENERS = 12
"""Made as fast as the machine can, so that there soon is something to watch."""
READ_BYTES = 1 << 20


def upload_of(key: str) -> UploadId:
    """The upload that the clip of that key becomes: always the same, so never twice."""
    return digest_of(b"plainview demo clip " + key.encode())[:32]


def queue_demo(studio: DemoStudio, *, intake: Intake) -> None:
    """Queue every clip that was never queued, openers first. Raises: WriterGone."""
    intake.writer.submit(
        QueueJobs(
            jobs=tuple(
                NewJob(DEMO_CLIP, clip.key, OPENER_PRIORITY if n < OPENERS else CLIP_PRIORITY)
                for n, clip in enumerate(studio.clips())
            ),
            at_ms=intake.clock.now_ms(),
        )
    )


def clips_to_come(reads: IntakeReads, *, after: int) -> int:
    """How many more videos than those up to number `after` there will be, unless some fail.

    A clip counts once on its whole way: while it is to be made, as an upload, and as a video that
    no epoch has yet. Read in that order, none slips through.
    """
    made = {upload_of(key) for key in reads.open_subjects(DEMO_CLIP)}
    return len(made.union(reads.uploads_ahead(of=after)))


class ClipMaker:
    """Does the jobs that make demonstration clips. `job.subject` is the clip's key.

    Safe to begin again at any point: a clip is the same each time, and its upload has one id. Clips
    are made in `folder`, and leave it when they are uploaded.
    """

    def __init__(self, studio: DemoStudio, *, intake: Intake, folder: Path) -> None:
        self._studio = studio
        self._folder = folder
        self._intake = intake
        self._clips = {clip.key: clip for clip in studio.clips()}
        self._creators = {creator.handle: creator for creator in studio.creators()}
        self._viewers: dict[str, ViewerId] = {}
        self._naming = threading.Lock()

    def do(self, job: Job, lease: Lease) -> None:
        """Make the clip and upload it. Raises: TryLater, LeaseLost, WriterGone."""
        clip = self._clips.get(job.subject)
        upload = upload_of(job.subject)
        known = self._intake.reads.upload(upload)
        if clip is None or (known is not None and known.stage != "receiving"):
            return
        is_opener = job.priority >= OPENER_PRIORITY
        viewer = self._viewer_of(clip)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{clip.key}.mp4"
        try:
            self._studio.make(clip.key, path, is_background=not is_opener)
        except ClipNotMade as error:
            raise TryLater(str(error)) from error
        lease.check()
        with path.open("rb") as file:
            take_upload(
                NewVideo(
                    filename=f"{clip.key}.mp4",
                    caption=clip.caption,
                    tags=clip.tags,
                    topics=(clip.topic,),
                    language=clip.language,
                ),
                iter(lambda: file.read(READ_BYTES), b""),
                upload=upload,
                viewer=viewer,
                size_bytes=path.stat().st_size,
                intake=self._intake,
                priority=OPENER_UPLOAD_PRIORITY if is_opener else CLIP_UPLOAD_PRIORITY,
            )
        path.unlink(missing_ok=True)

    def give_up(self, job: Job) -> None:
        """The demo does without this clip."""

    def _viewer_of(self, clip: DemoClip) -> ViewerId:
        with self._naming:
            if clip.creator not in self._viewers:
                creator = self._creators[clip.creator]
                self._viewers[clip.creator] = local_creator(
                    handle=creator.handle,
                    name=creator.name,
                    bio=creator.bio,
                    avatar=creator.avatar,
                    intake=self._intake,
                )
            return self._viewers[clip.creator]

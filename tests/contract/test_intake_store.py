"""One behaviour suite for what stores uploads, jobs and videos: in memory, and in SQLite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec
import pytest

from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, Digest, VideoId, ViewerId
from plainview.edge.memory_intake import MemoryIntake
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.ports.catalogue import CatalogueReads, RenditionRecord
from plainview.ports.commands import Refused, Writer
from plainview.ports.intake import (
    OPEN_UPLOADS_MAX,
    AddRenditions,
    BecomeCreator,
    BeginUpload,
    ClaimJob,
    DecideVideo,
    EditVideo,
    FinishJob,
    FinishReceiving,
    ForgetUpload,
    IntakeReads,
    Job,
    NewJob,
    NoteProgress,
    NoteReceived,
    PublishVideo,
    QueueJobs,
    Reason,
    RefuseUpload,
    RenewLease,
    ReturnJob,
    UploadRecord,
)
from plainview.ports.serving import ServingReads
from plainview.ports.view import OpenSession

ANN, BEN = ViewerId("a" * 32), ViewerId("b" * 32)
assert CARRYING
REASON = Reason(code="broken", message="It is damaged.", what_to_do="Send it again.")


class Reads(IntakeReads, CatalogueReads, ServingReads, Protocol):
    """All that this suite reads."""


class Store:
    """A writer and what reads after it, with Ann as creator 1 and Ben a viewer."""

    def __init__(self, writer: Writer, reads: Reads) -> None:
        self.writer = writer
        self.reads = reads
        for viewer in (ANN, BEN):
            token_hash = digest_of(viewer.encode())
            writer.submit(OpenSession(token_hash=token_hash, viewer=viewer, at_ms=1))
        self.become(ANN, "ann")

    def become(self, viewer: ViewerId, handle: str, name: str = "Name") -> CreatorId:
        return self.writer.submit(
            BecomeCreator(viewer=viewer, handle=handle, name=name, bio="", at_ms=1)
        ).id

    def begin(self, upload: str = "u1", viewer: ViewerId = ANN, at_ms: int = 10) -> UploadRecord:
        self.writer.submit(
            BeginUpload(
                upload=upload, viewer=viewer, filename="f.mp4", caption="Cap", tags=("t",),
                topics=("chance",), language="en", size_bytes=100, priority=7, at_ms=at_ms,
                expires_ms=at_ms + 50,
            )
        )  # fmt: skip
        return self.upload(upload)

    def upload(self, upload: str = "u1") -> UploadRecord:
        found = self.reads.upload(upload)
        assert found is not None
        return found

    def finish(self, upload: str = "u1", receipt: bytes = b"r") -> bytes:
        return self.writer.submit(
            FinishReceiving(
                upload=upload, digest=Digest("d" * 64), receipt=receipt, signature=b"s", at_ms=20
            )
        ).receipt

    def publish(self, upload: str = "u1", *edges: int) -> VideoId:
        return self.writer.submit(
            PublishVideo(
                upload=upload, length_ms=6_000, width=540, height=960, has_sound=True, loudness=0,
                looks=bytes(8), thumbhash=b"t", poster=Digest("b" * 64),
                renditions=tuple(_rendition(edge) for edge in edges or (360,)), at_ms=30,
            )
        ).video  # fmt: skip

    def published(self, upload: str = "u1") -> VideoId:
        self.begin(upload)
        self.finish(upload)
        return self.publish(upload)

    def decide(self, action: str, ident: str, video: int = 1, **fields: object) -> None:
        decision = {
            "id": ident, "video": video, "action": action, "author": "operator",
            "reason_code": "spam", "at_ms": 40, **fields,
        }  # fmt: skip
        self.writer.submit(msgspec.convert(decision, DecideVideo))

    def claim(self, owner: str, at_ms: int = 100, priority_min: int = -9) -> Job | None:
        return self.writer.submit(
            ClaimJob(
                owner=owner, kinds=("work", "make_video"), priority_min=priority_min, at_ms=at_ms,
                lease_ms=30,
            )
        ).job  # fmt: skip

    def queue(self, *jobs: NewJob) -> None:
        self.writer.submit(QueueJobs(jobs=jobs, at_ms=5))

    def give_back(self, job: Job, owner: str, error: str, *, is_final: bool = False) -> None:
        self.writer.submit(
            ReturnJob(
                job=job.id, owner=owner, error=error, priority=job.priority - 1, at_ms=110,
                not_before_ms=200, is_final=is_final,
            )
        )  # fmt: skip


def _rendition(edge: int) -> RenditionRecord:
    return RenditionRecord(
        short_edge=edge, width=edge, height=edge * 2, size_bytes=9, object=Digest(f"{edge:064x}")
    )


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        memory = MemoryIntake()
        yield Store(memory, memory)  # type: ignore[arg-type]
        return
    db = open_to_write(tmp_path / "plainview.db")
    reads = SqliteIntakeReads(tmp_path / "plainview.db")
    yield Store(DirectWriter(GroupCommit(db)), reads)
    reads.db.close()
    db.close()


def refusal(store: Store, command: object) -> str:
    with pytest.raises(Refused) as refused:
        store.writer.submit(command)  # type: ignore[arg-type]
    return refused.value.code


# ---------------------------------------------------------------------------------------- uploads


def test_an_upload_begins_once(store: Store) -> None:
    """Beginning again, with other words, leaves the upload as it was begun."""
    first = store.begin()
    assert (first.stage, first.received_bytes, first.creator, first.tags) == (
        "receiving", 0, 1, ("t",),
    )  # fmt: skip
    assert store.begin(at_ms=99) == first


def test_only_a_creator_uploads(store: Store) -> None:
    """A viewer who is no creator is told so, and nothing is kept."""
    with pytest.raises(Refused) as refused:
        store.begin("u2", BEN)
    assert refused.value.code == "no_creator"
    assert store.reads.upload("u2") is None


def test_unfinished_uploads_are_bounded(store: Store) -> None:
    """A creator cannot fill the table with uploads that never end."""
    for n in range(OPEN_UPLOADS_MAX):
        store.begin(f"u{n}")
    with pytest.raises(Refused) as refused:
        store.begin("one-more")
    assert refused.value.code == "too_many_uploads"


def test_the_offset_only_grows(store: Store) -> None:
    """A late note of fewer bytes takes nothing back, and expiry is put off."""
    store.begin()
    for size, expires_ms in ((60, 90), (40, 80)):
        store.writer.submit(NoteReceived(upload="u1", received_bytes=size, expires_ms=expires_ms))
    assert (store.upload().received_bytes, store.upload().expires_ms) == (60, 90)


def test_the_first_receipt_stands_and_one_job_is_queued(store: Store) -> None:
    """Finishing twice answers with the first receipt; the job has the upload's priority."""
    store.begin()
    assert store.finish(receipt=b"one") == store.finish(receipt=b"two") == b"one"
    assert (store.upload().stage, store.upload().received_bytes) == ("queued", 100)
    (job,) = store.reads.jobs(count=9)
    assert (job.kind, job.subject, job.priority, job.stage) == ("make_video", "u1", 7, "waiting")


def test_what_has_ended_takes_no_more(store: Store) -> None:
    """Neither bytes nor an end are taken by an upload that is none, or has ended."""
    assert refusal(store, NoteReceived(upload="u1", received_bytes=1, expires_ms=1)) == "no_upload"
    store.begin()
    store.writer.submit(RefuseUpload(upload="u1", reason=REASON, at_ms=30))
    assert refusal(store, NoteReceived(upload="u1", received_bytes=1, expires_ms=1)) == "no_upload"
    for upload in ("u1", "u2"):
        with pytest.raises(Refused):
            store.finish(upload)
        with pytest.raises(Refused):
            store.publish(upload)


def test_a_refusal_is_kept_with_its_reason(store: Store) -> None:
    """The reason is read back; what is published is not refused any more."""
    store.begin()
    store.writer.submit(RefuseUpload(upload="u1", reason=REASON, at_ms=30))
    assert (store.upload().stage, store.upload().reason) == ("refused", REASON)
    assert store.upload().finished_ms == 30
    store.published("u2")
    store.writer.submit(RefuseUpload(upload="u2", reason=REASON, at_ms=30))
    assert (store.upload("u2").stage, store.upload("u2").reason) == ("published", None)


def test_progress_is_shown_until_the_end(store: Store) -> None:
    """A published upload keeps its stage while its larger renditions are made."""
    store.begin()
    note = NoteProgress(upload="u1", stage="encoding", progress_per_mille=400)
    store.writer.submit(note)
    assert store.upload().stage == "receiving"
    store.finish()
    store.writer.submit(note)
    assert (store.upload().stage, store.upload().progress_per_mille) == ("encoding", 400)
    store.publish()
    store.writer.submit(NoteProgress(upload="u1", stage="encoding", progress_per_mille=800))
    assert (store.upload().stage, store.upload().progress_per_mille) == ("published", 800)


def test_only_what_is_not_whole_is_forgotten(store: Store) -> None:
    """Expired or cancelled uploads go; queued ones stay, and so do those that were put off."""
    store.begin("old"), store.begin("new"), store.begin("whole")
    store.writer.submit(NoteReceived(upload="new", received_bytes=1, expires_ms=500))
    store.finish("whole")
    assert store.reads.uploads_in("receiving", expired_by_ms=60) == ["old"]
    for upload in ("old", "new", "whole"):
        store.writer.submit(ForgetUpload(upload=upload, expired_at_ms=60))
    assert [store.reads.upload(u) is None for u in ("old", "new", "whole")] == [True, False, False]
    store.writer.submit(ForgetUpload(upload="new"))
    assert store.reads.upload("new") is None


def test_uploads_are_listed_newest_first(store: Store) -> None:
    """A viewer's own, and no more than asked for."""
    for n, upload in enumerate(("u1", "u2", "u3")):
        store.begin(upload, at_ms=n)
    found = store.reads.uploads_of(ANN, count=2)
    assert [record.id for record in found] == ["u3", "u2"]
    assert store.reads.uploads_of(BEN, count=2) == []


# ----------------------------------------------------------------------------------------- videos


def test_an_upload_becomes_one_video(store: Store) -> None:
    """Publishing again, even with more, answers with the same video and changes nothing."""
    video = store.published()
    changed = store.reads.pending().changed
    assert store.publish("u1", 360, 540) == video == store.upload().video
    record = store.reads.videos([video])[video]
    assert (record.caption, record.tags, record.language, record.flags) == ("Cap", ("t",), "en", 0)
    assert [(label.topic, label.labeller) for label in record.topics] == [("chance", 1)]
    assert [form.short_edge for form in record.renditions] == [360]
    assert store.reads.pending().changed == changed


def test_renditions_are_added_once(store: Store) -> None:
    """What a video has stays; what is new counts as a change to the catalogue, what is not, not."""
    video = store.published()
    before = store.reads.pending().changed
    more = AddRenditions(video=video, renditions=(_rendition(540), _rendition(360)), at_ms=50)
    store.writer.submit(more)
    store.writer.submit(more)
    edges = [form.short_edge for form in store.reads.videos([video])[video].renditions]
    assert (edges, store.reads.pending().changed) == ([360, 540], before + 1)
    assert refusal(store, AddRenditions(video=VideoId(9), renditions=(), at_ms=1)) == "no_video"


def test_a_decision_is_taken_once(store: Store) -> None:
    """The same id again does nothing; removals are urgent, restorations are not."""
    video = store.published()
    urgent = store.reads.pending().urgent
    store.decide("remove", "d1")
    store.decide("remove", "d1")
    assert store.reads.videos([video])[video].flags == 1
    assert store.reads.pending().urgent == urgent + 1
    store.decide("restore", "d2")
    assert store.reads.videos([video])[video].flags == 0
    assert store.reads.pending().urgent == urgent + 1


def test_a_withdrawal_is_the_creators_own(store: Store) -> None:
    """Another's video cannot be withdrawn; one's own goes for good and its files are queued."""
    video = store.published()
    ben = store.become(BEN, "ben")
    with pytest.raises(Refused) as refused:
        store.decide("withdraw", "d1", author="creator", creator=ben)
    assert refused.value.code == "not_yours"
    store.decide("withdraw", "d2", author="creator", creator=1)
    assert store.reads.videos([video])[video].flags == 2
    assert ("forget_files", "1") in {(job.kind, job.subject) for job in store.reads.jobs(count=9)}
    assert not store.reads.is_wanted(Digest("b" * 64))


def test_files_are_wanted_while_any_video_shows_them(store: Store) -> None:
    """A poster shared by two videos is wanted until both are withdrawn; removal keeps it."""
    store.published("u1"), store.published("u2")
    poster = Digest("b" * 64)
    assert store.reads.files_of(VideoId(1)) == sorted({poster, _rendition(360).object})
    store.decide("remove", "d0", video=2)
    store.decide("withdraw", "d1", video=1)
    assert store.reads.is_wanted(poster)
    store.decide("withdraw", "d2", video=2)
    assert not store.reads.is_wanted(poster)
    assert store.reads.files_of(VideoId(9)) == []


def test_editing_is_the_creators_own(store: Store) -> None:
    """Words change for the creator alone; the same words again are no change."""
    video = store.published()
    edit = EditVideo(video=video, creator=CreatorId(1), caption="New", tags=("x",), at_ms=60)
    store.writer.submit(edit)
    changed = store.reads.pending().changed
    store.writer.submit(edit)
    assert store.reads.pending().changed == changed
    assert store.reads.videos([video])[video].caption == "New"
    assert refusal(store, msgspec.structs.replace(edit, creator=CreatorId(2))) == "not_yours"
    assert refusal(store, msgspec.structs.replace(edit, video=VideoId(5))) == "no_video"


def test_a_handle_is_one_creators(store: Store) -> None:
    """Handles are taken whatever their case; one's own page can be changed, and keeps its id."""
    assert store.reads.creator("ANN") is not None
    with pytest.raises(Refused) as refused:
        store.become(BEN, "Ann")
    assert refused.value.code == "handle_taken"
    ben = store.become(BEN, "ben")
    assert store.become(BEN, "benny", "Benny") == ben
    assert store.reads.creator("ben") is None
    assert store.reads.viewer_of(ben) == BEN
    found = store.reads.creator_of(BEN)
    assert found is not None
    assert (found.handle, found.name) == ("benny", "Benny")
    nobody = BecomeCreator(viewer=ViewerId("c" * 32), handle="c", name="C", bio="", at_ms=1)
    assert refusal(store, nobody) == "no_viewer"


def test_videos_are_found_by_words_and_number(store: Store) -> None:
    """Caption, tag, handle and number find a video; wildcards are plain characters."""
    store.published("u1"), store.published("u2")
    for query in ("cap", "ann", "Name", ""):
        assert store.reads.videos_by_query(query, count=9) == [2, 1]
    assert store.reads.videos_by_query("2", count=9) == [2]
    assert store.reads.videos_by_query("cap", count=1) == [2]
    for query in ("%", "_", "nothing"):
        assert store.reads.videos_by_query(query, count=9) == []


# ------------------------------------------------------------------------------------------- jobs


def test_the_largest_priority_goes_first(store: Store) -> None:
    """Then the oldest; a claim with a floor leaves what is below it; other kinds are left alone."""
    store.queue(
        NewJob("work", "a", 1), NewJob("work", "b", 5), NewJob("work", "c", 5, b"pay"),
        NewJob("other", "d", 9),
    )  # fmt: skip
    claimed = [store.claim(f"o{n}") for n in range(4)]
    assert [job and job.subject for job in claimed] == ["b", "c", "a", None]
    assert claimed[1] is not None
    assert (claimed[1].payload, claimed[1].attempts) == (b"pay", 1)
    store.queue(NewJob("work", "e", 1))
    assert store.claim("o9", priority_min=2) is None


def test_a_job_is_queued_once_ever(store: Store) -> None:
    """Queueing it again does nothing, also when it is done."""
    store.queue(NewJob("work", "a", 1), NewJob("work", "a", 8))
    job = store.claim("o1")
    assert job is not None
    store.writer.submit(FinishJob(job=job.id, owner="o1", at_ms=110))
    store.queue(NewJob("work", "a", 1))
    assert store.claim("o2", at_ms=999) is None
    assert [job.stage for job in store.reads.jobs(count=9)] == ["done"]


def test_claiming_again_gives_the_same_job(store: Store) -> None:
    """A claim whose answer was lost is repeated, not doubled."""
    store.queue(NewJob("work", "a", 1), NewJob("work", "b", 1))
    assert store.claim("o1") == store.claim("o1")
    assert store.reads.is_more_urgent(("work",), priority=0, at_ms=100)
    store.claim("o2")
    assert not store.reads.is_more_urgent(("work",), priority=0, at_ms=100)


def test_a_lease_that_runs_out_is_anybodys(store: Store) -> None:
    """Until then nobody else gets it; renewing moves the end; who lost it can do nothing."""
    store.queue(NewJob("work", "a", 1))
    job = store.claim("o1", at_ms=100)
    assert job is not None
    store.writer.submit(RenewLease(job=job.id, owner="o1", at_ms=120, lease_ms=30))
    assert store.claim("o2", at_ms=149) is None
    again = store.claim("o2", at_ms=150)
    assert again is not None
    assert (again.id, again.attempts, again.failures) == (job.id, 2, 0)
    renew = RenewLease(job=job.id, owner="o1", at_ms=151, lease_ms=30)
    assert refusal(store, renew) == "lease_lost"
    store.writer.submit(FinishJob(job=job.id, owner="o1", at_ms=152))
    store.give_back(job, "o1", "late")
    assert [(found.stage, found.last_error) for found in store.reads.jobs(count=9)] == [
        ("leased", "")
    ]


def test_a_job_that_is_given_back_waits(store: Store) -> None:
    """It counts as a failure if there was an error, comes back in time, or never."""
    store.queue(NewJob("work", "a", 5))
    job = store.claim("o1")
    assert job is not None
    store.give_back(job, "o1", "oops")
    assert store.claim("o2", at_ms=199) is None
    job = store.claim("o2", at_ms=200)
    assert job is not None
    assert (job.failures, job.attempts, job.priority) == (1, 2, 4)
    store.give_back(job, "o2", "")
    job = store.claim("o3", at_ms=300)
    assert job is not None
    assert (job.failures, job.priority) == (1, 3)
    store.give_back(job, "o3", "for good", is_final=True)
    assert store.claim("o4", at_ms=9_999) is None
    (found,) = store.reads.jobs(count=9)
    assert (found.stage, found.failures, found.last_error) == ("failed", 2, "for good")


def test_jobs_are_listed_as_they_will_be_done(store: Store) -> None:
    """Running ones, then waiting ones by priority, then what ended, newest first."""
    store.queue(*(NewJob("work", name, n) for n, name in enumerate("abcd")))
    d, c = store.claim("o1"), store.claim("o2")
    assert d is not None
    assert c is not None
    store.writer.submit(FinishJob(job=d.id, owner="o1", at_ms=120))
    assert [job.subject for job in store.reads.jobs(count=9)] == ["c", "b", "a", "d"]
    assert len(store.reads.jobs(count=2)) == 2

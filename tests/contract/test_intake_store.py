"""One behaviour suite for what stores uploads and videos: in memory, and in SQLite."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from plainview.core.terms.ids import CreatorId, Digest, VideoId, ViewerId
from plainview.ports.commands import Refused
from plainview.ports.intake import (
    OPEN_UPLOADS_MAX,
    AddRenditions,
    BecomeCreator,
    EditVideo,
    ForgetUpload,
    NoteProgress,
    NoteReceived,
    RefuseUpload,
)
from plainview.ports.text import SetMeaning
from tests.intake_store import ANN, BEN, MEANING, REASON, Store, open_store, refusal, rendition


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    yield from open_store(request.param, tmp_path)


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


def test_what_is_on_its_way_into_the_catalogue(store: Store) -> None:
    """From the last byte on until the video's number is in the epoch that is asked about."""
    store.begin("half"), store.begin("whole"), store.begin()
    assert store.reads.uploads_ahead(of=0) == []
    store.finish("whole"), store.finish()
    assert store.reads.uploads_ahead(of=0) == ["u1", "whole"]
    store.publish()
    video = store.upload().video
    assert video is not None
    assert store.reads.uploads_ahead(of=video - 1) == ["u1", "whole"]
    assert store.reads.uploads_ahead(of=video) == ["whole"]


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
    more = AddRenditions(video=video, renditions=(rendition(540), rendition(360)), at_ms=50)
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
    assert store.reads.files_of(VideoId(1)) == sorted({poster, rendition(360).object})
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


def test_words_that_were_read_are_read_again_when_edited(store: Store) -> None:
    """An edit forgets what the former words meant and queues a reading, each edit one of its own;
    words that nobody read queue none."""
    plain, read = store.published("u1"), store.published("u2", meaning=MEANING)
    edits = [
        EditVideo(video=video, creator=CreatorId(1), caption=caption, tags=("x",), at_ms=60)
        for video, caption in ((plain, "New"), (read, "New"), (read, "New"))
    ]
    for edit in edits:
        store.writer.submit(edit)

    def readings() -> list[str]:
        found = [job.subject for job in store.reads.jobs(count=9) if job.kind == "read_text"]
        return [subject.partition(":")[0] for subject in found]

    assert readings() == [str(read)]
    before = store.reads.pending().changed
    of = SetMeaning(video=read, caption="New", tags=("x",), meaning=MEANING)
    store.writer.submit(msgspec.structs.replace(of, caption="Cap"))
    store.writer.submit(msgspec.structs.replace(of, video=VideoId(9)))
    assert store.reads.pending().changed == before
    store.writer.submit(of)
    store.writer.submit(of)
    assert store.reads.pending().changed == before + 1
    store.writer.submit(msgspec.structs.replace(edits[1], caption="Newer"))
    assert readings() == [str(read)] * 2


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


def test_what_is_shown_of_a_video_is_never_old(store: Store) -> None:
    """Each change to a video, its forms, its flags or its creator's page is in the next
    answer, though the answer before was given a moment ago."""
    video = store.published()
    edit = EditVideo(video=video, creator=CreatorId(1), caption="New", tags=(), at_ms=60)
    changes: dict[str, Callable[[], object]] = {
        "caption": lambda: store.writer.submit(edit),
        "renditions": lambda: store.writer.submit(
            AddRenditions(video=video, renditions=(rendition(540),), at_ms=50)
        ),
        "flags": lambda: store.decide("remove", "d1"),
        "creator": lambda: store.become(ANN, "anna", "Anna"),
    }
    for field, change in changes.items():
        before = store.reads.videos([video])[video]
        assert store.reads.videos([video])[video] == before
        change()
        after = store.reads.videos([video])[video]
        assert getattr(after, field) != getattr(before, field), field
    assert set(store.reads.videos([video, VideoId(9)])) == {video}
    other = store.published("u2")
    assert set(store.reads.videos([other, video])) == {video, other}


def test_videos_are_found_by_words_and_number(store: Store) -> None:
    """Caption, tag, handle and number find a video; wildcards are plain characters."""
    store.published("u1"), store.published("u2")
    for query in ("cap", "ann", "Name", ""):
        assert store.reads.videos_by_query(query, count=9) == [2, 1]
    assert store.reads.videos_by_query("2", count=9) == [2]
    assert store.reads.videos_by_query("cap", count=1) == [2]
    for query in ("%", "_", "nothing"):
        assert store.reads.videos_by_query(query, count=9) == []

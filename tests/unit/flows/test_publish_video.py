"""Publishing: the smallest first, then the rest; refusals and giving up leave nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from plainview.core.catalogue import VideoFacts
from plainview.core.media.plan import Plan
from plainview.core.media.refusals import Broken, ToolFailed
from plainview.core.media.sound import sound_of
from plainview.core.terms.ids import NO_DIGEST, VideoId
from plainview.edge.fake_media import FAKE_SOUND, FakeMediaTools
from plainview.edge.fake_text import FakeTextModel
from plainview.flows.edit_video import edit_video
from plainview.flows.publish_video import GAVE_UP, UploadCloser
from plainview.flows.read_text import READ_TEXT
from plainview.flows.remove_video import remove_video, restore_video, withdraw_video
from plainview.flows.run_jobs import FAILURES_MAX, Lease
from plainview.ports.intake import Job, UploadRecord
from plainview.ports.media import Poster
from tests.intake_samples import FILE, NOW_MS, UPLOAD, World, media_facts


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def upload(world: World, ident: str = UPLOAD) -> UploadRecord:
    found = world.reads.upload(ident)
    assert found is not None
    return found


def facts(world: World) -> VideoFacts:
    """Of the first video."""
    return world.reads.facts_of([VideoId(1)])[VideoId(1)]


class FailingTools(FakeMediaTools):
    """Fails on our side as often as `failures` says."""

    failures = 0

    def take_poster(self, source: Path, *, plan: Plan, work: Path) -> Poster:
        if self.failures:
            self.failures -= 1
            raise ToolFailed("no room")
        return super().take_poster(source, plan=plan, work=work)


def test_a_whole_upload_becomes_a_playable_video(world: World) -> None:
    """All three renditions, poster and facts are in the catalogue, and the upload's files gone."""
    world.send()
    assert world.runner(FakeMediaTools(media_facts())).run_next()
    record = upload(world)
    assert (record.stage, record.progress_per_mille, record.video) == ("published", 1_000, 1)
    video = world.reads.videos([VideoId(1)])[VideoId(1)]
    assert [form.short_edge for form in video.renditions] == [360, 540, 720]
    assert (video.width, video.height, video.length_ms, video.has_sound) == (
        720,
        1_280,
        6_000,
        True,
    )
    assert {*(form.object for form in video.renditions), video.poster} == world.objects()
    assert world.left_over() == []
    assert [job.stage for job in world.reads.jobs(count=9)] == ["done"]


def test_a_silent_source_is_marked(world: World) -> None:
    """Without sound the row says so."""
    world.send()
    world.runner(FakeMediaTools(media_facts(has_audio=False))).run_next()
    assert not world.reads.videos([VideoId(1)])[VideoId(1)].has_sound
    assert facts(world).sound == ()


def test_what_a_sound_is_known_by_is_kept_with_the_facts(world: World) -> None:
    """It is the sketch of what is heard of the smallest rendition, which is heard once."""
    world.send()
    tools = FakeMediaTools(media_facts())
    world.runner(tools).run_next()
    assert facts(world).sound == sound_of(FAKE_SOUND) != ()
    assert tools.calls.count("hear") == 1


def test_what_words_mean_is_kept_with_the_facts_and_read_again_when_edited(world: World) -> None:
    """Caption and tags are read once at publication and once more after an edit; the fact names
    the model."""
    model = FakeTextModel()
    world.send()
    runner = world.runner(FakeMediaTools(media_facts()), text=model)
    while runner.run_next():
        pass
    assert model.texts == ["hello there a"]
    assert facts(world).meaning == model.read("hello there a")
    assert facts(world).meaning_by == model.digest
    creator = facts(world).creator
    edit_video(
        VideoId(1), creator=creator, caption="Goodbye", tags=(), at_ms=NOW_MS,
        writer=world.direct,
    )  # fmt: skip
    assert (facts(world).meaning, facts(world).meaning_by) == ((), NO_DIGEST)
    assert runner.run_next()
    assert facts(world).meaning == model.read("goodbye") != ()
    assert model.texts == ["hello there a", "hello there a", "goodbye", "goodbye"]


def test_without_a_model_words_are_not_read(world: World) -> None:
    """A video published without one has no meaning, and an edit queues no reading; one whose model
    is gone loses its meaning with the edit."""
    world.send()
    world.runner(FakeMediaTools(media_facts())).run_next()
    assert (facts(world).meaning, facts(world).meaning_by) == ((), NO_DIGEST)
    other = "1f" * 16
    world.send(FILE + b"2", upload=other)
    world.runner(FakeMediaTools(media_facts()), text=FakeTextModel()).run_next()
    for video in (1, 2):
        edit_video(
            VideoId(video), creator=facts(world).creator, caption="New", tags=(), at_ms=NOW_MS,
            writer=world.direct,
        )  # fmt: skip
    readings = [job for job in world.reads.jobs(count=9) if job.kind == READ_TEXT]
    assert [job.subject.partition(":")[0] for job in readings] == ["2"]
    runner = world.runner(FakeMediaTools(media_facts()))
    while runner.run_next():
        pass
    assert {job.stage for job in world.reads.jobs(count=9)} == {"done"}
    assert world.reads.facts_of([VideoId(2)])[VideoId(2)].meaning == ()


def test_others_become_playable_first(world: World) -> None:
    """With two uploads waiting, both are published before either gets its larger renditions."""
    world.send()
    other = "1f" * 16
    world.send(FILE + b"2", upload=other)
    runner = world.runner(FakeMediaTools(media_facts()))
    runner.run_next()
    assert (upload(world).stage, upload(world, other).stage) == ("published", "queued")
    assert len(world.reads.videos([VideoId(1)])[VideoId(1)].renditions) == 1
    runner.run_next()
    assert upload(world, other).stage == "published"
    while runner.run_next():
        pass
    for video in (1, 2):
        assert len(world.reads.videos([VideoId(video)])[VideoId(video)].renditions) == 3
    assert world.left_over() == []


def test_a_refused_file_leaves_only_its_reason(world: World) -> None:
    """Not a video: the creator reads why, nothing is in the catalogue, no file is left."""
    world.send(b"Dear all, " * 50)
    world.runner(FakeMediaTools(media_facts())).run_next()
    record = upload(world)
    assert record.stage == "refused"
    assert record.reason is not None
    assert record.reason.code == "not_a_video"
    assert (world.left_over(), world.objects()) == ([], set())
    assert world.reads.videos([VideoId(1)]) == {}
    assert [job.stage for job in world.reads.jobs(count=9)] == ["done"]


def test_a_file_that_breaks_the_encoder_is_refused(world: World) -> None:
    """A refusal in the middle of the work is one like any other."""
    world.send()
    tools = FakeMediaTools(media_facts())
    tools.refusal = Broken(detail="cut")
    world.runner(tools).run_next()
    assert upload(world).reason == msgspec.convert(
        {"code": "broken", "message": Broken.message, "what_to_do": Broken.what_to_do},
        type(GAVE_UP),
    )
    assert world.left_over() == []


def test_our_own_failures_are_tried_again(world: World) -> None:
    """A fault on our side costs time and no upload."""
    world.send()
    tools = FailingTools(media_facts())
    tools.failures = 2
    runner = world.runner(tools)
    for _ in range(3):
        assert runner.run_next()
        assert not runner.run_next()
        world.clock.now += 60_000
    assert upload(world).stage == "published"


def test_after_too_many_failures_it_is_given_up(world: World) -> None:
    """The creator is told that the fault is ours; nothing is left behind; the job shows why."""
    world.send()
    tools = FailingTools(media_facts())
    tools.failures = 99
    runner = world.runner(tools)
    for _ in range(FAILURES_MAX):
        assert runner.run_next()
        world.clock.now += 60_000
    assert not runner.run_next()
    assert upload(world).reason == GAVE_UP
    assert world.left_over() == []
    (job,) = world.reads.jobs(count=9)
    assert (job.stage, job.last_error) == ("failed", "no room")


def test_a_lost_file_is_said_to_be_lost(world: World) -> None:
    """When the bytes are gone before anything was published, the creator hears of it."""
    world.send()
    world.intake.files.forget(UPLOAD)
    world.runner(FakeMediaTools(media_facts())).run_next()
    reason = upload(world).reason
    assert reason is not None
    assert reason.code == "lost"


def test_without_a_jail_uploads_are_refused_with_advice(world: World) -> None:
    """Strangers' bytes are not opened where nothing holds them."""
    world.send()
    job = Job(
        id=1, kind="make_video", subject=UPLOAD, payload=b"", priority=1, attempts=1, failures=0
    )
    UploadCloser("Install bubblewrap.", intake=world.intake).do(job, Lease())
    reason = upload(world).reason
    assert reason is not None
    assert (reason.code, reason.what_to_do) == ("closed", "Install bubblewrap.")
    assert world.left_over() == []


def test_removal_keeps_the_files_and_withdrawal_takes_them(world: World) -> None:
    """The operator's removal can be undone; the creator's withdrawal forgets every file."""
    world.send()
    runner = world.runner(FakeMediaTools(media_facts()))
    runner.run_next()
    stored = world.objects()
    remove_video(
        VideoId(1), reason_code="spam", public_reason="", decision="d1", at_ms=1,
        writer=world.direct,
    )  # fmt: skip
    assert world.reads.videos([VideoId(1)])[VideoId(1)].flags == 1
    restore_video(VideoId(1), public_reason="", decision="d2", at_ms=2, writer=world.direct)
    assert not runner.run_next()
    assert world.objects() == stored
    creator = world.reads.creator("ann")
    assert creator is not None
    withdraw_video(VideoId(1), creator=creator.id, decision="d3", at_ms=3, writer=world.direct)
    assert runner.run_next()
    assert world.objects() == set()


def test_files_that_another_video_shows_survive_a_withdrawal(world: World) -> None:
    """Two uploads of the same bytes share files; withdrawing one leaves the other playable."""
    world.send()
    world.send(upload="1f" * 16)
    runner = world.runner(FakeMediaTools(media_facts()))
    while runner.run_next():
        pass
    stored = world.objects()
    creator = world.reads.creator("ann")
    assert creator is not None
    withdraw_video(VideoId(1), creator=creator.id, decision="d", at_ms=3, writer=world.direct)
    assert runner.run_next()
    assert world.objects() == stored

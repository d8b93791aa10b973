"""Whatever command of a video's way in fails, and however, trying again ends well.

Each case: one command goes wrong ("failed", "failed but persisted", "died", "died but persisted"),
then everything is tried again as after a restart, and the whole world is verified.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.core.terms.ids import VideoId
from plainview.edge.fake_media import FakeMediaTools
from plainview.flows.run_jobs import LEASE_MS
from plainview.flows.take_upload import sweep_uploads
from plainview.ports.commands import WriterGone
from tests.intake_samples import UPLOAD, Died, FaultyWriter, World, media_facts

KINDS = ("failed", "failed but persisted", "died", "died but persisted")
TAKE_COMMANDS = 3
"""BeginUpload, NoteReceived, FinishReceiving."""
MAKE_COMMANDS = 7
"""ClaimJob, NoteProgress twice, PublishVideo, AddRenditions, NoteProgress, FinishJob."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def verify(world: World) -> None:
    """One upload, one video, all its files and no others, nothing under way, nothing left over."""
    record = world.reads.upload(UPLOAD)
    assert record is not None
    assert (record.stage, record.video, record.progress_per_mille) == ("published", 1, 1_000)
    assert record.receipt is not None
    assert list(world.reads.videos([VideoId(1), VideoId(2)])) == [1]
    video = world.reads.videos([VideoId(1)])[VideoId(1)]
    assert [form.short_edge for form in video.renditions] == [360, 540, 720]
    assert {*(form.object for form in video.renditions), video.poster} == world.objects()
    assert [job.stage for job in world.reads.jobs(count=9)] == ["done"]
    assert world.left_over() == []


def make(world: World) -> None:
    """As the worker after a restart: sweep, then do what is due once old leases have run out."""
    world.clock.now += LEASE_MS
    sweep_uploads(intake=world.intake)
    runner = world.runner(FakeMediaTools(media_facts()))
    while runner.run_next():
        pass


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", range(1, TAKE_COMMANDS + 1))
def test_take_upload(world: World, at: int, kind: str) -> None:
    """Sending again after any fault gives one upload, one receipt, one video."""
    writer = FaultyWriter(world.direct, at=at, kind=kind)
    with pytest.raises((WriterGone, Died)):
        world.send(intake=world.over(writer))
    assert writer.is_hit
    before = world.reads.upload(UPLOAD)
    acknowledged = before.receipt if before else None
    record = world.send()
    assert acknowledged in (None, record.receipt)
    make(world)
    verify(world)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_whose_end_was_lost_is_finished_by_itself(world: World, kind: str) -> None:
    """When all bytes were acknowledged nobody needs to send anything again."""
    writer = FaultyWriter(world.direct, at=TAKE_COMMANDS, kind=kind)
    with pytest.raises((WriterGone, Died)):
        world.send(intake=world.over(writer))
    make(world)
    verify(world)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", range(1, MAKE_COMMANDS + 1))
def test_publish_video(world: World, at: int, kind: str) -> None:
    """Working again after any fault publishes the video once, with everything it has."""
    world.send()
    writer = FaultyWriter(world.direct, at=at, kind=kind)
    runner = world.runner(FakeMediaTools(media_facts()), intake=world.over(writer))
    with pytest.raises((WriterGone, Died)):
        runner.run_next()
    assert writer.is_hit
    make(world)
    verify(world)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", range(1, 5))
def test_refusing_a_file(world: World, at: int, kind: str) -> None:
    """A file that is no video ends refused with its reason, and leaves nothing, after any fault."""
    world.send(b"no video at all" * 20)
    writer = FaultyWriter(world.direct, at=at, kind=kind)
    runner = world.runner(FakeMediaTools(media_facts()), intake=world.over(writer))
    with pytest.raises((WriterGone, Died)):
        runner.run_next()
    make(world)
    record = world.reads.upload(UPLOAD)
    assert record is not None
    assert record.reason is not None
    assert (record.stage, record.reason.code) == ("refused", "not_a_video")
    assert (world.left_over(), world.objects()) == ([], set())
    assert [job.stage for job in world.reads.jobs(count=9)] == ["done"]


def test_dying_while_the_files_are_forgotten(world: World) -> None:
    """Killed when the source was gone and its folder not yet, the next process removes the rest."""
    world.send()
    writer = FaultyWriter(world.direct, at=MAKE_COMMANDS, kind="died")
    with pytest.raises(Died):
        world.runner(FakeMediaTools(media_facts()), intake=world.over(writer)).run_next()
    assert world.left_over() == []
    (world.intake.files.work(UPLOAD) / "360.mp4").write_bytes(b"left")
    make(world)
    verify(world)


def test_the_table_names_every_command(world: World) -> None:
    """One command more than the table has is never reached."""
    world.send()
    writer = FaultyWriter(world.direct, at=MAKE_COMMANDS + 1, kind="died")
    world.runner(FakeMediaTools(media_facts()), intake=world.over(writer)).run_next()
    assert not writer.is_hit
    verify(world)


class DyingTools(FakeMediaTools):
    """Dies when asked for the `at`-th thing."""

    at = 0

    def __getattribute__(self, name: str) -> object:
        if name in ("probe", "measure_loudness", "transcode", "take_poster", "hear", "inspect"):
            self.at -= 1
            if self.at == 0:
                raise Died
        return super().__getattribute__(name)


@pytest.mark.parametrize("at", range(1, 10))
def test_dying_between_the_steps_of_the_work(world: World, at: int) -> None:
    """Killed before any step of probing, encoding or posters, the next process ends it well."""
    world.send()
    tools = DyingTools(media_facts())
    tools.at = at
    with pytest.raises(Died):
        world.runner(tools).run_next()
    make(world)
    verify(world)

"""The demo's clips: made in order, posted by their creators, never twice."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from plainview.edge.fake_media import SOURCE_MARK
from plainview.flows.intake import CLIP_PRIORITY, OPENER_PRIORITY, OPENER_UPLOAD_PRIORITY
from plainview.flows.make_demo import (
    DEMO_CLIP,
    OPENERS,
    ClipMaker,
    clips_to_come,
    queue_demo,
    upload_of,
)
from plainview.flows.run_jobs import Doer, JobRunner
from plainview.flows.take_upload import sweep_uploads
from plainview.ports.demo import ClipNotMade, DemoClip, DemoCreator
from tests.intake_samples import World


class FakeStudio:
    """Fourteen clips by two creators; `fails` is how often making one fails."""

    def __init__(self) -> None:
        self.made: list[tuple[str, bool]] = []
        self.fails = 0

    def creators(self) -> Sequence[DemoCreator]:
        return [
            DemoCreator(handle=f"c{n}", name=f"C {n}", bio="b", avatar=b"png%d" % n)
            for n in range(2)
        ]

    def clips(self) -> Sequence[DemoClip]:
        return [
            DemoClip(
                key=f"clip-{n}", creator=f"c{n % 2}", topic="chance", caption=f"Clip {n}",
                tags=("t",), language="en",
            )
            for n in range(OPENERS + 2)
        ]  # fmt: skip

    def make(self, key: str, path: Path, *, is_background: bool) -> None:
        if self.fails:
            self.fails -= 1
            raise ClipNotMade(key)
        self.made.append((key, is_background))
        path.write_bytes(SOURCE_MARK + key.encode())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def clip_runner(world: World, studio: FakeStudio) -> JobRunner:
    maker = ClipMaker(studio, intake=world.intake, folder=world.root / "uploads" / ".clips")
    return JobRunner(
        {DEMO_CLIP: Doer(maker.do, maker.give_up)},
        reads=world.reads,
        writer=world.direct,
        clock=world.clock,
        chance=world.chance,
        renew_ms=3_600_000,
    )


def test_clips_are_made_in_order_openers_in_the_foreground(world: World) -> None:
    """All clips once, in the studio's order, the openers as fast as can be, the rest behind."""
    studio = FakeStudio()
    queue_demo(studio, intake=world.intake)
    runner = clip_runner(world, studio)
    while runner.run_next():
        pass
    assert studio.made == [(f"clip-{n}", n >= OPENERS) for n in range(OPENERS + 2)]
    priorities = {job.priority for job in world.reads.jobs(count=99) if job.kind == DEMO_CLIP}
    assert priorities == {OPENER_PRIORITY, CLIP_PRIORITY}


def test_a_clip_is_its_creators_upload(world: World) -> None:
    """It enters as any upload, with words and topic, by a creator with a picture."""
    studio = FakeStudio()
    queue_demo(studio, intake=world.intake)
    clip_runner(world, studio).run_next()
    record = world.reads.upload(upload_of("clip-0"))
    creator = world.reads.creator("c0")
    assert record is not None
    assert creator is not None
    assert (record.stage, record.caption, record.topics, record.priority) == (
        "queued", "Clip 0", ("chance",), OPENER_UPLOAD_PRIORITY,
    )  # fmt: skip
    assert record.creator == creator.id
    assert creator.avatar is not None
    assert world.intake.objects.get(creator.avatar) == b"png0"


def test_a_clip_is_to_come_once_on_its_whole_way(world: World) -> None:
    """Made, uploaded, its job taken up again: it is counted once, until an epoch can have it."""
    studio = FakeStudio()
    assert clips_to_come(world.reads, after=0) == 0
    queue_demo(studio, intake=world.intake)
    runner = clip_runner(world, studio)
    for _ in range(3):
        assert clips_to_come(world.reads, after=0) == OPENERS + 2
        runner.run_next()
    world.db.execute("UPDATE jobs SET stage = 'waiting' WHERE subject = 'clip-0'")
    assert clips_to_come(world.reads, after=0) == OPENERS + 2
    world.db.execute("UPDATE jobs SET stage = 'failed' WHERE subject = 'clip-13'")
    assert clips_to_come(world.reads, after=0) == OPENERS + 1


def test_a_restart_makes_nothing_twice(world: World) -> None:
    """Queued again and asked again, a clip that was uploaded is not made again."""
    studio = FakeStudio()
    queue_demo(studio, intake=world.intake)
    clip_runner(world, studio).run_next()
    world.db.execute("UPDATE jobs SET stage = 'waiting' WHERE subject = 'clip-0'")
    queue_demo(studio, intake=world.intake)
    clip_runner(world, studio).run_next()
    assert studio.made == [("clip-0", False)]
    names = [job.subject for job in world.reads.jobs(count=99) if job.kind == DEMO_CLIP]
    assert len(names) == len(set(names)) == OPENERS + 2
    assert world.reads.viewer_of(world.reads.creator("c0").id) is not None  # type: ignore[union-attr]


def test_sweeping_while_a_clip_is_made_leaves_it_alone(world: World) -> None:
    """A clip belongs to no upload before it is whole, and is not taken for rubbish."""

    class SweptStudio(FakeStudio):
        def make(self, key: str, path: Path, *, is_background: bool) -> None:
            sweep_uploads(intake=world.intake)
            super().make(key, path, is_background=is_background)
            sweep_uploads(intake=world.intake)

    studio = SweptStudio()
    queue_demo(studio, intake=world.intake)
    clip_runner(world, studio).run_next()
    assert world.reads.upload(upload_of("clip-0")) is not None
    assert list((world.root / "uploads" / ".clips").iterdir()) == []


def test_a_clip_that_fails_is_tried_again(world: World) -> None:
    """A generator that stops costs a moment, not the clip."""
    studio = FakeStudio()
    studio.fails = 1
    queue_demo(studio, intake=world.intake)
    runner = clip_runner(world, studio)
    runner.run_next()
    world.clock.now += 60_000
    runner.run_next()
    assert studio.made == [("clip-0", False)]

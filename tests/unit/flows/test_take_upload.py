"""Taking an upload: words, bytes, receipt; resumed, cancelled, expired."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from plainview.core.catalogue import BadWords
from plainview.core.media.refusals import TooBig
from plainview.core.receipts import UPLOAD_DOMAIN, verify
from plainview.core.terms.canonical import parse_canonical
from plainview.core.terms.ids import ViewerId
from plainview.edge.memory import FixedSigner
from plainview.flows.intake import PROMISE_MS
from plainview.flows.take_upload import (
    EXPIRES_MS,
    EmptyFile,
    OffsetDiffers,
    TooMuchSent,
    begin_upload,
    cancel_upload,
    finish_if_whole,
    receiving,
    sweep_uploads,
    take_upload,
)
from plainview.ports.commands import Refused
from plainview.ports.intake import NewVideo, PartBusy, UploadRecord
from tests.intake_samples import FILE, NOW_MS, UPLOAD, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def begin(world: World, *, caption: str = "Hi") -> UploadRecord:
    return begin_upload(
        NewVideo(filename="a.mp4", caption=caption), upload=UPLOAD, viewer=world.viewer,
        size_bytes=len(FILE), intake=world.intake,
    )  # fmt: skip


def test_a_file_taken_whole_has_a_receipt_that_verifies(world: World) -> None:
    """The receipt names digest, size, time and upload, and is signed under its own domain."""
    record = world.send()
    assert (record.stage, record.filename, record.caption, record.tags, record.topics) == (
        "queued", "b.mp4", "Hello there", ("a",), ("chance",),
    )  # fmt: skip
    assert record.receipt is not None
    assert record.signature is not None
    assert parse_canonical(record.receipt) == {
        "spec": "upload-v1", "edition": "test", "upload": UPLOAD, "creator": "1",
        "digest": sha256(FILE).hexdigest(), "size_bytes": len(FILE), "at_ms": NOW_MS,
        "publish_by_ms": NOW_MS + PROMISE_MS,
    }  # fmt: skip
    key = FixedSigner().public_key()
    verify(record.receipt, signature=record.signature, public_key=key, domain=UPLOAD_DOMAIN)
    assert world.intake.files.part(UPLOAD).read_bytes() == FILE


def test_taking_it_again_changes_nothing(world: World) -> None:
    """The same upload sent twice is one upload with one receipt and one job."""
    first = world.send()
    world.clock.now += 5_000
    assert world.send() == first
    assert len(world.reads.jobs(count=9)) == 1


def test_bytes_go_on_where_they_stopped(world: World) -> None:
    """After a cut only what is missing is sent, and the whole is what was sent."""
    begin(world)
    with receiving(UPLOAD, at_bytes=0, intake=world.intake) as taking:
        taking.write(FILE[:700])
    record = world.reads.upload(UPLOAD)
    assert record is not None
    assert record.received_bytes == 700
    with receiving(UPLOAD, at_bytes=700, intake=world.intake) as taking:
        taking.write(FILE[700:])
    whole = finish_if_whole(UPLOAD, intake=world.intake)
    assert whole is not None
    assert whole.digest == sha256(FILE).hexdigest()


def test_what_came_before_a_break_is_kept(world: World) -> None:
    """An error in the middle of a request loses nothing that was written before it."""
    begin(world)
    held = receiving(UPLOAD, at_bytes=0, intake=world.intake)
    held.__enter__().write(FILE[:123])
    broken = ConnectionError()
    assert not held.__exit__(ConnectionError, broken, None)
    with (
        pytest.raises(OffsetDiffers) as differs,
        receiving(UPLOAD, at_bytes=0, intake=world.intake),
    ):
        pass
    assert differs.value.have_bytes == 123


def test_bytes_that_were_never_noted_are_overwritten(world: World) -> None:
    """What lies in the file beyond the durable offset counts for nothing."""
    begin(world)
    with receiving(UPLOAD, at_bytes=0, intake=world.intake) as taking:
        taking.write(FILE[:100])
    with world.intake.files.part(UPLOAD).open("ab") as file:
        file.write(b"garbage" * 5_000)
    with receiving(UPLOAD, at_bytes=100, intake=world.intake) as taking:
        taking.write(FILE[100:])
    whole = finish_if_whole(UPLOAD, intake=world.intake)
    assert whole is not None
    assert whole.digest == sha256(FILE).hexdigest()


def test_more_than_was_announced_is_not_kept(world: World) -> None:
    """The surplus is cut off and the sender told."""
    begin(world)
    with pytest.raises(TooMuchSent), receiving(UPLOAD, at_bytes=0, intake=world.intake) as taking:
        taking.write(FILE + b"x")
    assert world.intake.files.part(UPLOAD).read_bytes() == FILE


def test_two_requests_do_not_write_at_once(world: World) -> None:
    """The second is told to try again."""
    begin(world)
    with (
        receiving(UPLOAD, at_bytes=0, intake=world.intake),
        pytest.raises(PartBusy),
        receiving(UPLOAD, at_bytes=0, intake=world.intake),
    ):
        pass


def test_a_short_file_is_not_finished(world: World) -> None:
    """Fewer bytes than announced is an error, and the upload goes on waiting for the rest."""
    with pytest.raises(ValueError, match="fewer"):
        take_upload(
            NewVideo(filename="a"), [FILE[:10]], upload=UPLOAD, viewer=world.viewer,
            size_bytes=len(FILE), intake=world.intake,
        )  # fmt: skip
    record = world.reads.upload(UPLOAD)
    assert record is not None
    assert (record.stage, record.received_bytes) == ("receiving", 10)


def test_what_cannot_be_taken_leaves_nothing(world: World) -> None:
    """Empty, too big, unfit words, no creator: refused before anything is kept."""
    with pytest.raises(EmptyFile):
        world.send(b"")
    with pytest.raises(TooBig):
        begin_upload(
            NewVideo(filename="a"), upload=UPLOAD, viewer=world.viewer,
            size_bytes=world.intake.limits.size_bytes_max + 1, intake=world.intake,
        )  # fmt: skip
    with pytest.raises(BadWords) as words:
        begin(world, caption="x" * 301)
    assert words.value.code == "caption_too_long"
    with pytest.raises(Refused):
        begin_upload(
            NewVideo(filename="a"), upload=UPLOAD, viewer=ViewerId("f" * 32), size_bytes=9,
            intake=world.intake,
        )  # fmt: skip
    assert world.reads.upload(UPLOAD) is None
    assert world.left_over() == []


def test_cancelling_leaves_nothing_but_spares_what_is_whole(world: World) -> None:
    """Row and bytes go while it is incomplete; once whole it stays."""
    begin(world)
    with receiving(UPLOAD, at_bytes=0, intake=world.intake) as taking:
        taking.write(FILE[:9])
    cancel_upload(UPLOAD, intake=world.intake)
    assert world.reads.upload(UPLOAD) is None
    assert world.left_over() == []
    world.send()
    cancel_upload(UPLOAD, intake=world.intake)
    assert world.left_over() == [UPLOAD]


def test_sweeping_finishes_forgets_and_tidies(world: World) -> None:
    """What is whole is finished, an old one forgotten, a stray folder goes."""
    begin(world)
    with receiving(UPLOAD, at_bytes=0, intake=world.intake) as taking:
        taking.write(FILE)
    world.intake.files.work("e" * 32)
    sweep_uploads(intake=world.intake)
    record = world.reads.upload(UPLOAD)
    assert record is not None
    assert record.stage == "queued"
    assert world.left_over() == [UPLOAD]
    old = "d" * 32
    begin_upload(
        NewVideo(filename="a"), upload=old, viewer=world.viewer, size_bytes=9, intake=world.intake
    )
    world.clock.now += EXPIRES_MS - 1
    sweep_uploads(intake=world.intake)
    assert world.reads.upload(old) is not None
    world.clock.now += 1
    sweep_uploads(intake=world.intake)
    assert world.reads.upload(old) is None

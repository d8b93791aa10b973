"""Importing a folder: which files are meant, and that none enters twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.edge.fake_media import FakeMediaTools
from plainview.flows.import_folder import find_videos, import_file, is_finished
from tests.intake_samples import FILE, World, media_facts


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_videos_are_known_by_name_or_by_their_beginning(tmp_path: Path) -> None:
    """Suffixes in any case and MP4 heads count; hidden files and folders are left out."""
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name, data in {
        "b.MP4": b"", "sub/a.mkv": b"x", "plain": b"\0\0\0\x18ftypisom", "LICENSE": b"Dear all",
        ".c.mp4": b"", ".hidden/d.mp4": b"",
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(data)
    videos, others = find_videos(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in videos] == ["b.MP4", "plain", "sub/a.mkv"]
    assert [path.name for path in others] == ["LICENSE"]


def test_the_same_bytes_are_one_upload(world: World) -> None:
    """Importing a file again, under whatever name, changes nothing."""
    one, two = world.root / "my_first-clip.mp4", world.root / "copy.mp4"
    one.write_bytes(FILE)
    two.write_bytes(FILE)
    first = import_file(one, viewer=world.viewer, intake=world.intake)
    assert first.caption == "my first clip"
    assert import_file(two, viewer=world.viewer, intake=world.intake) == first
    assert one.read_bytes() == FILE


def test_finished_means_every_rendition(world: World) -> None:
    """Playable is not finished; all renditions made, refused and forgotten are."""
    path = world.root / "a.mp4"
    path.write_bytes(FILE)
    record = import_file(path, viewer=world.viewer, intake=world.intake)
    assert not is_finished(record, intake=world.intake)
    world.runner(FakeMediaTools(media_facts())).run_next()
    assert is_finished(world.reads.upload(record.id), intake=world.intake)
    assert is_finished(None, intake=world.intake)

"""Videos that are kept between reads: the bounds of it. That they are never old is a contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.core.terms.epoch import COUNTERS
from plainview.core.terms.ids import Digest, VideoId
from plainview.edge.sqlite import kept_videos
from plainview.ports.serving import CountDelta, EpochRecord, RecordEpoch
from tests.intake_store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    yield from open_store("sqlite", tmp_path)


def test_counts_are_those_of_the_newest_epoch(store: Store) -> None:
    """An epoch alone, with no change to the catalogue, changes what is answered of its videos."""
    video = store.published()
    assert store.reads.videos([video])[video].counts[0] == 0
    epoch = EpochRecord(
        number=1, root=Digest("1" * 64), header=b"{}", file="1.rows", starts_from=1, rows=0,
        seq=0, changed=0, frozen_ms=5, served_ms=6,
    )  # fmt: skip
    shown = CountDelta(video, (7, *(0,) * (len(COUNTERS) - 1)))
    store.writer.submit(RecordEpoch(epoch=epoch, deltas=(shown,)))
    assert store.reads.videos([video])[video].counts[0] == 7


def test_few_are_kept_and_all_are_answered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the bound the answers stay whole."""
    monkeypatch.setattr(kept_videos, "VIDEOS_KEPT", 2)
    videos = [store.published(f"u{k}") for k in range(4)]
    for some in (videos[:1], videos[1:3], videos, [*videos[2:], VideoId(99)], videos):
        assert set(store.reads.videos(some)) == set(some) - {VideoId(99)}

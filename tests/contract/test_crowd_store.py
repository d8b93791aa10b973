"""The demo's crowd in SQLite: it is counted apart from people."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.core.catalogue import VideoFacts
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.flows.seed_crowd import CROWD_VIEWERS, seed_crowd
from plainview.ports.view import Invented
from tests.intake_store import Store, open_store

AT_MS = 1_790_000_100_000
CLIPS = tuple(
    VideoFacts(
        id=VideoId(n), creator=CreatorId(1), published_ms=1, length_ms=6_000, caption=f"Clip {n}"
    )
    for n in range(1, 11)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Ann and Ben, who are people."""
    yield from open_store("sqlite", tmp_path)


def test_a_crowd_is_told_from_people(store: Store) -> None:
    """Its viewers and what they left are counted apart, all of them and those since some time."""
    reads = store.reads
    assert isinstance(reads, SqliteIntakeReads)
    nobody = Invented(viewers=0, viewers_recent=0, events_recent=0)
    assert reads.invented(since_ms=0) == nobody
    made = seed_crowd(CLIPS, writer=store.writer, at_ms=AT_MS)
    assert reads.invented(since_ms=AT_MS) == Invented(
        viewers=CROWD_VIEWERS, viewers_recent=CROWD_VIEWERS, events_recent=made
    )
    assert reads.invented(since_ms=AT_MS + 1) == Invented(
        viewers=CROWD_VIEWERS, viewers_recent=0, events_recent=0
    )
    assert reads.tally(since_ms=AT_MS)["viewers"] == CROWD_VIEWERS + 2

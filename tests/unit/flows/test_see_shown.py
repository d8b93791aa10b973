"""What was shown lately and to how much of the catalogue, against what the flows did."""

from collections import Counter
from pathlib import Path

import pytest

from plainview.core.catalogue.counts import count_code
from plainview.core.receipts import parse_receipt
from plainview.core.terms.epoch import FLAG_REMOVED, Epoch
from plainview.flows import see_shown
from plainview.flows.freeze_epoch import COUNTS_APART_MS
from plainview.flows.read_epoch import open_epoch
from plainview.flows.see_learning import see_learning
from plainview.flows.see_shown import (
    COVERAGE_EVERY_MS,
    DAY_MS,
    CoverageReader,
    coverage_of,
    shown_lately,
)
from tests.learning_edition import LearningEdition


def newest(edition: LearningEdition) -> Epoch:
    """What is frozen after a while."""
    edition.clock.now += COUNTS_APART_MS
    edition.settle()
    record = edition.reads.newest_epoch()
    assert record is not None
    return open_epoch(record, reads=edition.reads, files=edition.files)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> LearningEdition:
    edition = LearningEdition(tmp_path_factory.mktemp("lived"), videos=300, viewers=6)
    edition.swipe(2)
    return edition


def test_places_are_counted_as_their_receipts_say(lived: LearningEdition) -> None:
    """By slot and by source, all of the slates that are within reach."""
    lately = shown_lately(learning=lived.learning, reads=lived.reads)
    receipts = [parse_receipt(one.receipt) for one in lived.learning.receipts_after(0, count=99)]
    places = [place for receipt in receipts for place in receipt.slate]
    assert (lately.slates, lately.places) == (12, len(places))
    assert dict(lately.by_slot) == Counter(place.slot for place in places)
    assert dict(lately.by_source) == Counter(place.source for place in places)
    assert lately.to_ms == max(receipt.now_ms for receipt in receipts)


def test_only_the_newest_events_are_read(
    lived: LearningEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a reach of fewer events, fewer slates, and the newest of them."""
    monkeypatch.setattr(see_shown, "EVENTS_BACK", 100)
    lately = shown_lately(learning=lived.learning, reads=lived.reads)
    assert 0 < lately.slates < 12
    assert lately.from_ms > 0


def test_coverage_is_what_epochs_count(tmp_path: Path) -> None:
    """Since the first epoch while the service is young, then since the whole epoch before a day
    ago; worked out again only when it is due."""
    edition = LearningEdition(tmp_path, videos=300, viewers=6)
    edition.swipe(2)
    reader = CoverageReader(reads=edition.reads, files=edition.files, clock=edition.clock)
    first = reader.coverage(newest(edition))
    receipts = edition.learning.receipts_after(0, count=99)
    places = [place.video for one in receipts for place in parse_receipt(one.receipt).slate]
    assert (first.since_ms, first.listed) == (0, 300)
    assert (first.shown, first.showings) == (len(set(places)), len(places))
    assert 0 < first.gini < 1
    edition.clock.now += COVERAGE_EVERY_MS - COUNTS_APART_MS - 1
    assert reader.coverage(newest(edition)) is first
    edition.clock.now += DAY_MS
    edition.swipe(1)
    last = newest(edition)
    later = reader.coverage(last)
    whole = edition.reads.epoch(1)
    assert whole is not None
    assert later.since_ms == whole.frozen_ms
    assert later.showings == int(last.rows["counters"][:, 0].sum()) > first.showings
    edition.close()


def test_coverage_counts_listed_videos_alone(lived: LearningEdition) -> None:
    """What was taken down is neither listed nor shown; what was shown before does not count; a new
    video begins from nothing."""
    rows = newest(lived).rows[:4].copy()
    rows["counters"][:, 0] = (7, count_code(300), 2, 9)
    rows["flags"] = (0, 0, 0, FLAG_REMOVED)
    before = rows[1:].copy()
    before["counters"][:, 0] = (count_code(256), 2, 1)
    found = coverage_of(rows, before, since_ms=1)
    assert (found.listed, found.shown, found.showings) == (3, 2, 7 + 296 - 256)
    assert found.gini == pytest.approx(2 * (2 * 7 + 3 * 40) / (3 * 47) - 4 / 3)
    assert coverage_of(rows[:0], None, since_ms=0).gini == 0


def test_a_tick_tells_what_moved_most(tmp_path: Path) -> None:
    """The first of the topics and creators of its lineage record, and when its newest example was
    made."""
    edition = LearningEdition(tmp_path)
    record = edition.learn()
    assert record is not None
    seen = see_learning(
        learning=edition.learning, objects=edition.objects, clock=edition.clock, last=3
    )
    (one,) = seen.ticks
    assert one.newest_ms == record.made.newest_ms > 0
    topic, creator = one.most_moved("topics"), one.most_moved("creators")
    assert topic is not None
    assert creator is not None
    assert topic == (one.shifts["topics"][0]["name"], one.shifts["topics"][0]["shift"])
    assert abs(creator[1]) == max(abs(group["shift"]) for group in one.shifts["creators"])
    edition.close()

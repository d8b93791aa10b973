"""Receipts become examples once, in order, bounded, and only if they can be made again."""

import logging
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from plainview.core.events import parse_client_event
from plainview.core.lessons import FOLLOWING_MAX, is_drawn
from plainview.core.receipts import encode_receipt, parse_receipt, receipt_id
from plainview.core.terms.ids import ViewerId
from plainview.core.terms.weights import HEADS
from plainview.flows import gather_lessons
from plainview.flows.gather_lessons import SETTLE_MS, VIEWER_WAITING_MAX
from plainview.flows.learn_tick import examples_in
from plainview.ports.commands import Refused
from plainview.ports.levers import ReplaceReceipt
from plainview.ports.view import TakeEvents
from tests.learning_edition import LearningEdition

ALL = 2**60
FINISH = HEADS.index("finish")


@pytest.fixture
def edition(tmp_path: Path) -> Any:
    edition = LearningEdition(tmp_path, videos=120, viewers=4)
    yield edition
    edition.close()


def edit(edition: LearningEdition, receipt: bytes, **changes: Any) -> None:
    """Put another receipt in the place of one, as somebody with the database could."""
    made = encode_receipt(msgspec.structs.replace(parse_receipt(receipt), **changes))
    edition.writer.submit(
        ReplaceReceipt(receipt=receipt_id(receipt), body=made, signature=b"s" * 64)
    )


def test_examples_wait_until_their_labels_are_told(edition: LearningEdition) -> None:
    """Nothing is gathered before a receipt's time for labels and answers is over."""
    edition.swipe(1)
    last = max(parse_receipt(one.receipt).now_ms for one in edition.learning.receipts_after(
        0, count=99))  # fmt: skip
    edition.clock.now = last + edition.recipe.label_ms + SETTLE_MS - 1
    assert edition.gatherer.gather() == 3
    edition.clock.now += 1
    assert edition.gatherer.gather() == 1
    assert edition.gatherer.gather() == 0


def test_each_watched_showing_is_an_example_of_its_viewer(edition: LearningEdition) -> None:
    """The examples say who, which receipt and which video, in the order of serving."""
    edition.swipe(2)
    edition.ripen()
    lessons = edition.learning.lessons(0, ALL)
    served = edition.learning.receipts_after(0, count=99)
    assert [one.seq for one in lessons] == [one.seq for one in served]
    for lesson, receipt in zip(lessons, served, strict=True):
        examples = examples_in([lesson])
        assert lesson.count == len(examples) == 8
        assert {bytes(one).hex() for one in examples["viewer"]} == {receipt.viewer}
        assert {bytes(one).hex() for one in examples["receipt"]} == {receipt_id(receipt.receipt)}
        slate = parse_receipt(receipt.receipt).slate
        assert examples["video"].tolist() == [shown.video for shown in slate]


def test_a_restart_gathers_the_same(edition: LearningEdition, tmp_path: Path) -> None:
    """Who has kept nothing in memory makes the same examples of what comes next."""
    edition.swipe(2)
    edition.ripen()
    edition.swipe(2)
    edition.gatherer = edition.new_gatherer()
    edition.ripen()
    kept = edition.learning.lessons(0, ALL)
    other = LearningEdition(tmp_path / "other", videos=120, viewers=4)
    other.swipe(2)
    other.ripen()
    other.swipe(2)
    other.ripen()
    assert [one.records for one in other.learning.lessons(0, ALL)] == [one.records for one in kept]
    other.close()


def test_one_epoch_stays_open_when_all_is_gathered(edition: LearningEdition) -> None:
    """Of the epochs that receipts name the newest is kept, and what is gathered next begins
    there."""
    edition.swipe(1)
    edition.clock.now += 10_000
    edition.settle()
    edition.shelf.refresh()
    edition.swipe(1)
    edition.clock.now += edition.recipe.label_ms + SETTLE_MS + 1
    gatherer, evidence = edition.gatherer, edition.gatherer._evidence
    assert gatherer.gather() == 8
    held = list(gatherer._epochs._opened), list(evidence._epochs)
    assert held == ([1, 2], [1, 2])
    newest = gatherer.newest_index()
    assert gatherer.gather() == 0
    held = list(gatherer._epochs._opened), list(evidence._epochs)
    assert held == ([2], [2])
    assert gatherer.newest_index() is newest


def test_two_gatherers_make_each_example_once(edition: LearningEdition) -> None:
    """The second is refused when it comes with what the first has handed in."""
    edition.swipe(1)
    edition.clock.now += edition.recipe.label_ms + SETTLE_MS + 1
    first, second = edition.new_gatherer(), edition.new_gatherer()
    at = edition.learning.gathered()
    assert first.gather() == 4
    second._reads = _Behind(edition.learning, at)
    with pytest.raises(Refused):
        second.gather()
    assert len(edition.learning.lessons(0, ALL)) == 4


class _Behind:
    """Reads as they were when the first gatherer began."""

    def __init__(self, reads: Any, at: Any) -> None:
        self._reads, self._at = reads, at

    def gathered(self) -> Any:
        return self._at

    def receipts_after(self, seq: int, *, count: int) -> Any:
        return self._reads.receipts_after(seq, count=2)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reads, name)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"features": "6" * 64}, "other features than were served"),
        ({"epoch_root": "7" * 64}, "another epoch"),
        ({"events_head": "7" * 64}, "another events"),
        ({"policy_digest": "7" * 64}, "is not stored"),
        ({"epoch": 99}, "epoch 99 is not stored"),
    ],
)
def test_what_cannot_be_made_again_is_not_learned(
    edition: LearningEdition, changes: dict[str, Any], reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """The receipt teaches nothing; a line in the log and a stored fault say why; others do."""
    edition.swipe(1)
    second = edition.learning.receipts_after(0, count=2)[1]
    edit(edition, second.receipt, **changes)
    with caplog.at_level(logging.ERROR):
        edition.ripen()
    (fault,) = edition.learning.lesson_faults(count=9)
    assert fault.seq == second.seq
    assert reason in fault.reason
    assert reason in caplog.text
    assert edition.learning.gathered().faults == 1
    assert len(edition.learning.lessons(0, ALL)) == 3


def test_one_receipt_in_a_hundred_is_worked_out_whole(
    edition: LearningEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drawn receipt whose slate is not the honest one teaches nothing, though its features fit;
    one that is not drawn is believed."""
    edition.swipe(1)
    one, other = edition.learning.receipts_after(0, count=2)
    for served in (one, other):
        slate = parse_receipt(served.receipt).slate
        edit(
            edition, served.receipt, slate=(msgspec.structs.replace(slate[0], value=1), *slate[1:])
        )
    one, other = edition.learning.receipts_after(0, count=2)
    monkeypatch.setattr(
        gather_lessons, "is_drawn", lambda receipt: receipt == receipt_id(one.receipt)
    )
    edition.ripen()
    (fault,) = edition.learning.lesson_faults(count=9)
    assert (fault.seq, fault.reason) == (one.seq, "another slate by signature")
    assert other.seq in {lesson.seq for lesson in edition.learning.lessons(0, ALL)}


def test_who_is_drawn_is_told_by_the_hash() -> None:
    """About one in a hundred, and the same ones for everybody."""
    ids = [receipt_id(b"%d" % i) for i in range(20_000)]
    drawn = [one for one in ids if is_drawn(one)]
    assert 150 < len(drawn) < 250
    assert drawn[0] == next(one for one in ids if is_drawn(one))


def flood(edition: LearningEdition, viewer: ViewerId, *, events: int) -> None:
    """One viewer reports the same watch of one slate again and again, each time as finished."""
    receipt = parse_receipt(edition.slate(viewer).receipt)
    first = receipt.slate[0]
    told = [
        {"key": f"f{receipt.number}-s", "kind": "shown", "video": str(first.video),
         "number": receipt.number, "position": 0},
        *({"key": f"f{receipt.number}-{i}", "kind": "watch", "video": str(first.video),
           "number": receipt.number, "ms": 10**6 + i, "loops": 1} for i in range(events - 1)),
    ]  # fmt: skip
    for start in range(0, len(told), 5_000):
        drafts = [
            parse_client_event(event, at_ms=edition.clock.now)
            for event in told[start : start + 5_000]
        ]
        edition.writer.submit(TakeEvents(viewer=viewer, events=tuple(drafts)))


def test_a_flood_of_events_of_one_viewer_is_bounded(edition: LearningEdition) -> None:
    """Of 100,000 events of one viewer as many are looked at for a receipt as its bound says, and
    the first among them decide: one example, no longer to make than for others."""
    edition.swipe(1)
    viewer = edition.crowd[0][0]
    flood(edition, viewer, events=100_000)
    edition.settle()
    edition.swipe(1)
    began = len(edition.learning.lessons(0, ALL))
    edition.ripen()
    assert began == 0
    counts = Counter(one.viewer for one in edition.learning.waiting(0))
    assert counts[viewer] == 3
    flooded = edition.learning.lessons(0, ALL)[4]
    assert (flooded.viewer, flooded.count) == (viewer, 1)
    assert int(examples_in([flooded])["ms"][0]) == 10**6 + FOLLOWING_MAX - 3


def test_a_viewer_who_teaches_too_much_is_passed_over(
    edition: LearningEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of somebody who has enough waiting nothing more is looked at; the others go on."""
    assert VIEWER_WAITING_MAX == 1024
    monkeypatch.setattr(gather_lessons, "VIEWER_WAITING_MAX", 16)
    edition.swipe(4)
    edition.ripen()
    each = Counter[str]()
    for one in edition.learning.waiting(0):
        each[one.viewer] += one.count
    assert np.all(np.array(list(each.values())) == 16)
    at = edition.learning.gathered()
    assert (at.receipts, at.passed_over) == (16, 8)


class CountedReads:
    """Reads that remember how many events they gave."""

    def __init__(self, reads: Any) -> None:
        self._reads, self.events = reads, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reads, name)

    def chain_part(self, *args: Any, **named: Any) -> Any:
        """As the reads have them."""
        found = self._reads.chain_part(*args, **named)
        self.events += len(found)
        return found


@pytest.mark.parametrize(("kept", "least", "most"), [(100_000, 1, 1.001), (10, 1.5, 9)])
def test_events_are_read_once_and_forgetting_them_changes_nothing(
    edition: LearningEdition, monkeypatch: pytest.MonkeyPatch, kept: int, least: float, most: float
) -> None:
    """However many receipts an event follows it is read once, and again if it was forgotten; the
    examples are the same."""
    edition.swipe(6)
    edition.clock.now += edition.recipe.label_ms + SETTLE_MS + 1
    monkeypatch.setattr(gather_lessons, "EVENTS_KEPT", kept)
    gatherer, reads = edition.new_gatherer(), CountedReads(edition.learning)
    gatherer._read._reads = reads
    while gatherer.gather():
        pass
    (total,) = edition.db.execute("SELECT count(*) FROM events").fetchone()
    assert least * total <= reads.events <= most * total
    lessons = [one.records for one in edition.learning.lessons(0, ALL)]
    edition.db.execute("DELETE FROM lessons")
    edition.db.execute("UPDATE facts SET value = '0' WHERE name LIKE 'lessons%'")
    monkeypatch.setattr(gather_lessons, "EVENTS_KEPT", 0)
    edition.gatherer = edition.new_gatherer()
    while edition.gatherer.gather():
        pass
    assert [one.records for one in edition.learning.lessons(0, ALL)] == lessons
    assert len(lessons) == 6 * len(edition.crowd)


def test_an_event_that_is_missing_after_a_receipt_is_a_fault(edition: LearningEdition) -> None:
    """Nothing is learned from a receipt whose viewer's next events are not all there."""
    edition.swipe(2)
    viewer = edition.crowd[0][0]
    edition.clock.now += edition.recipe.label_ms + SETTLE_MS + 1
    edition.settle()
    edition.db.execute(
        "DELETE FROM events WHERE n = 5 AND viewer = (SELECT no FROM viewers WHERE id = ?)",
        (viewer,),
    )
    assert edition.gatherer.gather() == 2 * len(edition.crowd)
    faults = edition.learning.lesson_faults(count=99)
    assert [fault.reason for fault in faults] == [
        "other inputs than it names: an event after 0 is missing",
        "other inputs than it names: an event after 0 is missing",
    ]
    assert viewer not in {one.viewer for one in edition.learning.lessons(0, ALL)}

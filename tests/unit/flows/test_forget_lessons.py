"""Lessons are forgotten when they are old or too many, and no tick before its time with them."""

from pathlib import Path
from typing import Any

import pytest

from plainview.flows import learn_tick
from plainview.flows.forget_lessons import forget_lessons
from plainview.ports.learning import TickRecord
from tests.learning_edition import LearningEdition

ALL = 2**60
DAY_MS = 86_400_000


@pytest.fixture
def edition(tmp_path: Path) -> Any:
    edition = LearningEdition(tmp_path)
    yield edition
    edition.close()


def learned(edition: LearningEdition) -> TickRecord:
    record = edition.learn()
    assert record is not None
    return record


def forget(edition: LearningEdition, **bounds: int) -> bool:
    return forget_lessons(
        learning=edition.learning, log=edition.log_reads, writer=edition.writer,
        clock=edition.clock, **bounds,
    )  # fmt: skip


def test_lessons_are_forgotten_after_the_retention(edition: LearningEdition) -> None:
    """A tick's examples are kept for as many days as epochs are, and then only the oldest go."""
    records = [learned(edition) for _ in range(2)]
    assert not forget(edition)
    edition.clock.now = records[0].at_ms + 90 * DAY_MS + 1
    assert not forget(edition)  # the second has it as its history
    edition.clock.now = records[1].at_ms + 90 * DAY_MS
    assert not forget(edition)
    edition.clock.now += 1
    assert forget(edition)
    assert not forget(edition)
    assert edition.learning.pruned_seq() == records[1].order.upto_seq
    left = edition.learning.lessons(0, ALL)
    assert {one.seq for one in left} == {one.seq for one in edition.learning.waiting(
        records[1].order.upto_seq)}  # fmt: skip


def test_lessons_are_forgotten_when_they_take_too_much(
    edition: LearningEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest go first, as far as no later tick has them as its history; what is forgotten is
    not looked back at."""
    monkeypatch.setattr(learn_tick, "HISTORY_TICKS", 1)
    first, _, third = (learned(edition) for _ in range(3))
    assert third.order.history_after_seq == first.order.upto_seq
    assert forget(edition, bytes_max=0)
    assert edition.learning.pruned_seq() == first.order.upto_seq
    assert forget(edition, bytes_max=0)
    assert not forget(edition, bytes_max=0)
    assert edition.learning.pruned_seq() == third.order.upto_seq
    assert learned(edition).order.history_after_seq == third.order.upto_seq

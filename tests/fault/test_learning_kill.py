"""The fault table of a tick: SIGKILL at each moment, then everything is looked at, then again.

Whatever the moment, the last good weights are in use, and learning goes on where it was: the tick
is made, once, the same.
"""

import signal
from pathlib import Path
from typing import Any

import pytest

from plainview.core.history import WeightsPublished, fold_history, parse_entry
from plainview.core.learn import load_weights
from plainview.flows.learn_tick import stored
from plainview.flows.verify_tick import SAME, TickVerifier
from plainview.ports.learning import MadeTick
from tests.fault.learning_victim import MOMENTS
from tests.fault.victims import run
from tests.learning_edition import LearningEdition


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One tick published, and what the next can be made of."""
    edition = LearningEdition(tmp_path_factory.mktemp("lived"))
    edition.live()
    record = edition.learn()
    assert record is not None
    assert record.is_published
    edition.live()
    yield edition
    edition.close()


def audit(edition: LearningEdition) -> int:
    """See that all is whole; how many ticks there are."""
    ticks = edition.learning.gathered().ticks
    published = edition.learning.published()
    assert len(published) == ticks + 1
    in_use = edition.reads.weights()
    assert in_use == published[-1].digest
    load_weights(stored(in_use, objects=edition.objects))
    entries = [parse_entry(body) for body in edition.log_reads.log_entries(0, count=9_999)]
    assert fold_history(entries)[1] == []
    named = [entry.digest for entry in entries if isinstance(entry, WeightsPublished)]
    assert named == [one.digest for one in published]
    end = 0
    for number in range(1, ticks + 1):
        record = edition.learning.tick(number)
        assert record is not None
        assert record.order.after_seq == end
        end = record.order.upto_seq
    assert edition.learning.gathered().learned_seq == end
    verifier = TickVerifier(
        learning=edition.learning, log=edition.log_reads, reads=edition.reads,
        files=edition.files, objects=edition.objects,
    )  # fmt: skip
    looked = [*verifier.ticks(), *verifier.published()]
    assert {one.outcome for one in looked} == {SAME}, looked
    assert edition.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return ticks


@pytest.fixture(scope="module")
def undisturbed(lived: LearningEdition, tmp_path_factory: pytest.TempPathFactory) -> MadeTick:
    """What the next tick comes to when nobody is killed."""
    return learned_after(lived, tmp_path_factory.mktemp("undisturbed"), "nowhere")


def learned_after(lived: LearningEdition, root: Path, at: str) -> MadeTick:
    """The second tick of a learner killed at `at`, and of the one after it if that is needed."""
    edition = LearningEdition(root, like=lived)
    (root / "now").write_text(str(edition.clock.now))
    assert run("learning_victim", root, at) == (0 if at == "nowhere" else -signal.SIGKILL)
    is_recorded = at in ("committed", "nowhere")
    assert audit(edition) == (2 if is_recorded else 1)
    run("learning_victim", root, "nowhere")
    if not is_recorded:
        assert audit(edition) == 2
    record = edition.learning.tick(2)
    assert record is not None
    edition.close()
    return record.made


@pytest.mark.parametrize("at", [moment for moment in MOMENTS if moment != "nowhere"])
def test_a_learner_killed_at_any_moment_learns_once(
    lived: LearningEdition, undisturbed: MadeTick, tmp_path: Path, at: str
) -> None:
    """Before the commit there is one tick, after it two; the next learner makes what is missing,
    and of the same window and parent the very same weights."""
    assert learned_after(lived, tmp_path, at) == undisturbed

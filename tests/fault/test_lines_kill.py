"""SIGKILL of a learner between the lines of an experiment, and within one: then everything is
looked at, then it goes on.

Whatever the moment, each line stands where a tick of its own ended, its weights are those the next
epoch names, and what is missing is made, once, the same.
"""

import signal
from pathlib import Path
from typing import Any

import pytest

from plainview.core.history import LineWeights, fold_history, parse_entry
from plainview.core.learn import load_weights
from plainview.flows.learn_tick import stored
from plainview.flows.verify_lines import LineVerifier
from plainview.flows.verify_tick import SAME
from plainview.ports.learning import MadeTick
from tests.fault.lines_victim import MOMENTS
from tests.fault.victims import run
from tests.lined_edition import LINES, LinedEdition, lined

TICKS = {"main tick made": 0, "window read": 0, "first made": 0, "first stored": 0,
         "first in the transaction": 0, "first committed": 1, "second made": 1,
         "second in the transaction": 1, "second committed": 2, "nowhere": 2}  # fmt: skip
"""How many lines have learned the window by then."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two lines, and what the next window can be made of."""
    edition = lined(tmp_path_factory.mktemp("lined"))
    edition.live()
    yield edition
    edition.close()


def audit(edition: LinedEdition) -> int:
    """See that all is whole; how many lines learned the newest window."""
    entries = [parse_entry(body) for body in edition.log_reads.log_entries(0, count=9_999)]
    assert fold_history(entries)[1] == []
    assert edition.learning.gathered().ticks == 4
    learned = 0
    for record in edition.lines.lines():
        published = edition.lines.line_published(record.line)
        told = [one for one in entries if isinstance(one, LineWeights) and one.line == record.line]
        assert [one.digest for one in told] == [one.digest for one in published]
        assert record.weights == published[-1].digest
        load_weights(stored(record.weights, objects=edition.objects))
        numbers = edition.db.execute(
            "SELECT number FROM line_ticks WHERE line = ? ORDER BY number", (record.line,)
        ).fetchall()
        assert [number for (number,) in numbers] == list(range(2, record.learned + 1))
        learned += record.learned == 4
    verifier = LineVerifier(
        learning=edition.learning, lines=edition.lines, log=edition.log_reads,
        reads=edition.reads, files=edition.files, objects=edition.objects,
    )  # fmt: skip
    looked = [*verifier.ticks(), *verifier.published()]
    assert {one.outcome for one in looked} == {SAME}, looked
    assert edition.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return learned


def learned_after(lived: LinedEdition, root: Path, at: str) -> list[MadeTick]:
    """What lines made of the window with a learner killed at `at`, and another after it."""
    edition = LinedEdition(root, like=lived)
    (root / "now").write_text(str(edition.clock.now))
    assert run("lines_victim", root, at) == (0 if at == "nowhere" else -signal.SIGKILL)
    assert audit(edition) == TICKS[at]
    assert run("lines_victim", root, "nowhere") == 0
    assert audit(edition) == 2
    made = [edition.lines.line_tick(line, 4) for line in LINES]
    edition.close()
    return [one.made for one in made if one is not None]


@pytest.fixture(scope="module")
def undisturbed(lived: LinedEdition, tmp_path_factory: pytest.TempPathFactory) -> list[MadeTick]:
    """What the window comes to when nobody is killed."""
    return learned_after(lived, tmp_path_factory.mktemp("undisturbed"), "nowhere")


@pytest.mark.parametrize("at", [moment for moment in MOMENTS if moment != "nowhere"])
def test_lines_of_a_learner_killed_at_any_moment_learn_once(
    lived: LinedEdition, undisturbed: list[MadeTick], tmp_path: Path, at: str
) -> None:
    """A line has its tick or it has not; the next learner makes what is missing, and of the same
    window and parent the very same weights."""
    assert learned_after(lived, tmp_path, at) == undisturbed

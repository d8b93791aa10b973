"""The writes of an experiment: a fact and its entry in the log stand together or not at all, and
asking again after a lost answer changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.core.history import (
    Experiment,
    ExperimentEnded,
    LineWeights,
    fold_history,
    parse_entry,
)
from plainview.core.terms.hashing import digest_of
from plainview.edge.sqlite.group_commit import NotCarriedOut
from plainview.ports.commands import Command, Done, Refused
from plainview.ports.experiments import (
    DeclareExperiment,
    EndExperiment,
    ExperimentRecord,
    StopExperiment,
)
from plainview.ports.lines import BeginLines
from tests.edition import Edition

MINUTE_MS = 60_000


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[Edition]:
    edition = Edition(tmp_path, videos=30)
    yield edition
    edition.close()


def commands(edition: Edition) -> dict[str, Command[Done]]:
    """A life of one experiment, each command at a time at which it can be carried out."""
    now_ms = edition.clock.now_ms()
    record = ExperimentRecord(
        name="half", plan=digest_of(b"plan"), arms=("for-you", "popular"),
        shares_milli=(500, 500), from_ms=now_ms + 1, to_ms=now_ms + MINUTE_MS, salt=bytes(32),
    )  # fmt: skip
    return {
        "declare": DeclareExperiment(experiment=record, at_ms=now_ms),
        "stop": StopExperiment(
            name="half", stop_ms=now_ms + 5, reason_code="operator", at_ms=now_ms + 2
        ),
        "end": EndExperiment(name="half", at_ms=now_ms + 9),
    }


def state(edition: Edition) -> tuple[list[tuple[object, ...]], list[object]]:
    """All rows, and all entries that are about experiments."""
    rows = edition.db.execute("SELECT * FROM experiments").fetchall()
    bodies = edition.db.execute("SELECT body FROM log_entries ORDER BY n").fetchall()
    entries = [parse_entry(body) for (body,) in bodies]
    assert fold_history(entries)[1] == []
    return rows, [one for one in entries if isinstance(one, Experiment | ExperimentEnded)]


@pytest.mark.parametrize("name", ["declare", "stop", "end"])
def test_asked_again_it_changes_nothing(edition: Edition, name: str) -> None:
    """Each command twice in a row, as after a lost answer, leaves what once leaves."""
    for each, command in commands(edition).items():
        edition.writer.submit(command)
        if each == name:
            before = state(edition)
            edition.writer.submit(command)
            assert state(edition) == before


@pytest.mark.parametrize(
    ("name", "write"),
    [("declare", "INSERT ON experiments"), ("end", "UPDATE OF end_entry ON experiments")],
)
def test_the_entry_does_not_stand_without_its_row(edition: Edition, name: str, write: str) -> None:
    """When the row cannot be written its entry is not either; when it can again, both are."""
    before = state(edition)
    for each, command in commands(edition).items():
        if each == name:
            edition.db.execute(
                f"CREATE TRIGGER full BEFORE {write} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
            with pytest.raises(NotCarriedOut, match="disk full"):
                edition.writer.submit(command)
            assert state(edition) == before
            edition.db.execute("DROP TRIGGER full")
        edition.writer.submit(command)
        before = state(edition)
    assert len(before[1]) == 2


# ------------------------------------------------------------------------------------------- lines


def lines_of(edition: Edition) -> tuple[list[tuple[object, ...]], list[LineWeights]]:
    """All rows of lines, and all entries of them."""
    rows = [row for name in ("lines", "line_weights") for row in
            edition.db.execute(f"SELECT * FROM {name}")]  # fmt: skip
    bodies = edition.db.execute("SELECT body FROM log_entries ORDER BY n").fetchall()
    entries = [parse_entry(body) for (body,) in bodies]
    assert fold_history(entries)[1] == []
    return rows, [one for one in entries if isinstance(one, LineWeights)]


def with_recipes(edition: Edition) -> BeginLines:
    """An experiment of two recipes is declared; how its lines begin once it is under way."""
    now_ms = edition.clock.now_ms()
    record = ExperimentRecord(
        name="twice", plan=digest_of(b"plan"), arms=("for-you+bold", "for-you+calm"),
        shares_milli=(500, 500), from_ms=now_ms + 1, to_ms=now_ms + MINUTE_MS, salt=bytes(32),
        recipes=(digest_of(b"bold"), digest_of(b"calm")),
    )  # fmt: skip
    edition.writer.submit(DeclareExperiment(experiment=record, at_ms=now_ms))
    return BeginLines(experiment="twice", at_ms=now_ms + 1)


def test_lines_begin_all_or_none_and_once(edition: Edition) -> None:
    """Where the second line cannot be written the first has not begun either, nor is it logged;
    asked twice they begin once."""
    begin = with_recipes(edition)
    edition.db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON line_weights WHEN NEW.line = 'twice/calm'"
        " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    with pytest.raises(NotCarriedOut, match="disk full"):
        edition.writer.submit(begin)
    assert lines_of(edition) == ([], [])
    edition.db.execute("DROP TRIGGER full")
    edition.writer.submit(begin)
    once = lines_of(edition)
    assert [one.line for one in once[1]] == ["twice/bold", "twice/calm"]
    assert {one.digest for one in once[1]} == {edition.reads.weights()}
    edition.writer.submit(begin)
    assert lines_of(edition) == once


def test_lines_begin_in_the_time_of_their_experiment_alone(edition: Edition) -> None:
    """Not before it, not when it is over, and of none that was never declared."""
    begin = with_recipes(edition)
    for at_ms in (begin.at_ms - 1, begin.at_ms + MINUTE_MS):
        with pytest.raises(Refused, match="not under way"):
            edition.writer.submit(BeginLines(experiment="twice", at_ms=at_ms))
    with pytest.raises(Refused, match="no experiment"):
        edition.writer.submit(BeginLines(experiment="other", at_ms=begin.at_ms))
    assert lines_of(edition) == ([], [])

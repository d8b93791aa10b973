"""Our network on another log goes through what serves, and through nothing else."""

import ast
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from bench import kuairand
from bench.quality import ours
from bench.quality.features import features_at
from bench.quality.known import Known
from plainview.core.feed import kernels as serving
from plainview.core.learn import load_weights, quantise, side_by_side
from plainview.core.learn import tick as ticks
from plainview.core.learn.judge import outputs
from plainview.core.learn.window import LABEL_ONE
from plainview.core.terms import watch_time
from plainview.core.terms.weights import EXACT_BOUND, TABLE_MIDDLE, TABLE_SIZE
from tests.made_log import made_log

LOG = made_log()
TRAIN = np.flatnonzero(~LOG.is_test)
TEST = np.flatnonzero(LOG.is_test)
RECIPE = msgspec.structs.replace(ours.RECIPE, hidden=(6,), passes=1)


@pytest.fixture(scope="module")
def given() -> ours.Given:
    columns = features_at(Known(LOG), LOG.time_ms)
    schema = columns.schema(ours.HEADS)
    labels = ours.labels_of(LOG, TRAIN)
    return ours.Given(schema=schema, X=columns.table(schema), labels=labels)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two networks of six hidden units, learned in one pass, side by side."""
    monkeypatch.setattr(ours, "drawn", _drawn)


DRAWN = ours.drawn


def _drawn(log: Any, given: Any, rows: Any) -> bytes:
    return DRAWN(log, given, rows, recipe=RECIPE, draws=2)


def test_it_is_the_same_functions_that_learn_and_serve() -> None:
    """The tick, the loader with its certificate, the kernel and the read-out are the service's own
    objects, not copies, and the module defines none of their names again; several draws become one
    file by the core's own function, and that by the quantiser that a tick's go through."""
    used = vars(ours)
    assert used["learn_tick"] is ticks.learn_tick
    assert used["one_file"] is side_by_side.one_file
    assert vars(side_by_side)["integer_file"] is ticks.integer_file
    assert vars(ticks)["quantise"] is quantise.quantise
    assert used["load_weights"] is load_weights
    assert used["BEST"] is serving.BEST
    assert used["watched_ms"] is watch_time.watched_ms
    source = ast.parse(Path(ours.__file__).read_text())
    own = {n.name for n in ast.walk(source) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    theirs = {"learn_tick", "load_weights", "quantise", "largest_sum", "forward", "watched_ms"}
    assert not own & (theirs | {"one_file", "side_by_side", "integer_file"})


def test_predictions_go_through_the_serving_kernel(
    given: ours.Given, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is one call of `forward`, of one viewer and one video; with another kernel in its
    place the predictions are that kernel's."""
    asked: list[tuple[int, ...]] = []

    def forward(weights: Any, viewer: Any, video: Any) -> Any:
        asked.append((len(viewer), *video.shape))
        return np.full((1, len(ours.HEADS)), 7, dtype=np.int64)

    fake = msgspec.structs.replace(serving.BEST, forward=forward)
    monkeypatch.setattr(ours, "BEST", fake)
    out = ours.scored(LOG, given, train=TRAIN, test=TEST)
    split = len(given.schema.viewer)
    assert asked == [(split, 1, len(given.schema.features) - split)] * len(TEST)
    assert set(out["long_view"].tolist()) == {7.0}


def test_the_tick_is_the_services(
    given: ours.Given, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is learned is what `learn_tick` returned, of all training rows and no others, by a seed
    of its own for each draw; the weights that predict are one file with all hidden units side by
    side and the watch times beside them."""
    seen: list[tuple[str, str, int]] = []
    wide: list[int] = []

    def spied(parent: Any, window: Any, recipe: Any) -> Any:
        seen.append((recipe.begin, recipe.seed, len(window.examples)))
        return ticks.learn_tick(parent, window, recipe)

    def loaded(data: bytes, *, schema: Any) -> Any:
        weights = load_weights(data, schema=schema)
        wide.append(weights.hidden[0].weight.shape[1])
        return weights

    monkeypatch.setattr(ours, "learn_tick", spied)
    monkeypatch.setattr(ours, "load_weights", loaded)
    out = ours.scored(LOG, given, train=TRAIN, test=TEST)
    assert seen == [("draws", f"kuairand {n}", len(TRAIN)) for n in (1, 2)]
    assert set(wide) == {12}
    assert set(out) == {"long_view", "click", "like", "watch", "watch_median"}
    assert (out["watch"] >= 0).all()
    assert len(set(out["watch"].tolist())) > 10


def test_the_integer_network_is_certified_and_equal_to_its_definition(given: ours.Given) -> None:
    """The file of two draws loads under its schema with its bound below 2**24, and the serving
    kernel gives what the judge's plain arithmetic gives."""
    weights = load_weights(_drawn(LOG, given, TRAIN), schema=given.schema)
    assert 0 < weights.bound < EXACT_BOUND
    X = given.X[TEST[:50]]
    entry = np.clip(outputs(weights, X) + TABLE_MIDDLE, 0, TABLE_SIZE - 1)
    plain = weights.table[np.arange(len(ours.HEADS)), entry]
    assert (ours.predictions(weights, X) == plain).all()


def test_examples_are_the_rows(given: ours.Given) -> None:
    """Features, labels and times stand as they are, viewers apart, and no two commitments alike."""
    examples = ours.examples_of(LOG, given, TRAIN)
    assert (examples["features"] == given.X[TRAIN]).all()
    assert (examples["labels"] == given.labels[TRAIN]).all()
    assert len(np.unique(examples["receipt"], axis=0)) == len(TRAIN)
    users = [bytes(v) for v in examples["viewer"]]
    assert len(set(users)) == len(np.unique(LOG.user[TRAIN]))


def test_labels_are_outcomes_and_the_quantile_of_the_training_rows(given: ours.Given) -> None:
    """0 and 1 of three outcomes; and a watch longer than all of its length in training is 1."""
    for h, head in enumerate(ours.HEADS[:3]):
        assert (given.labels[:, h] == LOG.outcome(head) * LABEL_ONE).all()
    longest = msgspec.structs.replace(LOG, play_ms=np.where(LOG.is_test, 10**9, LOG.play_ms))
    labels = ours.labels_of(longest, TRAIN)
    assert set(labels[TEST, ours.WATCH].tolist()) == {LABEL_ONE}
    assert (labels[TRAIN] == given.labels[TRAIN]).all()


def test_without_the_log_the_run_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unset or a folder without it: skipped, in words, and nothing is measured."""
    for data in ("", str(tmp_path)):
        monkeypatch.setenv("PLAINVIEW_DATA", data)
        assert kuairand.main([]) == kuairand.SKIPPED
        assert "nothing was measured" in capsys.readouterr().out

"""Measures of the comparison, beside sums written out."""

import numpy as np
import pytest

from bench.quality.compare import OURS, Judge, chance, rows_of, table_of
from bench.quality.errors import errors
from bench.quality.measures import (
    area,
    areas,
    by_user,
    drawn_users,
    interval,
    ordered_share,
    slate_areas,
    slate_gains,
    slates_of,
)
from bench.quality.plot import plotted
from tests.made_log import made_log

RNG = np.random.Generator(np.random.PCG64(3))


def test_an_area_counts_pairs_by_weight() -> None:
    """The same as going over all pairs of a positive and a negative, ties a half, weights
    multiplied."""
    scores = RNG.integers(0, 6, 40).astype(np.float64)
    positive, weight = RNG.random(40) < 0.4, RNG.integers(0, 4, 40).astype(np.float64)
    top = bottom = 0.0
    for i in np.flatnonzero(positive):
        for j in np.flatnonzero(~positive):
            pair = weight[i] * weight[j]
            bottom += pair
            top += pair * (1.0 if scores[i] > scores[j] else 0.5 if scores[i] == scores[j] else 0)
    assert area(scores, positive, weight) == pytest.approx(top / bottom)


def test_a_drawn_user_counts_as_often_as_drawn() -> None:
    """The area under one draw is that of the rows written out as often as their user was drawn."""
    user, drawn = RNG.integers(0, 9, 60), drawn_users(9, draws=3)
    scores, positive = RNG.random(60), RNG.random(60) < 0.5
    values = areas(scores, positive, user, drawn)
    for value, times in zip(values, drawn, strict=True):
        rows = np.repeat(np.arange(60), times[user])
        assert value == pytest.approx(area(scores[rows], positive[rows], np.ones(len(rows))))
    assert drawn[0].tolist() == [1] * 9
    assert drawn.sum(axis=1).tolist() == [9] * 4


def test_perfect_and_reversed_orders_of_time() -> None:
    """Scores that are the times order every pair, their negatives none, one score for all half."""
    user, play = np.arange(50) % 7, np.arange(50) * 100
    drawn = drawn_users(7, draws=2)
    assert ordered_share(play.astype(np.float64), play, user, drawn).tolist() == [1, 1, 1]
    assert ordered_share(-play.astype(np.float64), play, user, drawn).tolist() == [0, 0, 0]
    assert ordered_share(np.zeros(50), play, user, drawn).tolist() == [0.5, 0.5, 0.5]


def test_slates_are_user_days_of_both_kinds() -> None:
    """By hand: one slate with 1 of 2 pairs in order, one of one kind only, which does not count."""
    slate = slates_of(np.array([1, 1, 1, 2, 2]), np.array([6, 6, 6, 6, 6]))
    positive = np.array([True, False, True, False, False])
    scores = np.array([0.5, 0.4, 0.1, 0.9, 0.8])
    first, value, size = slate_areas(scores, positive, slate)
    assert (first.tolist(), value.tolist(), size.tolist()) == ([0], [0.5], [3])


def test_gains_by_hand() -> None:
    """Five rows, one positive in the second place: 1 / log2(3). Four rows are no slate."""
    scores = np.array([5.0, 4, 3, 2, 1, 9, 8, 7, 6])
    positive = np.array([False, True, False, False, False, True, False, False, False])
    _, value, _ = slate_gains(scores, positive, np.array([0] * 5 + [1] * 4))
    assert value.tolist() == pytest.approx([1 / np.log2(3)])


def test_a_mean_by_user_and_its_interval() -> None:
    """Everybody once gives the plain mean; half the width is half the way between the 2.5 % and the
    97.5 % of the draws."""
    values, weight, user = np.array([1.0, 3, 5]), np.array([1.0, 1, 2]), np.array([0, 0, 1])
    assert by_user(values, weight, user, drawn_users(2, draws=5))[0] == 3.5
    draws = np.concatenate([[50.0], np.arange(1001) / 10])
    assert interval(draws) == pytest.approx(47.5)


def test_chance_tells_noise_from_a_steady_gap() -> None:
    """The same twice is 1; a gap of a tenth of its spread is likely chance; one of five is not."""
    noise = RNG.normal(0, 1, 400)
    same = np.zeros(401)
    assert chance(same, same) == 1
    gap = np.concatenate([[0.1], 0.1 + noise])
    assert chance(gap, same) > 0.8
    assert chance(gap + 4.9, same) < 1e-4


def test_the_lines_name_the_best_peer_and_the_harder_bar() -> None:
    """Of two peers the one nearer the truth is named; ours is held beside it or the protocol's
    figure, whichever is harder; table and picture have every line that was run."""
    log = made_log(800)
    test = np.flatnonzero(log.is_test)
    truth = log.outcome("long_view")[test].astype(np.float64)
    noise = np.random.Generator(np.random.PCG64(1)).normal(0, 1, len(test))
    runs = {
        "popularity": {"A": {"long_view": noise}},
        "logistic": {"A": {"long_view": truth + noise}},
        OURS: {"A": {"long_view": truth + noise / 2}},
    }
    (row,) = rows_of(Judge(log, test, draws=20), runs)
    assert (row.line.name, row.best) == ("AUC long view", "logistic")
    bar = max(row.values["logistic"], row.line.best)
    assert row.gap == pytest.approx(row.values[OURS] - bar)
    assert row.p < 0.01
    (alone,) = rows_of(Judge(log, test, draws=20), {m: runs[m] for m in ("popularity", OURS)})
    assert alone.values["popularity"] < alone.line.best
    assert alone.gap == pytest.approx(alone.values[OURS] - alone.line.best)
    assert "AUC long view" in table_of([row], list(runs))
    assert plotted([row]).count("<circle") == 2


def test_errors_are_told_by_group() -> None:
    """The area of all rows is that of the line, groups too small are left out, and one half said of
    everything is off by as much as the share is off one half."""
    log = made_log(1500)
    train, test = np.flatnonzero(~log.is_test), np.flatnonzero(log.is_test)
    half = np.full(len(test), float(1 << 23))
    runs = {OURS: {"A": dict.fromkeys(("long_view", "click", "like"), half)}}
    lines = list(errors(log, runs, train=train, test=test))
    assert lines[1].split() == ["all", str(len(test)), lines[1].split()[2], "0.5000"]
    assert not any(line.startswith("photo") for line in lines)
    off = abs(log.outcome("click")[test].mean() - 0.5)
    (told,) = [line for line in lines if "click" in line]
    assert float(told.split()[5]) == pytest.approx(off, abs=1e-4)

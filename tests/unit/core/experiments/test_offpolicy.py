"""Four estimators on logs small enough to work out on paper, and what holds for any log."""

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.experiments import (
    ESTIMATORS,
    BadLog,
    Estimate,
    Logged,
    Trust,
    dr,
    effective,
    ips,
    judged,
    sndr,
    snips,
    t_quantile,
)
from plainview.core.experiments.offpolicy import by_cluster, spread


def log(
    *rows: tuple[int, float, float] | tuple[int, float, float, float, float], reach: float = 1.0
) -> Logged:
    """Rows of (viewer, reward, weight) or with (modelled, expected) behind."""
    full = [(*row, 0.0, 0.0) if len(row) == 3 else row for row in rows]
    columns = list(zip(*full, strict=True))
    return Logged(
        cluster=np.array(columns[0], dtype=np.int64),
        reward=np.array(columns[1], dtype=np.float64),
        weight=np.array(columns[2], dtype=np.float64),
        modelled=np.array(columns[3], dtype=np.float64),
        expected=np.array(columns[4], dtype=np.float64),
        reach=reach,
    )


PAPER = log((1, 1.0, 2.0, 0.5, 0.6), (1, 0.0, 0.5, 0.2, 0.6), (2, 3.0, 1.5, 2.0, 1.8))
"""w r = 2, 0, 4.5; w (r - q) = 1, -0.1, 1.5; v = 0.6, 0.6, 1.8; sum of w = 4."""


def test_the_four_estimates_of_a_log_on_paper() -> None:
    """6.5 / 3; 6.5 / 4; (3 + 2.4) / 3; 3 / 3 + 2.4 / 4."""
    assert ips(PAPER).value == pytest.approx(6.5 / 3)
    assert snips(PAPER).value == pytest.approx(1.625)
    assert dr(PAPER).value == pytest.approx(1.8)
    assert sndr(PAPER).value == pytest.approx(1.6)


def test_errors_are_counted_by_viewer() -> None:
    """Of IPS on paper, each viewer's sum less as many means as rows: 2 - 2 * 6.5/3 and 4.5 - 6.5/3,
    over 3: both 7/9 from nought; two viewers double the sum of squares: 14/9."""
    assert ips(PAPER).error == pytest.approx(sqrt(2 * ((7 / 9) ** 2 + (7 / 9) ** 2)))


def test_the_error_of_a_quotient_is_that_of_its_first_order() -> None:
    """SNIPS on paper: w (r - 1.625) / 4 is -0.3125, -0.203125 and 0.515625; viewer 1 has the first
    two, so both pull by 0.515625, and the error is twice that."""
    assert snips(PAPER).error == pytest.approx(2 * 0.515625)


def test_the_error_of_the_doubly_robust_has_both_its_parts() -> None:
    """SNDR on paper: (v - 1) / 3 + w (r - q - 0.6) / 4 is -2/15 - 1/20, -2/15 - 1/10 and
    4/15 + 3/20: viewer 1 pulls by -5/12 and viewer 2 by 5/12."""
    assert sndr(PAPER).error == pytest.approx(2 * 5 / 12)


def test_the_interval_is_students() -> None:
    """Two viewers leave one degree of freedom: the interval is 12.706 errors to each side."""
    found = ips(PAPER)
    assert found.df == 1.0
    assert found.high - found.value == pytest.approx(t_quantile(0.975, 1) * found.error)
    assert found.value - found.low == pytest.approx(found.high - found.value)


def test_pulls_by_few_leave_few_degrees_of_freedom() -> None:
    """Pulls of 3 and ninety-nine of 0.1: S = 9.99, fourth powers 81.0099, so
    2 S² / (81.0099 - S²/100) = 2.494 of the 99 there could be."""
    _, df = spread(np.array([3.0] + [0.1] * 99))
    assert df == pytest.approx(2 * 9.99**2 / (81.0099 - 9.99**2 / 100))
    assert df == pytest.approx(2.494, abs=1e-3)


def test_one_viewer_has_no_error_that_could_be_counted() -> None:
    """With all rows by one viewer the interval is everything."""
    found = snips(log((1, 1.0, 1.0), (1, 0.0, 1.0)))
    assert (found.low, found.high) == (-inf, inf)


def test_a_policy_that_shares_no_choice_with_the_log_is_unknown() -> None:
    """Where all weights are nought the self-normalised know nothing, and IPS says nought."""
    nothing = log((1, 1.0, 0.0), (2, 1.0, 0.0))
    for estimator in (snips, sndr):
        found = estimator(nothing)
        assert (found.low, found.high, found.effective) == (-inf, inf, 0.0)
    assert ips(nothing).value == 0.0
    assert judged(ips(nothing), trust=Trust(clusters_min=2)) != ""


def test_effective_size_counts_viewers_and_not_rows() -> None:
    """Weights 1, 1 by one viewer and 2 by another say as much as two; 3 and 1 as 1.6."""
    assert effective(log((1, 0.0, 1.0), (1, 0.0, 1.0), (2, 0.0, 2.0))) == 2.0
    assert effective(log((1, 0.0, 3.0), (2, 0.0, 1.0))) == 1.6


# --------------------------------------------------------------------------------- what can be told

GOOD = Estimate(
    method="snips", value=0.5, low=0.4, high=0.6, error=0.05, df=80.0, rows=900, clusters=300,
    effective=120.0, mean_weight=1.02, mean_weight_error=0.03, reach=1.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("clusters", 99, "99 viewers chose"),
        ("reach", 0.8, "20% of what it would show could not have been shown"),
        ("effective", 49.0, "as much as 49 viewers"),
        ("df", 9.0, "a handful of viewers"),
        ("error", 0.0, "a handful of viewers"),
        ("mean_weight", 0.7, "weights are 0.70 on average"),
    ],
)
def test_each_reason_not_to_tell_is_given_alone(field: str, value: float, said: str) -> None:
    """An estimate that fails in one thing is refused for that one; without it, it is told."""
    import msgspec

    assert judged(GOOD) == ""
    words = judged(msgspec.structs.replace(GOOD, **{field: value}))
    assert words.startswith("cannot tell: ")
    assert said in words


def test_columns_that_are_no_log_are_refused() -> None:
    """Without rows, of different lengths, not finite, or with a weight below nought."""
    with pytest.raises(BadLog):
        log((1, float("nan"), 1.0))
    with pytest.raises(BadLog):
        log((1, 1.0, -1.0))
    one, none = np.ones(1), np.ones(0)
    with pytest.raises(BadLog):
        Logged(
            cluster=np.ones(1, dtype=np.int64), reward=one, weight=none, modelled=one, expected=one
        )
    with pytest.raises(BadLog):
        Logged(
            cluster=np.ones(0, dtype=np.int64),
            reward=none,
            weight=none,
            modelled=none,
            expected=none,
        )


# ------------------------------------------------------------------------------------ for any log

Rows = list[tuple[int, float, float, float, float]]
numbers = st.floats(-5, 5)
rows_of_logs = st.lists(
    st.tuples(st.integers(0, 6), numbers, st.floats(0.05, 20), numbers, numbers),
    min_size=2, max_size=30,
)  # fmt: skip


@given(rows_of_logs)
def test_the_policy_that_served_is_worth_what_it_brought(rows: Rows) -> None:
    """With all weights 1, IPS and SNIPS are the mean reward; with a model true in the mean of
    v = q, so are the doubly robust."""
    own = log(*[(row[0], row[1], 1.0, row[3], row[3]) for row in rows])
    mean = float(own.reward.mean())
    for estimator in ESTIMATORS.values():
        assert estimator(own).value == pytest.approx(mean, abs=1e-9)


@given(rows_of_logs)
def test_self_normalised_stays_among_the_rewards(rows: Rows) -> None:
    """SNIPS is a mean with weights, so it is no less than the least reward nor above the most."""
    found = snips(log(*rows)).value
    rewards = [row[1] for row in rows]
    assert min(rewards) - 1e-9 <= found <= max(rewards) + 1e-9


@given(rows_of_logs, numbers)
def test_adding_to_all_rewards_adds_to_the_self_normalised(rows: Rows, extra: float) -> None:
    """SNIPS of rewards that are all higher by x is higher by x, with the same error."""
    before = snips(log(*rows))
    after = snips(log(*[(row[0], row[1] + extra, row[2]) for row in rows]))
    assert after.value == pytest.approx(before.value + extra, abs=1e-7)
    assert after.error == pytest.approx(before.error, abs=1e-7)


@given(rows_of_logs)
def test_a_perfect_model_needs_no_weights(rows: Rows) -> None:
    """Where the model is the reward itself, both doubly robust are the mean of what is expected."""
    perfect = log(*[(row[0], row[1], row[2], row[1], row[4]) for row in rows])
    mean = float(perfect.expected.mean())
    assert dr(perfect).value == pytest.approx(mean, abs=1e-9)
    assert sndr(perfect).value == pytest.approx(mean, abs=1e-9)


@given(rows_of_logs)
def test_without_a_model_the_doubly_robust_are_the_plain_ones(rows: Rows) -> None:
    """With q = v = 0 DR is IPS and SNDR is SNIPS, errors too."""
    plain = log(*[row[:3] for row in rows])
    for robust, simple in ((dr, ips), (sndr, snips)):
        assert robust(plain).value == pytest.approx(simple(plain).value, abs=1e-9)
        assert robust(plain).error == pytest.approx(simple(plain).error, abs=1e-9)


@given(rows_of_logs, st.integers(1, 4))
def test_the_same_rows_again_by_the_same_viewers_say_no_more(rows: Rows, times: int) -> None:
    """Repeating each viewer's rows changes neither value, error nor effective size."""
    once, often = log(*rows), log(*[row for row in rows for _ in range(times)])
    for estimator in ESTIMATORS.values():
        a, b = estimator(once), estimator(often)
        assert b.value == pytest.approx(a.value, abs=1e-9)
        assert b.effective == pytest.approx(a.effective)
        if a.clusters > 1:
            assert b.error == pytest.approx(a.error, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 9), numbers), min_size=1, max_size=30))
def test_sums_by_viewer_add_up(rows: list[tuple[int, float]]) -> None:
    """Nothing is lost by adding up viewer by viewer, whatever the order."""
    cluster = np.array([row[0] for row in rows])
    column = np.array([row[1] for row in rows])
    sums = by_cluster(cluster, column)
    assert len(sums) == len({row[0] for row in rows})
    assert sums.sum() == pytest.approx(column.sum(), abs=1e-9)

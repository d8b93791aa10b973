"""Metrics by hand, against the mathematics, and against the network that serves."""

import math

import numpy as np
import pytest

from plainview.core.feed.kernels import NUMPY_INT64
from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.judge import (
    ECE_BINS,
    UNKNOWN,
    auc_ppm,
    cross_entropy_q24,
    ece_ppm,
    gauc_ppm,
    judge,
    minus_ln_q24,
    outputs,
)
from plainview.core.learn.window import LABEL_ONE
from plainview.core.terms.weights import HEAD_ONE, HEADS, TABLE_MIDDLE, VIEWER_FEATURES
from tests.lessons import drawn_examples

WEIGHTS = load_weights(starting_weights())


def area(scores: list[float], positive: list[int]) -> int:
    return auc_ppm(np.array(scores), np.array(positive, dtype=np.bool_))


def test_the_area_by_hand() -> None:
    """Of positives 3, 2 over negatives 1, 2: pairs (3,1) (3,2) (2,1) are in order, (2,2) is half:
    3.5 of 4."""
    assert area([3, 2, 1, 2], [1, 1, 0, 0]) == 875_000


@pytest.mark.parametrize(
    ("scores", "positive", "wanted"),
    [
        ([1, 2, 3], [0, 0, 1], 1_000_000),
        ([1, 2, 3], [1, 0, 0], 0),
        ([5, 5, 5, 5], [1, 0, 1, 0], 500_000),
        ([1, 2], [1, 1], UNKNOWN),
        ([1, 2], [0, 0], UNKNOWN),
        ([], [], UNKNOWN),
        ([0, 1, 2, 3], [0, 1, 0, 1], 750_000),
        ([1, 2, 3, 0], [1, 1, 1, 0], 1_000_000),
        ([1, 0, 3, 2], [1, 1, 1, 0], 333_333),
    ],
)
def test_areas(scores: list[float], positive: list[int], wanted: int) -> None:
    """In order, against it, all tied, of one kind alone, and rounded down."""
    assert area(scores, positive) == wanted


def test_the_area_counts_every_pair() -> None:
    """On drawn scores with many ties it is what comparing all pairs gives."""
    rng = np.random.Generator(np.random.PCG64(2))
    scores, positive = rng.integers(0, 9, 200), rng.random(200) < 0.3
    one, other = scores[positive][:, None], scores[~positive][None, :]
    halves = int(2 * (one > other).sum() + (one == other).sum())
    assert auc_ppm(scores, positive) == halves * 1_000_000 // (2 * one.size * other.size)


def test_the_area_within_groups_by_hand() -> None:
    """Two viewers in perfect order, though not together, and one with no negatives: 1; a viewer of
    four in reverse order beside one of two in order: 1/3."""
    scores = np.array([1, 2, 11, 12, 7])
    positive = np.array([False, True, False, True, True])
    group = np.array([0, 0, 1, 1, 2])
    assert gauc_ppm(scores, positive, group=group) == 1_000_000
    assert gauc_ppm(scores, positive, group=np.arange(5)) == UNKNOWN
    scores = np.array([1, 2, 3, 4, 1, 2])
    positive = np.array([True, True, False, False, False, True])
    assert gauc_ppm(scores, positive, group=np.array([0, 0, 0, 0, 5, 5])) == 333_333


def test_calibration_by_hand() -> None:
    """Two predictions of 1/2 of which one comes true are right; two of 1/4 of which one does are
    1/4 off each: over the four 1/8."""
    half, quarter = HEAD_ONE // 2, HEAD_ONE // 4
    predictions = np.array([half, half, quarter, quarter])
    labels = np.array([LABEL_ONE, 0, LABEL_ONE, 0])
    assert ece_ppm(predictions[:2], labels[:2]) == 0
    assert ece_ppm(predictions, labels) == 125_000


def test_a_prediction_of_one_has_a_bin() -> None:
    """The last bin includes 1, and two bins' errors do not cancel."""
    predictions = np.array([HEAD_ONE, 0])
    assert ece_ppm(predictions, np.array([LABEL_ONE, 0])) == 0
    assert ece_ppm(predictions, np.array([0, LABEL_ONE])) == 1_000_000
    assert HEAD_ONE * ECE_BINS >> 24 == ECE_BINS


def test_the_logarithm_is_close() -> None:
    """-ln p is right to 1e-6 from 2**-24 to 1, and exact at 1."""
    p = np.unique(np.geomspace(1, HEAD_ONE, 500).astype(np.int64))
    found = minus_ln_q24(p) / HEAD_ONE
    right = np.array([-math.log(int(v) / HEAD_ONE) for v in p])
    assert np.abs(found - right).max() < 1e-6
    assert minus_ln_q24(np.array([HEAD_ONE])).tolist() == [0]


def test_the_loss_by_hand() -> None:
    """A prediction of 1/2 costs ln 2 whatever comes; one of 1/4 costs ln 4 or ln 4/3, and their
    mean when the label is 1/2; being sure and wrong costs 24 ln 2, not infinity."""
    half, quarter = HEAD_ONE // 2, HEAD_ONE // 4
    cases = [
        (half, 0, math.log(2)), (half, LABEL_ONE, math.log(2)), (quarter, LABEL_ONE, math.log(4)),
        (quarter, 0, math.log(4 / 3)), (quarter, LABEL_ONE // 2, math.log(16 / 3) / 2),
        (0, LABEL_ONE, 24 * math.log(2)), (HEAD_ONE, 0, 24 * math.log(2)),
    ]  # fmt: skip
    for p, y, wanted in cases:
        found = int(cross_entropy_q24(np.array([p]), np.array([y]))[0]) / HEAD_ONE
        assert abs(found - wanted) < 2e-6


def test_what_is_judged_is_what_serves() -> None:
    """Predictions for judging are, to the last bit, those of the network that ranks."""
    examples = drawn_examples(60)
    X, split = examples["features"], len(VIEWER_FEATURES)
    raw = outputs(WEIGHTS, np.ascontiguousarray(X))
    entry = np.clip(raw + TABLE_MIDDLE, 0, 4095)
    for i in range(len(X)):
        served = NUMPY_INT64.forward(WEIGHTS, X[i, :split], X[i : i + 1, split:])[0]
        assert WEIGHTS.table[np.arange(len(HEADS)), entry[i]].tolist() == served.tolist()


def test_a_whole_judgement() -> None:
    """Losses add up to the total, positives are counted, and what leaves the table is said."""
    examples = drawn_examples(300)
    metrics = judge(WEIGHTS, examples)
    assert metrics.examples == 300
    positives = (examples["labels"] == LABEL_ONE).sum(axis=0)
    assert [head.positives for head in metrics.heads] == positives.tolist()
    total = sum(head.loss_micro for head in metrics.heads)
    mean = metrics.loss_q24 * 1_000_000 // (300 << 24)
    assert abs(total - mean) <= len(HEADS)
    outside = np.abs(outputs(WEIGHTS, examples["features"]) + 0.5) > 2048
    clipped = [head.clipped_ppm for head in metrics.heads]
    assert clipped == [int(n) * 1_000_000 // 300 for n in outside.sum(axis=0)]

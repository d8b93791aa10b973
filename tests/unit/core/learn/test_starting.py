"""The starting weights: the same bytes always, and predictions that make sense to a person."""

from pathlib import Path

import numpy as np
import pytest

from plainview.core.feed.kernels import NUMPY_INT64
from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.starting import HIDDEN_UNITS
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.weights import (
    EXACT_BOUND,
    FEATURES,
    HEAD_ONE,
    HEADS,
    VIDEO_FEATURES,
    VIEWER_FEATURES,
)

WEIGHTS = load_weights(starting_weights())
KEPT = Path(__file__).parents[4] / "specs" / "vectors" / "starting-1.safetensors"
"""`python -m tests.golden.feed_vectors` writes it again."""


def predict(**features: int) -> dict[str, int]:
    """Predictions per mille for one video about which only `features` are known."""
    viewer = np.zeros(len(VIEWER_FEATURES), dtype=np.int8)
    video = np.zeros((1, len(VIDEO_FEATURES)), dtype=np.int8)
    for name, value in features.items():
        if name in VIEWER_FEATURES:
            viewer[VIEWER_FEATURES.index(name)] = value
        else:
            video[0, VIDEO_FEATURES.index(name)] = value
    out = NUMPY_INT64.forward(WEIGHTS, viewer, video)[0]
    return {head: int(p) * 1000 // HEAD_ONE for head, p in zip(HEADS, out, strict=True)}


REST = predict()


def test_the_starting_weights_are_these_bytes() -> None:
    """The program that writes them gives one file, on any machine: the one beside the vectors."""
    assert digest_of(starting_weights()) == WEIGHTS.digest
    assert starting_weights() == starting_weights.__wrapped__()
    assert starting_weights() == KEPT.read_bytes()


def test_the_certificate_leaves_room() -> None:
    """No sum of the starting weights comes within a hundredth of the bound."""
    assert WEIGHTS.bound * 100 < EXACT_BOUND


def test_knowing_nothing_it_predicts_the_priors_it_documents() -> None:
    """Half finish, 4 % like, 1.5 % save, 1 % share, .7 % follow, .4 % comment, 27 % skip, .5 %
    reject; 30 % of two playings are watched."""
    assert REST == {
        "finish": 500, "long": 600, "like": 39, "save": 15, "share": 10, "follow": 7,
        "comment": 4, "skip": 269, "reject": 5, "watch": 297,
    }  # fmt: skip


@pytest.mark.parametrize(
    "feature",
    ["sim_recent", "sim_lasting", "topic_affinity", "leaning_topic", "leaning_creator"],
)
def test_more_of_what_was_watched_is_finished_more_and_skipped_less(feature: str) -> None:
    """Similarity and affinity raise what is wanted and lower what is not, both ways."""
    more, less = predict(**{feature: 60}), predict(**{feature: -60})
    for head in ("finish", "long", "like", "save", "share", "watch"):
        assert more[head] > REST[head] > less[head]
    assert more["skip"] < REST["skip"] < less["skip"]


@pytest.mark.parametrize(
    ("feature", "value", "head", "sign"),
    [
        ("sim_loved", 60, "like", 1),
        ("sim_averse", 60, "reject", 1),
        ("sim_averse", 60, "finish", -1),
        ("finish_rate", 60, "finish", 1),
        ("skip_rate", 60, "skip", 1),
        ("like_rate", 60, "like", 1),
        ("reject_rate", 60, "reject", 1),
        ("creator_affinity", 60, "follow", 1),
        ("is_followed", 64, "follow", -1),
        ("length_log", 40, "finish", -1),
        ("topic_untried", 64, "finish", 1),
        ("topic_recent", 64, "finish", -1),
        ("creator_recent", 64, "finish", -1),
        ("language_match", -64, "skip", 1),
        ("skip_tendency", 60, "finish", -1),
        ("leaning", 60, "watch", 1),
        ("leaning", 60, "skip", -1),
        ("leaning_length", 60, "watch", 1),
        ("leaning_length", -60, "finish", -1),
    ],
)
def test_each_sign_is_the_one_a_person_would_expect(
    feature: str, value: int, head: str, sign: int
) -> None:
    """One thing known of a video moves a prediction in the direction that the docstring gives."""
    assert (predict(**{feature: value})[head] - REST[head]) * sign > 0


def test_every_unit_reads_features_that_exist_and_is_read() -> None:
    """No hidden unit is idle: each has inputs, and a head that uses it."""
    (layer,) = WEIGHTS.hidden
    assert layer.weight.shape == (len(FEATURES), len(HIDDEN_UNITS))
    assert (np.abs(layer.weight.astype(int)).sum(axis=0) > 0).all()
    assert (np.abs(WEIGHTS.heads.weight.astype(int)).sum(axis=1) > 0).all()


def test_nothing_is_known_of_a_viewer_beyond_the_named_features() -> None:
    """The weights hold a number per feature and unit, and none per viewer, creator or video."""
    sizes = [layer.weight.size for layer in (*WEIGHTS.hidden, WEIGHTS.heads)]
    units = len(HIDDEN_UNITS)
    assert sizes == [len(FEATURES) * units, units * len(HEADS)]

"""Each reason for dropping a candidate decides a case that no other does."""

from typing import Any

import msgspec
import numpy as np
import pytest

from plainview.core.learn import gate as gate_module
from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.gate import REASONS, gate
from plainview.core.learn.judge import HeadMetrics, Metrics, outputs
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.terms.weights import HEADS
from tests.lessons import drawn_examples

HEAD = HeadMetrics(
    positives=2000, auc_ppm=700_000, gauc_ppm=650_000, ece_ppm=10_000, loss_micro=500_000,
    clipped_ppm=0,
)  # fmt: skip
BEFORE = Metrics(examples=5000, heads=(HEAD,) * len(HEADS), loss_q24=1_000_000)
AFTER = msgspec.structs.replace(BEFORE, loss_q24=999_999)
FLOATS = [701_000] * len(HEADS)


def head(place: int, **changes: int) -> Metrics:
    """AFTER, with one head changed."""
    heads = list(AFTER.heads)
    heads[place] = msgspec.structs.replace(HEAD, **changes)
    return msgspec.structs.replace(AFTER, heads=tuple(heads))


def reason(after: Metrics, floats: list[int] | None = None) -> str:
    return gate_module._reason(BEFORE, after, floats or FLOATS, STARTING_RECIPE)[0]


def test_a_candidate_that_is_better_is_published() -> None:
    """A loss one step lower, a thousandth of an area lost to integers and nothing clipped pass."""
    assert reason(AFTER) == ""


DROPPED: list[tuple[str, Metrics, list[int] | None]] = [
    ("held_out_small", msgspec.structs.replace(AFTER, examples=199), None),
    ("clips", head(3, clipped_ppm=10_001), None),
    ("quantised", AFTER, [701_000] * 8 + [701_001]),
    ("worse", msgspec.structs.replace(AFTER, loss_q24=1_000_000), None),
    ("head_worse", head(5, loss_micro=510_001), None),
]


@pytest.mark.parametrize(("wanted", "after", "floats"), DROPPED)
def test_each_reason_decides(wanted: str, after: Metrics, floats: list[int] | None) -> None:
    """One step beyond its bound, and with all else in order, each reason drops the candidate."""
    assert reason(after, floats) == wanted


def test_every_reason_is_seen() -> None:
    """The table above has each of the reasons, in the order in which they are tried."""
    assert tuple(row[0] for row in DROPPED) == REASONS


def test_at_their_bounds_all_pass() -> None:
    """Exactly 1 % clipped, 2 % of a head's loss and the least count of examples are let through."""
    assert reason(head(3, clipped_ppm=10_000)) == ""
    assert reason(head(5, loss_micro=510_000)) == ""
    assert reason(msgspec.structs.replace(AFTER, examples=2200)) == ""


def test_few_positives_are_given_more_room_and_very_few_decide_nothing() -> None:
    """With 100 positives integers may cost ten times as much; with 29 a head is not judged, nor
    with 29 negatives."""
    assert reason(head(2, positives=100, auc_ppm=691_000)) == ""
    assert reason(head(2, positives=100, auc_ppm=690_999)) == "quantised"
    assert reason(head(2, positives=29, auc_ppm=500_000, loss_micro=900_000)) == ""
    assert reason(head(2, positives=4971, auc_ppm=500_000, loss_micro=900_000)) == ""
    assert reason(head(2, positives=30, loss_micro=900_000)) == "head_worse"


def test_the_detail_says_which_head() -> None:
    """A person who reads the record finds the head's name and the figure."""
    found = gate_module._reason(BEFORE, head(3, clipped_ppm=20_000), FLOATS, STARTING_RECIPE)
    assert found == ("clips", f"{HEADS[3]}: 20000 ppm")


def test_the_same_weights_are_not_better() -> None:
    """Judged on real examples beside itself, a file is dropped as worse, with both metrics told."""
    weights: Any = load_weights(starting_weights())
    examples = drawn_examples(400)
    logits = (outputs(weights, examples["features"]) / 256).astype(np.float32)
    recipe = msgspec.structs.replace(STARTING_RECIPE, clipped_ppm_max=1_000_000)
    verdict = gate(weights, parent=weights, held_out=examples, float_logits=logits, recipe=recipe)
    assert verdict.reason == "worse"
    assert verdict.parent == verdict.candidate
    assert verdict.parent.examples == 400

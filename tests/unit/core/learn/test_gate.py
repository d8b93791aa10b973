"""Each reason for dropping a candidate decides a case that no other does."""

from typing import Any

import msgspec
import numpy as np
import pytest

from plainview.core.learn import gate as gate_module
from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.gate import REASONS, gate
from plainview.core.learn.judge import UNKNOWN, HeadMetrics, Metrics, judge, outputs
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.weights_file import with_watch_times
from plainview.core.terms.watch_time import WatchTimes
from plainview.core.terms.weights import HEADS
from tests.lessons import drawn_examples, timed_examples

HEAD = HeadMetrics(
    positives=2000, auc_ppm=700_000, gauc_ppm=650_000, ece_ppm=10_000, loss_micro=500_000,
    clipped_ppm=0,
)  # fmt: skip
BEFORE = Metrics(
    examples=5000, heads=(HEAD,) * len(HEADS), losses_q24=(1_000,) * len(HEADS), times_off_ms=5000,
)  # fmt: skip
AFTER = msgspec.structs.replace(BEFORE, losses_q24=(999, *BEFORE.losses_q24[1:]))
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
    ("worse", msgspec.structs.replace(AFTER, losses_q24=BEFORE.losses_q24), None),
    ("head_worse", head(5, loss_micro=510_001), None),
    ("times_worse", msgspec.structs.replace(AFTER, times_off_ms=5101), None),
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
    assert reason(msgspec.structs.replace(AFTER, times_off_ms=5100)) == ""


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


WATCH = HEADS.index("watch")
BUT_WATCH = [h for h in range(len(HEADS)) if h != WATCH]


def without_watch(after: Metrics, before: Metrics = BEFORE) -> str:
    """The reason where `watch` is not compared."""
    return gate_module._reason(before, after, FLOATS, STARTING_RECIPE, HEADS, BUT_WATCH)[0]


def test_a_head_that_is_not_compared_decides_neither_way() -> None:
    """A loss of `watch` twice the parent's drops nothing, and half of it publishes nothing; of the
    other heads each still does, and its own clipping and integers still count."""
    losses = list(AFTER.losses_q24)
    losses[WATCH] = 2_000
    much = msgspec.structs.replace(head(WATCH, loss_micro=900_000), losses_q24=tuple(losses))
    assert (reason(much), without_watch(much)) == ("worse", "")
    losses[0], losses[WATCH] = 1_000, 500
    little = msgspec.structs.replace(AFTER, losses_q24=tuple(losses))
    assert (reason(little), without_watch(little)) == ("", "worse")
    assert without_watch(head(5, loss_micro=510_001)) == "head_worse"
    assert without_watch(head(WATCH, clipped_ppm=10_001)) == "clips"
    assert without_watch(head(WATCH, auc_ppm=500_000)) == "quantised"


def test_times_are_compared_where_both_have_them() -> None:
    """A table as wrong as can be is not beside a parent without one, nor is none beside one."""
    wrong = msgspec.structs.replace(AFTER, times_off_ms=9_000_000)
    bare = msgspec.structs.replace(BEFORE, times_off_ms=UNKNOWN)
    assert (without_watch(wrong), without_watch(wrong, bare)) == ("times_worse", "")
    assert without_watch(msgspec.structs.replace(AFTER, times_off_ms=UNKNOWN)) == ""


def timed(bounds: list[int], *, ms: int = 9000) -> Any:
    """The starting weights whose quantiles stand for up to `ms`."""
    table = np.array([[0, ms]] * (len(bounds) + 1), dtype=np.int32)
    times = WatchTimes(bounds=np.array(bounds, dtype=np.int32), ms=table)
    return load_weights(with_watch_times(starting_weights(), times=times))


@pytest.mark.parametrize(
    ("parent", "candidate", "is_compared"),
    [
        (load_weights(starting_weights()), load_weights(starting_weights()), True),
        (timed([20_000]), timed([20_000], ms=9001), True),
        (load_weights(starting_weights()), timed([20_000]), False),
        (timed([20_000]), load_weights(starting_weights()), False),
        (timed([20_000]), timed([20_001]), False),
        (timed([20_000]), timed([20_000, 30_000]), False),
    ],
)
def test_watch_is_compared_where_both_answer_the_same_question(
    parent: Any, candidate: Any, is_compared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shares beside shares and quantiles beside quantiles among the same lengths, whatever they
    stand for; each side is told by its own labels."""
    seen: list[Any] = []

    def told(*given: Any) -> tuple[str, str]:
        seen.append(given)
        return "", ""

    monkeypatch.setattr(gate_module, "_reason", told)
    examples = timed_examples(300)
    logits = np.zeros((300, len(HEADS)), dtype=np.float32)
    verdict = gate(
        candidate, parent=parent, held_out=examples, float_logits=logits, recipe=STARTING_RECIPE
    )
    ((*_, compared),) = seen
    assert list(compared) == (list(range(len(HEADS))) if is_compared else BUT_WATCH)
    shares = judge(load_weights(starting_weights()), examples).heads[WATCH]
    for weights, metrics in ((parent, verdict.parent), (candidate, verdict.candidate)):
        assert (metrics.heads[WATCH] == shares) == (weights.watch_times is None)
        assert (metrics.times_off_ms == UNKNOWN) == (weights.watch_times is None)

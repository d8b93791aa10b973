"""A policy judged by slates that another served, in a pocket edition."""

from collections.abc import Sequence
from functools import cache

import msgspec
import numpy as np
import pytest

from plainview.core.experiments import NoChoices
from plainview.core.experiments.judging import log_of_choices, watched_shares
from plainview.core.learn import starting_weights
from plainview.core.policy import compile_policy
from plainview.core.receipts import parse_receipt
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.policy import Policy
from plainview.flows.estimate_policy import PolicyEstimator
from plainview.sim.errand import put_to_work
from plainview.sim.pocket import Pocket
from plainview.sim.world import make_world
from tests.pocket_evidence import START_MS, PocketEvidence
from tests.unit.core.experiments.test_readings import event, seen
from tests.unit.core.feed.parts import FOLDER

TEXT = (FOLDER / "for-you.toml").read_text()
SLATES = 260


def exploring(share: str) -> bytes:
    assert "\nshare = 0.05" in TEXT
    return TEXT.replace("\nshare = 0.05", f"\nshare = {share}", 1).encode()


class PocketReads:
    """What is read of experiments, from a pocket."""

    def __init__(self, pocket: Pocket) -> None:
        self.pocket = pocket

    def recent_receipts(self, count: int) -> Sequence[bytes]:
        """See `ExperimentReads`."""
        return [slate.receipt for slate in reversed(self.pocket.slates)][:count]

    def events_since(self, viewer: ViewerId, n: int) -> Sequence[bytes]:
        """See `ExperimentReads`."""
        return self.pocket.chains[viewer][n - 1 :]


@cache
def served() -> Pocket:
    """130 viewers, two slates each, by a policy that explores four places in ten."""
    pocket = Pocket(
        make_world(11, videos=150, start_ms=START_MS), weights=starting_weights(),
        policies=[exploring("0.4")], now_ms=START_MS,
    )  # fmt: skip
    put_to_work(
        pocket, seed=11, slates=SLATES, viewers=130, start_ms=START_MS, policies=["for-you"]
    )
    return pocket


def estimator(pocket: Pocket) -> PolicyEstimator:
    return PolicyEstimator(reads=PocketReads(pocket), evidence=PocketEvidence(pocket))  # type: ignore[arg-type]


def compiled(data: bytes) -> Policy:
    return compile_policy(data)


def test_the_policy_that_served_is_worth_what_it_brought() -> None:
    """Judged by its own slates every weight is 1 and everything is reached: the plain mean."""
    found = estimator(served()).estimate(compiled(exploring("0.4")), slates=SLATES)
    assert (found.slates, found.unusable) == (SLATES, 0)
    for one, _ in found.estimates:
        assert one.reach == 1.0
        assert one.mean_weight == pytest.approx(1.0)
    snips = found.estimates[0][0]
    assert snips.value == pytest.approx(found.served.value)
    assert 0 < snips.value < 1


def test_less_exploration_is_reached_and_its_weights_are_true() -> None:
    """One place in twenty explored instead of eight is all within reach; weights are 1 on average
    within four standard errors, and neither estimate leaves 0 .. 1."""
    found = estimator(served()).estimate(compiled(exploring("0.05")), slates=SLATES)
    for one, _ in found.estimates:
        assert one.reach == pytest.approx(1.0)
        assert one.mean_weight != pytest.approx(1.0, abs=1e-3)
        assert abs(one.mean_weight - 1) < 4 * one.mean_weight_error
        assert 0 < one.value < 1


def test_what_could_not_have_been_served_cannot_be_told() -> None:
    """A policy that ranks by skipping would show what was never possible: it says so."""
    upside_down = (FOLDER / "popular.toml").read_bytes()
    found = estimator(served()).estimate(compiled(upside_down), slates=SLATES)
    for one, refusal in found.estimates:
        assert one.reach < 0.95
        assert "could not have been shown" in refusal


def test_slates_whose_inputs_are_gone_are_counted_and_passed_over() -> None:
    """Without the first epoch its slates are unusable; without any nothing can be judged."""
    pocket = served()
    evidence = PocketEvidence(pocket)
    first = sum(parse_receipt(slate.receipt).epoch == 1 for slate in pocket.slates)
    del evidence.epochs[1]
    one = PolicyEstimator(reads=PocketReads(pocket), evidence=evidence)  # type: ignore[arg-type]
    found = one.estimate(compiled(exploring("0.4")), slates=SLATES)
    assert found.unusable == first > 0
    evidence.epochs.clear()
    with pytest.raises(NoChoices):
        PolicyEstimator(reads=PocketReads(pocket), evidence=evidence).estimate(  # type: ignore[arg-type]
            compiled(exploring("0.4")), slates=SLATES
        )


def test_shares_watched_are_those_of_that_slate_alone() -> None:
    """Of slate 1: half of a video is a quarter of two playings, nine of them are both and no more.
    Another slate's are not counted."""
    lengths = {VideoId(7): 4000, VideoId(8): 1000}
    bodies = [seen(1, 2000), seen(2, 9000, video=8), event(3, "like", video=VideoId(7))]
    assert watched_shares(bodies, number=1, lengths=lengths) == {7: 0.25, 8: 1.0}
    assert watched_shares(bodies, number=2, lengths=lengths) == {}


def test_choices_of_one_viewer_hang_together() -> None:
    """The log of choices has one cluster per viewer, whatever their order."""
    from plainview.core.experiments.judging import Choice

    def choice(viewer: str, reach: float) -> Choice:
        return Choice(
            viewer=ViewerId(viewer), reward=0.5, weight=1.0, modelled=0.5, expected=0.5, reach=reach
        )

    log = log_of_choices([choice("a", 1.0), choice("b", 0.5), choice("a", 0.0)])
    assert log.cluster.tolist() == [0, 1, 0]
    assert log.reach == 0.5
    assert np.all(msgspec.structs.replace(log).weight == 1)

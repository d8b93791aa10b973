"""The odds of every video at every place are those the draw has, for the policy that served."""

import numpy as np
import pytest

from plainview.core.feed import build_index, trace_slate
from plainview.core.feed.arrange import CERTAIN
from plainview.core.feed.odds import place_odds
from plainview.core.feed.slate import Trace
from plainview.core.terms.ids import VideoId
from plainview.core.terms.policy import Policy
from tests.unit.core.feed.parts import FOLLOWING, FOR_YOU, FRESH, POPULAR, WEIGHTS, policy_with
from tests.worlds import demo_catalogue, epoch_of, slate_request, viewer_state

INDEX = build_index(epoch_of(demo_catalogue(), weights=WEIGHTS.digest))
# Half of all pictures differ in fewer than 32 of 64 points.
ALIKE = policy_with(
    FOR_YOU, {"\nshare = 0.05": "\nshare = 0.5", "lookalike_bits = 8": "lookalike_bits = 30"}
)
BOLD = policy_with(FOR_YOU, {"\nshare = 0.05": "\nshare = 0.5"})


def traced(policy: Policy, *, seed: str = "odds", size: int = 12) -> Trace:
    return trace_slate(
        index=INDEX, weights=WEIGHTS, policy=policy, state=viewer_state(),
        request=slate_request(seed=seed, size=size),
    )  # fmt: skip


@pytest.mark.parametrize(
    "policy", [FOR_YOU, BOLD, ALIKE, FOLLOWING, POPULAR, FRESH], ids=lambda p: p.name
)
@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_the_odds_of_what_was_placed_are_its_propensity(policy: Policy, seed: str) -> None:
    """At each place of a slate the odds worked out anew are those stated, and all odds of a place
    are 1."""
    trace = traced(policy, seed=seed)
    items = [item for item in trace.slate.items if item.slot != "repeat"]
    odds = place_odds(trace, [item.video for item in items])
    assert [at[item.video] for at, item in zip(odds, items, strict=True)] == [
        item.propensity for item in items
    ]
    assert {sum(at.values()) for at in odds} == {CERTAIN}


def test_a_draw_falls_as_often_as_its_odds_say() -> None:
    """Over 3,000 seeds each video gets the first place within four standard errors."""
    odds = place_odds(traced(BOLD), [traced(BOLD).slate.items[0].video])[0]
    counts = dict.fromkeys(odds, 0)
    for k in range(3_000):
        counts[traced(BOLD, seed=str(k), size=1).slate.items[0].video] += 1
    for video, count in counts.items():
        p = odds[video] / CERTAIN
        assert abs(count / 3_000 - p) <= 4 * np.sqrt(p * (1 - p) / 3_000)


def test_a_video_that_is_no_candidate_counts_for_spacing_alone() -> None:
    """A video that this policy would never place has no odds, and keeps its creator's place."""
    trace = traced(FOR_YOU)
    candidates = set(INDEX.ids[trace.candidates.rows].tolist())
    other = next(VideoId(int(v)) for v in INDEX.ids.tolist() if v not in candidates)
    first, second = place_odds(trace, [other, trace.slate.items[0].video])
    assert other not in first
    assert other not in second
    assert sum(second.values()) == CERTAIN


def test_when_all_candidates_are_placed_nothing_is_left() -> None:
    """After every candidate the next place has no odds at all, though a video stood there that was
    none."""
    trace = traced(FOLLOWING)
    candidates = [VideoId(int(v)) for v in INDEX.ids[trace.candidates.rows]]
    other = next(VideoId(int(v)) for v in INDEX.ids.tolist() if v not in set(candidates))
    odds = place_odds(trace, [*candidates, other])
    assert odds[-1] == {}
    assert all(odds[:-1])

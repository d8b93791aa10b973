"""From what viewers did to figures per arm: on events written here."""

from typing import Any

import pytest

from plainview.core.events import encode_event
from plainview.core.experiments import Outcome, Plan, StopRule, outcome_of, read_results
from plainview.core.terms.ids import VideoId
from plainview.core.terms.viewer import Event

PLAN = Plan(
    name="softer", question="?", arms=("for-you", "popular"), shares_milli=(500, 500), from_ms=0,
    to_ms=10, window_ms=1,
    stops=(
        StopRule(metric="rejects", is_rise=True, milli=200),
        StopRule(metric="watch_ms", is_rise=False, milli=100),
    ),
)  # fmt: skip


def event(n: int, kind: str, *, at_ms: int = 5, author: str = "viewer", **fields: Any) -> bytes:
    return encode_event(Event(n=n, kind=kind, at_ms=at_ms, author=author, key=f"k{n}", **fields))


def seen(n: int, ms: int, *, at_ms: int = 5, video: int = 7) -> bytes:
    return event(n, "watch", at_ms=at_ms, video=VideoId(video), number=1, ms=ms, loops=0)


def outcome(*bodies: bytes) -> dict[str, float]:
    return dict(outcome_of(bodies, arm="popular", from_ms=5, until_ms=9).values)


def test_the_last_report_of_a_showing_counts() -> None:
    """Two reports of one showing count with the last, another video's on top."""
    assert outcome(seen(1, 3000), seen(2, 4000), seen(3, 500, video=8))["watch_ms"] == 4500


def test_what_was_taken_back_does_not_count() -> None:
    """A like that was undone is none; a video unwanted and reported is one."""
    one, other = VideoId(7), VideoId(8)
    found = outcome(
        event(1, "like", video=one), event(2, "unlike", video=one), event(3, "like", video=other),
        event(4, "not_interested", video=one), event(5, "report", reason="spam", video=one),
        event(6, "not_interested", video=VideoId(9)),
        event(7, "undo_not_interested", video=VideoId(9)),
    )  # fmt: skip
    assert (found["likes"], found["rejects"]) == (1, 1)


def test_only_the_window_counts() -> None:
    """From its first ms to before its end; neither earlier nor later."""
    assert outcome(seen(1, 1, at_ms=4), seen(2, 20, at_ms=5, video=8),
                   seen(3, 300, at_ms=8, video=9), seen(4, 4000, at_ms=9, video=10)) == {
        "watch_ms": 320, "likes": 0, "rejects": 0,
    }  # fmt: skip


def arm(name: str, count: int, **values: float) -> list[Outcome]:
    """Viewers whose values lie a tenth above and below."""
    given = {"watch_ms": 100.0, "likes": 1.0, "rejects": 1.0, **values}
    return [
        Outcome(arm=name, values={k: v * (1.1 if i % 2 else 0.9) for k, v in given.items()})
        for i in range(count)
    ]


def test_arms_alike_have_nothing_to_say() -> None:
    """Equal means: differences of nought inside their intervals, no caution, no rule applies."""
    found = read_results(
        PLAN, {"for-you": 80, "popular": 80}, [*arm("for-you", 80), *arm("popular", 80)]
    )
    assert (found.cautions, found.tripped) == ((), ())
    gap = found.arms[1].differences["watch_ms"]
    assert gap.value == pytest.approx(0.0)
    assert gap.low < 0 < gap.high
    assert found.arms[1].means == pytest.approx({"watch_ms": 100, "likes": 1, "rejects": 1})


def test_a_stop_rule_applies_beyond_doubt_only() -> None:
    """Half as many rejects more, and a fifth less watched, trip both rules; a fifth more rejects,
    which is the limit itself, trips none."""
    first, divided = arm("for-you", 400), {"for-you": 400, "popular": 400}
    far = read_results(PLAN, divided, [*first, *arm("popular", 400, rejects=1.5, watch_ms=80.0)])
    assert far.tripped == (
        "rejects of popular is more than 20 % above that of for-you",
        "watch_ms of popular is more than 10 % below that of for-you",
    )
    assert read_results(PLAN, divided, [*first, *arm("popular", 400, rejects=1.2)]).tripped == ()


def test_a_rule_for_a_rise_is_silent_on_a_fall() -> None:
    """Fewer rejects and more watched are no reason to stop."""
    better = arm("popular", 400, rejects=0.2, watch_ms=200.0)
    found = read_results(PLAN, {"for-you": 400, "popular": 400}, [*arm("for-you", 400), *better])
    assert found.tripped == ()


def test_viewers_divided_otherwise_than_declared_are_said_first() -> None:
    """Three to one where even was declared is a mismatch, whatever the outcomes."""
    found = read_results(
        PLAN, {"for-you": 300, "popular": 100}, [*arm("for-you", 80), *arm("popular", 80)]
    )
    assert found.cautions[0].startswith("Viewers are not divided as declared")


def test_too_few_cannot_tell() -> None:
    """With 49 viewers whose time is over an arm cannot tell, and trips nothing."""
    found = read_results(
        PLAN, {"for-you": 80, "popular": 80},
        [*arm("for-you", 80), *arm("popular", 49, rejects=9.0)],
    )  # fmt: skip
    assert found.cautions == (
        "Cannot tell yet: popular has fewer than 50 viewers whose time is over.",
    )
    assert found.tripped == ()


def test_more_arms_share_the_doubt() -> None:
    """Against two arms each interval is wider than against one: 2.5 % each instead of 5."""
    three = Plan(
        name="three", question="?", arms=("for-you", "popular", "fresh"),
        shares_milli=(400, 300, 300), from_ms=0, to_ms=10, window_ms=1,
    )  # fmt: skip
    people = [*arm("for-you", 80), *arm("popular", 80)]
    wide = read_results(three, {}, [*people, *arm("fresh", 80)]).arms[1].differences["likes"]
    narrow = read_results(PLAN, {}, people).arms[1].differences["likes"]
    assert wide.high > narrow.high

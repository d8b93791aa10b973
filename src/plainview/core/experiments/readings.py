"""What an experiment shows: per arm and metric a mean per viewer, and how far from the first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from plainview.core.events import parse_event
from plainview.core.experiments.plan import METRICS, Plan, StopRule
from plainview.core.experiments.sequences import (
    ALPHA,
    VIEWERS_MIN,
    Difference,
    difference,
    is_mismatch,
    sample_of,
)
from plainview.core.terms.viewer import Event

UNWANTED: Final = ("not_interested", "report")
UNDONE: Final = {"undo_not_interested": "not_interested", "undo_report": "report"}
WATCH_MS_MAX: Final = 86_400_000


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one viewer did in their window, by metric."""

    arm: str
    values: Mapping[str, float]


class ArmReading(msgspec.Struct, frozen=True, kw_only=True):
    """One arm: viewers divided into it, those whose window is over, and per metric the mean of
    those and its difference from the first arm's (the first's own is 0 .. 0)."""

    arm: str
    viewers: int
    counted: int
    means: dict[str, float]
    differences: dict[str, Difference]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """All arms, and what there is to say: `cautions` about the figures, `tripped` stop rules."""

    arms: tuple[ArmReading, ...]
    cautions: tuple[str, ...]
    tripped: tuple[str, ...]


def outcome_of(bodies: Iterable[bytes], *, arm: str, from_ms: int, until_ms: int) -> Outcome:
    """What the events of one viewer from `from_ms` on and before `until_ms` come to.

    A showing counts with the last watch reported of it; a like or a "not interested" that was
    taken back does not count.
    """
    watched: dict[tuple[int, int], int] = {}
    liked: set[int] = set()
    unwanted: set[tuple[str, int]] = set()
    for body in bodies:
        event: Event = parse_event(body)
        if event.author != "viewer" or not from_ms <= event.at_ms < until_ms:
            continue
        if event.kind == "watch":
            watched[event.number, event.video] = min(event.ms, WATCH_MS_MAX)
        elif event.kind == "like":
            liked.add(event.video)
        elif event.kind == "unlike":
            liked.discard(event.video)
        elif event.kind in UNWANTED:
            unwanted.add((event.kind, event.video))
        elif event.kind in UNDONE:
            unwanted.discard((UNDONE[event.kind], event.video))
    values = (sum(watched.values()), len(liked), len({video for _, video in unwanted}))
    return Outcome(arm=arm, values=dict(zip(METRICS, map(float, values), strict=True)))


def read_results(
    plan: Plan, divided: Mapping[str, int], outcomes: Sequence[Outcome], *, alpha: float = ALPHA
) -> Reading:
    """The figures of an experiment, valid whenever they are looked at.

    Each metric's intervals hold together for all arms: alpha is shared out among them.

    Args:
        divided: viewers per arm that were served in it. outcomes: of those whose window is over.
    """
    values = {
        (arm, metric): sample_of([o.values[metric] for o in outcomes if o.arm == arm])
        for arm in plan.arms
        for metric in METRICS
    }
    first, each = plan.arms[0], alpha / (len(plan.arms) - 1)
    none = Difference(value=0.0, low=0.0, high=0.0)
    arms = tuple(
        ArmReading(
            arm=arm,
            viewers=divided.get(arm, 0),
            counted=values[arm, METRICS[0]].n,
            means={metric: values[arm, metric].mean for metric in METRICS},
            differences={
                metric: none
                if arm == first
                else difference(values[arm, metric], values[first, metric], alpha=each)
                for metric in METRICS
            },
        )
        for arm in plan.arms
    )
    return Reading(
        arms=arms, cautions=_cautions(plan, arms),
        tripped=tuple(words for rule in plan.stops for words in _tripped(rule, arms)),
    )  # fmt: skip


def _cautions(plan: Plan, arms: Sequence[ArmReading]) -> tuple[str, ...]:
    found = []
    shares = [share / 1000 for share in plan.shares_milli]
    if is_mismatch([arm.viewers for arm in arms], shares):
        found.append(
            "Viewers are not divided as declared (sample-ratio mismatch): trust none of the"
            " figures until it is known why."
        )
    few = [arm.arm for arm in arms if arm.counted < VIEWERS_MIN]
    if few:
        found.append(
            f"Cannot tell yet: {', '.join(few)} {'has' if len(few) == 1 else 'have'} fewer than"
            f" {VIEWERS_MIN} viewers whose time is over."
        )
    return tuple(found)


def _tripped(rule: StopRule, arms: Sequence[ArmReading]) -> list[str]:
    """Words for each arm that is off by more than the rule allows, beyond doubt."""
    first = arms[0].means[rule.metric]
    limit = first * rule.milli / 1000
    found = []
    for arm in arms[1:]:
        gap = arm.differences[rule.metric]
        if (rule.is_rise and gap.low > limit) or (not rule.is_rise and gap.high < -limit):
            off = "above" if rule.is_rise else "below"
            found.append(
                f"{rule.metric} of {arm.arm} is more than {rule.milli / 10:g} % {off} that of"
                f" {arms[0].arm}"
            )
    return found

"""The plots of the operator's page of learning: values in, drawings out."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plainview.app.http.public.html import Html
from plainview.app.http.public.plots import COLOURS, Bar, Line, Pair, bars, key, lines, pairs
from plainview.app.learning_words import (
    SLOT_NOTES,
    SLOT_WORDS,
    age_words,
    share_words,
    source_words,
)
from plainview.core.terms.policy import Policy
from plainview.core.terms.weights import HEADS
from plainview.flows.see_learning import TickSeen
from plainview.flows.see_shown import Coverage, ShownLately

BEFORE, AFTER = COLOURS[0], COLOURS[1]
PPM: Final = 1_000_000
AREA_LOW, AREA_HIGH = 0.5, 1.0
SLOT_COLOURS: Final = {"ranked": AFTER, "explore": COLOURS[2], "owed": COLOURS[4]}


def loss_plot(judged: Sequence[TickSeen]) -> Html:
    """Loss of each tick's parent and candidate on what was held out, oldest first."""
    losses = [loss for tick in judged for loss in (tick.loss_before, tick.loss_after)]
    low, high = min(losses), max(losses)
    dropped = frozenset(float(tick.number) for tick in judged if tick.reason)
    return lines(
        [
            Line(colour=BEFORE, points=tuple((t.number, t.loss_before) for t in judged)),
            Line(
                colour=AFTER, points=tuple((t.number, t.loss_after) for t in judged), hollow=dropped
            ),
        ],
        ends=(f"tick {judged[0].number}", str(judged[-1].number)),
        y_words=(f"{low:.3f}", f"{high:.3f}"), y_range=(low, high),
        label="Loss in nats an example, on what was held out",
        note=[key(BEFORE, "parent"), key(AFTER, "candidate"), "a ring: dropped"],
    )  # fmt: skip


def lag_plot(offered: Sequence[TickSeen]) -> Html:
    """How old the newest example was when each tick was recorded, oldest tick first."""
    lags = [max(tick.at_ms - tick.newest_ms, 0) for tick in offered]
    points = tuple(
        (float(tick.number), float(lag)) for tick, lag in zip(offered, lags, strict=True)
    )
    return lines(
        [Line(colour=COLOURS[4], points=points)],
        ends=(f"tick {offered[0].number}", str(offered[-1].number)),
        y_words=("0 s", age_words(max(lags))), y_range=(0, max(lags)),
        label="Age of the newest example when its tick was recorded",
    )  # fmt: skip


def area_plot(tick: TickSeen) -> Html:
    """Area under the curve of each head before and after a tick."""
    rows = []
    for name, old, new in _heads(tick):
        known = new["auc_ppm"] >= 0
        rows.append(
            Pair(
                name=name, before=old["auc_ppm"] / PPM if old["auc_ppm"] >= 0 else None,
                after=new["auc_ppm"] / PPM if known else None,
                words=f"{new['auc_ppm'] / PPM:.3f}" if known else "cannot tell: too few",
            )
        )  # fmt: skip
    return pairs(
        rows, low=AREA_LOW, high=AREA_HIGH,
        label=f"Area under the curve by head, tick {tick.number}",
        note=[key(BEFORE, "parent"), key(AFTER, "candidate"), "from a half, chance, to one"],
    )  # fmt: skip


def calibration_plot(tick: TickSeen) -> Html:
    """Expected calibration error of each head after a tick, with a line where its parent's was."""
    rows = [
        Bar(
            name=name, value=new["ece_ppm"], due=old["ece_ppm"],
            words=f"{100 * new['ece_ppm'] / PPM:.2f} %",
        )
        for name, old, new in _heads(tick)
    ]  # fmt: skip
    return bars(
        rows, label=f"Expected calibration error by head, tick {tick.number}",
        note="The line is the parent's. Shorter is better.",
    )  # fmt: skip


def _heads(tick: TickSeen) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    before, after = tick.metrics["parent"]["heads"], tick.metrics["candidate"]["heads"]
    return [(name, before[name], after[name]) for name in sorted(after, key=_place_of)]


def _place_of(head: str) -> tuple[int, str]:
    return (HEADS.index(head) if head in HEADS else len(HEADS), head)


def slots_plot(lately: ShownLately, policy: Policy | None) -> Html:
    """Shares of places by who decided them, with a line at each budget of the policy."""
    budgets = (
        {"explore": policy.explore_share_milli, "owed": policy.owed_share_milli} if policy else {}
    )
    counts = {"ranked": 0, "explore": 0, "owed": 0, **dict(lately.by_slot)}
    rows = [
        Bar(
            name=SLOT_WORDS.get(slot, slot), value=count / lately.places,
            words=share_words(count, lately.places), colour=SLOT_COLOURS.get(slot, BEFORE),
            due=budgets[slot] / 1000 if slot in budgets else None,
        )
        for slot, count in counts.items()
    ]  # fmt: skip
    told = [f"{SLOT_WORDS[slot]}: {SLOT_NOTES[slot]}" for slot in counts if slot in SLOT_NOTES]
    of = f" Lines: what the feed “{policy.name}” may spend: {_at_most(budgets)}." if policy else ""
    return bars(
        rows,
        label="Share of places by who decided them",
        note=f"{'; '.join(told).capitalize()}.{of}",
    )


def _at_most(budgets: Mapping[str, int]) -> str:
    """The budgets in words, from thousandths."""
    told = (f"{milli / 10:g} % {SLOT_WORDS[slot]}" for slot, milli in budgets.items())
    return f"at most {', '.join(told)}"


def sources_plot(lately: ShownLately) -> Html:
    """Shares of places by the source of their video."""
    rows = [
        Bar(
            name=source_words(source), value=count / lately.places,
            words=share_words(count, lately.places),
        )
        for source, count in lately.by_source
    ]  # fmt: skip
    return bars(rows, label="Share of places by the source of their video")


def coverage_plot(found: Coverage) -> Html:
    """How many videos are listed, and how many of them were shown."""
    rows = [
        Bar(name="listed", value=found.listed, words=f"{found.listed:,}", colour=BEFORE),
        Bar(
            name="shown", value=found.shown, words=f"{found.shown:,}", colour=COLOURS[4],
        ),
    ]  # fmt: skip
    share = share_words(found.shown, found.listed)
    return bars(rows, label=f"Listed videos, and those of them that were shown: {share}")

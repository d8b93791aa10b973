"""The operator's pages of experiments, with plots that need no script."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import isinf
from typing import Final

from plainview.app.experiment_words import metric_words, moment_text, number_words, state_words
from plainview.app.http.public.frame import box, facts, operator_ways, page
from plainview.app.http.public.html import Child, Html, el
from plainview.app.http.public.plots import (
    COLOURS,
    RIGHT,
    ROW,
    WIDTH,
    Bar,
    Line,
    bars,
    beside,
    key,
    lines,
    n,
    plot,
    text,
)
from plainview.core.experiments import METRICS, VIEWERS_MIN, ArmReading, Plan, Reading
from plainview.core.receipts import recipe_of
from plainview.flows.run_experiment import LineShown, Shown
from plainview.ports.experiments import ExperimentRecord

NAMED: Final = "liked.toml"
DAY_MS: Final = 86_400_000
EXAMPLE: Final = """\
name = "liked"
question = "Does what is popular keep people longer?"
# policies on offer, and their shares in thousandths
arms = ["for-you", "popular"]
shares = [900, 100]
from = {begins}
to = {ends}
# how long a viewer's acts count
window_min = 1440
"""


def experiments_page(found: Sequence[ExperimentRecord], *, now_ms: int) -> str:
    """All experiments, newest first."""
    rows = [
        el(
            "li",
            el("a", one.name, href=f"/operator/experiments/{one.name}"),
            f" · {state_words(one, now_ms=now_ms)} · ",
            ", ".join(
                f"{arm} {share / 10:g} %"
                for arm, share in zip(one.arms, one.shares_milli, strict=True)
            ),
        )
        for one in found
    ]
    return page(
        el("ul", rows) if rows else _none_yet(now_ms),
        title="Experiments",
        ways=operator_ways("/operator/experiments"),
        lead="Each was declared in the public log before it began, and reveals at its end what"
        " divided its viewers.",
        foot=_foot(),
    )


def _none_yet(now_ms: int) -> Html:
    """A declaration that can be taken as it is, and what to do with it."""
    day_ms = now_ms // DAY_MS * DAY_MS
    begins, ends = (
        datetime.fromtimestamp((day_ms + days * DAY_MS) / 1000, UTC).strftime("%Y-%m-%dT08:00:00Z")
        for days in (2, 16)
    )
    return el(
        "section",
        el("p", "None was declared yet. A declaration is a file such as ", el("code", NAMED), ":"),
        el("pre", EXAMPLE.format(begins=begins, ends=ends)),
        el("p", "It begins by itself, and is then shown here, after"),
        el("pre", f".venv/bin/plainview experiment declare {NAMED}"),
    )


def experiment_page(shown: Shown, *, now_ms: int) -> str:
    """What one experiment shows by now."""
    record, plan, reading = shown.record, shown.plan, shown.reading
    said = [
        box(el("p", words), state="Caution", is_good=None if "Cannot tell" in words else False)
        for words in reading.cautions
    ]
    said += [box(el("p", words), state="Stop rule", is_good=False) for words in reading.tripped]
    return page(
        said,
        el("h2", "Viewers"),
        shares_plot(plan, reading),
        [_metric(metric, reading) for metric in METRICS],
        _recipes(plan, shown.lines),
        el("h2", "As declared"),
        _declared(plan),
        title=record.name,
        ways=operator_ways(),
        lead=f"{plan.question} — {state_words(record, now_ms=now_ms)}.",
        foot=_foot(),
    )


def _foot() -> Html:
    return el(
        "p",
        "Figures of this service's own database, counted just now. Whose arm was which can be"
        " checked from outside once it is over; that its viewers did what is counted cannot. To"
        " declare, stop or estimate: ",
        el("code", "plainview experiment --help"),
        ".",
    )


def _declared(plan: Plan) -> Html:
    stops = [
        f"{metric_words(rule.metric)} {'rise' if rule.is_rise else 'fall'} by more than"
        f" {rule.milli / 10:g} %, beyond doubt"
        for rule in plan.stops
    ]
    return facts(
        ("From", moment_text(plan.from_ms)),
        ("To", moment_text(plan.to_ms)),
        ("A viewer counts with their first", f"{plan.window_ms // 60_000:,} minutes"),
        ("Stopped early when", "; ".join(stops) or "the operator stops it"),
    )


def _recipes(plan: Plan, found: Sequence[LineShown]) -> list[Child]:
    """What each recipe learned from the same windows, and how well it foresaw those held out."""
    if not found:
        return []
    rows = [
        el(
            "tr",
            el("td", one.line or "main line"),
            el("td", el("code", f"{one.recipe[:12]}…") if one.line else "as the service"),
            el("td", f"{one.published:,} of {one.ticks:,}"),
            el("td", f"{one.losses[-1].after:.4f}" if one.losses else "none yet"),
        )
        for one in found
    ]
    heads = ("Line", "Recipe", "Published", "Loss now")
    return [
        el("h2", "Recipes"),
        recipes_plot(plan, found) if any(one.losses for one in found) else None,
        el(
            "table",
            el("thead", el("tr", [el("th", one) for one in heads])),
            el("tbody", rows),
        ),
    ]


def recipes_plot(plan: Plan, found: Sequence[LineShown]) -> Html:
    """The loss of each line's candidates, tick by tick; a ring is one that was dropped."""
    colours = {recipe_of(arm): colour for arm, colour in zip(plan.arms, COLOURS, strict=False)}
    colours[""] = COLOURS[0]
    drawn = [
        Line(
            colour=colours[one.line.partition("/")[2]],
            points=tuple((loss.tick, loss.after) for loss in one.losses),
            hollow=frozenset(loss.tick for loss in one.losses if not loss.is_published),
        )
        for one in found
        if one.losses
    ]
    losses = [y for line in drawn for _, y in line.points]
    ticks = [int(x) for line in drawn for x, _ in line.points]
    low, high = min(losses), max(losses)
    named = [key(colours[one.line.partition("/")[2]], one.line or "main line") for one in found]
    return lines(
        drawn, ends=(f"tick {min(ticks)}", f"tick {max(ticks)}"),
        y_words=(f"{low:.3f}", f"{high:.3f}"), y_range=(low, high),
        label="Loss on what was held out of each window", note=[*named, " A ring was dropped."],
    )  # fmt: skip


def _metric(metric: str, reading: Reading) -> list[Child]:
    first = reading.arms[0]
    words = f"{metric_words(metric)}, per viewer"
    is_told = any(not isinf(arm.differences[metric].low) for arm in reading.arms[1:])
    nothing = (
        f"Nothing to show before {VIEWERS_MIN} viewers of {first.arm} and as many of another arm"
        " have had their time."
    )
    return [
        el("h2", words),
        gap_plot(metric, reading) if is_told else el("p", nothing),
        el(
            "table",
            el("thead", el("tr", [el("th", one) for one in ("Arm", "Viewers", "Mean", "Against")])),
            el("tbody", [_row(metric, arm, first) for arm in reading.arms]),
        ),
    ]


def _row(metric: str, arm: ArmReading, first: ArmReading) -> Html:
    gap = arm.differences[metric]
    against = f"{_signed(metric, gap.low)} .. {_signed(metric, gap.high)}"
    if arm is first:
        against = "what others are held against"
    elif isinf(gap.low):
        against = "cannot tell yet"
    mean = number_words(metric, arm.means[metric]) if arm.counted else "–"
    counts = f"{arm.counted:,} of {arm.viewers:,}"
    return el("tr", [el("td", one) for one in (arm.arm, counts, mean, against)])


def _signed(metric: str, value: float) -> str:
    return f"{'+' if value > 0 else ''}{number_words(metric, value)}"


def shares_plot(plan: Plan, reading: Reading) -> Html:
    """A bar for each arm's viewers, with a mark where its declared share of all of them ends; words
    before the first viewer."""
    total = sum(arm.viewers for arm in reading.arms)
    if not total:
        declared = ", ".join(
            f"{share / 10:g}\u00a0% {arm}"
            for arm, share in zip(plan.arms, plan.shares_milli, strict=True)
        )
        return el("p", f"None yet. Declared: {declared}.")
    rows = [
        Bar(
            name=arm.arm, value=arm.viewers, words=f"{arm.viewers:,}", colour=colour,
            due=total * share / 1000,
        )
        for arm, share, colour in zip(reading.arms, plan.shares_milli, COLOURS, strict=False)
    ]  # fmt: skip
    return bars(rows, label="Viewers in each arm, and what was declared")


def gap_plot(metric: str, reading: Reading) -> Html:
    """Each arm's distance from the first with its interval; the line is no difference."""
    gaps = [(i, arm) for i, arm in enumerate(reading.arms) if i]
    known = [arm.differences[metric] for _, arm in gaps if not isinf(arm.differences[metric].low)]
    far = max((max(abs(gap.low), abs(gap.high)) for gap in known), default=1.0) or 1.0
    left, above = beside([arm.arm for _, arm in gaps])
    middle = left + (WIDTH - left - RIGHT) / 2
    scale = (WIDTH - left - RIGHT) / 2 / far
    tall = max(1, len(gaps)) * (ROW + above)
    marks: list[Child] = [
        el("line", x1=n(middle), x2=n(middle), y1=0, y2=tall, stroke="currentColor",
           stroke_dasharray="3 4", opacity="0.6"),
    ]  # fmt: skip
    for row, (i, arm) in enumerate(gaps):
        gap, y = arm.differences[metric], row * (ROW + above) + above + 22
        marks.append(text(arm.arm, 0, y - 18 if above else y + 5))
        if isinf(gap.low):
            marks.append(text("cannot tell yet", middle + 8, y + 5))
            continue
        low, value, high = (middle + scale * at for at in (gap.low, gap.value, gap.high))
        marks += [
            el("line", x1=n(low), x2=n(high), y1=y, y2=y, stroke=COLOURS[i], stroke_width=3,
               stroke_linecap="round"),
            el("circle", cx=n(value), cy=y, r=6, fill=COLOURS[i]),
        ]  # fmt: skip
    ends = f"{_signed(metric, -far)} to {_signed(metric, far)}"
    label = f"{metric_words(metric)}: difference from {reading.arms[0].arm}, {ends}"
    return plot(marks, height=tall, label=label)

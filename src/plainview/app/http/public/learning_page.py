"""The operator's page of learning: ticks, their gate, what is shown; live without any script."""

from collections.abc import Sequence
from typing import Final

import msgspec

from plainview.app.http.public.frame import box, operator_ways, page
from plainview.app.http.public.html import Child, Html, el
from plainview.app.http.public.learning_plots import (
    area_plot,
    calibration_plot,
    coverage_plot,
    lag_plot,
    loss_plot,
    slots_plot,
    sources_plot,
)
from plainview.app.http.public.words import brief, moment
from plainview.app.http.service import Rhythm
from plainview.app.learning_words import age_words, points_words, reason_words
from plainview.core.terms.policy import Policy
from plainview.flows.learn_tick import HELD_OUT_PART
from plainview.flows.see_learning import LearningSeen, TickSeen
from plainview.flows.see_shown import Coverage, ShownLately
from plainview.ports.learning import LessonFault

REFRESH_S: Final = 5
ROWS_SHOWN: Final = 12
"""Ticks in the table; the plots show all that were read."""


class LearningShown(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page tells. `ticks`: how many there ever were. `rhythm`: None if this start
    learns nothing. `policy`: the first feed on offer, whose budgets are named. `has_invented`: the
    coverage counts what a demonstration's invented viewers were shown too."""

    seen: LearningSeen
    ticks: int
    rhythm: Rhythm | None
    lately: ShownLately
    coverage: Coverage | None
    has_invented: bool
    policy: Policy | None
    faults: tuple[LessonFault, ...]
    now_ms: int


def learning_page(shown: LearningShown, *, is_live: bool) -> str:
    """How learning stands; if it `is_live` the browser asks again by itself and keeps its place."""
    ticks = shown.seen.ticks
    refresh = el("meta", http_equiv="refresh", content=REFRESH_S) if is_live else None
    return page(
        _state(shown, is_live=is_live),
        _tiles(shown),
        None if ticks else _nothing_yet(shown),
        _learned(ticks) if ticks else None,
        _decisions(shown) if ticks else None,
        _spent(shown),
        _faults(shown),
        title="What it learns",
        ways=operator_ways("/operator/learning"),
        lead=_lead(shown),
        head=refresh,
        foot=_foot(),
    )


def _state(shown: LearningShown, *, is_live: bool) -> Html:
    turn = (
        el("a", "Stop updating", href="/operator/learning?still=1")
        if is_live
        else el("a", "Update by itself", href="/operator/learning")
    )
    state = el("span", "Live", class_="live") if is_live else "Held still"
    return el("p", state, " · ", _clock(shown.now_ms), " · ", turn, class_="ways dim")


def _clock(at_ms: int) -> Html:
    seconds = at_ms // 1000 % 86_400
    return el(
        "span", f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} UTC", class_="num"
    )


def _lead(shown: LearningShown) -> Child:
    seen, ticks = shown.seen, shown.seen.ticks
    if not ticks:
        return (
            "Each tick learns from what viewers just did, is judged on what it has not seen, and is"
            " published or dropped."
        )
    published = sum(1 for tick in ticks if not tick.reason)
    of = f"Of the last {len(ticks)}" if shown.ticks > len(ticks) else f"Of {len(ticks)}"
    in_use = [" In use: ", seen.origin, " weights ", brief(seen.weights), "."]
    return [f"{of} ticks {published} were published and {len(ticks) - published} dropped.", in_use]


# ----------------------------------------------------------------------------------- how it stands


def _tiles(shown: LearningShown) -> Html:
    seen = shown.seen
    tiles = [
        ("ticks so far", f"{shown.ticks:,}"),
        (
            "age of the newest example learned",
            "none yet" if seen.lag_ms is None else age_words(seen.lag_ms),
        ),
        ("examples a minute, last hour", f"{seen.per_minute:,}"),
        ("examples that wait", f"{seen.waiting:,}"),
        ("slates looked at", f"{seen.receipts:,}"),
        ("slates at fault", f"{seen.faults:,}"),
    ]
    return el(
        "section",
        el(
            "dl",
            [el("div", el("dt", name), el("dd", value, class_="num")) for name, value in tiles],
            class_="tiles",
        ),
        el("p", _next(shown), class_="dim"),
    )


def _next(shown: LearningShown) -> str:
    rhythm = shown.rhythm
    if rhythm is None:
        return "This service was started with --learn off: no tick comes."
    waits = f"{shown.seen.waiting:,} wait" if shown.seen.waiting != 1 else "1 waits"
    if not shown.seen.ticks:
        return f"{_first(rhythm, waiting=shown.seen.waiting)} {waits} in all.{_ripe(rhythm)}"
    due_ms = shown.seen.ticks[0].at_ms + rhythm.every_s * 1000 - shown.now_ms
    when = f"in {age_words(due_ms)} at the soonest" if due_ms > 0 else "as soon as there is enough"
    return (
        f"The next tick comes {when}: one every {rhythm.every_s:,} s at most, and"
        f" from {rhythm.examples_min:,} examples on; {waits}."
    )


def _first(rhythm: Rhythm, *, waiting: int) -> str:
    """What the first tick takes, and how far it is; the newest part is kept to judge it by."""
    needed = f"The first tick takes {rhythm.examples_min:,} examples to learn from, and others to"
    if not rhythm.held_out_min:
        return f"{needed} judge it by."
    kept = max(waiting // HELD_OUT_PART, rhythm.held_out_min)
    so_far = min(max(waiting - kept, 0), rhythm.examples_min)
    return (
        f"{needed} judge it by: the newest fifth, and no fewer than {rhythm.held_out_min:,}. So far"
        f" there are {so_far:,} of {rhythm.examples_min:,} to learn from."
    )


def _ripe(rhythm: Rhythm) -> str:
    """How long examples take to come."""
    if not rhythm.label_ms:
        return ""
    return f" By the recipe examples come {age_words(rhythm.label_ms)} after their slate."


def _nothing_yet(shown: LearningShown) -> Html:
    if shown.rhythm is None:
        return box(el("p", "And it does not learn now."), state="Nothing was learned yet")
    return box(
        el(
            "p",
            "What a viewer did with a slate becomes examples once their labels have settled. Ticks"
            f" are then made every {shown.rhythm.every_s:,} s at most (",
            el("code", "--learn-every", class_="whole"),
            f"), from {shown.rhythm.examples_min:,} examples on (",
            el("code", "--learn-min", class_="whole"),
            "). Invented viewers of a demonstration leave counts and no slates: nothing is learned"
            " from them.",
        ),
        state="Nothing was learned yet",
    )


# --------------------------------------------------------------------------------- what it learned


def _learned(ticks: Sequence[TickSeen]) -> Html:
    judged = [tick for tick in reversed(ticks) if tick.has_loss]
    offered = [tick for tick in reversed(ticks) if tick.newest_ms]
    return el(
        "div",
        el("section", el("h2", "Loss"), loss_plot(judged)) if judged else None,
        el("section", el("h2", "Freshness"), lag_plot(offered)) if offered else None,
        el("section", el("h2", "Telling apart"), area_plot(judged[-1])) if judged else None,
        el("section", el("h2", "Calibration"), calibration_plot(judged[-1])) if judged else None,
        class_="plots",
    )


# -------------------------------------------------------------------------------- what was decided


COLUMNS: Final = ("Tick", "The gate", "Examples", "Loss", "Moved most", "Took")
SAID_ALREADY: Final = ("", "worse")
"""Reasons whose detail is what the column of losses says."""


def _decisions(shown: LearningShown) -> Html:
    rows = shown.seen.ticks[:ROWS_SHOWN]
    return el(
        "section",
        el("h2", "What the gate decided"),
        el(
            "div",
            el(
                "table",
                el("thead", el("tr", [el("th", one, scope="col") for one in COLUMNS])),
                el("tbody", [_decision(tick, now_ms=shown.now_ms) for tick in rows]),
            ),
            class_="wide stacks ticks",
        ),
        el(
            "p",
            "How far values moved, in points of the feed, for viewers who are nobody; a nudge"
            " towards one creator shows here. Every tick can be made again: ",
            el("code", "plainview learn verify N"),
            ".",
            class_="dim",
        ),
    )


def _decision(tick: TickSeen, *, now_ms: int) -> Html:
    held_out = f"judged on {tick.held_out:,}" if tick.has_loss else ""
    told = held_out if tick.reason in SAID_ALREADY else tick.detail
    viewers = f"{tick.viewers:,} {'viewer' if tick.viewers == 1 else 'viewers'}"
    gate = el("b", reason_words(tick.reason), class_="bad" if tick.reason else "good")
    cells: tuple[Child, ...] = (
        _stack(f"{tick.number:,}", f"{age_words(max(now_ms - tick.at_ms, 0))} ago"),
        [gate, el("span", told, class_="dim") if told else None],
        _stack(f"{tick.chosen:,} of {tick.examples:,}", viewers),
        _stack(f"{tick.loss_after:.4f}", f"from {tick.loss_before:.4f}") if tick.has_loss else "–",
        _stack(_moved(tick, "topics"), _moved(tick, "creators")),
        age_words(tick.took_ms),
    )
    return el(
        "tr", [el("td", one, data_head=name) for name, one in zip(COLUMNS, cells, strict=True)]
    )


def _stack(first: str, second: str) -> list[Child]:
    return [el("span", first), el("span", second, class_="dim")]


def _moved(tick: TickSeen, kind: str) -> str:
    moved = tick.most_moved(kind)
    if moved is None:
        return ""
    name, shift = moved
    if kind == "creators":
        return f"creator {name} {points_words(shift)}"
    return f"{'no topic' if name == 'none' else name} {points_words(shift)}"


# ---------------------------------------------------------------------------------- what was shown


def _spent(shown: LearningShown) -> Html:
    lately = shown.lately
    if not lately.slates:
        return el(
            "section",
            el("h2", "What was shown"),
            el("p", "No slate was served yet."),
        )
    span = age_words(lately.to_ms - lately.from_ms)
    served = (
        f"{lately.slates:,} slates, served within {span} of one another"
        if lately.slates > 1
        else "slate"
    )
    return el(
        "section",
        el("h2", "What was shown"),
        el(
            "p",
            f"{lately.places:,} places of the newest {served}.",
            class_="dim",
        ),
        el(
            "div",
            el("section", el("h3", "Who decided a place"), slots_plot(lately, shown.policy)),
            el("section", el("h3", "Where its video came from"), sources_plot(lately)),
            _coverage(shown.coverage, has_invented=shown.has_invented) if shown.coverage else None,
            class_="plots",
        ),
    )


def _coverage(found: Coverage, *, has_invented: bool) -> Html:
    invented = ", those of the demonstration's invented viewers included" if has_invented else ""
    since = [" since ", moment(found.since_ms)] if found.since_ms else " since the first epoch"
    return el(
        "section",
        el("h3", "How much of the catalogue"),
        el(
            "p",
            f"At least {found.shown:,} of {found.listed:,} listed videos were shown",
            since,
            f", {found.showings:,} times in all{invented}. Gini {found.gini:.2f}: 0"
            " would be all alike, near 1 all on one video.",
        ),
        coverage_plot(found),
        class_="broad",
    )


# --------------------------------------------------------------------------------- what went wrong


def _faults(shown: LearningShown) -> Html | None:
    if not shown.faults:
        return None
    return el(
        "section",
        el("h2", "Slates at fault"),
        box(
            el("p", "What these receipts say cannot be made again; nothing was learned from them."),
            el(
                "ul",
                [
                    el("li", brief(one.receipt), f" {one.reason} · ", moment(one.at_ms))
                    for one in shown.faults
                ],
            ),
            state=f"{shown.seen.faults:,} found, the newest {len(shown.faults)} here",
            is_good=False,
        ),
    )


def _foot() -> Html:
    return el(
        "p",
        "Read just now from this service's own database; metrics and shifts are those of each"
        " tick's lineage record, which anyone may fetch and make again. To look closer or to"
        " go back: ",
        el("code", "plainview learn --help"),
        ".",
    )

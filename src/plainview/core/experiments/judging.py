"""Judging a policy by slates that another served: each place is one choice with exact odds.

At each place the served policy's odds of what it put there are in the receipt. What the judged
policy would have put there, given the same viewer, the same epoch and the same places before, is
worked out anew. A choice counts if the viewer was seen to watch it; what it brought is what the
`watch` head predicts: how much of WATCH_PLAYINGS playings of it was watched. Later choices are
those of the viewer as they were, so what a policy would do to a viewer's later state is not in it.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from plainview.core.events import parse_event, watched_ms
from plainview.core.experiments.offpolicy import Logged
from plainview.core.feed import Index, trace_slate
from plainview.core.feed.odds import place_odds
from plainview.core.feed.slate import Trace
from plainview.core.receipts import Receipt, request_of
from plainview.core.receipts.receipt import PROPENSITY_UNIT
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import ViewerState
from plainview.core.terms.weights import HEAD_ONE, HEADS, WATCH_PLAYINGS, Weights

WATCH = HEADS.index("watch")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a served slate: who stood before it, what came of it (0 .. 1), how much likelier
    the judged policy is to put that video there, what the weights expected of it and of the judged
    policy's choice, and how much of that choice could have been served."""

    viewer: ViewerId
    reward: float
    weight: float
    modelled: float
    expected: float
    reach: float


def watched_shares(
    bodies: Iterable[bytes], *, number: int, lengths: dict[VideoId, int]
) -> dict[VideoId, float]:
    """How much of WATCH_PLAYINGS playings of each video of slate `number` the viewer's events say
    was watched."""
    found: dict[VideoId, float] = {}
    for body in bodies:
        event = parse_event(body)
        if event.kind != "watch" or event.author != "viewer" or event.number != number:
            continue
        if event.video in lengths:
            length_ms = lengths[event.video]
            ms = watched_ms(
                ms=event.ms, loops=event.loops, length_ms=length_ms, playings=WATCH_PLAYINGS
            )
            found[event.video] = ms / (WATCH_PLAYINGS * length_ms)
    return found


def choices_of(
    receipt: Receipt,
    *,
    index: Index,
    weights: Weights,
    served: Policy,
    judged: Policy,
    state: ViewerState,
    after: Iterable[bytes],
) -> list[Choice]:
    """The choices of one slate.

    Args:
        index, weights, served, state: what the receipt names. after: the viewer's events since.
    """
    shown = [place for place in receipt.slate if place.slot != "repeat"]
    videos = [place.video for place in shown]
    request = request_of(receipt, seed=bytes(32))
    traces = [
        trace_slate(index=index, weights=weights, policy=policy, state=state, request=request)
        for policy in (served, judged)
    ]
    was, would = (place_odds(trace, videos) for trace in traces)
    model = _model(traces)
    lengths = {
        VideoId(int(index.ids[row])): int(index.length_ms[row])
        for trace in traces
        for row in trace.candidates.rows
    }
    shares = watched_shares(after, number=receipt.number, lengths=lengths)
    found = []
    for i, place in enumerate(shown):
        if place.video not in shares or not would[i] or not place.propensity:
            continue
        expected = sum(odds * model[video] for video, odds in would[i].items())
        reached = sum(odds for video, odds in would[i].items() if video in was[i])
        found.append(
            Choice(
                viewer=receipt.viewer,
                reward=shares[place.video],
                weight=would[i].get(place.video, 0) / place.propensity,
                modelled=model[place.video],
                expected=expected / PROPENSITY_UNIT,
                reach=reached / PROPENSITY_UNIT,
            )
        )
    return found


def _model(traces: Sequence[Trace]) -> dict[VideoId, float]:
    """The share that the weights expect to be watched, of every candidate."""
    return {
        VideoId(int(video)): int(predicted) / HEAD_ONE
        for trace in traces
        for video, predicted in zip(
            trace.index.ids[trace.candidates.rows].tolist(),
            trace.predictions[:, WATCH].tolist(),
            strict=True,
        )
    }


def log_of_choices(choices: Sequence[Choice]) -> Logged:
    """The log that the estimators read. Raises: BadLog: there are none."""
    names = {viewer: k for k, viewer in enumerate(dict.fromkeys(one.viewer for one in choices))}
    columns = {
        name: np.array([getattr(one, name) for one in choices], dtype=np.float64)
        for name in ("reward", "weight", "modelled", "expected", "reach")
    }
    reach = columns.pop("reach")
    return Logged(
        cluster=np.array([names[one.viewer] for one in choices], dtype=np.int64),
        reach=float(reach.mean()) if len(reach) else 0.0,
        **columns,
    )

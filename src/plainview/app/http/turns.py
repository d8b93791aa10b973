"""First audiences over HTTP: a creator's turns, and the operator's view of the whole queue."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request, get

from plainview.app.http.creators import VIDEOS_MAX
from plainview.app.http.errors import ApiError
from plainview.app.http.service import Service, operator_of, service_of, session_of
from plainview.core.feed import Turn
from plainview.core.terms.ids import VideoId
from plainview.flows.read_epoch import NoEpoch
from plainview.flows.tell_turns import QueueState, owing_policy, tell_queue, tell_turns

AHEAD_MAX = 20
HOUR_MIN, DAY_MIN = 60, 1440


class TurnShape(msgspec.Struct, frozen=True, kw_only=True):
    """One video that waits. `first_min` and `all_min` are estimates, -1 while nothing is given."""

    video: str
    place: int
    owed: int
    audience: int
    first_min: int
    all_min: int
    words: str


class QueueShape(msgspec.Struct, frozen=True, kw_only=True):
    """The queue for first audiences under `policy`, and the turns that were asked for."""

    policy: str
    epoch: int
    waiting: int
    owed: int
    audience: int
    a_day: int
    words: str
    turns: tuple[TurnShape, ...]


def span(minutes: int) -> str:
    """So many minutes, as one says them.

    >>> span(1), span(59), span(90), span(3000)
    ('a minute', '59 minutes', '2 hours', '3 days')
    """
    if minutes <= 1:
        return "a minute"
    for unit, name in ((DAY_MIN, "days"), (HOUR_MIN, "hours")):
        if minutes > unit:
            return f"{-(-minutes // unit)} {name}"
    return f"{minutes} minutes"


def turn_words(turn: Turn, *, waiting: int) -> str:
    """Where a video stands and how long it may take."""
    stands = (
        f"Place {turn.place} of {waiting}: {turn.owed} of {turn.audience} first showings still owed"
    )
    if turn.first_min < 0:
        return f"{stands}, and at present none are given."
    return (
        f"{stands}; the next within about {span(turn.first_min)}, all of them within about"
        f" {span(turn.all_min)} if the day goes on as the last one did."
    )


def queue_words(state: QueueState) -> str:
    """The queue in one sentence."""
    if not state.waiting:
        return "Every new video has had the first audience it is owed."
    return (
        f"{state.waiting:,} videos wait for {state.owed:,} first showings in all, of which about"
        f" {state.a_day:,} are given a day."
    )


def _queue(service: Service, asked: Iterable[VideoId] | None) -> QueueShape:
    """The queue with the turns of `asked`, of the first in it if None."""
    serving = service.serving
    policy = owing_policy(serving.policies)
    if policy is None:
        raise ApiError("not_found", "No policy on offer owes a first audience.")
    try:
        state = tell_queue(policy, epochs=serving.epochs, count=AHEAD_MAX)
        videos = state.ahead if asked is None else asked
        turns = tell_turns(videos, policy=policy, epochs=serving.epochs)
    except NoEpoch as error:
        raise ApiError("not_ready", str(error)) from error
    return QueueShape(
        policy=state.policy,
        epoch=state.epoch,
        waiting=state.waiting,
        owed=state.owed,
        audience=state.audience,
        a_day=state.a_day,
        words=queue_words(state),
        turns=tuple(
            TurnShape(
                video=str(video),
                place=turn.place,
                owed=turn.owed,
                audience=turn.audience,
                first_min=turn.first_min,
                all_min=turn.all_min,
                words=turn_words(turn, waiting=state.waiting),
            )
            for video, turn in sorted(turns.items(), key=lambda entry: entry[1].place)
        ),
    )


@get("/api/v1/me/queue", summary="When my videos get their first audience")
async def get_my_queue(request: Request[Any, Any, Any]) -> QueueShape:
    """The asker's videos that are still owed showings, in the order of their turns."""
    return await service_of(request).in_pool(_my_queue, request)


def _my_queue(request: Request[Any, Any, Any]) -> QueueShape:
    service = service_of(request)
    creator = service.wired.reads.creator_of(session_of(request).viewer)
    if creator is None:
        return _queue(service, ())
    return _queue(service, service.wired.reads.videos_of(creator.id, count=VIDEOS_MAX))


@get("/api/v1/operator/queue", summary="Who waits for a first audience")
async def get_queue(request: Request[Any, Any, Any]) -> QueueShape:
    """The whole queue, with the turns of the first in it."""
    operator_of(request)
    service = service_of(request)
    return await service.in_pool(_queue, service, None)


TURN_ROUTES = [get_my_queue, get_queue]

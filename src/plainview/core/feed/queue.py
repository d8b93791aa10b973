"""Who is owed a first audience in an epoch, in what order, and what may be spent on it.

A function of the epoch and the policy, worked out once for each pair of them.
"""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints, in_order
from plainview.core.terms.draws import DRAW_UNIT
from plainview.core.terms.epoch import FLAG_REMOVED, FLAG_UNLISTED, FLAG_WITHDRAWN
from plainview.core.terms.policy import MILLI, Policy

GONE = FLAG_REMOVED | FLAG_WITHDRAWN | FLAG_UNLISTED
MINUTES_PER_DAY = 1440
HOURS_PER_DAY = 24


class Queue(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The videos still owed showings, whose turn it is first.

    `rows` (n,) of the index and what each is owed still, `debts` (n,); `audience` is what a new
    video is owed; `volume` the showings of a day that all of this is a share of; `share` the chance
    that a place is given to one of them, in 2**-20.
    """

    rows: NDArray[np.intp]
    debts: Ints
    audience: int
    volume: int
    share: int


_QUEUES: WeakKeyDictionary[Index, dict[tuple[int, ...], Queue]] = WeakKeyDictionary()
"""What was worked out for epochs still in use. Forgetting any of it changes nothing but time."""


def queue_of(index: Index, *, policy: Policy) -> Queue:
    """The queue that `policy` makes of the epoch's videos.

    `volume` is what the epochs of yesterday counted, or those of today so far if that is more.
    Each video is owed `min(first_audience, max(1, volume // videos))` showings: all that the policy
    promises once every video can be shown as often, before that its even part of a day. Of what is
    owed at most the policy's share of the places is paid, and no more than a 24th of a day's volume
    brings in an hour, so that epochs, which are late by seconds, do not let it be paid twice.
    """
    rules = (
        policy.first_audience, policy.fresh_days, policy.hidden_labels, policy.length_s_max,
        policy.owed_share_milli,
    )  # fmt: skip
    known = _QUEUES.setdefault(index, {})
    if rules not in known:
        known[rules] = _worked_out(index, policy=policy)
    return known[rules]


def work_out_queues(index: Index, *, policies: Iterable[Policy]) -> None:
    """Work out each policy's queue before the first slate asks for it: many ask in one moment,
    and each would work it out for itself."""
    for policy in policies:
        queue_of(index, policy=policy)


def _worked_out(index: Index, *, policy: Policy) -> Queue:
    header = index.header
    volume = max(header.shown_today, header.shown_yesterday)
    is_listed = (index.flags & GONE) == 0
    audience = min(policy.first_audience, max(1, volume // max(1, int(is_listed.sum()))))
    since_min = header.frozen_ms // 60_000 - policy.fresh_days * MINUTES_PER_DAY
    is_owed = is_listed & (index.shown < audience) & (index.published_min >= since_min)
    is_owed &= (index.flags & np.uint8(policy.hidden_labels)) == 0
    if policy.length_s_max:
        is_owed &= index.length_ms <= policy.length_s_max * 1000
    rows = np.flatnonzero(is_owed)
    shown, published = index.shown[rows], index.published_min[rows]
    turns = turns_of(index.creators[rows], shown=shown, published_min=published)
    rows = rows[in_order(turns, shown, published)]
    debts = audience - index.shown[rows]
    most = policy.owed_share_milli * DRAW_UNIT // MILLI
    needed = int(debts.sum()) * HOURS_PER_DAY * DRAW_UNIT // max(volume, 1)
    return Queue(rows=rows, debts=debts, audience=audience, volume=volume, share=min(most, needed))


def turns_of(creators: Ints, *, shown: Ints, published_min: Ints) -> Ints:
    """(n,) how many videos of the same creator are served before each: the less shown, then the
    longer waiting, then those of smaller id, in whose order they are given.

    >>> creators, shown = np.array([5, 6, 5, 5]), np.array([3, 0, 0, 3])
    >>> turns_of(creators, shown=shown, published_min=np.array([9, 9, 9, 1])).tolist()
    [2, 0, 0, 1]
    """
    order = in_order(creators, shown, published_min)
    by_creator = creators[order]
    starts = np.flatnonzero(np.append(True, by_creator[1:] != by_creator[:-1])[: len(order)])
    lengths = np.diff(np.append(starts, len(order)))
    out = np.empty(len(order), dtype=np.int64)
    out[order] = np.arange(len(order)) - np.repeat(starts, lengths)
    return out


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One video's place in the queue.

    `place` from 1; `owed` of `audience` showings are still to come. `first_min` and `all_min` are
    how many minutes until the next of them and until the last, if the day goes on as the last one
    did and nobody shows it otherwise; -1 if nothing is paid at all.
    """

    place: int
    owed: int
    audience: int
    first_min: int
    all_min: int


def turn_of(queue: Queue, row: int) -> Turn | None:
    """Where `row` stands; None if nothing is owed to it.

    What is paid goes around: by the time a video has its `owed` showings, each other one in the
    queue had as many, or all it was owed.
    """
    found = np.flatnonzero(queue.rows == row)
    if len(found) == 0:
        return None
    place = int(found[0])
    owed = int(queue.debts[place])
    a_day = queue.share * queue.volume
    before_last = int(np.minimum(queue.debts, owed).sum())

    def minutes(showings: int) -> int:
        return -(-showings * MINUTES_PER_DAY * DRAW_UNIT // a_day) if a_day else -1

    return Turn(
        place=place + 1, owed=owed, audience=queue.audience,
        first_min=minutes(place + 1), all_min=minutes(before_last),
    )  # fmt: skip

"""Tell turns: who waits for a first audience in the newest epoch, and for how long."""

from collections.abc import Iterable, Mapping

import msgspec
import numpy as np

from plainview.core.feed import Turn, queue_of, turn_of
from plainview.core.feed.interests import rows_of
from plainview.core.terms.draws import DRAW_BITS
from plainview.core.terms.ids import VideoId
from plainview.core.terms.policy import Policy
from plainview.flows.serve_slate import Epochs


class QueueState(msgspec.Struct, frozen=True, kw_only=True):
    """The whole queue: how many wait, for how many showings, and how many are given in a day like
    the last one. `ahead` are the first of them."""

    policy: str
    epoch: int
    waiting: int
    owed: int
    audience: int
    a_day: int
    ahead: tuple[VideoId, ...]


def owing_policy(policies: Mapping[str, Policy]) -> Policy | None:
    """The first policy on offer that gives first audiences, whose queue this is."""
    return next((policy for policy in policies.values() if policy.owed_share_milli), None)


def tell_queue(policy: Policy, *, epochs: Epochs, count: int) -> QueueState:
    """How the queue stands, with the first `count` of it. Raises: NoEpoch."""
    index = epochs.at_least(1).index
    queue = queue_of(index, policy=policy)
    return QueueState(
        policy=policy.name,
        epoch=index.header.number,
        waiting=len(queue.rows),
        owed=int(queue.debts.sum()),
        audience=queue.audience,
        a_day=queue.volume * queue.share >> DRAW_BITS,
        ahead=tuple(VideoId(i) for i in index.ids[queue.rows[:count]].tolist()),
    )


def tell_turns(videos: Iterable[VideoId], *, policy: Policy, epochs: Epochs) -> dict[VideoId, Turn]:
    """The turn of each of `videos` to which something is owed. Raises: NoEpoch."""
    index = epochs.at_least(1).index
    queue = queue_of(index, policy=policy)
    wanted = np.array(sorted(videos), dtype=np.int64)
    rows, is_known = rows_of(wanted, index=index)
    known = zip(wanted[is_known].tolist(), rows[is_known].tolist(), strict=True)
    turns = {VideoId(video): turn_of(queue, row) for video, row in known}
    return {video: turn for video, turn in turns.items() if turn is not None}

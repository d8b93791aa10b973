"""What a policy could have put at each place of a slate that was served, and how likely.

For judging a policy by slates that another served: at each place, given what was really placed
before it, the exact odds of every candidate. The same rules as `arrange.py`, without a draw.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from plainview.core.feed.arrange import (
    Chances,
    Groups,
    Pool,
    _Listed,
    _Page,
    explore_share,
    groups_of,
)
from plainview.core.feed.interests import rows_of
from plainview.core.feed.slate import Trace
from plainview.core.terms.ids import VideoId


def place_odds(trace: Trace, videos: Sequence[VideoId]) -> list[dict[VideoId, int]]:
    """For each place i of `videos`: the odds, in 2**-40, of every video that the policy of `trace`
    could put there after videos[:i]. Empty where it has nothing left.

    `videos` need not be candidates of that policy: they count for spacing all the same. Under the
    policy that served, the odds of videos[i] at i are the propensity in its receipt.
    """
    rows, is_known = rows_of(np.array(videos, dtype=np.int64), index=trace.index)
    assert bool(is_known.all()), "a slate's videos are in the epoch it was made from"
    n = len(trace.candidates.rows)
    place_of = {int(row): place for place, row in enumerate(trace.candidates.rows.tolist())}
    extra = [int(row) for row in dict.fromkeys(rows.tolist()) if int(row) not in place_of]
    place_of |= {row: n + k for k, row in enumerate(extra)}
    pool, policy = _with(trace.pool, extra, trace=trace), trace.policy
    listed = _Listed(pool)
    page = _Page(listed, policy, topic_max=pool.topic_max)
    groups = {key: [c for c in members if c < n] for key, members in groups_of(listed).items()}
    owed = listed.by_value(pool.fresh.tolist()) if pool.owed_share else []
    by_hope = listed.by_hope() if explore_share(policy) else []
    ids = [VideoId(int(trace.index.ids[row])) for row in listed.rows]
    found: list[dict[VideoId, int]] = []
    for row in rows.tolist():
        odds = _odds(page, groups, owed=owed, by_hope=by_hope, owed_share=pool.owed_share)
        found.append({ids[candidate]: share for candidate, share in odds.items()})
        placed = place_of[int(row)]
        page.place(placed)
        members = groups[listed.is_rest[placed], tuple(listed.topics[placed])]
        if placed in members:
            members.remove(placed)
        owed = [c for c in owed if c != placed]
        by_hope = [c for c in by_hope if c != placed]
    return found


def _odds(
    page: _Page,
    groups: Groups,
    *,
    owed: Sequence[int],
    by_hope: Sequence[int],
    owed_share: int,
) -> dict[int, int]:
    """The odds of each place in the pool that has any, at the next place of the page."""
    if not any(groups.values()):
        return {}
    ranked, _ = page.best(groups)
    chances = Chances(
        owed=[c for c in owed if page.is_free(c)],
        owed_share=owed_share,
        unsure=page.unsure(by_hope, ranked=ranked),
        explore_share=explore_share(page.policy),
        best_of=page.policy.best_of,
    )
    return {
        c: odds
        for c in dict.fromkeys((ranked, *chances.owed, *chances.unsure))
        if (odds := chances.propensity(c, ranked=ranked))
    }


def _with(pool: Pool, extra: Sequence[int], *, trace: Trace) -> Pool:
    """The candidates, and behind them rows that are none but may have been placed."""
    index, rows = trace.index, np.concatenate([pool.rows, np.array(extra, dtype=np.intp)])
    nothing = np.zeros(len(extra), dtype=np.int64)
    return msgspec.structs.replace(
        pool,
        rows=rows,
        values=np.concatenate([pool.values, nothing]),
        doubts=np.concatenate([pool.doubts, nothing]),
        is_rest=np.concatenate([pool.is_rest, nothing == 1]),
        is_barred=np.concatenate([pool.is_barred, nothing == 0]),
        creators=index.creators.take(rows),
        topics=index.topics.take(rows, axis=0),
        looks=index.looks.take(rows),
    )

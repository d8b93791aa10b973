"""What a policy could have put at each place of a slate that was served, and how likely.

For judging a policy by slates that another served: at each place, given what was really placed
before it, the exact odds of every candidate. The same rules as `arrange.py`, without a draw.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from plainview.core.feed.arrange import (
    Pool,
    _Listed,
    _Page,
    explore_share,
    groups_of,
    propensity,
)
from plainview.core.feed.interests import rows_of
from plainview.core.feed.slate import Trace
from plainview.core.terms.ids import VideoId
from plainview.core.terms.policy import SOURCE_CODES

REST: Final = SOURCE_CODES["rest"]


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
    listed = _Listed(_pool(trace, extra))
    page = _Page(listed, trace.policy, topic_max=len(trace.index.header.topics))
    groups = {key: [c for c in members if c < n] for key, members in groups_of(listed).items()}
    share = explore_share(trace.policy)
    unused: list[int] = trace.candidates.fresh.tolist() if share else []
    ids = [VideoId(int(trace.index.ids[row])) for row in listed.rows]
    found: list[dict[VideoId, int]] = []
    for row in rows.tolist():
        found.append(_odds(page, groups, unused, share=share, ids=ids))
        placed = place_of[int(row)]
        page.place(placed)
        members = groups.get((listed.is_rest[placed], tuple(listed.topics[placed])), [])
        if placed in members:
            members.remove(placed)
        unused = [c for c in unused if c != placed and not page.is_pair_alike(c, placed)]
    return found


def _odds(
    page: _Page,
    groups: dict[tuple[bool, tuple[int, ...]], list[int]],
    unused: Sequence[int],
    *,
    share: int,
    ids: Sequence[VideoId],
) -> dict[VideoId, int]:
    if not any(groups.values()):
        return {}
    ranked, _ = page.best(groups)
    close, full = page.close_creators, page.full_topics
    drawable = [
        c
        for c in unused
        if page.pool.creators[c] not in close and full.isdisjoint(page.pool.topics[c])
    ]
    return {
        ids[c]: odds
        for c in dict.fromkeys((ranked, *drawable))
        if (odds := propensity(c, ranked=ranked, pool=drawable, share=share))
    }


def _pool(trace: Trace, extra: Sequence[int]) -> Pool:
    """The candidates, and behind them rows that are none but may have been placed."""
    index = trace.index
    rows = np.concatenate([trace.candidates.rows, np.array(extra, dtype=np.intp)])
    nothing = np.zeros(len(extra), dtype=np.int64)
    return Pool(
        rows=rows,
        values=np.concatenate([trace.values, nothing]),
        is_rest=np.concatenate([trace.candidates.sources == REST, nothing == 1]),
        creators=index.creators.take(rows),
        topics=index.topics.take(rows, axis=0),
        looks=index.looks.take(rows),
        fresh=trace.candidates.fresh,
        topic_max=len(index.header.topics),
    )

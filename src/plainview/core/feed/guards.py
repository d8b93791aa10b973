"""What a "not interested" says of other videos than the one it was said of."""

import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints
from plainview.core.feed.interests import rows_of
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import ViewerState
from plainview.core.terms.weights import HEAD_ONE

RowIndexes = NDArray[np.intp]

DAY_MS = 86_400_000
REJECTED_MAX = 32
ALIKE_ONE = 1000
"""As like a rejected video as can be."""
FOLLOWED = 250
"""How like one by the same creator is, if the viewer follows that creator."""
TOPIC_STEP = 250
DOT_UNIT = 32
DOT_FREE = 1024


def rejected_rows(state: ViewerState, *, index: Index, policy: Policy, now_ms: int) -> RowIndexes:
    """The rows of the videos rejected in the policy's last days, newest first, at most
    REJECTED_MAX; then by id, the largest first."""
    since_ms = now_ms - policy.rejected_days * DAY_MS
    held = sorted(
        ((at_ms, video) for video, at_ms in state.rejected_ms.items() if at_ms > since_ms),
        reverse=True,
    )[:REJECTED_MAX]
    found, is_known = rows_of(np.array([video for _, video in held], dtype=np.int64), index=index)
    rows: RowIndexes = found[is_known]
    return rows


def likeness(rows: RowIndexes, rejected: RowIndexes, *, index: Index, follows: Ints) -> Ints:
    """(n,) how like what was rejected each of `rows` is, 0 to ALIKE_ONE: the most of

    - ALIKE_ONE if a rejected video has its creator (FOLLOWED if the viewer follows that creator);
    - TOPIC_STEP for each rejected video with a topic of its own, the topic that has most of them;
    - `dot // DOT_UNIT - DOT_FREE` of its embedding and that of each rejected video: from half as
      near as a video is to itself on.
    """
    # Whole numbers below 2**24, exact in float32 in whatever order BLAS adds them.
    mine = index.embeddings[rows].astype(np.float32)
    dots = (mine @ index.embeddings[rejected].T.astype(np.float32)).astype(np.int64)
    near = (dots // DOT_UNIT - DOT_FREE).max(axis=1)
    times = np.zeros(len(index.header.topics) + 1, dtype=np.int64)
    for topics in index.topics[rejected].tolist():
        times[sorted(set(topics) - {0})] += 1
    by_topic = TOPIC_STEP * times[index.topics[rows]].max(axis=1)
    creators = index.creators[rows]
    by_creator = np.where(np.isin(creators, follows), FOLLOWED, ALIKE_ONE)
    by_creator[~np.isin(creators, index.creators[rejected])] = 0
    most = np.maximum(np.maximum(near, by_topic), by_creator)
    return np.asarray(np.clip(most, 0, ALIKE_ONE), dtype=np.int64)


def taken_off(
    rows: RowIndexes, *, state: ViewerState, index: Index, policy: Policy, now_ms: int
) -> tuple[Ints, Ints]:
    """((n,) units of value that each of `rows` loses to what was rejected, (n,) how like it is)."""
    nothing = np.zeros(len(rows), dtype=np.int64)
    if not policy.rejected_milli or not state.rejected_ms or not len(rows):
        return nothing, nothing
    rejected = rejected_rows(state, index=index, policy=policy, now_ms=now_ms)
    if not len(rejected):
        return nothing, nothing
    follows = np.array(sorted(state.follows), dtype=np.int64)
    alike = likeness(rows, rejected, index=index, follows=follows)
    return policy.rejected_milli * alike * HEAD_ONE // ALIKE_ONE, alike

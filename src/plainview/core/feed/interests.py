"""What the feed makes of a viewer: signals, interest vectors, affinities. All of it recomputed."""

from collections.abc import Mapping
from itertools import chain, repeat
from math import isqrt
from operator import attrgetter

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.attention import NOTHING, Latest, latest_of
from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints, clip127
from plainview.core.feed.leanings import Leanings, leanings_of, no_leanings
from plainview.core.feed.search import places
from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.vector_units import own_products
from plainview.core.terms.viewer import WATCHES_MAX, ViewerState

SIGNALS_MAX = WATCHES_MAX
DECAY_ONE = 4096
INTEREST_NORM = 400
AFFINITY_PRIOR = 6 * DECAY_ONE
RECENT_COUNT = 8
HABIT_COUNT = 32
LEADERS_MAX, INTERESTS_MAX = 8, 4
LEADER_DOT = 32_768
"""How near a video must be to the first of an interest to be of it: a cosine of about a half."""
INTEREST_SHARE = 8
"""An interest of less than an eighth of the whole is not asked for."""

FINISHED, LONG, UNSURE, SKIPPED = 4, 2, 0, -3
LOOP_BONUS, LOOPS_MAX = 1, 2
LIKED, SAVED, SHARED = 8, 8, 10
REJECTED, REPORTED = -16, -16


def decay(numerator: int, denominator: int) -> Ints:
    """(SIGNALS_MAX,) weights by age: 4096 for the newest, then `d * numerator // denominator`."""
    out = [DECAY_ONE]
    while len(out) < SIGNALS_MAX:
        out.append(out[-1] * numerator // denominator)
    return np.array(out, dtype=np.int64)


RECENT = decay(7, 8)
MIDDLE = decay(31, 32)
LASTING = decay(63, 64)


class Marks(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A viewer's dealings with videos, whatever the epoch holds, newest first.

    `ms` and `loops` are of the watch, 0 where `is_silent` says there is none; `acts` what like,
    save, share, not interested and report say, once for each video.
    """

    video: Ints
    ms: Ints
    loops: Ints
    acts: Ints
    is_silent: NDArray[np.bool_]


class Signals(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The marks whose videos are in this epoch: `rows` of the index, `outcome` what the watch
    says, if it `is_watch`."""

    rows: NDArray[np.intp]
    outcome: Ints
    acts: Ints
    is_watch: NDArray[np.bool_]


class Profile(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """All that ranking knows of the viewer.

    `interests` (4, EMBED_DIM) int8: recent, lasting, loved, averse. `*_queries` (n, EMBED_DIM) are
    what the near sources look for, the heaviest first, `*_masses` (n,) their weights. The topic
    columns are by 1-based topic, entry 0 is 0: affinity, in how many signals, in how many of the
    newest RECENT_COUNT. The creator columns go with `creators`, sorted, and so do the leanings'.
    """

    interests: NDArray[np.int8]
    recent_queries: NDArray[np.int8]
    recent_masses: Ints
    lasting_queries: NDArray[np.int8]
    lasting_masses: Ints
    topic_affinity: Ints
    topic_tried: Ints
    topic_recent: Ints
    creators: Ints
    creator_affinity: Ints
    creator_recent: Ints
    follows: Ints
    history: int
    finished: int
    skipped: int
    liked: int
    latest: Latest
    leanings: Leanings

    def queries(self, place: int) -> tuple[NDArray[np.int8], Ints]:
        """(vectors, masses) of the interests at that decay: 0 recent, 1 lasting."""
        if place == 0:
            return self.recent_queries, self.recent_masses
        return self.lasting_queries, self.lasting_masses


def watch_outcomes(ms: Ints, loops: Ints, *, length_ms: Ints) -> Ints:
    """What each watch says: SKIPPED, UNSURE, LONG or FINISHED, and up to 2 more for loops.

    Finished: at least 90 % watched or a loop; skipped: less than 2 s and less than 25 %; long: at
    least 50 % or 10 s.
    """
    is_finished = (loops >= 1) | (ms * 10 >= length_ms * 9)
    is_skipped = (ms < 2000) & (ms * 4 < length_ms)
    is_long = (ms * 2 >= length_ms) | (ms >= 10_000)
    finished = FINISHED + LOOP_BONUS * np.minimum(loops, LOOPS_MAX)
    other = np.where(is_skipped, SKIPPED, np.where(is_long, LONG, UNSURE))
    return np.where(is_finished, finished, other)


def act_weights(state: ViewerState) -> dict[VideoId, int]:
    """What the viewer said about each video in so many words; a complaint silences the praise."""
    acts: dict[VideoId, int] = {}
    praise = ((state.liked, LIKED), (state.saved, SAVED), (state.shared, SHARED))
    for videos, weight in praise:
        for video in videos:
            acts[video] = acts.get(video, 0) + weight
    for videos, weight in ((state.rejected, REJECTED), (state.reported, REPORTED)):
        for video in videos:
            acts[video] = min(acts.get(video, 0), 0) + weight
    return acts


def marks_of(state: ViewerState) -> Marks:
    """Merge watches and acts into one list, newest first, at most SIGNALS_MAX.

    A watch stands at (its request number, 0, its place); a video with acts and no watch in
    `state.watches` at (the number of the last slate that served it, 1, the number of its newest
    act). The acts of a video count once, with its newest watch.
    """
    acts = act_weights(state)
    watches = state.watches
    watched = {watch.video for watch in watches} if acts else set()
    silent = [video for video in acts if video not in watched]
    count, total = len(watches), len(watches) + len(silent)

    def column(name: str) -> Ints:
        return np.fromiter(chain(map(attrgetter(name), watches), repeat(0)), np.int64, total)

    number, video, ms, loops = (column(name) for name in ("number", "video", "ms", "loops"))
    place, is_silent = np.arange(total), np.zeros(total, dtype=np.bool_)
    if silent:
        number[count:] = [state.seen.get(v, 0) for v in silent]
        video[count:] = silent
        place[count:] = [newest_act(state, v) for v in silent]
        is_silent[count:] = True
    newest_first = np.lexsort((video, place, is_silent, number))[::-1][:SIGNALS_MAX]
    video = video[newest_first]
    said = np.zeros(len(video), dtype=np.int64)
    if acts:
        said[:] = [acts.pop(v, 0) for v in video.tolist()]
    return Marks(
        video=video, ms=ms[newest_first], loops=loops[newest_first], acts=said,
        is_silent=is_silent[newest_first],
    )  # fmt: skip


def signals_of(state: ViewerState, *, index: Index) -> Signals:
    """The marks whose videos the epoch holds."""
    marks = marks_of(state)
    rows, is_known = rows_of(marks.video, index=index)
    rows = rows[is_known]
    length_ms = index.length_ms[rows]
    outcome = watch_outcomes(marks.ms[is_known], marks.loops[is_known], length_ms=length_ms)
    is_watch = ~marks.is_silent[is_known]
    return Signals(
        rows=rows,
        outcome=np.where(is_watch, outcome, UNSURE),
        acts=marks.acts[is_known],
        is_watch=is_watch,
    )


def newest_act(state: ViewerState, video: VideoId) -> int:
    """The largest event number with which the viewer acted on `video`."""
    places: tuple[Mapping[VideoId, int], ...] = (
        state.liked, state.saved, state.shared, state.rejected, state.reported,
    )  # fmt: skip
    return max(videos.get(video, 0) for videos in places)


def rows_of(wanted: Ints, *, index: Index) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The row of each id, and whether there is one (where not, the row is some other's)."""
    if index.size == 0:
        return np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted), dtype=np.bool_)
    rows = np.minimum(places(index.ids, wanted), index.size - 1)
    return rows, index.ids[rows] == wanted


def rows_of_creators(creators: Ints, *, index: Index) -> NDArray[np.intp]:
    """All rows of `creators` (sorted ids), creator by creator."""
    if len(creators) == 0:
        return np.zeros(0, dtype=np.intp)
    first = np.searchsorted(index.sorted_creators, creators, side="left")
    after = np.searchsorted(index.sorted_creators, creators, side="right")
    parts = [index.order_creator[a:b] for a, b in zip(first, after, strict=True) if a < b]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.intp)


def unit_vectors(weights: Ints, embeddings: NDArray[np.int8]) -> NDArray[np.int8]:
    """(V, EMBED_DIM): for each row of `weights` (V, n), `sum_i weights_i * embeddings_i` shortened
    to length INTEREST_NORM.

    The sum is shifted right (floor) until its largest magnitude is below 2**20, then
    `v * INTEREST_NORM // isqrt(sum v*v)`, clipped to +-127. The zero vector stays zero.
    """
    # Exact: below 2**33 in magnitude, and float64 holds whole numbers to 2**53.
    totals = (weights.astype(np.float64) @ embeddings.astype(np.float64)).astype(np.int64)
    out = np.zeros(totals.shape, dtype=np.int8)
    for i, total in enumerate(totals):
        peak = int(np.abs(total).max())
        short = total >> max(0, peak.bit_length() - 20)
        norm = isqrt(int((short * short).sum()))
        if norm:
            out[i] = clip127(short * INTEREST_NORM // norm)
    return out


def leaders_of(weight: Ints, embeddings: NDArray[np.int8]) -> Ints:
    """(n,) which interest each signal is of, -1 for none: greedy, the newest first.

    A signal of positive weight is of the interest whose first signal its embedding has the largest
    dot with, of several the earliest, if that is at least LEADER_DOT; else it is the first of
    another while there are fewer than LEADERS_MAX, unless its embedding is zero. One of negative
    weight is of the interest so found among all, or of none.
    """
    places = np.full(len(weight), -1, dtype=np.int64)
    # Whole numbers below 2**24: exact in float32 in whatever order BLAS adds them.
    dots = own_products(embeddings.astype(np.float32)).astype(np.int64)
    leaders: list[int] = []
    for is_positive in (True, False):
        for r in np.flatnonzero(weight > 0 if is_positive else weight < 0).tolist():
            near = dots[r, leaders]
            best = int(near.argmax()) if leaders else -1
            if leaders and near[best] >= LEADER_DOT:
                places[r] = best
            elif is_positive and len(leaders) < LEADERS_MAX and dots[r, r]:
                places[r] = len(leaders)
                leaders.append(r)
    return places


def queries_of(
    places: Ints, pulls: Ints, embeddings: NDArray[np.int8], *, plain: NDArray[np.int8]
) -> tuple[NDArray[np.int8], Ints]:
    """(vectors, masses) of the interests, the heaviest first, then the newest.

    The mass of an interest is the sum of its signals' `pulls`, its vector `unit_vectors` of them.
    Of those above 0 only such count as are an eighth of all of them together or more, and
    INTERESTS_MAX at most. Where there is none, `plain` alone is asked for, if it is not zero.
    """
    masses = np.array([pulls[places == j].sum() for j in range(LEADERS_MAX)], dtype=np.int64)
    total = int(masses[masses > 0].sum())
    order = np.argsort(-masses, kind="stable")
    kept = [j for j in order.tolist() if masses[j] > 0 and INTEREST_SHARE * masses[j] >= total]
    kept = kept[:INTERESTS_MAX]
    if not kept:
        one = np.ones(1, dtype=np.int64)
        return (plain[None, :], one) if plain.any() else (plain[None, :][:0], one[:0])
    mine = np.where(places == np.array(kept)[:, None], pulls, 0)
    return unit_vectors(mine, embeddings), masses[kept]


def affinities(groups: NDArray[np.intp], weights: Ints, *, count: int) -> Ints:
    """(count,) from -127 to 127: `127 * A // (M + AFFINITY_PRIOR)`, A the sum of a group's weights
    and M of their magnitudes. `groups[i]` is the group of `weights[i]`."""
    # bincount adds in float64: whole numbers far below 2**53, so exact in any order.
    total = np.bincount(groups, weights=weights, minlength=count).astype(np.int64)
    mass = np.bincount(groups, weights=np.abs(weights), minlength=count).astype(np.int64)
    return 127 * total // (mass + AFFINITY_PRIOR)


def profile_of(state: ViewerState, *, index: Index) -> Profile:
    """Everything ranking may know of a viewer, from their own events and this epoch."""
    signals = signals_of(state, index=index)
    n = len(signals.rows)
    weight = signals.outcome + signals.acts
    pulls = np.stack(
        [
            weight * RECENT[:n],
            weight * LASTING[:n],
            np.maximum(signals.acts, 0) * LASTING[:n],
            np.maximum(-weight, 0) * MIDDLE[:n],
        ]
    )
    interests = unit_vectors(pulls, index.embeddings[signals.rows])
    embeddings = index.embeddings[signals.rows]
    places = leaders_of(weight, embeddings)
    recent = queries_of(places, pulls[0], embeddings, plain=interests[0])
    lasting = queries_of(places, pulls[1], embeddings, plain=interests[1])
    aged = weight * MIDDLE[:n]
    topics = index.topics[signals.rows]
    topic_count = len(index.header.topics) + 1
    topic_affinity = affinities(topics.ravel(), np.repeat(aged, topics.shape[1]), count=topic_count)
    topic_recent = np.bincount(topics[:RECENT_COUNT].ravel(), minlength=topic_count)
    topic_tried = np.bincount(topics.ravel(), minlength=topic_count)
    topic_affinity[0] = topic_recent[0] = topic_tried[0] = 0
    creators, group = np.unique(index.creators[signals.rows], return_inverse=True)
    habits = signals.outcome[:HABIT_COUNT]
    return Profile(
        interests=interests,
        recent_queries=recent[0],
        recent_masses=recent[1],
        lasting_queries=lasting[0],
        lasting_masses=lasting[1],
        topic_affinity=topic_affinity,
        topic_tried=topic_tried,
        topic_recent=topic_recent,
        creators=creators,
        creator_affinity=affinities(group, aged, count=len(creators)),
        creator_recent=np.bincount(group[:RECENT_COUNT], minlength=len(creators)),
        follows=np.array(sorted(state.follows), dtype=np.int64),
        history=n,
        finished=int((habits >= FINISHED).sum()),
        skipped=int((habits == SKIPPED).sum()),
        liked=int((signals.acts[:HABIT_COUNT] > 0).sum()),
        latest=latest_of(state, rows=signals.rows, weights=weight),
        leanings=leanings_of(
            signals.rows,
            signals.outcome,
            np.where(signals.is_watch, LASTING[:n], 0),
            group=group,
            creator_count=len(creators),
            index=index,
        ),
    )


def no_profile(*, index: Index) -> Profile:
    """What a policy that uses no profile knows of any viewer."""
    nothing = np.zeros(0, dtype=np.int64)
    topics = np.zeros(len(index.header.topics) + 1, dtype=np.int64)
    return Profile(
        interests=np.zeros((4, EMBED_DIM), dtype=np.int8),
        recent_queries=np.zeros((0, EMBED_DIM), dtype=np.int8),
        recent_masses=nothing,
        lasting_queries=np.zeros((0, EMBED_DIM), dtype=np.int8),
        lasting_masses=nothing,
        topic_affinity=topics,
        topic_tried=topics,
        topic_recent=topics,
        creators=nothing,
        creator_affinity=nothing,
        creator_recent=nothing,
        follows=nothing,
        history=0,
        finished=0,
        skipped=0,
        liked=0,
        latest=NOTHING,
        leanings=no_leanings(topic_count=len(topics)),
    )


def creator_ids(creators: Mapping[CreatorId, int]) -> Ints:
    """The keys as a sorted array."""
    return np.array(sorted(creators), dtype=np.int64)

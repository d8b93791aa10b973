"""The profile compiled: what `interests.py` makes of a viewer, from the same marks in one pass."""

import numpy as np
from numba import types
from numpy.typing import NDArray

from plainview.core.feed.attention import latest_of
from plainview.core.feed.compiling import compiled, filled, given
from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints
from plainview.core.feed.interests import (
    AFFINITY_PRIOR,
    FINISHED,
    HABIT_COUNT,
    INTEREST_NORM,
    INTEREST_SHARE,
    INTERESTS_MAX,
    LASTING,
    LEADER_DOT,
    LEADERS_MAX,
    LONG,
    LOOP_BONUS,
    LOOPS_MAX,
    MIDDLE,
    RECENT,
    RECENT_COUNT,
    SKIPPED,
    UNSURE,
    Profile,
    marks_of,
)
from plainview.core.feed.leanings_numba import leanings_numba
from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.viewer import ViewerState

DECAYS = np.stack([RECENT, LASTING, MIDDLE])
SHORT = 1 << 20


@compiled(types.int64(types.int64))
def _isqrt(n: int) -> int:
    """The floor of the square root, bit by bit."""
    root, bit = 0, 1 << 31
    while bit > 0:
        larger = root + bit
        if larger * larger <= n:
            root = larger
        bit >>= 1
    return root


@compiled(types.int64(types.int64, types.int64, types.int64))
def _outcome(ms: int, loops: int, length_ms: int) -> int:
    """`watch_outcomes` of one watch."""
    if loops >= 1 or ms * 10 >= length_ms * 9:
        return FINISHED + LOOP_BONUS * min(loops, LOOPS_MAX)
    if ms < 2000 and ms * 4 < length_ms:
        return SKIPPED
    if ms * 2 >= length_ms or ms >= 10_000:
        return LONG
    return UNSURE


@compiled(types.void(filled(types.int64, 2), types.int64, filled(types.int8, 2)))
def _fill_unit(total: Ints, j: int, out: NDArray[np.int8]) -> None:
    """`unit_vectors` of sum `j`, which is overwritten."""
    peak = np.int64(0)
    for d in range(EMBED_DIM):
        peak = max(peak, abs(total[j, d]))
    shift = 0
    while (peak >> shift) >= SHORT:
        shift += 1
    squares = 0
    for d in range(EMBED_DIM):
        total[j, d] >>= shift
        squares += int(total[j, d]) * int(total[j, d])
    norm = _isqrt(squares)
    for d in range(EMBED_DIM):
        out[j, d] = min(max(total[j, d] * INTEREST_NORM // norm, -127), 127) if norm > 0 else 0


@compiled(
    types.int64(
        given(types.int64), given(types.int64), given(types.int64), given(types.int64),
        given(types.bool_), given(types.int64), given(types.int64), given(types.int64),
        filled(types.int64), filled(types.int64, 2),
    )
)  # fmt: skip
def _signals(
    video: Ints,
    ms: Ints,
    loops: Ints,
    acts: Ints,
    is_silent: NDArray[np.bool_],
    ids: Ints,
    length_ms: Ints,
    lasting: Ints,
    habits: Ints,
    found: Ints,
) -> int:
    """Fill the rows of `found` in for each mark whose video the epoch holds: row, weight, praise,
    outcome, mass of the watch; count the habits in `habits`: finished, skipped, liked. Returns how
    many marks there are."""
    n = 0
    for m in range(len(video)):
        low, high = 0, len(ids)
        while low < high:
            middle = (low + high) >> 1
            if ids[middle] < video[m]:
                low = middle + 1
            else:
                high = middle
        if low == len(ids) or ids[low] != video[m]:
            continue
        outcome = UNSURE if is_silent[m] else _outcome(ms[m], loops[m], length_ms[low])
        found[0, n], found[1, n], found[2, n] = low, outcome + acts[m], max(acts[m], 0)
        found[3, n], found[4, n] = outcome, 0 if is_silent[m] else lasting[n]
        if n < HABIT_COUNT:
            habits[0] += outcome >= FINISHED
            habits[1] += outcome == SKIPPED
            habits[2] += acts[m] > 0
        n += 1
    return n


@compiled(
    types.void(
        given(types.int64), given(types.int64), given(types.int64), given(types.int64, 2),
        given(types.int8, 2), filled(types.int8, 2),
    )
)  # fmt: skip
def _fill_interests(
    rows: Ints,
    weight: Ints,
    praise: Ints,
    decays: Ints,
    embeddings: NDArray[np.int8],
    out: NDArray[np.int8],
) -> None:
    """The four interest vectors: recent, lasting, loved, averse."""
    total = np.zeros((4, EMBED_DIM), dtype=np.int64)
    pulls = np.empty(4, dtype=np.int64)
    for r in range(len(rows)):
        pulls[0] = weight[r] * decays[0, r]
        pulls[1] = weight[r] * decays[1, r]
        pulls[2] = praise[r] * decays[1, r]
        pulls[3] = max(-weight[r], 0) * decays[2, r]
        for j in range(4):
            if pulls[j] != 0:
                for d in range(EMBED_DIM):
                    total[j, d] += pulls[j] * embeddings[rows[r], d]
    for j in range(4):
        _fill_unit(total, j, out)


@compiled(
    types.int64(given(types.int64), given(types.int64), given(types.int8, 2), filled(types.int64))
)
def _fill_places(rows: Ints, weight: Ints, embeddings: NDArray[np.int8], places: Ints) -> int:
    """`leaders_of` into `places`. Returns how many interests there are."""
    leaders = np.empty(LEADERS_MAX, dtype=np.int64)
    count = 0
    for turn in range(2):
        for r in range(len(rows)):
            if turn == 0:
                places[r] = -1
            if (weight[r] > 0) != (turn == 0) or weight[r] == 0:
                continue
            best, most = -1, np.int32(LEADER_DOT - 1)
            for j in range(count):
                dot = np.int32(0)
                for d in range(EMBED_DIM):
                    dot += np.int32(np.int16(embeddings[rows[r], d])) * np.int32(
                        np.int16(embeddings[leaders[j], d])
                    )
                if dot > most:
                    best, most = j, dot
            if best < 0 and turn == 0 and count < LEADERS_MAX:
                is_zero = True
                for d in range(EMBED_DIM):
                    is_zero &= embeddings[rows[r], d] == 0
                if not is_zero:
                    leaders[count] = rows[r]
                    best, count = count, count + 1
            if best >= 0:
                places[r] = best
    return count


@compiled(
    types.int64(
        given(types.int64), given(types.int64), given(types.int64), given(types.int64),
        given(types.int8, 2), given(types.int8), filled(types.int8, 2), filled(types.int64),
    )
)  # fmt: skip
def _fill_queries(
    rows: Ints,
    weight: Ints,
    decay: Ints,
    places: Ints,
    embeddings: NDArray[np.int8],
    plain: NDArray[np.int8],
    out: NDArray[np.int8],
    masses: Ints,
) -> int:
    """`queries_of` into `out` and `masses` (INTERESTS_MAX). Returns how many there are."""
    mass = np.zeros(LEADERS_MAX, dtype=np.int64)
    for r in range(len(rows)):
        if places[r] >= 0:
            mass[places[r]] += weight[r] * decay[r]
    total, count = 0, 0
    for j in range(LEADERS_MAX):
        total += max(mass[j], 0)
    sums = np.zeros((INTERESTS_MAX, EMBED_DIM), dtype=np.int64)
    while count < INTERESTS_MAX:
        best = 0
        for j in range(1, LEADERS_MAX):
            if mass[j] > mass[best]:
                best = j
        if mass[best] <= 0 or INTEREST_SHARE * mass[best] < total:
            break
        for r in range(len(rows)):
            if places[r] == best:
                for d in range(EMBED_DIM):
                    sums[count, d] += weight[r] * decay[r] * embeddings[rows[r], d]
        _fill_unit(sums, count, out)
        masses[count], mass[best] = mass[best], 0
        count += 1
    if count == 0:
        out[0] = plain
        masses[0], count = 1, 1 if plain.any() else 0
    return count


@compiled(
    types.void(
        given(types.int64), given(types.int64), given(types.int64), given(types.int64, 2),
        filled(types.int64, 2),
    )
)  # fmt: skip
def _fill_topics(
    rows: Ints, weight: Ints, middle: Ints, topics: NDArray[np.intp], out: Ints
) -> None:
    """By topic, into three rows of zeros: affinity, in how many signals, in how many of the
    newest."""
    mass = np.zeros(out.shape[1], dtype=np.int64)
    for r in range(len(rows)):
        aged = weight[r] * middle[r]
        for slot in range(topics.shape[1]):
            topic = topics[rows[r], slot]
            if topic != 0:
                out[0, topic] += aged
                mass[topic] += abs(aged)
                out[1, topic] += 1
                if r < RECENT_COUNT:
                    out[2, topic] += 1
    for topic in range(len(mass)):
        out[0, topic] = 127 * out[0, topic] // (mass[topic] + AFFINITY_PRIOR)


@compiled(
    types.int64(
        given(types.int64), given(types.int64), given(types.int64), given(types.int64),
        filled(types.int64, 2),
    )
)  # fmt: skip
def _fill_creators(rows: Ints, weight: Ints, middle: Ints, creators: Ints, out: Ints) -> int:
    """By creator, sorted, into three rows of room for each signal: id, affinity, in how many of
    the newest. Returns how many there are."""
    mass = np.zeros(len(rows), dtype=np.int64)
    n = 0
    for r in range(len(rows)):
        creator, aged = creators[rows[r]], weight[r] * middle[r]
        at = 0
        while at < n and out[0, at] < creator:
            at += 1
        if at == n or out[0, at] != creator:
            for later in range(n, at, -1):
                for k in range(3):
                    out[k, later] = out[k, later - 1]
                mass[later] = mass[later - 1]
            out[0, at] = creator
            out[1, at] = out[2, at] = mass[at] = 0
            n += 1
        out[1, at] += aged
        mass[at] += abs(aged)
        if r < RECENT_COUNT:
            out[2, at] += 1
    for at in range(n):
        out[1, at] = 127 * out[1, at] // (mass[at] + AFFINITY_PRIOR)
    return n


def profile_numba(state: ViewerState, *, index: Index) -> Profile:
    """See `profile_of` in interests.py."""
    marks = marks_of(state)
    found = np.empty((5, len(marks.video)), dtype=np.int64)
    habits = np.zeros(3, dtype=np.int64)
    n = _signals(
        marks.video, marks.ms, marks.loops, marks.acts, marks.is_silent, index.ids,
        index.length_ms, LASTING, habits, found,
    )  # fmt: skip
    rows, weight, praise = found[0, :n], found[1, :n], found[2, :n]
    interests = np.empty((4, EMBED_DIM), dtype=np.int8)
    _fill_interests(rows, weight, praise, DECAYS, index.embeddings, interests)
    places = np.empty(n, dtype=np.int64)
    _fill_places(rows, weight, index.embeddings, places)
    queries = np.empty((2, INTERESTS_MAX, EMBED_DIM), dtype=np.int8)
    masses = np.empty((2, INTERESTS_MAX), dtype=np.int64)
    recent, lasting = (
        _fill_queries(
            rows, weight, DECAYS[j], places, index.embeddings, interests[j], queries[j], masses[j]
        )
        for j in (0, 1)
    )
    topics = np.zeros((3, len(index.header.topics) + 1), dtype=np.int64)
    _fill_topics(rows, weight, MIDDLE, index.topics, topics)
    creators = np.empty((3, n), dtype=np.int64)
    count = _fill_creators(rows, weight, MIDDLE, index.creators, creators)
    finished, skipped, liked = habits.tolist()
    return Profile(
        interests=interests,
        recent_queries=queries[0, :recent],
        recent_masses=masses[0, :recent],
        lasting_queries=queries[1, :lasting],
        lasting_masses=masses[1, :lasting],
        topic_affinity=topics[0],
        topic_tried=topics[1],
        topic_recent=topics[2],
        creators=creators[0, :count],
        creator_affinity=creators[1, :count],
        creator_recent=creators[2, :count],
        follows=np.array(sorted(state.follows), dtype=np.int64),
        history=n,
        finished=finished,
        skipped=skipped,
        liked=liked,
        latest=latest_of(state, rows=rows, weights=weight),
        leanings=leanings_numba(
            rows,
            found[3, :n],
            found[4, :n],
            group=np.searchsorted(creators[0, :count], index.creators[rows]),
            creator_count=count,
            index=index,
        ),
    )

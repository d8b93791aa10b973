"""From ranked candidates to places: greedy, with spacing, exploration and exact propensities.

In plain Python: what runs without numba, and the reference of `arrange_numba.py`.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.integers import Ints
from plainview.core.terms.draws import DRAW_BITS, DRAW_UNIT, draw, pick, pick_odds
from plainview.core.terms.policy import MILLI, Policy
from plainview.core.terms.weights import HEAD_ONE

CERTAIN = 1 << (2 * DRAW_BITS)
"""A propensity of 1."""

LEVELS = 4
"""How strictly spacing is kept: 0 all of it, 1 without the topics rule, 2 without creators too, 3
without lookalikes too. A level is tried only when nothing left fits the one before, so spacing
never shortens a slate."""


class Pool(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What arranging needs of each candidate, in columns, in retrieval order.

    `rows` (n,) are rows of the epoch (in the order of ids); `is_rest` (n,) says who only fills up;
    `topics` (n, slots) are 1-based with 0 for empty, none above `topic_max`; `fresh` are places in
    the pool, each once.
    """

    rows: NDArray[np.intp]
    values: Ints
    is_rest: NDArray[np.bool_]
    creators: Ints
    topics: NDArray[np.intp]
    looks: NDArray[np.uint64]
    fresh: NDArray[np.intp]
    topic_max: int


class Placing(msgspec.Struct, frozen=True, kw_only=True):
    """One place as it was decided. `candidate` and `ranked` are places in the pool of candidates.

    `ranked` is what stands there unless exploration is drawn, `pool` how many fresh videos could
    have been drawn, `level` how much of spacing had to be given up (see LEVELS).
    """

    candidate: int
    ranked: int
    is_explored: bool
    pool: int
    level: int
    propensity: int


Groups = dict[tuple[bool, tuple[int, ...]], list[int]]


class _Listed:
    """A pool's columns as lists of Python's integers."""

    def __init__(self, pool: Pool) -> None:
        self.rows: list[int] = pool.rows.tolist()
        self.values: list[int] = pool.values.tolist()
        self.is_rest: list[bool] = pool.is_rest.tolist()
        self.creators: list[int] = pool.creators.tolist()
        self.topics: list[list[int]] = pool.topics.tolist()
        self.looks: list[int] = pool.looks.tolist()


class _Page:
    """The places filled so far, and what spacing says of one more."""

    def __init__(self, pool: _Listed, policy: Policy, *, topic_max: int) -> None:
        self.pool = pool
        self.policy = policy
        self.tires = policy.topic_tires_milli * HEAD_ONE
        self.placed: list[int] = []
        self.held_by_topic = [0] * (topic_max + 1)
        self.close_creators: set[int] = set()
        self.full_topics: set[int] = set()
        self._space()

    def place(self, candidate: int) -> None:
        """Fill the next place."""
        self.placed.append(candidate)
        for topic in set(self.pool.topics[candidate]) - {0}:
            self.held_by_topic[topic] += 1
        self._space()

    def _space(self) -> None:
        """Work out what the next place may not have: near creators, and topics whose share with
        one more would be above ceil(share * places so far)."""
        apart, share = self.policy.creators_apart - 1, self.policy.topics_share_milli
        near = self.placed[-apart:] if apart > 0 else []
        self.close_creators = {self.pool.creators[c] for c in near}
        most = -(-share * (len(self.placed) + 1) // MILLI)
        self.full_topics = (
            {t for t, held in enumerate(self.held_by_topic) if t and held + 1 > most}
            if share
            else set()
        )

    def loss(self, topics: tuple[int, ...]) -> int:
        """What a video of `topics` loses to the places that the fullest of them holds."""
        return self.tires * max(self.held_by_topic[topic] for topic in topics)

    def is_alike(self, candidate: int) -> bool:
        """Whether its picture is too like one placed. Looks of 0 are unknown, like none."""
        return any(self.is_pair_alike(candidate, other) for other in self.placed)

    def is_pair_alike(self, one: int, other: int) -> bool:
        """Whether two pictures differ in fewer bits than the policy asks."""
        a, b = self.pool.looks[one], self.pool.looks[other]
        return a != 0 and b != 0 and (a ^ b).bit_count() < self.policy.lookalike_bits

    def allows(self, candidate: int, *, level: int) -> bool:
        """Whether creators and lookalikes let `candidate` stand next; topics are seen to before."""
        return not (
            (level < 2 and self.pool.creators[candidate] in self.close_creators)
            or (level < 3 and self.is_alike(candidate))
        )

    def best(self, groups: Groups) -> tuple[int, int]:
        """The ranked candidate of those in `groups`, and the level it took."""
        for level in range(LEVELS):
            found = self._best_at(level, groups)
            if found >= 0:
                return found, level
        raise AssertionError("the last level allows everything")

    def _best_at(self, level: int, groups: Groups) -> int:
        """The best candidate that `level` allows, -1 if it allows none.

        All of a group have the same topics, so they crowd and tire alike, and their order by value
        is their order: the first of a group that may stand is the best of it.
        """
        rows, values = self.pool.rows, self.pool.values
        found, best = -1, (0, 0, 0)
        for (is_rest, topics), members in groups.items():
            if level < 1 and not self.full_topics.isdisjoint(topics):
                continue
            loss = self.loss(topics)
            for candidate in members:
                key = (is_rest, loss - values[candidate], rows[candidate])
                if found >= 0 and key > best:
                    break
                if self.allows(candidate, level=level):
                    found, best = candidate, key
                    break
        return found


def groups_of(pool: _Listed) -> Groups:
    """Candidates by whether they only fill up and by topics, each group by (value descending, id
    ascending)."""
    order = sorted(range(len(pool.rows)), key=lambda c: (-pool.values[c], pool.rows[c]))
    groups: Groups = {}
    for candidate in order:
        key = (pool.is_rest[candidate], tuple(pool.topics[candidate]))
        groups.setdefault(key, []).append(candidate)
    return groups


def explore_share(policy: Policy) -> int:
    """The chance that a place is explored, in 2**-20, rounded down."""
    return policy.explore_share_milli * DRAW_UNIT // MILLI


def arrange(pool: Pool, *, policy: Policy, seed: bytes, size: int) -> list[Placing]:
    """Fill min(size, candidates) places.

    At each place the *ranked* candidate is, among those not placed that spacing allows, at the
    lowest level where there is one: first those that are not `is_rest`; then the largest value less
    `topic_tires` points for each place before that holds its topic (for several topics: the topic
    that holds most); then the least id. Exploration may draw from what spacing at level 0 allows of
    the fresh ones, not placed, in their order: if there are any and draw 2i of `seed` is below the
    exploration share, draw 2i + 1 picks one of them evenly; else the ranked one stands. Places
    count from 0.

    Args:
        pool: the candidates; not modified. seed: 32 bytes. size: places wanted, >= 1.
    Returns: the places in order, each with the exact probability of its candidate there given the
        places before, in units of 2**-40.
    Cost: O(candidates + size * (distinct sets of topics + what has to be passed over)).
    """
    share = explore_share(policy)
    listed = _Listed(pool)
    page = _Page(listed, policy, topic_max=pool.topic_max)
    groups = groups_of(listed)
    unused: list[int] = pool.fresh.tolist() if share else []
    placings: list[Placing] = []
    for i in range(min(size, len(listed.rows))):
        ranked, level = page.best(groups)
        close, full = page.close_creators, page.full_topics
        drawable = [
            c
            for c in unused
            if listed.creators[c] not in close and full.isdisjoint(listed.topics[c])
        ]
        is_explored = bool(drawable) and draw(seed, 2 * i) < share
        candidate = drawable[pick(draw(seed, 2 * i + 1), len(drawable))] if is_explored else ranked
        placings.append(
            Placing(
                candidate=candidate,
                ranked=ranked,
                is_explored=is_explored,
                pool=len(drawable),
                level=level,
                propensity=propensity(candidate, ranked=ranked, pool=drawable, share=share),
            )
        )
        page.place(candidate)
        groups[listed.is_rest[candidate], tuple(listed.topics[candidate])].remove(candidate)
        # What looks like a place before never fits again, so it leaves for good.
        unused = [c for c in unused if c != candidate and not page.is_pair_alike(c, candidate)]
    return placings


def propensity(candidate: int, *, ranked: int, pool: Sequence[int], share: int) -> int:
    """P(candidate at this place), in 2**-40, with `share` in 2**-20.

    `(1 - share) * [it is the ranked one] + share * P(the pool's draw falls on it)`; certain when
    the pool is empty, for then nothing is drawn.
    """
    if not pool:
        return CERTAIN
    odds = (DRAW_UNIT - share) * DRAW_UNIT if candidate == ranked else 0
    if candidate in pool:
        odds += share * pick_odds(pool.index(candidate), len(pool))
    return odds

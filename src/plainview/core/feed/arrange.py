"""From ranked candidates to places: greedy, with spacing, exploration and exact propensities.

In plain Python: what runs without numba, and the reference of `arrange_numba.py`.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.integers import Ints
from plainview.core.terms.draws import DRAW_BITS, DRAW_UNIT, draw, pick, pick_odds
from plainview.core.terms.policy import MILLI, SIZE_MAX, Policy
from plainview.core.terms.viewer import LATELY_MAX
from plainview.core.terms.weights import HEAD_ONE

CERTAIN = 1 << (2 * DRAW_BITS)
"""A propensity of 1."""

LEVELS = 5
"""How strictly spacing is kept: 0 all of it, 1 without the page's topics rule, 2 without creators
too, 3 without lookalikes too, 4 whatever is left: topics that hold too much of the last LATELY_MAX
videos, and what was turned down. A level is tried only when nothing left fits the one before, so
spacing never shortens a slate."""

LOOKS_BACK = SIZE_MAX
"""How many of the videos served before this page a picture is compared with."""


class Past(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What was served to the viewer before this page, oldest first, at most LATELY_MAX - 1."""

    creators: Ints
    topics: NDArray[np.intp]
    looks: NDArray[np.uint64]


class Pool(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What arranging needs of each candidate, in columns, in retrieval order.

    `rows` (n,) are rows of the epoch (in the order of ids); `is_rest` (n,) says who only fills up;
    `topics` (n, slots) are 1-based with 0 for empty, none above `topic_max`; `doubts` (n,) is by
    how much each value may be too low; who `is_barred` (n,) comes last. `fresh` are places in
    the pool, each once, of those owed an audience, who get a place with chance `owed_share`, in
    2**-20.
    """

    rows: NDArray[np.intp]
    values: Ints
    doubts: Ints
    is_rest: NDArray[np.bool_]
    is_barred: NDArray[np.bool_]
    creators: Ints
    topics: NDArray[np.intp]
    looks: NDArray[np.uint64]
    fresh: NDArray[np.intp]
    topic_max: int
    owed_share: int
    past: Past


class Placing(msgspec.Struct, frozen=True, kw_only=True):
    """One place as it was decided. `candidate` and `ranked` are places in the pool of candidates.

    `slot` says who decided: "ranked", or a draw among those "owed" an audience, or "explore" among
    those in doubt. `ranked` is what stands there unless chance draws; `owed` and `unsure` are how
    many could have been drawn; `level` how much of spacing had to be given up (see LEVELS).
    """

    candidate: int
    ranked: int
    slot: str
    owed: int
    unsure: int
    level: int
    propensity: int


SLOTS = ("ranked", "owed", "explore")
Groups = dict[tuple[bool, tuple[int, ...]], list[int]]


class Chances(msgspec.Struct, frozen=True, kw_only=True):
    """The two draws of one place: the candidates that each may fall on, the best first, and the
    chance of it in 2**-20. Without candidates there is no draw."""

    owed: Sequence[int]
    owed_share: int
    unsure: Sequence[int]
    explore_share: int
    best_of: int

    def drawn(self, seed: bytes, place: int) -> tuple[str, int]:
        """(slot, candidate) that fall to `place`, -1 if chance leaves it to ranking."""
        at = draw(seed, 2 * place)
        for slot, candidates, share in (
            ("owed", self.owed, self.owed_share),
            ("explore", self.unsure, self.explore_share),
        ):
            if candidates and at < share:
                second = draw(seed, 2 * place + 1)
                return slot, candidates[pick(second, len(candidates), self.best_of)]
            at -= share if candidates else 0
        return "ranked", -1

    def propensity(self, candidate: int, *, ranked: int) -> int:
        """P(candidate at this place), in 2**-40: what chance leaves to the ranked one, and each
        share times the odds that its draw falls on the candidate."""
        odds, left = 0, DRAW_UNIT
        for candidates, share in (
            (self.owed, self.owed_share),
            (self.unsure, self.explore_share),
        ):
            if candidates:
                left -= share
            if candidate in candidates:
                index = candidates.index(candidate)
                odds += share * pick_odds(index, len(candidates), self.best_of)
        return odds + (left * DRAW_UNIT if candidate == ranked else 0)


class _Listed:
    """A pool's columns as lists of Python's integers."""

    def __init__(self, pool: Pool) -> None:
        self.rows: list[int] = pool.rows.tolist()
        self.values: list[int] = pool.values.tolist()
        self.hopes: list[int] = (pool.values + pool.doubts).tolist()
        self.doubts: list[int] = pool.doubts.tolist()
        self.is_rest: list[bool] = pool.is_rest.tolist()
        self.is_barred: list[bool] = pool.is_barred.tolist()
        self.creators: list[int] = pool.creators.tolist()
        self.topics: list[list[int]] = pool.topics.tolist()
        self.looks: list[int] = pool.looks.tolist()
        self.past_creators: list[int] = pool.past.creators.tolist()
        self.past_topics: list[list[int]] = pool.past.topics.tolist()
        self.past_looks: list[int] = pool.past.looks[-LOOKS_BACK:].tolist()

    def by_value(self, fresh: Sequence[int]) -> list[int]:
        """`fresh`, the most valuable first, equal ones as they came."""
        return sorted(fresh, key=lambda c: -self.values[c])

    def by_hope(self) -> list[int]:
        """Those in doubt, the most hopeful first."""
        open_to_doubt = (c for c, doubt in enumerate(self.doubts) if doubt and not self.is_rest[c])
        return sorted(open_to_doubt, key=lambda c: -self.hopes[c])


class _Page:
    """The places filled so far, and what spacing says of one more."""

    def __init__(self, pool: _Listed, policy: Policy, *, topic_max: int) -> None:
        self.pool = pool
        self.policy = policy
        self.tires = policy.topic_tires_milli * HEAD_ONE
        self.lately_most = policy.topics_lately_milli * LATELY_MAX // MILLI
        self.creators = list(pool.past_creators)
        self.looks = list(pool.past_looks)
        self.served = [set(topics) - {0} for topics in pool.past_topics]
        self.places = 0
        self.held_by_topic = [0] * (topic_max + 1)
        self.lately_by_topic = [0] * (topic_max + 1)
        for topics in self.served:
            self._count(topics, 1)
        self.close_creators: set[int] = set()
        self.full_topics: set[int] = set()
        self.overfull_topics: set[int] = set()
        self._space()

    def _count(self, topics: set[int], more: int) -> None:
        for topic in topics:
            self.lately_by_topic[topic] += more

    def place(self, candidate: int) -> None:
        """Fill the next place."""
        topics = set(self.pool.topics[candidate]) - {0}
        for topic in topics:
            self.held_by_topic[topic] += 1
        self.places += 1
        self.creators.append(self.pool.creators[candidate])
        self.looks.append(self.pool.looks[candidate])
        self.served.append(topics)
        self._count(topics, 1)
        if len(self.served) >= LATELY_MAX:
            self._count(self.served[-LATELY_MAX], -1)
        self._space()

    def _space(self) -> None:
        """Work out what the next place may not have: near creators, topics whose share with one
        more would be above ceil(share * places so far), and those that with one more would hold
        more than their share of LATELY_MAX videos."""
        apart, share = self.policy.creators_apart - 1, self.policy.topics_share_milli
        self.close_creators = set(self.creators[-apart:]) if apart > 0 else set()
        most = -(-share * (self.places + 1) // MILLI)
        self.full_topics = _above(self.held_by_topic, most) if share else set()
        self.overfull_topics = (
            _above(self.lately_by_topic, self.lately_most) if self.lately_most else set()
        )

    def loss(self, topics: Sequence[int]) -> int:
        """What a video of `topics` loses to the places that the fullest of them holds."""
        return self.tires * max(self.held_by_topic[topic] for topic in topics)

    def is_alike(self, candidate: int) -> bool:
        """Whether its picture is too like one before. Looks of 0 are unknown, like none."""
        mine, bits = self.pool.looks[candidate], self.policy.lookalike_bits
        return mine != 0 and any(
            look != 0 and (look ^ mine).bit_count() < bits for look in self.looks
        )

    def is_free(self, candidate: int) -> bool:
        """Whether all of spacing lets `candidate` stand next."""
        topics = self.pool.topics[candidate]
        return (
            self.full_topics.isdisjoint(topics)
            and self.overfull_topics.isdisjoint(topics)
            and self.allows(candidate, level=0)
        )

    def allows(self, candidate: int, *, level: int) -> bool:
        """Whether creators, lookalikes and what was turned down let `candidate` stand next; topics
        are seen to before."""
        return not (
            (level < LEVELS - 1 and self.pool.is_barred[candidate])
            or (level < 2 and self.pool.creators[candidate] in self.close_creators)
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
            if level < LEVELS - 1 and not self.overfull_topics.isdisjoint(topics):
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

    def unsure(self, by_hope: Sequence[int], *, ranked: int) -> list[int]:
        """Those that may prove worth more here than `ranked` is, the most hopeful first."""
        pool = self.pool
        line = pool.values[ranked] - self.loss(pool.topics[ranked])
        found = []
        for candidate in by_hope:
            if pool.hopes[candidate] <= line:
                break
            hope = pool.hopes[candidate] - self.loss(pool.topics[candidate])
            if candidate != ranked and hope > line and self.is_free(candidate):
                found.append((-hope, candidate))
        return [candidate for _, candidate in sorted(found)]


def _above(held: Sequence[int], most: int) -> set[int]:
    """The topics that with one more would hold more than `most`."""
    return {topic for topic, count in enumerate(held) if topic and count + 1 > most}


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
    """The chance that a place goes to one in doubt, in 2**-20, rounded down."""
    return policy.explore_share_milli * DRAW_UNIT // MILLI


def arrange(pool: Pool, *, policy: Policy, seed: bytes, size: int) -> list[Placing]:
    """Fill min(size, candidates) places.

    At each place the *ranked* candidate is, among those not placed that spacing allows, at the
    lowest level where there is one: first those that are not `is_rest`; then the largest value less
    `topic_tires` points for each place before that holds its topic (for several topics: the topic
    that holds most); then the least id. Chance may give the place to another that spacing allows at
    level 0: to one owed an audience, the most valuable first, with
    `owed_share`; else, with the policy's share, to one whose value with its doubt, less what tires,
    is above the ranked one's, the most hopeful first. Draw 2i of `seed` says which, draw 2i + 1
    who: the best of `best_of` even draws. Places count from 0.

    Args:
        pool: the candidates; not modified. seed: 32 bytes. size: places wanted, >= 1.
    Returns: the places in order, each with the exact probability of its candidate there given the
        places before, in units of 2**-40.
    Cost: O(candidates + size * (distinct sets of topics + what has to be passed over)).
    """
    explore = explore_share(policy)
    listed = _Listed(pool)
    page = _Page(listed, policy, topic_max=pool.topic_max)
    groups = groups_of(listed)
    owed: list[int] = listed.by_value(pool.fresh.tolist()) if pool.owed_share else []
    by_hope: list[int] = listed.by_hope() if explore else []
    placings: list[Placing] = []
    for i in range(min(size, len(listed.rows))):
        ranked, level = page.best(groups)
        chances = Chances(
            owed=[c for c in owed if page.is_free(c)],
            owed_share=pool.owed_share,
            unsure=page.unsure(by_hope, ranked=ranked),
            explore_share=explore,
            best_of=policy.best_of,
        )
        slot, candidate = chances.drawn(seed, i)
        candidate = ranked if candidate < 0 else candidate
        placings.append(
            Placing(
                candidate=candidate,
                ranked=ranked,
                slot=slot,
                owed=len(chances.owed),
                unsure=len(chances.unsure),
                level=level,
                propensity=chances.propensity(candidate, ranked=ranked),
            )
        )
        page.place(candidate)
        groups[listed.is_rest[candidate], tuple(listed.topics[candidate])].remove(candidate)
        owed = [c for c in owed if c != candidate]
        by_hope = [c for c in by_hope if c != candidate]
    return placings

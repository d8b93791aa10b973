"""From ranked candidates to places: greedy, with spacing, exploration and exact propensities."""

from collections.abc import Sequence

import msgspec

from plainview.core.terms.draws import DRAW_BITS, DRAW_UNIT, draw, pick, pick_odds
from plainview.core.terms.policy import MILLI, Policy

CERTAIN = 1 << (2 * DRAW_BITS)
"""A propensity of 1."""

RELAXED = (
    frozenset({"topics", "creators", "lookalikes"}),
    frozenset({"creators", "lookalikes"}),
    frozenset({"lookalikes"}),
    frozenset[str](),
)
"""The spacing rules kept at each level. A level is tried only when no candidate left fits the one
before, so spacing never shortens a slate."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What spacing needs of one candidate. `topics` without the empty slots."""

    creator: int
    topics: tuple[int, ...]
    looks: int


class Placing(msgspec.Struct, frozen=True, kw_only=True):
    """One place as it was decided. `candidate` and `ranked` are places in the pool.

    `ranked` is what stands there unless exploration is drawn, `pool` how many fresh videos it could
    have drawn, `level` how many spacing rules had to be given up.
    """

    candidate: int
    ranked: int
    is_explored: bool
    pool: int
    level: int
    propensity: int


def arrange(
    cards: Sequence[Card],
    *,
    order: Sequence[int],
    fresh: Sequence[int],
    policy: Policy,
    seed: bytes,
    size: int,
) -> list[Placing]:
    """Fill min(size, len(cards)) places.

    At place i (from 0) the *ranked* candidate is the first of `order` not yet placed that spacing
    allows, at the lowest level of RELAXED where there is one. The *pool* is what spacing at level 0
    allows of `fresh`, not yet placed, in its order. If the pool is not empty and draw 2i of `seed` is
    below the exploration share, draw 2i + 1 picks from the pool evenly; else the ranked one stands.

    Args:
        cards: the candidates. order: a permutation of them, best first. fresh: distinct ones.
    Returns: the places in order, each with the exact probability of its candidate there given the
        places before, in units of 2**-40.
    Cost: O(size * (candidates passed over + fresh)).
    """
    share = policy.explore_share_milli * DRAW_UNIT // MILLI
    waiting = list(order)
    placed: list[Placing] = []
    chosen: list[Card] = []
    taken: set[int] = set()
    for i in range(min(size, len(order))):
        ranked, level = _first_allowed(waiting, cards=cards, chosen=chosen, policy=policy)
        pool = [
            c
            for c in fresh
            if share and c not in taken and _allows(cards[c], chosen, policy, RELAXED[0])
        ]
        is_explored = bool(pool) and draw(seed, 2 * i) < share
        candidate = pool[pick(draw(seed, 2 * i + 1), len(pool))] if is_explored else ranked
        placed.append(
            Placing(
                candidate=candidate,
                ranked=ranked,
                is_explored=is_explored,
                pool=len(pool),
                level=level,
                propensity=_propensity(candidate, ranked=ranked, pool=pool, share=share),
            )
        )
        chosen.append(cards[candidate])
        taken.add(candidate)
        waiting.remove(candidate)
    return placed


def _propensity(candidate: int, *, ranked: int, pool: Sequence[int], share: int) -> int:
    """P(candidate) = (1 - share) [it is the ranked one] + share * P(the pool's draw falls on it)."""
    if not pool:
        return CERTAIN
    odds = (DRAW_UNIT - share) * DRAW_UNIT if candidate == ranked else 0
    if candidate in pool:
        odds += share * pick_odds(pool.index(candidate), len(pool))
    return odds


def _first_allowed(
    waiting: Sequence[int], *, cards: Sequence[Card], chosen: Sequence[Card], policy: Policy
) -> tuple[int, int]:
    for level, rules in enumerate(RELAXED):
        for candidate in waiting:
            if _allows(cards[candidate], chosen, policy, rules):
                return candidate, level
    raise AssertionError("the last level has no rules")


def _allows(
    card: Card, chosen: Sequence[Card], policy: Policy, rules: frozenset[str]
) -> bool:
    """Whether `card` may stand right after `chosen`.

    creators: none of the last `creators_apart - 1` places has its creator. topics: with it, no topic
    of its own holds more than ceil(share * places so far). lookalikes: its looks differ in at
    least `lookalike_bits` of 64 bits from those of every place before; looks of 0 are unknown.
    """
    if "creators" in rules and policy.creators_apart > 1:
        near = chosen[-(policy.creators_apart - 1) :]
        if any(other.creator == card.creator for other in near):
            return False
    if "topics" in rules and policy.topics_share_milli:
        most = -(-policy.topics_share_milli * (len(chosen) + 1) // MILLI)
        for topic in card.topics:
            if 1 + sum(topic in other.topics for other in chosen) > most:
                return False
    if "lookalikes" in rules and policy.lookalike_bits and card.looks:
        for other in chosen:
            if other.looks and (card.looks ^ other.looks).bit_count() < policy.lookalike_bits:
                return False
    return True

"""Arranging: greedy with spacing, chance with exact odds."""

from collections import Counter
from hashlib import sha256

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.feed.arrange import CERTAIN, Placing, Pool, propensity
from plainview.core.feed.kernels import NUMBA, NUMPY
from plainview.core.terms.draws import DRAW_UNIT, draw, pick
from plainview.core.terms.policy import Policy
from plainview.core.terms.weights import HEAD_ONE
from tests.unit.core.feed.parts import FOR_YOU

PLAIN = msgspec.structs.replace(
    FOR_YOU, creators_apart=0, topics_share_milli=0, topic_tires_milli=0, lookalike_bits=0,
    explore_share_milli=0,
)  # fmt: skip
SEED = bytes(32)


def pool_of(
    values: list[int],
    *,
    creators: list[int] | None = None,
    topics: list[list[int]] | None = None,
    looks: list[int] | None = None,
    rest: frozenset[int] = frozenset(),
    fresh: list[int] | None = None,
) -> Pool:
    """Candidates in rows 0, 1, ...; each by a creator of its own and without topics unless said."""
    n = len(values)
    return Pool(
        rows=np.arange(n),
        values=np.array(values, dtype=np.int64),
        is_rest=np.array([c in rest for c in range(n)], dtype=np.bool_),
        creators=np.array(creators or range(100, 100 + n), dtype=np.int64),
        topics=np.array(topics or [[0, 0, 0, 0]] * n, dtype=np.intp).reshape(n, 4),
        looks=np.array(looks or [0] * n, dtype=np.uint64),
        fresh=np.array(fresh or [], dtype=np.intp),
        topic_max=9,
    )


def arrange(pool: Pool, *, policy: Policy, seed: bytes, size: int) -> list[Placing]:
    """As every set of kernels places them; the plain Python of `arrange.py` is the reference."""
    placings = NUMPY.arrange(pool, policy=policy, seed=seed, size=size)
    if NUMBA is not None:
        assert NUMBA.arrange(pool, policy=policy, seed=seed, size=size) == placings
    return placings


def places(pool: Pool, policy: Policy, *, size: int = 20, seed: bytes = SEED) -> list[int]:
    """The candidates in order of place."""
    return [p.candidate for p in arrange(pool, policy=policy, seed=seed, size=size)]


def levels(pool: Pool, policy: Policy, *, size: int = 20) -> list[int]:
    """How much of spacing each place had to give up."""
    return [p.level for p in arrange(pool, policy=policy, seed=SEED, size=size)]


def test_the_largest_value_first_and_equal_ones_by_id() -> None:
    """3, 9, 9, 1 stand as 9, 9, 3, 1, the two nines in the order of their rows."""
    assert places(pool_of([3, 9, 9, 1]), PLAIN) == [1, 2, 0, 3]
    assert places(pool_of([3, 9, 9, 1]), PLAIN, size=2) == [1, 2]
    assert places(pool_of([]), PLAIN) == []


def test_what_only_fills_up_comes_last() -> None:
    """A video from `rest` waits for all others, whatever its value."""
    assert places(pool_of([3, 900, 1], rest=frozenset({1})), PLAIN) == [0, 2, 1]


def test_a_creator_comes_again_only_so_many_places_later() -> None:
    """Three places apart: A (9), then B and C, and only then A (8), though worth more."""
    policy = msgspec.structs.replace(PLAIN, creators_apart=3)
    pool = pool_of([9, 8, 7, 3, 2], creators=[1, 1, 1, 2, 3])
    assert places(pool, policy) == [0, 3, 4, 1, 2]
    # The last place has no choice left but the same creator.
    assert levels(pool, policy) == [0, 0, 0, 0, 2]


def test_a_topic_holds_at_most_its_share_of_the_places_so_far() -> None:
    """At one half a topic has 1 of 1, 1 of 2, 2 of 3, 2 of 4, 3 of 5 and 3 of 6 places."""
    policy = msgspec.structs.replace(PLAIN, topics_share_milli=500)
    pool = pool_of([9, 8, 7, 6, 2, 1], topics=[[1, 0, 0, 0]] * 4 + [[2, 0, 0, 0], [3, 1, 0, 0]])
    assert places(pool, policy) == [0, 4, 1, 2, 3, 5]
    assert levels(pool, policy) == [0, 0, 0, 1, 1, 1]


def test_a_topic_tires_by_the_places_it_holds() -> None:
    """A place of topic 1 takes 2 points off the next: 8 of topic 2 goes before 9 - 2 of topic 1."""
    policy = msgspec.structs.replace(PLAIN, topic_tires_milli=2)
    point = HEAD_ONE  # with thousandths, so 2 of them are 2 points
    topics = [[1, 0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0], [1, 2, 0, 0]]
    pool = pool_of([9 * point, 9 * point, 8 * point, 8 * point], topics=topics)
    assert places(pool, policy) == [0, 2, 1, 3]
    equal = pool_of([9 * point, 9 * point, 7 * point, 7 * point], topics=topics)
    # 9 - 2 of row 1 equals 7 of row 2: the smaller id stands first.
    assert places(equal, policy) == [0, 1, 2, 3]


def test_lookalikes_are_kept_out_until_nothing_else_is_left() -> None:
    """3 bits apart is too like for 4; 4 bits is not; looks of 0 are unknown and never alike."""
    policy = msgspec.structs.replace(PLAIN, lookalike_bits=4)
    pool = pool_of([9, 8, 7, 6], looks=[0b1111_0000, 0b1111_0111, 0b1111_1111, 0])
    assert places(pool, policy) == [0, 2, 3, 1]
    assert levels(pool, policy) == [0, 0, 0, 3]


def test_rules_are_given_up_in_the_stated_order() -> None:
    """Topics first: a full topic is taken before a near creator, that before a lookalike."""
    policy = msgspec.structs.replace(
        PLAIN, creators_apart=20, topics_share_milli=100, lookalike_bits=4
    )
    pool = pool_of(
        [9, 8, 7, 6],
        creators=[1, 2, 1, 3],
        topics=[[1, 0, 0, 0], [4, 0, 0, 0], [5, 0, 0, 0], [1, 0, 0, 0]],
        looks=[0b1, 0b1, 0, 0],
    )
    # After 0: 1 looks like it, 2 has its creator, 3 has its full topic.
    assert places(pool, policy) == [0, 3, 2, 1]
    assert levels(pool, policy) == [0, 1, 2, 3]


def test_chance_by_hand() -> None:
    """With a share of one half and seed 0, each place follows its two draws, with these odds."""
    policy = msgspec.structs.replace(PLAIN, explore_share_milli=500)
    pool = pool_of([9, 8, 7, 6, 5, 4], fresh=[5, 3, 4])
    left, drawable = [0, 1, 2, 3, 4, 5], [5, 3, 4]
    for i, placing in enumerate(arrange(pool, policy=policy, seed=SEED, size=6)):
        explores = bool(drawable) and draw(SEED, 2 * i) < DRAW_UNIT // 2
        ranked = left[0]
        wanted = drawable[pick(draw(SEED, 2 * i + 1), len(drawable))] if explores else ranked
        assert (placing.candidate, placing.ranked) == (wanted, ranked)
        assert (placing.is_explored, placing.pool) == (explores, len(drawable))
        left.remove(wanted)
        drawable = [c for c in drawable if c != wanted]
    first = draw(SEED, 0)
    assert first == int.from_bytes(sha256(bytes(36)).digest()[:4], "big") >> 12


def test_propensities_by_hand() -> None:
    """Share 1/4 of 2**20, pool of 3, whose odds are 349526, 349525, 349525 of 2**20."""
    share = DRAW_UNIT // 4
    assert propensity(7, ranked=7, pool=[], share=share) == CERTAIN == 2**40
    assert propensity(7, ranked=7, pool=[1, 2, 3], share=share) == 3 * 2**38
    assert propensity(1, ranked=7, pool=[1, 2, 3], share=share) == share * 349_526
    assert propensity(2, ranked=7, pool=[1, 2, 3], share=share) == share * 349_525
    assert propensity(3, ranked=3, pool=[1, 2, 3], share=share) == 3 * 2**38 + share * 349_525
    assert propensity(8, ranked=7, pool=[1, 2, 3], share=share) == 0


@given(
    st.integers(0, DRAW_UNIT // 2),
    st.integers(1, 60),
    st.integers(0, 80),
    st.integers(0, 2**20 - 1),
)
def test_propensities_of_one_place_add_up_to_certainty(
    share: int, count: int, ranked: int, drawn: int
) -> None:
    """Over all videos the odds of a place sum to exactly 2**40, and no drawable video has none."""
    pool = list(range(count))
    everyone = set(pool) | {ranked}
    odds = {c: propensity(c, ranked=ranked, pool=pool, share=share) for c in everyone}
    assert sum(odds.values()) == CERTAIN
    if share:
        assert odds[pool[pick(drawn, count)]] > 0


def test_the_odds_are_those_that_come_out() -> None:
    """Over 4,000 seeds a place is explored at its share, and each of 4 fresh videos a quarter of
    that: within 5 standard deviations."""
    policy = msgspec.structs.replace(PLAIN, explore_share_milli=400)
    pool = pool_of([9, 8, 7, 6, 5], fresh=[1, 2, 3, 4])
    seen: Counter[int] = Counter()
    for i in range(4000):
        (placing,) = arrange(pool, policy=policy, seed=sha256(bytes([i & 255, i >> 8])).digest(),
                             size=1)  # fmt: skip
        seen[placing.candidate] += 1
        assert abs(placing.propensity / CERTAIN - (0.6 if placing.candidate == 0 else 0.1)) < 1e-5
    assert abs(seen[0] - 2400) < 5 * (4000 * 0.6 * 0.4) ** 0.5
    assert all(abs(seen[c] - 400) < 5 * (4000 * 0.1 * 0.9) ** 0.5 for c in (1, 2, 3, 4))


def test_exploration_keeps_the_spacing() -> None:
    """A fresh video by the creator just shown, or one that looks like it, is not in the pool."""
    policy = msgspec.structs.replace(
        PLAIN, explore_share_milli=1, creators_apart=3, lookalike_bits=4
    )
    pool = pool_of(
        [9, 8, 7, 6, 5],
        creators=[1, 2, 4, 3, 1],
        looks=[0xFF, 0xFF00, 0xFE, 0xFF0000, 0xFF000000],
        fresh=[2, 3, 4],
    )
    counts = [p.pool for p in arrange(pool, policy=policy, seed=b"\xff" * 32, size=2)]
    # After 0: 2 looks like it, 4 has its creator, and only 3 is left to draw.
    assert counts == [3, 1]


CASES = 1_500
LOOKS = np.array([0, 1, 0b111, 0xFF00, 0xFF07, 2**63, 2**64 - 1, 2**64 - 256], dtype=np.uint64)


def random_case(number: int) -> tuple[Pool, Policy, bytes, int]:
    """A pool of up to 60 candidates, in any order of rows, with few creators, topics, pictures and
    values, so that spacing often cannot hold and values tie, also once topics have tired; and a
    policy with each rule off, loose or strict."""
    chance = np.random.default_rng(number)
    n = int(chance.integers(0, 61))
    step = int(chance.choice([1, HEAD_ONE, 500 * HEAD_ONE, 1000 * HEAD_ONE]))
    largest = int(chance.choice([0, 3, 40, 2**53 // (1000 * HEAD_ONE) - 1]))
    is_topic = chance.random((n, 4)) < chance.choice([0.2, 0.9])
    pool = Pool(
        rows=chance.permutation(n),
        values=step * chance.integers(-largest, largest + 1, n),
        is_rest=chance.random(n) < chance.choice([0, 0.2, 1]),
        creators=chance.integers(1, int(chance.choice([2, 4, 40])), n) << 50,
        topics=chance.integers(1, 10, (n, 4)) * is_topic,
        looks=chance.choice(LOOKS, n),
        fresh=chance.permutation(n)[: int(chance.integers(0, n + 1))],
        topic_max=9,
    )
    policy = msgspec.structs.replace(
        FOR_YOU,
        creators_apart=int(chance.choice([0, 2, 4, 20])),
        topics_share_milli=int(chance.choice([0, 50, 333, 500, 999])),
        topic_tires_milli=int(chance.choice([0, 1, 500, 10_000])),
        lookalike_bits=int(chance.choice([0, 1, 4, 32])),
        explore_share_milli=int(chance.choice([0, 1, 80, 500])),
    )
    return pool, policy, chance.bytes(32), int(chance.integers(1, 21))


def test_every_kernel_places_the_same() -> None:
    """On random pools the compiled kernel gives the reference's candidates, ranked ones, levels,
    pools and odds. Among them are all four levels, explored places, explored ones that ranking
    would have taken too, and places where spacing leaves no fresh video to draw."""
    seen: Counter[object] = Counter()
    for number in range(CASES):
        pool, policy, seed, size = random_case(number)
        placings = arrange(pool, policy=policy, seed=seed, size=size)
        assert len(placings) == min(size, len(pool.rows))
        assert len({p.candidate for p in placings}) == len(placings)
        assert all(0 < p.propensity <= CERTAIN for p in placings)
        for placing in placings:
            seen[placing.level] += 1
            seen["explored"] += placing.is_explored
            seen["both"] += placing.is_explored and placing.candidate == placing.ranked
            seen["none"] += placing.pool == 0 and policy.explore_share_milli > 0
    assert all(seen[what] >= 20 for what in (0, 1, 2, 3, "explored", "both", "none")), seen


@pytest.mark.parametrize("share", [1, 80, 500])
def test_a_share_in_thousandths_is_rounded_down_to_draws(share: int) -> None:
    """A share of 0.08 is 83886 of 2**20 draws, and what is not explored has the rest."""
    policy = msgspec.structs.replace(PLAIN, explore_share_milli=share)
    (placing,) = arrange(pool_of([9, 8], fresh=[1]), policy=policy, seed=b"\xff" * 32, size=1)
    units = share * DRAW_UNIT // 1000
    expected = units * DRAW_UNIT if placing.is_explored else (DRAW_UNIT - units) * DRAW_UNIT
    assert placing.propensity == expected

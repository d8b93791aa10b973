"""Arranging: greedy with spacing, chance with exact odds."""

from collections import Counter
from hashlib import sha256

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.feed.arrange import CERTAIN, Chances, Past, Placing, Pool
from plainview.core.feed.kernels import NUMBA, NUMPY
from plainview.core.terms.draws import DRAW_UNIT, draw, pick
from plainview.core.terms.policy import Policy
from plainview.core.terms.weights import HEAD_ONE
from tests.unit.core.feed.parts import FOR_YOU

PLAIN = msgspec.structs.replace(
    FOR_YOU, creators_apart=0, topics_share_milli=0, topic_tires_milli=0, topics_lately_milli=0,
    lookalike_bits=0, owed_share_milli=0, explore_share_milli=0, doubt_milli=0, best_of=1,
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
    owed_share: int = 0,
    doubts: list[int] | None = None,
    barred: frozenset[int] = frozenset(),
    past: Past | None = None,
) -> Pool:
    """Candidates in rows 0, 1, ...; each by a creator of its own and without topics unless said."""
    n = len(values)
    return Pool(
        rows=np.arange(n),
        values=np.array(values, dtype=np.int64),
        doubts=np.array(doubts or [0] * n, dtype=np.int64),
        is_rest=np.array([c in rest for c in range(n)], dtype=np.bool_),
        is_barred=np.array([c in barred for c in range(n)], dtype=np.bool_),
        creators=np.array(creators or range(100, 100 + n), dtype=np.int64),
        topics=np.array(topics or [[0, 0, 0, 0]] * n, dtype=np.intp).reshape(n, 4),
        looks=np.array(looks or [0] * n, dtype=np.uint64),
        fresh=np.array(fresh or [], dtype=np.intp),
        topic_max=9,
        owed_share=owed_share,
        past=past or served([]),
    )


def served(
    creators: list[int],
    *,
    topics: list[list[int]] | None = None,
    looks: list[int] | None = None,
) -> Past:
    """What was served before, oldest first."""
    n = len(creators)
    return Past(
        creators=np.array(creators, dtype=np.int64),
        topics=np.array(topics or [[0, 0, 0, 0]] * n, dtype=np.intp).reshape(n, 4),
        looks=np.array(looks or [0] * n, dtype=np.uint64),
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


def test_what_was_turned_down_comes_when_nothing_else_is_left() -> None:
    """Neither its value nor a draw brings it before a lookalike."""
    policy = msgspec.structs.replace(PLAIN, creators_apart=20, lookalike_bits=4)
    pool = pool_of(
        [9, 8, 7, 6], creators=[1, 2, 1, 3], looks=[1, 1, 2**20, 0], barred=frozenset({0}),
        fresh=[0], owed_share=DRAW_UNIT // 2, doubts=[9, 0, 0, 0],
    )  # fmt: skip
    assert places(pool, policy) == [1, 3, 2, 0]
    assert levels(pool, policy) == [0, 0, 3, 4]


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


def test_owed_places_by_hand() -> None:
    """With a share of one half and seed 0, each place follows its two draws: of those owed an
    audience, the most valuable first, the best of two draws."""
    policy = msgspec.structs.replace(PLAIN, best_of=2)
    pool = pool_of([9, 8, 7, 4, 5, 6], fresh=[4, 3, 5], owed_share=DRAW_UNIT // 2)
    left, owed = [0, 1, 2, 5, 4, 3], [5, 4, 3]
    for i, placing in enumerate(arrange(pool, policy=policy, seed=SEED, size=6)):
        is_owed = bool(owed) and draw(SEED, 2 * i) < DRAW_UNIT // 2
        ranked = left[0]
        wanted = owed[pick(draw(SEED, 2 * i + 1), len(owed), 2)] if is_owed else ranked
        assert (placing.candidate, placing.ranked) == (wanted, ranked)
        assert (placing.slot, placing.owed) == ("owed" if is_owed else "ranked", len(owed))
        left.remove(wanted)
        owed = [c for c in owed if c != wanted]
    first = draw(SEED, 0)
    assert first == int.from_bytes(sha256(bytes(36)).digest()[:4], "big") >> 12


def test_only_what_may_prove_better_is_explored() -> None:
    """Beside 9 the hopes 10 and 12 are drawn and 9 is not; nor is what only fills up, what was
    turned down, or a video whose hope its tired topic takes away."""
    policy = msgspec.structs.replace(PLAIN, explore_share_milli=500, topic_tires_milli=1)
    one = HEAD_ONE  # what topic 1 loses to a place of its own
    values = [n * one for n in (9, 8, 8, 7, 1, 1)]
    doubts = [n * one for n in (5, 1, 2, 5, 99, 99)]
    pool = pool_of(values, doubts=doubts, rest=frozenset({4}), barred=frozenset({5}))
    drawn: dict[int, int] = {}
    for i in range(60):
        (first,) = arrange(pool, policy=policy, seed=sha256(bytes([i])).digest(), size=1)
        assert (first.ranked, first.unsure) == (0, 2)
        drawn[first.candidate] = first.propensity
    half = DRAW_UNIT // 2
    assert drawn == {0: half * DRAW_UNIT, 3: half * DRAW_UNIT // 2, 2: half * DRAW_UNIT // 2}
    tired = [[1, 0, 0, 0], [2, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [3, 0, 0, 0], [4, 0, 0, 0]]
    pool = pool_of(values, doubts=doubts, topics=tired, barred=frozenset({4, 5}))
    pages = (
        arrange(pool, policy=policy, seed=sha256(bytes([i])).digest(), size=2) for i in range(9)
    )
    second = next(page[1] for page in pages if page[0].slot == "ranked")
    # Once topic 1 has a place: 1 leads with 8; of the tired ones 2 hopes 9 and 3 hopes 11.
    assert (second.ranked, second.unsure) == (1, 2)


def odds_of(candidate: int, *, ranked: int, owed: list[int], unsure: list[int]) -> int:
    """With a quarter for those owed, an eighth for those in doubt, evenly drawn."""
    chances = Chances(
        owed=owed, owed_share=DRAW_UNIT // 4, unsure=unsure, explore_share=DRAW_UNIT // 8, best_of=1
    )
    return chances.propensity(candidate, ranked=ranked)


def test_propensities_by_hand() -> None:
    """A quarter for a pool of 3, whose odds are 349526, 349525, 349525 of 2**20, an eighth for one
    of 2; a share without a pool goes to the ranked one; one in both pools has the odds of both."""
    quarter, eighth = DRAW_UNIT // 4, DRAW_UNIT // 8
    assert odds_of(7, ranked=7, owed=[], unsure=[]) == CERTAIN == 2**40
    assert odds_of(7, ranked=7, owed=[1, 2, 3], unsure=[]) == 3 * 2**38
    assert odds_of(7, ranked=7, owed=[1, 2, 3], unsure=[4, 5]) == 5 * 2**37
    assert odds_of(1, ranked=7, owed=[1, 2, 3], unsure=[4, 5]) == quarter * 349_526
    assert odds_of(2, ranked=7, owed=[1, 2, 3], unsure=[2, 5]) == (
        quarter * 349_525 + eighth * 2**19
    )
    assert odds_of(3, ranked=3, owed=[1, 2, 3], unsure=[4]) == 5 * 2**37 + quarter * 349_525
    assert odds_of(8, ranked=7, owed=[1, 2, 3], unsure=[4]) == 0


@given(
    owed=st.lists(st.integers(0, 40), unique=True),
    unsure=st.lists(st.integers(0, 40), unique=True),
    shares=st.tuples(st.integers(1, DRAW_UNIT // 2), st.integers(1, DRAW_UNIT // 2)),
    ranked=st.integers(0, 50),
    best_of=st.integers(1, 3),
    seed=st.binary(min_size=32, max_size=32),
)
def test_propensities_of_one_place_add_up_to_certainty(
    owed: list[int],
    unsure: list[int],
    shares: tuple[int, int],
    ranked: int,
    best_of: int,
    seed: bytes,
) -> None:
    """Over all videos the odds of a place sum to exactly 2**40, and what is drawn has some."""
    chances = Chances(
        owed=owed, owed_share=shares[0], unsure=unsure, explore_share=shares[1], best_of=best_of
    )
    odds = {c: chances.propensity(c, ranked=ranked) for c in {*owed, *unsure, ranked}}
    assert sum(odds.values()) == CERTAIN
    slot, drawn = chances.drawn(seed, 3)
    assert odds[ranked if slot == "ranked" else drawn] > 0


def test_the_odds_are_those_that_come_out() -> None:
    """Over 4,000 seeds each video stands first as often as its propensity says: within 5 standard
    deviations."""
    policy = msgspec.structs.replace(PLAIN, explore_share_milli=200, best_of=2)
    pool = pool_of(
        [9, 8, 7, 6, 5], fresh=[1, 2, 3], owed_share=DRAW_UNIT // 4, doubts=[0, 0, 0, 9, 9]
    )
    seen: Counter[int] = Counter()
    odds: dict[int, float] = {}
    for i in range(4000):
        (placing,) = arrange(pool, policy=policy, seed=sha256(bytes([i & 255, i >> 8])).digest(),
                             size=1)  # fmt: skip
        seen[placing.candidate] += 1
        odds[placing.candidate] = placing.propensity / CERTAIN
    assert sum(odds.values()) == pytest.approx(1)
    assert set(odds) == {0, 1, 2, 3, 4}
    for c, p in odds.items():
        assert abs(seen[c] - 4000 * p) < 5 * (4000 * p * (1 - p)) ** 0.5


def test_a_page_keeps_its_distance_from_the_one_before() -> None:
    """Who was served last does not come first, nor what looks like one of the last twenty; the
    twenty-first is forgotten."""
    policy = msgspec.structs.replace(PLAIN, creators_apart=3, lookalike_bits=4)
    before = served([7] * 20 + [1, 2], looks=[0xF0, 0xFF00] + [0] * 20)
    pool = pool_of([9, 8, 7, 6], creators=[1, 2, 3, 4], looks=[0, 0, 0xFF01, 0xF1], past=before)
    assert places(pool, policy) == [2, 0, 1, 3]
    assert levels(pool, policy) == [0, 0, 0, 0]
    nearer = served([7] * 20 + [1, 2], looks=[0] * 3 + [0xFF00] + [0] * 18)
    again = msgspec.structs.replace(pool, past=nearer)
    assert places(again, policy) == [3, 0, 1, 2]
    assert levels(again, policy) == [0, 0, 0, 3]


def test_no_topic_holds_more_than_its_share_of_the_last_two_hundred() -> None:
    """At one half, a topic with 99 of the last 199 may have one more, then none until one of its
    own falls out of them; a lookalike is taken before that."""
    policy = msgspec.structs.replace(PLAIN, topics_lately_milli=500, lookalike_bits=4)
    topics = [[1, 0, 0, 0]] * 3 + [[2, 0, 0, 0]] * 2
    old = [[3, 0, 0, 0]] * 100 + [[1, 2, 0, 0]] * 99
    pool = pool_of([9, 8, 7, 2, 1], topics=topics, past=served([50] * 199, topics=old))
    assert places(pool, policy) == [0, 3, 1, 2, 4]
    assert levels(pool, policy) == [0, 0, 4, 4, 4]
    others = [[3, 0, 0, 0]] * 4 + [[1, 0, 0, 0]] * 99 + [[3, 0, 0, 0]] * 96
    pool = pool_of(
        [9, 8, 7, 2, 1], topics=topics, looks=[0, 0, 0, 5, 5],
        past=served([50] * 199, topics=others),
    )  # fmt: skip
    assert places(pool, policy) == [0, 3, 4, 1, 2]
    assert levels(pool, policy) == [0, 0, 3, 4, 4]
    falls = [[1, 0, 0, 0]] * 100 + [[3, 0, 0, 0]] * 99
    pool = pool_of([9, 8, 7, 2, 1], topics=topics, past=served([50] * 199, topics=falls))
    # With 100 of 199 the first place is not for topic 1; then one of them falls out each time.
    assert places(pool, policy) == [3, 0, 1, 2, 4]
    assert levels(pool, policy) == [0, 0, 0, 0, 0]


def test_exploration_keeps_the_spacing() -> None:
    """A fresh video by the creator just shown, or one that looks like it, is not in the pool."""
    policy = msgspec.structs.replace(PLAIN, creators_apart=3, lookalike_bits=4)
    pool = pool_of(
        [9, 8, 7, 6, 5],
        creators=[1, 2, 4, 3, 1],
        looks=[0xFF, 0xFF00, 0xFE, 0xFF0000, 0xFF000000],
        fresh=[2, 3, 4],
        owed_share=DRAW_UNIT // 1000,
    )
    counts = [p.owed for p in arrange(pool, policy=policy, seed=b"\xff" * 32, size=2)]
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
    before = int(chance.choice([0, 3, 150, 190, 199]))
    is_topic = chance.random((n, 4)) < chance.choice([0.2, 0.9])
    pool = Pool(
        rows=chance.permutation(n),
        values=step * chance.integers(-largest, largest + 1, n),
        doubts=step * chance.integers(0, largest // 2 + 2, n) * (chance.random(n) < 0.5),
        is_rest=chance.random(n) < chance.choice([0, 0.2, 1]),
        is_barred=chance.random(n) < chance.choice([0, 0.3]),
        creators=chance.integers(1, int(chance.choice([2, 4, 40])), n) << 50,
        topics=chance.integers(1, 10, (n, 4)) * is_topic,
        looks=chance.choice(LOOKS, n),
        fresh=chance.permutation(n)[: int(chance.integers(0, n + 1))],
        topic_max=9,
        owed_share=int(chance.choice([0, 1, 100_000, DRAW_UNIT // 2])),
        past=Past(
            creators=chance.integers(1, 5, before) << 50,
            topics=chance.integers(1, 10, (before, 4)) * (chance.random((before, 4)) < 0.2),
            looks=chance.choice(LOOKS, before) * (chance.random(before) < 0.1).astype(np.uint64),
        ),
    )
    policy = msgspec.structs.replace(
        FOR_YOU,
        creators_apart=int(chance.choice([0, 2, 4, 20])),
        topics_share_milli=int(chance.choice([0, 50, 333, 500, 999])),
        topic_tires_milli=int(chance.choice([0, 1, 500, 10_000])),
        topics_lately_milli=int(chance.choice([0, 100, 200, 500])),
        lookalike_bits=int(chance.choice([0, 1, 4, 32])),
        explore_share_milli=int(chance.choice([0, 1, 80, 500])),
        best_of=int(chance.integers(1, 4)),
    )
    return pool, policy, chance.bytes(32), int(chance.integers(1, 21))


def test_every_kernel_places_the_same() -> None:
    """On random pools the compiled kernel gives the reference's candidates, ranked ones, levels,
    pools and odds. Among them are all five levels, places drawn from both pools, drawn ones that
    ranking would have taken too, and places where spacing leaves no owed video to draw."""
    seen: Counter[object] = Counter()
    for number in range(CASES):
        pool, policy, seed, size = random_case(number)
        placings = arrange(pool, policy=policy, seed=seed, size=size)
        assert len(placings) == min(size, len(pool.rows))
        assert len({p.candidate for p in placings}) == len(placings)
        assert all(0 < p.propensity <= CERTAIN for p in placings)
        for placing in placings:
            seen[placing.level] += 1
            seen[placing.slot] += 1
            seen["both"] += placing.slot == "owed" and placing.candidate == placing.ranked
            seen["none"] += placing.owed == 0 and bool(pool.owed_share and len(pool.fresh))
    wanted = (0, 1, 2, 3, 4, "owed", "explore", "both", "none")
    assert all(seen[what] >= 20 for what in wanted), seen


@pytest.mark.parametrize("share", [1, 80, 500])
def test_a_share_in_thousandths_is_rounded_down_to_draws(share: int) -> None:
    """A share of 0.08 is 83886 of 2**20 draws, and what is not explored has the rest."""
    policy = msgspec.structs.replace(PLAIN, explore_share_milli=share)
    pool = pool_of([9, 8], doubts=[0, 5])
    (placing,) = arrange(pool, policy=policy, seed=b"\xff" * 32, size=1)
    units = share * DRAW_UNIT // 1000
    is_drawn = placing.slot == "explore"
    expected = units * DRAW_UNIT if is_drawn else (DRAW_UNIT - units) * DRAW_UNIT
    assert placing.propensity == expected

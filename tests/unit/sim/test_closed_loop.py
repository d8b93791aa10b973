"""The loop's arithmetic and its people, in worlds of a few videos."""

import numpy as np
import pytest

from bench.closed_loop.judge import gini, paired_p
from bench.closed_loop.peers import Chance, Oracle, Popularity
from plainview.sim.closed_loop import SIZE, expected_s, live, watch
from plainview.sim.society import TURN_MS, Society, make_society
from plainview.sim.tastes import TASTES, Moods, Niches, Taste


@pytest.fixture(scope="module")
def society() -> Society:
    return make_society(3, videos=700, viewers=4, uploads=4, start_ms=1_790_000_000_000)


def popularity(society: Society, taste: Taste) -> Popularity:
    del taste
    return Popularity(society)


def chance(society: Society, taste: Taste) -> Chance:
    del taste
    return Chance(society)


def test_what_a_showing_is_worth_is_the_mean_of_what_is_watched(society: Society) -> None:
    """Over all viewers and videos at one liking, seconds watched average to what is expected."""
    for liking in (-1.0, 0.0, 1.5):
        pairs = [(v, i) for v in range(society.viewers) for i in range(society.size)]
        seconds = [watch(society, v, i, liking)[0] for v, i in pairs]
        expected = expected_s(np.full(society.size, liking), society).mean()
        assert np.mean(seconds) == pytest.approx(expected, rel=0.08)


def test_more_liking_is_worth_more(society: Society) -> None:
    """For each video what a showing is worth rises with liking."""
    worth = [expected_s(np.full(society.size, x), society) for x in (-2.0, -1.0, 0.0, 1.0, 2.0)]
    assert (np.diff(np.stack(worth), axis=0) > 0).all()


@pytest.mark.parametrize("name", TASTES)
def test_tastes_turn(society: Society, name: str) -> None:
    """After the turn a viewer's likings are in another order, and finite before and after."""
    taste = TASTES[name](society)
    before = taste.likings(0, now_ms=TURN_MS)
    taste.turn()
    after = taste.likings(0, now_ms=TURN_MS)
    assert np.isfinite(before).all()
    assert np.isfinite(after).all()
    assert np.corrcoef(before, after)[0, 1] < 0.95


def test_a_topic_bores_and_recovers(society: Society) -> None:
    """Six videos of a topic in a row make the next worth less; an hour later it is as before."""
    moods = Moods(society)
    moods.switches[:] = 1
    topic = int(moods.loved[0, 0])
    video = int(np.flatnonzero(society.topic == topic)[0])
    liked = moods.likings(0, now_ms=0)[video]
    for _ in range(6):
        moods.watched(0, video, share=1, now_ms=0)
    assert moods.likings(0, now_ms=0)[video] < liked - 0.3
    assert moods.likings(0, now_ms=3_600_000)[video] == pytest.approx(liked, abs=0.1)


def test_a_niche_is_a_conjunction(society: Society) -> None:
    """What meets two of a niche's three parts is worth as little as what meets none."""
    niches = Niches(society)
    niches.niches[0] = [[0, 0, 0]] * Niches.WANTED + [[9, 9, 9]] * Niches.SHUNNED
    niches.half[0] = 2
    niches.noise[:] = 0
    niches.matches = niches._matched()
    liking = niches.likings(0, now_ms=0) - 0.35 * society.quality
    met = (niches.society.style == 0) & (niches.length == 0) & (niches.kind == 0)
    assert met.any()
    assert liking[~met] == pytest.approx(-0.8)
    assert (liking[met] > 1).all()


def test_all_are_shown_as_often_and_nothing_twice(society: Society) -> None:
    """Sittings of fixed length hold the same showings whoever recommends, and no repeat."""
    counts = set()
    for who in (Oracle, popularity, chance):
        taste = TASTES["habits"](society)
        seen = live(society, taste, who(society, taste))
        pairs = list(zip(seen.viewer, seen.video, strict=True))
        assert len(set(pairs)) == len(pairs)
        counts.add(len(pairs) - sum(seen.is_turn))
    assert len(counts) == 1
    assert counts.pop() % SIZE == 0


def test_who_knows_tastes_does_best(society: Society) -> None:
    """The oracle gets more than chance does from the same people."""
    got = []
    for who in (Oracle, chance):
        taste = TASTES["niches"](society)
        seen = live(society, taste, who(society, taste))
        got.append(np.mean(seen.watched_s))
    assert got[0] > 1.5 * got[1]


def test_signs_are_turned_in_all_ways() -> None:
    """Eight of a sign leave 2 in 256; one against them of the same size 18; none at all is 1."""
    assert paired_p([1.0] * 8) == 2 / 256
    assert paired_p([1.0] * 7 + [-1.0]) == 18 / 256
    assert paired_p([0.0] * 8) == 1


def test_gini_by_hand() -> None:
    """All alike is 0; one of four with everything is 3/4."""
    assert gini(np.ones(4)) == 0
    assert gini(np.array([0.0, 0.0, 0.0, 4.0])) == 0.75

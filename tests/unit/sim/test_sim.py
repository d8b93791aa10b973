"""The simulated world: the same from the same seed, and unlike our ranker."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from plainview.core.catalogue import VideoFacts, build_rows, topic_list
from plainview.core.events import parse_client_event
from plainview.core.terms.ids import VideoId
from plainview.sim.chance import Chance
from plainview.sim.sitting import Partisan, crowd, events_of
from plainview.sim.taste import LOOPS_MAX, Reaction, SimViewer
from plainview.sim.world import WORDS, HiddenTraits, make_world, traits_of

START_MS = 1_760_000_000_000
TOPICS = tuple(WORDS)
PLAIN = HiddenTraits(style="calm", quality=0, hook=1000)
WORLD = make_world(3, videos=300, start_ms=START_MS)


def one_on(topic: str) -> VideoFacts:
    return next(f for f in WORLD.videos if [label.topic for label in f.topics] == [topic])


def test_splitmix_gives_the_published_first_output() -> None:
    """From state 0 the first draw is SplitMix64's known 0xE220A8397B1DCDAF."""
    chance = Chance(0)
    chance._state = 0
    assert chance.bits() == 0xE220A8397B1DCDAF


def test_streams_of_different_names_differ_and_repeat() -> None:
    """A named stream repeats itself exactly and is unlike another's."""
    first = [Chance(1, "a").below(1 << 30) for _ in range(3)]
    chance_a, chance_b = Chance(1, "a"), Chance(1, "b")
    draws_a = [chance_a.below(1 << 30) for _ in range(20)]
    draws_b = [chance_b.below(1 << 30) for _ in range(20)]
    assert first == [draws_a[0]] * 3
    assert set(draws_a).isdisjoint(draws_b)


@given(st.integers(), st.integers(1, 1000), st.integers(1, 200))
def test_draws_stay_in_their_bounds(seed: int, count: int, spread: int) -> None:
    """below, between, bell and some_of never leave their ranges."""
    chance = Chance(seed, "bounds")
    assert 0 <= chance.below(count) < count
    assert -2 * spread <= chance.bell(spread) <= 2 * spread
    assert -3 <= chance.between(-3, 3) <= 3
    some = chance.some_of(range(20), 5)
    assert len(set(some)) == 5
    assert not chance.happens(0)
    assert chance.happens(1000)


def test_the_same_seed_makes_the_same_world_and_another_does_not() -> None:
    """A world is a function of its seed."""
    assert make_world(3, videos=300, start_ms=START_MS) == WORLD
    assert make_world(4, videos=300, start_ms=START_MS).videos != WORLD.videos


def test_a_world_freezes_into_rows() -> None:
    """Every video of a world has a row: ids unique, topics within the slots, published before."""
    topics = topic_list((), WORLD.videos)
    rows = build_rows(WORLD.videos, topics=topics)
    assert len(rows) == 300
    assert set(topics) <= set(WORDS)
    assert all(facts.published_ms < START_MS for facts in WORLD.videos)
    assert set(WORLD.hidden) == {facts.id for facts in WORLD.videos}


def test_what_a_viewer_does_is_what_a_client_may_send() -> None:
    """Every event of a crowd is accepted by the parser that the server uses."""
    told = crowd(1, WORLD.videos, viewers=4, showings=60, hidden=WORLD.hidden)
    kinds = Counter(parse_client_event(event).kind for did in told for event in did)
    assert kinds["shown"] == kinds["watch"] == 240
    assert kinds["like"] > 0
    keys = [event["key"] for event in told[0]]
    assert len(set(map(str, keys))) == len(keys)


def test_a_crowd_repeats_and_watches_no_video_twice() -> None:
    """A crowd is a function of its seed and shows each viewer different videos."""
    told = crowd(2, WORLD.videos, viewers=2, showings=500)
    assert told == crowd(2, {f.id: f for f in WORLD.videos}, viewers=2, showings=500)
    shown = [event["video"] for event in told[0] if event["kind"] == "shown"]
    assert sorted(map(str, shown)) == sorted(str(f.id) for f in WORLD.videos)


def test_a_watch_lies_within_the_loops_it_reports() -> None:
    """ms is at least all finished loops and at most one more, and loops are bounded."""
    viewer = SimViewer(1, "w", topics=TOPICS)
    for facts in WORLD.videos:
        reaction = viewer.take(facts, WORLD.hidden[facts.id])
        assert reaction.loops <= LOOPS_MAX
        assert reaction.loops * facts.length_ms <= reaction.ms
        assert reaction.ms <= (reaction.loops + 1) * facts.length_ms


def mean_liking(viewer: SimViewer, facts: VideoFacts, times: int) -> int:
    return sum(viewer.take(facts, PLAIN).liking for _ in range(times)) // times


def test_loved_topics_are_watched_longer_than_hated_ones() -> None:
    """Over 40 viewers, liking of a loved topic's video is above that of a disliked one's."""
    gaps = []
    for name in range(40):
        viewer = SimViewer(9, name, topics=TOPICS)
        worst = min(TOPICS, key=lambda topic: (viewer.tastes[topic], topic))
        loved = viewer.take(one_on(viewer.loved[0]), PLAIN).liking
        gaps.append(loved - viewer.take(one_on(worst), PLAIN).liking)
    assert sum(gap > 0 for gap in gaps) >= 38


def test_the_fifth_in_a_row_of_a_loved_topic_pleases_less() -> None:
    """Boredom: liking of one topic falls as it is repeated, and rest heals it."""
    fallen = healed = 0
    for name in range(30):
        viewer = SimViewer(11, name, topics=TOPICS)
        viewer.habits = viewer.habits.__class__(
            generosity=0, patience_ms=9_000, drift=0, styles=viewer.habits.styles
        )
        facts = one_on(viewer.loved[0])
        viewer.take(facts, PLAIN)
        viewer.loved = viewer.loved[:1]
        before = mean_liking(viewer, facts, 1)
        mean_liking(viewer, facts, 5)
        after = mean_liking(viewer, facts, 2)
        viewer.rest()
        healed += mean_liking(viewer, facts, 1) > after
        fallen += after < before
    assert fallen >= 25
    assert healed >= 25


def test_traits_drawn_for_a_foreign_video_repeat() -> None:
    """Hidden traits of a video the world did not make are a function of seed and id."""
    facts = WORLD.videos[0]
    assert traits_of(1, facts) == traits_of(1, facts)
    assert len({traits_of(1, f).quality for f in WORLD.videos}) > 50


def test_a_partisan_and_the_opposite_never_agree() -> None:
    """On every video exactly one of the two watches to the end."""
    loves = Partisan(1, "birds")
    hates = Partisan(1, "birds", is_opposite=True)
    for facts in WORLD.videos[:100]:
        ends = [p.take(facts, PLAIN).loops for p in (loves, hates)]
        assert sorted(ends) == [0, 1]
        assert ends[0] == int(loves.has_topic(facts))


def test_events_name_their_target() -> None:
    """A follow names creator and video, a mute the creator, a like the video."""
    facts = WORLD.videos[0]
    reaction = Reaction(ms=900, loops=0, kinds=("like", "follow", "mute"), liking=0)
    events = events_of(reaction, facts, number=4, position=2, key="k")
    shown, watch, like, follow, mute = (parse_client_event(event) for event in events)
    assert (shown.number, shown.position, watch.ms) == (4, 2, 900)
    assert like.video == facts.id == follow.video == VideoId(facts.id)
    assert follow.creator == mute.creator == facts.creator
    assert [event["key"] for event in events] == ["k-s", "k-w", "k-0", "k-1", "k-2"]

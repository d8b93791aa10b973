"""The demo's crowd: who it watches, what it leaves, and that it comes once."""

from plainview.core.catalogue import NO_COUNTS, VideoFacts
from plainview.core.events import parse_event
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.edge.memory import MemoryStore
from plainview.flows.seed_crowd import CROWD_VIEWERS, seed_crowd, unwatched

CREATOR = CreatorId(7)
CLIPS = tuple(
    VideoFacts(
        id=VideoId(n), creator=CREATOR, published_ms=1_790_000_000_000, length_ms=6_000,
        caption=f"Clip {n}",
    )
    for n in range(1, 11)
)  # fmt: skip


def test_the_crowd_watches_only_unseen_clips_of_the_demo() -> None:
    """Clips of others, clips known already and clips somebody saw are left alone."""
    other = VideoFacts(
        id=VideoId(20), creator=CreatorId(8), published_ms=0, length_ms=1, caption=""
    )
    seen = VideoFacts(
        id=VideoId(21), creator=CREATOR, published_ms=0, length_ms=1, caption="",
        counts=(1, *NO_COUNTS[1:]),
    )  # fmt: skip
    found = unwatched(
        [seen, other, *reversed(CLIPS)],
        creators=frozenset({CREATOR}),
        known=frozenset({VideoId(1)}),
    )
    assert [clip.id for clip in found] == list(range(2, 11))


def test_a_crowd_leaves_events_in_chains_of_its_own() -> None:
    """Each of the crowd's viewers is shown six of ten clips, and each event stands in a chain."""
    store = MemoryStore()
    made = seed_crowd(CLIPS, writer=store, at_ms=1_790_000_100_000)
    events = [parse_event(counted.body) for counted in store.events_after(0, count=10_000)]
    assert len(events) == made
    assert sum(event.kind == "shown" for event in events) == CROWD_VIEWERS * 6
    assert any(event.kind == "like" for event in events)


def test_the_same_crowd_comes_once() -> None:
    """Seeding the same clips again appends nothing."""
    store = MemoryStore()
    made = seed_crowd(CLIPS, writer=store, at_ms=1_790_000_100_000)
    seed_crowd(CLIPS, writer=store, at_ms=1_790_000_200_000)
    assert len(store.events_after(0, count=10_000)) == made

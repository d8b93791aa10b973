"""Every clip there is, in the order in which they are made."""

from itertools import zip_longest

from .creators import CREATORS
from .generators import GENERATORS
from .spec import ClipSpec, CreatorSpec, TopicSpec
from .topics import TOPICS
from .words import LINES, Line

__all__ = ["CLIPS", "CLIP_BY_KEY", "CREATORS", "TOPICS", "ClipSpec", "CreatorSpec", "TopicSpec"]

# The service opens when eight of these are in, so they are quick, short, and from every corner.
OPENERS: tuple[str, ...] = (
    "eyes-size-00",
    "marble-ring-01",
    "weather-day-00",
    "chance-galton-00",
    "sort-bars-00",
    "pendulum-wave-01",
    "dish-cells-02",
    "zoom-beads-00",
    "marble-ring-02",
    "eyes-size-01",
    "pendulum-wave-00",
    "chance-galton-03",
)


def _spec(generator: str, seed: int, line: Line) -> ClipSpec:
    topic = GENERATORS[generator][0]
    people = [c.handle for c in CREATORS if c.topic == topic]
    key = f"{generator}-{seed:02d}"
    return ClipSpec(
        key=key,
        topic=topic,
        creator=people[(seed + len(generator)) % len(people)],
        caption=line.caption,
        tags=(topic, *line.tags.split()),
        length_s=5.0 if key in OPENERS else line.length_s,
        seed=seed,
        generator=generator,
    )


def _in_turn() -> tuple[ClipSpec, ...]:
    """The openers, then a round through topics and generators so that neighbours differ."""
    by_topic: list[list[ClipSpec]] = []
    for topic in TOPICS:
        rows = [
            [_spec(g, seed, line) for seed, line in enumerate(LINES[g])]
            for g, (slug, _) in GENERATORS.items()
            if slug == topic.slug
        ]
        by_topic.append([s for turn in zip_longest(*rows) for s in turn if s is not None])
    mixed = [s for turn in zip_longest(*by_topic) for s in turn if s is not None]
    known = {s.key: s for s in mixed}
    return (*(known[k] for k in OPENERS), *(s for s in mixed if s.key not in OPENERS))


CLIPS: tuple[ClipSpec, ...] = _in_turn()
CLIP_BY_KEY: dict[str, ClipSpec] = {s.key: s for s in CLIPS}

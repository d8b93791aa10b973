"""The eight topics. Each keeps its own palette, tempo and instrument, so that a glance or a bar is
enough.
"""

from .spec import TopicSpec

TOPICS: tuple[TopicSpec, ...] = (
    TopicSpec(
        "marbles",
        "Marbles",
        ("f8ecd6", "e4572e", "1b9aaa", "ffb627", "4f345a", "7a9e4e"),
        100,
        "pluck",
    ),
    TopicSpec(
        "sorting",
        "Sorting",
        ("120a24", "ff2e88", "ff8a3d", "ffe14d", "29e7cd", "6a5cff"),
        140,
        "chip",
    ),
    TopicSpec(
        "pendulums",
        "Pendulums",
        ("07161c", "e8c170", "b8863b", "fff3d6", "2f6f73", "c65d3b"),
        72,
        "vibes",
    ),
    TopicSpec(
        "dishes",
        "Living dishes",
        ("dfeeea", "0f8b6d", "f2647c", "7bc950", "3a506b", "f9c74f"),
        96,
        "bloop",
    ),
    TopicSpec(
        "zooms",
        "Deep zooms",
        ("1a0633", "7b2ff7", "f107a3", "00d4ff", "ffd166", "ffffff"),
        60,
        "shepard",
    ),
    TopicSpec(
        "weather",
        "Small weather",
        ("2b4162", "f6ae6b", "7fb7be", "dae3e5", "385f71", "f7e1c4"),
        60,
        "bird",
    ),
    TopicSpec(
        "eyes",
        "Do your eyes lie?",
        ("f4f1ea", "111111", "e63222", "8a8a86", "ffd400", "2a4bd7"),
        120,
        "woodblock",
    ),
    TopicSpec(
        "chance",
        "Chance",
        ("0f5a3c", "f5efdc", "d7263d", "f2b632", "0a3d2a", "1d1d1b"),
        110,
        "kalimba",
    ),
)

TOPIC_BY_SLUG: dict[str, TopicSpec] = {t.slug: t for t in TOPICS}

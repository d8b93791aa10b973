"""Videos that nobody filmed: captions, tags, creators and what the facts do not tell."""

from collections.abc import Mapping
from typing import Final

import msgspec

from plainview.core.catalogue import LABELLER_CREATOR, TopicLabel, VideoFacts
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.sim.chance import Chance

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "bread": ("sourdough", "crust", "oven", "dough", "rye", "flour", "crumb", "baguette"),
    "trains": ("steam", "platform", "signal", "rails", "sleeper", "tunnel", "depot", "express"),
    "birds": ("heron", "nest", "feather", "owl", "dawn", "warbler", "wing", "kingfisher"),
    "chess": ("gambit", "rook", "endgame", "blitz", "bishop", "opening", "sacrifice", "fork"),
    "pottery": ("clay", "kiln", "glaze", "wheel", "bowl", "slip", "handle", "crackle"),
    "climbing": ("crux", "granite", "rope", "ledge", "chalk", "overhang", "belay", "summit"),
    "synths": ("oscillator", "patch", "filter", "arpeggio", "drum", "tape", "modular", "drone"),
    "gardens": ("compost", "seedling", "rose", "pruning", "tomato", "hedge", "bulb", "trellis"),
    "knots": ("bowline", "splice", "cord", "hitch", "braid", "whipping", "toggle", "monkey"),
    "maps": ("contour", "atlas", "island", "border", "legend", "river", "projection", "survey"),
    "skating": ("kickflip", "ramp", "rail", "deck", "bowl", "grind", "curb", "ollie"),
    "stars": ("comet", "eclipse", "nebula", "orbit", "lens", "meteor", "moon", "tripod"),
}
"""Topics of the simulated world and words of their captions; none is a topic of the demo."""

STYLES: Final[Mapping[str, tuple[str, ...]]] = {
    "calm": ("quiet", "slow", "gentle"),
    "funny": ("oops", "blooper", "prank"),
    "skilled": ("master", "perfect", "precise"),
    "strange": ("odd", "impossible", "backwards"),
    "raw": ("live", "unedited", "first try"),
}
"""How a video is made. Not a topic: it shows in the caption at most, as one word."""

LANGUAGES: Final = ("en", "en", "en", "en", "de", "es", "pt", "")


class HiddenTraits(msgspec.Struct, frozen=True, kw_only=True):
    """What decides how a video is taken and stands in no fact: nothing but behaviour tells it.

    `quality` is around 0; `hook` in 400..1600 (how well the first second holds, 1000 is usual).
    """

    style: str
    quality: int
    hook: int


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Videos by id ascending, and the hidden traits of each."""

    seed: int
    videos: tuple[VideoFacts, ...]
    hidden: Mapping[VideoId, HiddenTraits]


def make_world(
    seed: int, *, videos: int, creators: int | None = None, topics: int = 12, start_ms: int
) -> World:
    """A catalogue of `videos` videos published over the 30 days before `start_ms`.

    A creator keeps to one or two topics and a style of their own, mostly; creators differ in how
    good they are and how much they publish (the k-th publishes in proportion to 1 / (k + 4)).

    Args:
        creators: how many; None = one per 12 videos, at least 12.
        topics: how many of WORDS' topics are used, 2 .. 12.
    """
    count = creators if creators is not None else max(12, videos // 12)
    names = tuple(WORDS)[:topics]
    cast = [_make_creator(seed, k, names) for k in range(count)]
    chance = Chance(seed, "who publishes")
    ladder: list[int] = []
    for k in range(count):
        ladder += [k] * (1 + 4 * count // (k + 4))
    made: list[VideoFacts] = []
    hidden: dict[VideoId, HiddenTraits] = {}
    for i in range(videos):
        facts, traits = _make_video(seed, i, cast[chance.one_of(ladder)], names, start_ms)
        made.append(facts)
        hidden[facts.id] = traits
    made.sort(key=lambda facts: facts.id)
    return World(seed=seed, videos=tuple(made), hidden=hidden)


def traits_of(seed: int, video: VideoFacts) -> HiddenTraits:
    """Hidden traits drawn for a video that was not made by `make_world` (the demo's own)."""
    chance = Chance(seed, "traits", video.id)
    return HiddenTraits(
        style=chance.one_of(tuple(STYLES)),
        quality=chance.bell(120) + Chance(seed, "craft", video.creator).bell(60),
        hook=1000 + chance.bell(300),
    )


class _Creator(msgspec.Struct, frozen=True, kw_only=True):
    id: CreatorId
    topics: tuple[str, ...]
    style: str
    craft: int
    language: str


def _make_creator(seed: int, k: int, names: tuple[str, ...]) -> _Creator:
    chance = Chance(seed, "creator", k)
    return _Creator(
        id=CreatorId(1 + (k << 20 | chance.below(1 << 20))),
        topics=tuple(chance.some_of(names, chance.between(1, 2))),
        style=chance.one_of(tuple(STYLES)),
        craft=chance.bell(90),
        language=chance.one_of(LANGUAGES),
    )


def _make_video(
    seed: int, i: int, creator: _Creator, names: tuple[str, ...], start_ms: int
) -> tuple[VideoFacts, HiddenTraits]:
    chance = Chance(seed, "video", i)
    topic = chance.one_of(creator.topics) if chance.happens(930) else chance.one_of(names)
    style = creator.style if chance.happens(700) else chance.one_of(tuple(STYLES))
    words = chance.some_of(WORDS[topic], chance.between(2, 4))
    if chance.happens(600):
        words.insert(chance.below(len(words) + 1), chance.one_of(STYLES[style]))
    if chance.happens(150):  # a caption that misleads
        words.append(chance.one_of(WORDS[chance.one_of(names)]))
    labels = [TopicLabel(topic, LABELLER_CREATOR)] if chance.happens(950) else []
    if chance.happens(120):
        other = chance.one_of(names)
        labels += [] if other == topic else [TopicLabel(other, LABELLER_CREATOR)]
    facts = VideoFacts(
        id=VideoId(1 + (i << 24 | chance.below(1 << 24))),
        creator=creator.id,
        published_ms=start_ms - 1 - chance.below(30 * 86_400_000),
        length_ms=chance.between(4_000, 12_000) if chance.happens(700) else (
            chance.between(12_000, 60_000)
        ),
        caption=" ".join(words).capitalize() + ".",
        tags=tuple(chance.some_of(WORDS[topic], chance.below(3))),
        topics=tuple(labels),
        language=creator.language,
        has_sound=chance.happens(930),
        looks=chance.bits() >> 1,
    )  # fmt: skip
    traits = HiddenTraits(
        style=style, quality=creator.craft + chance.bell(100), hook=1000 + chance.bell(300)
    )
    return facts, traits

"""A day and a half in the life of viewers and videos, laid out in columns, for the closed loop.

What is drawn is drawn beforehand, by name, so that two recommenders meet the same people in the
same moods: whether viewer 3 likes what they think of video 7 does not depend on who showed it.
"""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.catalogue import VideoFacts
from plainview.core.learn.window import draws
from plainview.sim.world import STYLES, WORDS, World, make_world

Floats = NDArray[np.float64]

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
HOURS: Final = 36
TURN_MS: Final = 20 * HOUR_MS
"""When tastes turn. Who sits through it: see `sittings_of`."""

OLD_MS: Final = 31 * 24 * HOUR_MS
BEFORE_MS, AFTER_MS = 8 * MINUTE_MS, 14 * MINUTE_MS
TURN_SLATES: Final = 40
SITTING_SLATES: Final = 8
TOPICS, STYLE_NAMES = tuple(WORDS), tuple(STYLES)
GENRES: Final = 8
BELL_DRAWS: Final = 4


class Sitting(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One viewer watching from `at_ms`: `slates` slates, or until `until_ms` if that is sooner and
    not 0."""

    at_ms: int
    viewer: int
    slates: int
    until_ms: int


class Society(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """N videos in order of id and V viewers.

    `topic` and `topic2` (N,) are places in TOPICS, -1 for none (a video may say nothing of its
    topic); `is_labelled` whether `topic` stands in its facts. `published_ms` counts from the start,
    and is below 0 for what was there before. `style`, `genre`, `quality` and `hook` stand in no
    fact; a caption may hint at the style. `chance` (V, N, 6) is even in 0 .. 1.
    """

    seed: int
    start_ms: int
    world: World
    facts: tuple[VideoFacts, ...]
    creator: NDArray[np.int64]
    creators: int
    topic: NDArray[np.int64]
    topic2: NDArray[np.int64]
    style: NDArray[np.int64]
    genre: NDArray[np.int64]
    length_s: Floats
    quality: Floats
    hook: Floats
    published_ms: NDArray[np.int64]
    sittings: tuple[Sitting, ...]
    viewers: int
    chance: Floats
    generosity: Floats

    @property
    def size(self) -> int:
        """Videos, uploads to come included."""
        return len(self.facts)


def even(seed: int, name: str, *shape: int) -> Floats:
    """Numbers drawn evenly from 0 .. 1."""
    count = int(np.prod(shape))
    bits = draws(b"plainview society %d" % seed, name, count) >> np.uint64(11)
    return np.asarray(bits.astype(np.float64) / float(1 << 53)).reshape(shape)


def bell(seed: int, name: str, *shape: int) -> Floats:
    """Numbers of mean 0 and deviation 1, bell shaped: BELL_DRAWS even ones added up."""
    total = even(seed, name, *shape, BELL_DRAWS).sum(axis=-1) - BELL_DRAWS / 2
    return np.asarray(total * (12 / BELL_DRAWS) ** 0.5)


def make_society(seed: int, *, videos: int, viewers: int, uploads: int, start_ms: int) -> Society:
    """`videos` that are OLD_MS old or older, and `uploads` that arrive evenly over the first day.

    Nobody has watched anything yet, as in an edition that opens with a library it imported. The
    library is too old to be owed a first audience; the uploads are not.
    """
    world = make_world(seed, videos=videos + uploads, start_ms=start_ms)
    count = len(world.videos)
    late = np.argsort(even(seed, "who is uploaded", count), kind="stable")[:uploads]
    published = np.array([facts.published_ms - start_ms - OLD_MS for facts in world.videos])
    published[late] = (np.arange(uploads) + 1) * (24 * HOUR_MS // (uploads + 1))
    facts = tuple(
        msgspec.structs.replace(one, published_ms=start_ms + int(at), language="en")
        for one, at in zip(world.videos, published, strict=True)
    )
    _, creator = np.unique([one.creator for one in facts], return_inverse=True)
    creators = int(creator.max()) + 1
    topic, topic2 = (np.full(count, -1) for _ in range(2))
    for i, one in enumerate(facts):
        named = [TOPICS.index(label.topic) for label in one.topics]
        topic[i], topic2[i] = (*named, -1, -1)[:2]
    genre_of = (even(seed, "genre", creators) * GENRES).astype(np.int64)
    genre = np.where(
        even(seed, "keeps to it", count) < 0.85,
        genre_of[creator],
        (even(seed, "another genre", count) * GENRES).astype(np.int64),
    )
    hidden = [world.hidden[one.id] for one in facts]
    return Society(
        seed=seed, start_ms=start_ms, world=msgspec.structs.replace(world, videos=facts),
        facts=facts, creator=creator.astype(np.int64), creators=creators, topic=topic,
        topic2=topic2, genre=genre, published_ms=published, viewers=viewers,
        style=np.array([STYLE_NAMES.index(one.style) for one in hidden]),
        length_s=np.array([one.length_ms / 1000 for one in facts]),
        quality=np.array([one.quality / 120 for one in hidden]),
        hook=np.array([(one.hook - 1000) / 300 for one in hidden]),
        sittings=sittings_of(seed, viewers=viewers),
        chance=even(seed, "chance", viewers, count, 6),
        generosity=even(seed, "generosity", viewers),
    )  # fmt: skip


def sittings_of(seed: int, *, viewers: int) -> tuple[Sitting, ...]:
    """Two sittings of SITTING_SLATES before the turn and one or two after; every other viewer also
    sits through the turn, from BEFORE_MS before to AFTER_MS after."""
    first = even(seed, "first sittings", viewers, 2) * (TURN_MS - 2 * HOUR_MS)
    after = even(seed, "later sittings", viewers, 2) * 14 * HOUR_MS + TURN_MS + HOUR_MS
    found = []
    for v in range(viewers):
        starts = [*first[v], *after[v][: 1 + v // 2 % 2]]
        found += [
            Sitting(at_ms=int(at), viewer=v, slates=SITTING_SLATES, until_ms=0) for at in starts
        ]
        if v % 2 == 0:
            found.append(
                Sitting(
                    at_ms=TURN_MS - BEFORE_MS + v * 100, viewer=v, slates=TURN_SLATES,
                    until_ms=TURN_MS + AFTER_MS,
                )
            )  # fmt: skip
    return tuple(sorted(found))

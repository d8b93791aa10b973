"""A catalogue of a million videos without a million objects, and embeddings learned in it.

Videos have a topic, a creator and a genre. Content knows topic and creator; what viewers care for
is the genre, which no row names. Histories walk through two or three genres of a viewer's own; the
learner's own kernel moves videos by them, as a tick does.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench._world import POLICIES, START_MS
from plainview.core.catalogue import as_rows
from plainview.core.learn import starting_weights
from plainview.core.learn.embed_kernels import NOBODY, move
from plainview.core.learn.lists import made_centroids
from plainview.core.learn.places import places_of
from plainview.core.learn.weights_file import with_places
from plainview.core.terms.epoch import EMBED_DIM, ROW, Rows
from plainview.core.terms.weights import Centroids
from plainview.sim.pocket import Pocket
from plainview.sim.world import make_world

TOPICS: Final = 100
GENRE_VIDEOS: Final = 500
CONTEXT, NEGATIVES, AT_ONCE = 8, 12, 200_000
LENGTH: Final = 256


def large_rows(
    videos: int, *, seed: int = 1, start_ms: int = START_MS
) -> tuple[Rows, NDArray[np.int64]]:
    """(rows standing by content, the genre of each), published in the month before `start_ms`."""
    rng = np.random.Generator(np.random.PCG64(seed))
    genres = max(8, videos // GENRE_VIDEOS)
    topic_of_genre = rng.integers(0, TOPICS, size=genres)
    genre = rng.integers(0, genres, size=videos)
    topic = np.where(
        rng.random(videos) < 0.9, topic_of_genre[genre], rng.integers(0, TOPICS, videos)
    )
    creator = rng.integers(0, max(12, videos // 12), size=videos)
    signs = rng.integers(0, 2, size=(TOPICS, EMBED_DIM)) * 2 - 1
    rows = np.zeros(videos, ROW)
    rows["id"] = np.cumsum(rng.integers(1, 1 << 20, size=videos)).astype(np.uint64)
    rows["creator"] = creator + 1
    rows["published_min"] = start_ms // 60_000 - rng.integers(1, 43_200, size=videos)
    rows["length_ms"] = rng.integers(4_000, 60_000, size=videos)
    rows["looks"] = rng.integers(1, 1 << 62, size=videos)
    rows["topics"][:, 0], rows["labellers"][:, 0] = topic + 1, 1
    rows["language"] = 0x656E
    rows["counters"][:, 0] = np.minimum(rng.pareto(1.0, size=videos) * 20, 250)
    rows["counters"][:, 1] = rows["counters"][:, 0] * 4 // 10
    by_creator = (
        np.random.default_rng(seed).integers(0, 2, size=(creator.max() + 1, EMBED_DIM)) * 2 - 1
    )
    total = 6 * signs[topic] + 3 * by_creator[creator]
    for _ in range(8):  # tags and words
        total = total + rng.integers(0, 2, size=total.shape) * 2 - 1
    length = np.sqrt((total * total).sum(axis=1, keepdims=True))
    rows["embedding"] = np.clip(np.floor(total * LENGTH / length), -127, 127)
    return as_rows(rows), genre


def learned_table(
    rows: Rows, genre: NDArray[np.int64], *, watches: int, seed: int = 2
) -> NDArray[np.int8]:
    """Where videos stand after `watches` good watches, of viewers with 40 each."""
    rng = np.random.Generator(np.random.PCG64(seed))
    place = rows["embedding"].astype(np.float32)
    place /= np.sqrt((place * place).sum(axis=1, keepdims=True))
    seen = np.full(len(rows), 0.02, dtype=np.float32)
    by_genre = np.argsort(genre, kind="stable")
    starts = np.searchsorted(genre[by_genre], np.arange(genre.max() + 2))
    decays = np.float32(0.875) ** np.arange(CONTEXT, dtype=np.float32)
    offsets = np.zeros(len(rows), dtype=np.float32)
    steps = 40
    for _ in range(-(-watches // AT_ONCE)):
        viewers = AT_ONCE // steps
        own = rng.integers(0, genre.max() + 1, size=(viewers, 3))
        mood = np.cumsum(rng.random((viewers, steps)) < 1 / 8, axis=1) % 3
        now = np.take_along_axis(own, mood, axis=1)
        sizes = starts[now + 1] - starts[now]
        drawn = (rng.random(now.shape) ** 1.5 * sizes).astype(np.int64)
        seq = by_genre[np.minimum(starts[now] + drawn, len(rows) - 1)]
        contexts = np.full((viewers, steps, CONTEXT), NOBODY, dtype=np.int64)
        for k in range(1, CONTEXT + 1):
            contexts[:, k:, k - 1] = seq[:, :-k]
        targets = seq.ravel()
        against = rng.choice(targets, size=(len(targets), NEGATIVES))
        against[against == targets[:, None]] = NOBODY
        order = rng.permutation(len(targets)).astype(np.int64)
        move(
            place, seen, np.ascontiguousarray(contexts.reshape(-1, CONTEXT)),
            np.ascontiguousarray(np.concatenate([targets[:, None], against], axis=1)),
            order, decays, offsets, np.float32(12), np.float32(0.03),
        )  # fmt: skip
    table: NDArray[np.int8] = np.clip(np.floor(place * LENGTH + 0.5), -127, 127).astype(np.int8)
    return table


def large_pocket(rows: Rows, table: NDArray[np.int8], centroids: Centroids | None) -> Pocket:
    """An edition of these rows, standing where `table` puts them, with lists or without."""
    pocket = Pocket(
        make_world(1, videos=24, start_ms=START_MS), weights=starting_weights(),
        policies=[path.read_bytes() for path in POLICIES], now_ms=START_MS,
    )  # fmt: skip
    pocket.stock(rows, tuple(f"topic-{i:03d}" for i in range(TOPICS)))
    places = places_of(rows["id"].astype(np.uint64), table)
    pocket.publish_weights(with_places(starting_weights(), places=places, centroids=centroids))
    pocket.freeze(START_MS + 1)
    return pocket


def lists_for(table: NDArray[np.int8], *, lists: int, probes: int) -> Centroids:
    """Centroids as a publication makes them."""
    return made_centroids(table, seed=b"bench", lists=lists, probes=probes, rounds=6)

"""Histories whose viewers care for what no caption says, for tests of embeddings."""

import numpy as np

from plainview.core.catalogue import content_embedding
from plainview.core.learn.window import EXAMPLE, LABEL_ONE, Examples
from plainview.core.terms.ids import CreatorId
from plainview.core.terms.weights import HEADS, Places

FINISH, SKIP = HEADS.index("finish"), HEADS.index("skip")


def drawn_catalogue(videos: int, *, seed: int = 1) -> Places:
    """Where `videos` videos of 40 creators and 6 topics stand by their content."""
    rng = np.random.Generator(np.random.PCG64(seed))
    ids = np.sort(rng.choice(10 * videos, size=videos, replace=False)).astype(np.uint64) + 1
    drawn = rng.integers(0, [6, 40], size=(videos, 2))
    rows = [
        content_embedding(
            caption=f"number {i}", tags=(), topics=(f"topic {topic}",), creator=CreatorId(creator)
        )
        for i, (topic, creator) in enumerate(drawn.tolist(), 1)
    ]
    return Places(ids=ids, table=np.array(rows, dtype=np.int8))


def drawn_histories(
    known: Places, count: int, *, viewers: int = 60, moods: int = 12, seed: int = 1
) -> Examples:
    """`count` showings to viewers in turn. A viewer is in one of two moods of their own for about
    nine showings and finishes what is of it, mostly; else skips, mostly. The mood that a video is
    for is drawn, whatever its topic; some videos are shown far more often than others."""
    rng = np.random.Generator(np.random.PCG64(seed))
    mood_of = np.random.Generator(np.random.PCG64(99)).integers(0, moods, size=len(known.ids))
    own = np.random.Generator(np.random.PCG64(98)).integers(0, moods, size=(viewers, 2))
    often = 1 / (4 + rng.permutation(len(known.ids)))
    shown = rng.choice(len(known.ids), size=count, p=often / often.sum())
    now = np.zeros(viewers, dtype=np.int64)
    out = np.zeros(count, dtype=EXAMPLE)
    out["receipt"] = rng.integers(0, 256, size=(count, 32))
    for i in range(count):
        viewer = i % viewers
        now[viewer] ^= rng.random() < 1 / 9
        # Half of what is shown fits, as it would from a feed that knows something.
        if rng.random() < 0.5:
            fits = np.flatnonzero(mood_of == own[viewer, now[viewer]])
            shown[i] = fits[rng.choice(len(fits))]
        is_liked = (mood_of[shown[i]] == own[viewer, now[viewer]]) == (rng.random() < 0.85)
        out["labels"][i, FINISH if is_liked else SKIP] = LABEL_ONE
        out["viewer"][i, :2] = 1, viewer
    out["video"], out["length_ms"] = known.ids[shown], 8000
    return out

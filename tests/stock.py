"""Put a simulated catalogue into a data folder before the service starts on it."""

import json
from pathlib import Path

from plainview.core.catalogue import VideoFacts
from plainview.edge.data_folder import DataFolder
from plainview.edge.sqlite.database import open_to_write
from plainview.sim.world import World, make_world

START_MS = 1_790_000_000_000


def stock(root: Path, *, videos: int, seed: int = 7) -> World:
    """A world of `videos` simulated videos as rows of the database at `root`."""
    folder = DataFolder(root)
    folder.prepare()
    world = make_world(seed, videos=videos, start_ms=START_MS)
    db = open_to_write(folder.database)
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO creators (id, handle, name, created_ms) VALUES (?, ?, ?, ?)",
        [
            (creator, f"c{creator}", f"Creator {creator}", START_MS)
            for creator in sorted({facts.creator for facts in world.videos})
        ],
    )
    db.executemany(
        "INSERT INTO videos (id, creator, caption, tags, topics, language, length_ms, width,"
        " height, has_sound, looks, thumbhash, poster, published_ms, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 540, 960, 1, ?, x'00', ?, ?, ?)",
        [_row(facts, changed) for changed, facts in enumerate(world.videos, 1)],
    )
    db.execute("UPDATE facts SET value = ? WHERE name = 'catalogue_changes'", (len(world.videos),))
    db.execute("COMMIT")
    db.close()
    return world


def _row(facts: VideoFacts, changed: int) -> tuple[object, ...]:
    return (
        facts.id,
        facts.creator,
        facts.caption,
        json.dumps(facts.tags),
        json.dumps([[label.topic, label.labeller] for label in facts.topics]),
        facts.language,
        facts.length_ms,
        facts.looks.to_bytes(8, "big"),
        facts.poster,
        facts.published_ms,
        changed,
    )

"""Put a simulated catalogue into a data folder before the service starts on it."""

import json
import sqlite3
import subprocess
from pathlib import Path

import msgspec
from imageio_ffmpeg import get_ffmpeg_exe

from plainview.core.catalogue import VideoFacts
from plainview.edge.data_folder import DataFolder
from plainview.edge.files import LocalObjects
from plainview.edge.sqlite.database import open_to_write
from plainview.sim.world import World, make_world

START_MS = 1_790_000_000_000
CLIP_MS = 4_000
CLIP_EDGE, CLIP_HEIGHT = 180, 320


def stock(
    root: Path,
    *,
    videos: int,
    seed: int = 7,
    is_playable: bool = False,
    start_ms: int = START_MS,
) -> World:
    """A world of `videos` simulated videos as rows of the database at `root`.

    Rows alone, unless `is_playable`: then each has a rendition that really plays, the same tiny
    MP4 for all of them, and all are as long as it is. They were published before `start_ms`.
    """
    folder = DataFolder(root)
    folder.prepare()
    world = make_world(seed, videos=videos, start_ms=start_ms)
    if is_playable:
        same_length = [msgspec.structs.replace(facts, length_ms=CLIP_MS) for facts in world.videos]
        world = msgspec.structs.replace(world, videos=tuple(same_length))
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
    if is_playable:
        _add_clip(db, folder, world)
    db.execute("UPDATE facts SET value = ? WHERE name = 'catalogue_changes'", (len(world.videos),))
    db.execute("COMMIT")
    db.close()
    return world


def _add_clip(db: sqlite3.Connection, folder: DataFolder, world: World) -> None:
    clip = _draw_clip(folder.root / "clip.mp4")
    size_bytes = clip.stat().st_size
    digest = LocalObjects(folder.objects).put_file(clip)
    db.execute(
        "INSERT INTO objects (digest, kind, size_bytes, made_ms) VALUES (?, 'rendition', ?, ?)",
        (digest, size_bytes, START_MS),
    )
    db.executemany(
        "INSERT INTO renditions (video, short_edge, width, height, size_bytes, object, made_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (facts.id, CLIP_EDGE, CLIP_EDGE, CLIP_HEIGHT, size_bytes, digest, START_MS)
            for facts in world.videos
        ],
    )


def _draw_clip(path: Path) -> Path:
    """Moving squares for CLIP_MS, small enough that many browsers play it at once."""
    size = f"{CLIP_EDGE}x{CLIP_HEIGHT}"
    subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=6",
         "-t", str(CLIP_MS / 1000), "-c:v", "libx264", "-pix_fmt", "yuv420p",
         "-movflags", "+faststart", str(path)],
        check=True,
    )  # fmt: skip
    return path


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

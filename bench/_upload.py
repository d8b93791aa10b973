"""One upload as a creator's browser sends it, and what became of it, by the service's own times."""

import sqlite3
import time
from base64 import b64encode
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from plainview.edge.data_folder import DataFolder
from tests.live import LiveService

TUS = {"tus-resumable": "1.0.0"}


@dataclass
class Upload:
    """`sent_ms`: when its last bytes were acknowledged."""

    id: str
    sent_ms: int


@dataclass
class Outcome:
    """Seconds from `Upload.sent_ms`; None: not yet."""

    playable_s: float | None
    in_epoch_s: float | None
    whole_s: float | None


def send(service: LiveService, clip: bytes, *, name: str) -> Upload:
    """Become a creator and send `clip`."""
    creator = service.viewer()
    body = {"name": name, "handle": f"{name}.{creator.viewer[:8]}"}
    creator.http.put("/api/v1/me", json=body).raise_for_status()
    words = ",".join(
        f"{key} {b64encode(text.encode()).decode()}"
        for key, text in (("filename", f"{name}.mp4"), ("caption", "A clip made for it"))
    )
    headers = {**TUS, "upload-length": str(len(clip)), "upload-metadata": words}
    where = creator.http.post("/api/v1/uploads", headers=headers).raise_for_status()
    patch = {**TUS, "content-type": "application/offset+octet-stream", "upload-offset": "0"}
    location = where.headers["location"]
    creator.http.patch(location, headers=patch, content=clip, timeout=120).raise_for_status()
    return Upload(id=location.rsplit("/", 1)[1], sent_ms=time.time_ns() // 1_000_000)


def outcome(root: Path, upload: Upload) -> Outcome:
    """How far it is."""
    with closing(read(root)) as db:
        found = db.execute(
            "SELECT uploads.stage, refusal, published_ms, promises.changed,"
            " (SELECT finished_ms FROM jobs WHERE subject = uploads.id AND stage = 'done')"
            " FROM uploads LEFT JOIN videos ON videos.upload = uploads.id"
            " LEFT JOIN promises ON promises.upload = uploads.id WHERE uploads.id = ?",
            (upload.id,),
        ).fetchone()
        assert found is not None, "it was acknowledged"
        stage, refusal, published_ms, changed, whole_ms = found
        if stage == "refused":
            raise AssertionError(f"the clip was refused: {refusal}")
        (served_ms,) = db.execute(
            "SELECT min(served_ms) FROM epochs WHERE changed >= ?", (changed,)
        ).fetchone()
    seconds = [
        None if ms is None else (ms - upload.sent_ms) / 1e3
        for ms in (published_ms, served_ms if changed else None, whole_ms)
    ]
    return Outcome(*seconds)


def read(root: Path) -> sqlite3.Connection:
    """The database of a data folder, to look at."""
    return sqlite3.connect(f"file:{DataFolder(root).database}?mode=ro", uri=True)

"""After the kills: whether all that was acknowledged is there, whole, and nothing besides."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from plainview.app.http.shapes import GONE
from plainview.app.wire import Wired, source_tree
from plainview.audit.evidence import SignedReceipt
from plainview.audit.replay import replay_many
from plainview.core.catalogue import bound_epoch
from plainview.core.events import extend, genesis
from plainview.core.receipts import check_chain
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, VideoId
from plainview.edge.data_folder import DataFolder
from plainview.edge.files import PART
from plainview.edge.sqlite.check_reads import SqliteCheckReads
from plainview.flows.read_epoch import read_leaves, read_rows
from plainview.flows.verify_log import verify_log
from tests.e2e import media_samples
from tests.fault.kill_load import Operator, Sent, Swiper, Tus, Uploader
from tests.live import LiveViewer

NAMED = (
    "SELECT digest FROM policies UNION SELECT digest FROM weights"
    " UNION SELECT avatar FROM creators WHERE avatar IS NOT NULL"
    " UNION SELECT object FROM renditions AS r WHERE NOT EXISTS"
    " (SELECT 1 FROM decisions AS d WHERE d.video = r.video AND action = 'withdraw')"
    " UNION SELECT poster FROM videos AS v WHERE upload IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM decisions AS d WHERE d.video = v.id AND action = 'withdraw')"
)


def audit_swiper(swiper: Swiper) -> None:
    """What the client kept is what the service has, and nothing came twice."""
    viewer = swiper.viewer
    viewer.check_chain()
    session = viewer.http.post("/api/v1/session").json()
    assert session["viewer"] == viewer.viewer
    assert session["next_number"] == viewer.number
    assert session["events"] == {"n": viewer.n, "head": viewer.head}
    assert len(viewer.receipts) >= 3, "there was no load"
    assert len(swiper.shown) == len(set(swiper.shown)), "a video came twice"


class MediaAudit:
    """Whether uploads ended as they must and what is published can be played."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._decoded: set[str] = set()

    def check_uploads(self, uploader: Uploader) -> None:
        """Each upload is whole, has ended, and its video plays or, withdrawn, is gone."""
        for sent in uploader.sent:
            Tus.check_offset(uploader, sent)
            assert sent.acknowledged_bytes == len(sent.data)
            assert sent.state is not None, f"{sent.where} never ended"
            if sent.edges:
                self._check_video(uploader.viewer, sent, sent.state["video"])

    def _check_video(self, viewer: LiveViewer, sent: Sent, video: str) -> None:
        if sent.is_withdrawn:
            for name in ("poster.jpg", *(f"{edge}.mp4" for edge in sent.edges)):
                assert viewer.http.get(f"/media/{video}/{name}").status_code == 410
            return
        found = viewer.http.get(f"/api/v1/videos/{video}").raise_for_status().json()
        forms = {form["short_edge"]: form for form in found["renditions"]}
        assert tuple(sorted(forms)) == sent.edges, (video, sorted(forms))
        for form in forms.values():
            answer = viewer.http.get(form["url"], headers={"range": "bytes=0-"})
            size = form["size_bytes"]
            assert answer.status_code == 206
            assert answer.headers["content-range"] == f"bytes 0-{size - 1}/{size}"
            self._check_file(answer.content, size, answer.headers["etag"])
        assert viewer.http.get(found["poster"]).content[:2] == b"\xff\xd8"

    def _check_file(self, data: bytes, size: int, etag: str) -> None:
        """Whole, as its name says, its index complete and in front; every frame decodes."""
        digest = sha256(data).hexdigest()
        assert (len(data), etag.strip('"')) == (size, digest[:32])
        if digest in self._decoded:
            return
        boxes = list(_boxes(data))
        assert sum(length for _, length in boxes) == size, boxes
        names = [name for name, _ in boxes]
        assert names.index(b"moov") < names.index(b"mdat")
        path = self._folder / f"{digest}.mp4"
        path.write_bytes(data)
        said = media_samples.ffmpeg(
            "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"
        )  # fmt: skip
        assert said == "", said
        self._decoded.add(digest)

    @property
    def files(self) -> int:
        """Different files that were decoded to their end."""
        return len(self._decoded)


def _boxes(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Name and length of each box of an MP4's top level."""
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        assert length >= 8, f"a broken box at {at}"
        yield data[at + 4 : at + 8], length
        at += length


def audit_removals(operator: Operator) -> None:
    """Every acknowledged removal holds, every acknowledged restoring too."""
    for videos, status in ((operator.removed, 410), (operator.restored, 200)):
        for video in videos[:20]:
            assert operator.viewer.http.get(f"/api/v1/videos/{video}").status_code == status


class FolderAudit:
    """The stopped service's folder, read to its end."""

    def __init__(self, root: Path) -> None:
        with DataFolder(root).held():
            pass  # As the next start does: parts of files that a killed process left are cleared.
        self.wired = Wired(DataFolder(root))
        self.reads = self.wired.reads

    def check_chains(self) -> None:
        """Every viewer's events and receipts are a chain from the first to the head."""
        for (viewer,) in self.reads.db.execute("SELECT id FROM viewers").fetchall():
            found = self.reads.chain_after(viewer, 0)
            assert found is not None
            head, events = found
            folded = genesis(viewer)
            for event in events:
                folded = extend(folded, event)
            assert (head.n, head.head) == (len(events), folded)
            issued = self.reads.last_receipts(viewer, 100_000)
            check_chain([one.receipt for one in reversed(issued)])
            assert len(issued) == head.number

    def check_epochs(self, removed: Iterable[int]) -> int:
        """Every epoch opens to its root and names the root before; the last one knows all that was
        removed. How many there are."""
        newest = self.reads.newest_epoch()
        assert newest is not None
        known, previous = None, NO_DIGEST
        for number in range(1, newest.number + 1):
            record = self.reads.epoch(number)
            assert record is not None, f"epoch {number} is missing"
            rows = read_rows(record, reads=self.reads, files=self.wired.epoch_files, known=known)
            epoch, _ = bound_epoch(record.header, rows, record.root)
            assert epoch.header.previous_root == previous, f"epoch {number} follows another"
            assert read_leaves(record, reads=self.reads, files=self.wired.epoch_files)
            known, previous = (number, epoch.rows), epoch.root
        flags = dict(zip(epoch.rows["id"].tolist(), epoch.rows["flags"].tolist(), strict=True))
        assert [video for video in removed if not flags[video] & GONE] == []
        return newest.number

    def check_database(self) -> None:
        """SQLite finds nothing wrong; each video's upload is published, and the other way round."""
        (broken,) = self.reads.db.execute("PRAGMA integrity_check").fetchone()
        assert broken == "ok"
        half = self.reads.db.execute(
            "SELECT u.id, u.stage, v.id FROM uploads AS u LEFT JOIN videos AS v ON v.upload = u.id"
            " WHERE (u.stage = 'published') <> (v.id IS NOT NULL)"
        ).fetchall()
        assert half == [], "half published"
        bare = self.reads.db.execute(
            "SELECT id FROM videos WHERE upload IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM renditions WHERE video = videos.id)"
        ).fetchall()
        assert bare == [], "published without a rendition"

    def check_log(self) -> int:
        """What others see of the log verifies from end to end, and the newest epoch is in it. How
        many entries there are."""
        facts = verify_log(
            reads=self.wired.log_reads, serving=self.reads, files=self.wired.log_files,
            keys=self.wired.publisher().keys,
        )  # fmt: skip
        assert facts.shown > 0
        return facts.entries

    def check_files(self) -> int:
        """Every object that is named is there with its bytes, and no other; no upload that ended
        has anything on disk. How many objects there are."""
        objects = self.wired.folder.objects
        found = {path.parent.name + path.name: path for path in objects.glob("*/*")}
        named = {digest for (digest,) in self.reads.db.execute(NAMED)}
        tree = source_tree()
        named |= {*tree.files, digest_of(tree.listing)}
        for (document,) in self.reads.db.execute("SELECT document FROM trust"):
            named.add(digest_of(document.encode()))
        assert set(found) == named, (set(found) - named, named - set(found))
        for digest, path in found.items():
            assert sha256(path.read_bytes()).hexdigest() == digest
        kept = {path.name for path in self.wired.folder.uploads.iterdir()}
        for upload in kept:
            record = self.reads.upload(upload)
            assert record is not None, f"the files of {upload} belong to nothing"
            assert record.stage == "receiving", f"{upload} is {record.stage} and left files"
            assert record.received_bytes == 0, f"{upload} is nobody's and has bytes"
        parts = list(self.wired.folder.root.rglob(f"{PART}*"))
        assert parts == [], "parts of files"
        return len(found)

    def replay(self) -> int:
        """Every stored receipt replays to the byte. How many there are."""
        stored = SqliteCheckReads(self.reads).newest_receipts(1_000_000, None)
        signed = [
            SignedReceipt(receipt=one.receipt, signature=one.signature, previous=one.previous)
            for one in stored
        ]
        keys = self.wired.receipt_keys()
        verdicts = replay_many(signed, evidence=self.wired.evidence(), public_keys=keys)
        assert [verdict for verdict in verdicts if not verdict.is_same] == []
        return len(signed)

    def close(self) -> None:
        """Let go of it."""
        self.wired.writer.close()
        self.reads.db.close()


def removed_videos(operator: Operator) -> list[VideoId]:
    """What must be gone from the newest epoch."""
    return [VideoId(video) for video in operator.removed]

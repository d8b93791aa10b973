"""The public log over HTTP, read as a stranger reads it: with nothing but its address."""

import json
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from plainview.core.catalogue import VideoFacts, parse_header, rendition_digest, verify_epoch
from plainview.core.catalogue.facts import RenditionFacts
from plainview.core.history import (
    DecisionTaken,
    EpochFrozen,
    Interval,
    IntervalProof,
    Source,
    check_receipt_logged,
    commitment,
    fold_history,
    parse_entry,
)
from plainview.core.receipts import parse_receipt, receipt_id
from plainview.core.terms.hashing import digest_of, leaf_hash, merkle_root
from plainview.core.terms.ids import CreatorId, Digest, VideoId
from plainview.core.tlog import (
    TileReader,
    check_consistency,
    check_inclusion,
    open_checkpoint,
    parse_vkey,
)
from plainview.edge.writer.client import WriterClient
from plainview.ports.intake import DecideVideo
from tests.live import LiveService, LiveViewer
from tests.stock import stock

LOGGED_S = 60.0
"""What a service does beside serving, in a second on a machine that has nothing else to do."""


class Stranger:
    """Knows an address, and believes what it can check."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.key = parse_vkey(self.json("/api/v1/log")["vkey"])

    def get(self, path: str, status: int = 200, **headers: str) -> httpx.Response:
        answer = httpx.get(f"{self.base}{path}", headers=headers)
        assert answer.status_code == status, (path, answer.text)
        return answer

    def json(self, path: str, status: int = 200) -> Any:
        return self.get(path, status).json()

    def _fetch(self, path: str) -> bytes | None:
        answer = httpx.get(f"{self.base}/tlog/{path}")
        return answer.content if answer.status_code == 200 else None

    def tree(self) -> TileReader:
        """The tree of the checkpoint, once its signature was checked."""
        note = self.get("/tlog/checkpoint").content
        head = open_checkpoint(note, [self.key]).checkpoint
        return TileReader(size=head.size, root=head.root, fetch=self._fetch)

    def entries(self) -> list[Any]:
        """All entries under the checkpoint, from bundles that its root binds."""
        tree = self.tree()
        bundles = [tree.bundle(k) for k in range((tree.size + 255) // 256)]
        return [parse_entry(body) for bundle in bundles for body in bundle]

    def proof(self, receipt: bytes) -> dict[str, Any]:
        """The receipt's proof, which is due within seconds."""
        until = time.monotonic() + LOGGED_S
        while True:
            answer = httpx.get(f"{self.base}/api/v1/receipts/{receipt_id(receipt)}/proof")
            if answer.status_code == 200:
                found: dict[str, Any] = answer.json()
                return found
            assert answer.status_code == 409, answer.text
            assert answer.json()["error"]["code"] == "not_logged_yet"
            assert time.monotonic() < until, "the receipt was not logged"
            time.sleep(0.05)

    def file(self, digest: str) -> bytes:
        """A file of the source, which is stored while the service is served from already."""
        until = time.monotonic() + LOGGED_S
        while (answer := httpx.get(f"{self.base}/tlog/objects/{digest}")).status_code == 404:
            assert time.monotonic() < until, f"{digest} was not stored"
            time.sleep(0.05)
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    root = tmp_path_factory.mktemp("log")
    stock(root, videos=60)
    with LiveService(root, web=1) as service:
        yield service


@pytest.fixture(scope="module")
def viewer(service: LiveService) -> LiveViewer:
    """One who has been served three slates."""
    viewer = service.viewer()
    for _ in range(3):
        viewer.slate()
    return viewer


@pytest.fixture
def stranger(service: LiveService, viewer: LiveViewer) -> Stranger:
    return Stranger(service.base)


def test_every_receipt_is_proven_to_be_in_the_log(stranger: Stranger, viewer: LiveViewer) -> None:
    """Each receipt's salt and path lead to its interval's root, and the interval's entry to the
    root that the log signed; the receipt says that its release is logged."""
    for receipt, _ in viewer.receipts:
        found = stranger.proof(receipt)
        body = stranger.json(f"/api/v1/log/inclusion?index={found['entry']}&size={found['size']}")
        entry = b64decode(body["entry"])
        interval = parse_entry(entry)
        assert isinstance(interval, Interval)
        assert found["count"] == interval.receipts.count
        place = IntervalProof(
            salt=bytes.fromhex(found["salt"]), interval=found["interval"], entry=found["entry"],
            index=found["index"], path=tuple(bytes.fromhex(step) for step in found["path"]),
        )  # fmt: skip
        check_receipt_logged(receipt, proof=place, interval=interval)
        tree = stranger.tree()
        path = [b64decode(step) for step in found["proof"]]
        check_inclusion(
            leaf_hash(entry), index=found["entry"], size=found["size"], path=path,
            root=_root_at(stranger, tree, found["size"]),
        )  # fmt: skip
        parsed = parse_receipt(receipt)
        assert parsed.release_state == "logged"


def _root_at(stranger: Stranger, tree: TileReader, size: int) -> bytes:
    bodies = [body for k in range((tree.size + 255) // 256) for body in tree.bundle(k)]
    return merkle_root([leaf_hash(body) for body in bodies[:size]])


def test_what_was_served_stands_in_the_log_in_order(stranger: Stranger, viewer: LiveViewer) -> None:
    """The entries are in lawful order, and hold the epoch, the weights, the policy and the release
    that the receipt names."""
    stranger.proof(viewer.receipts[-1][0])
    entries = stranger.entries()
    history, breaches = fold_history(entries)
    assert breaches == []
    receipt = parse_receipt(viewer.receipts[-1][0])
    logged = history.epoch(receipt.epoch)
    assert logged is not None
    assert logged[1].root == receipt.epoch_root
    assert receipt.weights in history.weights
    assert (receipt.policy, receipt.policy_digest) in history.policies
    assert receipt.release in history.sources
    assert history.hour_commitment(receipt.hour) is not None
    index = stranger.json(f"/api/v1/log/epoch/{receipt.epoch}")["index"]
    assert entries[index] == logged[1]
    assert stranger.json("/api/v1/log/trust/1")["index"] == 0
    assert stranger.json("/api/v1/log/epoch/999", 404)["error"]["code"] == "no_such_epoch"


def test_the_log_only_grows(stranger: Stranger, viewer: LiveViewer) -> None:
    """An older checkpoint is consistent with a newer one, by the path that is handed out."""
    old = stranger.tree()
    viewer.slate()
    stranger.proof(viewer.receipts[-1][0])
    new = stranger.tree()
    assert new.size > old.size
    path = stranger.json(f"/api/v1/log/consistency?from={old.size}&to={new.size}")["proof"]
    check_consistency(
        old=old.size, old_root=old.root, new=new.size, new_root=new.root,
        path=[b64decode(step) for step in path],
    )  # fmt: skip
    beyond = stranger.json(f"/api/v1/log/consistency?from=1&to={new.size + 999}", 404)
    assert beyond["error"]["code"] == "outside_log"
    stranger.get(f"/api/v1/log/inclusion?index={new.size + 999}&size={new.size + 1000}", 404)


def test_tiles_are_served_as_files_that_never_change(stranger: Stranger) -> None:
    """Tiles and bundles may be kept for ever, the checkpoint is asked for again; both have a
    validator, are open to any page, and nothing else lies beside them."""
    size = stranger.tree().size
    tile = stranger.get(f"/tlog/tile/0/000.p/{size}")
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert tile.headers["access-control-allow-origin"] == "*"
    assert len(tile.content) == 32 * size
    again = {"if-none-match": tile.headers["etag"]}
    assert stranger.get(f"/tlog/tile/0/000.p/{size}", 304, **again).content == b""
    bundle = stranger.get(f"/tlog/tile/entries/000.p/{size}")
    assert bundle.headers["content-type"] == "application/octet-stream"
    checkpoint = stranger.get("/tlog/checkpoint")
    assert checkpoint.headers["cache-control"] == "no-cache"
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    for path in (
        "tile/0/000", "tile/0/001", "tile/9/000", "tile/0/000.p/256", "tile/0/0",
        "tile/%2e%2e/checkpoint", "tile/entries/x001/000", ".lock", "nothing",
    ):  # fmt: skip
        stranger.get(f"/tlog/{path}", 404)


def test_what_an_entry_names_can_be_had_by_hash(stranger: Stranger, viewer: LiveViewer) -> None:
    """Policy, weights and every file of the source have the hash they are asked for by; what no
    entry names, such as a poster, is not handed out."""
    receipt = parse_receipt(viewer.receipts[0][0])
    for digest in (receipt.policy_digest, receipt.weights):
        assert digest_of(stranger.get(f"/tlog/objects/{digest}").content) == digest
    listing = stranger.get(f"/tlog/objects/{receipt.release}").content
    assert digest_of(listing) == receipt.release
    lines = [line.split(" ") for line in listing.decode().splitlines()]
    (source,) = [entry for entry in stranger.entries() if isinstance(entry, Source)]
    assert source.files == len({digest for _, digest in lines})
    for _, file in lines[::20]:
        assert digest_of(stranger.file(file)) == file
    video = viewer.slate()["videos"][0]["id"]
    poster = stranger.json(f"/tlog/videos/{video}")["poster"]
    stranger.get(f"/tlog/objects/{poster}", 404)
    stranger.get("/tlog/objects/zz", 404)


def test_an_epoch_can_be_had_whole(stranger: Stranger, viewer: LiveViewer) -> None:
    """Header and rows hash to the logged root, the kept leaves too; an epoch nobody froze is not
    there."""
    epochs = [entry for entry in stranger.entries() if isinstance(entry, EpochFrozen)]
    for entry in epochs[-2:]:
        parts = [
            stranger.get(f"/tlog/epochs/{entry.number}/{part}").content
            for part in ("header", "rows", "leaves")
        ]
        epoch = verify_epoch(parts[0], parts[1], Digest(entry.root))
        assert epoch.header.number == entry.number
        leaves = [parts[2][at : at + 32] for at in range(0, len(parts[2]), 32)]
        assert merkle_root(leaves).hex() == entry.root
    stranger.get("/tlog/epochs/999/rows", 404)
    stranger.get(f"/tlog/epochs/{epochs[0].number}/other", 404)
    retention = stranger.json("/tlog/retention")
    assert retention["oldest_epoch"] == epochs[0].number
    assert retention["retention_days"] == 90


def test_a_video_shows_what_its_row_is_made_of(stranger: Stranger, viewer: LiveViewer) -> None:
    """The digest in the epoch's row is that of the facts handed out; a removed video answers 410
    with its reason code."""
    receipt = parse_receipt(viewer.receipts[0][0])
    number = receipt.epoch
    header = stranger.get(f"/tlog/epochs/{number}/header").content
    rows = stranger.get(f"/tlog/epochs/{number}/rows").content
    epoch = verify_epoch(header, rows, receipt.epoch_root)
    assert parse_header(header).number == number
    video = receipt.slate[0].video
    facts = stranger.json(f"/tlog/videos/{video}")
    row = epoch.rows[epoch.rows["id"] == np.uint64(video)][0]
    rebuilt = VideoFacts(
        id=VideoId(int(facts["id"])), creator=CreatorId(int(facts["creator"])),
        published_ms=facts["published_ms"], length_ms=facts["length_ms"],
        caption=b64decode(facts["caption"]).decode(), poster=Digest(facts["poster"]),
        tags=tuple(b64decode(tag).decode() for tag in facts["tags"]),
        renditions=tuple(
            RenditionFacts(short_edge=e, width=w, height=h, size_bytes=s, digest=d)
            for e, w, h, s, d in facts["renditions"]
        ),
    )  # fmt: skip
    assert bytes(row["digest"]).hex() == rendition_digest(rebuilt)
    stranger.get("/tlog/videos/5", 404)


def test_the_words_of_a_decision_can_be_held_against_the_log(
    stranger: Stranger, service: LiveService, viewer: LiveViewer
) -> None:
    """Anyone gets the words and the salt that a decision's entry commits to; of a decision without
    words, or none, 404."""
    video = parse_receipt(viewer.receipts[0][0]).slate[1].video
    writer = WriterClient(service.root / "run" / "writer.sock")
    for action, words in (("remove", "It sells things."), ("restore", "")):
        writer.submit(
            DecideVideo(
                id=f"words {action}", video=video, action=action, author="operator",
                reason_code="spam" if words else "restored", public_reason=words,
                at_ms=time.time_ns() // 1_000_000,
            )
        )  # fmt: skip
    writer.close()
    until = time.monotonic() + LOGGED_S
    while len(taken := [e for e in stranger.entries() if isinstance(e, DecisionTaken)]) < 2:
        assert time.monotonic() < until, "the decisions were not published"
    removed, restored = taken[-2:]
    answer = stranger.get(f"/api/v1/log/reason/{removed.n}")
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    assert found["reason"] == "It sells things."
    salt = bytes.fromhex(found["salt"])
    assert commitment(salt, found["reason"].encode()) == removed.reason
    stranger.get(f"/api/v1/log/reason/{restored.n}", 404)
    stranger.get("/api/v1/log/reason/99", 404)


def point(link: Path, to: Path) -> None:
    """Let `link` lead there from one moment to the next: while nothing was there the publisher, who
    tries again and again, would make a folder of its own."""
    new = link.with_name("new")
    new.symlink_to(to)
    new.replace(link)


def test_a_log_that_stands_still_says_so(tmp_path: Path) -> None:
    """When the log's folder is lost under the running service, /healthz and /api/v1/log say within
    seconds that it stands still; given back, it goes on where it was."""
    stock(tmp_path, videos=20)
    kept, folder, file = tmp_path / "tlog", tmp_path / "folder", tmp_path / "file"
    kept.rename(folder)
    file.write_bytes(b"not a folder")
    point(kept, folder)
    with LiveService(tmp_path, web=1) as service:
        stranger = Stranger(service.base)
        viewer = service.viewer()
        point(kept, file)
        viewer.slate()
        until = time.monotonic() + 15
        while not stranger.json("/api/v1/log")["is_stalled"]:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert "the public log has stood still" in stranger.json("/healthz", 503)["reason"]
        point(kept, folder)
        stranger.proof(viewer.receipts[-1][0])
        assert not stranger.json("/api/v1/log")["is_stalled"]
        service.await_ready()
        assert json.dumps(stranger.json("/api/v1/log")["witnesses"]) == "[]"

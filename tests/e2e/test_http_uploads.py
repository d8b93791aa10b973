"""A video's way in over real HTTP with the real encoder: sent, cut off, resumed, removed."""

import base64
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from plainview.core.catalogue import read_sketch
from plainview.core.media.sound import sound_of
from plainview.core.receipts import UPLOAD_DOMAIN, verify
from plainview.core.terms.hashing import digest_of
from plainview.edge.text_model import find_text_model
from tests.e2e import media_samples
from tests.live import LiveService, LiveViewer
from tests.stock import stock
from tests.tunes import tune_bytes, tune_file

TUS = {"tus-resumable": "1.0.0"}
CHUNK = {**TUS, "content-type": "application/offset+octet-stream"}
DONE_S = 90.0
LET_GO_S = 20.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    root: Path = tmp_path_factory.mktemp("service")
    stock(root, videos=40)
    with LiveService(root) as live:
        yield live


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media_samples.phone(tmp_path_factory.mktemp("clip")).read_bytes()


@pytest.fixture
def ann(service: LiveService) -> LiveViewer:
    """A fresh creator."""
    viewer = service.viewer()
    handle = f"ann.{viewer.viewer[:8]}"
    viewer.http.put("/api/v1/me", json={"name": "Ann", "handle": handle}).raise_for_status()
    return viewer


def metadata(**fields: str) -> str:
    pairs = (f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in fields.items())
    return ",".join(pairs)


def begin(viewer: LiveViewer, size: int, **fields: str) -> str:
    words = metadata(**{"filename": "clip.mp4", "caption": "A clip", **fields})
    answer = viewer.http.post(
        "/api/v1/uploads", headers={**TUS, "upload-length": str(size), "upload-metadata": words}
    )
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def send(viewer: LiveViewer, where: str, data: bytes, *, at: int) -> httpx.Response:
    # A piece may be refused before its body was read, and who refuses so hangs up.
    headers = {**CHUNK, "upload-offset": str(at), "connection": "close"}
    return viewer.http.patch(where, headers=headers, content=data)


def send_on(viewer: LiveViewer, where: str, data: bytes, *, at: int) -> httpx.Response:
    """Send as soon as the request before, whose bytes are here and which was cut off, has let go of
    the upload."""
    until = time.monotonic() + LET_GO_S
    while (answer := send(viewer, where, data, at=at)).status_code == 423:
        assert time.monotonic() < until, f"{where} is still being written"
        time.sleep(0.05)
    return answer


def offset(viewer: LiveViewer, where: str) -> int:
    answer = viewer.http.head(where, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def outcome(viewer: LiveViewer, where: str) -> dict[str, Any]:
    """The state once it is published or refused."""
    until = time.monotonic() + DONE_S
    while time.monotonic() < until:
        state: dict[str, Any] = viewer.http.get(f"{where}/state").raise_for_status().json()
        if state["stage"] in ("published", "refused"):
            return state
        time.sleep(0.1)
    raise AssertionError(f"not finished in {DONE_S} s: {state}")


def wait_until_gone(path: Path) -> None:
    """Return once nothing is there."""
    until = time.monotonic() + DONE_S
    while path.exists():
        assert time.monotonic() < until, f"{path} is still there after {DONE_S} s"
        time.sleep(0.05)


def cut_off(service: LiveService, viewer: LiveViewer, where: str, data: bytes, *, at: int) -> None:
    """Send `data` of a longer request and hang up."""
    host, port = service.base.removeprefix("http://").split(":")
    cookies = "; ".join(f"{name}={value}" for name, value in viewer.http.cookies.items())
    head = (
        f"PATCH {where} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nx-plainview: 1\r\n"
        f"Tus-Resumable: 1.0.0\r\nUpload-Offset: {at}\r\nContent-Length: {len(data) * 2}\r\n"
        "Content-Type: application/offset+octet-stream\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + data)
        time.sleep(0.2)


def test_an_upload_survives_a_cut_and_a_killed_worker_and_plays(
    service: LiveService, ann: LiveViewer, clip: bytes
) -> None:
    """Cut off in the middle, resumed at the kept byte, its worker killed: it is published whole."""
    half = len(clip) // 2
    where = begin(ann, len(clip), tags="one,two", topics="street-music")
    cut_off(service, ann, where, clip[:half], at=0)
    until = time.monotonic() + 20
    while offset(ann, where) < half and time.monotonic() < until:
        time.sleep(0.05)
    assert offset(ann, where) == half
    assert send(ann, where, clip, at=0).status_code == 409
    answer = send_on(ann, where, clip[half:], at=half)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(clip)))
    os.kill(service.pids()["worker"], signal.SIGKILL)
    state = outcome(ann, where)
    assert state["stage"] == "published", state
    receipt = state["receipt"].encode()
    verify(
        receipt, signature=base64.b64decode(state["signature"]),
        public_key=base64.b64decode(ann.public_key), domain=UPLOAD_DOMAIN,
    )  # fmt: skip
    assert f'"digest":"{digest_of(clip)}"' in state["receipt"]
    video = ann.http.get(f"/api/v1/videos/{state['video']}").raise_for_status().json()
    assert (video["caption"], video["tags"], video["topics"]) == (
        "A clip", ["one", "two"], ["street-music"],
    )  # fmt: skip
    check_media(ann, video)
    check_turn(ann, state["video"])
    check_editing_and_withdrawing(service, ann, state["video"])


def check_turn(ann: LiveViewer, video: str) -> None:
    """Its creator reads whose turn it is, a moment after the video is in an epoch."""
    until = time.monotonic() + 20
    queue = ann.http.get("/api/v1/me/queue").raise_for_status().json()
    while not queue["turns"] and time.monotonic() < until:
        time.sleep(0.2)
        queue = ann.http.get("/api/v1/me/queue").raise_for_status().json()
    (turn,) = queue["turns"]
    assert (turn["video"], turn["owed"]) == (video, queue["audience"])
    assert f"Place {turn['place']} of {queue['waiting']}" in turn["words"]


def check_media(viewer: LiveViewer, video: dict[str, Any]) -> None:
    """Ranges, validators and what cannot be had."""
    get, url = viewer.http.get, video["renditions"][0]["url"]
    whole = get(url)
    size = video["renditions"][0]["size_bytes"]
    assert (whole.status_code, len(whole.content)) == (200, size)
    assert "immutable" in whole.headers["cache-control"]
    for asked, span in {
        "bytes=0-": (0, size), "bytes=10-19": (10, 20), "bytes=-7": (size - 7, size),
        f"bytes={size - 1}-{size + 9}": (size - 1, size),
    }.items():  # fmt: skip
        part = get(url, headers={"range": asked})
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {span[0]}-{span[1] - 1}/{size}"
        assert part.content == whole.content[span[0] : span[1]]
    assert get(url, headers={"range": f"bytes={size}-"}).status_code == 416
    assert get(url, headers={"range": "bytes=0-1,4-5"}).status_code == 200
    tag = whole.headers["etag"]
    assert get(url, headers={"if-none-match": tag}).status_code == 304
    other = {"range": "bytes=0-1", "if-range": '"other"'}
    assert get(url, headers=other).status_code == 200
    head = viewer.http.head(url)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")
    assert get(video["poster"]).content[:2] == b"\xff\xd8"
    assert get(video["creator"]["avatar"]).content[:4] == b"\x89PNG"
    assert get(f"/media/{video['id']}/361.mp4").status_code == 404
    assert get("/media/999999/360.mp4").status_code == 404


def check_editing_and_withdrawing(service: LiveService, ann: LiveViewer, video: str) -> None:
    """The creator alone changes and withdraws; then it is gone from the page and the media."""
    path, ben = f"/api/v1/videos/{video}", service.viewer()
    assert ben.http.patch(path, json={"caption": "Mine"}).status_code == 403
    assert ben.http.delete(path).status_code == 403
    edited = ann.http.patch(path, json={"caption": " New   words "}).raise_for_status().json()
    assert (edited["caption"], edited["tags"]) == ("New words", ["one", "two"])
    handle = edited["creator"]["handle"]
    page = ben.http.get(f"/api/v1/creators/{handle}").raise_for_status().json()
    assert [one["id"] for one in page["videos"]] == [video]
    assert ann.http.delete(path).status_code == 200
    time.sleep(0.2)
    assert ben.http.get(f"/media/{video}/360.mp4").status_code == 410
    assert ben.http.get(path).status_code == 410
    assert ben.http.get(f"/api/v1/creators/{handle}").json()["videos"] == []


def test_what_it_sounds_like_and_what_it_says_are_published(
    ann: LiveViewer, tmp_path: Path
) -> None:
    """A video's public facts hold the sketch of its sound, and the meaning of its words with the
    digest of the model that the text extra brought."""
    source = tmp_path / "tune.mp4"
    picture = media_samples.PICTURE.format(size="180x320", rate=12, s=4)
    media_samples.ffmpeg(
        *("-v", "error", "-f", "lavfi", "-i", picture),
        *("-i", str(tune_file(tmp_path / "tune.wav", 1, s=4)), *media_samples.FAST),
        *("-shortest", str(source)),
    )
    data = source.read_bytes()
    where = begin(ann, len(data), caption="Kittens asleep in a basket", tags="nap")
    send(ann, where, data, at=0).raise_for_status()
    video = outcome(ann, where)["video"]
    facts = ann.http.get(f"/tlog/videos/{video}").raise_for_status().json()
    sound = read_sketch(bytes.fromhex(facts["sound"]))
    tune = sound_of(tune_bytes(1, s=4))
    assert sum(a * b for a, b in zip(sound, tune, strict=True)) > 256 * 256 // 2
    model = find_text_model("auto")
    assert model is not None
    assert facts["meaning_by"] == model.digest
    assert read_sketch(bytes.fromhex(facts["meaning"])) == model.read(
        "kittens asleep in a basket nap"
    )


def test_what_is_no_video_is_refused_and_leaves_nothing(
    service: LiveService, ann: LiveViewer
) -> None:
    """The creator reads the reason; neither row of a video nor a file stays. The files go after
    the answer is kept, so that a worker that dies between the two does not lose the reason."""
    text = b"Dear all, this is not a video. " * 40
    where = begin(ann, len(text))
    assert send(ann, where, text, at=0).status_code == 204
    state = outcome(ann, where)
    assert (state["stage"], state["video"]) == ("refused", None)
    assert state["reason"]["code"] == "not_a_video"
    wait_until_gone(service.root / "uploads" / state["id"])
    mine = ann.http.get("/api/v1/me").json()
    assert (mine["videos"], mine["uploads"][0]["stage"]) == ([], "refused")


def test_creation_with_the_first_bytes(ann: LiveViewer) -> None:
    """A POST may carry the beginning; HEAD then says how much is here."""
    headers = {**CHUNK, "upload-length": "100", "upload-metadata": metadata(filename="a")}
    answer = ann.http.post("/api/v1/uploads", headers=headers, content=b"x" * 30)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "30")
    assert offset(ann, answer.headers["location"]) == 30


def test_cancelling_forgets(service: LiveService, ann: LiveViewer) -> None:
    """A cancelled upload is gone with its bytes; asking again says so."""
    where = begin(ann, 100)
    send(ann, where, b"x" * 50, at=0)
    assert ann.http.delete(where, headers=TUS).status_code == 204
    assert ann.http.head(where, headers=TUS).status_code == 404
    assert not (service.root / "uploads" / where.rsplit("/", 1)[1]).exists()


def test_an_upload_is_its_viewers_own(service: LiveService, ann: LiveViewer) -> None:
    """Another session neither sees nor feeds it."""
    where, ben = begin(ann, 100), service.viewer()
    assert ben.http.head(where, headers=TUS).status_code == 404
    assert send(ben, where, b"x", at=0).status_code == 404
    assert ben.http.get(f"{where}/state").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"tus-resumable": "0.2.2"}, 412, "tus_version"),
        ({"upload-length": "0"}, 400, "empty_file"),
        ({"upload-length": "-5"}, 400, "bad_upload"),
        ({"upload-length": "1000000001"}, 413, "too_big"),
        ({"upload-metadata": "caption not!base64"}, 400, "bad_upload"),
        ({"upload-metadata": metadata(caption="x" * 301)}, 400, "bad_words"),
        ({"upload-metadata": metadata(topics="Ü")}, 400, "bad_words"),
        ({"x-plainview": "0"}, 403, "csrf"),
    ],
)
def test_bad_beginnings(ann: LiveViewer, changes: dict[str, str], status: int, code: str) -> None:
    """Each is refused with its code and what to do, before anything is kept."""
    headers = {**TUS, "upload-length": "9", "upload-metadata": "", **changes}
    answer = ann.http.post("/api/v1/uploads", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["what_to_do"]


def test_only_creators_upload(service: LiveService) -> None:
    """A viewer without a page is told to make one; a taken handle is refused."""
    viewer, other = service.viewer(), service.viewer()
    answer = viewer.http.post("/api/v1/uploads", headers={**TUS, "upload-length": "9"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "no_creator")
    for asker, status in ((viewer, 200), (other, 409), (viewer, 200)):
        body = {"name": "Zed", "handle": "Zed.Zed"}
        assert asker.http.put("/api/v1/me", json=body).status_code == status


def test_the_server_says_what_of_tus_it_speaks(service: LiveService) -> None:
    """OPTIONS names version, extensions and the largest size."""
    answer = httpx.options(f"{service.base}/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert "termination" in answer.headers["tus-extension"]
    assert answer.headers["tus-max-size"] == "1000000000"


def test_more_bytes_than_announced_are_refused(ann: LiveViewer) -> None:
    """The surplus is not kept, and a wrong media type is not read at all."""
    where = begin(ann, 10)
    answer = ann.http.patch(where, headers={**TUS, "upload-offset": "0"}, content=b"x")
    assert answer.status_code == 415
    assert send(ann, where, b"x" * 11, at=0).status_code == 400


def test_the_operators_page_is_the_operators(service: LiveService) -> None:
    """The link works once; others are turned away; the operator sees jobs and finds videos."""
    link = service.output[1].split()[2]
    assert service.viewer().http.get("/api/v1/operator/overview").status_code == 403
    with httpx.Client(base_url=service.base, headers={"x-plainview": "1"}, timeout=60) as operator:
        answer = operator.get(link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/operator")
        assert httpx.get(link).status_code == 403
        overview = operator.get("/api/v1/operator/overview").raise_for_status().json()
        assert overview["videos"]["published"] >= 40
        assert (overview["invented_viewers"], overview["invented_events_per_min"]) == (None, None)
        assert operator.get("/api/v1/operator/jobs").status_code == 200
        queue = operator.get("/api/v1/operator/queue").raise_for_status().json()
        assert min(queue["waiting"], 20) == len(queue["turns"])
        assert [turn["place"] for turn in queue["turns"]] == list(range(1, 1 + len(queue["turns"])))
        assert service.viewer().http.get("/api/v1/operator/queue").status_code == 403
        found = operator.get("/api/v1/operator/videos", params={"query": "1"}).json()
        assert found["videos"]
        assert "spam" in found["reason_codes"]
        video = next(one["id"] for one in found["videos"] if not one["is_removed"])
        path = f"/api/v1/operator/videos/{video}"
        bad = operator.post(f"{path}/remove", json={"reason_code": "because"})
        assert (bad.status_code, bad.json()["error"]["code"]) == (400, "bad_words")
        operator.post(f"{path}/remove", json={"reason_code": "spam"}).raise_for_status()
        assert service.viewer().http.get(f"/api/v1/videos/{video}").status_code == 410
        operator.post(f"{path}/restore").raise_for_status()
        assert service.viewer().http.get(f"/api/v1/videos/{video}").status_code == 200

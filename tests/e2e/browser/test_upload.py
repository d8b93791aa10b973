"""A clip of one's own: sent with a broken connection, played, removed, gone."""

import re
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import await_playing, now_playing, open_feed
from tests.live import LiveService

GONE_MS = 1_000


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of landscape video with sound, about 3 MB, as a phone would record it."""
    out: Path = tmp_path_factory.mktemp("clip") / "my holiday.mp4"
    subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "mandelbrot=size=1280x720:rate=30",
         "-f", "lavfi", "-i", "sine=frequency=330", "-t", "6", "-c:v", "libx264", "-preset",
         "ultrafast", "-b:v", "4M", "-pix_fmt", "yuv420p", "-c:a", "aac", str(out)],
        check=True,
    )  # fmt: skip
    return out


def become_creator(page: Page) -> None:
    """Give a name, on the way to the upload page."""
    page.goto("/upload")
    page.get_by_label("Name", exact=True).fill("Ada of the Tests")
    page.get_by_label("Handle").fill(f"ada{time.time_ns() % 10**9}")
    page.get_by_role("button", name="Continue").click()


def send_with_a_broken_connection(page: Page, clip: Path, *, caption: str) -> None:
    """Send `clip` slowly, lose the connection half way, and get it back."""
    page.get_by_label("Video file").set_input_files(clip)
    page.get_by_label("Caption").fill(caption)
    wire = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 600_000}
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("button", name="Upload", exact=True).last.click()
    meter = page.get_by_role("progressbar", name="Sent")
    expect(meter).to_have_attribute("aria-valuenow", pattern_between(10, 89))
    wire.send("Network.emulateNetworkConditions", {**slow, "offline": True})
    page.wait_for_timeout(1_500)
    wire.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})


def pattern_between(low: int, high: int) -> re.Pattern[str]:
    """A pattern that matches the integers low..high."""
    return re.compile("^(" + "|".join(str(n) for n in range(low, high + 1)) + ")$")


def operator_of(service: LiveService) -> httpx.Client:
    """A client that opened the one-time operator link."""
    link = next(line.split()[2] for line in service.output if line.startswith("Operator link"))
    client = httpx.Client(base_url=service.base, headers={"x-plainview": "1"}, timeout=20)
    client.post("/api/v1/session").raise_for_status()
    assert client.get(link, follow_redirects=True).status_code == 200
    return client


def test_an_upload_plays_and_a_removal_ends_it(
    page: Page, clip: Path, service: LiveService
) -> None:
    """A clip sent over a broken connection plays; removed, it is gone within 1 s, with a reason."""
    open_feed(page)
    become_creator(page)
    send_with_a_broken_connection(page, clip, caption="Half way there, twice.")
    expect(page.get_by_role("link", name="the rules")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Watch it").click()
    playing = await_playing(page, at=0)
    source = playing["source"]
    video = source.split("/")[4]
    assert httpx.get(source, headers={"range": "bytes=0-99"}).status_code == 206

    operator = operator_of(service)
    operator.post(
        f"/api/v1/operator/videos/{video}/remove",
        json={"reason_code": reason(operator), "public_reason": "A test removed it."},
    ).raise_for_status()
    removed = time.monotonic()
    while httpx.get(source).status_code != 410:
        assert (time.monotonic() - removed) * 1000 < GONE_MS, "still played after 1 s"
        time.sleep(0.02)
    time.sleep(max(0.0, GONE_MS / 1000 - (time.monotonic() - removed)))
    viewer = service.viewer()
    for _ in range(6):
        assert video not in {found["id"] for found in viewer.slate(policy="fresh")["videos"]}
    operator.close()
    page.reload()
    page.wait_for_timeout(500)
    now = now_playing(page)
    assert now is None or now["source"].split("/")[4] != video  # the port may hold its digits
    page.goto("/me")
    expect(page.get_by_text("A test removed it.")).to_be_visible()


def reason(operator: httpx.Client) -> str:
    """Any reason code that may be given."""
    codes = operator.get("/api/v1/operator/videos").raise_for_status().json()["reason_codes"]
    return str(next(iter(codes)))


def test_a_file_that_is_no_video_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    """A text file named .mp4 is refused on screen with a reason and what to do."""
    open_feed(page)
    become_creator(page)
    lie = tmp_path / "notes.mp4"
    lie.write_text("Dear diary, this is not a video.\n" * 200)
    page.get_by_label("Video file").set_input_files(lie)
    page.get_by_role("button", name="Upload", exact=True).last.click()
    expect(page.get_by_role("heading", name="Not taken.")).to_be_visible(timeout=60_000)
    expect(page.locator(".why")).to_contain_text("video")


def test_a_topic_that_cannot_be_is_said_beside_its_field(page: Page, clip: Path) -> None:
    """Nothing is sent; one that has a right form is written in it; when it is the server who
    refuses, the form comes back as it was filled."""
    open_feed(page)
    become_creator(page)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/api/v1/uploads" in one.url else None)
    page.get_by_label("Video file").set_input_files(clip)
    page.get_by_label("Caption").fill("Eight bars.")
    topic, send = page.get_by_label("Topic"), page.get_by_role("button", name="Upload", exact=True)
    topic.fill("3")
    send.last.click()
    expect(page.get_by_role("alert")).to_contain_text("a letter first.")
    expect(topic).to_be_focused()
    assert asked == []

    refusal = {"code": "bad_words", "message": "Too fond.", "what_to_do": "", "field": "bad_topic"}
    page.route("**/api/v1/uploads", lambda one: one.fulfill(status=400, json={"error": refusal}))
    topic.fill("Colour bars")
    expect(page.get_by_role("alert")).to_be_hidden()
    topic.blur()
    expect(topic).to_have_value("colour-bars")
    send.last.click()
    expect(page.get_by_role("alert")).to_have_text("Too fond.")
    expect(page.get_by_label("Caption")).to_have_value("Eight bars.")
    expect(page.get_by_text(clip.name)).to_be_visible()
    page.unroute("**/api/v1/uploads")
    send.last.click()
    expect(page.get_by_role("link", name="Watch it")).to_be_visible(timeout=120_000)

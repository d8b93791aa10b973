"""Each feed keeps its own column while one sits: what was sent and where one was come back."""

import json
import time
from typing import Any

from playwright.sync_api import Page, Request, Response, Route, expect

from tests.e2e.browser.acts import await_playing, expect_good_seal, flick, open_feed

SWAP_TWO = """
const place = JSON.parse(sessionStorage.getItem('plainview.columns') ?? 'null');
const kept = place?.columns.find((column) => column.policy === 'for-you');
if (kept) {
  [kept.items[0].video, kept.items[1].video] = [kept.items[1].video, kept.items[0].video];
  sessionStorage.setItem('plainview.columns', JSON.stringify(place));
}
"""


class Slates:
    """The slates a page is sent: request numbers, what was asked for, the videos."""

    def __init__(self, page: Page) -> None:
        self.numbers: list[int] = []
        self.policies: list[str] = []
        self.videos: list[list[dict[str, Any]]] = []
        page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.url.endswith("/api/v1/slate") and response.status == 200:
            ask = json.loads(response.request.post_data or "{}")
            self.numbers.append(ask["number"])
            self.policies.append(ask["policy"])
            self.videos.append(response.json()["videos"])

    def sent(self, policy: str) -> list[str]:
        """Ids of the first slate asked for by `policy`."""
        return [video["id"] for video in self.videos[self.policies.index(policy)]]


def video_at(page: Page, at: int) -> str:
    """The id of the video that really plays at place `at`."""
    return str(await_playing(page, at=at)["source"].split("/")[4])


def choose(page: Page, name: str) -> None:
    """Press the tab of a feed, and wait until its column is the one on the screen."""
    tab = page.get_by_role("radio", name=name)
    tab.click()
    expect(tab).to_have_attribute("aria-checked", "true")


def sit_before_two(page: Page) -> Slates:
    """The third video of For you, then the second of Popular."""
    slates = Slates(page)
    open_feed(page)
    for at in (1, 2):
        page.keyboard.press("ArrowDown")
        await_playing(page, at=at)
    choose(page, "Popular")
    await_playing(page, at=0)
    flick(page)
    await_playing(page, at=1)
    return slates


def test_another_feed_costs_nothing_of_the_first(page: Page) -> None:
    """Back in For you the same video plays at the same place, what was sent with it follows and
    what was above it is above; so in Popular. Nothing is asked for, all receipts are one chain."""
    slates = sit_before_two(page)
    mine, popular = slates.sent(""), slates.sent("popular")
    choose(page, "For you")
    assert video_at(page, 2) == mine[2]
    assert [slates.policies.count(name) for name in ("", "popular")] == [1, 1]
    flick(page)
    assert video_at(page, 3) == mine[3]
    choose(page, "Popular")
    assert video_at(page, 1) == popular[1]
    page.keyboard.press("ArrowUp")
    assert video_at(page, 0) == popular[0]
    choose(page, "For you")
    assert video_at(page, 3) == mine[3]
    page.keyboard.press("ArrowUp")
    assert video_at(page, 2) == mine[2]
    expect_good_seal(page)
    assert slates.numbers == list(range(1, len(slates.numbers) + 1))


def test_a_slate_that_comes_too_late_waits_for_its_feed(page: Page) -> None:
    """Who leaves a feed before its slate came finds that slate there, and no other is asked for."""
    slates = Slates(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    open_feed(page)
    page.route("**/api/v1/slate", hold, times=1)
    with page.expect_request("**/api/v1/slate"):
        choose(page, "Popular")
    choose(page, "For you")
    await_playing(page, at=0)
    with page.expect_response("**/api/v1/slate"):
        held[0].continue_()
    expect_good_seal(page)
    choose(page, "Popular")
    assert video_at(page, 0) == slates.sent("popular")[0]
    assert slates.policies.count("popular") == 1


def test_a_reload_brings_every_column_back(page: Page) -> None:
    """After a reload both feeds are where they were, with what was above; their receipts were
    checked again, and no slate is asked for."""
    slates = sit_before_two(page)
    mine, popular = slates.sent(""), slates.sent("popular")
    page.reload()
    assert video_at(page, 1) == popular[1]
    expect_good_seal(page)
    page.keyboard.press("ArrowUp")
    assert video_at(page, 0) == popular[0]
    choose(page, "For you")
    assert video_at(page, 2) == mine[2]
    expect(page.get_by_role("button", name="2 receipts checked, all right").first).to_be_visible()
    assert len(slates.policies) == 2


def test_a_column_that_is_not_as_its_receipt_says_does_not_come_back(page: Page) -> None:
    """Where a kept column names other places than its receipt, that feed begins anew."""
    slates = sit_before_two(page)
    page.add_init_script(SWAP_TWO)
    page.reload()
    await_playing(page, at=1)
    choose(page, "For you")
    await_playing(page, at=0)
    assert slates.policies == ["", "popular", "for-you"]
    expect(page.get_by_role("button", name="2 receipts checked, all right").first).to_be_visible()


def test_a_removed_video_is_not_in_a_kept_column(page: Page) -> None:
    """One that was removed while another feed was on the screen is gone when one comes back, and
    the next takes its place."""
    slates = sit_before_two(page)
    mine = slates.sent("")
    page.route(f"**/media/{mine[2]}/**", lambda route: route.fulfill(status=410))
    choose(page, "For you")
    expect(page.get_by_text("That video was removed")).to_be_visible()
    assert video_at(page, 2) == mine[3]
    page.keyboard.press("ArrowUp")
    assert video_at(page, 1) == mine[1]


def test_a_block_reaches_the_columns_that_are_kept(page: Page) -> None:
    """Who is blocked in one feed comes up no more in another, where their videos were waiting."""
    slates = Slates(page)
    open_feed(page)
    choose(page, "Popular")
    await_playing(page, at=0)
    waiting = [video["creator"]["id"] for video in slates.videos[0]]
    shown = [video["creator"]["id"] for video in slates.videos[1]]
    at = next(at for at, creator in enumerate(shown) if creator in waiting)
    for step in range(1, at + 1):
        page.keyboard.press("ArrowDown")
        await_playing(page, at=step)
    now = page.locator("[role=feed] article:not([inert])")
    now.get_by_role("button", name="More: not interested").click()
    page.get_by_role("dialog").get_by_role("button", name="Block").click()
    expect(page.get_by_text("Blocked @")).to_be_visible()
    choose(page, "For you")
    left = [
        video["id"] for video, creator in zip(slates.videos[0], waiting, strict=True)
        if creator != shown[at]
    ]  # fmt: skip
    assert video_at(page, 0) == left[0]
    page.keyboard.press("ArrowDown")
    assert video_at(page, 1) == left[1]


def test_a_link_costs_nothing_of_the_feed(page: Page) -> None:
    """A video opened from another page comes next, and what was sent follows it."""
    slates = Slates(page)
    open_feed(page)
    with page.expect_response(lambda answer: '"save"' in (answer.request.post_data or "")):
        page.keyboard.press("s")
    page.keyboard.press("ArrowDown")
    await_playing(page, at=1)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Saved and liked").click()
    page.get_by_role("main").locator("li a").click()
    mine = slates.sent("")
    assert video_at(page, 2) == mine[0]
    page.keyboard.press("ArrowDown")
    assert video_at(page, 3) == mine[2]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert video_at(page, 1) == mine[1]
    assert slates.policies == [""]


def test_back_from_a_link_is_where_one_was(page: Page) -> None:
    """A face tapped in the feed opens its page without a new load; and two Backs after a video was
    opened by its link, the one that was left is on the screen and is followed by what was sent."""
    slates = Slates(page)
    open_feed(page)
    mine = slates.sent("")
    page.evaluate("() => { window.isSameLoad = true; }")
    page.locator("article:not([inert]) a.avatar").click()
    expect(page.get_by_role("main").locator("li a").first).to_be_visible()
    page.go_back()
    with page.expect_response(lambda answer: '"save"' in (answer.request.post_data or "")):
        page.keyboard.press("s")
    page.keyboard.press("ArrowDown")
    assert video_at(page, 1) == mine[1]
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Saved and liked").click()
    page.get_by_role("main").locator("li a").click()
    assert video_at(page, 2) == mine[0]
    page.go_back()
    expect(page.get_by_role("main").locator("li a")).to_be_visible()
    page.go_back()
    assert video_at(page, 1) == mine[1]
    page.keyboard.press("ArrowDown")
    assert video_at(page, 2) == mine[2]
    assert page.evaluate("() => window.isSameLoad")


def test_the_address_goes_with_the_screen(page: Page) -> None:
    """A permalink is the address of its video; after a swipe the feed's own is there."""
    slates = Slates(page)
    open_feed(page)
    video = slates.sent("")[3]
    page.goto(f"/v/{video}")
    assert video_at(page, 0) == video
    assert page.evaluate("() => location.pathname") == f"/v/{video}"
    page.keyboard.press("ArrowDown")
    await_playing(page, at=1)
    page.wait_for_function("() => location.pathname === '/'")


def test_a_look_at_another_feed_takes_nothing_from_what_was_watched(page: Page) -> None:
    """A video that one comes back to is watched on: the last report of it, which is the one that
    counts, is of all that was watched."""
    reports: list[int] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/v1/events"):
            events = json.loads(request.post_data or "{}")["events"]
            reports.extend(
                event["ms"] for event in events
                if event["kind"] == "watch" and event["video"] == video
            )  # fmt: skip

    open_feed(page)
    video = video_at(page, 0)
    page.on("request", note)
    await_playing(page, at=0, seconds=2)
    choose(page, "Popular")
    await_playing(page, at=0)
    choose(page, "For you")
    await_playing(page, at=0, seconds=0.1)
    page.keyboard.press("ArrowDown")
    await_playing(page, at=1)
    until = time.monotonic() + 10
    while len(reports) < 2 and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert reports[0] >= 1500
    assert reports[-1] > reports[0]

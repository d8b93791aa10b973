"""The feed in a real browser on the real service."""

import re

from playwright.sync_api import Page, Route, expect

from tests.e2e.browser.acts import await_playing, expect_good_seal, flick, now_playing, open_feed

MOUNTED = """() => [...document.querySelectorAll('[role=feed] article')].map(
  (article) => article.querySelector('.over') !== null)"""
WATCH_THE_LEAVING = f"""() => {{
  const feed = document.querySelector('[role=feed]');
  window.leaving = {{ frames: 0, bare: 0, hasArrived: false }};
  const look = () => {{
    window.leaving.frames += 1;
    window.leaving.bare += !({MOUNTED})()[0];
    if (feed.scrollTop < feed.clientHeight) requestAnimationFrame(look);
    else window.leaving.hasArrived = true;
  }};
  requestAnimationFrame(look);
}}"""
"""Look in each frame until the second clip fills the screen whether the first has its overlay."""
SLOW_TO_VERIFY = """
const importKey = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = async function (...all) {
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return importKey.apply(this, all);
};
"""


def test_ten_videos_really_play(page: Page) -> None:
    """Ten different videos play one after the other, by finger and by keyboard."""
    open_feed(page)
    sources = [await_playing(page, at=0)["source"]]
    for at in range(1, 10):
        if at % 2:
            flick(page)
        else:
            page.keyboard.press("ArrowDown")
        sources.append(await_playing(page, at=at)["source"])
    assert len({source.split("/")[4] for source in sources}) == 10
    expect_good_seal(page)


def test_what_is_swiped_away_stays_until_the_swipe_ended(page: Page) -> None:
    """Plate and buttons of the clip that leaves are there in every frame of the swipe, though the
    next clip has no picture yet; its neighbours are there too."""
    first: list[str] = []

    def let_the_first_through(route: Route) -> None:
        clip = route.request.url.split("/")[4]
        first[:] = first or [clip]
        if clip == first[0] or route.request.resource_type != "media":
            route.continue_()  # the others wait until `unroute`

    page.route("**/media/**", let_the_first_through)
    open_feed(page)
    page.evaluate(WATCH_THE_LEAVING)
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => window.leaving.hasArrived")
    now = now_playing(page)
    assert now is None or not now["is_seen"], "the next clip has a picture: nothing was tested"
    leaving = page.evaluate("window.leaving")
    assert leaving["frames"] > 1
    assert leaving["bare"] == 0
    assert page.evaluate(MOUNTED)[:4] == [True, True, True, True]
    page.unroute("**/media/**")
    await_playing(page, at=1)


def test_a_session_that_cannot_be_had_is_asked_for_again(page: Page) -> None:
    """Without an answer to the first request the app says so, fails in no script even where the
    browser is slow to say what it can verify, and goes on by itself once there is an answer."""
    page.add_init_script(SLOW_TO_VERIFY)
    page.route("**/api/v1/session", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_text("Offline").first).to_be_visible()
    page.unroute("**/api/v1/session")
    await_playing(page, at=0)


def test_why_this_video_gives_numbers(page: Page) -> None:
    """The reasons for a video are words with real numbers beside them."""
    open_feed(page)
    page.get_by_role("button", name="Why this video?").first.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text(re.compile(r"\d"))
    expect(sheet).to_contain_text(re.compile("candidates|considered", re.IGNORECASE))


def test_another_feed_can_be_chosen(page: Page) -> None:
    """Choosing Popular in the feed gives slates whose receipts name that policy, and plays them."""
    open_feed(page)
    with page.expect_response(lambda answer: "/api/v1/slate" in answer.url) as waited:
        page.get_by_role("radio", name="Popular").click()
    assert '\\"policy\\":\\"popular\\"' in waited.value.text()
    await_playing(page, at=0, seconds=1.0)
    flick(page)
    await_playing(page, at=1, seconds=1.0)
    expect_good_seal(page)


def test_a_like_survives_a_reload(page: Page) -> None:
    """What was liked is liked after the page is opened anew at the same video."""
    open_feed(page)
    page.keyboard.press("l")
    liked = page.get_by_role("button", name="Take back your like").first
    expect(liked).to_be_visible()
    video = await_playing(page, at=0)["source"].split("/")[4]
    page.wait_for_timeout(1500)
    page.goto(f"/v/{video}")
    await_playing(page, at=0)
    expect(page.get_by_role("button", name="Take back your like").first).to_be_visible()


def test_offline_is_said_and_mended(page: Page) -> None:
    """Without a connection the app says so, and it goes on by itself afterwards."""
    open_feed(page)
    page.context.set_offline(True)
    expect(page.get_by_text("Offline").first).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Offline")).to_have_count(0)


def test_what_cannot_be_opened_offline_says_so(page: Page) -> None:
    """A sheet that was never open here is no dead button without a connection."""
    open_feed(page)
    await_playing(page, at=0)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.keyboard.press("w")
    expect(page.get_by_text("No answer: this opens when there is one")).to_be_visible()
    page.context.set_offline(False)


def test_a_word_that_could_not_be_shown_does_not_silence_the_next(page: Page) -> None:
    """The part that shows such words may be asked for while nothing answers: no script fails, and
    once there is an answer the next word is seen."""
    for part in ("**/assets/WhySheet-*", "**/assets/Toast-*", "**/healthz"):
        page.route(part, lambda route: route.abort())
    open_feed(page)
    await_playing(page, at=0)
    page.wait_for_load_state("networkidle")
    with page.expect_event("requestfailed", lambda request: "Toast" in request.url):
        page.keyboard.press("w")
    page.unroute("**/assets/Toast-*")
    page.keyboard.press("w")
    expect(page.get_by_text("No answer: this opens when there is one")).to_be_visible()


def test_a_saved_video_is_found_again(page: Page) -> None:
    """What was saved stands on the page of what one kept, from the menu, and opens from there."""
    open_feed(page)
    video = await_playing(page, at=0)["source"].split("/")[4]
    page.keyboard.press("s")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Saved and liked").click()
    kept = page.get_by_role("main").locator("li a")
    expect(kept).to_have_attribute("href", f"/v/{video}")
    kept.click()
    await_playing(page, at=0)
    expect(page.get_by_role("button", name="Remove from saved").first).to_be_visible()


def test_a_reload_goes_on_where_one_was(page: Page) -> None:
    """What was on the screen is there again, what was chosen after it follows, what was before it
    is above, and no other slate is asked for meanwhile; opened anew, the feed begins with another
    slate, and with something else unless nothing is left that was not sent."""
    with page.expect_response("**/api/v1/slate") as first:
        open_feed(page)
    chosen = [video["id"] for video in first.value.json()["videos"]]
    page.keyboard.press("ArrowDown")
    await_playing(page, at=1)
    page.keyboard.press("ArrowDown")
    await_playing(page, at=2)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    shown = [await_playing(page, at=2)["source"].split("/")[4]]
    expect_good_seal(page)
    assert not [url for url in asked if url.endswith("/slate")]
    page.keyboard.press("ArrowDown")
    shown.append(await_playing(page, at=3)["source"].split("/")[4])
    assert shown == chosen[2:4]
    for at in (2, 1):
        page.keyboard.press("ArrowUp")
        assert await_playing(page, at=at)["source"].split("/")[4] == chosen[at]
    page.keyboard.press("w")
    expect(page.get_by_role("dialog").get_by_text("Why this video?")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("No rule chose it")).to_have_count(0)
    with page.expect_response("**/api/v1/slate") as anew:
        open_feed(page)
    first_now = anew.value.json()["videos"][0]
    assert await_playing(page, at=0)["source"].split("/")[4] == first_now["id"]
    assert first_now["id"] not in shown or first_now["is_repeat"]


def test_back_closes_a_sheet_and_leaves_its_page(page: Page) -> None:
    """The browser's Back takes the sheet away and nothing else; a sheet closed otherwise leaves no
    entry behind, so that the next Back leaves the app."""
    open_feed(page)
    sheet = page.get_by_role("dialog")
    page.keyboard.press("w")
    expect(sheet).to_be_visible()
    page.go_back()
    expect(sheet).to_have_count(0)
    await_playing(page, at=0)
    assert page.evaluate("location.pathname") == "/"
    page.keyboard.press("c")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.wait_for_function("() => history.state === null")
    page.go_back()
    assert page.url == "about:blank"


def test_no_sheet_leaves_a_dead_back(page: Page) -> None:
    """After a reload under an open sheet, and after a link followed out of one, each Back leads
    somewhere: to the page under the sheet, and then out of the app."""
    open_feed(page)
    sheet = page.get_by_role("dialog")
    page.get_by_role("button", name="Menu").click()
    expect(sheet).to_be_visible()
    page.reload()
    await_playing(page, at=0)
    expect(sheet).to_have_count(0)
    page.wait_for_function("() => history.state === null")
    page.get_by_role("button", name="Comments").first.click()
    sheet.get_by_role("link", name="Give yourself one").click()
    expect(sheet).to_have_count(0)
    page.wait_for_function("() => location.pathname !== '/'")
    page.go_back()
    await_playing(page, at=0)
    assert page.evaluate("[location.pathname, history.state]") == ["/", None]
    page.go_back()
    assert page.url == "about:blank"


def test_a_page_of_an_older_version_loads_itself_again(page: Page) -> None:
    """A part that the service no longer has is not a dead button: the page is loaded again, on the
    same video, and says why. Without an answer, or under an open sheet, it says so and stays."""
    open_feed(page)
    page.keyboard.press("ArrowDown")
    video = await_playing(page, at=1)["source"].split("/")[4]
    page.wait_for_load_state("networkidle")
    page.route("**/assets/WhySheet-*", lambda route: route.fulfill(status=404))
    page.route("**/healthz", lambda route: route.abort())
    page.keyboard.press("w")
    expect(page.get_by_text("No answer: this opens when there is one")).to_be_visible()
    page.unroute("**/healthz")
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('vite:preloadError'))")
    expect(page.get_by_text("Load this page again when you are done")).to_be_attached()
    page.keyboard.press("Escape")
    with page.expect_event("load"):
        page.keyboard.press("w")
    expect(page.get_by_text("Plainview was updated")).to_be_visible()
    assert await_playing(page, at=1)["source"].split("/")[4] == video
    page.unroute("**/assets/WhySheet-*")


def test_the_address_of_no_video_does_not_stay(page: Page) -> None:
    """Who opens a link to nothing is told so, and what plays instead is not at that address."""
    page.goto("/v/999999")
    expect(page.get_by_text("There is no such video")).to_be_visible()
    await_playing(page, at=0)
    assert page.evaluate("location.pathname") == "/"

"""The feed in a real browser on the real service."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import await_playing, expect_good_seal, flick, open_feed


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

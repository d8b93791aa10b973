"""Comments in a real browser on the real service."""

import re

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.browser.acts import await_playing, expect_good_seal, open_feed


def unsaid(page: Page) -> Locator:
    """Open the feed at a video under which nothing is said; its button for comments."""
    open_feed(page)
    sheet = page.get_by_role("dialog")
    nothing, something = sheet.get_by_text("Nothing said yet."), sheet.get_by_role("listitem").first
    for at in range(1, 8):
        rail = page.locator("article:not([inert])").get_by_role("button", name="Comments")
        rail.click()  # the count on it is that of the last epoch
        expect(nothing.or_(something)).to_be_visible()
        is_unsaid = nothing.is_visible()
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        if is_unsaid:
            return rail
        page.keyboard.press("ArrowDown")
        await_playing(page, at=at)
    raise AssertionError("something is said under each")


def test_what_is_typed_is_said_once_and_never_lost(page: Page) -> None:
    """Typed, closed, reloaded, sent into nothing and sent again: it is there once, counted on the
    rail, chained without a fault; Escape closes the sheet and gives the focus back."""
    rail = unsaid(page)
    rail.click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("Nothing said yet.")).to_be_visible()
    field = sheet.get_by_label("Your comment")
    field.fill("Look at that ")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(rail).to_be_focused()
    rail.click()
    expect(field).to_have_value("Look at that ")
    field.fill("x" * 501)
    expect(sheet.get_by_text("501 / 500 · 1 too many")).to_be_visible()
    expect(sheet.get_by_role("button", name="Send")).to_be_disabled()
    field.fill("Look at that light")

    lost: list[str] = []

    def swallow(route: Route) -> None:
        """The server takes it, and its answer never comes."""
        if route.request.method == "POST":
            lost.append(route.request.post_data or "")
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(re.compile("/comments$"), swallow)
    field.press("Enter")
    expect(sheet.get_by_role("status")).to_contain_text("Your comment is kept here")
    expect(field).to_have_value("Look at that light")
    page.unroute(re.compile("/comments$"))
    field.press("Enter")
    said = sheet.get_by_role("listitem").filter(has_text="Look at that light")
    expect(said).to_have_count(1)
    expect(field).to_have_value("")
    assert len(lost) == 1
    expect(sheet.get_by_role("heading", name="1 comment", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(rail).to_have_text("1")
    page.keyboard.press("ArrowDown")
    expect_good_seal(page)


def expect_seen(line: Locator, words: str) -> None:
    """It says so on the screen, not to a screen reader alone."""
    expect(line).to_have_text(words)
    box = line.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 10


def test_offline_is_over_when_it_is(page: Page) -> None:
    """What could not be sent for want of a connection is asked about once there is one again, and
    is sent then."""
    unsaid(page).click()
    sheet = page.get_by_role("dialog")
    field = sheet.get_by_label("Your comment")
    expect(sheet.get_by_text("Nothing said yet.")).to_be_visible()
    page.context.set_offline(True)
    field.fill("From afar")
    field.press("Enter")
    expect_seen(
        sheet.get_by_role("status"),
        "You are offline. Your comment is kept here; send it when you are back.",
    )
    page.context.set_offline(False)
    expect_seen(sheet.get_by_role("status"), "You are back. Send it?")
    field.press("Enter")
    expect(sheet.get_by_role("listitem").filter(has_text="From afar")).to_be_visible()


def test_one_deletes_ones_own_and_reports_anothers(page: Page) -> None:
    """A comment of somebody else can be reported and not deleted, one's own the reverse."""
    rail = unsaid(page)
    rail.click()
    sheet = page.get_by_role("dialog")
    with page.expect_response(re.compile("/comments")) as read:
        sheet.get_by_label("Your comment").fill("Mine")
        sheet.get_by_label("Your comment").press("Enter")
    video = re.search(r"/videos/(\d+)/", read.value.url)
    assert video is not None
    expect(sheet.get_by_role("listitem").filter(has_text="Mine")).to_be_visible()
    base = page.url.split("/v/")[0].rstrip("/")
    with page.context.browser.new_context(base_url=base) as other:  # type: ignore[union-attr]
        wire = other.request
        headers = {"x-plainview": "1"}
        wire.post("/api/v1/session", headers=headers)
        theirs = wire.post(
            f"/api/v1/videos/{video[1]}/comments", headers=headers,
            data={"text": "Theirs <b>bold</b>", "key": "k1"},
        )  # fmt: skip
        assert theirs.status == 201, theirs.text()
    page.keyboard.press("Escape")
    rail.click()
    one = sheet.get_by_role("listitem").filter(has_text="Theirs <b>bold</b>")
    one.get_by_role("button", name=re.compile("More about")).click()
    expect(one.get_by_role("button", name="Delete")).to_have_count(0)
    one.get_by_role("button", name="Report").click()
    expect(one.get_by_role("heading", name="What is wrong with it?")).to_be_visible()
    one.get_by_role("button", name="Cancel").click()
    one.get_by_role("button", name=re.compile("More about")).click()
    one.get_by_role("button", name="Report").click()
    one.get_by_role("button", name="It is spam or a scam").click()
    expect_seen(sheet.get_by_role("status"), "Reported. Thank you.")
    expect(one.get_by_text("You reported this.")).to_be_visible()
    mine = sheet.get_by_role("listitem").filter(has_text="Mine")
    mine.get_by_role("button", name=re.compile("More about")).click()
    mine.get_by_role("button", name="Delete").click()
    expect(mine.get_by_text("Delete for good?")).to_be_visible()
    mine.get_by_role("button", name="Delete").click()
    expect(mine).to_have_count(0)
    expect_seen(sheet.get_by_role("status"), "Deleted.")
    left = sheet.get_by_role("listitem").count()
    heading = re.compile(rf"^{left} comments?$")
    expect(sheet.get_by_role("heading", name=heading)).to_be_visible()

"""The public pages in a browser without script: they read well on a phone and on a desk."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.live import LiveService

PATHS = (
    "/log", "/log?show=all", "/log/0", "/log/2", "/policies", "/policies/for-you",
    "/witnesses", "/threat-model", "/specs", "/specs/epoch-v1", "/docs/checking",
    "/log/999999999",
)  # fmt: skip
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
ENTRIES_WAIT_S = 30.0

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """() => [...document.querySelectorAll("nav a, .button, .chips a, summary, .lines a")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
    .map((one) => one.textContent)"""


@pytest.fixture(params=list(SIZES))
def reader(
    request: pytest.FixtureRequest, chromium: Browser, service: LiveService
) -> Iterator[BrowserContext]:
    """Somebody without an account, whose browser runs no script."""
    width, height = SIZES[request.param]
    context = chromium.new_context(
        base_url=service.base, viewport={"width": width, "height": height},
        java_script_enabled=False,
    )  # fmt: skip
    yield context
    context.close()


def test_every_page_is_read_without_script(reader: BrowserContext) -> None:
    """Each page comes with its heading, fits the width, and has targets that a thumb can hit."""
    for path in PATHS:
        page = reader.new_page()
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("navigation", name="Public pages")).to_be_visible()
        assert page.evaluate(TOO_WIDE) <= 0, path
        assert page.evaluate(TOO_SMALL) == [], path
        page.close()
    assert reader.cookies() == []


def test_one_walks_from_the_log_to_a_proof(reader: BrowserContext) -> None:
    """From the newest entries by links alone: to one entry, and to its proof on disk."""
    page = reader.new_page()
    until = time.monotonic() + ENTRIES_WAIT_S
    page.goto("/log?show=epoch")
    while page.get_by_text("of the catalogue was frozen").count() == 0:
        assert time.monotonic() < until, "no epoch came into the log"
        page.reload()
    page.get_by_role("link", name=re.compile("Epoch .* of the catalogue was frozen")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Epoch .* was frozen"))
    expect(page.get_by_text("It is in the log.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof").click()
    assert download.value.suggested_filename.endswith(".tlog-proof")
    assert download.value.path().read_text().startswith("c2sp.org/tlog-proof@v1\nindex ")


def test_the_keyboard_reaches_everything(reader: BrowserContext) -> None:
    """The first stop of the keyboard leaps over the navigation, and each stop is seen."""
    page = reader.new_page()
    page.goto("/policies")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_text("Plainview")
    assert focused.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"


def test_the_app_leads_to_the_log(page: Page) -> None:
    """From the feed's menu one gets to the server's page, and back to the app."""
    page.goto("/")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="The public log").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The public log")
    page.get_by_role("link", name="Plainview", exact=True).click()
    expect(page.get_by_role("button", name="Menu")).to_be_visible()

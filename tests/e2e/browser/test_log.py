"""The public log as a viewer's browser follows it."""

import re

from playwright.sync_api import Page, Route, expect

from tests.e2e.browser.acts import SEAL_BAD, expect_good_seal, open_feed

IN_THE_LOG = re.compile(r"Receipt № \d+ is in the log since \d\d:\d\d:\d\d, in entry")
CHECKPOINT = "**/tlog/checkpoint"
ROUNDS_MS = 20_000
"""A look at the log follows a slate at once, and again after five seconds."""


def test_a_page_and_its_receipt_are_found_in_the_log(page: Page) -> None:
    """The check sheet says that the log is consistent and holds catalogue and receipt."""
    open_feed(page)
    expect_good_seal(page)
    page.keyboard.press("c")
    sheet = page.get_by_role("dialog", name="Check my feed")
    expect(sheet).to_contain_text("consistent with what this browser saw before", timeout=ROUNDS_MS)
    expect(sheet).to_contain_text(re.compile(r"The catalogue of slate № \d+ .* is in the log"))
    expect(sheet).to_contain_text(IN_THE_LOG, timeout=ROUNDS_MS)


def test_a_checkpoint_that_was_changed_turns_the_seal_red(page: Page) -> None:
    """One entry more than the log signed for is a fault, with what to do."""

    def lie(route: Route) -> None:
        honest = route.fetch()
        origin, size, rest = honest.text().split("\n", 2)
        route.fulfill(response=honest, body=f"{origin}\n{int(size) + 1}\n{rest}")

    page.route(CHECKPOINT, lie)
    open_feed(page)
    expect(page.get_by_role("button", name=SEAL_BAD)).to_be_visible(timeout=ROUNDS_MS)
    page.keyboard.press("c")
    sheet = page.get_by_role("dialog", name="A check failed")
    expect(sheet).to_contain_text("statement of what is in it does not hold")
    expect(sheet).to_contain_text("Download your receipts")


def test_a_log_that_cannot_be_asked_is_no_fault(page: Page) -> None:
    """The videos play, the seal stays as it was, and the sheet says what was not checked."""
    page.route(CHECKPOINT, lambda route: route.abort())
    open_feed(page)
    expect_good_seal(page)
    page.keyboard.press("c")
    sheet = page.get_by_role("dialog", name="Check my feed")
    expect(sheet).to_contain_text("It could not be checked since", timeout=ROUNDS_MS)
    expect_good_seal(page)

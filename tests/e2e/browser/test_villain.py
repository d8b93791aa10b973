"""Be the villain: each lever that something catches turns the seal red, in the browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.acts import await_playing, expect_good_seal, open_feed

CATCH_WAIT_MS = 60_000


@pytest.mark.parametrize("lever", ["Edit a receipt", "Bury a topic"])
def test_a_pulled_lever_is_caught(page: Page, lever: str) -> None:
    """Within 60 s of pulling the lever the seal is red and honest and served stand side by side."""
    open_feed(page)
    expect_good_seal(page)
    page.goto("/villain")
    switch = page.get_by_role("switch", name=re.compile(lever, re.IGNORECASE)).first
    switch.click()
    try:
        expect(page.get_by_role("heading", name="Caught.")).to_be_visible(timeout=CATCH_WAIT_MS)
        table = page.get_by_role("table").first
        expect(table).to_contain_text("You were served")
        expect(table).to_contain_text("The rules give")
    finally:
        if switch.get_attribute("aria-checked") == "true":
            switch.click()
            expect(switch).to_have_attribute("aria-checked", "false")


def test_the_lever_nobody_catches_says_so(page: Page) -> None:
    """One lever is not caught; the page says that and points at the threat model."""
    open_feed(page)
    page.goto("/villain")
    nobody = page.locator("li", has_text=re.compile("nobody yet", re.IGNORECASE)).first
    expect(nobody.get_by_role("link")).to_have_attribute("href", re.compile("threat-model"))


def test_an_honest_service_stays_green(page: Page) -> None:
    """With no lever pulled, everything recomputes and the seal stays green."""
    open_feed(page)
    for at in range(1, 4):
        page.keyboard.press("ArrowDown")
        await_playing(page, at=at)
    page.keyboard.press("c")
    page.get_by_role("button", name="Recompute now").click()
    expect(page.get_by_text("Nothing was changed.")).to_be_visible(timeout=CATCH_WAIT_MS)

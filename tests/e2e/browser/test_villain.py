"""Be the villain: each lever that something catches turns the seal red, in the browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser.acts import await_playing, expect_good_seal, open_feed

CATCH_WAIT_MS = 60_000
OUTSIDER_WAIT_MS = 180_000
"""The page asks four times if it must, and each time two programs are started."""


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


def switch_back(page: Page, switch: Locator) -> None:
    """Put the lever back, and read what was found so that it can go on."""
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(switch).to_be_enabled(timeout=CATCH_WAIT_MS)
    clear = page.get_by_role("button", name="Clear the seal")
    expect(clear).to_be_visible()
    # Once the log is gone on from, the slates that came with the false one are found too.
    for _ in range(3):
        if clear.is_visible():
            clear.click()
        page.wait_for_timeout(2_500)
    expect(clear).to_be_hidden()


@pytest.mark.parametrize(
    ("lever", "words"),
    [("Forge an event", "in your name"), ("Rewrite history", "public log")],
)
def test_a_lever_without_a_slate_is_caught(page: Page, lever: str, words: str) -> None:
    """The browser finds it in its own records, and says what contradicts what."""
    open_feed(page)
    expect_good_seal(page)
    page.goto("/villain")
    switch = page.get_by_role("switch", name=lever)
    switch.click()
    try:
        expect(page.get_by_role("heading", name="Caught.")).to_be_visible(timeout=CATCH_WAIT_MS)
        expect(page.locator(".fault").first).to_contain_text(words)
    finally:
        switch_back(page, switch)


def test_two_histories_need_an_outsider(page: Page) -> None:
    """The browser alone sees nothing wrong; the outsider, shown its head of the log, has a proof
    that can be kept. After it is put back one reads what happened, and the feed goes on."""
    open_feed(page)
    expect_good_seal(page)
    page.goto("/villain")
    switch = page.get_by_role("switch", name="Show two histories")
    switch.click()
    try:
        expect(page.get_by_role("heading", name="You see nothing wrong.")).to_be_visible(
            timeout=CATCH_WAIT_MS
        )
        page.get_by_role("button", name="Run the outsider").click()
        expect(page.get_by_role("heading", name="Caught.")).to_be_visible(timeout=OUTSIDER_WAIT_MS)
        expect(page.get_by_text("The proof holds")).to_be_visible()
        with page.expect_download() as kept:
            page.get_by_role("button", name="Download the proof").click()
        assert kept.value.suggested_filename.startswith("proof-")
    finally:
        switch_back(page, switch)
    open_feed(page)
    # Not red, and green only if no receipt that is kept had failed.
    seal = page.get_by_role("button", name=re.compile("all right|failed earlier, cleared by you"))
    expect(seal.first).to_be_visible()


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

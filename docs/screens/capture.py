# ruff: noqa: INP001  (a script beside its pictures, not a package)
"""Take the pictures in this folder from a running service.

    python docs/screens/capture.py http://localhost:8080

Needs Playwright and a Chromium (CHROMIUM, or the one on PATH). Pulls a villain's lever and puts it
back, so run it on a demonstration.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).parent
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
QUALITY = 82
SWIPES = 5


def open_page(browser: Browser, size: dict[str, int], address: str) -> Page:
    """The app in a browser of its own, playing."""
    is_phone = size is PHONE
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        has_touch=is_phone,
        is_mobile=is_phone,
        base_url=address,
    )
    page = context.new_page()
    page.goto("/")
    page.wait_for_function("() => document.querySelector('[role=feed] video')?.currentTime > 0.5")
    return page


def swipe(page: Page, times: int) -> None:
    for _ in range(times):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(1500)


def keep(page: Page, name: str) -> None:
    page.wait_for_timeout(700)
    page.screenshot(path=HERE / f"{name}.jpg", type="jpeg", quality=QUALITY)


def on_phone(browser: Browser, address: str) -> None:
    page = open_page(browser, PHONE, address)
    page.get_by_role("button", name="Tap for sound").click()
    swipe(page, SWIPES)
    keep(page, "phone-feed")
    page.locator("article:not([inert])").get_by_role("button", name="Why this video?").click()
    page.get_by_text("How it got here").wait_for()
    keep(page, "phone-why")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.get_by_role("button", name="Recompute now").click()
    expect(page.get_by_text("Nothing was changed.")).to_be_visible(timeout=60_000)
    keep(page, "phone-check")
    page.goto("/upload")
    page.get_by_label("Name", exact=True).wait_for()
    keep(page, "phone-name")
    spoil_second_slate(open_page(browser, PHONE, address))


def spoil_second_slate(page: Page) -> None:
    """What a viewer sees when one digit of a receipt is changed on its way."""
    page.route(
        "**/api/v1/slate",
        lambda route: route.fulfill(
            body=route.fetch().text().replace('\\"now_ms\\":1', '\\"now_ms\\":2'),
            content_type="application/json",
        ),
    )
    page.get_by_role("radio", name="Popular").click()
    page.get_by_role("heading", name="This slate was not played.").wait_for()
    keep(page, "phone-refused")


def on_desk(browser: Browser, address: str) -> None:
    page = open_page(browser, DESK, address)
    swipe(page, SWIPES)
    page.get_by_role("list", name="What counted").wait_for()
    keep(page, "desk-feed")
    page.goto("/villain")
    lever = page.get_by_role("switch").first
    lever.click()
    expect(page.get_by_role("heading", name="Caught.")).to_be_visible(timeout=60_000)
    keep(page, "desk-villain")
    lever.click()
    expect(lever).to_have_attribute("aria-checked", "false")


def main(address: str) -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        on_phone(browser, address)
        on_desk(browser, address)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080")

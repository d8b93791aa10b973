"""A phone-sized Chromium in front of the real service with its demonstration clips."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.live import LiveService

CLIPS_WANTED = 12
CLIPS_WAIT_S = 300.0
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
PATIENCE_MS = 30_000
"""What one thing to be done or seen may take where half a dozen processes share two cores."""
expect.set_options(timeout=PATIENCE_MS)


def chromium_path() -> str:
    """The Chromium that `make test` found or installed."""
    found = os.environ.get("CHROMIUM") or next(
        (path for name in ("chromium", "chromium-browser", "google-chrome")
         if (path := shutil.which(name))),
        None,
    )  # fmt: skip
    assert found, "no Chromium: set CHROMIUM to its path, or let `make test` install one"
    return found


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    root: Path = tmp_path_factory.mktemp("demo")
    with LiveService(root, "--demo", ready_s=CLIPS_WAIT_S) as live:
        until = time.monotonic() + CLIPS_WAIT_S
        while httpx.get(f"{live.base}/healthz").json()["playable"] < CLIPS_WANTED:
            assert time.monotonic() < until, f"no {CLIPS_WANTED} clips: {live.errors()}"
            time.sleep(0.5)
        yield live


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), headless=True, args=CHROMIUM_FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser, service: LiveService) -> Iterator[BrowserContext]:
    """A context of its own: a new viewer."""
    context = chromium.new_context(
        base_url=service.base, viewport={"width": 390, "height": 844}, device_scale_factor=2,
        has_touch=True, is_mobile=True, locale="en-GB",
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A page on which no script fails."""
    opened = phone.new_page()
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(str(error)))
    yield opened
    assert failures == []

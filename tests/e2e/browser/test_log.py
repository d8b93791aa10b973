"""The public log as a viewer's browser follows it."""

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from plainview.audit.check.receipts_file import parse_receipts_file
from tests.e2e.browser.acts import SEAL_BAD, expect_good_seal, open_feed
from tests.live import SOURCE, LiveService

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


def test_the_file_a_viewer_saves_is_one_that_an_outsider_checks(
    page: Page, service: LiveService, tmp_path: Path
) -> None:
    """*My receipts* holds the browser's receipts and the head it saw, and with them `plainview
    check` finds each receipt in the log and nothing amiss."""
    open_feed(page)
    expect_good_seal(page)
    page.keyboard.press("c")
    sheet = page.get_by_role("dialog", name="Check my feed")
    expect(sheet).to_contain_text(IN_THE_LOG, timeout=ROUNDS_MS)
    with page.expect_download() as waited:
        sheet.get_by_role("button", name="My receipts").click()
    assert waited.value.suggested_filename.endswith(".receipts")
    path = tmp_path / "mine.receipts"
    waited.value.save_as(path)
    expect(sheet).to_contain_text("Saved: what this browser kept, with your actions")
    with path.open("rb") as file:
        made = parse_receipts_file(file)
    assert made.count >= 1
    assert len(made.checkpoints) == 1
    done = subprocess.run(
        [sys.executable, "-m", "plainview.app.cli", "check", service.base, "--receipts", str(path)],
        capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert done.returncode in (0, 3), done.stdout + done.stderr
    assert f"Of {made.count} receipts, {made.count} stand in the log" in done.stdout
    assert "A head kept with the receipts file: The log begins with" in done.stdout
    assert " [" not in done.stdout, "nothing is found, not even something lacking"

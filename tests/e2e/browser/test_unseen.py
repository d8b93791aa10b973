"""What was sent and not seen of those one follows is not lost with the tab it was sent to."""

import time
from collections import defaultdict

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.browser.acts import await_playing, expect_good_seal, open_feed
from tests.e2e.browser.conftest import CLIPS_WAIT_S
from tests.e2e.browser.test_columns import Slates, choose, video_at
from tests.live import LiveService

UNSENT = 2


def creator_with_unsent(service: LiveService, sent: set[str]) -> str:
    """The handle of a creator of whom UNSENT videos and more are not among `sent`, once as many
    clips are made."""
    someone, unsent = service.viewer(), defaultdict(set)
    until = time.monotonic() + CLIPS_WAIT_S
    while time.monotonic() < until:
        for video in someone.slate(policy="fresh")["videos"]:
            if video["id"] not in sent:
                unsent[video["creator"]["handle"]].add(video["id"])
                if len(unsent[video["creator"]["handle"]]) >= UNSENT:
                    return str(video["creator"]["handle"])
        time.sleep(0.2)
    raise AssertionError(f"nobody has so many videos: {unsent}")


def test_what_one_follows_is_not_lost_with_a_tab(
    page: Page, phone: BrowserContext, service: LiveService
) -> None:
    """What was sent of a followed creator and not seen is there in another tab, which is sent none
    of it again."""
    slates = Slates(page)
    open_feed(page)
    page.goto(f"/@{creator_with_unsent(service, set(slates.sent('')))}")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("button", name="Following", exact=True)).to_be_visible()
    page.go_back()
    await_playing(page, at=0)
    choose(page, "Following")
    await_playing(page, at=0)
    sent = slates.videos[slates.policies.index("following")]
    mine = [video["id"] for video in sent if video["is_followed"]]
    assert len(mine) >= 2
    page.keyboard.press("ArrowDown")
    await_playing(page, at=1)
    page.close()
    later = phone.new_page()
    more = Slates(later)
    open_feed(later)
    choose(later, "Following")
    assert video_at(later, 0) == mine[1]
    expect_good_seal(later)
    assert not set(mine) & {video["id"] for videos in more.videos for video in videos}

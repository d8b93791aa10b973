"""Turns told: who waits for a first audience in the newest epoch, in numbers and in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.app.http.turns import queue_words, span, turn_words
from plainview.core.feed import Turn
from plainview.core.terms.ids import VideoId
from plainview.flows.freeze_epoch import COUNTS_APART_MS
from plainview.flows.read_epoch import NoEpoch
from plainview.flows.tell_turns import QueueState, owing_policy, tell_queue, tell_turns
from tests.edition import Edition


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[Edition]:
    edition = Edition(tmp_path, videos=30)
    yield edition
    edition.close()


def test_turns_follow_the_newest_epoch(edition: Edition) -> None:
    """With nothing shown each of 30 videos waits for one showing; the one that had it waits no
    more, and one that was removed neither; strangers have no turn."""
    serving = edition.serving()
    policy = owing_policy(serving.policies)
    assert policy is not None
    assert policy.name == "for-you"
    with pytest.raises(NoEpoch):
        tell_queue(policy, epochs=edition.shelf, count=3)
    edition.freeze()
    state = tell_queue(policy, epochs=edition.shelf, count=3)
    videos = [facts.id for facts in edition.world.videos]
    assert (state.epoch, state.waiting, state.owed, state.audience) == (1, 30, 30, 1)
    turns = tell_turns([*videos, VideoId(5)], policy=policy, epochs=edition.shelf)
    assert sorted(turn.place for turn in turns.values()) == list(range(1, 31))
    assert [turns[video].place for video in state.ahead] == [1, 2, 3]
    edition.act(edition.viewer(1), "k", "shown", video=state.ahead[0], number=0, position=0)
    edition.remove(state.ahead[1])
    edition.clock.now += COUNTS_APART_MS + 1
    edition.freeze()
    after = tell_turns(videos, policy=policy, epochs=edition.shelf)
    assert set(turns) - set(after) == {state.ahead[0], state.ahead[1]}
    later = tell_queue(policy, epochs=edition.shelf, count=3)
    assert (later.waiting, later.owed, later.a_day) == (28, 28, 0)


def test_turns_in_words() -> None:
    """Place, debt and time are said as one says them, and that they are estimates."""
    turn = Turn(place=3, owed=12, audience=40, first_min=7, all_min=200)
    assert turn_words(turn, waiting=1200) == (
        "Place 3 of 1200: 12 of 40 first showings still owed; the next within about 7 minutes, all"
        " of them within about 4 hours if the day goes on as the last one did."
    )
    never = Turn(place=1, owed=1, audience=1, first_min=-1, all_min=-1)
    assert turn_words(never, waiting=1).endswith("still owed, and at present none are given.")
    assert [span(n) for n in (0, 60, 61, 1440, 1441)] == [
        "a minute", "60 minutes", "2 hours", "24 hours", "2 days",
    ]  # fmt: skip


def test_the_queue_in_words() -> None:
    """An empty queue says that everybody had theirs."""
    state = QueueState(policy="for-you", epoch=9, waiting=0, owed=0, audience=7, a_day=0, ahead=())
    assert queue_words(state) == "Every new video has had the first audience it is owed."
    waiting = QueueState(
        policy="for-you", epoch=9, waiting=1200, owed=9000, audience=7, a_day=150, ahead=()
    )
    assert queue_words(waiting) == (
        "1,200 videos wait for 9,000 first showings in all, of which about 150 are given a day."
    )

"""Who is owed a first audience: whose turn it is, what is owed, what may be spent."""

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.feed import Index, build_index
from plainview.core.feed.queue import Queue, queue_of, turn_of, turns_of
from plainview.core.terms.draws import DRAW_UNIT
from plainview.core.terms.epoch import (
    FLAG_REMOVED,
    FLAG_RESTRICTED,
    FLAG_SENSITIVE,
    FLAG_UNLISTED,
    FLAG_WITHDRAWN,
)
from tests.unit.core.feed.parts import FOR_YOU, POPULAR
from tests.worlds import epoch_of, video

DAY = 1440


def queued(index: Index) -> list[int]:
    """Ids in the order of turns."""
    ids: list[int] = index.ids[queue_of(index, policy=FOR_YOU).rows].tolist()
    return ids


def test_who_is_owed_by_hand() -> None:
    """An audience of 100 for whatever is listed, new, short enough and not hidden by a label."""
    videos = [
        video(1, creator=1, counts={"shown": 99}, age_min=9),
        video(2, creator=2, counts={"shown": 100}, age_min=9),
        video(3, creator=3, age_min=30 * DAY),
        video(4, creator=4, age_min=30 * DAY + 1),
        video(5, creator=5, flags=FLAG_REMOVED, age_min=9),
        video(6, creator=6, flags=FLAG_WITHDRAWN, age_min=9),
        video(7, creator=7, flags=FLAG_UNLISTED, age_min=9),
        video(8, creator=8, flags=FLAG_RESTRICTED, age_min=9),
        video(9, creator=9, flags=FLAG_SENSITIVE, age_min=9),
        video(10, creator=10, length_ms=50_001, age_min=9),
    ]
    index = build_index(epoch_of(videos, shown_yesterday=700))
    assert queued(index) == [3, 9, 10, 1]
    queue = queue_of(index, policy=FOR_YOU)
    assert (queue.audience, queue.volume) == (100, 700)
    assert queue.debts.tolist() == [100, 100, 100, 1]
    shorter = msgspec.structs.replace(FOR_YOU, length_s_max=50)
    assert 10 not in index.ids[queue_of(index, policy=shorter).rows].tolist()


def test_an_audience_is_an_even_part_of_the_day() -> None:
    """With 3 listed videos: 8 showings a day make 2 for each, none make 1, 301 make the promised
    100; of yesterday and today the busier counts, and what is removed has no part."""
    videos = [video(i, creator=i) for i in range(1, 4)] + [video(4, flags=FLAG_REMOVED)]

    def audience(*, today: int, yesterday: int) -> int:
        epoch = epoch_of(videos, shown_today=today, shown_yesterday=yesterday)
        return queue_of(build_index(epoch), policy=FOR_YOU).audience

    assert audience(today=0, yesterday=8) == 2
    assert audience(today=9, yesterday=8) == 3
    assert audience(today=0, yesterday=0) == 1
    assert audience(today=0, yesterday=301) == 100


def test_turns_go_around_creators() -> None:
    """Creator 1 uploaded three, creator 2 one and last: 2's comes second; among first turns the
    less shown is first, then the longer waiting."""
    videos = [
        video(10, creator=1, age_min=50),
        video(11, creator=1, age_min=70),
        video(12, creator=1, age_min=60),
        video(20, creator=2, age_min=5),
        video(30, creator=3, age_min=90, counts={"shown": 1}),
    ]
    index = build_index(epoch_of(videos, shown_yesterday=5000))
    assert queued(index) == [11, 20, 30, 12, 10]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 3)), max_size=40))
def test_turns_are_the_definition(videos: list[tuple[int, int, int]]) -> None:
    """A video's turn is how many of its creator's come before it by (shown, published, place)."""
    columns = np.array(videos, dtype=np.int64).reshape(-1, 3)
    turns = turns_of(columns[:, 0], shown=columns[:, 1], published_min=columns[:, 2])
    keys = [(shown, published, i) for i, (_, shown, published) in enumerate(videos)]
    assert turns.tolist() == [
        sum(videos[j][0] == creator and keys[j] < keys[i] for j in range(len(videos)))
        for i, (creator, *_) in enumerate(videos)
    ]


def test_the_budget_is_the_most_and_a_small_debt_costs_less() -> None:
    """1,000 owed of a day of 10,000 is a tenth: paid at the policy's 1.5 % of places, and the last
    5 of a day of 100,000 within an hour: 24 * 5 / 100,000."""
    many = [video(i, creator=i, counts={"shown": 0}) for i in range(1, 11)]
    queue = queue_of(build_index(epoch_of(many, shown_yesterday=10_000)), policy=FOR_YOU)
    assert int(queue.debts.sum()) == 1000
    assert queue.share == 15 * DRAW_UNIT // 1000
    last = [video(1, counts={"shown": 95})]
    queue = queue_of(build_index(epoch_of(last, shown_yesterday=100_000)), policy=FOR_YOU)
    assert queue.share == 24 * 5 * DRAW_UNIT // 100_000
    paid = [video(1, counts={"shown": 100})]
    queue = queue_of(build_index(epoch_of(paid, shown_yesterday=100_000)), policy=FOR_YOU)
    assert (queue.share, len(queue.rows)) == (0, 0)


def test_a_policy_that_owes_nothing_has_an_empty_queue() -> None:
    """Popular has no fresh videos: nobody is queued and nothing is spent."""
    queue = queue_of(build_index(epoch_of([video(1)])), policy=POPULAR)
    assert (len(queue.rows), queue.share) == (0, 0)


def test_how_long_it_takes_by_hand() -> None:
    """A day of 1,440 showings of which a quarter is paid: one in four minutes. Third in the queue
    and owed 2: the first in 12 minutes, and with 2 each to all four but 1 to the last, 7 in 28."""
    queue = Queue(
        rows=np.array([5, 6, 7, 8]), debts=np.array([9, 2, 2, 1]), audience=10, volume=1440,
        share=DRAW_UNIT // 4,
    )  # fmt: skip
    turn = turn_of(queue, 7)
    assert turn is not None
    assert (turn.place, turn.owed, turn.audience) == (3, 2, 10)
    assert (turn.first_min, turn.all_min) == (12, 28)
    assert turn_of(queue, 4) is None
    unpaid = turn_of(msgspec.structs.replace(queue, share=0), 8)
    assert unpaid is not None
    assert (unpaid.first_min, unpaid.all_min) == (-1, -1)


def test_a_queue_is_worked_out_once_for_an_epoch_and_its_rules() -> None:
    """The same epoch and rules give the same object, another budget another."""
    index = build_index(epoch_of([video(1)]))
    queue = queue_of(index, policy=FOR_YOU)
    assert queue_of(index, policy=msgspec.structs.replace(FOR_YOU, best_of=1)) is queue
    richer = msgspec.structs.replace(FOR_YOU, owed_share_milli=500)
    assert queue_of(index, policy=richer) is not queue

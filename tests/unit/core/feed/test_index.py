"""The index: orders and features of an epoch, by hand."""

import numpy as np
import pytest

from plainview.core.feed import BadRow, build_index
from plainview.core.feed.index import points_of, popular_by, rising_by
from plainview.core.terms.weights import EPOCH_FEATURES
from tests.worlds import big_catalogue, epoch_of, video


def feature(row: int, name: str, *videos: np.void) -> int:
    """One feature of one row of a small epoch."""
    index = build_index(epoch_of(videos))
    return int(index.features[row, EPOCH_FEATURES.index(name)])


def test_popularity_by_hand() -> None:
    """Shown 150, 80 finished, 10 liked: E = 240, rate (240000 + 25000) // 200 = 1325, times 8 + 57;
    at 60 minutes, rising is 240 * 2**20 // 180**2 = 7767."""
    names = ("finished", "long", "liked", "saved", "shared", "followed", "skipped", "rejected",
             "reported")  # fmt: skip
    counts = {name: np.zeros(1, dtype=np.int64) for name in names}
    counts |= {"shown": np.array([150]), "finished": np.array([80]), "liked": np.array([10])}
    points = points_of(counts)
    assert popular_by(points, shown=counts["shown"]).tolist() == [1325 * (8 + 57)]
    assert rising_by(points, age_min=np.array([60])).tolist() == [7767]


def test_rejections_lower_both_orders() -> None:
    """A video that is reported falls behind one that nobody saw."""
    bad = video(1, counts={"shown": 100, "finished": 10, "reported": 5})
    unseen = video(2)
    index = build_index(epoch_of([bad, unseen]))
    assert index.order_popular.tolist() == [1, 0]


def test_orders_are_total_with_ties_by_id() -> None:
    """Videos alike in everything stand in the order of their ids in each order."""
    index = build_index(epoch_of([video(i, creator=1) for i in (5, 3, 9, 7)]))
    for order in (
        index.order_popular, index.order_rising, index.order_newest,
        index.order_creator,
    ):  # fmt: skip
        assert index.ids[order].tolist() == [3, 5, 7, 9]


def test_each_order_sorts_by_what_it_is_named_for() -> None:
    """Newest by time, fresh by how seldom shown and then by time, creators one after the other."""
    index = build_index(
        epoch_of(
            [
                video(1, creator=8, age_min=30, counts={"shown": 5}),
                video(2, creator=7, age_min=20, counts={"shown": 5}),
                video(3, creator=8, age_min=10, counts={"shown": 9}),
                video(4, creator=7, age_min=40),
            ]
        )
    )
    assert index.ids[index.order_newest].tolist() == [3, 2, 1, 4]
    assert index.ids[index.order_creator].tolist() == [2, 4, 3, 1]
    assert index.sorted_creators.tolist() == [7, 7, 8, 8]


@pytest.mark.parametrize(
    ("name", "counts", "expected"),
    [
        # 70 of 100: ((1000 * 70 + 400 * 20) // 120 - 400) * 4 // 16 = (650 - 400) // 4
        ("finish_rate", {"shown": 100, "finished": 70}, 62),
        ("finish_rate", {}, 0),
        # none of 100: ((0 + 600 * 20) // 120 - 600) * 4 // 16 = -500 // 4
        ("long_rate", {"shown": 100}, -125),
        # 20 of 100: ((1000 * 20 + 40 * 50) // 150 - 40) * 16 // 16
        ("like_rate", {"shown": 100, "liked": 20}, 106),
        # reports count twice: ((1000 * 4 + 5 * 50) // 150 - 5) * 2
        ("reject_rate", {"shown": 100, "rejected": 2, "reported": 1}, 46),
        # 210 s of a 7 s video are 30 whole views: ((30000 + 12000) // 120 - 600) * 2 // 16
        ("watch_rate", {"shown": 100, "watch_s": 210}, -32),
        ("shown_log", {}, -64),
        ("shown_log", {"shown": 99}, 52 - 64),
        ("is_unproven", {"shown": 19}, 64),
        ("is_unproven", {"shown": 20}, 0),
        ("save_rate", {"shown": 200, "saved": 200}, 127),
    ],
)
def test_features_of_counters_by_hand(name: str, counts: dict[str, int], expected: int) -> None:
    """A smoothed rate stands at 0 for its prior and is clipped at 127."""
    assert feature(0, name, video(1, counts=counts)) == expected


def test_features_of_time_length_and_flags_by_hand() -> None:
    """A day old is log8(1441) - 84 = -1; 7 s is log8(71) - 56 = -8; a flag is 64."""
    row = video(1, age_min=1440, length_ms=7000, flags=8 | 128)
    assert feature(0, "age_log", row) == -1
    assert feature(0, "length_log", row) == -8
    assert [feature(0, f"is_{f}", row) for f in ("sensitive", "synthetic", "advert", "silent")] == [
        64, 0, 0, 64,
    ]  # fmt: skip


def test_a_video_from_the_future_counts_as_new() -> None:
    """A publication after the freeze has the age 0, not a negative one."""
    assert feature(0, "age_log", video(1, age_min=-50)) == -84


def test_an_empty_epoch_has_an_index() -> None:
    """No videos, no rows, no error."""
    assert build_index(epoch_of([])).size == 0


def twice(row: np.void) -> list[np.void]:
    return [row, row]


@pytest.mark.parametrize(
    ("videos", "words"),
    [
        (twice(video(4)), "strictly rising"),
        ([video(1, topics=(9,))], "topic 9 of 8"),
        ([video(1, length_ms=0)], "at least 1 ms"),
        ([video(1, flags=256)], "flags 256"),
        ([video(1, vector=[-128] * 64)], "-128"),
    ],
)
def test_rows_outside_the_spec_are_refused(videos: list[np.void], words: str) -> None:
    """An epoch that breaks its spec is refused whole, with what is wrong."""
    with pytest.raises(BadRow, match=words):
        build_index(epoch_of(videos))


def test_the_orders_of_a_large_epoch_are_permutations() -> None:
    """Each order holds every row once."""
    rows = big_catalogue(500)
    index = build_index(epoch_of(list(rows)))
    for order in (index.order_popular, index.order_rising, index.order_newest):
        assert sorted(order.tolist()) == list(range(500))

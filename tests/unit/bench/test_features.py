"""Features of the comparison on a real log: nothing of an outcome before it is known."""

from functools import cache

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from bench.quality import tripwires
from bench.quality.columns import EPOCH, VIEWER, Columns
from bench.quality.counters import counter_of, log_odds, sums_before
from bench.quality.features import features_at
from bench.quality.known import Known
from bench.quality.log import Log
from bench.quality.taste import BASE_MS, Pasts
from tests.made_log import made_log


@cache
def log() -> Log:
    return made_log()


@cache
def made() -> Columns:
    return features_at(Known(log()), log().time_ms)


def test_sums_before_a_moment_are_those_of_a_plain_loop() -> None:
    """Row by row and for each key: the outcomes known strictly before, all or of the last hours."""
    one = log()
    values = one.outcomes[:, :2].astype(np.float64)
    counter = counter_of(one.user, known_ms=one.known_ms, values=values, epoch_ms=BASE_MS)
    since = one.time_ms - 5 * 3_600_000
    for since_ms in (None, since):
        n, s = sums_before(counter, one.user, at_ms=one.time_ms, since_ms=since_ms)
        for i in range(0, len(one.user), 7):
            mine = (one.user == one.user[i]) & (one.known_ms < one.time_ms[i])
            if since_ms is not None:
                mine &= one.known_ms >= since_ms[i]
            assert n[i] == mine.sum()
            assert s[i].tolist() == values[mine].sum(axis=0).tolist()


def test_what_ends_at_the_very_moment_is_not_known_yet() -> None:
    """One outcome known at 10: asked at 10 there is none, at 11 there is one."""
    counter = counter_of(
        np.array([3, 4]), known_ms=np.array([10, 2]), values=np.array([[1.0], [5.0]]), epoch_ms=0
    )
    n, s = sums_before(counter, np.array([3, 3]), at_ms=np.array([10, 11]))
    assert n.tolist() == [0, 1]
    assert s[:, 0].tolist() == [0, 1]


def test_log_odds_by_hand() -> None:
    """One of two, beside a prior of one half that weighs two, is one half; three of four 4 of 6."""
    value = log_odds(np.array([1.0, 3.0]), np.array([2.0, 4.0]), prior=0.5, weight=2)
    assert value.tolist() == pytest.approx([0, np.log(2)])


def test_the_last_watches_are_those_of_a_plain_loop() -> None:
    """Newest first: what was known, by when it was known, then the history from its end; a history
    that ended later is blank."""
    one = log()
    pasts = Pasts(one, last=6)
    videos, is_long, there = pasts.before(one.user, one.time_ms)
    long = one.outcome("long_view") == 1
    for i in range(0, len(one.user), 5):
        u, t = one.user[i], one.time_ms[i]
        rows = np.flatnonzero((one.user == u) & (one.known_ms < t))
        rows = rows[np.argsort(one.known_ms[rows], kind="stable")][::-1]
        want = [(int(one.video[r]), bool(long[r])) for r in rows]
        if one.history_ms[u] < t:
            span = range(one.starts[u + 1] - 1, one.starts[u] - 1, -1)
            want += [(int(one.history[h]), bool(one.history_is_long[h])) for h in span]
        got = [
            (int(videos[i, k]), bool(is_long[i, k])) for k in range(6) if there[i, k]
        ]  # fmt: skip
        assert got == want[:6]


def test_no_feature_hangs_on_what_comes_after() -> None:
    """All outcomes unknown at a moment turned round: no feature of a row up to it changes."""
    assert [changed for _, changed in tripwires.changed_by_what_comes_after(log(), cuts=2)] == [
        0,
        0,
    ]


def test_a_feature_that_knows_too_much_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where outcomes count from the start of a play, and not from its end, the tripwire says so."""
    monkeypatch.setattr(Log, "known_ms", property(lambda self: self.time_ms + 1))
    plain = tripwires.turned_round

    def by_ends(one: Log, cut_ms: int) -> Log:
        ends = one.time_ms + one.play_ms
        turned = plain(one, cut_ms)
        outcomes = np.where((ends >= cut_ms)[:, None], 1 - one.outcomes, one.outcomes)
        return msgspec.structs.replace(turned, outcomes=outcomes)

    monkeypatch.setattr(tripwires, "turned_round", by_ends)
    assert any(changed for _, changed in tripwires.changed_by_what_comes_after(log(), cuts=2))


def test_a_slate_is_a_snapshot() -> None:
    """Two impressions of one user at one moment have the same viewer features, whatever is shown
    in the same tab."""
    one = log()
    at_ms = np.full(len(one.user), int(one.time_ms[-1]))
    columns = features_at(Known(one), at_ms)
    names = columns.names[VIEWER]
    table = np.stack([columns.columns[name] for name in names], axis=1)
    pairs = 0
    for tab in range(15):
        for user in range(5):
            same = np.flatnonzero((one.user == user) & (one.tab == tab))
            pairs += max(len(same) - 1, 0)
            assert (table[same] == table[same[:1]]).all()
    assert pairs > 20


def test_what_is_said_of_a_video_hangs_on_no_viewer() -> None:
    """At one moment every showing of one video has the same features of the epoch group."""
    one = log()
    at_ms = np.full(len(one.user), int(one.time_ms[-1]))
    columns = features_at(Known(one), at_ms)
    table = np.stack([columns.columns[name] for name in columns.names[EPOCH]], axis=1)
    for video in range(20):
        same = np.flatnonzero(one.video == video)
        assert (table[same] == table[same[:1]]).all()


def test_without_tab_nothing_knows_the_tab() -> None:
    """Another tab for every row: the columns of the schema without it stay as they are."""
    one = log()
    other = msgspec.structs.replace(one, tab=(one.tab * 7 + 3) % 15)

    def table(of: Log, without: str) -> NDArray[np.int8]:
        columns = features_at(Known(of), of.time_ms)
        return columns.table(columns.schema(("any",), without=without))

    assert (table(one, "tab") == table(other, "tab")).all()
    assert (table(one, "") != table(other, "")).any()


def test_columns_round_and_keep_within_bounds() -> None:
    """Half a step goes up, what is beyond 127 is 127, and a name stands for one column."""
    columns = Columns()
    columns.add(VIEWER, "a", np.array([0.5, -0.25, 9.0, -9.0]), 30)
    assert columns.columns["a"].tolist() == [15, -7, 127, -127]
    columns.one_hot(EPOCH, "b", np.array([1, 0, 2, 1]), of=2)
    assert columns.columns["b_1"].tolist() == [64, 0, 0, 64]
    with pytest.raises(ValueError, match="two columns named a"):
        columns.add(EPOCH, "a", np.zeros(4), 1)
    assert made().columns["user_n"].dtype == np.int8

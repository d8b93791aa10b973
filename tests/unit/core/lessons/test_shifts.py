"""Shifts by hand on a small epoch, with weights whose every value is known."""

import numpy as np

from plainview.core.feed import Index, build_index
from plainview.core.feed.rank import VALUE_POINT
from plainview.core.learn import encode_weights, load_weights, starting_weights
from plainview.core.learn.tables import logistic_table
from plainview.core.lessons import shifts_fields, value_shifts
from plainview.core.lessons.shifts import (
    MILLIPOINT,
    PROBE_ROWS_MAX,
    language_name,
    probe_rows,
    probe_viewers,
)
from plainview.core.policy import compile_policy
from plainview.core.terms.canonical import canonical_json, parse_canonical
from plainview.core.terms.epoch import FLAG_REMOVED, FLAG_SILENT, FLAG_WITHDRAWN
from plainview.core.terms.policy import Policy
from plainview.core.terms.weights import FEATURES, HEADS, Weights
from tests.pocket_evidence import POLICIES
from tests.worlds import big_catalogue, epoch_of, video

POLICY: Policy = next(
    policy
    for policy in (compile_policy(path.read_bytes()) for path in POLICIES)
    if policy.name == "for-you"
)
VIDEOS = [
    video(1, creator=1, topics=(1,), language="en"),
    video(2, creator=1, topics=(1,), language="de"),
    video(3, creator=2, topics=(2,), language="en", flags=FLAG_SILENT),
    video(4, creator=2, topics=(), language=""),
    video(5, creator=3, topics=(2,), language="en", flags=FLAG_SILENT),
    video(6, creator=4, topics=(1,), flags=FLAG_REMOVED),
    video(7, creator=4, topics=(1,), flags=FLAG_WITHDRAWN),
]
INDEX: Index = build_index(epoch_of(VIDEOS))
STARTING = load_weights(starting_weights())


def silent_likes(weight: int) -> Weights:
    """Weights that know one thing: of a silent video the logit of a like is `weight` / 2."""
    W = np.zeros((len(FEATURES), 1), dtype=np.int8)
    W[FEATURES.index("is_silent")] = 1
    V = np.zeros((1, len(HEADS)), dtype=np.int8)
    V[0, HEADS.index("like")] = weight
    none, zeros = np.zeros(1, np.uint8), np.zeros(len(HEADS), np.int32)
    return load_weights(
        encode_weights(
            name="silent",
            hidden=[(W, np.zeros(1, np.int32), none)],
            heads=(V, zeros, np.zeros(len(HEADS), np.uint8)),
            table=np.stack([logistic_table(0)] * len(HEADS)),
            offsets=[0] * len(HEADS),
        )
    )


def test_a_shift_by_hand() -> None:
    """Two of five videos gain what a like's odds do from logit 0 to 1 (64 * 4 steps): the mean is
    two fifths of it, creator 3 keeps three fifths, creator 2 half less two fifths, creator 1 loses
    two fifths; topics and languages likewise."""
    shifts = value_shifts(silent_likes(0), silent_likes(4), index=INDEX, policy=POLICY)
    table = logistic_table(0)
    gain = int(table[2048 + 256] - table[2048]) * POLICY.worth_milli[HEADS.index("like")]
    mean = 2 * gain // 5

    def shift(share: float) -> int:
        return int((gain * share - mean) // MILLIPOINT)

    assert shifts.mean == mean // MILLIPOINT
    found = {group.name: group.shift for group in shifts.creators}
    assert found == {"3": shift(1), "1": shift(0), "2": shift(0.5)}
    assert [group.name for group in shifts.creators] == ["3", "1", "2"]
    assert {group.name: group.shift for group in shifts.topics} == {
        "topic-a": shift(0), "topic-b": shift(1), "none": shift(0),
    }  # fmt: skip
    assert {group.name: group.videos for group in shifts.languages} == {"en": 3, "de": 1, "none": 1}
    assert (shifts.videos, shifts.creators_all) == (5, 3)
    assert shifts.creators_typical == abs(found["1"])
    assert MILLIPOINT * 1000 == VALUE_POINT


def test_the_same_weights_shift_nothing() -> None:
    """Between a file and itself every figure is 0."""
    shifts = value_shifts(STARTING, STARTING, index=INDEX, policy=POLICY)
    groups = (*shifts.topics, *shifts.languages, *shifts.creators)
    assert {group.shift for group in groups} == {0}
    assert (shifts.mean, shifts.creators_typical) == (0, 0)


def test_probe_viewers_are_made_by_rule() -> None:
    """One knows nothing; one per topic that has videos up has finished the first of them."""
    rows = probe_rows(INDEX)
    assert INDEX.ids[rows].tolist() == [1, 2, 3, 4, 5]
    states = probe_viewers(INDEX, rows)
    assert [[int(w.video) for w in state.watches] for state in states] == [[], [1, 2], [3, 5]]
    assert [state.viewer[-2:] for state in states] == ["00", "01", "02"]
    assert {w.ms for state in states for w in state.watches} == {7000}


def test_of_a_large_epoch_every_kth_row_is_looked_at() -> None:
    """Never more than PROBE_ROWS_MAX, spread over all of it."""
    index = build_index(epoch_of(list(big_catalogue(PROBE_ROWS_MAX + 900))))
    rows = probe_rows(index)
    assert PROBE_ROWS_MAX // 2 < len(rows) <= PROBE_ROWS_MAX
    assert rows[-1] > index.size - 10


def test_an_empty_epoch_shifts_nothing() -> None:
    """Before the first video there is nothing to look at, and a record all the same."""
    index = build_index(epoch_of([]))
    shifts = value_shifts(STARTING, STARTING, index=index, policy=POLICY)
    assert (shifts.videos, shifts.creators, shifts.mean) == (0, (), 0)


def test_shifts_have_a_canonical_form() -> None:
    """In a record they stand with the epoch and policy they were taken on, and are read back."""
    shifts = value_shifts(silent_likes(0), silent_likes(4), index=INDEX, policy=POLICY)
    fields = shifts_fields(shifts, index=INDEX, policy=POLICY)
    back = parse_canonical(canonical_json(fields))
    assert back["root"] == INDEX.root
    assert back["policy"] == POLICY.digest
    assert back["creators_all"] == 3


def test_languages_have_names() -> None:
    """Two letters big end first, and none for 0."""
    assert [language_name(code) for code in (0, 0x656E)] == ["none", "en"]

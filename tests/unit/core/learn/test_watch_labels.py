"""What `watch` is taught: the time of an example, its quantile, and who answers the same."""

import numpy as np

from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.judge import UNKNOWN, judge, judged_labels
from plainview.core.learn.watch_labels import is_same_question, labels_for, watch_ms
from plainview.core.learn.weights_file import with_watch_times
from plainview.core.terms.watch_time import WatchTimes
from plainview.core.terms.weights import HEADS, SERVING
from tests.lessons import drawn_examples

WATCH = HEADS.index("watch")


def four() -> np.ndarray:
    """Two short videos and two long; the first came round after what counts as 3 of its 8 s."""
    out = drawn_examples(4)
    out["length_ms"], out["ms"] = [8000, 8000, 30_000, 30_000], [3000, 5000, 20_000, 70_000]
    out["labels"][:, WATCH] = [2048, 5000 * 4096 // 16_000, 20_000 * 4096 // 60_000, 4096]
    return out


def times(bounds: list[int], row: list[int]) -> WatchTimes:
    return WatchTimes(
        bounds=np.array(bounds, dtype=np.int32),
        ms=np.array([row] * (len(bounds) + 1), dtype=np.int32),
    )


def test_a_video_that_came_round_was_watched_whole() -> None:
    """Whose label is one playing or more was watched for its length at least; others as told."""
    assert watch_ms(four(), schema=SERVING).tolist() == [8000, 5000, 20_000, 70_000]


def test_labels_stay_as_they_are_or_become_quantiles() -> None:
    """Among like lengths 8 s is above 5 s and 70 s above 20 s: a quarter and three quarters; all
    four together, 5 8 20 70: an eighth, three, five, seven. Other heads keep theirs."""
    examples = four()
    as_they_are = labels_for(examples, bounds=None, schema=SERVING)
    assert np.array_equal(as_they_are, examples["labels"])
    two = labels_for(examples, bounds=np.array([10_000], dtype=np.int32), schema=SERVING)
    assert two[:, WATCH].tolist() == [3072, 1024, 1024, 3072]
    assert np.array_equal(np.delete(two, WATCH, axis=1), np.delete(as_they_are, WATCH, axis=1))
    one = labels_for(examples, bounds=np.zeros(0, dtype=np.int32), schema=SERVING)
    assert one[:, WATCH].tolist() == [3 * 512, 512, 5 * 512, 7 * 512]
    assert examples["labels"][0, WATCH] == 2048, "examples are what was committed to"


def test_weights_are_judged_by_their_own_question() -> None:
    """With watch times by quantiles, and how far off those are: here by 1, 4, 11 and 61 s of a flat
    9 s, 19.25 s on average; without, by shares, and nothing is said of times."""
    examples = four()
    timed = load_weights(with_watch_times(starting_weights(), times=times([10_000], [9000, 9000])))
    plain = load_weights(starting_weights())
    assert judged_labels(timed, examples)[:, WATCH].tolist() == [3072, 1024, 1024, 3072]
    assert np.array_equal(judged_labels(plain, examples), examples["labels"])
    assert judge(timed, examples).times_off_ms == 19_250
    assert judge(plain, examples).times_off_ms == UNKNOWN
    assert judge(timed, examples).losses_q24[:WATCH] == judge(plain, examples).losses_q24[:WATCH]


def test_the_question_is_the_lengths_that_are_compared() -> None:
    """Two tables over the same bounds answer the same, other bounds another, and none none's."""
    flat = times([10_000], [9000, 9000])
    assert is_same_question(flat, times([10_000], [1, 2]))
    assert not is_same_question(flat, times([10_001], [9000, 9000]))
    assert not is_same_question(flat, times([], [9000, 9000]))
    assert not is_same_question(flat, None)
    assert is_same_question(None, None)

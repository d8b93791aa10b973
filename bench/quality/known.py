"""All that is known of a log whatever the moment: counters by each key, vectors, histories."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.quality.counters import Counter, Doubles, counter_of, sums_before
from bench.quality.log import Ints, Log
from bench.quality.taste import BASE_MS, Pasts, long_factors, watched_together

RATED: Final = ("click", "long", "like", "share")
CLICK, LONG, LIKE, SHARE = range(4)
"""What counters sum: three outcomes, and how much of a video was watched on a log scale."""

TYPICAL: Final = np.array([0.45, 0.315, 0.0175, 0.45])
LENGTH_BOUNDS_MS: Final = np.array([
    0, 7, 10, 13, 18, 25, 36, 50, 65, 85, 110, 140, 180, 230, 300, 420,
]) * 1000  # fmt: skip
BUCKETS: Final = len(LENGTH_BOUNDS_MS) + 1
LAST: Final = 50


def length_bucket(length_ms: Ints) -> Ints:
    """0 for photos, whose length is 0, then 1 .. BUCKETS - 1."""
    return np.searchsorted(LENGTH_BOUNDS_MS, length_ms, side="left").astype(np.int64)


def odds(rate: NDArray[np.floating]) -> Doubles:
    """The log odds of a rate, which is kept off 0 and 1."""
    kept = np.clip(rate, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)


def rate_of(log_odds: Doubles) -> Doubles:
    """The rate of log odds."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def taste_of(long_rate: Doubles) -> Ints:
    """How patient a viewer is, from 0 to 6."""
    return np.clip(((long_rate - 0.1) * 10).astype(np.int64), 0, 6)


class Known:
    """Keys (n,) of each impression by name, and their counters, made when first asked for."""

    def __init__(self, log: Log) -> None:
        self.log = log
        videos = log.videos
        self.videos = len(videos["author_id"])
        self.author_of = np.unique(videos["author_id"], return_inverse=True)[1]
        self.music_of = np.unique(videos["music_id"], return_inverse=True)[1]
        self.tag_of = videos["tag"]
        lengths = np.maximum(np.nan_to_num(videos["video_duration"]), 0)
        self.length_of = lengths.astype(np.int64)
        self.bucket_of = length_bucket(self.length_of)
        user, video, tab = log.user, log.video, np.minimum(log.tab, 15)
        bucket = length_bucket(log.length_ms)
        author, tag = self.author_of[video], self.tag_of[video]
        self.keys: dict[str, Ints] = {
            "all": np.zeros_like(user), "user": user, "video": video, "tab": tab, "bucket": bucket,
            "author": author, "tag": tag, "music": self.music_of[video],
            "user_tab": user * 16 + tab, "user_author": user * 8192 + author,
            "user_tag": user * 128 + tag, "user_bucket": user * 32 + bucket // 3,
            "video_tab": video * 16 + tab, "bucket_tab": bucket * 16 + tab,
            "tag_tab": tag * 16 + tab,
        }  # fmt: skip
        whole = np.log1p(np.maximum(log.length_ms, 5000) / 1000)
        share = np.minimum(np.log1p(log.play_ms / 1000) / whole, 1.2)
        outcomes = [log.outcome(name) for name in ("click", "long_view", "like")]
        self.values = np.stack([*outcomes, share], axis=1).astype(np.float64)
        self._counters: dict[str, Counter] = {}
        self.Q, self.tendency, self.mean_long = long_factors(log, videos=self.videos)
        self.near = watched_together(log, videos=self.videos)
        self.pasts = Pasts(log, last=LAST)
        count = np.bincount
        self.history_n = count(log.history, minlength=self.videos).astype(np.float64)
        self.history_long = count(log.history, log.history_is_long, minlength=self.videos)
        self.taste = taste_of(self.long_rate(log.time_ms))
        self.history_like = count(log.liked, minlength=self.videos).astype(np.float64)

    def counter(self, name: str) -> Counter:
        """The counter of the key `name`, of RATED."""
        if name not in self._counters:
            self._counters[name] = counter_of(
                self.keys[name], known_ms=self.log.known_ms, values=self.values, epoch_ms=BASE_MS
            )
        return self._counters[name]

    def counter_of_values(self, name: str, values: Doubles) -> Counter:
        """A counter of other values (n, k) by the key `name`."""
        return counter_of(
            self.keys[name], known_ms=self.log.known_ms, values=values, epoch_ms=BASE_MS
        )

    def add_key(self, name: str, key: Ints) -> None:
        """One more key, for counters."""
        self.keys[name] = key
        self._counters.pop(name, None)

    def history_at(self, at_ms: Ints) -> tuple[Ints, Ints, Ints]:
        """(n,) of each row's user the watches kept of the history, the long ones among them, and
        (n, 3) `log.before`; all 0 for a moment before the history ended."""
        log, user = self.log, self.log.user
        there = log.history_ms[user] < at_ms
        sums = np.concatenate([[0], np.cumsum(log.history_is_long)])
        long = (sums[log.starts[1:]] - sums[log.starts[:-1]])[user]
        kept = np.where(there, np.diff(log.starts)[user], 0)
        return kept, np.where(there, long, 0), np.where(there[:, None], log.before[user], 0)

    def long_rate(self, at_ms: Ints) -> Doubles:
        """(n,) how often each row's user watched for long until then, history and log together. A
        history's watches are long a little more often than the log's."""
        kept, long, _ = self.history_at(at_ms)
        n, s = self.before("user", at_ms)
        rate: Doubles = (s[:, LONG] + 0.87 * long + 6 * TYPICAL[LONG]) / (n + kept + 6)
        return rate

    def before(self, name: str, at_ms: Ints, *, hours: int | None = None) -> tuple[Ints, Doubles]:
        """(n,) counts and (n, RATED) sums of each row's key before `at_ms`, or of the last
        hours before it."""
        since = None if hours is None else at_ms - hours * 3_600_000
        return sums_before(self.counter(name), self.keys[name], at_ms=at_ms, since_ms=since)

"""An impression's features: what was known before a moment, as columns of int8 at fixed scales.

The moment is the impression's own, or the user's first of the day for slates. Rates stand as log
odds beside those of a prior (a video's beside everybody's, a user's in a tab beside the user's).
"""

from typing import Final

import numpy as np

from bench.quality.columns import EPOCH, PAIR, VIEWER, Columns
from bench.quality.counters import Doubles, log_odds, sums_before
from bench.quality.known import (
    BUCKETS,
    CLICK,
    LIKE,
    LONG,
    RATED,
    SHARE,
    TYPICAL,
    Known,
    odds,
    rate_of,
    taste_of,
)
from bench.quality.log import BEIJING_MS, DAY_MS, Ints
from bench.quality.past import add_past, last_known_ms

HOUR_MS: Final = 3_600_000
ODDS: Final = 32
"""Steps in one of log odds; LIKE_ODDS for likes, which are rarer."""
LIKE_ODDS: Final = 24
PROFILE: Final = (
    ("user_active_degree", 9), ("follow_user_num_range", 8), ("fans_user_num_range", 9),
    ("friend_user_num_range", 7), ("register_days_range", 8), ("onehot_feat0", 2),
    ("onehot_feat1", 7), ("onehot_feat6", 3), ("onehot_feat9", 7), ("onehot_feat10", 5),
    ("onehot_feat11", 5),
)  # fmt: skip
PROFILE_RATED: Final = (2, 3, 4, 5, 7, 8)
"""Columns of the profile with too many values to have one feature each."""


def features_at(known: Known, at_ms: Ints) -> Columns:
    """All columns as of `at_ms` (n,): nothing of an outcome that was not known before it."""
    return _Moment(known, at_ms).columns


class _Moment:
    def __init__(self, known: Known, at_ms: Ints) -> None:
        self.known, self.log, self.at_ms = known, known.log, at_ms
        self.columns = Columns()
        n, s = known.before("all", at_ms)
        self.base: Doubles = (s + 50 * TYPICAL) / (n[:, None] + 50)
        self.smoothed: dict[str, Doubles] = {}
        self._user()
        self._profile()
        self._moment()
        self._tab()
        self._video()
        self._about()
        self._residuals()
        add_past(self.columns, known, at_ms)
        self._pair()

    def rates(
        self, group: str, name: str, prior: Doubles, *, weight: float = 15,
        only: tuple[int, ...] = (CLICK, LONG, LIKE, SHARE), beside: Doubles | None = None,
    ) -> tuple[Ints, Doubles]:  # fmt: skip
        """Add how many outcomes the key has and its rates beside the prior's (or `beside`)."""
        n, s = self.known.before(name, self.at_ms)
        weights = np.array([weight, weight, 3 * weight, weight], dtype=np.float64)
        self.columns.add(group, f"{name}_n", np.log2(1 + n), 10)
        smoothed = (s + weights * prior) / (n[:, None] + weights)
        for o in only:
            value = odds(smoothed[:, o]) - odds((prior if beside is None else beside)[:, o])
            self.columns.add(group, f"{name}_{RATED[o]}", value, LIKE_ODDS if o == LIKE else ODDS)
        self.smoothed[name] = smoothed
        return n, s

    def _user(self) -> None:
        c = self.columns
        kept, long_kept, before = self.known.history_at(self.at_ms)
        watched, long, likes = (before[:, i] for i in range(3))
        c.add(VIEWER, "history_n", np.log2(1 + watched), 12)
        c.add(VIEWER, "history_long", log_odds(long_kept, kept, prior=0.36, weight=4), ODDS)
        # Of those who had 50 long watches, the last watches that are kept say how often.
        among = np.where(long >= 50, kept * long / np.maximum(long_kept, 1), watched)
        c.add(VIEWER, "history_long_all", log_odds(long, among, prior=0.36, weight=6), ODDS)
        for weight in (4, 15, 60):
            value = log_odds(likes, watched, prior=0.02, weight=weight)
            c.add(VIEWER, f"history_like_{weight}", value, LIKE_ODDS)
        c.add(VIEWER, "history_like_n", np.log2(1 + likes), 20)
        n, s = self.rates(VIEWER, "user", self.base, weight=4)
        self.user_long = self.known.long_rate(self.at_ms)
        c.add(VIEWER, "user_all_long", odds(self.user_long) - odds(TYPICAL[LONG]), ODDS)
        for weight in (5, 20, 80):
            value = log_odds(s[:, LIKE] + likes, n + watched, prior=0.0175, weight=weight)
            c.add(VIEWER, f"user_all_like_{weight}", value, LIKE_ODDS)
        c.add(VIEWER, "user_likes_n", np.log2(1 + s[:, LIKE] + likes), 24)
        c.add(VIEWER, "user_likes_any", s[:, LIKE] + likes > 0, 64)
        for hours in (1, 6, 24):
            n, s = self.known.before("user", self.at_ms, hours=hours)
            c.add(VIEWER, f"user_n_{hours}h", np.log2(1 + n), 20)
            for o in (CLICK, LONG):
                value = log_odds(s[:, o], n, prior=self.base[:, o], weight=4)
                c.add(VIEWER, f"user_{RATED[o]}_{hours}h", value, ODDS)

    def _profile(self) -> None:
        c, users, user = self.columns, self.log.users, self.log.user
        for name, of in PROFILE:
            c.one_hot(VIEWER, name, users[name][user].astype(np.int64), of=of)
        for number in range(12, 18):
            c.add(VIEWER, f"onehot_feat{number}", users[f"onehot_feat{number}"][user], 64)
        for name in ("is_live_streamer", "is_video_author"):
            c.add(VIEWER, name, np.clip(users[name][user], -1, 1), 64)
        for name in ("follow_user_num", "fans_user_num", "friend_user_num", "register_days"):
            c.add(VIEWER, name, np.log2(1 + np.maximum(users[name][user], 0)), 9)
        for number in PROFILE_RATED:
            name = f"feat{number}"
            self.known.add_key(name, users[f"onehot_{name}"][user].astype(np.int64) + 1)
            self.rates(VIEWER, name, self.base, weight=30, only=(CLICK, LONG, LIKE))

    def _moment(self) -> None:
        c = self.columns
        gap = np.log2(
            1 + np.maximum(self.at_ms - last_known_ms(self.known, self.at_ms), 0) / 60_000
        )
        c.add(VIEWER, "gap", np.minimum(gap, 14), 9)
        minute = (self.at_ms + BEIJING_MS) % DAY_MS / 60_000
        self.hour = (minute // 60).astype(np.int64)
        for name, times in (("day", 1), ("half", 2)):
            c.add(VIEWER, f"{name}_sin", np.sin(2 * np.pi * times * minute / 1440), 64)
            c.add(VIEWER, f"{name}_cos", np.cos(2 * np.pi * times * minute / 1440), 64)

    def _tab(self) -> None:
        tab = self.known.keys["tab"]
        self.rates(VIEWER, "tab", self.base, weight=20, only=(CLICK, LONG, LIKE))
        # The hour of the moment, not of each row: a key of its own for each pass.
        hours = ((self.log.time_ms + BEIJING_MS) % DAY_MS // HOUR_MS).astype(np.int64)
        self.known.add_key("tab_hour", tab * 24 + hours)
        counter = self.known.counter("tab_hour")
        n, s = sums_before(counter, tab * 24 + self.hour, at_ms=self.at_ms)
        for o in (CLICK, LONG):
            value = log_odds(s[:, o], n, prior=self.smoothed["tab"][:, o], weight=20)
            self.columns.add(VIEWER, f"tab_hour_{RATED[o]}", value, ODDS)
        self.columns.one_hot(VIEWER, "tab", np.minimum(tab, 13), of=14)
        self.rates(VIEWER, "user_tab", self.smoothed["tab"], weight=4, only=(CLICK, LONG, LIKE))

    def _video(self) -> None:
        c, known, video = self.columns, self.known, self.log.video
        there = self.at_ms > self.log.history_ms.max()
        n_h = np.where(there, known.history_n[video], 0)
        sums = np.where(there, known.history_long[video], 0)
        long_h = log_odds(sums, n_h, prior=0.3626, weight=10)
        sums = np.where(there, known.history_like[video], 0)
        like_h = log_odds(sums, n_h, prior=0.0275, weight=20)
        c.add(EPOCH, "video_history_n", np.log2(1 + n_h), 10)
        c.add(EPOCH, "video_history_long", long_h, ODDS)
        c.add(EPOCH, "video_history_like", like_h, LIKE_ODDS)
        c.add(EPOCH, "video_tendency", np.where(there, known.tendency[video], 0), 200)
        shifts = np.stack([0.7 * long_h, long_h, like_h, 0.7 * long_h], axis=1)
        prior = rate_of(odds(self.base) + shifts)
        self.rates(EPOCH, "video", prior, beside=self.base)
        for hours in (6, 24, 72):
            n, s = known.before("video", self.at_ms, hours=hours)
            c.add(EPOCH, f"video_n_{hours}h", np.log2(1 + n), 14)
            for o in (CLICK, LONG):
                value = log_odds(s[:, o], n, prior=self.smoothed["video"][:, o], weight=15)
                c.add(EPOCH, f"video_{RATED[o]}_{hours}h", value, ODDS)
        for name in ("author", "tag", "music"):
            self.rates(EPOCH, name, self.base)

    def _about(self) -> None:
        c, videos, video = self.columns, self.log.videos, self.log.video
        c.one_hot(EPOCH, "length", self.known.keys["bucket"], of=BUCKETS)
        c.add(EPOCH, "length_log", np.log2(np.maximum(self.log.length_ms, 1000) / 1000), 12)
        self.rates(EPOCH, "bucket", self.base, weight=20)
        for name, of in (("video_type", 3), ("upload_type", 14)):
            c.one_hot(EPOCH, name, videos[name][video], of=of)
        kinds = np.unique(videos["music_type"], return_inverse=True)[1]
        c.one_hot(EPOCH, "music_type", kinds[video], of=5)
        wide, high = videos["server_width"][video], videos["server_height"][video]
        c.add(EPOCH, "is_wide", wide > high, 64)
        c.add(EPOCH, "is_square", wide == high, 64)
        c.add(EPOCH, "height", np.log2(np.maximum(high, 100) / 1000), 48)
        for d in range(16):
            c.add(EPOCH, f"near_{d}", self.known.near[video, d], 120)

    def _residuals(self) -> None:
        """How much more often than a simple guess: of a video beside what its viewers do, of a user
        beside what the videos seen do."""
        c, known = self.columns, self.known
        y = known.values[:, [CLICK, LONG]]
        tab = odds(self.smoothed["tab"][:, :2]) - odds(self.base[:, :2])
        by_user = odds(self.smoothed["user"][:, :2] * 0.5 + 0.5 * self.base[:, :2])
        by_user[:, 1] = odds(self.user_long)
        by_video = odds(self.smoothed["video"][:, :2])
        for group, name, guess in (
            (EPOCH, "video", by_user), (EPOCH, "author", by_user), (EPOCH, "tag", by_user),
            (VIEWER, "user", by_video),
        ):  # fmt: skip
            guessed = rate_of(guess + tab)
            values = np.concatenate([y - guessed, guessed * (1 - guessed)], axis=1)
            counter = known.counter_of_values(name, values)
            _, s = sums_before(counter, known.keys[name], at_ms=self.at_ms)
            for o in (CLICK, LONG):
                c.add(group, f"{name}_more_{RATED[o]}", s[:, o] / (s[:, 2 + o] + 2), ODDS)

    def _pair(self) -> None:
        known, log = self.known, self.log
        few = (CLICK, LONG, LIKE)
        for name in ("user_author", "user_tag", "user_bucket"):
            self.rates(PAIR, name, self.smoothed["user"], weight=4, only=few)
        self.rates(PAIR, "video_tab", self.smoothed["video"], only=(CLICK, LONG))
        self.rates(PAIR, "bucket_tab", self.smoothed["tab"], weight=30)
        self.rates(PAIR, "tag_tab", self.smoothed["tab"], weight=30, only=(CLICK, LONG))
        self._by_taste()
        for number in (1, 10):
            name = f"video_feat{number}"
            group = log.users[f"onehot_feat{number}"][log.user].astype(np.int64)
            known.add_key(name, log.video * 8 + group)
            self.rates(PAIR, name, self.smoothed["video"], only=(CLICK, LONG))

    def _by_taste(self) -> None:
        """Counters by how patient viewers are: each row counts by its own viewer's patience at its
        own time, and is asked by this one's at this moment."""
        known, log = self.known, self.log
        taste = taste_of(self.user_long)
        bucket, tab = known.keys["bucket"] * 1024, np.minimum(known.keys["tab"], 4)
        all_four = (CLICK, LONG, LIKE, SHARE)
        for name, key, step, prior, weight, only in (
            ("video_taste", log.video * 8, 1, self.smoothed["video"], 15, (CLICK, LONG)),
            ("bucket_taste_tab", bucket + tab, 16, self.base, 30, all_four),
            ("bucket_taste", bucket, 16, self.base, 30, all_four),
        ):
            known.add_key(name, key + known.taste * step)
            n, s = sums_before(known.counter(name), key + taste * step, at_ms=self.at_ms)
            self.columns.add(PAIR, f"{name}_n", np.log2(1 + n), 10)
            for o in only:
                value = log_odds(s[:, o], n, prior=prior[:, o], weight=weight)
                scale = LIKE_ODDS if o == LIKE else ODDS
                self.columns.add(PAIR, f"{name}_{RATED[o]}", value, scale)

"""Four ways in which viewers come to like things, none of them our model's form.

Our ranker learns from dot products of embeddings with a profile that decays with each watch, from
affinities to topics and creators, and from counters. What decides here:

`Moods`    Each viewer is a mixture of loved topics and of loved genres; no fact of a video names
           a genre. What counts is the *best* of a video's aspects, not their sum. A topic bores by
           the square of how much there was of it and recovers with the clock. One loved topic at a
           time is the mood of the moment.
`Niches`   Conjunctions: a viewer wants a style *with* a length *with* a kind of topic, and neither
           of the three alone is worth anything. Meeting a niche is a threshold, not a degree.
           Some niches are for the morning half of the day and some for the evening's.
`Fashion`  Viewers belong to communities. What a community's members took to becomes more liked by
           all its members for an hour or two, so it depends on what was shown to others; the
           fashion of topics wanders every half hour, as a random walk. Creators wear out.
`Habits`   For tuning only, in no judged figure: sums of leanings toward topics, creators, styles
           and lengths, which drift. The form nearest to what the recommenders assume.

All tastes turn at `society.TURN_MS`. Likings are around 0: at -2 nearly all swipe away, at 2 nearly
all stay.
"""

from typing import Final, Protocol

import numpy as np

from plainview.sim.society import (
    GENRES,
    HOUR_MS,
    MINUTE_MS,
    STYLE_NAMES,
    TOPICS,
    Floats,
    Society,
    bell,
    even,
)

KINDS_OF_TOPIC: Final = 4
COMMUNITIES: Final = 4
LENGTHS_S: Final = (7.0, 12.0)
"""Where short ends and long begins, for a niche."""


class Taste(Protocol):
    """How viewers take to videos, and what they are like afterwards."""

    name: str

    def likings(self, viewer: int, *, now_ms: int) -> Floats:
        """(N,) what the viewer thinks of each video just now."""

    def watched(self, viewer: int, video: int, *, share: float, now_ms: int) -> None:
        """The viewer watched `share` of its length."""

    def turn(self) -> None:
        """Tastes turn."""


class Moods:
    """Mixtures with moods, boredom and recovery. See the module."""

    name = "moods"

    def __init__(self, society: Society) -> None:
        self.society = society
        seed, V = society.seed, society.viewers
        self.topics = 0.3 * bell(seed, "moods topics", V, len(TOPICS)) - 0.8
        self.genres = np.full((V, GENRES), -1.0)
        self.loved = np.argsort(even(seed, "moods loved", V, len(TOPICS)), axis=1)[:, :3]
        self.strength = 0.7 + 0.9 * even(seed, "moods strength", V, 3)
        np.put_along_axis(self.topics, self.loved, self.strength, axis=1)
        self.liked_genres = np.argsort(even(seed, "moods genres", V, GENRES), axis=1)[:, :2]
        np.put_along_axis(self.genres, self.liked_genres, 0.9, axis=1)
        self.noise = 0.4 * bell(seed, "moods noise", V, society.size)
        self.bored = np.zeros((V, len(TOPICS) + 1))
        self.bored_ms = np.zeros(V)
        self.mood = self.loved[:, 0].copy()
        self.seen = np.zeros(V, dtype=np.int64)
        self.switches = even(seed, "moods switches", V, 1000, 2)

    def likings(self, viewer: int, *, now_ms: int) -> Floats:
        """(N,) what the viewer thinks of each video just now."""
        s = self.society
        healed = np.exp2(-(now_ms - self.bored_ms[viewer]) / (15 * MINUTE_MS))
        taste = np.append(self.topics[viewer], -1.2)
        taste[self.mood[viewer]] += 0.4
        taste -= (healed * self.bored[viewer]) ** 2
        best = np.maximum(np.maximum(taste[s.topic], taste[s.topic2]), self.genres[viewer, s.genre])
        return np.asarray(best + 0.35 * s.quality + self.noise[viewer])

    def watched(self, viewer: int, video: int, *, share: float, now_ms: int) -> None:
        """Boredom with its topics; perhaps another mood."""
        del share
        s = self.society
        self.bored[viewer] *= 0.94 * np.exp2(-(now_ms - self.bored_ms[viewer]) / (15 * MINUTE_MS))
        self.bored_ms[viewer] = now_ms
        for topic in (s.topic[video], s.topic2[video]):
            if topic >= 0:
                self.bored[viewer, topic] += 0.25
        switch, which = self.switches[viewer, self.seen[viewer] % 1000]
        self.seen[viewer] += 1
        if switch < 1 / 15:
            self.mood[viewer] = self.loved[viewer, int(which * 3)]

    def turn(self) -> None:
        """Two of three loved topics, and both genres, give way to others."""
        V, seed = self.society.viewers, self.society.seed
        np.put_along_axis(self.topics, self.loved[:, :2], -0.9, axis=1)
        others = np.argsort(even(seed, "moods turned", V, len(TOPICS)), axis=1)
        for v in range(V):
            fresh = [t for t in others[v].tolist() if t not in self.loved[v].tolist()][:2]
            self.loved[v, :2] = fresh
        np.put_along_axis(self.topics, self.loved, self.strength, axis=1)
        self.genres[:] = -1.0
        turned = np.argsort(even(seed, "moods genres turned", V, GENRES), axis=1)[:, :2]
        np.put_along_axis(self.genres, turned, 0.9, axis=1)
        self.mood = self.loved[:, 0].copy()


class Niches:
    """Conjunctions that no sum of leanings says. See the module."""

    name = "niches"
    WANTED, SHUNNED = 6, 3

    def __init__(self, society: Society) -> None:
        self.society = society
        s, count = society, self.WANTED + self.SHUNNED
        self.kind = np.where(s.topic < 0, -1, s.topic % KINDS_OF_TOPIC)
        self.length = np.digitize(s.length_s, LENGTHS_S)
        self.noise = 0.4 * bell(s.seed, "niches noise", s.viewers, s.size)
        self.niches = self._drawn("niches")
        self.half = (even(s.seed, "niches half", s.viewers, count) * 3).astype(np.int64)
        self.half[:, self.WANTED :] = 2
        self.matches = self._matched()

    def _drawn(self, name: str) -> Floats:
        """(V, niches, 3) style, length, kind; -1 in one of the three is any."""
        s, count = self.society, self.WANTED + self.SHUNNED
        sizes = np.array([len(STYLE_NAMES), len(LENGTHS_S) + 1, KINDS_OF_TOPIC])
        niches = np.floor(even(s.seed, name, s.viewers, count, 3) * sizes)
        which = even(s.seed, f"{name} any", s.viewers, count) * 6
        for place in range(3):
            niches[:, :, place][which.astype(np.int64) == place] = -1
        return np.asarray(niches)

    def _matched(self) -> Floats:
        """(V, niches, N) whether a video meets a niche."""
        columns = (self.society.style, self.length, self.kind)
        found = np.ones((*self.niches.shape[:2], self.society.size), dtype=np.bool_)
        for place, column in enumerate(columns):
            wanted = self.niches[:, :, place, None]
            found &= (wanted < 0) | (wanted == column)
        return np.asarray(found)

    def likings(self, viewer: int, *, now_ms: int) -> Floats:
        """(N,) what the viewer thinks of each video just now."""
        half = now_ms // (12 * HOUR_MS) % 2
        is_now = (self.half[viewer] == 2) | (self.half[viewer] == half)
        met = self.matches[viewer] & is_now[:, None]
        wanted = met[: self.WANTED].sum(axis=0)
        liking = np.where(wanted >= 2, 1.7, np.where(wanted == 1, 1.2, -0.8))
        liking = liking - 1.8 * met[self.WANTED :].any(axis=0)
        return np.asarray(liking + 0.35 * self.society.quality + self.noise[viewer])

    def watched(self, viewer: int, video: int, *, share: float, now_ms: int) -> None:
        """Nothing changes."""

    def turn(self) -> None:
        """Four of six niches give way to others, and one of three that are shunned."""
        after = self._drawn("niches turned")
        after[:, 4:8] = self.niches[:, 4:8]
        self.niches = after
        self.matches = self._matched()


class Fashion:
    """Communities, contagion, wandering fashion and wear. See the module."""

    name = "fashion"
    STEP_MS = HOUR_MS // 2

    def __init__(self, society: Society) -> None:
        self.society = society
        s = society
        self.community = (even(s.seed, "fashion community", s.viewers) * COMMUNITIES).astype(
            np.int64
        )
        self.base = 0.7 * bell(s.seed, "fashion base", COMMUNITIES, s.creators)
        self.own = 0.35 * bell(s.seed, "fashion own", s.viewers, s.creators)
        self.follows = 0.3 + 0.7 * even(s.seed, "fashion follows", s.viewers)
        self.noise = 0.4 * bell(s.seed, "fashion noise", s.viewers, s.size)
        self.walk = self._walked()
        self.sign = np.ones((COMMUNITIES, len(TOPICS) + 1))
        self.buzz = np.zeros((COMMUNITIES, s.size))
        self.buzz_ms = np.zeros(COMMUNITIES)
        self.worn = np.zeros((s.viewers, s.creators))

    def _walked(self) -> Floats:
        """(steps, COMMUNITIES, topics + 1) where fashion stands at each half hour."""
        steps, s = 2 * 36 + 1, self.society
        moves = bell(s.seed, "fashion walk", steps, COMMUNITIES, len(TOPICS) + 1)
        walk = np.empty_like(moves)
        walk[0] = moves[0]
        for i in range(1, steps):
            walk[i] = 0.97 * walk[i - 1] + 0.24 * moves[i]
        walk[:, :, -1] = 0
        return walk

    def likings(self, viewer: int, *, now_ms: int) -> Floats:
        """(N,) what the viewer thinks of each video just now."""
        s, mine = self.society, self.community[viewer]
        step = min(now_ms // self.STEP_MS, len(self.walk) - 1)
        fashion = (self.walk[step] * self.sign)[mine]
        healed = np.exp2(-(now_ms - self.buzz_ms[mine]) / (1.5 * HOUR_MS))
        talk = np.log1p(healed * self.buzz[mine])
        creator = self.base[mine] + self.own[viewer] - 0.12 * self.worn[viewer]
        liking = creator[s.creator] + 0.8 * fashion[s.topic] + self.follows[viewer] * 0.6 * talk
        return np.asarray(liking - 0.7 + 0.35 * s.quality + self.noise[viewer])

    def watched(self, viewer: int, video: int, *, share: float, now_ms: int) -> None:
        """What is watched to the end is talked about; its creator wears out a little."""
        s, mine = self.society, self.community[viewer]
        self.buzz[mine] *= np.exp2(-(now_ms - self.buzz_ms[mine]) / (1.5 * HOUR_MS))
        self.buzz_ms[mine] = now_ms
        self.worn[viewer] *= 0.97
        self.worn[viewer, s.creator[video]] += 1
        if share > 0.9:
            self.buzz[mine, video] += 1

    def turn(self) -> None:
        """What was in fashion is out and the reverse; half the creators are thought of afresh."""
        s = self.society
        self.sign = -self.sign
        afresh = even(s.seed, "fashion afresh", s.creators) < 0.5
        self.base[:, afresh] = 0.7 * bell(s.seed, "fashion turned", COMMUNITIES, int(afresh.sum()))
        self.buzz[:] = 0


class Habits:
    """Sums of leanings: what recommenders are tuned on, and no judged figure. See the module."""

    name = "habits"

    def __init__(self, society: Society) -> None:
        self.society = society
        s, V = society, society.viewers
        self.topics = 0.8 * bell(s.seed, "habits topics", V, len(TOPICS) + 1)
        self.creators = 0.5 * bell(s.seed, "habits creators", V, s.creators)
        self.styles = 0.4 * bell(s.seed, "habits styles", V, len(STYLE_NAMES))
        self.length = 0.4 * bell(s.seed, "habits length", V)
        self.noise = 0.4 * bell(s.seed, "habits noise", V, s.size)
        self.drift = bell(s.seed, "habits drift", V, len(TOPICS) + 1)
        self.log_length = np.log(s.length_s / 10)

    def likings(self, viewer: int, *, now_ms: int) -> Floats:
        """(N,) what the viewer thinks of each video just now."""
        s, v = self.society, viewer
        topics = self.topics[v] + self.drift[v] * 0.5 * now_ms / (24 * HOUR_MS)
        liking = topics[s.topic] + self.creators[v, s.creator] + self.styles[v, s.style]
        liking = liking + self.length[v] * self.log_length - 0.6
        return np.asarray(liking + 0.35 * s.quality + self.noise[v])

    def watched(self, viewer: int, video: int, *, share: float, now_ms: int) -> None:
        """Nothing changes."""

    def turn(self) -> None:
        """Half of the leanings toward topics are drawn again."""
        s = self.society
        half = np.argsort(even(s.seed, "habits half", len(TOPICS)))[:6]
        self.topics[:, half] = 0.8 * bell(s.seed, "habits turned", s.viewers, 6)


TASTES = {taste.name: taste for taste in (Moods, Niches, Fashion, Habits)}
JUDGED = ("moods", "niches", "fashion")

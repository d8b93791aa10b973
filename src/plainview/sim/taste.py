"""How a simulated viewer takes to a video.

Our ranker sums weighted dot products of embeddings with a profile that decays with time. None of
that is here. A simulated viewer
 - is at any moment in one *mood* (a Markov chain over two to four loved topics), and takes the best
   topic of a video, not the sum: liking is a maximum of cases, not a product of vectors;
 - has leanings toward styles that no label and no embedding column names;
 - has quirks about single creators, drawn by hash: one in six is adored or cannot be stood;
 - gets bored: each video of a topic adds boredom that counts by its square and heals slowly, so
   that the fifth in a row of what one loves is worse than a change;
 - is curious: a creator never met before is worth a little;
 - drifts: every so often one loved topic is dropped for another;
 - leaves by a hazard each second, which depends on the hook in the first second, on liking, on
   patience with length, and on how long the sitting has lasted;
 - presses buttons by habit: some like all they finish, some hardly ever; now and then writes a
   comment, the likelier the better it was liked, by a stream of draws of its own.
Numbers are integers in per mille, drawn from named seeds.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from plainview.core.catalogue import VideoFacts
from plainview.core.terms.ids import CreatorId
from plainview.sim.chance import Chance
from plainview.sim.world import STYLES, HiddenTraits

STEP_MS: Final = 1_000
LOOPS_MAX: Final = 4
COMMENTS_OF: Final = 10_000
"""Generosity 200 and liking 600, both per mille, make 12 comments in a thousand such showings."""


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """What one showing led to. `kinds` are events beside `shown` and `watch`, in order."""

    ms: int
    loops: int
    kinds: tuple[str, ...]
    liking: int


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What stays the same in a viewer."""

    generosity: int
    patience_ms: int
    drift: int
    styles: Mapping[str, int]


class SimViewer:
    """One viewer of the world. The only thing in `sim` that changes: moods, boredom, tiredness."""

    def __init__(self, seed: int, name: str | int, *, topics: tuple[str, ...]) -> None:
        """Draw a viewer. `topics`: all topics of the world, at least two."""
        self._seed, self._name, self._topics = seed, name, topics
        self._chance = Chance(seed, "viewer", name)
        self._comments = Chance(seed, "comments", name)
        chance = self._chance
        drawn = chance.some_of(topics, chance.between(2, 4) + 3)
        loved = drawn[: max(2, len(drawn) - 3)]
        self.tastes = {topic: chance.between(-150, 150) for topic in topics}
        self.tastes |= {topic: chance.between(450, 850) for topic in loved}
        self.tastes |= {topic: chance.between(-700, -300) for topic in drawn[len(loved) :]}
        self.loved = loved
        self.mood = loved[0]
        self.habits = Habits(
            generosity=chance.between(20, 400),
            patience_ms=chance.between(5_000, 30_000),
            drift=chance.between(0, 25),
            styles={style: chance.bell(110) for style in STYLES},
        )
        self._boredom = dict.fromkeys(topics, 0)
        self._met: set[CreatorId] = set()
        self._pleasures: dict[CreatorId, int] = {}
        self._watched = 0

    def take(self, video: VideoFacts, traits: HiddenTraits) -> Reaction:
        """Watch `video`, or not; the viewer is another one afterwards."""
        liking = self._liking(video, traits)
        ms, loops = self._watch(video.length_ms, liking, traits.hook)
        kinds = self._press(video, liking, ms=ms, loops=loops)
        self._live_on(video)
        return Reaction(ms=ms, loops=loops, kinds=kinds, liking=liking)

    def _quirk(self, creator: CreatorId) -> int:
        chance = Chance(self._seed, "quirk", self._name, creator)
        return chance.one_of((-450, 350)) if chance.below(6) == 0 else 0

    def _liking(self, video: VideoFacts, traits: HiddenTraits) -> int:
        cases = [0]
        for label in video.topics:
            taste = self.tastes.get(label.topic, 0)
            if taste > 300:
                taste += 200 if label.topic == self.mood else -150
            bored = self._boredom.get(label.topic, 0)
            cases.append(taste - bored * bored // 1000)
        best = max(cases[1:], default=0)
        new = 80 if video.creator not in self._met else 0
        style = self.habits.styles[traits.style]
        noise = self._chance.bell(90)
        return best + style + self._quirk(video.creator) + traits.quality + new + noise

    def _watch(self, length_ms: int, liking: int, hook: int) -> tuple[int, int]:
        """Second by second: (ms watched over all loops, times it began again)."""
        tired = min(self._watched, 200) // 4
        usual = min(700, max(4, 170 + tired - liking // 4))
        total, at = 0, 0
        while total < (LOOPS_MAX + 1) * length_ms:
            hazard = usual
            if total == 0:
                hazard = min(950, usual * 2 * 1000 // hook)
            elif total > self.habits.patience_ms:
                hazard = usual * 2
            if self._chance.happens(hazard):
                break
            step = min(STEP_MS, length_ms - at)
            total, at = total + step, at + step
            if at == length_ms:
                at = 0
                if not self._chance.happens(max(0, min(850, liking))):
                    break
        loops = min(LOOPS_MAX, max(0, total - 1) // length_ms) if total else 0
        ms = total + (self._chance.between(250, 950) if total % length_ms else 0)
        return max(250, min(ms, (loops + 1) * length_ms)), loops

    def _press(self, video: VideoFacts, liking: int, *, ms: int, loops: int) -> tuple[str, ...]:
        chance, habits = self._chance, self.habits
        kinds: list[str] = []
        saw_most = loops > 0 or ms * 10 >= video.length_ms * 7
        if saw_most and liking > 250:
            if chance.happens(habits.generosity):
                kinds.append("like")
            if chance.happens(habits.generosity // 5):
                kinds.append("save")
            if chance.happens(habits.generosity // 8 + (20 if liking > 700 else 0)):
                kinds.append("share")
            pleasures = self._pleasures.get(video.creator, 0) + 1
            self._pleasures[video.creator] = pleasures
            if pleasures >= 2 and chance.happens(habits.generosity // 3):
                kinds.append("follow")
                self._pleasures[video.creator] = -1_000
            if self._comments.happens(habits.generosity * liking // COMMENTS_OF):
                kinds.append("comment")
        elif liking < -450 and chance.happens(habits.generosity // 4):
            kinds.append("not_interested")
        elif liking < -900 and chance.happens(20):
            kinds.append("mute")
        return tuple(kinds)

    def _live_on(self, video: VideoFacts) -> None:
        self._met.add(video.creator)
        self._watched += 1
        for topic in self._topics:
            self._boredom[topic] = self._boredom[topic] * 5 // 6
        for label in video.topics:
            if label.topic in self._boredom:
                self._boredom[label.topic] += 170
        if self._chance.happens(90):
            self.mood = self._chance.one_of(self.loved)
        if self._chance.happens(self.habits.drift):
            self._drift()

    def _drift(self) -> None:
        dropped = self._chance.below(len(self.loved))
        self.tastes[self.loved[dropped]] = self._chance.between(-100, 150)
        others = [topic for topic in self._topics if topic not in self.loved]
        if others:
            self.loved[dropped] = self._chance.one_of(others)
            self.tastes[self.loved[dropped]] = self._chance.between(450, 850)
        self.mood = self._chance.one_of(self.loved)

    def rest(self) -> None:
        """A new sitting: no longer tired, nor bored."""
        self._watched = 0
        self._boredom = dict.fromkeys(self._topics, 0)

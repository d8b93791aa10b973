"""The reference's own profile of a viewer: `specs/feed-v1.md` §2, and the arithmetic it takes."""

from collections.abc import Callable, Sequence
from math import isqrt
from typing import NamedTuple

from plainview.audit.reference_inputs import Row


def clip127(x: int) -> int:
    return max(-127, min(127, x))


def unit(v: list[int]) -> list[int]:
    """§2: shortened to length 400."""
    shift = max(0, max(abs(x) for x in v).bit_length() - 20)
    v = [x >> shift for x in v]
    n = isqrt(sum(x * x for x in v))
    return [clip127(x * 400 // n) for x in v] if n else [0] * 64


def dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(x * y for x, y in zip(a, b, strict=True))


def log8(n: int) -> int:
    if n <= 1:
        return 0
    b = n.bit_length()
    return 8 * (b - 1) + ((n << 3 >> (b - 1)) & 7)


def rate(x: int, shown: int, p: int, s: int, g: int) -> int:
    """§4: a smoothed rate as a feature."""
    return ((x + p * s) // (shown + s) - p) * g // 16


class Signal(NamedTuple):
    """§2: one of at most 200 things the viewer did, newest first."""

    row: Row
    is_watch: bool
    outcome: int
    act: int
    recent: int
    middle: int
    lasting: int

    @property
    def w(self) -> int:
        return self.outcome + self.act


class Profile:
    """§2."""

    def __init__(self, signals: list[Signal], follows: set[int]) -> None:
        self.signals, self.follows = signals, follows
        self.recent = self._vector([s.w * s.recent for s in signals])
        self.lasting = self._vector([s.w * s.lasting for s in signals])
        self.loved = self._vector([max(s.act, 0) * s.lasting for s in signals])
        self.averse = self._vector([max(-s.w, 0) * s.middle for s in signals])
        latest = signals[:32]
        self.finished = sum(s.outcome >= 4 for s in latest)
        self.skipped = sum(s.outcome == -3 for s in latest)
        self.liked = sum(s.act > 0 for s in latest)
        self.leanings = Leanings([s for s in signals if s.is_watch])

    def _vector(self, factors: list[int]) -> list[int]:
        total = [0] * 64
        for factor, signal in zip(factors, self.signals, strict=True):
            for d, x in enumerate(signal.row.embedding):
                total[d] += factor * x
        return unit(total)

    def interests(self, decay: str) -> list[tuple[int, list[int]]]:
        """(mass, vector) of what a near source looks for, under the decay of that name."""
        places = self._places()
        found = []
        for number in range(8):
            factors = [
                s.w * getattr(s, decay) if place == number else 0
                for s, place in zip(self.signals, places, strict=True)
            ]
            found.append((sum(factors), number, self._vector(factors)))
        total = sum(mass for mass, _, _ in found if mass > 0)
        found.sort(key=lambda one: (-one[0], one[1]))
        kept = [(mass, v) for mass, _, v in found if mass > 0 and 8 * mass >= total][:4]
        plain = self.recent if decay == "recent" else self.lasting
        return kept or ([(1, plain)] if any(plain) else [])

    def _places(self) -> list[int]:
        """§2: the number of the interest of each signal, -1 for none."""
        places = [-1] * len(self.signals)
        leaders: list[tuple[int, ...]] = []
        for sign in (1, -1):
            for r, signal in enumerate(self.signals):
                if signal.w * sign <= 0:
                    continue
                e = signal.row.embedding
                dots = [dot(e, leader) for leader in leaders]
                if dots and max(dots) >= 32_768:
                    places[r] = dots.index(max(dots))
                elif sign > 0 and len(leaders) < 8 and any(e):
                    places[r] = len(leaders)
                    leaders.append(e)
        return places

    def topic_affinity(self, topic: int) -> int:
        return self._affinity([s for s in self.signals for t in s.row.topics if t == topic])

    def creator_affinity(self, creator: int) -> int:
        return self._affinity([s for s in self.signals if s.row.creator == creator])

    @staticmethod
    def _affinity(group: list[Signal]) -> int:
        a = sum(s.w * s.middle for s in group)
        m = sum(abs(s.w * s.middle) for s in group)
        return 127 * a // (m + 24576)

    def tried(self, topic: int) -> int:
        return sum(s.row.topics.count(topic) for s in self.signals)

    def topic_recent(self, topic: int) -> int:
        return sum(s.row.topics.count(topic) for s in self.signals[:8])

    def creator_recent(self, creator: int) -> int:
        return sum(s.row.creator == creator for s in self.signals[:8])


class Leanings:
    """§2: what the watches say beyond what was to be expected, part by part."""

    def __init__(self, watches: list[Signal]) -> None:
        self.level = 0
        self.topics: dict[int, int] = {}
        self.creators: dict[int, int] = {}
        self.lengths: dict[int, int] = {}
        self.watches = [
            (s.row, s.lasting, 256 * s.outcome - self._expected(s.row)) for s in watches
        ]
        self.level = self._part([(m, left) for _, m, left in self.watches])
        self._explain(lambda _: self.level)
        for topic in {t for row, _, _ in self.watches for t in row.topics}:
            among = [(m, left) for row, m, left in self.watches for t in row.topics if t == topic]
            self.topics[topic] = self._part(among)
        self._explain(self.topic)
        for creator in {row.creator for row, _, _ in self.watches}:
            self.creators[creator] = self._part(
                [(m, left) for row, m, left in self.watches if row.creator == creator]
            )
        self._explain(self.creator)

    @staticmethod
    def _expected(row: Row) -> int:
        c, shown = row.counts, row.counts["shown"]
        finish, long, skip, loop = (
            clip127(rate(1000 * c[name], shown, p, 20, 4))
            for name, p in (("finished", 400), ("long", 600), ("skipped", 250), ("looped", 100))
        )
        return (1350 + 8 * finish + 8 * long - 12 * skip + 4 * loop) * 256 // 1000

    @staticmethod
    def _part(among: list[tuple[int, int]], prior: int = 6144) -> int:
        return sum(m * left for m, left in among) // (sum(m for m, _ in among) + prior)

    def _explain(self, part: Callable[[Row], int]) -> None:
        self.watches = [(row, m, left - part(row)) for row, m, left in self.watches]

    def topic(self, row: Row) -> int:
        return sum(self.topics.get(t, 0) for t in row.topics) // max(1, len(row.topics))

    def creator(self, row: Row) -> int:
        return self.creators.get(row.creator, 0)

    def length(self, row: Row) -> int:
        step = self._step(row)
        if step not in self.lengths:
            near = [(4 - abs(self._step(r) - step), m, left) for r, m, left in self.watches]
            self.lengths[step] = self._part([(k * m, left) for k, m, left in near if k > 0], 24576)
        return self.lengths[step]

    @staticmethod
    def _step(row: Row) -> int:
        return min(log8(row.length_ms // 100 + 1), 255)

"""A second implementation of a slate, written from `specs/feed-v1.md` and nothing else.

Plain Python integers, one step after the other as the spec has them, no array library, nothing of
`core.feed`, `core.policy` or `core.learn`. About a thousand times slower than the service, which
is held to it. Long because it is one idea: the spec again, section by section in the spec's order,
so that both can be read side by side; reading bytes and §2 stand beside it.
"""

from collections.abc import Sequence
from hashlib import sha256
from math import isqrt
from typing import Any, NamedTuple

from plainview.audit.reference_inputs import (
    Layer,
    Network,
    Row,
    Rules,
    State,
    epoch_root,
    fold_events,
    read_network,
    read_rows,
    read_rules,
)
from plainview.audit.reference_profile import Profile, Signal, clip127, dot, log8, rate
from plainview.core.terms.canonical import parse_canonical
from plainview.core.terms.draws import DRAW_UNIT, draw, pick, pick_odds

FLAGS = {
    "removed": 1, "withdrawn": 2, "restricted": 4, "sensitive": 8, "synthetic": 16, "advert": 32,
    "unlisted": 64, "silent": 128,
}  # fmt: skip
GONE = 1 | 2 | 64
LABELS = ("restricted", "sensitive", "synthetic", "advert")
SOURCES = (
    "following", "near_recent", "near_lasting", "rising", "popular", "fresh", "newest", "rest",
)  # fmt: skip
HEADS = (
    "finish", "long", "like", "save", "share", "follow", "comment", "skip", "reject", "watch",
)  # fmt: skip
ONE = 1 << 24
CERTAIN = 1 << 40


class Request(NamedTuple):
    """What is asked: feed-v1, "Inputs"."""

    now_ms: int
    seed: bytes
    size: int
    language: str
    tz_min: int
    age: str


def reference_slate(
    *,
    header: bytes,
    rows: bytes,
    weights: bytes,
    policy: bytes,
    viewer: str,
    events: Sequence[bytes],
    request: Request,
    arm: str = "",
    main_weights: bytes = b"",
) -> dict[str, Any]:
    """The slate and the digests of feed-v1, with the epoch's root and the chain's head.

    Keys: `slate` (list of (video, slot, source, propensity, value)), `caught_up`, `candidates`,
    `values`, `features`, `epoch_root`, `events_head`. `weights` are those due in the receipt's
    `arm`; where they are a line's, the rows stand by `main_weights`.
    """
    state, head = fold_events(viewer, events)
    facts = parse_canonical(header)
    assert weights_due(facts, arm) == sha256(weights).hexdigest()
    main = main_weights or weights
    assert facts["weights"] == sha256(main).hexdigest()
    made = Reference(header, rows, weights, policy, state, request, main=main).slate()
    return {**made, "epoch_root": epoch_root(header, rows), "events_head": head}


def weights_due(facts: dict[str, Any], arm: str) -> str:
    """epoch-v1 §8: of the arm's line, `EXPERIMENT/RECIPE` for `EXPERIMENT/POLICY+RECIPE`."""
    experiment, _, rest = arm.partition("/")
    _, plus, recipe = rest.partition("+")
    for line, digest in facts["line_weights"]:
        if plus and line == f"{experiment}/{recipe}":
            return str(digest)
    return str(facts["weights"])


def wave(m: int) -> int:
    return 127 - abs(m % 1440 - 720) * 254 // 720


def shares(count: int, masses: list[int]) -> list[int]:
    """§3: `count * mass // sum`, and what is left to the first."""
    parts = [count * mass // sum(masses) for mass in masses]
    return [parts[0] + count - sum(parts), *parts[1:]] if parts else []


def u64(n: int) -> bytes:
    return n.to_bytes(8, "little")


class Reference:
    """One slate, step by step."""

    def __init__(
        self,
        header: bytes,
        rows: bytes,
        weights: bytes,
        policy: bytes,
        state: State,
        request: Request,
        *,
        main: bytes = b"",
    ) -> None:
        facts: dict[str, Any] = parse_canonical(header)
        self._lists: dict[int, int] = {}
        self.frozen_min: int = facts["frozen_ms"] // 60_000
        self.volume: int = max(facts["shown_today"], facts["shown_yesterday"])
        self.rows: list[Row] = read_rows(rows)
        self.network: Network = read_network(weights)
        lists = read_network(main) if main and main != weights else self.network
        assert facts["centroids"] == lists.centroids_digest
        self.centroids, self.probes = lists.centroids, lists.probes
        self.rules: Rules = read_rules(policy)
        self.state, self.request = state, request
        self.now_min = request.now_ms // 60_000
        self.language = self._language()
        self.decided = [self._rule(row) for row in self.rows]
        self.eligible = [row for row, rule in zip(self.rows, self.decided, strict=True) if not rule]
        self.profile = self._profile()

    # ------------------------------------------------------------------------------- §1 filter

    def _language(self) -> int:
        two = self.request.language[:2].lower()
        if len(two) == 2 and all("a" <= letter <= "z" for letter in two):
            return 256 * ord(two[0]) + ord(two[1])
        return 0

    def _rule(self, row: Row) -> str:
        """The first rule that fits, or ""."""
        flags = {name for name, bit in FLAGS.items() if row.flags & bit}
        sets = self.state.sets
        hidden = {name for name in LABELS if self.rules.labels[name][0] == "hide"}
        limit_ms = self.rules.length_s_max * 1000
        is_minor = self.request.age != "adult"
        found = {
            "removed": "removed" in flags,
            "withdrawn": "withdrawn" in flags,
            "unlisted": "unlisted" in flags,
            "too_young": is_minor and bool(flags & {"restricted", "sensitive"}),
            **{f"label_{name}": name in flags and name in hidden for name in LABELS},
            "creator_blocked": row.creator in sets["blocks"],
            "creator_muted": row.creator in sets["mutes"],
            "video_reported": row.id in sets["reported"],
            "video_rejected": row.id in sets["rejected"],
            "too_long": bool(limit_ms) and row.length_ms > limit_ms,
            "other_language": self.rules.same_language and row.language not in (0, self.language),
            "seen": row.id in sets["seen"],
        }
        return next((rule for rule, fits in found.items() if fits), "")

    # ------------------------------------------------------------------------------ §2 profile

    def _profile(self) -> Profile:
        if not self.rules.uses_profile:
            return Profile([], set())
        acts = self._acts()
        entries = self._entries(acts)
        by_id = {row.id: row for row in self.rows}
        signals: list[Signal] = []
        decays = [4096, 4096, 4096]
        counted: set[int] = set()
        for video, outcome_of in entries:
            if video not in by_id:
                continue
            row = by_id[video]
            act = 0 if video in counted else acts.get(video, 0)
            counted.add(video)
            outcome = 0 if outcome_of is None else self._outcome(*outcome_of, row.length_ms)
            signals.append(Signal(row, outcome_of is not None, outcome, act, *decays))
            decays = [
                value * p // q
                for value, (p, q) in zip(decays, ((7, 8), (31, 32), (63, 64)), strict=True)
            ]
        return Profile(signals, set(self.state.sets["follows"]))

    def _acts(self) -> dict[int, int]:
        sets = self.state.sets
        acts = {}
        for video in {v for n in ("liked", "saved", "shared", "rejected", "reported")
                      for v in sets[n]}:  # fmt: skip
            act = 8 * (video in sets["liked"]) + 8 * (video in sets["saved"])
            act += 10 * (video in sets["shared"])
            against = 16 * (video in sets["rejected"]) + 16 * (video in sets["reported"])
            acts[video] = min(act, 0) - against if against else act
        return acts

    def _entries(self, acts: dict[int, int]) -> list[tuple[int, tuple[int, int] | None]]:
        """(video, (ms, loops) or None), newest first, at most 200."""
        keyed: list[tuple[tuple[int, ...], int, tuple[int, int] | None]] = [
            ((watch.number, 0, i), watch.video, (watch.ms, watch.loops))
            for i, watch in enumerate(self.state.watches)
        ]
        watched = {watch.video for watch in self.state.watches}
        sets = self.state.sets
        for video in acts:
            if video not in watched:
                latest = max(
                    sets[name].get(video, 0)
                    for name in ("liked", "saved", "shared", "rejected", "reported")
                )
                keyed.append(((sets["seen"].get(video, 0), 1, latest, video), video, None))
        keyed.sort(key=lambda entry: entry[0], reverse=True)
        return [(video, outcome_of) for _, video, outcome_of in keyed[:200]]

    @staticmethod
    def _outcome(ms: int, loops: int, length_ms: int) -> int:
        if loops >= 1 or 10 * ms >= 9 * length_ms:
            return 4 + min(loops, 2)
        if ms < 2000 and 4 * ms < length_ms:
            return -3
        return 2 if 2 * ms >= length_ms or ms >= 10_000 else 0

    # ----------------------------------------------------------------------------- §3 retrieve

    def age_min(self, row: Row) -> int:
        return max(0, self.frozen_min - row.published_min)

    @staticmethod
    def engagement(row: Row) -> int:
        c = row.counts
        return (
            2 * c["finished"] + c["long"] + 8 * c["liked"] + 10 * c["saved"] + 12 * c["shared"]
            + 16 * c["followed"] - 2 * c["skipped"] - 40 * c["rejected"] - 80 * c["reported"]
        )  # fmt: skip

    def popularity(self, row: Row) -> int:
        shown = row.counts["shown"]
        return (1000 * self.engagement(row) + 25_000) // (shown + 50) * (8 + log8(shown + 1))

    def rise(self, row: Row) -> int:
        slowed = self.age_min(row) + 120
        return (max(self.engagement(row), 0) << 20) // (slowed * slowed)

    def audience(self) -> int:
        listed = [r for r in self.rows if not r.flags & GONE]
        return min(self.rules.fresh["first_audience"], max(1, self.volume // max(1, len(listed))))

    def queue(self) -> list[Row]:
        """Whoever is owed a first audience, in the order of turns."""
        hidden = sum(FLAGS[name] for name in LABELS if self.rules.labels[name][0] == "hide")
        oldest = self.frozen_min - 1440 * self.rules.fresh["days"]
        limit_ms = self.rules.length_s_max * 1000
        owed = [
            row
            for row in self.rows
            if not row.flags & (GONE | hidden)
            and row.counts["shown"] < self.audience()
            and row.published_min >= oldest
            and not (limit_ms and row.length_ms > limit_ms)
        ]
        waiting = sorted(owed, key=lambda r: (r.counts["shown"], r.published_min, r.id))
        turns: dict[int, int] = {}
        served: dict[int, int] = {}
        for row in waiting:
            turns[row.id] = served.get(row.creator, 0)
            served[row.creator] = turns[row.id] + 1
        return sorted(waiting, key=lambda r: turns[r.id])

    def owed_share(self) -> int:
        most = self.rules.exploration["owed_share"] * DRAW_UNIT // 1000
        if not most:
            return 0
        debts = sum(self.audience() - row.counts["shown"] for row in self.queue())
        return min(most, debts * 24 * DRAW_UNIT // max(self.volume, 1))

    def offers(self, source: str) -> list[Row]:
        """The eligible rows of a source, best first, before the first k are taken."""
        profile, rows = self.profile, self.eligible
        if source == "following":
            rows = [row for row in rows if row.creator in profile.follows]
            return sorted(rows, key=lambda row: -row.published_min)
        if source == "rising":
            return sorted(rows, key=lambda row: -self.rise(row))
        if source == "popular":
            return sorted(rows, key=lambda row: -self.popularity(row))
        if source == "fresh":
            open_ids = {row.id for row in rows}
            return [row for row in self.queue() if row.id in open_ids]
        return sorted(rows, key=lambda row: -row.published_min)

    def near(self, interests: list[tuple[int, list[int]]], wanted: int) -> list[Row]:
        """What a near source offers: interest by interest, each its share of `wanted`."""
        offered: list[Row] = []
        masses = [mass for mass, _ in interests]
        probes = max(1, self.probes // max(1, len(interests)))
        for (_, vector), k in zip(interests, shares(wanted, masses), strict=True):
            rows = self.eligible
            if self.centroids:
                asked = self._nearest_lists(vector)[:probes]
                rows = [row for row in rows if self._list_of(row) in asked]
            offered += sorted(rows, key=lambda row: -dot(row.embedding, vector))[:k]
        return offered

    def _nearest_lists(self, vector: Sequence[int]) -> list[int]:
        dots = [dot(centroid, vector) for centroid in self.centroids]
        return sorted(range(len(dots)), key=lambda c: (-dots[c], c))

    def _list_of(self, row: Row) -> int:
        if row.id not in self._lists:
            self._lists[row.id] = self._nearest_lists(row.embedding)[0]
        return self._lists[row.id]

    def candidates(self) -> tuple[list[tuple[Row, str]], list[Row]]:
        """((row, source) in retrieval order, what `fresh` offered)."""
        found: dict[int, tuple[Row, str]] = {}
        fresh: list[Row] = []
        for source in SOURCES[:-1]:
            wanted = self.rules.sources[source]
            if wanted and source in ("near_recent", "near_lasting"):
                offered = self.near(self.profile.interests(source[5:]), wanted)
            else:
                offered = self.offers(source)[:wanted] if wanted else []
            if source == "fresh":
                fresh = offered
            for row in offered:
                found.setdefault(row.id, (row, source))
        for row in self.offers("popular"):
            if len(found) >= self.request.size:
                break
            found.setdefault(row.id, (row, "rest"))
        return list(found.values()), fresh

    # ----------------------------------------------------------------------------- §4 features

    def viewer_features(self) -> list[int]:
        profile = self.profile
        n = min(len(profile.signals), 32)

        def habit(c: int, p: int, g: int) -> int:
            return ((1000 * c + 8 * p) // (n + 8) - p) * g // 16

        here_min = self.now_min + self.request.tz_min
        return [
            clip127(x)
            for x in (
                *profile.lasting,
                log8(len(profile.signals) + 1),
                habit(profile.finished, 400, 4),
                habit(profile.skipped, 250, 4),
                habit(profile.liked, 40, 16),
                log8(len(profile.follows) + 1),
                wave(here_min),
                wave(here_min - 360),
                log8(self.place_in_sitting() + 1),
                profile.leanings.level // 8,
            )
        ]

    def epoch_features(self, row: Row) -> list[int]:
        c, shown = row.counts, row.counts["shown"]

        return [
            clip127(x)
            for x in (
                *row.embedding,
                rate(1000 * c["finished"], shown, 400, 20, 4),
                rate(1000 * c["long"], shown, 600, 20, 4),
                rate(1000 * c["skipped"], shown, 250, 20, 4),
                rate(1000 * c["liked"], shown, 40, 50, 16),
                rate(1000 * c["saved"], shown, 15, 50, 32),
                rate(1000 * c["shared"], shown, 10, 50, 32),
                rate(1000 * c["followed"], shown, 8, 50, 32),
                rate(1000 * (c["rejected"] + 2 * c["reported"]), shown, 5, 50, 32),
                rate(1000 * c["looped"], shown, 100, 20, 4),
                rate(c["watch_s"] * 1_000_000 // row.length_ms, shown, 600, 20, 2),
                log8(shown + 1) - 64,
                log8(self.age_min(row) + 1) - 84,
                log8(row.length_ms // 100 + 1) - 56,
                64 if shown < 20 else 0,
                *(64 if row.flags & FLAGS[name] else 0
                  for name in ("sensitive", "synthetic", "advert", "silent")),
            )
        ]  # fmt: skip

    def place_in_sitting(self) -> int:
        watches = self.state.watches if self.rules.uses_profile else []
        place, later_ms = 0, self.request.now_ms
        for watch in reversed(watches):
            if later_ms - watch.at_ms > 1_800_000:
                break
            place, later_ms = place + 1, watch.at_ms
        return place

    def attention(self, row: Row) -> int:
        latest = self.profile.signals[:16]
        steps = [dot(row.embedding, s.row.embedding) // 1024 + 64 for s in latest]
        loud = [(8 + i % 8) << (i // 8) for i in (max(0, min(127, step)) for step in steps)]
        said = sum(e * s.w for e, s in zip(loud, latest, strict=True))
        return 16 * said // sum(loud) if loud else 0

    def pair_features(self, row: Row, source: str) -> list[int]:
        profile, topics = self.profile, row.topics
        is_untried = bool(row.slots[0]) and not any(profile.tried(topic) for topic in topics)
        language = 64 if row.language == self.language else -64
        return [
            clip127(x)
            for x in (
                *(dot(row.embedding, vector) // 800 for vector in (
                    profile.recent, profile.lasting, profile.loved, profile.averse)),
                sum(profile.topic_affinity(topic) for topic in topics),
                64 if is_untried else 0,
                16 * sum(profile.topic_recent(topic) for topic in topics),
                profile.creator_affinity(row.creator),
                32 * profile.creator_recent(row.creator),
                64 if row.creator in profile.follows else 0,
                language if row.language and self.language else 0,
                self.attention(row),
                profile.leanings.topic(row) // 8,
                profile.leanings.creator(row) // 8,
                profile.leanings.length(row) // 8,
                64 if source == "following" else 0,
                64 if source in ("near_recent", "near_lasting") else 0,
                64 if source in ("rising", "popular") else 0,
                64 if source == "fresh" else 0,
            )
        ]  # fmt: skip

    def features(self, row: Row, source: str) -> list[int]:
        pair = self.pair_features(row, source)
        return [*self.viewer_features(), *self.epoch_features(row), *pair]

    # --------------------------------------------------------------------------------- §5 rank

    def predictions(self, row: Row, source: str) -> dict[str, int]:
        values = self.features(row, source)
        for layer in self.network.layers[:-1]:
            values = [max(0, min(255, x)) for x in self._layer(layer, values)]
        out = self._layer(self.network.layers[-1], values)
        tables = zip(HEADS, self.network.table, out, strict=True)
        return {head: table[max(0, min(4095, x + 2048))] for head, table, x in tables}

    @staticmethod
    def _layer(layer: Layer, values: list[int]) -> list[int]:
        parts = zip(layer.columns, layer.bias, layer.shift, strict=True)
        return [(dot(values, column) + bias) >> shift for column, bias, shift in parts]

    def value(self, row: Row, source: str) -> int:
        if self.rules.order == "newest":
            return row.published_min
        predicted = self.predictions(row, source)
        predicted["watch"] = self.watch_seconds(predicted["watch"], row.length_ms)
        total = sum(self.rules.worth[head] * predicted[head] for head in HEADS)
        for name in LABELS:
            if row.flags & FLAGS[name]:
                total -= self.rules.labels[name][1] * ONE
        days, points = self.rules.not_interested["days"], self.rules.not_interested["points"]
        return total - points * self.likeness(row, days) * ONE // 1000 if points else total

    def watch_seconds(self, predicted: int, length_ms: int) -> int:
        """In 2^-24, from the table where the weights have one."""
        if not self.network.watch_ms:
            return predicted * 2 * min(length_ms, 1_800_000) // 1000
        ms = self.network.watch_ms[sum(bound <= length_ms for bound in self.network.watch_bounds)]
        steps = len(ms) - 1
        r = min(predicted * steps >> 24, steps - 1)
        read = ms[r] + ((ms[r + 1] - ms[r]) * (predicted * steps - (r << 24)) >> 24)
        return min(read, 3_600_000) * ONE // 1000

    def likeness(self, row: Row, days: int) -> int:
        """How like what was turned down in the last `days`, in thousandths."""
        since_ms = self.request.now_ms - days * 86_400_000
        held = sorted(
            ((at_ms, video) for video, at_ms in self.state.rejected_ms.items() if at_ms > since_ms),
            reverse=True,
        )[:32]
        by_id = {r.id: r for r in self.rows}
        rejected = [by_id[video] for _, video in held if video in by_id]
        most = 0
        for topic in row.topics:
            most = max(most, 250 * sum(topic in other.topics for other in rejected))
        for other in rejected:
            most = max(most, dot(row.embedding, other.embedding) // 32 - 1024)
            if other.creator == row.creator:
                followed = row.creator in self.state.sets["follows"]
                most = max(most, 250 if followed else 1000)
        return min(most, 1000)

    # ------------------------------------------------------------------------------ §6 arrange

    def held(self, row: Row, placed: list[Row]) -> int:
        return max((sum(t in other.topics for other in placed) for t in set(row.topics)), default=0)

    def past(self) -> list[Row]:
        """The last 199 videos served before this slate."""
        by_id = {row.id: row for row in self.rows}
        return [by_id[video] for video in self.state.lately[-199:] if video in by_id]

    def level(self, row: Row, placed: list[Row]) -> int:
        """The lowest level that allows `row` at the place after `placed`."""
        spacing = self.rules.spacing
        past = self.past()
        most = spacing["topics_lately"] * 200 // 1000
        window = (past + placed)[-199:]
        if self.is_turned_down(row) or (
            most
            and any(
                sum(topic in other.topics for other in window) + 1 > most for topic in row.topics
            )
        ):
            return 4
        share, bits = spacing["topics_share"], spacing["lookalike_bits"]
        apart = spacing["creators_apart"]
        if bits and any(
            row.looks and other.looks and (row.looks ^ other.looks).bit_count() < bits
            for other in past[-20:] + placed
        ):
            return 3
        if apart and row.creator in [other.creator for other in (past + placed)[-(apart - 1) :]]:
            return 2
        ceiling = -(-share * (len(placed) + 1) // 1000)
        return 1 if share and self.held(row, placed) + 1 > ceiling else 0

    def arrange(
        self, found: list[tuple[Row, str]], values: dict[int, int], fresh: list[Row]
    ) -> list[tuple[Row, str, str, int]]:
        """(row, slot, source, propensity) of the places that are no repeats."""
        places: list[tuple[Row, str, str, int]] = []
        tires = self.rules.spacing["topic_tires"] * ONE
        sources = {row.id: source for row, source in found}
        doubt = self.rules.exploration["doubt"] * ONE
        shares = {
            "owed": self.owed_share(),
            "explore": self.rules.exploration["share"] * DRAW_UNIT // 1000,
        }
        for i in range(min(self.request.size, len(found))):
            placed = [row for row, *_ in places]
            left = [(row, source) for row, source in found if row not in placed]
            levels = {row.id: self.level(row, placed) for row, _ in left}
            worth = {r.id: values[r.id] - tires * self.held(r, placed) for r, _ in left}
            ranked, _ = min(
                left,
                key=lambda entry: (
                    levels[entry[0].id], entry[1] == "rest", -worth[entry[0].id], entry[0].id,
                ),
            )  # fmt: skip
            free = [(r, s) for r, s in left if levels[r.id] == 0]
            hopes = {
                row.id: worth[row.id] + doubt // isqrt(row.counts["shown"] + 1) for row, _ in free
            }
            owed = [row for row in fresh if (row, sources[row.id]) in free]
            unsure = [
                row
                for row, source in free
                if row != ranked and source != "rest" and hopes[row.id] > worth[ranked.id]
            ]
            pools = {
                "owed": sorted(owed, key=lambda row: -values[row.id]) if shares["owed"] else [],
                "explore": (
                    sorted(unsure, key=lambda row: -hopes[row.id])
                    if doubt and shares["explore"] else []
                ),
            }  # fmt: skip
            chosen, slot = self._chosen(i, ranked, pools, shares)
            odds = self._propensity(chosen, ranked, pools, shares)
            places.append((chosen, slot, sources[chosen.id], odds))
        return places

    def is_turned_down(self, row: Row) -> bool:
        """As like what was turned down as can be."""
        rule = self.rules.not_interested
        return bool(rule["points"]) and self.likeness(row, rule["days"]) == 1000

    def _chosen(
        self, i: int, ranked: Row, pools: dict[str, list[Row]], shares: dict[str, int]
    ) -> tuple[Row, str]:
        first, second = draw(self.request.seed, 2 * i), draw(self.request.seed, 2 * i + 1)
        for slot, pool in pools.items():
            if pool and first < shares[slot]:
                return pool[pick(second, len(pool), self.rules.exploration["best_of"])], slot
            first -= shares[slot] if pool else 0
        return ranked, "ranked"

    def _propensity(
        self, chosen: Row, ranked: Row, pools: dict[str, list[Row]], shares: dict[str, int]
    ) -> int:
        odds, left = 0, DRAW_UNIT
        for slot, pool in pools.items():
            if pool:
                left -= shares[slot]
            if chosen in pool:
                best_of = self.rules.exploration["best_of"]
                odds += shares[slot] * pick_odds(pool.index(chosen), len(pool), best_of)
        return odds + (left * DRAW_UNIT if chosen == ranked else 0)

    # -------------------------------------------------------------------------- §7 and the slate

    def repeats(self, count: int) -> list[Row]:
        if not self.rules.repeats or count <= 0:
            return []
        seen = self.state.sets["seen"]
        hidden = [row for row, rule in zip(self.rows, self.decided, strict=True) if rule == "seen"]
        return sorted(hidden, key=lambda row: (seen[row.id], row.id))[:count]

    def slate(self) -> dict[str, Any]:
        found, fresh = self.candidates()
        values = {row.id: self.value(row, source) for row, source in found}
        places = self.arrange(found, values, fresh)
        repeats = self.repeats(self.request.size - len(places))
        shown = [(row, source) for row, _, source, _ in places]
        shown += [(row, "repeat") for row in repeats]
        ids = b"".join(u64(row.id) for row, _ in found)
        codes = bytes(SOURCES.index(source) + 1 for _, source in found)
        flat = [x % 256 for row, source in shown for x in self.features(row, source)]
        numbers = b"".join(values[row.id].to_bytes(8, "little", signed=True) for row, _ in found)
        return {
            "slate": [
                *((row.id, slot, source, odds, values[row.id])
                  for row, slot, source, odds in places),
                *((row.id, "repeat", "repeat", CERTAIN, 0) for row in repeats),
            ],
            "caught_up": int(len(found) < self.request.size),
            "candidates": sha256(ids + codes).hexdigest(),
            "values": sha256(numbers).hexdigest(),
            "features": sha256(bytes(flat)).hexdigest(),
        }  # fmt: skip

"""Weeks of a feed with its guards, beside the same weeks without them.

    python -m tests.drill.guards --days 14

Simulated viewers, whose tastes are not of our ranker's form (`sim/taste.py`), and a few partisans
who love one topic and nothing else, sit down four times a day; creators upload all the time, to a
catalogue that has had its first audiences. Both runs have the same world, viewers and seeds; the
second one's policy explores nothing, owes nothing, and forgets at once what was turned down. What
must hold: budget and delay of first audiences, a "not interested" for its seven days, no topic
above half of 200 videos, and more of the catalogue shown and more evenly than without. Of 900
videos all are shown either way in the second week, so that size tells nothing of the last.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec

from plainview.core.catalogue import VideoFacts
from plainview.core.feed import queue_of
from plainview.core.learn import starting_weights
from plainview.core.receipts import Receipt, parse_receipt
from plainview.core.terms.ids import CreatorId, VideoId, ViewerId
from plainview.core.terms.slate import Context
from plainview.sim.chance import Chance
from plainview.sim.errand import viewer_id
from plainview.sim.pocket import Pocket
from plainview.sim.sitting import Partisan, events_of
from plainview.sim.taste import SimViewer
from plainview.sim.world import World, make_world

SEED = 20261125
START_MS = 1_789_948_800_000
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
SITTINGS, SIZE = 4, 8
PARTISANS = 10
LATE = 8
"""One video in so many is uploaded while the drill runs, evenly spread over its days."""
WINDOW = 200
OLD_DAYS = 30
"""What was there before is no longer owed anything: `[fresh] days` of the policy."""
FOR_YOU = (Path(__file__).parents[2] / "policies" / "for-you.toml").read_text()
WITHOUT = {
    "topics_lately = 0.5": 'topics_lately = "off"', "days = 7": 'days = "off"',
    "points = 2.0": 'points = "off"', "owed_share = 0.015": 'owed_share = "off"',
    "\nshare = 0.05": '\nshare = "off"', "doubt = 0.5": 'doubt = "off"',
    "best_of = 2": 'best_of = "off"',
}  # fmt: skip
"""What takes the guards out of the policy; spacing within and between pages stays."""


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """One place of one slate, and what came of it."""

    viewer: ViewerId
    at_ms: int
    video: VideoId
    slot: str
    ms: int
    kinds: tuple[str, ...]


class Told(msgspec.Struct, kw_only=True):
    """Everything that one run leaves."""

    world: World
    showings: list[Showing]
    uploaded_ms: dict[VideoId, int]
    owed: dict[VideoId, int]
    paid_ms: dict[VideoId, int]


def without_guards() -> bytes:
    """The policy file with its guards off."""
    text = FOR_YOU
    for old, new in WITHOUT.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def gini(counts: Sequence[int]) -> float:
    """0 when all have the same, near 1 when one has all."""
    ordered = sorted(counts)
    total, n = sum(ordered), len(ordered)
    weighted = sum((2 * i - n + 1) * count for i, count in enumerate(ordered))
    return weighted / (n * total) if total else 0.0


def run(policy: bytes, *, days: int, viewers: int, videos: int) -> Told:
    """Simulate; the same but for what `policy` serves."""
    whole = make_world(SEED, videos=videos, start_ms=START_MS - OLD_DAYS * DAY_MS)
    late = list(whole.videos[LATE - 1 :: LATE])
    early = [facts for i, facts in enumerate(whole.videos) if i % LATE != LATE - 1]
    world = msgspec.structs.replace(whole, videos=tuple(early))
    pocket = Pocket(world, weights=starting_weights(), policies=[policy], now_ms=START_MS)
    facts = {video.id: video for video in whole.videos}
    topics = tuple(sorted({label.topic for video in whole.videos for label in video.topics}))
    sims: list[SimViewer | Partisan] = [
        Partisan(SEED, topics[k % len(topics)])
        if k < PARTISANS
        else SimViewer(SEED, k, topics=topics)
        for k in range(viewers)
    ]
    told = Told(world=whole, showings=[], uploaded_ms={}, owed={}, paid_ms={})
    due = sorted(
        (Chance(SEED, "hour", d, k).below(24) + 24 * d, k)
        for d in range(days) for k in range(viewers) for _ in range(SITTINGS)
    )  # fmt: skip
    at = 0
    for hour in range(24 * days):
        now_ms = START_MS + hour * HOUR_MS
        fresh = late[hour * len(late) // (24 * days) : (hour + 1) * len(late) // (24 * days)]
        for video in fresh:
            facts[video.id] = msgspec.structs.replace(video, published_ms=now_ms)
            told.uploaded_ms[video.id] = now_ms
        pocket.publish([facts[video.id] for video in fresh])
        pocket.freeze(now_ms)
        _settle(told, pocket, now_ms=now_ms)
        while at < len(due) and due[at][0] == hour:
            now_ms += HOUR_MS // (viewers + 1)
            _sit(told, pocket, sims, due[at][1], facts, now_ms=now_ms)
            at += 1
    return told


def _settle(told: Told, pocket: Pocket, *, now_ms: int) -> None:
    """Note what each upload is owed when it first is in an epoch, and when it has had that."""
    index = pocket.index
    (policy,) = pocket.policies.values()
    audience = queue_of(index, policy=policy).audience
    shown = dict(zip(index.ids.tolist(), index.shown.tolist(), strict=True))
    for video in told.uploaded_ms:
        told.owed.setdefault(video, audience)
        if video not in told.paid_ms and shown[video] >= told.owed[video]:
            told.paid_ms[video] = now_ms


def _sit(
    told: Told,
    pocket: Pocket,
    sims: Sequence[SimViewer | Partisan],
    k: int,
    facts: dict[VideoId, VideoFacts],
    *,
    now_ms: int,
) -> None:
    """One viewer watches one slate."""
    viewer = viewer_id(SEED, k)
    name = next(iter(pocket.policies))
    served = pocket.serve(viewer, policy=name, now_ms=now_ms, context=Context(size=SIZE))
    receipt: Receipt = parse_receipt(served.receipt)
    for place, item in enumerate(receipt.slate):
        reaction = sims[k].take(facts[item.video], told.world.hidden[item.video])
        told.showings.append(
            Showing(
                viewer=viewer, at_ms=now_ms, video=item.video, slot=item.slot, ms=reaction.ms,
                kinds=reaction.kinds,
            )
        )  # fmt: skip
        events = events_of(
            reaction, facts[item.video], number=served.number, position=place,
            key=f"{served.number}-{place}",
        )  # fmt: skip
        pocket.take_events(viewer, events, now_ms=now_ms + place)
    sim = sims[k]
    if isinstance(sim, SimViewer):
        sim.rest()


def first_audiences(told: Told, *, until_ms: int) -> tuple[int, int, float]:
    """(uploads a day old or more, of them paid within a day, median hours to be paid)."""
    old = [v for v, at_ms in told.uploaded_ms.items() if at_ms <= until_ms - DAY_MS]
    took = sorted(told.paid_ms.get(v, until_ms + DAY_MS) - told.uploaded_ms[v] for v in old)
    return len(old), sum(ms <= DAY_MS for ms in took), took[len(took) // 2] / HOUR_MS


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """How often "not interested" was said, and how many videos by those creators were served to
    those viewers in the seven days before and after; of those after, how many by creators whom
    they follow, which the rule damps but does not shut out."""

    said: int
    before: int
    after: int
    followed: int


def how_rejections_held(told: Told) -> Held:
    """Of all viewers together."""
    creators = {video.id: video.creator for video in told.world.videos}
    said: dict[ViewerId, list[tuple[int, CreatorId]]] = defaultdict(list)
    for one in told.showings:
        if "not_interested" in one.kinds:
            said[one.viewer].append((one.at_ms, creators[one.video]))
    follows: set[tuple[ViewerId, CreatorId]] = set()
    before = after = followed = 0
    for one in told.showings:
        mine = (one.viewer, creators[one.video])
        for at_ms, creator in said.get(one.viewer, ()):
            if creator == mine[1]:
                before += at_ms - 7 * DAY_MS <= one.at_ms < at_ms
                is_after = at_ms < one.at_ms <= at_ms + 7 * DAY_MS
                after += is_after and mine not in follows
                followed += is_after and mine in follows
        if "follow" in one.kinds:
            follows.add(mine)
    return Held(said=sum(map(len, said.values())), before=before, after=after, followed=followed)


def by_viewer(told: Told) -> dict[ViewerId, list[VideoId]]:
    """What each was served, in order."""
    served: dict[ViewerId, list[VideoId]] = defaultdict(list)
    for one in told.showings:
        served[one.viewer].append(one.video)
    return served


def widest_topic(told: Told) -> int:
    """The most that one topic holds of any WINDOW videos in a row, over all viewers."""
    topics = {video.id: {label.topic for label in video.topics} for video in told.world.videos}
    most = 0
    for videos in by_viewer(told).values():
        held: Counter[str] = Counter()
        for i, video in enumerate(videos):
            held.update(topics[video])
            if i >= WINDOW:
                held.subtract(topics[videos[i - WINDOW]])
            most = max((most, *held.values()))
    return most


def nearest_creators(told: Told, *, apart: int) -> int:
    """How many videos come less than `apart` places after one by their creator."""
    creators = {video.id: video.creator for video in told.world.videos}
    return sum(
        creators[video] in {creators[v] for v in videos[max(0, i - apart + 1) : i]}
        for videos in by_viewer(told).values()
        for i, video in enumerate(videos)
    )


def weeks(told: Told, *, days: int) -> list[tuple[float, float]]:
    """(share of the catalogue shown, Gini of showings) for each whole week."""
    found = []
    for week in range(days // 7):
        start = START_MS + week * 7 * DAY_MS
        end = start + 7 * DAY_MS
        there = [v.id for v in told.world.videos if told.uploaded_ms.get(v.id, 0) < end]
        shown = Counter(one.video for one in told.showings if start <= one.at_ms < end)
        counts = [shown[video] for video in there]
        found.append((sum(n > 0 for n in counts) / len(counts), gini(counts)))
    return found


def share_of(told: Told, slot: str) -> tuple[float, float]:
    """(share of the showings, share of the time watched) of a slot."""
    those = [one for one in told.showings if one.slot == slot]
    whole_ms = sum(one.ms for one in told.showings)
    return len(those) / len(told.showings), sum(one.ms for one in those) / whole_ms


def say(name: str, told: Told, *, days: int) -> bool:
    """Print what was found; whether the guards held."""
    until_ms = START_MS + days * DAY_MS
    uploads, paid, median_h = first_audiences(told, until_ms=until_ms)
    held = how_rejections_held(told)
    owed, explored = share_of(told, "owed"), share_of(told, "explore")
    widest, near = widest_topic(told), nearest_creators(told, apart=4)
    a_day = len(told.showings) / days
    owed_most = max(told.owed.values())
    hours_watched = sum(one.ms for one in told.showings) / HOUR_MS
    print(f"\n{name}")
    print(
        f"  {len(told.showings):,} showings, {a_day:,.0f} a day, {hours_watched:.1f} h watched;"
        f" one upload for {a_day * days / len(told.uploaded_ms):,.0f} showings"
    )
    print(
        f"  first audiences of up to {owed_most}: {paid} of {uploads} uploads had theirs within a"
        f" day, half of them within {median_h:.0f} h"
    )
    for slot, (places, watched) in (("owed", owed), ("explore", explored)):
        print(f"  slot {slot}: {places:.2%} of the showings, {watched:.2%} of the time watched")
    print(
        f"  {held.said} times not interested: {held.after} videos by those creators in the 7 days"
        f" after ({held.followed} more by creators they follow), {held.before} in the 7 days before"
    )
    print(f"  most of one topic in {WINDOW} in a row: {widest}; a creator closer than 4: {near}")
    for week, (coverage, unevenness) in enumerate(weeks(told, days=days), 1):
        print(f"  week {week}: {coverage:.1%} of the catalogue shown, Gini {unevenness:.3f}")
    return (
        paid * 100 >= uploads * 99 and owed[0] <= 0.02 and owed[1] <= 0.02
        and held.after == 0 and widest <= WINDOW // 2
    )  # fmt: skip


def main() -> int:
    """Run both, print both; exit 1 if a guard did not hold or did not help."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--viewers", type=int, default=70)
    parser.add_argument("--videos", type=int, default=2_000)
    options = parser.parse_args()
    asked = {name: getattr(options, name) for name in ("days", "viewers", "videos")}
    began = time.perf_counter()
    guarded, bare = run(FOR_YOU.encode(), **asked), run(without_guards(), **asked)
    print(
        f"{options.days} days, {options.viewers} viewers of whom {PARTISANS} love one topic alone,"
        f" {options.videos} videos, seed {SEED}: {time.perf_counter() - began:.0f} s"
    )
    holds = say("for-you", guarded, days=options.days)
    say("for-you without its guards", bare, days=options.days)
    ours, theirs = weeks(guarded, days=options.days)[-1], weeks(bare, days=options.days)[-1]
    helps = ours[0] > theirs[0] and ours[1] < theirs[1]
    verdict, loops = "held" if holds else "did NOT hold", "damped" if helps else "NOT damped"
    print(f"\nguards {verdict}; feedback {loops}")
    return 0 if holds and helps else 1


if __name__ == "__main__":
    sys.exit(main())

"""A pocket edition put to work: viewers who are served, watch and are served again."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

from plainview.core.terms.ids import ViewerId
from plainview.core.terms.slate import Context
from plainview.sim.chance import Chance
from plainview.sim.pocket import Pocket, PocketSlate
from plainview.sim.sitting import events_of
from plainview.sim.taste import SimViewer

SWIPE_MS: Final = 6_000
LANGUAGES: Final = ("en", "de", "es", "")


def viewer_id(seed: int, k: int) -> ViewerId:
    """The k-th viewer's id."""
    return ViewerId(sha256(f"viewer {seed} {k}".encode()).hexdigest()[:32])


def put_to_work(
    pocket: Pocket,
    *,
    seed: int,
    slates: int,
    viewers: int,
    start_ms: int,
    policies: Sequence[str],
    slates_per_epoch: int = 100,
    restarts: int = 0,
    size: int = 8,
    after_each: Callable[[PocketSlate], None] = lambda _: None,
) -> int:
    """Serve `slates` slates to `viewers` viewers in turn, who take to what they are shown.

    Most watch all of a slate, some leave half-way. The policy is the viewer's own for a while, then
    another; sizes, languages and time zones vary. An epoch is frozen after every `slates_per_epoch`
    slates; `restarts` times all that was not stored is forgotten.

    Returns: the simulated time at the end, in ms.
    """
    world = pocket.world
    facts = {video.id: video for video in world.videos}
    topics = tuple(sorted({label.topic for video in world.videos for label in video.topics}))
    chance = Chance(seed, "errand")
    sims = [SimViewer(seed, k, topics=topics) for k in range(viewers)]
    contexts = [
        Context(
            size=size if k % 5 else 1 + Chance(seed, "size", k).below(20),
            language=Chance(seed, "language", k).one_of(LANGUAGES),
            tz_min=Chance(seed, "zone", k).between(-12, 12) * 60,
            age="minor" if k % 7 == 6 else "adult",
        )
        for k in range(viewers)
    ]
    now_ms, rests = start_ms, max(1, slates // (restarts + 1))
    for i in range(slates):
        k = chance.below(viewers)
        now_ms += 1 + chance.below(2 * SWIPE_MS)
        policy = policies[(k + i * 3 // slates) % len(policies)]
        served = pocket.serve(viewer_id(seed, k), policy=policy, now_ms=now_ms, context=contexts[k])
        after_each(served)
        leaves_at = len(served.videos) if chance.happens(800) else len(served.videos) // 2
        for place, video in enumerate(served.videos[:leaves_at]):
            reaction = sims[k].take(facts[video], world.hidden[video])
            now_ms += 1
            pocket.take_events(
                served.viewer,
                events_of(
                    reaction, facts[video], number=served.number, position=place,
                    key=f"{served.number}-{place}",
                ),
                now_ms=now_ms,
            )  # fmt: skip
            if "comment" in reaction.kinds:
                key = f"{served.number}-{place}-c"
                pocket.take_comment(served.viewer, video, key=key, now_ms=now_ms)
        if i % slates_per_epoch == slates_per_epoch - 1:
            pocket.freeze(now_ms)
        if restarts and i % rests == rests - 1 and i + 1 < slates:
            pocket.restart()
    return now_ms

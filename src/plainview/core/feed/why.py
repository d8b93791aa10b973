"""Why one video of a slate stands there: the numbers, and what moved them."""

import msgspec
import numpy as np

from plainview.core.feed.errors import BadRequest
from plainview.core.feed.filter import counts_by_rule
from plainview.core.feed.rank import LABELS_TERM, REJECTED_TERM, WATCH, value_terms
from plainview.core.feed.slate import Trace
from plainview.core.terms.ids import VideoId
from plainview.core.terms.slate import SlateItem
from plainview.core.terms.watch_time import watched_ms
from plainview.core.terms.weights import HEAD_ONE, VIDEO_FEATURES, WATCH_PLAYINGS

EFFECT_GROUPS: dict[str, tuple[str, ...]] = {
    # label: the features of which it is the effect. Set to 0, each says "nothing known".
    "like what you just watched": ("sim_recent",),
    "like what you have watched for longer": ("sim_lasting",),
    "like what you liked, saved or shared": ("sim_loved",),
    "like what you skipped or rejected": ("sim_averse",),
    "near what you took to in your latest videos": ("attention",),
    "its topics, as you took to them": ("topic_affinity", "leaning_topic"),
    "its creator, as you took to them": ("creator_affinity", "leaning_creator"),
    "you follow its creator": ("is_followed",),
    "a topic you have not been shown yet": ("topic_untried",),
    "more of a topic you just had": ("topic_recent",),
    "more of a creator you just had": ("creator_recent",),
    "how others watched it": (
        "finish_rate", "long_rate", "skip_rate", "loop_rate", "watch_rate", "shown_log",
    ),
    "how others praised or rejected it": (
        "like_rate", "save_rate", "share_rate", "follow_rate", "reject_rate",
    ),
    "how long it is": ("length_log", "leaning_length"),
    "how new it is": ("age_log", "is_unproven"),
    "where it was found": ("from_following", "from_near", "from_crowd", "from_fresh"),
    "its language": ("language_match",),
    "its labels and sound": ("is_sensitive", "is_synthetic", "is_advert", "is_silent"),
    "its words and topics in themselves": tuple(
        name for name in VIDEO_FEATURES if name.startswith("embedding_")
    ),
}  # fmt: skip


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """`effect` is value(as it was) - value(with these features unknown), in units of value."""

    label: str
    effect: int


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of one place of a slate.

    `place` from 1; `rank` by value among the candidates, from 1, 0 for a repeat; `filtered` says
    how many videos of the epoch each rule kept out; `ranked_instead` is what would stand here had
    chance not drawn; `per_mille` follows HEADS; `effects` are those that are not 0, the strongest
    first. `terms` follow HEADS, then labels and what was turned down, and add up to the value.
    Effects do not: the network is not a sum. Under order = "newest" nothing is ranked by
    predictions: `effects` and `terms` are empty and the value is the minute of publication.
    """

    item: SlateItem
    place: int
    rank: int
    candidates: int
    filtered: dict[str, int]
    ranked_instead: VideoId
    explore_pool: int
    rejected_points_milli: int
    spacing_level: int
    per_mille: tuple[int, ...]
    terms: tuple[int, ...]
    effects: tuple[Effect, ...]
    label_points_milli: int


def explain(trace: Trace, video: VideoId) -> Why:
    """Why `video` stands in the slate of `trace`.

    Raises: BadRequest: it does not.
    """
    places = {item.video: i for i, item in enumerate(trace.slate.items)}
    if video not in places:
        raise BadRequest(f"video {video} is not in this slate")
    place = places[video]
    item = trace.slate.items[place]
    base = Why(
        item=item,
        place=place + 1,
        rank=0,
        candidates=len(trace.candidates.rows),
        filtered=counts_by_rule(trace.decided),
        ranked_instead=VideoId(0),
        explore_pool=0,
        spacing_level=0,
        per_mille=(),
        terms=(),
        effects=(),
        label_points_milli=0,
        rejected_points_milli=0,
    )
    if item.slot == "repeat":
        return base
    placing = trace.placings[place]
    at = placing.candidate
    ahead = (trace.values > trace.values[at]) | (
        (trace.values == trace.values[at]) & (trace.candidates.rows < trace.candidates.rows[at])
    )
    is_valued = trace.policy.order == "value"
    ranked = trace.index.ids[trace.candidates.rows[placing.ranked]]
    return msgspec.structs.replace(
        base,
        rank=int(ahead.sum()) + 1,
        ranked_instead=VideoId(int(ranked)) if placing.slot != "ranked" else VideoId(0),
        explore_pool=placing.owed if placing.slot == "owed" else placing.unsure,
        spacing_level=placing.level,
        per_mille=_per_mille(trace, at),
        terms=tuple(trace.terms[at].tolist()) if is_valued else (),
        effects=_effects(trace, at) if is_valued else (),
        label_points_milli=int(trace.terms[at, LABELS_TERM]) // HEAD_ONE,
        rejected_points_milli=int(trace.terms[at, REJECTED_TERM]) // HEAD_ONE,
    )


def _per_mille(trace: Trace, at: int) -> tuple[int, ...]:
    """The predictions in thousandths; `watch` always of WATCH_PLAYINGS playings, which a quantile's
    time may be more than."""
    told = [int(p) * 1000 // HEAD_ONE for p in trace.predictions[at]]
    if trace.weights.watch_times is not None:
        length_ms = trace.index.length_ms[trace.candidates.rows[at : at + 1]]
        predicted = trace.predictions[at : at + 1, WATCH]
        ms = int(watched_ms(predicted, length_ms, times=trace.weights.watch_times)[0])
        told[WATCH] = min(ms * 1000 // (WATCH_PLAYINGS * int(length_ms[0])), 1000)
    return tuple(told)


def _effects(trace: Trace, at: int) -> tuple[Effect, ...]:
    """The change in value when a group of features is set to 0, one group at a time."""
    labels = list(EFFECT_GROUPS)
    variants = np.repeat(trace.video_features[at : at + 1], len(labels) + 1, axis=0)
    for i, label in enumerate(labels):
        variants[i, [VIDEO_FEATURES.index(name) for name in EFFECT_GROUPS[label]]] = 0
    predictions = trace.kernels.forward(trace.weights, trace.viewer_features, variants)
    rows = np.repeat(trace.candidates.rows[at : at + 1], len(variants))
    values = value_terms(
        predictions, rows=rows, index=trace.index, policy=trace.policy,
        times=trace.weights.watch_times,
    ).sum(axis=1)  # fmt: skip
    effects = [
        Effect(label=label, effect=int(values[-1] - values[i])) for i, label in enumerate(labels)
    ]
    effects.sort(key=lambda e: (-abs(e.effect), labels.index(e.label)))
    return tuple(e for e in effects if e.effect)

"""*Why this video?* in plain words, from the numbers of `core.feed.explain`."""

import msgspec

from plainview.core.receipts import recipe_of, split_arm
from plainview.core.terms.weights import HEADS
from plainview.flows.explain_video import Explained

REASONS_MAX = 6
PROPENSITY_BITS = 40

SOURCE_WORDS = {
    "following": "It is by somebody you follow.",
    "near_recent": (
        "Of what had not been sent to you, it was among the closest to what you just watched."
    ),
    "near_lasting": (
        "Of what had not been sent to you, it was among the closest to your lasting taste."
    ),
    "rising": "It is in the list of rising videos: those most was done with for their age.",
    "popular": "It is in the list of popular videos: those most was done with by everybody.",
    "fresh": "It is new, and every new video is owed a first audience.",
    "newest": "It is among the newest.",
    "rest": "Nothing closer to you was left.",
    "repeat": (
        "Everything there is was sent to you before; of all of it, this was sent longest ago."
    ),
}

FOUND_AS = {
    "following": "one by somebody you follow",
    "near_recent": "close to what you just watched",
    "near_lasting": "close to your lasting taste",
    "rising": "one of the rising",
    "popular": "one of the popular",
    "fresh": "new, and owed a first audience",
    "newest": "one of the newest",
    "rest": "one of what was left",
    "repeat": "a repeat: sent to you before, longest ago",
}

UNCHOSEN = "You chose none yet; everybody begins with these."

LIKENESS = {
    "near_recent": "like what you just watched",
    "near_lasting": "like what you have watched for longer",
}
"""The near sources, and the effect that says what their likeness did to the value."""

FOLLOWS_SENT = "Nothing by those you follow is left that was not sent to you"
NOBODY_FOLLOWED = "You follow nobody yet"
NONE_LEFT = "Nothing else that this feed looks for was left"
REST_BY_TIME = "; of the rest, this is among what is most popular with everybody."
"""What is said of `rest`, the most popular of what is left, where nothing goes by value."""

RULE_WORDS = {
    "removed": "removed by the operator",
    "withdrawn": "taken back by their creators",
    "unlisted": "not listed by their creators",
    "too_young": "not for the age you gave",
    "label_restricted": "restricted",
    "label_sensitive": "marked sensitive",
    "label_synthetic": "marked as made by machine",
    "label_advert": "adverts",
    "creator_blocked": "by creators you blocked",
    "creator_muted": "by creators you muted",
    "video_reported": "reported by you",
    "video_rejected": "marked not interesting by you",
    "too_long": "too long for this feed",
    "other_language": "in another language",
    "seen": "sent to you already",
}


class ReasonShape(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that moved it: up when `effect` is above 0. In units of value."""

    label: str
    effect: int
    words: str


class PredictionShape(msgspec.Struct, frozen=True, kw_only=True):
    """What the ranking expected of you, in thousandths, and what that adds, in units of value.

    All of `adds` and what labels take off make the value. 0 where nothing is ranked by value.
    """

    head: str
    per_mille: int
    adds: int


class ConsideredShape(msgspec.Struct, frozen=True, kw_only=True):
    """How many were ranked, and how many each rule had kept out before."""

    candidates: int
    filtered: dict[str, int]


class WhyShape(msgspec.Struct, frozen=True, kw_only=True):
    """Why a video stood in a slate; every number is the one that decided."""

    sentence: str
    source: str
    found_as: str
    slot: str
    place: int
    policy: str
    chosen_words: str
    propensity_words: str
    reasons: tuple[ReasonShape, ...]
    predictions: tuple[PredictionShape, ...]
    considered: ConsideredShape
    filtered_words: dict[str, str]
    numbers: dict[str, int]


def why_shape(explained: Explained, *, title: str) -> WhyShape:
    """The reasons of one place, for people."""
    why = explained.why
    return WhyShape(
        sentence=_sentence(explained, title),
        source=why.item.source,
        found_as=FOUND_AS.get(why.item.source, why.item.source),
        slot=why.item.slot,
        place=why.place,
        policy=explained.policy,
        chosen_words=_chosen(explained),
        propensity_words=_odds(why.item.propensity),
        reasons=tuple(
            ReasonShape(
                label=one.label,
                effect=one.effect,
                words=f"{'Moved it up' if one.effect > 0 else 'Moved it down'}: {one.label}.",
            )
            for one in why.effects[:REASONS_MAX]
        ),
        predictions=tuple(
            PredictionShape(head=head, per_mille=per_mille, adds=adds)
            for head, per_mille, adds in zip(
                HEADS, why.per_mille, why.terms or (0,) * len(HEADS), strict=False
            )
        ),
        considered=ConsideredShape(candidates=why.candidates, filtered=dict(why.filtered)),
        filtered_words={rule: RULE_WORDS.get(rule, rule) for rule in why.filtered},
        numbers={
            "value": why.item.value,
            "rank": why.rank,
            "candidates": why.candidates,
            "epoch": explained.epoch,
            "propensity": why.item.propensity,
            "explore_pool": why.explore_pool,
            "spacing_level": why.spacing_level,
            "label_points_milli": why.label_points_milli,
            "rejected_points_milli": why.rejected_points_milli,
        },
    )


def _sentence(explained: Explained, title: str) -> str:
    why = explained.why
    source = SOURCE_WORDS.get(why.item.source, "")
    if why.item.slot == "repeat":
        return source
    if why.item.slot == "owed":
        return (
            f"Place {why.place} of {title} was given to a video owed a first audience: chance chose"
            f" among {why.explore_pool:,}, rather those you may like. {source}"
        )
    if why.item.slot == "explore":
        return (
            f"Place {why.place} of {title} was given to chance: {why.explore_pool:,}"
            f" video{'s' if why.explore_pool != 1 else ''}, shown too seldom to be sure of, might"
            f" please you more than what stood there. {source}"
        )
    if explained.order == "newest":
        # A rank by time says little: what only fills up stands last, however new.
        is_rest = why.item.source == "rest"
        return _rest_by_time(explained) if is_rest else f"{source} This feed goes by time."
    likeness = LIKENESS.get(why.item.source)
    is_against = any(one.label == likeness and one.effect < 0 for one in why.effects)
    against = " Yet being so close counted against it." if is_against else ""
    moved = next((one.label for one in why.effects if one.effect > 0), "")
    most = f" What raised it most: {moved}." if moved else ""
    ranked = (
        f"Of {why.candidates:,} videos considered it ranked {why.rank:,}."
        if why.candidates > 1
        else "It was the only video to consider."
    )
    return f"{ranked} {source}{against}{most}"


def _rest_by_time(explained: Explained) -> str:
    if not explained.asks_follows:
        return f"{NONE_LEFT}{REST_BY_TIME}"
    return f"{FOLLOWS_SENT if explained.follows else NOBODY_FOLLOWED}{REST_BY_TIME}"


def _chosen(explained: Explained) -> str:
    """Who chose the rules."""
    experiment, arm = split_arm(explained.arm)
    if experiment:
        recipe = recipe_of(arm)
        by = f" There the feed ranks by what the recipe “{recipe}” learned." if recipe else ""
        return (
            f"You had chosen none, so chance did: you are in the part “{arm}” of the experiment"
            f" “{experiment}”.{by} Choose a feed yourself and you are out of it."
        )
    return "You did." if explained.chosen_by == "viewer" else UNCHOSEN


def _odds(propensity: int) -> str:
    """The exact odds of this video at this place, as one says them."""
    certain = 1 << PROPENSITY_BITS
    if propensity >= certain:
        return "It was certain to stand here."
    if propensity <= 0:
        return "It could not stand here by chance."
    return f"It had a chance of 1 in {-(-certain // propensity):,} to stand here."

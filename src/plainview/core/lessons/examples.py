"""From a receipt and what the viewer did next to examples."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from plainview.core.events import watch_outcome, watched_ms
from plainview.core.feed import Index
from plainview.core.feed.features import viewer_features, with_viewer
from plainview.core.feed.interests import no_profile, rows_of
from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.learn.window import EXAMPLE, LABEL_ONE, Examples
from plainview.core.lessons.errors import FeaturesDiffer, OtherInputs
from plainview.core.receipts import Receipt, parse_receipt, receipt_id
from plainview.core.receipts.receipt import SLOTS
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.policy import SOURCE_CODES, Policy
from plainview.core.terms.viewer import Event, ViewerState
from plainview.core.terms.weights import HEADS, WATCH_PLAYINGS

ACTS: Final = {
    "like": ("like", 1), "unlike": ("like", 0), "save": ("save", 1), "unsave": ("save", 0),
    "share": ("share", 1), "not_interested": ("reject", 1), "undo_not_interested": ("reject", 0),
    "report": ("report", 1), "undo_report": ("report", 0), "comment": ("comment", 1),
}  # fmt: skip
"""What an act makes of a label; of several the last decides."""
ACT_HEADS: Final = ("like", "save", "share", "follow", "comment")

MS_MAX: Final = 86_400_000


def examples_of(
    data: bytes,
    *,
    index: Index,
    policy: Policy,
    state: ViewerState,
    after: Iterable[Event],
    label_ms: int,
    receipt: Receipt | None = None,
    kernels: Kernels = BEST,
) -> Examples:
    """The examples of one slate, in order of place.

    A place gives one if the video was shown and watched: events by the viewer say so, with the
    receipt's number, taken at most `label_ms` after it. A showing of which no watch was reported
    teaches nothing, since nobody can tell a viewer who left from a report that was lost. Repeats
    teach nothing: no network placed them.

    Args:
        data: the receipt. index, policy, state: the epoch, the rules and the fold of the viewer's
            events that it names. after: the viewer's next events, in order; those beyond
            `label_ms` may be left out or not. receipt: `data` parsed, if the caller has done that.
    Raises: OtherInputs, FeaturesDiffer.
    """
    receipt = receipt or parse_receipt(data)
    _check(receipt, index=index, policy=policy, state=state)
    videos = [shown.video for shown in receipt.slate]
    rows, is_known = rows_of(np.array(videos, dtype=np.int64), index=index)
    if not is_known.all():
        raise FeaturesDiffer("a video of the slate is not in the epoch")
    profile = (
        kernels.profile(state, index=index) if policy.uses_profile else no_profile(index=index)
    )
    sources = np.array([SOURCE_CODES.get(one.source, 0) for one in receipt.slate], dtype=np.uint8)
    features = with_viewer(
        viewer_features(profile=profile, context=receipt.context, now_ms=receipt.now_ms),
        kernels.features(rows, sources, index=index, profile=profile, context=receipt.context),
    )
    if digest_of(features.tobytes()) != receipt.features:
        raise FeaturesDiffer(f"the features of receipt {receipt.number} are not those that served")

    lengths = {v: int(index.length_ms[r]) for v, r in zip(videos, rows.tolist(), strict=True)}
    creators = {v: CreatorId(int(index.creators[r])) for v, r in zip(videos, rows, strict=True)}
    told = _told(receipt, state, after, creators=creators, label_ms=label_ms)
    taught = [
        place
        for place, shown in enumerate(receipt.slate)
        if shown.slot != "repeat" and told[shown.video].is_complete
    ]
    out = np.zeros(len(taught), dtype=EXAMPLE)
    out["receipt"] = np.frombuffer(bytes.fromhex(receipt_id(data)), dtype=np.uint8)
    out["viewer"] = np.frombuffer(bytes.fromhex(receipt.viewer), dtype=np.uint8)
    out["at_ms"] = receipt.now_ms
    out["features"] = features[taught]
    for i, place in enumerate(taught):
        shown = receipt.slate[place]
        length_ms = lengths[shown.video]
        out["video"][i], out["propensity"][i] = shown.video, shown.propensity
        out["place"][i], out["slot"][i] = place, SLOTS.index(shown.slot)
        out["ms"][i], out["length_ms"][i] = told[shown.video].ms, length_ms
        out["labels"][i] = told[shown.video].labels(length_ms)
    return out


def _check(receipt: Receipt, *, index: Index, policy: Policy, state: ViewerState) -> None:
    named = {
        "epoch": (receipt.epoch_root, index.root),
        "policy": (receipt.policy_digest, policy.digest),
        "events": (receipt.events_head, state.head),
        "viewer": (receipt.viewer, state.viewer),
    }
    for what, (stated, given) in named.items():
        if stated != given:
            raise OtherInputs(f"the receipt names another {what}: {stated}, not {given}")


class _Told:
    """What the viewer told about one video of the slate."""

    def __init__(self) -> None:
        self.was_shown = self.was_watched = False
        self.ms = self.loops = 0
        self.acts: dict[str, int] = {}

    @property
    def is_complete(self) -> bool:
        return self.was_shown and self.was_watched

    def labels(self, length_ms: int) -> list[int]:
        """In the order of HEADS, in 1/4096."""
        outcome = watch_outcome(ms=self.ms, loops=self.loops, length_ms=length_ms)
        watched = watched_ms(
            ms=self.ms, loops=self.loops, length_ms=length_ms, playings=WATCH_PLAYINGS
        )
        known = {
            "finish": "finished" in outcome,
            "long": "long" in outcome,
            "skip": "skipped" in outcome,
            "reject": bool(self.acts.get("reject") or self.acts.get("report")),
            **{head: bool(self.acts.get(head)) for head in ACT_HEADS},
        }
        return [
            LABEL_ONE * known[head]
            if head in known
            else watched * LABEL_ONE // (WATCH_PLAYINGS * length_ms)
            for head in HEADS
        ]


def _told(
    receipt: Receipt,
    state: ViewerState,
    after: Iterable[Event],
    *,
    creators: Mapping[VideoId, CreatorId],
    label_ms: int,
) -> dict[VideoId, _Told]:
    told = {shown.video: _Told() for shown in receipt.slate}
    n = state.n
    for event in after:
        if event.n != n + 1:
            raise OtherInputs(f"event {event.n} after event {n}")
        n = event.n
        if event.author != "viewer" or event.at_ms > receipt.now_ms + label_ms:
            continue
        if event.kind == "unfollow":
            for video, creator in creators.items():
                if creator == event.creator:
                    told[video].acts["follow"] = 0
            continue
        one = told.get(event.video)
        if one is None:
            continue
        if event.kind == "shown" and event.number == receipt.number:
            one.was_shown = True
        elif event.kind == "watch" and event.number == receipt.number:
            one.was_watched = True
            one.ms, one.loops = min(event.ms, MS_MAX), event.loops
        elif event.kind == "follow" and event.creator == creators[event.video]:
            one.acts["follow"] = 1
        elif event.kind in ACTS:
            name, value = ACTS[event.kind]
            one.acts[name] = value
    return told

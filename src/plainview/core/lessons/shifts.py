"""What new weights do to fixed public viewers: how values move per topic, language and creator.

A probe viewer is nobody. Each is made by rule from the epoch's own rows, so anyone with the epoch
makes the same ones: one who knows nothing, and one for each topic who just finished its first
videos. For each, every video of the epoch is worth something under the old weights and under the
new; what the new ones add on average to all videos is taken off, and what is left of a group of
videos is its shift. Nudging one creator's videos cannot be done without moving that creator's.
"""

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed import Index
from plainview.core.feed.features import video_features, viewer_features
from plainview.core.feed.integers import Ints
from plainview.core.feed.interests import profile_of
from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.feed.rank import VALUE_POINT, value_terms
from plainview.core.terms.canonical import Canonical
from plainview.core.terms.epoch import FLAG_REMOVED, FLAG_WITHDRAWN
from plainview.core.terms.ids import NO_DIGEST, VideoId, ViewerId
from plainview.core.terms.policy import Policy
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import ViewerState, Watch
from plainview.core.terms.weights import Weights

PROBE_TOPICS_MAX: Final = 16
PROBE_WATCHES: Final = 8
PROBE_ROWS_MAX: Final = 4096
CREATORS_MAX: Final = 32
MILLIPOINT: Final = VALUE_POINT // 1000


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Videos that have something in common, and their shift in thousandths of a point."""

    name: str
    videos: int
    shift: int


class Shifts(msgspec.Struct, frozen=True, kw_only=True):
    """The shift of each topic, language and creator, by size, largest first, then by name.

    `mean` is what all videos gained on average. `creators` holds the CREATORS_MAX that moved most
    of `creators_all`; `creators_typical` is the median size of a creator's shift. All but counts
    in thousandths of a point of the policy.
    """

    probes: int
    videos: int
    mean: int
    topics: tuple[Group, ...]
    languages: tuple[Group, ...]
    creators: tuple[Group, ...]
    creators_all: int
    creators_typical: int


def probe_viewers(index: Index, rows: NDArray[np.intp]) -> list[ViewerState]:
    """Nobody in particular: who knows nothing, and per topic (the first PROBE_TOPICS_MAX) who has
    finished the first PROBE_WATCHES of `rows` that have it as their first topic."""
    states = [_probe(0, [], index)]
    first = index.topics[rows, 0]
    for topic in range(1, min(len(index.header.topics), PROBE_TOPICS_MAX) + 1):
        mine = rows[first == topic][:PROBE_WATCHES]
        if len(mine):
            states.append(_probe(topic, mine.tolist(), index))
    return states


def _probe(number: int, rows: list[int], index: Index) -> ViewerState:
    watches = tuple(
        Watch(
            video=VideoId(int(index.ids[row])), number=1, ms=int(index.length_ms[row]), loops=0,
            at_ms=index.header.frozen_ms,
        )
        for row in rows
    )  # fmt: skip
    return ViewerState(viewer=ViewerId(f"{number:032x}"), n=0, head=NO_DIGEST, watches=watches)


def probe_rows(index: Index) -> NDArray[np.intp]:
    """The rows that are looked at: all that are up, or of more than PROBE_ROWS_MAX every k-th."""
    rows = np.flatnonzero((index.flags & (FLAG_REMOVED | FLAG_WITHDRAWN)) == 0)
    step = -(-len(rows) // PROBE_ROWS_MAX) or 1
    return rows[::step]


def value_shifts(
    old: Weights, new: Weights, *, index: Index, policy: Policy, kernels: Kernels = BEST
) -> Shifts:
    """How values move from `old` to `new` for the probe viewers of this epoch.

    A group's shift is, with d the sum over probes of (value under `new` - value under `old`) of a
    video: `(sum of d over the group // videos of the group - sum of d over all // videos) //
    (probes * 1/1000 point)`. Floor division.
    """
    rows = probe_rows(index)
    probes = probe_viewers(index, rows)
    moved = np.zeros(len(rows), dtype=np.int64)
    context, now_ms = Context(size=8), index.header.frozen_ms
    sources = np.zeros(len(rows), dtype=np.uint8)
    for state in probes:
        profile = profile_of(state, index=index)
        viewer = viewer_features(profile=profile, context=context, now_ms=now_ms)
        video = video_features(rows, sources, index=index, profile=profile, context=context)
        after, before = (
            value_terms(
                kernels.forward(weights, viewer, video),
                rows=rows,
                index=index,
                policy=policy,
                times=weights.watch_times,
            ).sum(axis=1)
            for weights in (new, old)
        )
        moved += after - before
    return _shifts(rows, moved, index=index, probes=len(probes))


def _shifts(rows: NDArray[np.intp], moved: Ints, *, index: Index, probes: int) -> Shifts:
    mean = int(moved.sum()) // max(1, len(rows))
    unit = probes * MILLIPOINT

    def groups(keys: Ints, name: Callable[[int], str]) -> list[Group]:
        values, place = np.unique(keys, return_inverse=True)
        counts = np.bincount(place, minlength=len(values))
        totals = np.zeros(len(values), dtype=np.int64)
        np.add.at(totals, place, moved)
        found = [
            Group(name=name(int(key)), videos=int(n), shift=(int(total) // int(n) - mean) // unit)
            for key, n, total in zip(values, counts, totals, strict=True)
        ]
        return sorted(found, key=lambda group: (-abs(group.shift), group.name))

    creators = groups(index.creators[rows], str)
    sizes = sorted(abs(group.shift) for group in creators)
    topics = index.header.topics
    return Shifts(
        probes=probes,
        videos=len(rows),
        mean=mean // unit,
        topics=tuple(
            groups(index.topics[rows, 0].astype(np.int64), lambda t: topics[t - 1] if t else "none")
        ),
        languages=tuple(groups(index.language[rows].astype(np.int64), language_name)),
        creators=tuple(creators[:CREATORS_MAX]),
        creators_all=len(creators),
        creators_typical=sizes[len(sizes) // 2] if sizes else 0,
    )


def language_name(code: int) -> str:
    """The two letters of a row's language code, "none" for 0.

    >>> language_name(0x656E)
    'en'
    """
    return bytes((code >> 8, code & 255)).decode("ascii", "replace") if code else "none"


def shifts_fields(shifts: Shifts, *, index: Index, policy: Policy) -> dict[str, Canonical]:
    """Shifts as they stand in a lineage record, with the epoch and policy they were taken on."""
    fields: dict[str, Canonical] = {
        "epoch": index.header.number, "root": index.root, "policy": policy.digest,
    }  # fmt: skip
    moved: dict[str, Canonical] = msgspec.to_builtins(shifts)
    return fields | moved

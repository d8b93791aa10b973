"""An epoch laid out for reading: contiguous columns, fixed orders, features of each video."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.errors import BadRow
from plainview.core.feed.integers import (
    COUNT_FLOORS,
    ROOTS_OF_CODES,
    Ints,
    clip127,
    eighths_log2,
)
from plainview.core.feed.lists import Lists
from plainview.core.terms.epoch import (
    COUNTERS,
    FLAG_ADVERT,
    FLAG_SENSITIVE,
    FLAG_SILENT,
    FLAG_SYNTHETIC,
    EpochHeader,
    Rows,
)
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import EPOCH_FEATURES

UNPROVEN_BELOW = 20
FLAGS_MAX = 255

RATES = (
    # name, counter or counters with factors, prior per mille, strength, gain in sixteenths
    ("finish_rate", {"finished": 1}, 400, 20, 4),
    ("long_rate", {"long": 1}, 600, 20, 4),
    ("skip_rate", {"skipped": 1}, 250, 20, 4),
    ("like_rate", {"liked": 1}, 40, 50, 16),
    ("save_rate", {"saved": 1}, 15, 50, 32),
    ("share_rate", {"shared": 1}, 10, 50, 32),
    ("follow_rate", {"followed": 1}, 8, 50, 32),
    ("reject_rate", {"rejected": 1, "reported": 2}, 5, 50, 32),
    ("loop_rate", {"looped": 1}, 100, 20, 4),
)
WATCH_RATE = (600, 20, 2)

ENGAGEMENT = {
    "finished": 2, "long": 1, "liked": 8, "saved": 10, "shared": 12, "followed": 16,
    "skipped": -2, "rejected": -40, "reported": -80,
}  # fmt: skip
"""Points of one act in the orders `popular` and `rising`."""


class Columns(msgspec.Struct, frozen=True, kw_only=True, eq=False, weakref=True):
    """What is read of each of N rows, in their order (by id); never modified, shared by threads.

    `shown_root` is isqrt(shown + 1). `features` is (N, len(EPOCH_FEATURES)). `points` and `popular`
    are what the orders are made of.
    """

    ids: Ints
    creators: Ints
    published_min: Ints
    length_ms: Ints
    looks: NDArray[np.uint64]
    topics: NDArray[np.intp]
    language: NDArray[np.uint16]
    flags: NDArray[np.uint8]
    shown: Ints
    shown_root: NDArray[np.uint16]
    embeddings: NDArray[np.int8]
    features: NDArray[np.int8]
    points: Ints
    popular: Ints


class Index(Columns, frozen=True, kw_only=True, eq=False, weakref=True):
    """One epoch, ready for any number of requests.

    `order_*` are permutations of the rows, best first, ties by id. `flagged` are the rows with a
    flag that a rule may read. `lists` is None where the header names no centroids: then every row
    is looked at. `table` are the rows that all of it is of.
    """

    header: EpochHeader
    root: Digest
    table: Rows
    flagged: NDArray[np.intp]
    order_popular: NDArray[np.intp]
    order_rising: NDArray[np.intp]
    order_newest: NDArray[np.intp]
    order_creator: NDArray[np.intp]
    sorted_creators: Ints
    lists: Lists | None

    @property
    def size(self) -> int:
        """Rows in the epoch."""
        return len(self.ids)


def columns_of(rows: Rows, *, header: EpochHeader) -> Columns:
    """What is read of each of `rows`, some or all of an epoch's.

    Raises: BadRow: ids are not strictly rising, an id, topic or length is out of range.
    """
    ids = rows["id"].astype(np.int64)
    topics = rows["topics"].astype(np.intp)
    length_ms = rows["length_ms"].astype(np.int64)
    _check_rows(ids, topics, length_ms, topic_count=len(header.topics), flags=rows["flags"])
    published = rows["published_min"].astype(np.int64)
    embeddings = np.ascontiguousarray(rows["embedding"])
    if embeddings.min(initial=0) < -127:
        raise BadRow("an embedding holds -128; the least is -127")
    codes = rows["counters"]
    counts = {name: COUNT_FLOORS[codes[:, i]] for i, name in enumerate(COUNTERS)}
    flags = rows["flags"].astype(np.uint8)
    points = points_of(counts)
    return Columns(
        ids=ids,
        creators=rows["creator"].astype(np.int64),
        published_min=published,
        length_ms=length_ms,
        looks=rows["looks"].astype(np.uint64),
        topics=topics,
        language=rows["language"].astype(np.uint16),
        flags=flags,
        shown=counts["shown"],
        shown_root=ROOTS_OF_CODES[codes[:, COUNTERS.index("shown")]],
        embeddings=embeddings,
        features=epoch_features(
            embeddings, counts=counts, age_min=ages(published, header=header),
            length_ms=length_ms, flags=flags,
        ),
        points=points,
        popular=popular_by(points, shown=counts["shown"]),
    )  # fmt: skip


def ages(published_min: Ints, *, header: EpochHeader) -> Ints:
    """How many minutes ago each was published when the epoch was frozen."""
    return np.maximum(header.frozen_ms // 60_000 - published_min, 0)


def flagged_rows(flags: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The rows with a flag that a rule may read."""
    return np.flatnonzero(flags & ~np.uint8(FLAG_SILENT))


def _check_rows(
    ids: Ints,
    topics: NDArray[np.intp],
    length_ms: Ints,
    *,
    topic_count: int,
    flags: NDArray[np.uint16],
) -> None:
    if len(ids) == 0:
        return
    if ids[0] < 1 or (np.diff(ids) <= 0).any():
        raise BadRow("video ids must be 1 or more, below 2**63 and strictly rising")
    if int(topics.max()) > topic_count:
        raise BadRow(f"a row names topic {int(topics.max())} of {topic_count}")
    if int(flags.max()) > FLAGS_MAX:
        raise BadRow(f"a row has flags {int(flags.max())}, of which some mean nothing")
    if int(length_ms.min()) < 1:
        raise BadRow("a video must be at least 1 ms long")


def points_of(counts: dict[str, Ints]) -> Ints:
    """The sum of ENGAGEMENT points of what was counted."""
    return np.asarray(
        sum(
            (factor * counts[name] for name, factor in ENGAGEMENT.items()),
            start=np.zeros_like(counts["finished"]),
        )
    )


def popular_by(points: Ints, *, shown: Ints) -> Ints:
    """What the order `popular` sorts by, larger first: the smoothed rate
    `(1000 * points + 25000) // (shown + 50)` times `8 + eighths_log2(shown + 1)`. Floor division.
    """
    rate = (1000 * points + 25_000) // (shown + 50)
    return rate * (8 + eighths_log2(shown + 1))


def rising_by(points: Ints, *, age_min: Ints) -> Ints:
    """What the order `rising` sorts by, larger first: `max(points, 0) * 2**20 // (age_min +
    120)**2`. Floor division."""
    return (np.maximum(points, 0) << 20) // ((age_min + 120) ** 2)


def age_feature(age_min: Ints) -> Ints:
    """The feature `age_log`, the only one that changes by itself as time goes by."""
    return clip127(eighths_log2(age_min + 1) - 84)


def epoch_features(
    embeddings: NDArray[np.int8],
    *,
    counts: dict[str, Ints],
    age_min: Ints,
    length_ms: Ints,
    flags: NDArray[np.uint8],
) -> NDArray[np.int8]:
    """(N, len(EPOCH_FEATURES)) int8: what ranking knows of a video whoever watches.

    A rate is `((1000 * count + prior * strength) // (shown + strength) - prior) * gain // 16`: 0 at
    the prior, which is also where a video that nobody saw stands. In `watch_rate` the place of
    `1000 * count` is taken by `watch_s * 1_000_000 // length_ms`. All are clipped to +-127.
    """
    shown = counts["shown"]

    def rate(thousandths: Ints, prior: int, strength: int, gain: int) -> Ints:
        smoothed = (thousandths + prior * strength) // (shown + strength)
        return (smoothed - prior) * gain // 16

    columns = [
        rate(1000 * sum((k * counts[c] for c, k in of.items()), start=np.zeros_like(shown)), *how)
        for _, of, *how in RATES
    ]
    columns += [
        rate(counts["watch_s"] * 1_000_000 // length_ms, *WATCH_RATE),
        eighths_log2(shown + 1) - 64,
        age_feature(age_min),
        eighths_log2(length_ms // 100 + 1) - 56,
        np.where(shown < UNPROVEN_BELOW, 64, 0),
    ]
    columns += [
        np.where(flags & flag, 64, 0)
        for flag in (FLAG_SENSITIVE, FLAG_SYNTHETIC, FLAG_ADVERT, FLAG_SILENT)
    ]
    out = np.empty((len(shown), len(EPOCH_FEATURES)), dtype=np.int8)
    dim = embeddings.shape[1]
    out[:, :dim] = embeddings
    for i, column in enumerate(columns):
        out[:, dim + i] = clip127(column)
    return out

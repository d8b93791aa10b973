"""An epoch laid out for reading: contiguous columns, fixed orders, features of each video."""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.errors import BadRow, WeightsMismatch
from plainview.core.feed.integers import (
    COUNT_FLOORS,
    ROOTS_OF_CODES,
    Ints,
    clip127,
    eighths_log2,
)
from plainview.core.feed.lists import Lists, rows_by_list
from plainview.core.feed.orders import in_order
from plainview.core.terms.epoch import (
    COUNTERS,
    FLAG_ADVERT,
    FLAG_SENSITIVE,
    FLAG_SILENT,
    FLAG_SYNTHETIC,
    Epoch,
    EpochHeader,
)
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.core.terms.weights import EPOCH_FEATURES, Centroids

SHOWN_FLAGS = (FLAG_SENSITIVE, FLAG_SYNTHETIC, FLAG_ADVERT, FLAG_SILENT)
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


class Index(msgspec.Struct, frozen=True, kw_only=True, eq=False, weakref=True):
    """One epoch, ready for any number of requests; never modified, shared by threads.

    Arrays are over the N rows of the epoch, in its order (by id). `order_*` are permutations of the
    rows, best first, ties by id. `shown_root` is isqrt(shown + 1). `flagged` are the rows with a
    flag that a rule may read. `features` is (N, len(EPOCH_FEATURES)). `lists` is None where the
    header names no centroids: then every row is looked at.
    """

    header: EpochHeader
    root: Digest
    ids: Ints
    creators: Ints
    published_min: Ints
    length_ms: Ints
    looks: NDArray[np.uint64]
    topics: NDArray[np.intp]
    language: NDArray[np.uint16]
    flags: NDArray[np.uint8]
    flagged: NDArray[np.intp]
    shown: Ints
    shown_root: NDArray[np.uint16]
    embeddings: NDArray[np.int8]
    features: NDArray[np.int8]
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


def build_index(
    epoch: Epoch, *, centroids: Centroids | None = None, earlier: Index | None = None
) -> Index:
    """Lay `epoch` out for reading.

    Args:
        centroids: those of the weights that the epoch was frozen for. earlier: the index of an
            epoch before, which saves finding again the lists of rows that stand as they did.
    Raises: BadRow: ids are not strictly rising, an id, topic or length is out of range.
        WeightsMismatch: the header names other centroids, or none.
    Cost: about 0.1 s for 100,000 rows; one copy of the columns (320 B a row). With lists one more
        of the embeddings, and N * C dots for rows whose lists are not known.
    """
    if epoch.header.centroids != (NO_DIGEST if centroids is None else centroids.digest):
        raise WeightsMismatch("the epoch names other centroids than those of its weights")
    rows = epoch.rows
    ids = rows["id"].astype(np.int64)
    topics = rows["topics"].astype(np.intp)
    length_ms = rows["length_ms"].astype(np.int64)
    _check_rows(ids, topics, length_ms, topic_count=len(epoch.header.topics), flags=rows["flags"])
    creators = rows["creator"].astype(np.int64)
    published = rows["published_min"].astype(np.int64)
    embeddings = np.ascontiguousarray(rows["embedding"])
    if embeddings.min(initial=0) < -127:
        raise BadRow("an embedding holds -128; the least is -127")
    codes = np.ascontiguousarray(rows["counters"])
    shown = codes[:, COUNTERS.index("shown")]
    age_min = np.maximum(epoch.header.frozen_ms // 60_000 - published, 0)
    flags = rows["flags"].astype(np.uint8)
    features, popular, rising = COLUMNS(
        codes, embeddings=embeddings, age_min=age_min, length_ms=length_ms, flags=flags
    )
    by_newest = in_order(-published)
    by_creator = in_order(creators, -published)
    return Index(
        header=epoch.header,
        root=epoch.root,
        ids=ids,
        creators=creators,
        published_min=published,
        length_ms=length_ms,
        looks=rows["looks"].astype(np.uint64),
        topics=topics,
        language=rows["language"].astype(np.uint16),
        flags=flags,
        flagged=np.flatnonzero(flags & ~np.uint8(FLAG_SILENT)),
        shown=COUNT_FLOORS[shown],
        shown_root=ROOTS_OF_CODES[shown],
        embeddings=embeddings,
        features=features,
        order_popular=in_order(-popular),
        order_rising=in_order(-rising),
        order_newest=by_newest,
        order_creator=by_creator,
        sorted_creators=creators[by_creator],
        lists=None if centroids is None else rows_by_list(
            embeddings, ids, centroids,
            known=earlier.lists if earlier else None, known_ids=earlier.ids if earlier else ids,
        ),
    )  # fmt: skip


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


def columns_of(
    codes: NDArray[np.uint16],
    *,
    embeddings: NDArray[np.int8],
    age_min: Ints,
    length_ms: Ints,
    flags: NDArray[np.uint8],
) -> tuple[NDArray[np.int8], Ints, Ints]:
    """`epoch_features` and both values of `popularity`, of counts in `codes` (N, counters)."""
    counts = {name: COUNT_FLOORS[codes[:, i]] for i, name in enumerate(COUNTERS)}
    features = epoch_features(
        embeddings, counts=counts, age_min=age_min, length_ms=length_ms, flags=flags
    )
    return features, *popularity(counts, age_min=age_min)


def _columns_compiled(
    codes: NDArray[np.uint16],
    *,
    embeddings: NDArray[np.int8],
    age_min: Ints,
    length_ms: Ints,
    flags: NDArray[np.uint8],
) -> tuple[NDArray[np.int8], Ints, Ints]:
    """`columns_of` compiled, by the same tables."""
    acts: list[Mapping[str, int]] = [of for _, of, *_ in RATES]
    return columns_numba(
        codes,
        embeddings=embeddings,
        age_min=age_min,
        length_ms=length_ms,
        flags=flags,
        factors=np.array([[of.get(name, 0) for name in COUNTERS] for of in (*acts, {})]),
        rates=np.array([*(how for _, _, *how in RATES), WATCH_RATE]),
        points=np.array([ENGAGEMENT.get(name, 0) for name in COUNTERS]),
        places=np.array([COUNTERS.index("shown"), COUNTERS.index("watch_s"), UNPROVEN_BELOW]),
        shown_flags=np.array(SHOWN_FLAGS),
    )


def popularity(counts: dict[str, Ints], *, age_min: Ints) -> tuple[Ints, Ints]:
    """What the orders `popular` and `rising` sort by: (popular, rising), larger first.

    With E = the sum of ENGAGEMENT points, popular is the smoothed rate
    `(1000 * E + 25000) // (shown + 50)` times `8 + eighths_log2(shown + 1)`, and rising is
    `max(E, 0) * 2**20 // (age_min + 120)**2`. Floor division.
    """
    points = sum(
        (factor * counts[name] for name, factor in ENGAGEMENT.items()),
        start=np.zeros_like(age_min),
    )
    shown = counts["shown"]
    rate = (1000 * points + 25_000) // (shown + 50)
    popular = rate * (8 + eighths_log2(shown + 1))
    rising = (np.maximum(points, 0) << 20) // ((age_min + 120) ** 2)
    return popular, rising


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
        eighths_log2(age_min + 1) - 84,
        eighths_log2(length_ms // 100 + 1) - 56,
        np.where(shown < UNPROVEN_BELOW, 64, 0),
    ]
    columns += [np.where(flags & flag, 64, 0) for flag in SHOWN_FLAGS]
    out = np.empty((len(shown), len(EPOCH_FEATURES)), dtype=np.int8)
    dim = embeddings.shape[1]
    out[:, :dim] = embeddings
    for i, column in enumerate(columns):
        out[:, dim + i] = clip127(column)
    return out


try:
    from plainview.core.feed.index_numba import columns_numba
except ImportError:
    COLUMNS = columns_of
else:
    COLUMNS = _columns_compiled

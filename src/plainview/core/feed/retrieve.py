"""Where candidates come from: sources, each a fixed order of the eligible videos, ties by id."""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints
from plainview.core.feed.interests import Profile, rows_of_creators
from plainview.core.feed.kernels import Kernels
from plainview.core.terms.policy import SOURCE_CODES, SOURCES, Policy

RowIndexes = NDArray[np.intp]
CHUNK = 256
NEAR = {"near_recent": 0, "near_lasting": 1}
"""The near sources, and which interest vector each follows."""
MINUTES_PER_DAY = 1440


class Candidates(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The pool of one slate, in retrieval order, each row once with the first source that had it.

    `fresh` are the places (in `rows`) of the videos that the fresh source offered, in its order.
    """

    rows: RowIndexes
    sources: NDArray[np.uint8]
    fresh: RowIndexes


def retrieve(
    *,
    index: Index,
    policy: Policy,
    profile: Profile,
    decided: NDArray[np.uint8],
    now_ms: int,
    size: int,
    kernels: Kernels,
) -> Candidates:
    """Ask each source for its share of eligible videos, in the order of SOURCES.

    A video keeps the first source that offered it. When fewer than `size` came together, `rest`
    fills up to that with eligible videos in the order `popular`, so that a slate is only short
    when the catalogue is.
    """
    asked = {name: count for name, count in zip(SOURCES, policy.sources, strict=True) if count}
    offers: dict[str, RowIndexes] = near(
        asked, index=index, profile=profile, decided=decided, kernels=kernels
    )
    for name in asked.keys() - offers.keys() - NEAR.keys():
        offers[name] = offered(
            name, asked[name], index=index, policy=policy, profile=profile, decided=decided,
            now_ms=now_ms,
        )  # fmt: skip
    found = _each_once(offers)
    if len(found.rows) < size:
        # `size` in the order always hold enough that are new, since fewer than `size` came before.
        rest = first_eligible(index.order_popular, size=2 * size, decided=decided)
        missing = rest[~np.isin(rest, found.rows)][: size - len(found.rows)]
        found = _each_once(offers | {"rest": missing})
    return found


def near(
    asked: Mapping[str, int],
    *,
    index: Index,
    profile: Profile,
    decided: NDArray[np.uint8],
    kernels: Kernels,
) -> dict[str, RowIndexes]:
    """What the near sources offer: nothing where the viewer has no such interest yet."""
    names = [name for name in NEAR if name in asked and profile.interests[NEAR[name]].any()]
    if not names:
        return {}
    queries = profile.interests[[NEAR[name] for name in names]]
    counts = [asked[name] for name in names]
    found = kernels.near(index.embeddings, decided, queries, counts)
    return dict(zip(names, found, strict=True))


def offered(
    name: str,
    count: int,
    *,
    index: Index,
    policy: Policy,
    profile: Profile,
    decided: NDArray[np.uint8],
    now_ms: int,
) -> RowIndexes:
    """The first `count` eligible videos of one source that is no near one, in its order."""
    if name == "following":
        return following(profile.follows, count=count, index=index, decided=decided)
    if name == "fresh":
        return owed_an_audience(
            count=count, index=index, policy=policy, decided=decided, now_ms=now_ms
        )
    order = {
        "rising": index.order_rising,
        "popular": index.order_popular,
        "newest": index.order_newest,
    }[name]
    return first_eligible(order, size=count, decided=decided)


def first_eligible(
    order: RowIndexes,
    *,
    size: int,
    decided: NDArray[np.uint8],
    published_min: Ints | None = None,
    since_min: int = 0,
) -> RowIndexes:
    """The first `size` rows of `order` that no rule keeps out; with `published_min` (N,), of those
    published at `since_min` or later."""
    found: list[RowIndexes] = []
    missing, start, step = size, 0, max(CHUNK, 2 * size)
    while missing > 0 and start < len(order):
        part = order[start : start + step]
        is_open = decided.take(part) == 0
        if published_min is not None:
            is_open &= published_min.take(part) >= since_min
        open_rows = part[is_open][:missing]
        found.append(open_rows)
        missing -= len(open_rows)
        start, step = start + step, step * 4
    return np.concatenate(found) if found else np.zeros(0, dtype=np.intp)


def owed_an_audience(
    *, count: int, index: Index, policy: Policy, decided: NDArray[np.uint8], now_ms: int
) -> RowIndexes:
    """Videos shown fewer than `fresh_shown_below` times and published in the last `fresh_days`:
    the least shown first, then the newest, then by id."""
    since = now_ms // 60_000 - policy.fresh_days * MINUTES_PER_DAY
    newest = index.published_min.take(index.order_newest[:1])
    if (newest < since).any():
        # Nothing is fresh any more: known at once instead of after a look at every video.
        return np.zeros(0, dtype=np.intp)
    few = int(np.searchsorted(index.fresh_shown, policy.fresh_shown_below))
    return first_eligible(
        index.order_fresh[:few],
        size=count,
        decided=decided,
        published_min=index.published_min,
        since_min=since,
    )


def following(follows: Ints, *, count: int, index: Index, decided: NDArray[np.uint8]) -> RowIndexes:
    """Videos of followed creators, newest first, then by id."""
    rows = rows_of_creators(follows, index=index)
    rows = np.sort(rows[decided[rows] == 0])
    return rows[np.argsort(-index.published_min[rows], kind="stable")][:count]


def _each_once(offers: Mapping[str, RowIndexes]) -> Candidates:
    """All offers, source by source; of a row offered twice only the first stays."""
    none = np.zeros(0, dtype=np.intp)
    names = [name for name in SOURCE_CODES if name in offers]
    sizes = [len(offers[name]) for name in names]
    rows = np.concatenate([none, *(offers[name] for name in names)])
    codes = np.array([SOURCE_CODES[name] for name in names], dtype=np.uint8).repeat(sizes)
    # Equal rows side by side, the first offered first; each run then has the place of its first.
    order = rows.argsort(kind="stable")
    in_order = rows[order]
    is_first = np.ones(len(rows), dtype=np.bool_)
    np.not_equal(in_order[1:], in_order[:-1], out=is_first[1:])
    first = order[is_first]
    is_kept = np.zeros(len(rows), dtype=np.bool_)
    is_kept[first] = True
    place = (np.cumsum(is_kept) - 1)[first]
    places = np.empty(len(rows), dtype=np.intp)
    places[order] = place[np.cumsum(is_first) - 1]
    fresh = none
    if "fresh" in offers:
        before = sum(sizes[: names.index("fresh")])
        fresh = places[before : before + len(offers["fresh"])]
    return Candidates(rows=rows[is_kept], sources=codes[is_kept], fresh=fresh)

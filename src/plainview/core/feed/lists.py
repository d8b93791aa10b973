"""The inverted file: the rows of an epoch by the centroid that they are nearest to."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.integers import Ints
from plainview.core.feed.orders import reordered
from plainview.core.terms.lists import list_of_each
from plainview.core.terms.row_changes import spread
from plainview.core.terms.weights import Centroids


class Lists(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """N rows in C lists, list by list, each in row order; never modified.

    `of_row` (N,) is the list of each row; `starts` (C + 1,) where each list begins in `rows` (N,)
    and in `embeddings` (N, EMBED_DIM), which are the rows' own in that order.
    """

    centroids: Centroids
    of_row: NDArray[np.int32]
    starts: Ints
    rows: Ints
    embeddings: NDArray[np.int8]


def rows_by_list(
    embeddings: NDArray[np.int8],
    ids: Ints,
    centroids: Centroids,
    *,
    known: Lists | None,
    known_ids: Ints,
) -> Lists:
    """Every row in the list of its centroid.

    Args:
        known: the lists of an earlier epoch, whose rows have `known_ids`: rows that stand as they
            did there are not looked at again, if the centroids are the same.
    Cost: N * C products of EMBED_DIM for rows that are new; a copy of the embeddings.
    """
    of_row = np.full(len(ids), -1, dtype=np.int32)
    if known is not None and len(known_ids) and known.centroids.digest == centroids.digest:
        at = np.minimum(np.searchsorted(known_ids, ids), len(known_ids) - 1)
        before = np.empty(len(known_ids), dtype=np.intp)
        before[known.rows] = np.arange(len(known_ids))
        stands = (known_ids[at] == ids) & (known.embeddings[before[at]] == embeddings).all(axis=1)
        of_row[stands] = known.of_row[at[stands]]
    is_new = of_row < 0
    of_row[is_new] = list_of_each(embeddings[is_new], centroids.table)
    rows = np.argsort(of_row, kind="stable").astype(np.int64)
    return _laid_out(of_row, rows, embeddings, centroids)


def lists_after(
    known: Lists,
    embeddings: NDArray[np.int8],
    *,
    moved: NDArray[np.intp],
    place: NDArray[np.intp] | None,
) -> Lists:
    """The lists of a later epoch, of which only `moved` rows stand elsewhere or are new.

    Args: as for `reordered`.
    """
    of_row = (
        known.of_row.copy()
        if place is None
        else spread(known.of_row, place=place, count=len(embeddings))
    )
    of_row[moved] = list_of_each(embeddings[moved], known.centroids.table)
    rows = reordered(known.rows, of_row.astype(np.int64), moved=moved, place=place)
    return _laid_out(of_row, rows, embeddings, known.centroids)


def _laid_out(
    of_row: NDArray[np.int32], rows: Ints, embeddings: NDArray[np.int8], centroids: Centroids
) -> Lists:
    lists = np.arange(len(centroids.table) + 1)
    return Lists(
        centroids=centroids, of_row=of_row, rows=rows,
        starts=np.searchsorted(of_row[rows], lists).astype(np.int64),
        embeddings=np.ascontiguousarray(embeddings[rows]),
    )  # fmt: skip


def nearest_lists(centroids: NDArray[np.int8], query: NDArray[np.int8], *, probes: int) -> Ints:
    """The first `probes` lists by (dot of centroid and query, descending; number)."""
    dots = centroids.astype(np.int64) @ query.astype(np.int64)
    return np.argsort(-dots, kind="stable")[:probes].astype(np.int64)

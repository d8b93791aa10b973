"""What became of an epoch's rows by the next: which are new, and which hold something else."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.terms.epoch import ROW, Rows

WORDS = ROW.itemsize // 8


class RowChanges(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """How one table became the other.

    `new` and `altered` are places in the table after, ascending: rows of ids that were not there,
    and rows with other bytes. `place` (rows before,) is where each row stands after; None when
    each stands where it stood, because none is new.
    """

    new: NDArray[np.intp]
    altered: NDArray[np.intp]
    place: NDArray[np.intp] | None


def changes_between(before: Rows, rows: Rows) -> RowChanges | None:
    """What turned `before` into `rows`; None if a row has gone, as none does in an edition.

    Cost: one pass over both, 26 ms at 1M rows; more with each row that is new.
    """
    none = np.zeros(0, np.intp)
    if len(before) == len(rows):
        differs = np.flatnonzero(_differing(before, rows))
        if (before["id"][differs] == rows["id"][differs]).all():
            return RowChanges(new=none, altered=differs, place=None)
    if len(before) >= len(rows):
        return None
    ids, known = np.ascontiguousarray(rows["id"]), np.ascontiguousarray(before["id"])
    place = np.searchsorted(ids, known)
    if (place == len(ids)).any() or (ids[place] != known).any():
        return None
    is_new = np.ones(len(rows), dtype=np.bool_)
    is_new[place] = False
    altered = [
        np.flatnonzero(_differing(before[start:stop], rows[at : at + stop - start])) + at
        for start, stop, at in _blocks(place)
    ]
    return RowChanges(
        new=np.flatnonzero(is_new), altered=np.concatenate([none, *altered]), place=place
    )


def spread(column: NDArray[Any], *, place: NDArray[np.intp], count: int) -> NDArray[Any]:
    """(count, ...): `column` with each row where it stands after; what is new is left open."""
    out = np.empty((count, *column.shape[1:]), column.dtype)
    for start, stop, at in _blocks(place):
        out[at : at + stop - start] = column[start:stop]
    return out


def _blocks(place: NDArray[np.intp]) -> Iterator[tuple[int, int, int]]:
    """(first row, end, place after) of rows that stand side by side before and after."""
    cuts = (np.flatnonzero(np.diff(place) != 1) + 1).tolist()
    for start, stop in pairwise([0, *cuts, len(place)]):
        if start < stop:
            yield start, stop, int(place[start])


def _differing(before: Rows, rows: Rows) -> NDArray[np.bool_]:
    """Of two tables of one length, whether each row differs, in any byte."""
    old = np.ascontiguousarray(before).view(np.uint64).reshape(-1, WORDS)
    new = np.ascontiguousarray(rows).view(np.uint64).reshape(-1, WORDS)
    return np.asarray((old != new).any(axis=1))

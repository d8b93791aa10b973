"""The bytes between one epoch's rows and the next: rows that are new, and parts that changed."""

import struct
from collections.abc import Iterable

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.catalogue.root import EpochRefused
from plainview.core.catalogue.rows import ROW_BYTES, BadRows, as_rows
from plainview.core.terms.epoch import COUNTERS, ROW, Rows
from plainview.core.terms.row_changes import changes_between

DELTA_MAGIC = b"pv-delta-1\n\x00\x00\x00\x00\x00"
_HEAD = struct.Struct("<16sIIII")
_GROUP = struct.Struct("<II")
_COUNTERS_AT = ROW.fields["counters"][1] if ROW.fields else 0
PARTS = tuple(
    sorted(
        [at for name, (_, at, *_) in (ROW.fields or {}).items() if name != "id"]
        + [_COUNTERS_AT + 2 * k for k in range(1, len(COUNTERS))]
    )
)
"""Where the parts of a row begin that can change by themselves: each counter is one, and each
other field but the id. A part reaches to where the next begins."""
_PART_OF_BYTE = np.searchsorted(np.array(PARTS), np.arange(ROW_BYTES), side="right") - 1
_BITS = np.left_shift(np.int64(1), np.arange(len(PARTS)))


class DeltaRefused(EpochRefused):
    """A delta that is malformed or belongs to other rows: rebuild from the base."""


class _Group(msgspec.Struct, frozen=True, eq=False):
    """Rows that changed in the same parts: their ids, the bytes those parts are, and what they
    hold now, (ids, bytes)."""

    ids: NDArray[np.uint64]
    columns: NDArray[np.intp]
    values: NDArray[np.uint8]


class _Step(msgspec.Struct, frozen=True, eq=False):
    """A delta, parsed."""

    before: int
    after: int
    new: Rows
    groups: tuple[_Group, ...]


def delta(before: Rows, rows: Rows) -> bytes:
    """What turns `before` into `rows`, which holds all of its ids: see epoch-v1, section 11.

    Raises: BadRows: a row has gone; none ever does.
    """
    changes = changes_between(before, rows)
    if changes is None:
        raise BadRows("a row has gone")
    at = changes.altered
    place = at if changes.place is None else np.searchsorted(changes.place, at)
    old, now = _flat(before[place]), _flat(rows[at])
    masks = np.logical_or.reduceat(old != now, PARTS, axis=1) @ _BITS
    kinds = np.unique(masks)
    new = rows[changes.new]
    parts = [_HEAD.pack(DELTA_MAGIC, len(before), len(rows), len(new), len(kinds)), new.tobytes()]
    for mask in kinds.tolist():
        mine = masks == mask
        ids = np.ascontiguousarray(rows["id"][at[mine]])
        parts += (_GROUP.pack(mask, len(ids)), ids.tobytes())
        parts.append(now[mine][:, _columns(mask)].tobytes())
    return b"".join(parts)


def apply_deltas(before: Rows, deltas: Iterable[bytes | memoryview]) -> Rows:
    """The rows that `before` becomes by `deltas`, one after the other.

    Raises: DeltaRefused: one is malformed, or was not made for the rows that the last one gives.
    Cost: one copy of the rows however many deltas there are, then what these hold.
    """
    steps = [_parsed(data) for data in deltas]
    size = len(before)
    for step in steps:
        if step.before != size:
            raise DeltaRefused(f"not a delta on {size} rows")
        size = step.after
    rows, born = _with_new(before, steps)
    flat = _flat(rows)
    ids = np.ascontiguousarray(rows["id"])
    for n, step in enumerate(steps):
        for group in step.groups:
            at = np.minimum(np.searchsorted(ids, group.ids), len(ids) - 1)
            if not len(ids) or (ids[at] != group.ids).any() or (born[at] > n).any():
                raise DeltaRefused("it alters a row that is not there")
            _put(flat, at, group)
    rows.flags.writeable = False
    return rows


def _put(flat: NDArray[np.uint8], at: NDArray[np.intp], group: _Group) -> None:
    """What the rows of `group` hold now, run by run of bytes that lie side by side."""
    ends = np.flatnonzero(np.diff(group.columns) > 1) + 1
    for run in np.split(np.arange(len(group.columns)), ends):
        first, width = group.columns[run[0]], len(run)
        flat[at, first : first + width] = group.values[:, run[0] : run[0] + width]


def _with_new(before: Rows, steps: list[_Step]) -> tuple[Rows, NDArray[np.int32]]:
    """A copy of `before` with all rows that are new put in, and which step each row came by: 0 for
    those of before and of the first."""
    counts = [len(step.new) for step in steps]
    if not sum(counts):
        return before.copy(), np.zeros(len(before), np.int32)
    new = np.concatenate([step.new for step in steps])
    by = np.repeat(np.arange(len(steps), dtype=np.int32), counts)
    order = np.argsort(new["id"], kind="stable")
    at = np.searchsorted(np.ascontiguousarray(before["id"]), new["id"][order])
    born = np.insert(np.zeros(len(before), np.int32), at, by[order])
    rows = np.insert(before, at, new[order])
    try:
        rows = as_rows(rows)
    except BadRows as error:
        raise DeltaRefused(str(error)) from error
    rows.flags.writeable = True
    return rows, born


def _parsed(data: bytes | memoryview) -> _Step:
    """Raises: DeltaRefused."""
    if len(data) < _HEAD.size:
        raise DeltaRefused("shorter than its head")
    magic, before, after, new_count, group_count = _HEAD.unpack_from(data)
    if magic != DELTA_MAGIC or after != before + new_count:
        raise DeltaRefused("another magic, or rows that do not add up")
    at = _HEAD.size + new_count * ROW_BYTES
    if len(data) < at:
        raise DeltaRefused("cut short")
    new = np.frombuffer(data, ROW, new_count, _HEAD.size)
    if not _ascend(new["id"]):
        raise DeltaRefused("new rows are out of order")
    groups: list[_Group] = []
    last = 0
    for _ in range(group_count):
        if len(data) < at + _GROUP.size:
            raise DeltaRefused("cut short")
        mask, count = _GROUP.unpack_from(data, at)
        if not last < mask < 1 << len(PARTS):
            raise DeltaRefused(f"parts {mask} are unknown or out of order")
        columns = _columns(mask)
        ids_at = at + _GROUP.size
        values_at = ids_at + count * 8
        at, last = values_at + count * len(columns), mask
        if len(data) < at:
            raise DeltaRefused("cut short")
        ids = np.frombuffer(data, "<u8", count, ids_at)
        if not count or not _ascend(ids):
            raise DeltaRefused("altered rows are out of order")
        values = np.frombuffer(data, np.uint8, count * len(columns), values_at)
        groups.append(_Group(ids, columns, values.reshape(count, len(columns))))
    if at != len(data):
        raise DeltaRefused("bytes are left over")
    return _Step(before, after, new, tuple(groups))


def _columns(mask: int) -> NDArray[np.intp]:
    """Which bytes of a row the parts in `mask` are; bit 0 is the first part."""
    return np.flatnonzero((_PART_OF_BYTE >= 0) & (mask >> np.maximum(_PART_OF_BYTE, 0) & 1 == 1))


def _ascend(ids: NDArray[np.uint64]) -> bool:
    return bool((ids[1:] > ids[:-1]).all())


def _flat(rows: Rows) -> NDArray[np.uint8]:
    return np.ascontiguousarray(rows).view(np.uint8).reshape(-1, ROW_BYTES)

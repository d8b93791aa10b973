"""Deltas: what one epoch's rows gained by the next, in few bytes; anything else is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.core.catalogue import (
    BadRows,
    DeltaRefused,
    apply_deltas,
    as_rows,
    delta,
    rows_bytes,
)
from plainview.core.catalogue.deltas import PARTS
from plainview.core.terms.epoch import ROW, Rows


def _rows(ids: list[int], *, seed: int = 0) -> Rows:
    """Rows full of chance bytes, so that no part of any two is alike."""
    chance = np.random.default_rng(seed).integers(0, 256, (len(ids), ROW.itemsize), np.uint8)
    made = chance.view(ROW).reshape(-1)
    made["id"] = ids
    return as_rows(made)


def _later(before: Rows, *, more: set[int], altered: list[tuple[int, int]]) -> Rows:
    """`before` with rows of the ids `more`, and the bytes at (row, byte) of `altered` turned."""
    ids = sorted({*before["id"].tolist(), *more})
    made = _rows(ids, seed=7)
    flat = made.view(np.uint8).reshape(-1, ROW.itemsize).copy()
    at = np.searchsorted(made["id"], before["id"])
    flat[at] = before.view(np.uint8).reshape(-1, ROW.itemsize)
    for row, byte in altered if ids else ():
        flat[row % len(ids), byte] ^= 0xFF
    return as_rows(flat.view(ROW).reshape(-1))


IDS = st.sets(st.integers(1, 300), max_size=120)
ALTERED = st.lists(st.tuples(st.integers(0, 300), st.integers(8, ROW.itemsize - 1)), max_size=40)


@settings(max_examples=60)
@given(IDS, IDS, ALTERED, IDS, ALTERED)
def test_deltas_turn_one_table_into_the_next(
    ids: set[int],
    more: set[int],
    altered: list[tuple[int, int]],
    still_more: set[int],
    altered_again: list[tuple[int, int]],
) -> None:
    """Whatever is new or altered, each delta leads to the next table, and two at once to the last;
    the table before stays as it was."""
    first = _rows(sorted(ids))
    kept = rows_bytes(first)
    second = _later(first, more=more, altered=altered)
    third = _later(second, more=still_more, altered=altered_again)
    steps = [delta(first, second), delta(second, third)]
    assert rows_bytes(apply_deltas(first, steps[:1])) == rows_bytes(second)
    assert rows_bytes(apply_deltas(first, steps)) == rows_bytes(third)
    assert rows_bytes(first) == kept


def test_a_delta_carries_what_changed_only() -> None:
    """A head of 32 bytes; two rows of 200 whose first and last counter changed are one group of 8
    bytes, an id of 8 and twice two bytes each; one with other flags is 8 + 8 + 2; nothing more."""
    before = _rows(list(range(1, 201)))
    after = before.copy()
    for row in (70, 71):
        after["counters"][row, [0, 11]] ^= 5
    after["flags"][199] ^= 1
    data = delta(before, as_rows(after))
    assert len(data) == 32 + (8 + 2 * (8 + 4)) + (8 + 8 + 2)
    assert len(delta(before, before)) == 32


def test_a_delta_by_hand() -> None:
    """One row before, one more after, one counter and the flags of the first changed."""
    before = np.zeros(1, ROW)
    before["id"] = 5
    after = np.zeros(2, ROW)
    after["id"] = (5, 9)
    after["counters"][0, 1], after["flags"][0] = 3, 1
    new = (9).to_bytes(8, "little") + bytes(160)
    parts = 1 << 7 | 1 << 21
    assert PARTS[7] == 130
    assert PARTS[21] == 166
    numbers = b"".join(n.to_bytes(4, "little") for n in (1, 2, 1, 1))
    group = parts.to_bytes(4, "little") + (1).to_bytes(4, "little")
    values = (5).to_bytes(8, "little") + b"\x03\x00\x01\x00"
    assert delta(as_rows(before), as_rows(after)) == (
        b"pv-delta-1\n\x00\x00\x00\x00\x00" + numbers + new + group + values
    )


def test_a_row_that_has_gone_has_no_delta() -> None:
    """A row stays in the table for good, so no delta can take one out."""
    with pytest.raises(BadRows):
        delta(_rows([1, 2]), _rows([1, 3]))
    with pytest.raises(BadRows):
        delta(_rows([1, 2]), _rows([1]))


@pytest.mark.parametrize(
    "at", ["magic", "rows", "sum", "parts", "none", "cut", "long", "order", "twice", "gone", "head"]
)
def test_bad_deltas_are_refused(at: str) -> None:
    """Other magic or rows, numbers that do not add up, parts that do not exist, a cut or a tail,
    ids out of order, a new row that was there, an altered one that was not."""
    before = _rows([1, 2, 3])
    after = _later(before, more={7, 9}, altered=[(0, 166), (1, 166)])
    data = bytearray(delta(before, after))
    new, group = 32, 32 + 2 * ROW.itemsize
    match at:
        case "magic":
            data[0] ^= 1
        case "rows":
            data[16] ^= 1
        case "sum":
            data[20] ^= 1
        case "parts":
            data[group + 3] = 1
        case "none":
            data[group : group + 4] = bytes(4)
        case "cut":
            del data[-1]
        case "long":
            data.append(0)
        case "order":
            data[new] = 200
        case "twice":
            data[new] = 3
        case "gone":
            data[group + 16] = 4
        case "head":
            del data[20:]
    with pytest.raises(DeltaRefused):
        apply_deltas(before, [bytes(data)])


def test_a_row_is_altered_only_once_it_is_there() -> None:
    """Deltas in the wrong order, or one that alters a row that a later one brings, are refused."""
    first = _rows([1])
    second = _later(first, more=set(), altered=[(0, 20)])
    third = _later(second, more={2}, altered=[(0, 30)])
    late = bytearray(delta(first, second))
    late[32 + 8] = 2
    for steps in ([delta(second, third), delta(first, second)], [late, delta(second, third)]):
        with pytest.raises(DeltaRefused):
            apply_deltas(first, [bytes(step) for step in steps])

"""An index begun from an earlier one is the index made from nothing, array for array."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.core.catalogue import as_rows
from plainview.core.feed import BadRow, Index, build_index
from plainview.core.feed.integers import in_order
from plainview.core.feed.lists import Lists
from plainview.core.feed.orders import reordered
from plainview.core.learn.places import centroids_of
from plainview.core.terms.epoch import COUNTERS, EMBED_DIM, Epoch, Rows
from tests.worlds import big_catalogue, epoch_of

ROWS = 600
TABLE = np.random.default_rng(4).integers(-90, 90, (16, EMBED_DIM)).astype(np.int8)
CENTROIDS = centroids_of(TABLE, probes=2)
CHANGES = ("counters", "flags", "published_min", "creator", "embedding", "length_ms")


def differing(one: Any, other: Any) -> list[str]:
    """The names of arrays that are not the same in both."""
    found = []
    for name in one.__struct_fields__:
        mine, its = getattr(one, name), getattr(other, name)
        if isinstance(mine, Lists):
            found += differing(mine, its)
        elif isinstance(mine, np.ndarray) and not (
            mine.dtype == its.dtype and mine.shape == its.shape and (mine == its).all()
        ):
            found.append(name)
    return found


def indexes(before: Epoch, after: Epoch) -> tuple[Index, Index, Index]:
    """Of the epoch before; of the one after on it, and from nothing."""
    first = build_index(before, centroids=CENTROIDS)
    return (
        first,
        build_index(after, centroids=CENTROIDS, earlier=first),
        build_index(after, centroids=CENTROIDS),
    )


def epoch(rows: Rows, *, minutes: int = 0) -> Epoch:
    """`rows` frozen so many minutes later than epochs are by default."""
    made = epoch_of(list(rows), centroids=CENTROIDS.digest)
    header = msgspec.structs.replace(
        made.header, frozen_ms=made.header.frozen_ms + minutes * 60_000
    )
    return msgspec.structs.replace(made, header=header)


def altered(rows: Rows, *, seed: int, count: int, names: list[str]) -> Rows:
    """`rows`, `count` of which hold something else in each of the fields `names`."""
    rng, out = np.random.default_rng(seed), rows.copy()
    for name in names:
        at = rng.choice(len(rows), count, replace=False)
        if name == "counters":
            out[name][at, rng.integers(0, len(COUNTERS), count)] += rng.integers(
                0, 300, count
            ).astype(np.uint16)
        else:
            out[name][at] = out[name][at[::-1]]
    return as_rows(out)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 1 << 20), st.integers(0, 70), st.lists(st.sampled_from(CHANGES), unique=True),
    st.integers(0, 40), st.sampled_from((0, 0, 1, 700)),
)  # fmt: skip
def test_an_index_on_an_earlier_one_is_the_one_from_nothing(
    seed: int, count: int, names: list[str], new: int, minutes: int
) -> None:
    """Whatever few or many rows hold something else, however many are new, however much later."""
    rows = big_catalogue(ROWS, seed=seed % 7)
    is_new = np.zeros(ROWS, np.bool_)
    is_new[np.random.default_rng(seed).choice(ROWS, new, replace=False)] = True
    later = altered(rows, seed=seed, count=count, names=names)
    _, on_it, from_nothing = indexes(epoch(as_rows(rows[~is_new])), epoch(later, minutes=minutes))
    assert differing(on_it, from_nothing) == []


def test_what_did_not_change_is_the_same_array() -> None:
    """Where only counts changed, everything else of a million videos is not held twice."""
    rows = big_catalogue(ROWS)
    later = rows.copy()
    later["counters"][3, 0] += 1
    first, second, _ = indexes(epoch(rows), epoch(as_rows(later)))
    shared = {
        name
        for name in Index.__struct_fields__
        if isinstance(getattr(first, name), np.ndarray)
        and getattr(first, name) is getattr(second, name)
    }
    assert shared >= {
        "ids", "creators", "published_min", "length_ms", "looks", "topics", "language", "flags",
        "embeddings", "order_newest", "order_creator",
    }  # fmt: skip
    assert first.lists is second.lists
    assert "shown" not in shared


def test_rows_out_of_order_are_refused_on_an_earlier_index_too() -> None:
    """A new row that does not stand where its id sorts is found, wherever it stands."""
    rows = big_catalogue(100)[1:]
    small = rows[:1].copy()
    small["id"] = rows["id"][0] - 1
    before = build_index(epoch(as_rows(rows)), centroids=CENTROIDS)
    for at in range(1, len(rows)):
        spoilt = msgspec.structs.replace(epoch(rows), rows=np.insert(rows, at, small))
        with pytest.raises(BadRow):
            build_index(spoilt, centroids=CENTROIDS, earlier=before)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=40),
    st.data(),
)
def test_what_moved_is_put_back_in_order(keys: list[tuple[int, int]], data: st.DataObject) -> None:
    """Two keys full of ties, any rows moved or new: the order is that of sorting all anew."""
    after = np.array(keys, dtype=np.int64)
    is_new = np.array(data.draw(st.lists(st.booleans(), min_size=len(keys), max_size=len(keys))))
    place = np.flatnonzero(~is_new)
    before = after[place].copy()
    changed = [k for k in range(len(place)) if data.draw(st.booleans())]
    before[changed] = before[changed][:, ::-1] + 1
    moved = np.union1d(np.flatnonzero(is_new), place[changed]).astype(np.intp)
    found = reordered(
        in_order(before[:, 0], before[:, 1]), after[:, 0], after[:, 1], moved=moved,
        place=place if is_new.any() else None,
    )  # fmt: skip
    assert found.tolist() == in_order(after[:, 0], after[:, 1]).tolist()

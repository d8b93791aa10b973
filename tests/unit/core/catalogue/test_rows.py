"""Rows, byte by byte."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.catalogue import (
    BadRows,
    TopicLabel,
    VideoFacts,
    as_rows,
    build_rows,
    language_code,
    make_row,
    merge_rows,
    parse_rows,
    rendition_digest,
    rows_bytes,
    topic_list,
    with_counts,
)
from plainview.core.terms.epoch import FLAG_SILENT, ROW, Rows
from plainview.core.terms.ids import CreatorId, VideoId

FACTS = VideoFacts(
    id=VideoId(0x0102), creator=CreatorId(3), published_ms=60_000 * 5 + 59_999, length_ms=7_001,
    caption="a", topics=(TopicLabel("zooms", 1), TopicLabel("chance", 3)), language="en-GB",
    looks=0x0F, flags=8, has_sound=False, counts=(300, *range(1, 12)),
)  # fmt: skip


def _rows(ids: list[int], *, length_ms: int = 0) -> Rows:
    made = np.zeros(len(ids), ROW)
    made["id"], made["length_ms"] = ids, length_ms
    return as_rows(made)


def test_a_row_byte_by_byte() -> None:
    """Every field stands at the offset that the spec gives it, little end first."""
    data = make_row(FACTS, topics=("chance", "zooms"), embedding=(-1, *range(1, 64))).tobytes()
    assert len(data) == 168
    assert data[0:8] == bytes([2, 1, 0, 0, 0, 0, 0, 0])
    assert data[8:16] == bytes([3, 0, 0, 0, 0, 0, 0, 0])
    assert data[16:20] == bytes([5, 0, 0, 0])
    assert data[20:24] == (7_001).to_bytes(4, "little")
    assert data[24:32] == bytes([15, 0, 0, 0, 0, 0, 0, 0])
    assert data[32:64].hex() == rendition_digest(FACTS)
    assert data[64:128] == bytes([255, *range(1, 64)])
    assert data[128:152] == (261).to_bytes(2, "little") + bytes(
        b for n in range(1, 12) for b in (n, 0)
    )
    assert data[152:160] == bytes([2, 0, 1, 0, 0, 0, 0, 0])
    assert data[160:164] == bytes([1, 3, 0, 0])
    assert data[164:166] == b"ne"
    assert data[166:168] == bytes([8 | FLAG_SILENT, 0])


def test_topics_keep_their_places() -> None:
    """New topics are added behind the known ones in code point order."""
    assert topic_list(("weather",), [FACTS]) == ("weather", "chance", "zooms")
    with pytest.raises(ValueError, match="not in"):
        make_row(FACTS, topics=("chance",))


@pytest.mark.parametrize(
    ("text", "code"), [("en", 0x656E), ("FR", 0x6672), ("", 0), ("e", 0), ("é1", 0)]
)
def test_language_codes(text: str, code: int) -> None:
    """Two ASCII letters make a code, anything else is undetermined."""
    assert language_code(text) == code


def test_rows_are_sorted_and_read_only() -> None:
    """Facts in any order give one table, which nobody can write to."""
    other = msgspec.structs.replace(FACTS, id=VideoId(5))
    rows = build_rows([FACTS, other], topics=("chance", "zooms"))
    assert rows["id"].tolist() == [5, 0x0102]
    assert not rows.flags.writeable
    assert len(build_rows([], topics=())) == 0
    with pytest.raises(BadRows):
        build_rows([FACTS, FACTS], topics=("chance", "zooms"))


def test_bytes_are_read_back_without_a_copy() -> None:
    """Parsing shares memory with the bytes, and refuses half rows and disorder."""
    data = rows_bytes(_rows([1, 2, 9]))
    rows = parse_rows(data)
    assert rows["id"].tolist() == [1, 2, 9]
    assert np.shares_memory(rows, np.frombuffer(data, np.uint8))
    for bad in (data[:-1], rows_bytes(_rows([2])) + rows_bytes(_rows([1])), bytes(168)):
        with pytest.raises(BadRows):
            parse_rows(bad)


IDS = st.lists(st.integers(1, 60), unique=True).map(sorted)


@given(IDS, IDS)
def test_merging_replaces_and_inserts(old: list[int], new: list[int]) -> None:
    """The merged table holds every id once, new rows in preference to old ones."""
    merged = merge_rows(_rows(old, length_ms=1), _rows(new, length_ms=2))
    assert merged["id"].tolist() == sorted({*old, *new})
    assert merged["length_ms"].tolist() == [2 if i in new else 1 for i in sorted({*old, *new})]


def test_counts_are_put_where_the_ids_are() -> None:
    """Ids before, between and behind the rows change nothing."""
    rows = _rows([3, 5])
    updated = with_counts(rows, {VideoId(i): (i,) * 12 for i in (1, 4, 5, 6)})
    assert updated["counters"].tolist() == [[0] * 12, [5] * 12]
    assert rows["counters"].tolist() == [[0] * 12, [0] * 12]
    assert with_counts(rows, {}) is rows

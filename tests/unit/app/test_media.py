"""Ranges by RFC 9110, and drawn faces."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.app.http.errors import ApiError
from plainview.app.http.faces import SIDE, draw_face
from plainview.app.http.media import parse_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 1)), ("bytes=0-", (0, 10)), ("bytes=9-9", (9, 10)),
        ("bytes=3-99", (3, 10)),
        ("bytes=-1", (9, 10)), ("bytes=-99", (0, 10)), ("Bytes = 2-3", (2, 4)),
        ("bytes=5-2", None), ("bytes=a-2", None), ("bytes=-", None), ("bytes=1", None),
        ("bytes=0-1,3-4", None), ("lines=0-1", None), ("", None), ("bytes=²-3", None),
        ("bytes=1-2-3", None),
    ],
)  # fmt: skip
def test_ranges_of_ten_bytes(header: str, span: tuple[int, int] | None) -> None:
    """Spans are half open; what is malformed or of another unit asks for the whole."""
    assert parse_range(header, 10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_nothing_of_it_is_there(header: str) -> None:
    """A range that begins behind the end is refused with the size."""
    with pytest.raises(ApiError) as error:
        parse_range(header, 10)
    assert (error.value.code, error.value.detail) == ("bad_range", {"size_bytes": 10})


@given(st.text(max_size=20), st.integers(1, 50))
def test_whatever_is_asked_the_span_lies_inside(header: str, size: int) -> None:
    """No header makes a span outside the file."""
    try:
        span = parse_range(f"bytes={header}", size)
    except ApiError:
        return
    assert span is None or 0 <= span[0] < span[1] <= size


def test_a_face_is_a_symmetric_picture_of_its_own() -> None:
    """The PNG holds SIDE rows of SIDE pixels, the same from left and right."""
    png = draw_face("ann")
    start = png.index(b"IDAT") + 4
    length = int.from_bytes(png[start - 8 : start - 4], "big")
    rows = zlib.decompress(png[start : start + length])
    assert len(rows) == SIDE * (1 + 3 * SIDE)
    assert png != draw_face("ben")
    margin, cell = SIDE // 12, SIDE // 6
    for y in (margin, margin + 2 * cell, margin + 4 * cell):
        row = rows[y * (1 + 3 * SIDE) + 1 : (y + 1) * (1 + 3 * SIDE)]
        centres = [row[3 * (margin + c * cell + 3) : 3 * (margin + c * cell + 4)] for c in range(5)]
        assert centres == centres[::-1]

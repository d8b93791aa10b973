"""The small picture of 25 bytes, against vectors and against a decoding of our own."""

from collections.abc import Callable
from math import cos, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.media.thumbhash import thumbhash

Pixel = tuple[int, int, int]


def painted(width: int, height: int, color: Callable[[int, int], Pixel]) -> bytes:
    return bytes(part for y in range(height) for x in range(width) for part in color(x, y))


# Made once with the format's first implementation (thumbhash 0.1.1 for JavaScript).
VECTORS: list[tuple[int, int, Callable[[int, int], Pixel], str]] = [
    (
        18,
        32,
        lambda x, y: (x * 14 % 256, y * 8 % 256, (x + y) * 5 % 256),
        "1ef80d141a710788878777887888708e08f787",
    ),
    (
        32,
        18,
        lambda x, y: (x * 8 % 256, x * y % 256, (255 - y * 14) % 256),
        "1d470e7c8e6086777a8877867887737007dab8",
    ),
    (
        8,
        8,
        lambda x, y: (240, 200, 10) if ((x >> 1) + (y >> 1)) % 2 else (10, 30, 120),
        "99190a1f027888786848a7878888848087a8877770780807",
    ),
]


@pytest.mark.parametrize(("width", "height", "color", "wanted"), VECTORS)
def test_vectors(width: int, height: int, color: Callable[[int, int], Pixel], wanted: str) -> None:
    """Three pictures give what the first implementation gives, but for a last-bit rounding."""
    found = thumbhash(painted(width, height, color), width=width, height=height).hex()
    assert found[:10] == wanted[:10]
    assert len(found) == len(wanted)
    for one, other in zip(found[10:], wanted[10:], strict=True):
        assert abs(int(one, 16) - int(other, 16)) <= 1


def test_one_colour_by_hand() -> None:
    """White: l = 63, p = q = 31.5 rounded up to 32, no scales, 7 parts on either side."""
    data = thumbhash(b"\xff" * 3 * 64, width=8, height=8)
    head = 63 | 32 << 6 | 32 << 12
    assert data == head.to_bytes(3, "little") + (7).to_bytes(2, "little") + bytes(19)


def decoded(data: bytes, *, across: float, down: float) -> tuple[float, float, float]:
    """The colour, 0..1, at a point given as fractions of width and height."""
    head, tail = int.from_bytes(data[:3], "little"), int.from_bytes(data[3:5], "little")
    is_landscape, count = tail >> 15, tail & 7
    sizes = (7, count) if is_landscape else (count, 7)
    nibbles = [part for byte in data[5:] for part in (byte & 15, byte >> 4)]

    def channel(mean: float, scale: float, nx: int, ny: int) -> float:
        value = mean
        for row in range(ny):
            for column in range(nx):
                if column * ny < nx * (ny - row) and (row or column):
                    part = (nibbles.pop(0) / 7.5 - 1) * scale
                    value += 2 * part * cos(pi * column * across) * cos(pi * row * down)
        return value

    luma = channel((head & 63) / 63, (head >> 18 & 31) / 31, max(3, sizes[0]), max(3, sizes[1]))
    p = channel((head >> 6 & 63) / 31.5 - 1, (tail >> 3 & 63) / 63, 3, 3)
    q = channel((head >> 12 & 63) / 31.5 - 1, (tail >> 9 & 63) / 63, 3, 3)
    blue = luma - 2 / 3 * p
    red = (3 * luma - blue + q) / 2
    return red, red - q, blue


def test_decoded_halves_keep_their_colours() -> None:
    """A picture red on the left and blue on the right decodes to red and blue."""
    rgb = painted(32, 20, lambda x, y: (220, 30, 30) if x < 16 else (20, 40, 200))
    data = thumbhash(rgb, width=32, height=20)
    left, right = decoded(data, across=0.2, down=0.5), decoded(data, across=0.8, down=0.5)
    assert left[0] > left[2] + 0.3
    assert right[2] > right[0] + 0.3


@given(st.tuples(*[st.integers(0, 255)] * 3), st.integers(8, 20), st.integers(8, 20))
def test_one_colour_decodes_to_itself(color: Pixel, width: int, height: int) -> None:
    """A picture of one colour decodes to that colour within a quantisation step."""
    data = thumbhash(bytes(color) * (width * height), width=width, height=height)
    found = decoded(data, across=0.5, down=0.5)
    for value, wanted in zip(found, color, strict=True):
        assert abs(value - wanted / 255) < 0.07


@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False))
def test_length_and_orientation(width: int, height: int, random: object) -> None:
    """The hash has at most 25 bytes and says whether the picture is wide."""
    rgb = random.randbytes(3 * width * height)  # type: ignore[attr-defined]
    data = thumbhash(rgb, width=width, height=height)
    assert 5 < len(data) <= 25
    assert data[4] >> 7 == (width > height)


@pytest.mark.parametrize(("size", "width", "height"), [(3, 0, 1), (303, 101, 1), (11, 2, 2)])
def test_sizes_that_do_not_fit(size: int, width: int, height: int) -> None:
    """Sides of 0 or over 100, or the wrong number of bytes, are refused."""
    with pytest.raises(ValueError, match="bytes for"):
        thumbhash(bytes(size), width=width, height=height)

"""Choosing a poster and fingerprinting it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.media.poster import choose_frame, dhash64

BLACK = bytes([8, 8, 8]) * 100
LIT = BLACK[:285] + bytes([200, 200, 200]) * 5
BARELY = BLACK[:288] + bytes([200, 200, 200]) * 4


def test_first_frame_with_something_to_see() -> None:
    """Five of a hundred pixels lit are enough, four are not."""
    assert choose_frame([BLACK, BARELY, LIT, LIT]) == 2


def test_all_dark_takes_the_brightest() -> None:
    """When nothing is to be seen the brightest frame stands for the video."""
    assert choose_frame([BLACK, BARELY, BLACK]) == 1


def test_equally_dark_takes_the_first() -> None:
    """Among equals the first is taken."""
    assert choose_frame([BLACK, BLACK]) == 0


def test_no_frames_is_a_mistake_of_the_caller() -> None:
    """Choosing from nothing is refused."""
    with pytest.raises(ValueError, match="no frame"):
        choose_frame([])


def test_blue_weighs_little() -> None:
    """Pure blue at full strength has a luma of 18 of 255 and counts as dark."""
    assert choose_frame([bytes([0, 0, 255]) * 100, LIT]) == 1


def test_rising_rows_set_every_bit() -> None:
    """Rows that grow brighter to the right set all 64 bits; falling ones set none."""
    rising = bytes(range(9)) * 8
    assert dhash64(rising) == 2**64 - 1
    assert dhash64(rising[::-1]) == 0


def test_bit_order_by_hand() -> None:
    """One step up at the very start sets bit 63, one at the very end bit 0."""
    flat = bytearray(b"\x80" * 72)
    flat[0] = 0
    assert dhash64(bytes(flat)) == 1 << 63
    flat = bytearray(b"\x80" * 72)
    flat[71] = 255
    assert dhash64(bytes(flat)) == 1


def test_other_sizes_are_refused() -> None:
    """A picture that is not 9 by 8 has no fingerprint."""
    with pytest.raises(ValueError, match="not 72"):
        dhash64(bytes(71))


@given(st.binary(min_size=72, max_size=72), st.integers(0, 20))
def test_brightness_does_not_matter(gray: bytes, lift: int) -> None:
    """Lifting every pixel by the same amount leaves the fingerprint as it was."""
    halved = bytes(value // 2 for value in gray)
    lifted = bytes(value + lift for value in halved)
    assert dhash64(halved) == dhash64(lifted)

"""Which frame stands for a video, and a 64-bit fingerprint of it."""

from collections.abc import Sequence

from plainview.core.media.arguments import DHASH_HEIGHT, DHASH_WIDTH

# Rec. 709 weights in 1/256ths, and what counts as something to see: 5 % of the picture brighter
# than near-black.
_LUMA_RED, _LUMA_GREEN, _LUMA_BLUE = 54, 183, 19
_LUMA_SEEN_MIN = 40
_SEEN_PER_MILLE_MIN = 50


def choose_frame(thumbs: Sequence[bytes]) -> int:
    """The index of the first small RGB picture with something to see, or of the brightest.

    >>> choose_frame([bytes(12), b"\\xc0" * 12])
    1
    """
    if not thumbs:
        raise ValueError("no frame to choose from")
    lit = [_lit_per_mille(thumb) for thumb in thumbs]
    for index, per_mille in enumerate(lit):
        if per_mille >= _SEEN_PER_MILLE_MIN:
            return index
    sums = [sum(thumb) for thumb in thumbs]
    return sums.index(max(sums))


def dhash64(gray: bytes) -> int:
    """A difference hash: bit 63 - (8 * row + column) is set where a pixel is darker than its
    right-hand neighbour.

    Args: gray: 72 bytes, 8 rows of 9. Pictures that look alike differ in few bits.
    """
    if len(gray) != DHASH_WIDTH * DHASH_HEIGHT:
        raise ValueError(f"{len(gray)} bytes, not {DHASH_WIDTH * DHASH_HEIGHT}")
    bits = 0
    for row in range(DHASH_HEIGHT):
        for column in range(DHASH_WIDTH - 1):
            at = row * DHASH_WIDTH + column
            bits = bits << 1 | (gray[at] < gray[at + 1])
    return bits


def _lit_per_mille(thumb: bytes) -> int:
    pixels = len(thumb) // 3
    lit = 0
    for at in range(0, pixels * 3, 3):
        luma = (
            _LUMA_RED * thumb[at] + _LUMA_GREEN * thumb[at + 1] + _LUMA_BLUE * thumb[at + 2]
        ) // 256
        lit += luma >= _LUMA_SEEN_MIN
    return lit * 1000 // max(1, pixels)

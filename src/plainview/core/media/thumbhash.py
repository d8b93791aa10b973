"""A picture of about 25 bytes to show before the poster is there: the ThumbHash format (Evan
Wallace, 2023), opaque.

Layout, little-endian, low bits first:
    bytes 0-2   luma mean (6 bits), yellow-blue mean (6), red-green mean (6), luma scale (5), has
    alpha (1, always 0) bytes 3-4   luma components along the short side (3), yellow-blue scale
    (6), red-green scale (6), is landscape (1) bytes 5-    the cosine coefficients of luma,
    yellow-blue, red-green, 4 bits each, rows of a triangle, mean left out
Colour is split as l = (r+g+b)/3, p = (r+g)/2 - b, q = r - g. Source:
https://evanw.github.io/thumbhash/
"""

from math import cos, floor, pi

_EDGE_MAX = 100
_LUMA_COMPONENTS = 7
_NOISE = 1e-9


def thumbhash(rgb: bytes, *, width: int, height: int) -> bytes:
    """The hash of an opaque picture.

    Args: rgb: `width * height` pixels of 3 bytes, rows from the top; neither side over 100.
    Raises: ValueError: the sizes do not fit.

    >>> thumbhash(bytes([255, 255, 255]) * 64, width=8, height=8).hex()[:10]
    '3f08020700'
    """
    if not (0 < width <= _EDGE_MAX and 0 < height <= _EDGE_MAX) or len(rgb) != 3 * width * height:
        raise ValueError(f"{len(rgb)} bytes for {width}x{height}")
    red, green, blue = ([value / 255 for value in rgb[start::3]] for start in range(3))
    triples = list(zip(red, green, blue, strict=True))
    luma = [(r + g + b) / 3 for r, g, b in triples]
    yellow_blue = [(r + g) / 2 - b for r, g, b in triples]
    red_green = [r - g for r, g, _ in triples]
    long = max(width, height)
    across = max(1, _rounded(_LUMA_COMPONENTS * width / long))
    down = max(1, _rounded(_LUMA_COMPONENTS * height / long))
    l_mean, l_parts, l_scale = _cosines(luma, width, height, max(3, across), max(3, down))
    p_mean, p_parts, p_scale = _cosines(yellow_blue, width, height, 3, 3)
    q_mean, q_parts, q_scale = _cosines(red_green, width, height, 3, 3)
    is_landscape = width > height
    head = (
        _rounded(63 * l_mean)
        | _rounded(31.5 + 31.5 * p_mean) << 6
        | _rounded(31.5 + 31.5 * q_mean) << 12
        | _rounded(31 * l_scale) << 18
    )
    tail = (
        (down if is_landscape else across)
        | _rounded(63 * p_scale) << 3
        | _rounded(63 * q_scale) << 9
        | is_landscape << 15
    )
    nibbles = [_rounded(15 * part) for part in (*l_parts, *p_parts, *q_parts)]
    nibbles += [0] * (len(nibbles) % 2)
    pairs = zip(nibbles[::2], nibbles[1::2], strict=True)
    return (
        head.to_bytes(3, "little")
        + tail.to_bytes(2, "little")
        + bytes(low | high << 4 for low, high in pairs)
    )


def _cosines(
    channel: list[float], width: int, height: int, across: int, down: int
) -> tuple[float, list[float], float]:
    """(mean, the other low-frequency cosine coefficients scaled to 0..1, their scale).

    A picture of one colour has coefficients of rounding alone: they count as nothing.
    """
    mean, scale = 0.0, 0.0
    parts: list[float] = []
    for row in range(down):
        wave_y = [cos(pi / height * row * (y + 0.5)) for y in range(height)]
        column = 0
        while column * down < across * (down - row):
            wave_x = [cos(pi / width * column * (x + 0.5)) for x in range(width)]
            total = 0.0
            for y in range(height):
                line = channel[y * width : (y + 1) * width]
                total += wave_y[y] * sum(a * b for a, b in zip(line, wave_x, strict=True))
            part = total / (width * height)
            if row or column:
                parts.append(part)
                scale = max(scale, abs(part))
            else:
                mean = part
            column += 1
    if scale < _NOISE:
        return mean, [0.0] * len(parts), 0.0
    return mean, [0.5 + 0.5 / scale * part for part in parts], scale


def _rounded(value: float) -> int:
    """Halves go up, as in the format's first implementation."""
    return floor(value + 0.5)

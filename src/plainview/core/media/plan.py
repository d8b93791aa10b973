"""From the facts of a source to the renditions that will be made of it, or a refusal."""

import msgspec

from plainview.core.media.facts import MediaFacts
from plainview.core.media.refusals import TooBig, TooLong, TooManyPixels, TooShort, TooSmall

LADDER_SHORT_EDGES = (360, 540, 720)
LONG_EDGE_MAX = 1920
FPS_MAX = 60
GOP_S = 2
AUDIO_BITRATE_BPS = 96_000

# Short edge up to which a cap on video bits per second holds. Between 0.6 and 2.8 Mbit/s: the
# smallest plays on a poor mobile line, the largest is under a third of the 10 Mbit/s that start-up
# times are measured at.
_BITRATE_CAPS_BPS = ((360, 700_000), (540, 1_600_000), (720, 2_800_000))


class MediaLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator lets in."""

    length_ms_min: int = 500
    length_ms_max: int = 180_000
    size_bytes_max: int = 1_000_000_000
    short_edge_min: int = 64
    pixels_max: int = 8192 * 4320


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """One encoded form to be made.

    `short_edge` is min(width, height) and names it: `360` becomes `360.mp4`.
    """

    short_edge: int
    width: int
    height: int
    bitrate_bps_max: int

    @property
    def name(self) -> str:
        return f"{self.short_edge}.mp4"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that will be made of one source. `renditions` is smallest first and never empty."""

    facts: MediaFacts
    renditions: tuple[Rendition, ...]
    fps_num: int
    fps_den: int
    gop_frames: int
    length_ms: int


def refuse_unfit(facts: MediaFacts, limits: MediaLimits) -> None:
    """Raise the first refusal that applies, in the order a creator can act on:

    size, length, picture.
    """
    refuse_size(facts.size_bytes, limits)
    if facts.length_ms > limits.length_ms_max:
        raise TooLong(length_ms=facts.length_ms, length_ms_max=limits.length_ms_max)
    if facts.length_ms < limits.length_ms_min:
        raise TooShort(length_ms=facts.length_ms, length_ms_min=limits.length_ms_min)
    if facts.width * facts.height > limits.pixels_max:
        raise TooManyPixels(width=facts.width, height=facts.height, pixels_max=limits.pixels_max)
    width, height = square_size(facts)
    if min(width, height) < limits.short_edge_min:
        raise TooSmall(width=facts.width, height=facts.height, short_edge_min=limits.short_edge_min)


def refuse_size(size_bytes: int, limits: MediaLimits) -> None:
    """Raise TooBig when the file is larger than the limit: known before a byte of it is read."""
    if size_bytes > limits.size_bytes_max:
        raise TooBig(size_bytes=size_bytes, size_bytes_max=limits.size_bytes_max)


def make_plan(facts: MediaFacts, limits: MediaLimits) -> Plan:
    """The renditions to make: short edge 360, 540 and 720, none larger than the source.

    A source with a short edge below 360 gets one rendition at its own size. Sizes are even, pixels
    are square, and the aspect ratio is kept to the nearest even number of pixels. No side exceeds
    LONG_EDGE_MAX, which shrinks only pictures wider than about 8:3; of renditions whose short edges
    become equal by that the first is made.

    Raises: TooBig, TooLong, TooShort, TooManyPixels, TooSmall.
    """
    refuse_unfit(facts, limits)
    width, height = square_size(facts)
    short_edge = min(width, height)
    edges = [edge for edge in LADDER_SHORT_EDGES if edge <= short_edge]
    renditions: list[Rendition] = []
    for edge in edges or [short_edge]:
        fitted = fit_size(width, height, short_edge=edge)
        if not renditions or min(fitted) > renditions[-1].short_edge:
            renditions.append(
                Rendition(
                    short_edge=min(fitted),
                    width=fitted[0],
                    height=fitted[1],
                    bitrate_bps_max=_bitrate_cap(edge),
                )
            )
    fps_num, fps_den = _capped_rate(facts.fps_num, facts.fps_den)
    return Plan(
        facts=facts,
        renditions=tuple(renditions),
        fps_num=fps_num,
        fps_den=fps_den,
        gop_frames=max(1, (GOP_S * fps_num + fps_den // 2) // fps_den),
        length_ms=facts.length_ms,
    )


def square_size(facts: MediaFacts) -> tuple[int, int]:
    """The picture's size in square pixels, made by shrinking one side, so that no pixel is
    invented.

    800x332 with pixels of 399:400 is 798x332; 720x576 with 16:11 is 720x396.
    """
    num, den = facts.sar_num, facts.sar_den
    if num > den:
        return facts.width, max(1, (2 * facts.height * den + num) // (2 * num))
    return max(1, (2 * facts.width * num + den) // (2 * den)), facts.height


def fit_size(width: int, height: int, *, short_edge: int) -> tuple[int, int]:
    """`width x height` scaled to that short edge, both even, neither over LONG_EDGE_MAX.

    >>> fit_size(1080, 1920, short_edge=360), fit_size(641, 359, short_edge=359)
    ((360, 640), (640, 358))
    """
    short, long = min(width, height), max(width, height)
    new_short = max(2, short_edge // 2 * 2)
    new_long = max(2, min(long // 2, (long * new_short + short) // (2 * short)) * 2)
    if new_long > LONG_EDGE_MAX:
        new_long = LONG_EDGE_MAX
        new_short = max(2, (short * new_long + long) // (2 * long) * 2)
    return (new_short, new_long) if width <= height else (new_long, new_short)


def _bitrate_cap(edge: int) -> int:
    return next((cap for top, cap in _BITRATE_CAPS_BPS if edge <= top), _BITRATE_CAPS_BPS[-1][1])


def _capped_rate(num: int, den: int) -> tuple[int, int]:
    """The source's rate, or, above FPS_MAX, the largest whole fraction of it that is not.

    120 becomes 60 and 240 becomes 60: whole fractions keep motion even. 100 becomes 50.
    """
    divisor = -(-num // (den * FPS_MAX))
    return num, den * max(1, divisor)

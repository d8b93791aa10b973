"""How loud a source is, and what to do about it."""

import math

import msgspec

from plainview.core.media.refusals import ToolFailed

TARGET_LUFS = -16.0
TRUE_PEAK_MAX_DBTP = -1.0
GAIN_DB_MAX = 20.0
_RANGE_LU = 11.0
_SILENCE_LUFS = -60.0


class Loudness(msgspec.Struct, frozen=True, kw_only=True):
    """The first pass's figures:

    EBU R128 integrated loudness, range, true peak, gate. Floats: none of it is replayed.
    """

    integrated_lufs: float
    range_lu: float
    true_peak_dbtp: float
    threshold_lufs: float

    @property
    def is_silence(self) -> bool:
        """A track with nothing on it is left alone: raising it would only raise its noise."""
        return self.integrated_lufs < _SILENCE_LUFS


class _Printed(msgspec.Struct, frozen=True):
    """What ffmpeg's loudnorm prints: numbers as strings, `-inf` for silence."""

    input_i: str
    input_tp: str
    input_lra: str
    input_thresh: str


def parse_loudness(printed: str) -> Loudness:
    """Read the JSON object that ends the first pass's output.

    Raises: ToolFailed: there is none, or it holds no numbers.
    """
    start, end = printed.rfind("{"), printed.rfind("}")
    try:
        found = msgspec.json.decode(printed[start : end + 1].encode(), type=_Printed)
        integrated, peak, spread, threshold = (
            float(found.input_i),
            float(found.input_tp),
            float(found.input_lra),
            float(found.input_thresh),
        )
    except (msgspec.MsgspecError, ValueError) as error:
        raise ToolFailed(f"the loudness pass printed no figures: {printed[-200:]!r}") from error
    return Loudness(
        integrated_lufs=_bounded(integrated, -99.0, 0.0),
        range_lu=_bounded(spread, 0.0, 99.0),
        true_peak_dbtp=_bounded(peak, -99.0, 99.0),
        threshold_lufs=_bounded(threshold, -99.0, 0.0),
    )


def target_lufs(loudness: Loudness) -> float:
    """TARGET_LUFS, or less when that would take more than GAIN_DB_MAX of gain:

    room noise stays room noise.
    """
    return min(TARGET_LUFS, round(loudness.integrated_lufs + GAIN_DB_MAX, 2))


def loudness_filter(loudness: Loudness | None) -> str:
    """The second pass as an ffmpeg audio filter; "" when there is nothing to even out.

    The range asked for is never less than the one measured, since ffmpeg would otherwise squeeze
    the sound instead of moving it as a whole.
    """
    if loudness is None or loudness.is_silence:
        return ""
    spread = min(50.0, max(_RANGE_LU, math.ceil(loudness.range_lu)))
    return (
        f"loudnorm=I={target_lufs(loudness):.2f}:TP={TRUE_PEAK_MAX_DBTP:.2f}:LRA={spread:.2f}"
        f":measured_I={loudness.integrated_lufs:.2f}:measured_TP={loudness.true_peak_dbtp:.2f}"
        f":measured_LRA={loudness.range_lu:.2f}:measured_thresh={loudness.threshold_lufs:.2f}:linear=true"
    )


def _bounded(value: float, low: float, high: float) -> float:
    """`value` kept between two bounds; minus infinity and not-a-number become the lower one."""
    return low if math.isnan(value) else min(high, max(low, value))

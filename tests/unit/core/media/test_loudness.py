"""Loudness figures and the filter that evens them out."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.media.loudness import (
    GAIN_DB_MAX,
    Loudness,
    loudness_filter,
    parse_loudness,
    target_lufs,
)
from plainview.core.media.refusals import ToolFailed

PRINTED = """[Parsed_loudnorm_1 @ 0x55d0]
{
	"input_i" : "-23.54",
	"input_tp" : "-4.47",
	"input_lra" : "6.20",
	"input_thresh" : "-34.10",
	"output_i" : "-16.02",
	"normalization_type" : "dynamic",
	"target_offset" : "0.02"
}
"""


def measured(**changes: float) -> Loudness:
    told = {
        "integrated_lufs": -23.54,
        "range_lu": 6.2,
        "true_peak_dbtp": -4.47,
        "threshold_lufs": -34.1,
    }
    return Loudness(**{**told, **changes})


def test_printed_figures_are_read() -> None:
    """The JSON at the end of the first pass becomes the four figures."""
    assert parse_loudness(PRINTED) == measured()


def test_silence_is_printed_as_minus_infinity() -> None:
    """Minus infinity becomes the lowest figure there is, and is silence."""
    found = parse_loudness(PRINTED.replace("-23.54", "-inf").replace("-4.47", "-inf"))
    assert found.integrated_lufs == -99.0
    assert found.is_silence
    assert loudness_filter(found) == ""


@pytest.mark.parametrize("printed", ["", "no braces", "{", '{"input_i": "x"}', '{"input_i": 3}'])
def test_other_words_are_our_fault(printed: str) -> None:
    """Output without the figures says that the tool failed, not the file."""
    with pytest.raises(ToolFailed):
        parse_loudness(printed)


def test_filter_by_hand() -> None:
    """-23.54 LUFS is asked up to -16, at its own range or 11 LU, with a peak of -1 dBTP."""
    assert loudness_filter(measured()) == (
        "loudnorm=I=-16.00:TP=-1.00:LRA=11.00:measured_I=-23.54:measured_TP=-4.47"
        ":measured_LRA=6.20:measured_thresh=-34.10:linear=true"
    )


def test_wide_range_is_kept() -> None:
    """A range of 17.3 LU is asked for as 18, so that the sound is not squeezed."""
    assert ":LRA=18.00:" in loudness_filter(measured(range_lu=17.3))


def test_room_noise_is_not_pulled_up() -> None:
    """-50 LUFS rises by 20 dB at most, to -30."""
    assert target_lufs(measured(integrated_lufs=-50.0)) == -30.0


def test_no_sound_no_filter() -> None:
    """Without figures there is no filter."""
    assert loudness_filter(None) == ""


@given(st.floats(-99, 0), st.floats(0, 99), st.floats(-99, 99), st.floats(-99, 0))
def test_filter_stays_within_what_ffmpeg_takes(
    integrated: float, spread: float, peak: float, threshold: float
) -> None:
    """For any figures the target, gain and range stay inside ffmpeg's own bounds."""
    found = measured(
        integrated_lufs=integrated,
        range_lu=spread,
        true_peak_dbtp=peak,
        threshold_lufs=threshold,
    )
    text = loudness_filter(found)
    if not text:
        assert found.is_silence
        return
    options = dict(part.split("=") for part in text.removeprefix("loudnorm=").split(":"))
    assert -70 <= float(options["I"]) <= -16
    assert float(options["I"]) - integrated <= GAIN_DB_MAX + 0.01
    assert 11 <= float(options["LRA"]) <= 50
    assert not any(math.isnan(float(value)) for key, value in options.items() if key != "linear")

"""The parts clips are made of: colours, notes, sorts, loops, and the pages for judging."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from demo.canvas import ease, mix, pick, ramp, rgb
from demo.dishes.life import _next
from demo.encode import ClipFailed, write_clip
from demo.judge import HEARD_RATE, spectrogram, write_pages
from demo.scene import Scene, iris_home, melt_home
from demo.sorting.steps import SORTS, run_sort
from demo.sound import MAJOR, PENTA, RATE, VOICES, Note, degree, mix_notes
from demo.zooms.mandel import nucleus, scale_of


def test_colours_by_hand() -> None:
    """Half way from black to (200, 100, 50) is (100, 50, 25), and shares are clamped."""
    assert rgb("#c86432") == (200, 100, 50)
    assert mix((0, 0, 0), (200, 100, 50), 0.5) == (100, 50, 25)
    assert mix((0, 0, 0), (200, 100, 50), 7) == (200, 100, 50)
    assert pick(ramp([(0, 0, 0), (100, 100, 100)], 3), 0.5) == (50, 50, 50)


def test_a_closed_ramp_meets_itself() -> None:
    """The step from the last colour of a closed ramp to the first is like any other."""
    table = ramp([(0, 0, 0), (240, 0, 0)], 16, closed=True).astype(int)
    assert abs(table[0] - table[-1]).max() <= 31


@given(st.floats(-2, 3))
def test_ease_stays_between_0_and_1(t: float) -> None:
    """Easing never overshoots."""
    assert 0 <= ease(t) <= 1


def test_degrees_by_hand() -> None:
    """A major fifth is seven semitones up; five steps of five are an octave."""
    assert degree(4, root_hz=440, scale=MAJOR) == pytest.approx(440 * 2 ** (7 / 12))
    assert degree(5, root_hz=220, scale=PENTA) == pytest.approx(440)
    assert degree(-5, root_hz=220, scale=PENTA) == pytest.approx(110)


def test_no_notes_is_silence() -> None:
    """Sound comes from notes alone."""
    assert not mix_notes((), 1.0).any()


def test_a_note_is_heard_from_its_moment_on() -> None:
    """A knock at 0.5 s leaves the half second before it silent, and pans to its side."""
    sound = mix_notes([Note(0.5, "woodblock", 800, 0.5, pan=-1.0)], 1.0, room=0)
    half = RATE // 2
    assert not sound[:half].any()
    assert float(np.abs(sound[half : half + 2000, 0]).max()) > 0.5
    assert float(np.abs(sound[:, 1]).max()) < 1e-6


def test_a_tail_wraps_to_the_beginning() -> None:
    """A bar struck just before the end still rings at the start, so the loop has no seam."""
    sound = mix_notes([Note(0.95, "vibes", 440, 0.5)], 1.0, room=0)
    assert float(np.abs(sound[:2000]).max()) > 0.05


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_is_heard_and_finite(voice: str) -> None:
    """A voice is a finite wave with something in it and no constant offset worth hearing."""
    wave = VOICES[voice](3.0 if voice == "shepard" else 330.0, 0.4)
    assert np.isfinite(wave).all()
    assert 0.05 < float(np.abs(wave).max()) < 4
    assert abs(float(wave.mean())) < 0.05


@pytest.mark.parametrize("name", SORTS)
@settings(max_examples=25)
@given(row=st.lists(st.integers(0, 99), min_size=1, max_size=16))
def test_every_sort_sorts_and_keeps_its_steps(name: str, row: list[int]) -> None:
    """The last state is sorted, the first is the row, and each step moves at most two places."""
    run = run_sort(name, row)
    assert list(run.states[0]) == row
    assert list(run.states[-1]) == sorted(row)
    for before, after in pairwise(run.states):
        assert sum(a != b for a, b in zip(before, after, strict=True)) in (0, 2)


def test_bubble_sort_by_hand() -> None:
    """Three values in reverse take three swaps."""
    assert sum(run_sort("bubble", [3, 2, 1]).swaps) == 3


def test_a_blinker_blinks() -> None:
    """Three in a row become three in a column, and three in a row again."""
    row = np.zeros((5, 5), bool)
    row[2, 1:4] = True
    column = _next(row, (3,), (2, 3))
    assert np.array_equal(column, row.T)
    assert np.array_equal(_next(column, (3,), (2, 3)), row)


def test_a_small_mandelbrot_set_by_hand() -> None:
    """The copy of period 3 on the real line sits at -1.75488 and is about 1/52 of the whole."""
    centre = nucleus(-1.75, 3)
    assert centre.real == pytest.approx(-1.7548776662)
    assert abs(scale_of(centre, 3)) == pytest.approx(0.019, abs=0.001)


def _slide(number: int) -> Image.Image:
    return Image.new("RGB", (540, 960), (number * 6, 40, 200 - number * 5))


@pytest.mark.parametrize("close", [iris_home, melt_home])
def test_closing_a_loop_ends_near_the_first_frame(close: object) -> None:
    """The last frame of a closed loop is nearly the first; the middle is untouched."""
    assert callable(close)
    frame = close(_slide, 30)
    last, first = (np.asarray(f, dtype=float) for f in (frame(29), _slide(0)))
    assert np.abs(last - first).mean() < 4
    assert np.array_equal(np.asarray(frame(10)), np.asarray(_slide(10)))


def test_a_clip_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A good scene gives one MP4 and nothing else; one that fails half way leaves nothing."""
    notes = [Note(0.1, "kalimba", 440, 0.5)]
    write_clip(Scene(6, _slide, notes), tmp_path / "good.mp4")
    assert b"ftyp" in (tmp_path / "good.mp4").read_bytes()[:16]

    def broken(number: int) -> Image.Image:
        if number > 2:
            raise ClipFailed("the pen broke")
        return _slide(number)

    with pytest.raises(ClipFailed):
        write_clip(Scene(6, broken, notes), tmp_path / "bad.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["good.mp4"]


def test_a_spectrogram_shows_where_a_tone_is() -> None:
    """A pure tone of 440 Hz is brightest in the row that stands for 440 Hz."""
    t = np.arange(HEARD_RATE) / HEARD_RATE
    image = spectrogram(np.sin(2 * math.pi * 440 * t), width=20, height=140)
    bright = int(np.asarray(image, dtype=int).sum(axis=2).mean(axis=1).argmax())
    octaves = math.log2(8000 / 60)
    assert bright == pytest.approx(139 - 139 * math.log2(440 / 60) / octaves, abs=3)


def test_judging_needs_enough_clips(tmp_path: Path) -> None:
    """With too few clips the pages are refused, and the message says how many are there."""
    with pytest.raises(ValueError, match="holds 0 clips; 40 are needed"):
        write_pages(tmp_path, tmp_path / "out", count=40, seed=1)

"""Every generator: the same twice, moving at once, closing its circle, and heard."""

import hashlib
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from demo.canvas import FPS, H, W, as_bytes
from demo.catalog import CLIP_BY_KEY, CLIPS
from demo.generators import GENERATORS
from demo.make import scene_of
from demo.scene import Scene
from demo.sound import VOICES, mix_notes

FIRST_OF = {g: next(c for c in CLIPS if c.generator == g) for g in GENERATORS}
HOOK_FRAME = int(0.8 * FPS)
# What grows step by step looks the same at 0.8 s however long it is then let grow.
SLOW_TO_GROW = {"dish-reaction": 2.0, "dish-slime": 2.0, "marble-jar": 3.0}


@lru_cache(maxsize=64)
def scene(generator: str) -> Scene:
    """One scene per generator, built once for all tests."""
    return scene_of(replace(FIRST_OF[generator], length_s=SLOW_TO_GROW.get(generator, 5.0)))


@lru_cache(maxsize=256)
def picture(generator: str, number: int) -> NDArray[np.float32]:
    """A frame at a quarter of its size, as numbers 0..255."""
    return np.asarray(scene(generator).frame(number).reduce(4), dtype=np.float32)


def apart(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """How much two pictures differ where they differ most: the mean of the worst tenth."""
    gap = np.sort(np.abs(a - b).max(axis=2).ravel())
    return float(gap[-len(gap) // 10 :].mean())


def digest(made: Scene, number: int) -> str:
    """A fingerprint of one frame."""
    return hashlib.sha256(as_bytes(made.frame(number)).tobytes()).hexdigest()


@pytest.mark.parametrize("generator", GENERATORS)
def test_first_frames_are_the_same_twice(generator: str) -> None:
    """Built anew from its spec, a generator gives the same early frame and the same notes."""
    spec = replace(FIRST_OF[generator], length_s=0.75)
    one, two = scene_of(spec), scene_of(spec)
    assert digest(one, 3) == digest(two, 3)
    assert list(one.notes) == list(two.notes)


@pytest.mark.parametrize("generator", GENERATORS)
def test_there_is_a_hook_within_eight_tenths_of_a_second(generator: str) -> None:
    """By 0.8 s the picture has clearly changed from the first frame."""
    assert apart(picture(generator, 0), picture(generator, HOOK_FRAME)) > 12


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_last_frame_leads_into_the_first(generator: str) -> None:
    """From last frame to first is no bigger a jump than ordinary motion, twice over."""
    count = scene(generator).count
    seam = apart(picture(generator, count - 1), picture(generator, 0))
    assert seam < 24.0 or any(
        seam < 2.0 * apart(picture(generator, k), picture(generator, k + 1))
        for k in (0, count // 3)
    )


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_sound_is_an_event_within_the_clip(generator: str) -> None:
    """There are notes, on known voices, audible, and none outside the clip by over a second."""
    made = scene(generator)
    seconds = made.count / FPS
    assert made.count == SLOW_TO_GROW.get(generator, 5.0) * FPS
    assert len(made.notes) >= 3
    for note in made.notes:
        assert note.voice in VOICES
        assert 0 < note.gain <= 1
        assert -1 <= note.at_s <= seconds + 1
        assert 20 < note.hz < 12_000 or note.voice == "shepard"


@pytest.mark.parametrize("generator", ["marble-ring", "sort-bars", "eyes-size", "chance-galton"])
def test_the_clip_is_not_silent(generator: str) -> None:
    """Mixed, the notes of a clip are loud enough to hear and never clip."""
    made = scene(generator)
    sound = mix_notes(made.notes, made.count / FPS, room=made.room)
    assert sound.shape == (made.count * 44_100 // FPS, 2)
    assert float(np.sqrt((sound**2).mean())) > 0.01
    assert 0.5 < float(np.abs(sound).max()) <= 0.89


def test_frames_are_phone_shaped() -> None:
    """A frame is 540 by 960 in three colours."""
    assert as_bytes(scene("marble-ring").frame(0)).shape == (H, W, 3) == (960, 540, 3)


def test_a_bounce_is_heard_when_it_is_seen() -> None:
    """In the ring, every note falls in a frame in which a marble touched."""
    from demo.marbles.ring import RULES, play

    spec = CLIP_BY_KEY["marble-ring-01"]
    film = play(spec, RULES[1], 120)
    touched = {frame for frame, _, _ in film.touches}
    assert film.notes
    assert all(int(note.at_s * FPS + 1e-6) in touched for note in film.notes)


def test_the_pitch_of_a_sort_is_the_value_it_touches() -> None:
    """In a bar sort the notes run over three octaves from 160 Hz, by the value touched."""
    notes = scene("sort-bars").notes
    heard = [n.hz for n in notes[:60]]
    assert all(160 <= hz < 160 * 8 for hz in heard)
    assert len({round(hz) for hz in heard}) > 10


def test_every_queue_of_creatures_can_be_sorted() -> None:
    """Each creature clip finds a shuffle with 4 to 15 hops, selection of five among them."""
    for clip in CLIPS:
        if clip.generator == "sort-faces":
            assert scene_of(clip).count == round(clip.length_s * FPS)


def test_every_swing_of_the_wave_rings_and_all_ring_at_once_at_the_start() -> None:
    """Pendulums ring once a swing; at time 0 each of them does, which is the chord."""
    notes = scene("pendulum-wave").notes
    chord = [n for n in notes if n.at_s == 0]
    assert len(chord) >= 10
    assert len({n.hz for n in chord}) == len(chord)


def test_the_shepard_tone_rises_a_whole_number_of_octaves() -> None:
    """A zoom's tone ends where it began, so the loop cannot be heard."""
    for generator, (topic, _) in GENERATORS.items():
        if topic == "zooms":
            tone = next(n for n in scene(generator).notes if n.voice == "shepard")
            assert tone.hz == round(tone.hz) != 0

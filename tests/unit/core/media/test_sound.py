"""What a sound is known by."""

import json
from math import isqrt, pi, sin
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plainview.core.media.sound import (
    EDGES,
    FRAME,
    HOP,
    SOUND_RATE_HZ,
    SOUND_S_MAX,
    band_energies,
    pairs_of,
    peaks_of,
    sound_of,
)
from plainview.core.terms.signs import signs_of
from tests.tunes import tune, tune_bytes

BANDS = len(EDGES) - 1


def cosine(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """Of two sketches."""
    one, two = np.array(a, float), np.array(b, float)
    return float(one @ two / np.sqrt((one @ one) * (two @ two)))


def test_a_frame_by_hand() -> None:
    """The energy of a band, summed as the specification says it, with its floors."""
    samples = [((n * n) % 2_001 - 1_000) for n in range(FRAME)]
    made = band_energies(np.array(samples, "<i2").tobytes())
    assert made.shape == (1, BANDS)

    def wave(k: int, n: int, quarter: float) -> int:
        window = sin(pi * (2 * n + 1) / (2 * FRAME)) ** 2
        turned = window * sin(2 * pi * (k * n % FRAME) / FRAME + quarter)
        return int(np.floor(turned * 16_384 + 0.5))

    for band in (0, 10, BANDS - 1):
        due = 0
        for k in range(EDGES[band], EDGES[band + 1]):
            for quarter in (pi / 2, 0.0):
                due += (sum(x * wave(k, n, quarter) for n, x in enumerate(samples)) >> 14) ** 2
        assert int(made[0, band]) == due


def test_frames_stand_an_eighth_apart_and_end_after_a_minute() -> None:
    """1,024 samples are a frame, 128 more another; after 60 s nothing is heard, nor half a
    sample."""
    second = bytes(2 * SOUND_RATE_HZ)
    heard = len(band_energies(second * (SOUND_S_MAX + 1)))
    assert len(band_energies(second[: 2 * FRAME - 1])) == 0
    assert len(band_energies(second[: 2 * FRAME + 1])) == 1
    assert len(band_energies(second[: 2 * (FRAME + HOP)])) == 2
    assert heard == (SOUND_RATE_HZ * SOUND_S_MAX - FRAME) // HOP + 1


def test_energies_are_exact_whatever_the_samples() -> None:
    """The loudest there can be stays below 2^62, and is what sums in whole numbers give."""
    loudest = np.where(np.arange(FRAME) % 8 < 4, 32_767, -32_768).astype("<i2")
    made = band_energies(loudest.tobytes())
    assert int(made.min()) >= 0
    assert int(made.max()) < 2**62
    slow = sum(
        (sum(int(x) * int(w) for x, w in zip(loudest, wave, strict=True)) >> 14) ** 2
        for wave in _waves_of_band(20)
    )
    assert int(made[0, 20]) == slow


def _waves_of_band(band: int) -> list[NDArray[np.float64]]:
    from plainview.core.media.sound import _waves

    first = 2 * (EDGES[band] - EDGES[0])
    return [_waves()[:, first + i] for i in range(2 * (EDGES[band + 1] - EDGES[band]))]


def grid(**loud: int) -> NDArray[np.int64]:
    """80 hops of silence but for the cells named `h<hop>b<band>`."""
    energies = np.zeros((80, BANDS), np.int64)
    for name, energy in loud.items():
        hop, band = name[1:].split("b")
        energies[int(hop), int(band)] = energy
    return energies


def test_peaks_by_hand() -> None:
    """A louder cell 24 hops or 6 bands away hides one, 25 or 7 do not; equals both stand; what is a
    hundred-thousandth of the loudest does not."""
    assert peaks_of(grid(h20b20=9)) == [(20, 20)]
    assert peaks_of(grid(h20b20=9, h44b26=10)) == [(44, 26)]
    assert peaks_of(grid(h20b20=9, h45b20=10)) == [(20, 20), (45, 20)]
    assert peaks_of(grid(h20b20=9, h20b27=10)) == [(20, 20), (20, 27)]
    assert peaks_of(grid(h20b20=9, h21b20=9)) == [(20, 20), (21, 20)]
    assert peaks_of(grid(h0b0=10, h30b40=1_000_000)) == [(30, 40)]
    assert peaks_of(grid(h0b0=11, h30b40=1_000_000)) == [(0, 0), (30, 40)]
    assert peaks_of(grid()) == []


def test_pairs_by_hand() -> None:
    """Each peak goes with the next five later ones, of the same hop with none, and with none more
    than 63 hops on; eight hops are one step."""
    assert pairs_of([(0, 1), (7, 2)]) == {(1, 2, 0)}
    assert pairs_of([(0, 1), (8, 2)]) == {(1, 2, 1)}
    assert pairs_of([(0, 1), (63, 2)]) == {(1, 2, 7)}
    assert pairs_of([(0, 1), (64, 2)]) == set()
    assert pairs_of([(0, 1), (0, 2)]) == set()
    run = [(0, 0), *((8 * n, n) for n in range(1, 7))]
    assert {pair for pair in pairs_of(run) if pair[0] == 0} == {(0, n, n) for n in range(1, 6)}


def test_a_sketch_by_hand() -> None:
    """It is the sum of its pairs' signs, each once, at a length of 256 with floors."""
    heard = tune_bytes(3, s=8)
    pairs = pairs_of(peaks_of(band_energies(heard)))
    total = [0] * 64
    for pair in pairs:
        for i, sign in enumerate(signs_of("sound:" + ":".join(map(str, pair))).tolist()):
            total[i] += sign
    length = isqrt(sum(v * v for v in total))
    assert len(pairs) > 20
    assert sound_of(heard) == tuple(max(-127, min(127, v * 256 // length)) for v in total)


def test_what_has_nothing_to_tell_it_by_has_no_sketch() -> None:
    """Silence, nothing at all, a hum and a click are known by nothing."""
    t = np.arange(4 * SOUND_RATE_HZ)
    hum = np.round(8_000 * np.sin(2 * pi * 220 * t / SOUND_RATE_HZ)).astype("<i2")
    click = np.zeros(4 * SOUND_RATE_HZ, "<i2")
    click[9_000] = 30_000
    for samples in (b"", bytes(90_000), hum.tobytes(), click.tobytes()):
        assert sound_of(samples) == ()


def test_copies_of_one_sound_are_near_and_other_sounds_are_not() -> None:
    """Half as loud, with noise, or beginning later, a tune keeps near itself, and half of it nearer
    than any two of five tunes are."""
    sketches = [sound_of(tune_bytes(seed, s=8)) for seed in range(5)]
    plain = tune(0, s=8)
    rng = np.random.default_rng(1)
    copies = {
        "softer": plain // 2,
        "noisy": plain + rng.normal(0, 150, len(plain)).astype(np.int64),
        "later": plain[5_000:],
        "half": plain[: len(plain) // 2],
    }
    near = {
        name: cosine(sketches[0], sound_of(copy.astype("<i2").tobytes()))
        for name, copy in copies.items()
    }
    far = [cosine(a, b) for i, a in enumerate(sketches) for b in sketches[i + 1 :]]
    assert min(near["softer"], near["noisy"], near["later"]) > 0.65
    assert near["half"] > 0.4
    assert max(far) < 0.35
    assert abs(sum(far) / len(far)) < 0.1


def test_vectors() -> None:
    """specs/vectors/media-v1.json: each sound has that many pairs and that sketch."""
    vectors = json.loads((Path(__file__).parents[4] / "specs/vectors/media-v1.json").read_text())
    for sound in vectors["sounds"]:
        samples = np.array(
            [n * (n // sound["period"] + 1) % sound["modulus"] for n in range(sound["count"])],
            "<i2",
        ).tobytes()
        assert len(pairs_of(peaks_of(band_energies(samples)))) == sound["pairs"]
        assert np.array(sound_of(samples), np.int8).tobytes().hex() == sound["sketch"]


@given(st.binary(max_size=6_000))
def test_any_bytes_can_be_heard(data: bytes) -> None:
    """Whatever the bytes, there are 64 integers in -127..127 or none, and the same ones again."""
    made = sound_of(data)
    assert len(made) in (0, 64)
    assert all(-127 <= value <= 127 for value in made)
    assert sound_of(data) == made

"""How near a new video begins to others that say the same, or have the same sound.

    python -m bench.first_places [--text-model auto]

Captions: each of two that say one thing in other words looks for its like among all the others of
the list, by the dot of where the content function puts them, once without and once with the
meaning of the words; no tags, no topics, one creator each. `auc` is how often its like is nearer
than another. Sounds: tunes by seed, encoded as uploads come, cut, and turned down, through the
ffmpeg and the sketch of the service; the cosine of two sketches, whose error is an eighth. Nothing
is timed but the reading and the sketching.
"""

import argparse
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from plainview.core.catalogue import content_embedding, text_of
from plainview.core.media.sound import SOUND_RATE_HZ, sound_of
from plainview.core.terms.ids import CreatorId
from plainview.edge.ffmpeg import find_ffmpeg
from plainview.edge.text_model import find_text_model
from plainview.ports.text import TextModel
from tests.tunes import tune_file

PAIRS = Path(__file__).with_name("caption_pairs.txt")
TUNES = 12
COPIES: dict[str, tuple[str, ...]] = {
    "AAC 96 kbit/s": ("-c:a", "aac", "-b:a", "96k", "-ar", "48000"),
    "AAC 32 kbit/s": ("-c:a", "aac", "-b:a", "32k", "-ar", "44100"),
    "Vorbis, 9 dB softer": ("-c:a", "libvorbis", "-af", "volume=-9dB"),
    "begins 1.237 s later": ("-ss", "1.237", "-c:a", "aac", "-b:a", "64k"),
    "its first half": ("-t", "10", "-c:a", "aac", "-b:a", "64k"),
    "2 % faster": ("-af", "atempo=1.02", "-c:a", "aac", "-b:a", "64k"),
}


def caption_pairs() -> list[list[tuple[str, str]]]:
    """The lists of pairs: what came before the choices, and after."""
    found: list[list[tuple[str, str]]] = []
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            found.append([])
        else:
            one, _, other = line.partition(" | ")
            found[-1].append((one, other))
    return found


def say_captions(pairs: list[tuple[str, str]], name: str, model: TextModel | None) -> None:
    """One line for the words alone, one with their meaning."""
    for how, reads in (("words", None), ("words and meaning", model)):
        both = np.array(
            [
                [
                    content_embedding(
                        caption=caption,
                        tags=(),
                        topics=(),
                        creator=CreatorId(1 + 2 * n + side),
                        meaning=reads.read(text_of(caption, ())) if reads else (),
                    )
                    for side, caption in enumerate(pair)
                ]
                for n, pair in enumerate(pairs)
            ],
            np.float64,
        )
        dots = both[:, 0] @ both[:, 1].T
        like, others = np.diag(dots), dots[~np.eye(len(dots), dtype=bool)]
        first = np.mean(
            [*(dots.argmax(0) == range(len(dots))), *(dots.argmax(1) == range(len(dots)))]
        )
        auc = (like[:, None] > others).mean()
        print(f"  {name:24} {how:18} auc {auc:.3f}   its like comes first {first:5.1%}")


def sketches(folder: Path, seed: int) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """A tune's sketch, then those of its copies."""
    source = tune_file(folder / f"{seed}.wav", seed, s=20)
    yield "", sketch(source)
    for name, args in COPIES.items():
        copy = folder / "copy.mka"
        _ffmpeg("-i", str(source), *args, str(copy))
        yield name, sketch(copy)


def sketch(path: Path) -> NDArray[np.float64]:
    """Of what the service would hear of this file."""
    samples = _ffmpeg(
        "-i", str(path), "-ac", "1", "-ar", str(SOUND_RATE_HZ), "-f", "s16le", "pipe:1"
    )
    return np.array(sound_of(samples), np.float64)


def _ffmpeg(*args: str) -> bytes:
    run = subprocess.run(
        [str(find_ffmpeg()), "-nostdin", "-v", "error", "-y", *args],
        capture_output=True,
        check=True,
    )
    return run.stdout


def cosine(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Of two sketches."""
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def say_sounds() -> None:
    """The cosines of copies with their tune, and of the tunes with each other."""
    near: dict[str, list[float]] = {name: [] for name in COPIES}
    tunes = []
    with TemporaryDirectory() as folder:
        for seed in range(TUNES):
            (_, first), *copies = sketches(Path(folder), seed)
            tunes.append(first)
            for name, copy in copies:
                near[name].append(cosine(first, copy))
    for name, found in near.items():
        print(f"  {name:24} mean {np.mean(found):5.2f}   least {min(found):5.2f}")
    far = [cosine(a, b) for i, a in enumerate(tunes) for b in tunes[i + 1 :]]
    print(f"  {'another tune':24} mean {np.mean(far):5.2f}   most  {max(far):5.2f}")


def say_costs(model: TextModel | None) -> None:
    """Processor time of a caption and of a minute of sound."""
    if model is not None:
        texts = [text_of(one, ()) for pairs in caption_pairs() for one, _ in pairs]
        began = time.process_time()
        for text in texts[:10]:
            model.read(text)
        per_text_ms = (time.process_time() - began) * 1e2
        print(f"  a caption {per_text_ms:.0f} ms, the model opened for it", end=", ")
    minute = np.random.default_rng(1).integers(-9_000, 9_000, SOUND_RATE_HZ * 60)
    samples = minute.astype("<i2").tobytes()
    sound_of(samples)
    began = time.process_time()
    sound_of(samples)
    print(f"a minute of sound {(time.process_time() - began) * 1e3:.0f} ms of processor")


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--text-model", default="auto")
    model = find_text_model(parser.parse_args().text_model)
    print(f"text model {model.digest if model else 'none: install the text extra'}\n\ncaptions")
    for pairs, name in zip(caption_pairs(), ("before the choices", "after them"), strict=True):
        say_captions(pairs, f"{len(pairs)} pairs, {name}", model)
    print("\nsounds, cosine of sketches")
    say_sounds()
    print("\ncosts")
    say_costs(model)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What every `TextModel` must do: the fake, that of the text extra, and one from a folder."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from plainview.core.catalogue import text_of
from plainview.edge.fake_text import FakeTextModel
from plainview.edge.text_model import NoTextModel, StaticTextModel, find_text_model
from plainview.ports.text import TextModel

WORDS = ("[UNK]", "kitten", "cat", "small", "rent", "cheap")
"""What the model in a folder knows; a kitten is a small cat in it, nearly."""


def write_model(folder: Path, **tensors: NDArray[np.generic]) -> Path:
    """A model of WORDS in model2vec's form: a table of 80 columns and a tokenizer of whole
    words."""
    table = np.random.default_rng(3).normal(0, 0.5, (len(WORDS), 80)).astype(np.float32)
    table[0] = 0
    table[1] = (table[2] + table[3]) * 0.9
    folder.mkdir(exist_ok=True)
    save_file(tensors or {"embeddings": table}, folder / "model.safetensors")
    tokenizer: dict[str, object] = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
        "normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel", "unk_token": "[UNK]",
            "vocab": {word: n for n, word in enumerate(WORDS)},
        },
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return folder


def packaged() -> StaticTextModel:
    """The one that comes with the text extra."""
    model = find_text_model("auto")
    assert model is not None, "the text extra is not installed: requirements/dev.txt has it"
    return model


@pytest.fixture(params=["fake", "packaged", "folder"])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> TextModel:
    if request.param == "fake":
        return FakeTextModel(kitten="cat")
    if request.param == "packaged":
        return packaged()
    found = find_text_model(str(write_model(tmp_path / "model")))
    assert found is not None
    return found


def nearness(model: TextModel, one: str, other: str) -> float:
    """The cosine of what two texts mean."""
    a, b = (np.array(model.read(text), float) for text in (one, other))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def test_a_meaning_is_64_small_integers(model: TextModel) -> None:
    """Neither more nor less, none beyond 127, and the same ones again."""
    found = model.read("small kitten")
    assert len(found) == 64
    assert all(type(value) is int and -127 <= value <= 127 for value in found)
    assert model.read("small kitten") == found


def test_what_means_alike_is_near(model: TextModel) -> None:
    """A kitten is nearer to a cat than to the rent."""
    assert nearness(model, "kitten", "cat") > nearness(model, "kitten", "rent") + 0.2


def test_nothing_to_read_means_nothing(model: TextModel) -> None:
    """An empty text has no meaning; a long one has one."""
    assert model.read("") == ()
    assert len(model.read(text_of("cat " * 5_000, ()))) == 64


def test_a_model_is_named_by_its_files(model: TextModel, tmp_path: Path) -> None:
    """Its digest is 64 hex digits; another model has another."""
    assert len(bytes.fromhex(model.digest)) == 32
    table = np.ones((len(WORDS), 64), np.float32)
    other = find_text_model(str(write_model(tmp_path / "other", embeddings=table)))
    assert other is not None
    assert other.digest != model.digest


def test_the_packaged_model_by_its_digest() -> None:
    """The pinned package holds the model that decision 0017 measured, and says of it what it did
    then."""
    model = packaged()
    assert model.digest == "dbcbc41fbbb9ca38f7052491a576c06732499ba4a5da88b7008b5dc759a2aac8"
    assert model.read("kittens falling asleep in a basket")[:8] == (
        -1, 33, 37, 57, -30, -3, 48, 30,
    )  # fmt: skip


def test_a_folder_by_hand(tmp_path: Path) -> None:
    """What a text means is the sum of its words' first 64 columns, in 4,096ths, at a length of
    256."""
    table = np.zeros((len(WORDS), 70), np.float32)
    table[2, 0], table[3, 1], table[3, 65] = 0.5, 0.5, 9.0
    model = find_text_model(str(write_model(tmp_path / "model", embeddings=table)))
    assert model is not None
    assert model.read("small cat cat") == (127, 114, *[0] * 62)
    assert model.read(text_of("Unheard of", ())) == ()


def test_off_is_none() -> None:
    """Asked for none, there is none, installed or not."""
    assert find_text_model("off") is None


def test_a_folder_without_a_model_is_refused_in_words(tmp_path: Path) -> None:
    """What is missing, and what cannot be read, is named."""
    whole = write_model(tmp_path / "whole")
    cases: dict[str, Callable[[Path], object]] = {
        "no model.safetensors and no tokenizer.json": shutil.rmtree,
        "no tokenizer.json": lambda folder: (folder / "tokenizer.json").unlink(),
        "model.safetensors cannot be read": lambda folder: (
            folder / "model.safetensors"
        ).write_bytes(b"no"),
        "tokenizer.json cannot be read": lambda folder: (folder / "tokenizer.json").write_text("{"),
        "2 tensors": lambda folder: save_file(
            {"a": np.zeros((1, 64)), "b": np.zeros(3)}, folder / "model.safetensors"
        ),
        "int64, not floats": lambda folder: save_file(
            {"a": np.zeros((1, 64), np.int64)}, folder / "model.safetensors"
        ),
        "fewer than 64 columns": lambda folder: save_file(
            {"a": np.zeros((1, 63))}, folder / "model.safetensors"
        ),
    }
    for words, damage in cases.items():
        folder = tmp_path / "damaged"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        damage(folder)
        with pytest.raises(NoTextModel, match=words):
            find_text_model(str(folder))


def test_a_model_that_is_gone_reads_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its files were taken away since the start: said in the log, and no video waits for it."""
    folder = write_model(tmp_path / "model")
    model = find_text_model(str(folder))
    assert model is not None
    assert model.read("small cat")
    (folder / "model.safetensors").unlink()
    assert model.read("small cat") == ()
    assert "captions are not read" in caplog.text

"""The weights file: one form only, and every claim in it checked."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from plainview.core.learn import BadFile, NotExact, WeightsRefused, load_weights, starting_weights
from plainview.core.learn.weights_file import encode_weights, with_places
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.weights import FEATURES, HEAD_ONE, HEADS, TABLE_SIZE

Tensors = dict[str, Any]


def small(**changes: Any) -> Tensors:
    """The parts of a file with one hidden layer of two units."""
    parts: Tensors = {
        "hidden0.weight": np.ones((len(FEATURES), 2), dtype=np.int8),
        "hidden0.bias": np.array([5, -5], dtype=np.int32),
        "hidden0.shift": np.array([3, 4], dtype=np.uint8),
        "heads.weight": np.full((2, len(HEADS)), -2, dtype=np.int8),
        "heads.bias": np.arange(len(HEADS), dtype=np.int32),
        "heads.shift": np.zeros(len(HEADS), dtype=np.uint8),
        "heads.table": np.tile(np.arange(TABLE_SIZE, dtype=np.int32), (len(HEADS), 1)),
    }
    return parts | changes


def about(**changes: Any) -> dict[str, str]:
    """The metadata of a file."""
    said = {
        "features": list(FEATURES), "heads": list(HEADS), "name": "small",
        "offsets": [0] * len(HEADS), "spec": "weights-v1",
    }  # fmt: skip
    return {"plainview": json.dumps(said | changes, sort_keys=True, separators=(",", ":"))}


def test_what_is_written_is_read_back_the_same() -> None:
    """Weights come back with the numbers, name and digest that went in, in int and in float32."""
    parts = small()
    data = encode_weights(
        name="small",
        hidden=[(parts["hidden0.weight"], parts["hidden0.bias"], parts["hidden0.shift"])],
        heads=(parts["heads.weight"], parts["heads.bias"], parts["heads.shift"]),
        table=parts["heads.table"],
        offsets=[0] * len(HEADS),
    )
    weights = load_weights(data)
    assert (weights.name, weights.digest) == ("small", digest_of(data))
    (layer,) = weights.hidden
    assert (layer.weight == parts["hidden0.weight"]).all()
    assert layer.bias.tolist() == layer.bias_f32.tolist() == [5, -5]
    assert layer.scale_f32.tolist() == [1 / 8, 1 / 16]
    assert (weights.table == parts["heads.table"]).all()
    # The first layer reaches |1| * 128 for each feature and a bias of 5; the heads 2 * 2 * 255 + 8.
    assert weights.bound == len(FEATURES) * 128 + 5
    assert not layer.weight.flags.writeable


def test_any_safetensors_reader_reads_the_file() -> None:
    """The public library finds the same tensors in our bytes."""
    tensors = load(starting_weights())
    assert tensors["heads.table"].shape == (len(HEADS), TABLE_SIZE)
    assert tensors["hidden0.weight"].dtype == np.int8


def break_shape(parts: Tensors) -> None:
    parts["heads.bias"] = parts["heads.bias"][:-1]


def break_type(parts: Tensors) -> None:
    parts["hidden0.weight"] = parts["hidden0.weight"].astype(np.int16)


def break_shift(parts: Tensors) -> None:
    parts["heads.shift"][3] = 24


def break_table_order(parts: Tensors) -> None:
    parts["heads.table"][2, 100] = 5000


def break_table_top(parts: Tensors) -> None:
    parts["heads.table"][2, -1] = HEAD_ONE + 1


def break_table_bottom(parts: Tensors) -> None:
    parts["heads.table"][2, 0] = -1


def break_inputs(parts: Tensors) -> None:
    parts["hidden0.weight"] = parts["hidden0.weight"][1:]


def break_set(parts: Tensors) -> None:
    parts["extra"] = np.zeros(1, dtype=np.int8)


def break_missing(parts: Tensors) -> None:
    del parts["heads.table"]


def break_depth(parts: Tensors) -> None:
    for i in range(1, 5):
        parts[f"hidden{i}.weight"] = np.zeros((2, 2), dtype=np.int8)


def break_heads(parts: Tensors) -> None:
    parts["heads.weight"] = parts["heads.weight"][:, 1:]
    parts["heads.bias"] = parts["heads.bias"][1:]
    parts["heads.shift"] = parts["heads.shift"][1:]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (break_shape, "heads: bias or shift"),
        (break_type, "must be int8"),
        (break_shift, "up to 24"),
        (break_table_order, "must rise"),
        (break_table_top, "must rise"),
        (break_table_bottom, "must rise"),
        (break_inputs, "inputs"),
        (break_set, "extra"),
        (break_missing, "heads.table"),
        (break_depth, "5 hidden layers"),
        (break_heads, "9 outputs for 10 heads"),
    ],
)
def test_tensors_out_of_the_spec_are_refused(spoil: Callable[[Tensors], None], words: str) -> None:
    """A wrong shape, type, range, count or set of tensors is refused, and the reason names it."""
    parts = small()
    assert load_weights(save(parts, metadata=about())).name == "small"
    spoil(parts)
    with pytest.raises(BadFile, match=words):
        load_weights(save(parts, metadata=about()))


@pytest.mark.parametrize(
    "change",
    [
        {"spec": "weights-v2"},
        {"features": list(FEATURES[1:])},
        {"heads": list(reversed(HEADS))},
        {"name": 7},
    ],
)
def test_weights_for_another_program_are_refused(change: dict[str, Any]) -> None:
    """Another spec, other features or heads, or no name: refused before a number is used."""
    with pytest.raises(BadFile):
        load_weights(save(small(), metadata=about(**change)))


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 8, b"not weights at all", starting_weights()[:-1], b"\xff" * 64]
)
def test_bytes_that_are_no_weights_are_refused(data: bytes) -> None:
    """Nothing, noise and a file cut short are refused as such."""
    with pytest.raises(BadFile):
        load_weights(data)


def test_weights_that_could_overflow_are_refused_on_load() -> None:
    """A file whose second layer can reach 2**24 fails the certificate; one unit less is loaded."""
    parts = small()
    parts["heads.bias"][0] = (1 << 24) - 2 * 2 * 255
    with pytest.raises(NotExact, match="heads: output 0 can reach 16777216"):
        load_weights(save(parts, metadata=about()))
    parts["heads.bias"][0] -= 1
    assert load_weights(save(parts, metadata=about())).bound == (1 << 24) - 1


def test_every_refusal_has_the_one_root() -> None:
    """Whoever loads weights need catch only WeightsRefused."""
    assert issubclass(BadFile, WeightsRefused)
    assert issubclass(NotExact, WeightsRefused)


PLACED: Tensors = {
    "embeddings.ids": np.array([3, 9, 2**63 - 1], dtype=np.uint64),
    "embeddings.table": np.arange(192, dtype=np.int8).reshape(3, 64) // 2,
}
LISTS: Tensors = {"centroids": np.ones((4, 64), dtype=np.int8)}


def test_places_and_centroids_come_and_go_with_a_file() -> None:
    """A file without them has none; with them both are read back, the centroids named by the hash
    of their bytes; put in twice or taken out again, the file has the same bytes as before."""
    bare = starting_weights()
    assert load_weights(bare).places is None
    assert load_weights(bare).centroids_digest == "0" * 64
    loaded = load_weights(save(small() | PLACED | LISTS, metadata=about(probes=2)))
    assert loaded.places is not None
    assert loaded.places.ids.tolist() == [3, 9, 2**63 - 1]
    assert (loaded.places.table == PLACED["embeddings.table"]).all()
    assert loaded.centroids is not None
    assert (loaded.centroids.probes, len(loaded.centroids.table)) == (2, 4)
    assert loaded.centroids_digest == digest_of(b"\x01" * 256)
    full = with_places(bare, places=loaded.places, centroids=loaded.centroids)
    again = with_places(full, places=loaded.places, centroids=loaded.centroids)
    assert full == again != bare
    assert load_weights(full).heads.weight.tobytes() == load_weights(bare).heads.weight.tobytes()
    assert with_places(full, places=None, centroids=None) == bare


TABLE = PLACED["embeddings.table"]


@pytest.mark.parametrize(
    ("parts", "probes", "words"),
    [
        ({"embeddings.ids": PLACED["embeddings.ids"]}, None, "come together"),
        (PLACED | {"embeddings.ids": PLACED["embeddings.ids"][::-1].copy()}, None, "rising"),
        (PLACED | {"embeddings.ids": np.array([0, 1, 2], dtype=np.uint64)}, None, "above 0"),
        (PLACED | {"embeddings.ids": np.array([1, 2, 2**63], dtype=np.uint64)}, None, "below"),
        (PLACED | {"embeddings.ids": np.array([1, 2, 3], dtype=np.int64)}, None, "uint64"),
        (PLACED | {"embeddings.table": TABLE[:2].copy()}, None, "for 3 ids"),
        (PLACED | {"embeddings.table": np.full((3, 64), -128, dtype=np.int8)}, None, "-128"),
        (LISTS, None, "come together"),
        ({}, 1, "come together"),
        (LISTS, 5, "5 probes into 4"),
        (LISTS, 0, "0 probes"),
        ({"centroids": np.ones((4, 63), dtype=np.int8)}, 1, "centroids is int8"),
        ({"centroids": np.full((4, 64), -128, dtype=np.int8)}, 1, "-128"),
    ],
)
def test_places_that_are_none_are_refused(parts: Tensors, probes: int | None, words: str) -> None:
    """Half of them, ids out of order or range, a shape, type or component amiss, more probes than
    lists: the file is refused."""
    said = {} if probes is None else {"probes": probes}
    with pytest.raises(BadFile, match=words):
        load_weights(save(small() | parts, metadata=about(**said)))

"""Weights as a safetensors file: written one way only, read with every claim checked."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import load

from plainview.core.learn.certificate import largest_sum
from plainview.core.learn.errors import BadFile
from plainview.core.learn.places import centroid_tensors, place_tensors, take_centroids, take_places
from plainview.core.learn.watch_time import take_watch_times, watch_tensors
from plainview.core.terms.canonical import NotCanonical, canonical_json, parse_canonical
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.watch_time import WatchTimes
from plainview.core.terms.weights import (
    ACTIVATION_MAX,
    HEAD_ONE,
    INPUT_MAX,
    SERVING,
    TABLE_SIZE,
    WEIGHTS_SPEC,
    Centroids,
    Layer,
    Places,
    Schema,
    Weights,
)

SHIFT_MAX = 23
HIDDEN_MAX = 4
WIDTH_MAX = 1024
METADATA_KEY = "plainview"
OFFSET_BOUND = 8191 - TABLE_SIZE // 2
"""Where `tables.logistic_q24` still has an answer for each entry of a table."""

PARTS = ("weight", "bias", "shift")
DTYPES = {"int8": "I8", "int32": "I32", "uint8": "U8", "float32": "F32", "uint64": "U64"}


def encode_weights(
    *,
    name: str,
    hidden: Sequence[tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.uint8]]],
    heads: tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.uint8]],
    table: NDArray[np.int32],
    offsets: Sequence[int],
    schema: Schema = SERVING,
) -> bytes:
    """The one file for these numbers: tensors by name, the header canonical JSON padded to 8.

    `hidden` and `heads` are (weight, bias, shift) per layer, `table` is (heads, TABLE_SIZE) in Q24,
    `offsets` says which logit, in 1/256, each table has at its middle, for people and for learning.
    """
    tensors: dict[str, NDArray[Any]] = {}
    named = {f"hidden{i}": layer for i, layer in enumerate(hidden)} | {"heads": heads}
    parts: Sequence[NDArray[Any]]
    for prefix, parts in named.items():
        tensors.update({f"{prefix}.{part}": parts[i] for i, part in enumerate(PARTS)})
    tensors["heads.table"] = table
    about = canonical_json(
        {
            "spec": WEIGHTS_SPEC,
            "name": name,
            "features": list(schema.features),
            "heads": list(schema.heads),
            "offsets": list(offsets),
        }
    )
    return write_tensors(tensors, about)


def with_places(
    data: bytes, *, places: Places | None, centroids: Centroids | None, schema: Schema = SERVING
) -> bytes:
    """The weights file `data` with these embeddings and centroids in place of its own.

    Raises: BadFile: `data` is not a weights file of the schema.
    """
    about, tensors = _about(data, schema=schema), _tensors(data)
    take_places(tensors)
    take_centroids(tensors, about)
    about.pop("probes", None)
    if places is not None:
        tensors |= place_tensors(places)
    if centroids is not None:
        tensors |= centroid_tensors(centroids)
        about["probes"] = centroids.probes
    return write_tensors(tensors, canonical_json(about))


def with_watch_times(data: bytes, *, times: WatchTimes, schema: Schema = SERVING) -> bytes:
    """The weights file `data` with these times in place of its own.

    Raises: BadFile: `data` is not a weights file of the schema.
    """
    about = canonical_json(_about(data, schema=schema))
    return write_tensors(_tensors(data) | watch_tensors(times), about)


def write_tensors(tensors: Mapping[str, NDArray[Any]], about: bytes) -> bytes:
    """The one safetensors file of `tensors`, sorted by name, with `about` (ASCII) as metadata."""
    header: dict[str, Any] = {"__metadata__": {METADATA_KEY: about.decode()}}
    data = b""
    for key in sorted(tensors):
        array = tensors[key]
        raw = array.astype(array.dtype.newbyteorder("<")).tobytes()
        header[key] = {
            "dtype": DTYPES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def load_weights(data: bytes, *, schema: Schema = SERVING) -> Weights:
    """Weights from a file, with the certificate checked; `digest` is the SHA-256 of the bytes.

    Raises: BadFile: not safetensors, another spec, other features or heads than `schema` has, a
        shape, type, shift or table out of range, a tensor too many. NotExact: the certificate does
        not hold.
    """
    about = _about(data, schema=schema)
    tensors = _tensors(data)
    watch_times = take_watch_times(tensors)
    depth = sum(key.endswith(".weight") and key.startswith("hidden") for key in tensors)
    if depth > HIDDEN_MAX:
        raise BadFile(f"{depth} hidden layers; at most {HIDDEN_MAX}")
    places, centroids = take_places(tensors), take_centroids(tensors, about)
    names = [f"hidden{i}" for i in range(depth)] + ["heads"]
    wanted = {f"{n}.{part}" for n in names for part in PARTS} | {"heads.table"}
    if set(tensors) != wanted:
        raise BadFile(f"tensors missing or too many: {sorted(set(tensors) ^ wanted)}")
    width, bound = len(schema.features), 0
    layers: list[Layer] = []
    for i, name in enumerate(names):
        layer = _layer(tensors, name=name, inputs=width)
        input_max = INPUT_MAX if i == 0 else ACTIVATION_MAX
        bound = max(bound, largest_sum(layer.weight, layer.bias, input_max=input_max, where=name))
        layers.append(layer)
        width = layer.weight.shape[1]
    if width != len(schema.heads):
        raise BadFile(f"{width} outputs for {len(schema.heads)} heads")
    return Weights(
        name=about["name"],
        digest=digest_of(data),
        hidden=tuple(layers[:-1]),
        heads=layers[-1],
        table=_table(tensors["heads.table"], heads=width),
        bound=bound,
        places=places,
        centroids=centroids,
        schema=schema,
        watch_times=watch_times,
    )


def offsets_of(data: bytes, *, schema: Schema = SERVING) -> tuple[int, ...]:
    """The logit, in 1/256, that each head's table has at its middle, as the file states.

    Raises: BadFile: it states none.
    """
    offsets = _about(data, schema=schema).get("offsets")
    if (
        not isinstance(offsets, list)
        or len(offsets) != len(schema.heads)
        or not all(isinstance(offset, int) for offset in offsets)
        or not all(abs(offset) <= OFFSET_BOUND for offset in offsets)
    ):
        raise BadFile("the file states no offset for each head")
    return tuple(offsets)


def _about(data: bytes, *, schema: Schema) -> dict[str, Any]:
    try:
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        about: dict[str, Any] = parse_canonical(header["__metadata__"][METADATA_KEY].encode())
    except (ValueError, KeyError, TypeError, AttributeError, NotCanonical) as error:
        raise BadFile(f"the file does not say what it is: {error}") from error
    wanted = {
        "spec": WEIGHTS_SPEC,
        "features": list(schema.features),
        "heads": list(schema.heads),
    }
    for key, value in wanted.items():
        if about.get(key) != value:
            raise BadFile(f"made for another {key} than this program's")
    if not isinstance(about.get("name"), str):
        raise BadFile("the weights have no name")
    return about


def _tensors(data: bytes) -> dict[str, NDArray[Any]]:
    try:
        tensors: dict[str, NDArray[Any]] = load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BadFile(f"not a safetensors file: {error}") from error
    return tensors


def _layer(tensors: Mapping[str, NDArray[Any]], *, name: str, inputs: int) -> Layer:
    weight, bias, shift = (tensors[f"{name}.{part}"] for part in PARTS)
    if weight.ndim != 2 or weight.shape[0] != inputs or not 1 <= weight.shape[1] <= WIDTH_MAX:
        raise BadFile(f"{name}.weight is {weight.shape}, with {inputs} inputs")
    outputs = (weight.shape[1],)
    if bias.shape != outputs or shift.shape != outputs:
        raise BadFile(f"{name}: bias or shift is not {outputs}")
    if [array.dtype.name for array in (weight, bias, shift)] != ["int8", "int32", "uint8"]:
        raise BadFile(f"{name}: weight, bias and shift must be int8, int32 and uint8")
    if int(shift.max()) > SHIFT_MAX:
        raise BadFile(f"{name}.shift goes up to {int(shift.max())}, at most {SHIFT_MAX}")
    return Layer(
        weight=_kept(weight),
        bias=_kept(bias),
        shift=_kept(shift),
        weight_f32=_kept(weight.astype(np.float32)),
        bias_f32=_kept(bias.astype(np.float32)),
        scale_f32=_kept((1.0 / (1 << shift.astype(np.int64))).astype(np.float32)),
    )


def _table(table: NDArray[Any], *, heads: int) -> NDArray[np.int32]:
    if table.dtype != np.int32 or table.shape != (heads, TABLE_SIZE):
        raise BadFile(f"heads.table is {table.dtype} {table.shape}")
    if int(table.min()) < 0 or int(table.max()) > HEAD_ONE or (np.diff(table) < 0).any():
        raise BadFile("heads.table must rise within 0 .. 2**24")
    return _kept(table)


def _kept(array: NDArray[Any]) -> NDArray[Any]:
    out = np.ascontiguousarray(array)
    out.flags.writeable = False
    return out

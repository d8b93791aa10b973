"""`TextModel` from two files: a table of static token vectors, and its tokenizer.

The text extra brings such files inside a package (WordLlama's, 16 MB); nothing of that package is
run. A folder of model2vec's form holds the same two under other names.
"""

import ctypes
import hashlib
import logging
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plainview.core.catalogue import BadTable, meaning_of, table_in_units
from plainview.core.catalogue.meaning import TOKENS_MAX
from plainview.core.terms.canonical import canonical_json
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LOG = logging.getLogger(__name__)

AUTO, OFF = "auto", "off"
TABLE, TOKENIZER = "model.safetensors", "tokenizer.json"
_PACKAGE = "wordllama"
_PACKAGED = (
    "weights/l2_supercat_256.safetensors",
    "tokenizers/l2_supercat_tokenizer_config.json",
)
_INSTALL = "install plainview[text], or from this checkout: scripts/bootstrap.sh install text"


class NoTextModel(Exception):
    """There is no such model; the message says what is missing and what the operator can do."""


class StaticTextModel:
    """64 columns of a table, in whole numbers, and its tokenizer, opened for each text.

    That takes a tenth of a second, next to an encoding that takes seconds; held, it would be 50 MB
    of a process that mostly waits. Files that cannot be read any more mean nothing, and say so in
    the log: no video is kept from being published by them.
    """

    def __init__(self, table: Path, tokenizer: Path) -> None:
        self._table, self._tokens = table, tokenizer
        self._digest = NO_DIGEST

    def check(self) -> None:
        """Open it once. Raises: NoTextModel."""
        self._opened()
        _give_back()

    @property
    def digest(self) -> Digest:
        if self._digest == NO_DIGEST:
            self._digest = model_digest(self._table, self._tokens)
        return self._digest

    def read(self, text: str) -> tuple[int, ...]:
        try:
            vectors, tokenizer = self._opened()
        except NoTextModel as error:
            LOG.warning("captions are not read: %s", error)
            return ()
        found = tokenizer.encode(text, add_special_tokens=False).ids[:TOKENS_MAX]
        ids = np.array([one for one in found if one < len(vectors)], np.intp)
        meaning = meaning_of(vectors[ids])
        del vectors, tokenizer
        _give_back()
        return meaning

    def _opened(self) -> "tuple[NDArray[np.int32], Tokenizer]":
        return _read_table(self._table), _read_tokenizer(self._tokens)


def find_text_model(setting: str) -> StaticTextModel | None:
    """The model that the operator asked for: `off`, `auto`, which is that of the text extra where
    it is installed, or a folder.

    Raises: NoTextModel: a folder was named that holds none, or what reads it is not installed.
    """
    if setting == OFF:
        return None
    if setting == AUTO:
        packaged = find_spec(_PACKAGE)
        if packaged is None or packaged.origin is None or find_spec("tokenizers") is None:
            return None
        root = Path(packaged.origin).parent
        return StaticTextModel(root / _PACKAGED[0], root / _PACKAGED[1])
    folder = Path(setting)
    missing = [name for name in (TABLE, TOKENIZER) if not (folder / name).is_file()]
    if missing:
        raise NoTextModel(f"{folder} holds no {' and no '.join(missing)}")
    model = StaticTextModel(folder / TABLE, folder / TOKENIZER)
    model.check()
    return model


def model_digest(table: Path, tokenizer: Path) -> Digest:
    """What names the model: SHA-256 of canonical JSON with the digests of both files."""
    parts = {"table": table, "tokenizer": tokenizer}
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in parts.items()}
    return digest_of(canonical_json({"spec": "text-model-v1", **digests}))


def _give_back() -> None:
    """What was freed, to the system: glibc keeps a tokenizer's many small pieces otherwise."""
    ctypes.CDLL(None).malloc_trim(0)


def _read_table(path: Path) -> NDArray[np.int32]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise NoTextModel(f"{path} cannot be read: {error}") from error
    if len(tensors) != 1:
        raise NoTextModel(f"{path} holds {len(tensors)} tensors, not one table")
    (table,) = tensors.values()
    if table.dtype.kind != "f":
        raise NoTextModel(f"{path} holds {table.dtype}, not floats")
    try:
        return table_in_units(table)
    except BadTable as error:
        raise NoTextModel(f"{path}: {error}") from error


def _read_tokenizer(path: Path) -> "Tokenizer":
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise NoTextModel(f"what reads a text model is not installed: {_INSTALL}") from error
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # it raises Exception itself
        raise NoTextModel(f"{path} cannot be read: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer

"""What a video's words mean, as a small model of static vectors has it: 64 small integers."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.signs import scaled_to_norm

TOKENS_MAX = 512
ENTRY_MAX = 64
_UNITS = 4096


class BadTable(ValueError):
    """A table that gives no meaning: too few columns, or an entry that is no number below 64.

    The operator names another model.
    """


def text_of(caption: str, tags: Sequence[str]) -> str:
    """The words that are read: caption, then tags; NFKC, lower case, one space between words.

    >>> text_of("Ship's  Log ", ("Sea", "ﬁsh"))
    "ship's log sea fish"
    """
    folded = unicodedata.normalize("NFKC", " ".join((caption, *tags))).lower()
    return " ".join(folded.split())


def table_in_units(table: NDArray[np.floating]) -> NDArray[np.int32]:
    """(tokens, 64): the first 64 columns in units of 1/4096, rounded, halves up.

    A model whose vectors were trained to be cut short, or turned by their principal components,
    has the most of what it knows there; all 256 columns of one such, cast down by random signs,
    placed paraphrases half as well (decisions/0017).

    Raises: BadTable.
    """
    if table.ndim != 2 or table.shape[1] < EMBED_DIM:
        raise BadTable(f"a table of shape {table.shape} has fewer than {EMBED_DIM} columns")
    entries = table[:, :EMBED_DIM].astype(np.float64)
    if not bool((np.abs(entries) < ENTRY_MAX).all()):
        raise BadTable(f"an entry is no number below {ENTRY_MAX}")
    return np.floor(entries * _UNITS + 0.5).astype(np.int32)


def meaning_of(vectors: NDArray[np.int32]) -> tuple[int, ...]:
    """The sum of a text's token vectors at the length of a sketch; () when there is nothing in it.

    Whole numbers from the table on, so that whoever has the model gets the same 64.

    Args: vectors: (tokens, 64) of `table_in_units`; what is beyond TOKENS_MAX is not read.

    >>> meaning_of(np.array([[1] * 64, [2] * 64]))[:2]  # 3 * 256 // isqrt(9 * 64)
    (32, 32)
    >>> meaning_of(np.zeros((3, 64), np.int32)), meaning_of(np.zeros((0, 64), np.int32))
    ((), ())
    """
    meaning = scaled_to_norm(vectors[:TOKENS_MAX].astype(np.int64).sum(axis=0))
    return meaning if any(meaning) else ()

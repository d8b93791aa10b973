"""`TextModel` without a model, for tests of what stands on it: words mean what is said here."""

import numpy as np

from plainview.core.catalogue import meaning_of, text_of
from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest


class FakeTextModel:
    """Knows pairs of words that mean the same; each other word means itself.

    Asserts that it is handed folded text. `texts` holds what it was asked to read, in order.
    """

    def __init__(self, **same: str) -> None:
        self._same = same
        self.texts: list[str] = []

    @property
    def digest(self) -> Digest:
        return digest_of(repr(sorted(self._same.items())).encode())

    def read(self, text: str) -> tuple[int, ...]:
        assert text == text_of(text, ())
        self.texts.append(text)
        words = [self._same.get(word, word) for word in text.split()]
        vectors = [
            np.frombuffer(bytes.fromhex(digest_of(word.encode())) * 2, np.int8) for word in words
        ]
        return meaning_of(np.array(vectors, np.int32).reshape(-1, EMBED_DIM))

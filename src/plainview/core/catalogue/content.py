"""Where a video stands before anything was learned about it: an embedding made of its words."""

import unicodedata
from functools import lru_cache
from hashlib import sha256
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.ids import CreatorId

TOPIC_WEIGHT = 6
CREATOR_WEIGHT = 3
TAG_WEIGHT = 2
WORD_WEIGHT = 1
NORM = 256
"""Length of the vector before clipping: a typical coordinate is NORM / sqrt(64) = 32, so that one
in 10,000 is beyond int8 even where coordinates are spread like noise, as learned ones are."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of `text`: NFKC, lower case, maximal runs of letters, marks and digits, each once.

    >>> words_of("Ship's log: SHIP 2!")
    ('ship', 's', 'log', '2')
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    spaced = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)
    return tuple(dict.fromkeys(spaced.split()))


def token_of(text: str) -> str:
    """One token for a whole topic or tag: its words joined by single spaces."""
    return " ".join(words_of(text))


@lru_cache(maxsize=65_536)
def _signs(token: str) -> NDArray[np.int64]:
    """(64,) of +1 and -1: the first 64 bits of SHA-256 of the token, most significant first."""
    bits = np.unpackbits(np.frombuffer(sha256(token.encode()).digest()[:8], np.uint8))
    return bits.astype(np.int64) * 2 - 1


def content_embedding(
    *, caption: str, tags: tuple[str, ...], topics: tuple[str, ...], creator: CreatorId
) -> tuple[int, ...]:
    """The embedding of a video no weights have placed yet: 64 integers in -127..127.

    A weighted sum of token signs (topic 6, creator 3, tag 2, caption word 1; a token counts once
    per field), scaled by `v * 256 // isqrt(sum(v * v))` with floor division, then clipped. All
    zero only if the weighted sum is.

    >>> near = content_embedding(caption="", tags=(), topics=("chance",), creator=CreatorId(1))
    >>> len(near), sorted(set(near))  # 6 - 3 = 3 or 6 + 3 = 9, negated or not, scaled by 256 // 56
    (64, [-41, -14, 13, 40])
    """
    total = np.zeros(EMBED_DIM, np.int64)
    fields = (
        (TOPIC_WEIGHT, dict.fromkeys(token_of(topic) for topic in topics)),
        (CREATOR_WEIGHT, (f"creator:{creator}",)),
        (TAG_WEIGHT, dict.fromkeys(token_of(tag) for tag in tags)),
        (WORD_WEIGHT, words_of(caption)),
    )
    for weight, tokens in fields:
        for token in tokens:
            if token:
                total += weight * _signs(token)
    length = isqrt(int((total * total).sum()))
    if length == 0:
        return (0,) * EMBED_DIM
    scaled = np.clip(total * NORM // length, -127, 127)
    return tuple(int(x) for x in scaled)

"""Where a video stands before anything was learned about it: by its words and its sound."""

import unicodedata

import numpy as np

from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.ids import CreatorId
from plainview.core.terms.signs import scaled_to_norm, signs_of

TOPIC_WEIGHT = 6
CREATOR_WEIGHT = 3
TAG_WEIGHT = 2
WORD_WEIGHT = 1
SOUND_WEIGHT = 6
MEANING_WEIGHT = 6
TOKEN_LENGTH = 32
"""The 64 signs of a token are as long as 8, a sketch as 256, so that it counts by 32nds."""


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


def content_embedding(
    *,
    caption: str,
    tags: tuple[str, ...],
    topics: tuple[str, ...],
    creator: CreatorId,
    sound: tuple[int, ...] = (),
    meaning: tuple[int, ...] = (),
) -> tuple[int, ...]:
    """The embedding of a video no weights have placed yet: 64 integers in -127..127.

    A weighted sum of token signs (topic 6, creator 3, tag 2, caption word 1; a token counts once
    per field) and of sound and meaning (each as much as a topic, each coordinate rounded), scaled
    by `v * 256 // isqrt(sum(v * v))` with floor division, then clipped. All zero only if the
    weighted sum is.

    Args: sound, meaning: 64 integers in -127..127, or () when there is none.

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
                total += weight * signs_of(token)
    for weight, sketch in ((SOUND_WEIGHT, sound), (MEANING_WEIGHT, meaning)):
        if sketch:
            total += (weight * np.array(sketch, np.int64) + TOKEN_LENGTH // 2) // TOKEN_LENGTH
    return scaled_to_norm(total)

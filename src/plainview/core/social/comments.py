"""A comment's text and pace: cleaned or refused with what to do, and how soon the next may come."""

import unicodedata
from collections.abc import Sequence
from typing import Final

COMMENT_MAX: Final = 500
COMMENTS_A_MINUTE: Final = 6
COMMENTS_A_DAY: Final = 200
MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000

_JOINERS: Final = "\u200c\u200d"
"""Of the characters that shape others without a look of their own, the two that words and pictures
are written with: Persian needs the first, a family of emoji the second."""
_DROPPED: Final = ("Cc", "Cf", "Cs", "Co", "Cn")
_SAYS: Final = "LNPS"


class BadComment(ValueError):
    """A text that cannot be kept as it is: tell who wrote it. `code` is for programs.

    BadComment
    |- code comment_empty      nothing is left that can be seen: write something
    |- code comment_too_long   more than COMMENT_MAX characters: shorten it
    """

    def __init__(self, code: str, message: str, what_to_do: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.what_to_do = what_to_do


def clean_comment(text: str) -> str:
    """The text as it is kept: NFC, each run of white space one space, none at the ends, and no
    character that controls or turns around what stands beside it.

    Raises: BadComment: `comment_empty`, `comment_too_long`.

    >>> clean_comment("  So\\n\\tgood\\u202e! ")
    'So good!'
    """
    spaced = "".join(" " if c.isspace() else c for c in text)
    seen = "".join(
        c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _DROPPED
    )  # fmt: skip
    found = " ".join(unicodedata.normalize("NFC", seen).split())
    if not any(unicodedata.category(c)[0] in _SAYS for c in found):
        raise BadComment("comment_empty", "There is nothing to read in it.", "Write something.")
    if len(found) > COMMENT_MAX:
        raise BadComment(
            "comment_too_long",
            f"The comment has {len(found)} characters; {COMMENT_MAX} are allowed.",
            "Shorten it.",
        )
    return found


def wait_ms(written_ms: Sequence[int], *, now_ms: int) -> int:
    """For how long a viewer has to wait with the next comment; 0: not at all.

    Of a viewer COMMENTS_A_MINUTE are taken within any MINUTE_MS and COMMENTS_A_DAY within any
    DAY_MS, those deleted since included.

    Args: written_ms: when the viewer wrote, newest first; those of the last day are enough.

    >>> wait_ms([59_000, 50_000, 40_000, 30_000, 20_000, 10_000], now_ms=60_000)
    10000
    """
    waits = [0]
    for most, within_ms in ((COMMENTS_A_MINUTE, MINUTE_MS), (COMMENTS_A_DAY, DAY_MS)):
        if len(written_ms) >= most:
            waits.append(written_ms[most - 1] + within_ms - now_ms)
    return max(waits)
